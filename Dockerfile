# The desk in one image: web processes and worker, as an ordinary user, with the home in a volume.
# What is needed to build it stays behind in the first stage.
FROM python:3.11-slim AS build
RUN pip install --no-cache-dir uv
WORKDIR /source
COPY . .
# "[s3]" for files in a bucket
ARG EXTRAS=""
RUN uv venv /opt/tipline && \
    uv pip install --no-cache --compile-bytecode --python /opt/tipline/bin/python ".$EXTRAS"

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 tipline && install -d -m 0700 -o tipline -g tipline /home/tipline/data
COPY --from=build /opt/tipline /opt/tipline
ENV PATH=/opt/tipline/bin:$PATH TIPLINE_HOME=/home/tipline/data TIPLINE_LOG_FORMAT=json
USER tipline
WORKDIR /home/tipline
VOLUME /home/tipline/data
EXPOSE 8000
# Prints what /readyz says, which `docker inspect` then shows.
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s CMD ["python", "-c", "\
import http.client as http; c = http.HTTPConnection('127.0.0.1', 8000, timeout=8); \
c.request('GET', '/readyz'); a = c.getresponse(); print(a.read().decode()); raise SystemExit(a.status != 200)"]
CMD ["tipline", "serve", "--host", "0.0.0.0"]
