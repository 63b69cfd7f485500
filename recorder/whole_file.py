"""Files that are there as a whole or not at all, whatever ends the program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from recorder.errors import WrongUse

__all__ = ["whole_file"]


@contextmanager
def whole_file(file: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """What is written takes the place of `file` when the block ends well; else that stays.

    `mode` are the permissions, less those that the user's mask takes away. Raises WrongUse
    where nothing can be written. A pipe or a terminal is written as it comes.
    """
    if file.exists() and not file.is_file():
        with file.open("wb") as opened:
            yield opened
        return
    part = file.with_name(file.name + ".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    except OSError as error:
        raise WrongUse(
            f"{file} cannot be written: {error.strerror or error}.",
            "Name a file in a folder that is there and may be written.",
        ) from error
    try:
        with os.fdopen(descriptor, "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
