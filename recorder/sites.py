"""Sites: registered web properties, and the origins that may write to them."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from recorder import limits
from recorder.errors import WrongUse
from recorder.masking import Policy

__all__ = [
    "Consent",
    "Site",
    "WriteKey",
    "is_private_origin",
    "normalise_origin",
    "origin_of",
    "site_id",
    "site_names",
]

Consent = Literal["required", "not-required"]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ID_CHARS = 70
_SITE_ID = re.compile(rf"[a-z0-9][a-z0-9._-]{{0,{_ID_CHARS - 1}}}")
_MARK_CHARS = 8  # of a hash, to tell apart what was cut to one length


@dataclass(frozen=True, slots=True)
class WriteKey:
    """What a tag of a site sends to be let in. Times are epoch ms.

    It stands in the site's pages, so it is no secret: it can write and nothing
    else. `label` is for people. A revoked key stays, to be refused by name.
    """

    key: str
    site_id: str
    label: str
    created_at: int
    revoked_at: int | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A registered site. `origins` are normalised; `created_at` is epoch ms.

    `keys` in the order in which they were made, revoked ones too.
    `allow_private`: its assets may be fetched from private and loopback
    addresses, because the site itself lives there. `quota`: bytes a day that
    tags may send; None is `limits.SITE_BYTES_PER_DAY`. `policy` is what is
    masked on the server whatever the tag has done. `retention_ms`: how long a
    session is kept after its last batch; None is for ever.
    """

    id: str
    origins: tuple[str, ...]
    keys: tuple[WriteKey, ...]
    consent: Consent
    allow_private: bool
    created_at: int
    quota: int | None = None
    policy: Policy = field(default_factory=Policy)
    retention_ms: int | None = limits.RETENTION_MS

    @property
    def write_key(self) -> str:
        """The key to paste: the oldest that is not revoked, else the oldest of all."""
        return next((one for one in self.keys if one.revoked_at is None), self.keys[0]).key


def normalise_origin(text: str) -> str:
    """`scheme://host[:port]` in small letters, IDN as punycode, no default port.

    Raises WrongUse for what is no http(s) origin: a path, a query, user
    information, a wildcard, `null`.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        host = host if ":" in host else host.encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError):
        raise _no_origin(text) from None
    scheme = parts.scheme.lower()
    beside = "@" in parts.netloc or parts.path not in ("", "/") or parts.query or parts.fragment
    if scheme not in _DEFAULT_PORTS or beside or not re.fullmatch(r"[a-z0-9._:-]+", host):
        raise _no_origin(text)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + (
        f":{port}" if port is not None and port != _DEFAULT_PORTS[scheme] else ""
    )


def origin_of(url: str) -> str:
    """The normalised origin of what is at `url`, without user information. Raises WrongUse."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _no_origin(url) from None
    return normalise_origin(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")


def is_private_origin(origin: str) -> bool:
    """Whether the origin itself names this machine or a private address."""
    host = urlsplit(origin).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback


def site_id(text: str) -> str:
    """`text` if it can be a site's id. Raises WrongUse otherwise."""
    if not _SITE_ID.fullmatch(text):
        raise WrongUse(
            f"{text[:80]!r} cannot be the name of a site.",
            f"Use small letters, digits, '.', '_' and '-', at most {_ID_CHARS} of them.",
        )
    return text


def site_names(origin: str) -> tuple[str, ...]:
    """Names for a site that is known by its (normalised) origin only, the plainest first.

    The host and port; with the scheme, for when the host's other scheme has
    that name; with a hash of the origin, which nothing else has.
    """
    scheme, _, host = origin.partition("://")
    plain = re.sub(r"[\[\]]", "", host).replace(":", "-").strip("._-") or "site"
    mark = hashlib.sha256(origin.encode()).hexdigest()[:_MARK_CHARS]
    names = (plain, f"{plain}-{scheme}", f"{plain}-{mark}")
    cut = f"{plain[: _ID_CHARS - _MARK_CHARS - 1]}-{mark}"
    return tuple(name if len(name) <= _ID_CHARS else cut for name in names)


def _no_origin(text: str) -> WrongUse:
    return WrongUse(
        f"{text[:200]!r} is not an origin.",
        "Write scheme, host and port only, for example https://shop.example or "
        "http://localhost:8000.",
    )
