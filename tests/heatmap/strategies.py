"""Made-up placements and pages for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from heatmap.points import Placement
from heatmap.raster import Geometry, Rect, Target
from heatmap.statuses import Chart, Kind, Status

PAGE = Geometry(
    400,
    300,
    {
        0: Target(Rect(0, 0, 400, 300), Rect(0, 0, 400, 300)),
        1: Target(Rect(40, 30, 90, 20), Rect(40, 30, 90, 20)),
        2: Target(Rect(350, 280, 200, 90), Rect(350, 280, 50, 20)),  # partly off the page
        3: Target(Rect(100.4, 200.6, 0, 0), Rect(100.4, 200.6, 0, 0)),  # collapsed
        4: Target(
            Rect(200, 100, 60, 40),
            Rect(200, 100, 60, 40),
            {
                0: [[Rect(200 + 10 * i, 100, 10, 18)] for i in range(6)],
                1: [[Rect(200, 120, 9, 18)], [], [Rect(210, 120, 0, 0)]],
            },
        ),
    },
)
"""Elements of every awkward sort: the page itself, tiny, cut off, empty, with text."""

fractions = st.floats(0, 1)
weights = st.one_of(st.just(1.0), st.floats(0, 1000))


@st.composite
def drawn(draw: st.DrawFn) -> Placement:
    """A point drawn somewhere on `PAGE`."""
    in_text = draw(st.booleans())
    run = draw(st.integers(0, 1))
    return Placement(
        session=draw(st.sampled_from("abc")),
        document="d",
        time_ms=draw(st.integers(0, 9)),
        kind=draw(st.sampled_from([Kind.CLICK, Kind.MOVE])),
        element="",
        chart=Chart.TEXT if in_text else Chart.BOX,
        width=400,
        status=Status.DRAWN,
        x=1.0,
        y=2.0,
        weight=draw(weights),
        target=4 if in_text else draw(st.integers(0, 4)),
        u=draw(fractions),
        v=draw(fractions),
        text=run if in_text else -1,
        grapheme=draw(st.integers(0, 5 if run == 0 else 2)) if in_text else -1,
        fx=draw(fractions),
        fy=draw(fractions),
    )


@st.composite
def placements(draw: st.DrawFn) -> Placement:
    """A point of any status, at one of two widths."""
    status = draw(st.sampled_from(Status))
    if status is Status.DRAWN:
        return draw(drawn())
    return Placement(
        session=draw(st.sampled_from(["", "a", "=1", "é\ud800"])),
        document="d",
        time_ms=draw(st.integers(0, 9)),
        kind=draw(st.sampled_from(Kind)),
        element=draw(st.sampled_from(["", "a", "=1", "é\ud800"])),
        chart=Chart.BOX,
        width=draw(st.sampled_from([390, 1440])),
        status=status,
        weight=draw(weights),
    )
