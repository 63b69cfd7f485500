"""A throw-away object store: moto's server, which speaks S3 and keeps all in memory."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import obstore
from obstore.store import S3Store

__all__ = ["Bucketeer", "s3_server"]

START_S = 60
"""A busy machine takes this long at most (seconds)."""

_MAIN = "import sys; from moto.server import main; main(['-H', '127.0.0.1', '-p', sys.argv[1]])"


class Bucketeer:
    """A running server with any number of buckets."""

    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self._buckets = 0

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to reach it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
        }

    def bucket(self, *, versions: bool = False) -> str:
        """Makes a bucket; its name."""
        self._buckets += 1
        name = f"bucket-{self._buckets}"
        self._ask("PUT", name)
        if versions:
            self._ask(
                "PUT",
                f"{name}?versioning",
                b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
            )
        return name

    def objects(self, bucket: str) -> dict[str, bytes]:
        """All that is in a bucket."""
        store = self._store(bucket)
        paths = [one["path"] for part in obstore.list(store) for one in part]
        return {path: obstore.get(store, path).bytes().to_bytes() for path in paths}

    def put(self, bucket: str, path: str, body: bytes) -> None:
        """Puts an object in the place of whatever is there."""
        obstore.put(self._store(bucket), path, body)

    def delete(self, bucket: str, path: str) -> None:
        """Removes an object."""
        obstore.delete(self._store(bucket), path)

    def refuse_strangers(self, *, refuse: bool) -> None:
        """From now on credentials are checked, and nobody has any; or no longer."""
        self._ask("POST", "moto-api/reset-auth", b"0" if refuse else b"inf")

    def _store(self, bucket: str) -> S3Store:
        return S3Store(
            bucket,
            endpoint=self.endpoint,
            access_key_id="key",
            secret_access_key="secret",
            region="us-east-1",
            client_options={"allow_http": True},
        )

    def _ask(self, method: str, path: str, body: bytes = b"") -> None:
        headers = {"Content-Type": "application/xml"}
        request = urllib.request.Request(f"{self.endpoint}/{path}", body, headers, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=START_S):  # noqa: S310
            pass


@contextmanager
def s3_server() -> Iterator[Bucketeer]:
    """A running server; nothing of it is left afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", _MAIN, str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None and time.monotonic() < deadline, "moto does not start"
                time.sleep(0.05)
        yield Bucketeer(port)
    finally:
        process.terminate()
        process.wait(START_S)
