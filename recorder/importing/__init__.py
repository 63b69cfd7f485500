"""Recordings from elsewhere: rrweb's events in whatever wrapping others keep them.

file → reading (unwrap, unpack) → streams → splitting (one load of a page each) → taking → store
"""

from __future__ import annotations

from recorder.importing.reading import RefusedFile, Stream, read_streams, recording_files
from recorder.importing.taking import About, Taken, take_file

__all__ = [
    "About",
    "RefusedFile",
    "Stream",
    "Taken",
    "read_streams",
    "recording_files",
    "take_file",
]
