"""Masking on the server: the tag's rules once more, before anything is acknowledged.

Rooms are named like those of `recorder/client/redact/`, whose rules they repeat: `patterns`,
`urls`, `css`, `text`, `fields` (there `inputs`), `names`, `links`, `attributes`, `tree`,
`changes` (there `increments`), `payload`. `wall` puts them together.
"""

from recorder.masking.policy import FRAGMENTS, LEVELS, Fragment, Level, Policy
from recorder.masking.wall import (
    Decoded,
    Masked,
    mask_decoded,
    mask_description,
    mask_events,
    mask_page,
)

__all__ = [
    "FRAGMENTS",
    "LEVELS",
    "Decoded",
    "Fragment",
    "Level",
    "Masked",
    "Policy",
    "mask_decoded",
    "mask_description",
    "mask_events",
    "mask_page",
]
