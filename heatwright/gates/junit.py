"""Judgements as JUnit XML, which every CI system shows, and as GitHub's annotations."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET  # only written, never parsed

from heatwright.gates.judging import Judgement, Outcome
from heatwright.report.words import clean

__all__ = ["github_lines", "junit"]


def junit(page: str, judgements: Sequence[Judgement]) -> bytes:
    """A test suite with a case for each rule. What could not be judged is an error, not a pass."""
    counts = {outcome: sum(one.outcome is outcome for one in judgements) for outcome in Outcome}
    suite = ET.Element(
        "testsuite",
        name=_text(f"heatwright compare {page}"),
        tests=str(len(judgements)),
        failures=str(counts[Outcome.FAILED]),
        errors=str(counts[Outcome.NOT_EVALUATED]),
    )
    tags = {Outcome.FAILED: "failure", Outcome.NOT_EVALUATED: "error"}
    for one in judgements:
        case = ET.SubElement(suite, "testcase", classname=_text(page), name=_text(one.rule.text))
        if tag := tags.get(one.outcome):
            found = ET.SubElement(case, tag, message=_text(one.reason))
            found.text = _text("\n".join(one.details))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def github_lines(judgements: Sequence[Judgement]) -> list[str]:
    """`::error` and `::warning` lines, as GitHub's workflow commands want them escaped."""
    level = {Outcome.FAILED: "error", Outcome.NOT_EVALUATED: "warning"}
    return [
        f"::{level[one.outcome]} title={_escaped(one.rule.text, True)}::{_escaped(one.reason)}"
        for one in judgements
        if one.outcome in level
    ]


def _text(text: str) -> str:
    return str(clean(text))


def _escaped(text: str, in_property: bool = False) -> str:
    found = _text(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return found.replace(":", "%3A").replace(",", "%2C") if in_property else found
