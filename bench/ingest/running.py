"""The servers that are compared, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

__all__ = ["ORIGIN", "Kind", "Server", "running"]

ROOT: Final = Path(__file__).resolve().parents[2]

ORIGIN: Final = "https://shop.example"


class Kind(StrEnum):
    """What becomes of a batch."""

    DISCARD = "discard"
    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is, and the key it takes."""

    url: str
    key: str


@contextmanager
def running(kind: Kind, store_url: str) -> Iterator[Server]:
    """The server while the block runs: see `bench.ingest.server`."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.ingest.server", kind, store_url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        said = process.stdout.readline() if process.stdout else b""
        yield Server(**json.loads(said))
    finally:
        process.communicate(b"")
