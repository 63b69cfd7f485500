"""All that is stored of one visitor, as a ZIP file: for who asks what there is of him."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from recorder.errors import WrongUse
from recorder.events import encode_events
from recorder.store import SessionRow, Store
from recorder.store.tombstones import digest_of, shown
from recorder.whole_file import whole_file

__all__ = ["names_in_audit", "write_dossier"]

README = """\
What Heatwright has stored of visitor {visitor}
Written {at}.

A visitor is one browser, known by a random id. A session is one visit with it. What was typed,
and what looked like an e-mail address, a card or a phone number, was masked before it was stored;
so it is masked here.

sessions/SITE/ID/session.json    when it was, with what device and browser, its pages, and what the
                                 site said of it (traits, variant, release)
sessions/SITE/ID/DOCUMENT.json   what was recorded on one page: events of rrweb, an open format;
                                 rrweb-player (https://github.com/rrweb-io/rrweb) plays them
assets.json                      addresses of pictures, fonts and style sheets that are archived,
                                 and that hardly anyone else's visit named
audit.json                       when these sessions were read by a program, or given out like this;
                                 and by whom: a token's id, or "cli" for somebody at the machine

Times are milliseconds since 1970-01-01 00:00 UTC.
"""


def write_dossier(
    store: Store, visitor: str, file: Path, at: str, site_id: str | None = None
) -> int:
    """Writes all that is stored of `visitor` to `file`; gives the number of sessions.

    The audit trail has it before anything is written. `at` is the time, for people. Only the
    owner of the file may read it. Raises WrongUse if nothing is stored, BrokenRecording for what
    cannot be read or the file not be written; then there is no file.
    """
    sessions = store.sessions(site_id, visitor=visitor)
    if not sessions:
        raise WrongUse(
            f"Nothing is stored of a visitor {visitor[:80]!r}.",
            "Visitors' ids are told by: heatwright sessions --json",
        )
    sites = sorted({session.site_id for session in sessions})
    for site in sites:
        count = sum(session.site_id == site for session in sessions)
        store.audit.write(
            "cli", "visitor.export", shown(digest_of("visitor", site, visitor)), f"{count} sessions"
        )
    with whole_file(file, 0o600) as opened, _archive(opened) as archive:
        archive.writestr("README.txt", README.format(visitor=visitor, at=at))
        for session in sessions:
            _write_session(store, archive, session)
        _write_json(archive, "assets.json", _assets(store, sites, visitor))
        names = names_in_audit(sites, visitor, sessions)
        entries = store.audit.entries(objects=names)
        _write_json(archive, "audit.json", [asdict(entry) for entry in entries])
    return len(sessions)


def names_in_audit(
    sites: Iterable[str], visitor: str, sessions: Iterable[SessionRow] = ()
) -> set[str]:
    """What the audit trail calls a visitor, and those sessions of his that are not erased."""
    digests = {shown(digest_of("visitor", site, visitor)) for site in sites}
    return digests | {session.id for session in sessions}


def _archive(opened: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED)


def _write_session(store: Store, archive: zipfile.ZipFile, session: SessionRow) -> None:
    folder = f"sessions/{session.site_id}/{session.id}"
    documents = store.documents(session.id)
    about = asdict(session) | {
        "documents": [
            asdict(one)
            | {
                "gaps": store.gaps(one.id),
                "left_out": [asdict(row) for row in store.quarantine(one.id)],
            }
            for one in documents
        ],
        "page_views": [asdict(view) for view in store.page_views(session_id=session.id)],
    }
    _write_json(archive, f"{folder}/session.json", about)
    for one in documents:
        archive.writestr(f"{folder}/{one.id}.json", encode_events(store.events(one.id)))


def _assets(store: Store, sites: Iterable[str], visitor: str) -> list[str]:
    return [url for site in sites for url in store.assets_of(site, visitor)]


def _write_json(archive: zipfile.ZipFile, name: str, data: Any) -> None:
    body = msgspec.json.encode(data)
    archive.writestr(name, msgspec.json.format(body, indent=2))
