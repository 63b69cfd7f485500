"""What the tag measured beside what the stage has."""

from __future__ import annotations

import msgspec

from heatmap.drift import TOLERATED_PX, Drift, drift_of
from heatmap.placement import Sample
from tests.comparing.making import anchor
from tests.report.making import session


def samples(drifts: list[float]) -> list[Sample]:
    plain = anchor(0)
    return [
        Sample(session(), "d", msgspec.structs.replace(plain, drift=drift), []) for drift in drifts
    ]


def test_presses_that_the_tag_did_not_measure_do_not_count() -> None:
    assert drift_of(samples([])) is None
    assert drift_of(samples([-1, -1])) is None
    assert drift_of(samples([-1, 3, 1, 2])) == Drift(3, 2.0, 2.9, 0.6667)


def test_only_what_can_be_seen_is_remarked() -> None:
    assert Drift(9, 0.0, TOLERATED_PX).remark() == ""
    told = Drift(1200, 0.4, 31.2).remark()
    assert "1,200 presses" in told and "31 px" in told
