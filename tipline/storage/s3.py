"""Files in a bucket that speaks S3: for newsrooms with several machines.

Keys to the bucket come from where boto3 looks for them (AWS_ACCESS_KEY_ID and its kin, or the machine's
role); the address holds none, so it can be shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tipline.errors import WrongSetting
from tipline.storage import Kept, NoRoom, ObjectMissing, StorageAway

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError as error:
    raise WrongSetting(
        "TIPLINE_STORAGE_URL names a bucket, but boto3 is not installed; install tipline[s3]."
    ) from error

MISSING = frozenset({"NoSuchKey", "404"})
FULL = frozenset({"QuotaExceeded", "EntityTooLarge", "XMinioStorageFull", "507"})
SECONDS = 20
LOOK_SECONDS = 1


class BucketStorage:
    """Objects in a bucket, below a prefix; `hasty` is a client that soon gives up."""

    def __init__(self, client: Any, hasty: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._hasty = hasty
        self._bucket = bucket
        self._prefix = prefix

    @classmethod
    def at(cls, url: str) -> "BucketStorage":
        """Return the storage at s3://BUCKET/PREFIX?region=…&endpoint=…."""
        address = urlsplit(url)
        more = {name: values[0] for name, values in parse_qs(address.query).items()}
        client, hasty = _client(more, SECONDS, retries=3), _client(more, LOOK_SECONDS, retries=0)
        prefix = address.path.strip("/")
        return cls(client, hasty, address.netloc, f"{prefix}/" if prefix else "")

    def put(self, key: str, content: bytes) -> None:
        with _told():
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=content)

    def get(self, key: str) -> bytes:
        with _told():
            found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
            content: bytes = found["Body"].read()
            return content

    def delete(self, key: str) -> None:
        with _told():
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)

    def list(self, prefix: str = "") -> Iterator[Kept]:
        pages = self._client.get_paginator("list_objects_v2")
        with _told():
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                for found in page.get("Contents", ()):
                    key = found["Key"].removeprefix(self._prefix)
                    yield Kept(key, found["Size"], found["LastModified"])

    def require_writable(self) -> None:
        # a bucket says whether it is there and knows us; only writing would tell the rest
        try:
            self._hasty.head_bucket(Bucket=self._bucket)
        except (ClientError, BotoCoreError) as error:
            raise StorageAway("The bucket of files is away; see TIPLINE_STORAGE_URL and its keys.") from error

    def free_bytes(self) -> int | None:
        return None


def _client(more: dict[str, str], seconds: int, *, retries: int) -> Any:
    config = Config(
        connect_timeout=seconds, read_timeout=seconds, retries={"max_attempts": retries, "mode": "standard"}
    )
    return boto3.client(
        "s3", region_name=more.get("region"), endpoint_url=more.get("endpoint"), config=config
    )


@contextmanager
def _told() -> Iterator[None]:
    """Say in a sentence what the bucket says in codes."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in MISSING:
            raise ObjectMissing("A part of this file is not in the storage any more.") from error
        if code in FULL:
            raise NoRoom("There is no room for files right now.") from error
        raise StorageAway("The bucket of files refuses us; see TIPLINE_STORAGE_URL and its keys.") from error
    except BotoCoreError as error:
        raise StorageAway("The bucket of files does not answer; try again in a minute.") from error
