"""Both kinds of storage, each empty; the bucket is moto's server on loopback."""

from collections.abc import Iterator

import pytest

from tipline.config import Settings
from tipline.storage import Storage, storage_of

BUCKET = "tipline-files"


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket_url(bucket_server: str, monkeypatch) -> str:
    """An empty bucket; the keys to it come from the environment, as they do in a newsroom."""
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    client = boto3.client("s3", region_name="us-east-1", endpoint_url=bucket_server)
    client.create_bucket(Bucket=BUCKET)
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])
    return f"s3://{BUCKET}/desk?region=us-east-1&endpoint={bucket_server}"


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.thorough)])
def storage(request, tmp_path) -> Storage:
    url = request.getfixturevalue("bucket_url") if request.param == "bucket" else ""
    return storage_of(Settings.from_env({"TIPLINE_HOME": str(tmp_path), "TIPLINE_STORAGE_URL": url}))
