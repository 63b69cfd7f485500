"""A lock on a file that all processes of one store share.

SQLite before 3.51.3 can corrupt a WAL database when one connection writes
while another checkpoints. So every write and every checkpoint, of every
process, happens under this one lock. SQLite allows a single writer anyway:
nothing is lost by it.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["FileLock", "LockTimeout"]

_FIRST_PAUSE = 0.001  # seconds; a group commit takes a few milliseconds
_LONGEST_PAUSE = 0.02


class LockTimeout(Exception):
    """Another process or thread held the lock for the whole time."""


class FileLock:
    """An exclusive lock among processes and threads. The file is created and never removed.

    Removing it would let two processes lock two files of one name.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._thread_lock = threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the lock. Raises LockTimeout, or OSError where files cannot be locked."""
        deadline = time.monotonic() + self._timeout
        if not self._thread_lock.acquire(timeout=self._timeout):
            raise LockTimeout(f"{self._path} is locked")
        try:
            self._wait(deadline)
            try:
                yield
            finally:
                _unlock(self._file)
        finally:
            self._thread_lock.release()

    def close(self) -> None:
        """Gives the file back; the lock cannot be used afterwards."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _wait(self, deadline: float) -> None:
        pause = _FIRST_PAUSE
        while not _try_lock(self._file):
            if time.monotonic() > deadline:
                raise LockTimeout(f"{self._path} is locked")
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: int) -> bool:
        os.lseek(file, 0, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True

    def _unlock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file: int) -> bool:
        # flock, not lockf: it also excludes another Store of this same process.
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                return False
            raise
        return True

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
