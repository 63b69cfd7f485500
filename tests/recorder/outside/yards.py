"""Where bodies lie, seen from outside of Heatwright: what is there, taken away or spoiled."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Protocol

from tests.support.s3 import Bucketeer

__all__ = ["BucketYard", "FolderYard", "Yard"]


class Yard(Protocol):
    """A place. Names are those by which `objects` has them, whatever stands before."""

    url: str

    def bodies(self) -> dict[str, bytes]:
        """All that lies there, by name."""

    def spoil(self, name: str, body: bytes) -> None:
        """Puts other bytes under a name."""

    def take_away(self, name: str) -> None:
        """Removes what lies there."""

    def wait(self, seconds: float) -> float:
        """Epoch second at which what is there now is so old."""


class FolderYard:
    """A folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.url = root.as_uri()

    def _files(self) -> dict[str, Path]:
        found = self.root.rglob("*") if self.root.exists() else ()
        return {file.name: file for file in found if file.is_file()}

    def bodies(self) -> dict[str, bytes]:
        return {name: file.read_bytes() for name, file in self._files().items()}

    def spoil(self, name: str, body: bytes) -> None:
        self._files()[name].write_bytes(body)

    def take_away(self, name: str) -> None:
        self._files()[name].unlink()

    def wait(self, seconds: float) -> float:
        return time.time() + seconds

    def leave(self, name: str, body: bytes) -> None:
        """Puts a file that no row names into the folder of the one store that is here."""
        (store,) = self.root.iterdir()
        (store / name[:2]).mkdir(exist_ok=True)
        (store / name[:2] / name).write_bytes(body)

    def gone(self) -> Path:
        """Takes the whole folder away, as when its disk is not mounted; where it is now."""
        moved = self.root.with_name("moved")
        os.rename(self.root, moved)
        return moved

    def back(self, moved: Path) -> None:
        """Puts it back."""
        shutil.move(moved, self.root)


class BucketYard:
    """A bucket, of which a prefix is used."""

    def __init__(self, server: Bucketeer, bucket: str) -> None:
        self.server = server
        self.bucket = bucket
        self.url = f"s3://{bucket}/heat/bodies"

    def _paths(self) -> dict[str, str]:
        return {path.rpartition("/")[2]: path for path in self.server.objects(self.bucket)}

    def bodies(self) -> dict[str, bytes]:
        found = self.server.objects(self.bucket)
        return {path.rpartition("/")[2]: body for path, body in found.items()}

    def spoil(self, name: str, body: bytes) -> None:
        self.server.put(self.bucket, self._paths()[name], body)

    def take_away(self, name: str) -> None:
        self.server.delete(self.bucket, self._paths()[name])

    def wait(self, seconds: float) -> float:
        return time.time() + seconds
