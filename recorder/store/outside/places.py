"""Places for bodies: a folder, by `file:///…`, or a bucket that speaks S3, by `s3://…`.

The folder is our own code and not obstore's: that renames a file without syncing it, so a loss
of power could leave a row whose body is empty, and a process that is killed leaves files which
its listing hides.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from recorder import limits
from recorder.store.outside.faults import (
    bucket_fault,
    folder_fault,
    gone_folder,
    missing,
    no_place,
)

if TYPE_CHECKING:
    from obstore.store import S3Store

__all__ = ["Bucket", "Folder", "Place", "normal_url", "open_place"]

_UNFINISHED: Final = ".part"
_DELETES: Final = 1_000  # names in one request; more S3 does not take


class Place(Protocol):
    """Where bodies lie. Thread-safe. Every method raises StoreUnavailable."""

    url: str
    """What messages call it: without credentials."""

    def put(self, name: str, body: bytes) -> bool:
        """Keeps `body`, durably; True if the place keeps what is deleted, as a version."""

    def get(self, name: str) -> bytes:
        """What was put. Raises MissingObject."""

    def delete(self, names: Iterable[str]) -> None:
        """Removes what is there of `names`."""

    def found(self) -> Iterator[tuple[str, float]]:
        """All names with the epoch second by the place's clock at which each was put."""

    def begin(self) -> None:
        """Makes what is needed before the first body is put."""


def normal_url(text: str) -> str:
    """`text` in the one way in which it is remembered. Raises WrongUse for what is no place."""
    try:
        url = urlsplit(text)
        has_more = bool(url.query or url.fragment or url.username or url.password or url.port)
    except ValueError:
        raise no_place(text) from None
    path = url.path.strip("/")
    if has_more or ".." in path.split("/"):
        raise no_place(text)
    if url.scheme == "file" and not url.netloc and path:
        return f"file:///{path}"
    if url.scheme == "s3" and url.netloc:
        return f"s3://{url.netloc}/{path}".rstrip("/")
    raise no_place(text)


def open_place(url: str, folder: str) -> Place:
    """The place `folder` below `url` (of `normal_url`). Nothing is read or written yet."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return Folder(url, Path(url2pathname(parts.path)) / folder)
    prefix = "/".join(filter(None, (parts.path.strip("/"), folder)))
    return Bucket(url, parts.netloc, prefix)


class Folder:
    """A folder on a disk: each body a file, synced before its name is known."""

    def __init__(self, url: str, root: Path) -> None:
        self.url = url
        self._root = root

    def begin(self) -> None:
        """Makes the folder."""
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            for folder in (self._root, *self._root.parents):
                _sync(folder)
        except OSError as error:
            raise folder_fault(self.url, error) from error

    def put(self, name: str, body: bytes) -> bool:
        """Writes a file under another name, syncs it, and renames it."""
        file = self._file(name)
        unfinished = file.with_name(file.name + _UNFINISHED)
        try:
            self._require()
            file.parent.mkdir(exist_ok=True)
            _sync(self._root)
            try:
                with unfinished.open("xb") as out:
                    out.write(body)
                    out.flush()
                    os.fsync(out.fileno())
                unfinished.replace(file)
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise
            _sync(file.parent)
        except OSError as error:
            raise folder_fault(self.url, error) from error
        return False

    def get(self, name: str) -> bytes:
        """Reads the file."""
        try:
            return self._file(name).read_bytes()
        except FileNotFoundError:
            self._require()
            raise missing(self.url, name) from None
        except OSError as error:
            raise folder_fault(self.url, error) from error

    def delete(self, names: Iterable[str]) -> None:
        """Removes the files."""
        self._require()
        try:
            for name in names:
                self._file(name).unlink(missing_ok=True)
        except OSError as error:
            raise folder_fault(self.url, error) from error

    def found(self) -> Iterator[tuple[str, float]]:
        """Also what a process that was killed did not finish."""
        self._require()
        try:
            for folder in [one for one in os.scandir(self._root) if one.is_dir()]:
                for file in os.scandir(folder):
                    with suppress(FileNotFoundError):
                        yield file.name, file.stat().st_mtime
        except OSError as error:
            raise folder_fault(self.url, error) from error

    def _file(self, name: str) -> Path:
        return self._root / name[:2] / name

    def _require(self) -> None:
        """A folder that has gone is a disk that is not there, not one in which nothing is."""
        if not self._root.is_dir():
            raise gone_folder(self.url)


class Bucket:
    """A bucket that speaks S3. Credentials, region and endpoint come from AWS_… variables."""

    def __init__(self, url: str, bucket: str, prefix: str) -> None:
        self.url = url
        self._name = bucket
        self._prefix = prefix
        self._opened: S3Store | None = None

    def begin(self) -> None:
        """Nothing: a bucket is made by who owns it."""

    def put(self, name: str, body: bytes) -> bool:
        """One request; acknowledged, it is durable."""
        import obstore

        try:
            result = obstore.put(self._store(), _key(name), body, use_multipart=False)
        except _faults() as error:
            raise bucket_fault(self.url, error) from error
        return result["version"] is not None

    def get(self, name: str) -> bytes:
        """One request, again if it fails on the way."""
        import obstore

        try:
            return obstore.get(self._store(), _key(name)).bytes().to_bytes()
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise bucket_fault(self.url, error) from error
            raise missing(self.url, name) from None
        except _faults() as error:
            raise bucket_fault(self.url, error) from error

    def delete(self, names: Iterable[str]) -> None:
        """A thousand in one request."""
        import obstore

        keys = [_key(name) for name in names]
        try:
            for start in range(0, len(keys), _DELETES):
                obstore.delete(self._store(), keys[start : start + _DELETES])
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise bucket_fault(self.url, error) from error
        except _faults() as error:
            raise bucket_fault(self.url, error) from error

    def found(self) -> Iterator[tuple[str, float]]:
        """By listing, a thousand in one request."""
        import obstore

        try:
            for part in obstore.list(self._store(), chunk_size=_DELETES):
                for one in part:
                    yield one["path"].rpartition("/")[2], one["last_modified"].timestamp()
        except _faults() as error:
            raise bucket_fault(self.url, error) from error

    def _store(self) -> S3Store:
        # Only when it is needed: loading it takes as long as all the rest of a small command.
        if self._opened is None:
            from obstore.store import S3Store

            seconds = timedelta(seconds=limits.OBJECT_SECONDS)
            endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
            try:
                self._opened = S3Store(
                    self._name,
                    prefix=self._prefix,
                    # Who writes http:// means it: a server of one's own on the same machine.
                    client_options={
                        "timeout": seconds,
                        "connect_timeout": seconds / 4,
                        "allow_http": bool(endpoint and endpoint.startswith("http://")),
                    },
                    retry_config={"max_retries": limits.OBJECT_RETRIES, "retry_timeout": seconds},
                )
            except _faults() as error:
                raise bucket_fault(self.url, error) from error
        return self._opened


def _key(name: str) -> str:
    return f"{name[:2]}/{name}"


def _faults() -> tuple[type[Exception], ...]:
    from obstore.exceptions import BaseError

    return (BaseError, OSError, ValueError)


def _sync(folder: Path) -> None:
    """Makes names in a folder durable; Windows does so by itself, and refuses to be asked."""
    if os.name != "posix":
        return
    with suppress(PermissionError):  # a folder above, which was there before us
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
