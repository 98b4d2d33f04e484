"""An S3 server (moto's) that tests can start, freeze, and look into, and the buckets that they make in it."""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from itertools import count
from typing import Any

import boto3

from tests.services.parent_death import die_with_parent
from tests.services.ports import free_port

KEY, SECRET, REGION = "test-key", "test/secret+that=is-never-shown", "eu-central-1"


@dataclass
class StoredUploads:
    """A bucket, and its address as in UPLOADS_URL."""

    name: str
    url: str
    client: Any

    @property
    def keys(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return sorted(one["Key"] for one in found)

    @property
    def unfinished(self) -> list[str]:
        """Keys of which only parts were sent."""
        found = self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", [])
        return [one["Key"] for one in found]

    def content(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)


class S3Server:
    """Keeps everything in memory. Takes any key and secret."""

    def __init__(self) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._numbers = count(1)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )
        self._wait()
        self._client = boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )

    def new_bucket(self) -> StoredUploads:
        name = f"uploads-{next(self._numbers)}"
        self._client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return StoredUploads(name, self.url(name), self._client)

    def url(self, bucket: str, port: int = 0) -> str:
        """Return the address of a bucket; `port` may be another one, where nobody listens."""
        endpoint = f"http://127.0.0.1:{port or self.port}"
        secret = SECRET.replace("/", "%2F")
        return f"s3://{KEY}:{secret}@{bucket}/muster?endpoint={endpoint}&region={REGION}"

    def stop(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=30)

    def _wait(self) -> None:
        give_up = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{self.endpoint}/moto-api/", timeout=5).close()
                return
            except (OSError, urllib.error.URLError):
                assert time.monotonic() < give_up and self._process.poll() is None
                time.sleep(0.1)
