"""Assets from a build: for sites behind a login, and for whatever the next deployment removes."""

from __future__ import annotations

import mimetypes
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from recorder import limits
from recorder.assets.media import judge_media
from recorder.errors import WrongUse
from recorder.sites import Site
from recorder.store import Outcome, Store

__all__ = ["Pushed", "build_files", "push_file"]


@dataclass(slots=True)
class Pushed:
    """What became of a build's files: how many were `kept`, or why not; `bytes` of those kept."""

    counts: Counter[str] = field(default_factory=Counter)
    bytes: int = 0


def build_files(folder: Path, base_url: str) -> Iterator[tuple[Path, str]]:
    """The files of a build and the URLs at which they are served, by name.

    Hidden files and folders are left out. Raises WrongUse for what is no
    folder or no web address.
    """
    if not folder.is_dir():
        raise WrongUse(f"{folder} is not a folder.", "Give the one that the build writes.")
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise WrongUse(
            f"{base_url[:200]!r} is not where files are served.",
            "Give the address of the folder, such as https://shop.example/static/.",
        )
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        if file.is_file() and not any(part.startswith(".") for part in inside.parts):
            path = f"{parts.path.rstrip('/')}/{quote(inside.as_posix())}"
            yield file, urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def push_file(store: Store, site: Site, file: Path, url: str, release: str, pushed: Pushed) -> None:
    """Archives one file as what `url` is in `release`, or counts why not.

    What is neither picture, font nor style sheet is left out: replays run no
    scripts. Raises OSError for what cannot be read, and what the store raises.
    """
    if file.stat().st_size > limits.ASSET_BYTES:
        pushed.counts["too_large"] += 1
        return
    body = file.read_bytes()
    media_type = judge_media(mimetypes.guess_type(file.name)[0] or "", body)
    if media_type is None:
        pushed.counts["no_asset"] += 1
        return
    store.keep_asset(
        site.id,
        url,
        outcome=Outcome.KEPT,
        status=200,
        media_type=media_type,
        body=body,
        captured_at=int(time.time() * 1000),
        release=release,
    )
    pushed.counts["kept"] += 1
    pushed.bytes += len(body)
