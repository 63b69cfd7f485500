"""What the documentation of the tag says is what the tag does."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from heatwright.cli.sites import Consent, pasted_tag
from recorder.tag_file import TAG_FOLDER
from tests.docs.sources import choices, defaults, doc, limits, members, names

TAG = doc("tag.md")
EVENTS = doc("events.md")
PLAIN = re.sub(r"\s+", " ", TAG)
"""The page without its line breaks."""

ONLY_DRIVEN = {"driven"}
"""What only `heatwright record` sets: no attribute, no option."""

TOLERANCE_KB = 0.3
"""A weight may be off by this much before the page has to be mended."""


def rows() -> dict[str, list[str]]:
    """The table of settings by option: attribute, default, meaning."""
    found = re.findall(
        r"^\| `(data-[^`]+)` \| `(\w+)` \| (.*?) ?\| (.+) \|$", TAG, flags=re.MULTILINE
    )
    return {option: [attribute, default, meaning] for attribute, option, default, meaning in found}


def attribute_of(option: str) -> str:
    """As `dataset` spells it: `maskSelector` is `data-mask-selector`."""
    if option == "traits":
        return 'data-trait-plan="free"'
    return "data-" + re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", option)


def as_documented(value: str) -> str:
    """A default as the table shows it: what is empty is `none`, lists are as in attributes."""
    if value in ("null", '""', "[]", "{}"):
        return "none"
    words = re.findall(r"[^\[\]\", ]+", value)
    return f"`{' '.join(words)}`"


def test_every_setting_is_in_the_table_and_no_other() -> None:
    assert set(rows()) == set(members("Options"))
    assert set(rows()) == set(defaults()) - ONLY_DRIVEN | {"key", "endpoint"}


@pytest.mark.parametrize("option", sorted(set(defaults()) - ONLY_DRIVEN))
def test_a_setting_has_its_attribute_and_its_default(option: str) -> None:
    attribute, default, _ = rows()[option]
    assert attribute == attribute_of(option)
    assert default == as_documented(defaults()[option])


@pytest.mark.parametrize("option", sorted(choices()))
def test_a_setting_names_all_its_choices(option: str) -> None:
    for choice in choices()[option]:
        assert f"`{choice}`" in " ".join(rows()[option])


@pytest.mark.parametrize("call", members("Heatwright"))
def test_every_call_has_an_example(call: str) -> None:
    assert re.search(rf"^(?:await )?heatwright\.{call}\(", TAG, flags=re.MULTILINE)


@pytest.mark.parametrize("name", names("tags.ts", "_TAG"))
def test_every_event_is_explained(name: str) -> None:
    assert f"\n| `{name}` |" in EVENTS


def test_everything_stored_in_the_browser_is_named() -> None:
    keys = names("identity.ts", "_KEY")
    assert len(keys) == 3
    for key in keys:
        assert f"\n| `{key}` |" in TAG


class Limit(int):
    """A constant of `limits.ts`, in larger units."""

    kib = property(lambda self: self // 1024)
    mib = property(lambda self: self // 1024**2)
    seconds = property(lambda self: self // 1000)
    minutes = property(lambda self: self // 60_000)
    hours = property(lambda self: self // 3_600_000)


LIMITS = """
more than {MUTATIONS_PER_SECOND:,} changed nodes a second for {STORM_SECONDS} seconds in a row
{DOCUMENT_CHARS.mib} MiB of events from one page
{DOCUMENT_MS.hours} hours on one page
{SPOOL_BYTES.mib} MiB, compressed, that could not be sent
A session ends after {SESSION_IDLE_MS.minutes} minutes
{ERRORS_PER_MINUTE} different errors, {REQUESTS_PER_MINUTE} requests
and {RESTS_PER_MINUTE} resting pointers are told
Messages are cut at {ERROR_TEXT_CHARS} characters
stacks at {ERROR_STACK_LINES} lines and {ERROR_STACK_CHARS:,} characters
response headers at {HEADER_CHARS}.
load by themselves are recorded up to {FONT_BYTES.kib} KiB each
Canvases of one page have {CANVAS_CHARS.mib} MiB together
takes more than {CANVAS_SAMPLE_MS} ms {CANVAS_SLOW_SAMPLES} times in a row
A session has {TRAITS} traits at most, with names of {TRAIT_NAME_CHARS}
and values of {TRAIT_VALUE_CHARS} characters; variant and release have {LABEL_CHARS}
Events wait {FLUSH_MS.seconds} seconds or {FLUSH_CHARS.kib} KiB
batches of about {BATCH_CHARS.kib} KiB, compressed by the browser from {GZIP_FROM.kib} KiB on
after {RETRY_MS.seconds} second at first and {RETRY_CAP_MS.seconds} seconds at most
"""


@pytest.mark.parametrize("sentence", LIMITS.strip().splitlines())
def test_limits_are_those_of_the_tag(sentence: str) -> None:
    given = {name: Limit(value) for name, value in limits().items()}
    assert sentence.format_map(given) in PLAIN


def test_weights_are_those_of_the_built_tag() -> None:
    said = re.findall(r"^\| `([\w-]+\.js)` \| ([\d.]+) kB \| ([\d.]+) kB \|", TAG, re.MULTILINE)
    assert len(said) == 4
    for name, *kilobytes in said:
        file = TAG_FOLDER / name
        packed = gzip.compress(file.read_bytes(), 9), Path(f"{file}.br").read_bytes()
        for weight, documented in zip(map(len, packed), kilobytes, strict=True):
            assert abs(weight / 1000 - float(documented)) < TOLERANCE_KB, f"{name}: {weight} bytes"


def test_what_to_paste_is_what_sites_add_prints() -> None:
    printed = pasted_tag("https://heat.example.com", "YOUR-WRITE-KEY", Consent.REQUIRED)
    assert f"```html\n{printed}\n```" in TAG


def test_links_lead_somewhere() -> None:
    for source in ("tag.md", "events.md", "masking.md"):
        for page, anchor in re.findall(r"\]\((\w+\.md)?(?:#([\w-]+))?\)", doc(source)):
            headings = re.findall(r"^#+ (.+)$", doc(page or source), flags=re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
            assert not anchor or anchor in anchors
