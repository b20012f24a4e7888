# The desk in one image: web processes and worker, as an ordinary user, with the home in a volume.
FROM python:3.11-slim
RUN useradd --create-home --uid 10001 tipline && pip install --no-cache-dir uv
WORKDIR /app
COPY --chown=tipline . .
RUN uv pip install --system --no-cache .
USER tipline
ENV TIPLINE_HOME=/home/tipline/data TIPLINE_LOG_FORMAT=json
RUN mkdir -m 0700 /home/tipline/data
VOLUME /home/tipline/data
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=3)"]
CMD ["tipline", "serve", "--host", "0.0.0.0"]
