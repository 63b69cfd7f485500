"""What can be wrong with the place of blobs, as one sentence and a next step each."""

from __future__ import annotations

import errno
from typing import Final

from recorder.errors import MissingObject, StoreUnavailable, WrongUse

__all__ = [
    "another_place",
    "bucket_fault",
    "changed",
    "folder_fault",
    "gone_folder",
    "missing",
    "no_place",
]

_FREE: Final = "Free some space and try again; nothing stored is lost."
_CREDENTIALS: Final = (
    "Set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION; see docs/collector.md."
)
_NETWORK: Final = "Check the network and AWS_ENDPOINT_URL, then try again; nothing stored is lost."

_BUCKET: Final = (
    # What obstore asks Amazon's machines for a role when it was given no keys.
    ("/latest/api/token", "there are no credentials for it", _CREDENTIALS),
    ("/latest/meta-data", "there are no credentials for it", _CREDENTIALS),
    ("169.254.170.2", "there are no credentials for it", _CREDENTIALS),
    ("NoSuchBucket", "there is no such bucket", "Create it, or correct --blobs."),
    ("InvalidAccessKeyId", "it refuses the credentials", _CREDENTIALS),
    ("SignatureDoesNotMatch", "it refuses the credentials", _CREDENTIALS),
    ("ExpiredToken", "the credentials have expired", _CREDENTIALS),
    (
        "AccessDenied",
        "the credentials do not allow it",
        "Allow GetObject, PutObject, DeleteObject and ListBucket on it.",
    ),
    ("StorageFull", "it is full", _FREE),
    ("QuotaExceeded", "it is full", _FREE),
    ("507 ", "it is full", _FREE),
    ("403 Forbidden", "it refuses the credentials", _CREDENTIALS),
    ("401 Unauthorized", "it refuses the credentials", _CREDENTIALS),
    ("PermanentRedirect", "it is in another region", "Set AWS_REGION to the bucket's."),
    ("kind: Timeout", "it does not answer in time", _NETWORK),
    ("TimedOut", "it does not answer in time", _NETWORK),
    ("kind: Connect", "it cannot be reached", _NETWORK),
)
"""What obstore's errors contain (they have no codes), and what that means; the first counts."""

_FOLDER: Final = {
    errno.ENOSPC: ("the disk is full", _FREE),
    errno.EDQUOT: ("the quota on its disk is used up", _FREE),
    errno.EACCES: ("it may not be used", "Check the permissions of the folder."),
    errno.EPERM: ("it may not be used", "Check the permissions of the folder."),
    errno.EROFS: ("its disk cannot be written", "Mount it for writing, and try again."),
    errno.ENOTDIR: ("it is no folder", "Name a folder with --blobs."),
    errno.EEXIST: ("it is no folder", "Name a folder with --blobs."),
}


def no_place(url: str) -> WrongUse:
    """The error for text that is not the URL of a place."""
    # What stands before an @ may be a password.
    shown = url[:200].rpartition("@")[2]
    return WrongUse(
        f"{shown!r} is not a URL for blobs.",
        "Write file:///FOLDER or s3://BUCKET/PREFIX; credentials come from the environment.",
    )


def another_place(store: str, has: str, asked: str) -> WrongUse:
    """The error for a store whose blobs are elsewhere."""
    return WrongUse(
        f"The blobs of the store {store} are at {has}, not at {asked}.",
        "Leave --blobs out (and HEATWRIGHT_BLOBS unset): the store knows where they are.",
    )


_RESTORE: Final = "Restore it from a backup of the blobs, or use another session."


def missing(url: str, name: str) -> MissingObject:
    """The error for a body that is not where it was put."""
    return MissingObject(f"The object {name} is missing from the blobs at {url}.", _RESTORE)


def changed(url: str, name: str) -> MissingObject:
    """The error for a body that is another one than was put."""
    return MissingObject(
        f"The object {name} of the blobs at {url} is not what was put there.", _RESTORE
    )


def gone_folder(url: str) -> StoreUnavailable:
    """The error for a folder that was there."""
    return _unavailable(
        url, "the folder is not there", "Mount its disk, or put the folder back, and try again."
    )


def folder_fault(url: str, error: OSError) -> StoreUnavailable:
    """The error for what the operating system raised."""
    reason, next_step = _FOLDER.get(
        error.errno or 0, (error.strerror or str(error), "Check the disk, then try again.")
    )
    return _unavailable(url, reason, next_step)


def bucket_fault(url: str, error: Exception) -> StoreUnavailable:
    """The error for what obstore raised. Its own text is left out: pages of it, with addresses."""
    text = str(error)
    for sign, reason, next_step in _BUCKET:
        if sign in text:
            return _unavailable(url, reason, next_step)
    first = text.strip().splitlines()[0] if text.strip() else type(error).__name__
    return _unavailable(url, first.rpartition(" - ")[2][:200], _NETWORK)


def _unavailable(url: str, reason: str, next_step: str) -> StoreUnavailable:
    return StoreUnavailable(f"The blobs at {url} are not available: {reason}.", next_step)
