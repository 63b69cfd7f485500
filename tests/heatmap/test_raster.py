"""Rasters keep mass, keep it inside the element, and keep it where it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from heatmap import raster as module
from heatmap.grids import Grids, build_grids, grids_of_columns
from heatmap.points import Columns, Placement
from heatmap.raster import Geometry, Rect, Target, raster_scale, rasterise
from heatmap.statuses import Kind
from tests.heatmap.strategies import PAGE, drawn


def grids_at(u: object, v: object, target: int = 0) -> Grids:
    """Clicks of weight 1 at fractions u, v of one element's box."""
    us, vs = np.atleast_1d(np.asarray(u, float)), np.atleast_1d(np.asarray(v, float))
    return grids_of_columns(
        Columns(np.full(len(us), target, np.int32), np.zeros(len(us), np.int8), us, vs)
    )


def peak(heat: NDArray[np.float32]) -> tuple[float, float]:
    """x and y of the middle of the hottest pixel."""
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    return float(column) + 0.5, float(row) + 0.5


@given(st.lists(drawn(), max_size=150), st.floats(0.3, 40), st.sampled_from([0.5, 1.0, 2.0]))
def test_the_sum_is_the_drawn_mass(points: list[Placement], sigma: float, scale: float) -> None:
    grids = build_grids(points)
    heat = rasterise(grids, PAGE, Kind.CLICK, sigma_px=sigma, scale=scale)

    assert heat.dtype == np.float32 and heat.shape == (300 * scale, 400 * scale)
    assert heat.min() >= 0
    assert heat.sum(dtype=np.float64) == pytest.approx(grids.mass(Kind.CLICK), rel=1e-6)


@pytest.mark.parametrize("n", [5, 40_000])
def test_no_heat_leaves_the_visible_part(n: int) -> None:
    rng = np.random.default_rng(2)
    clip = Rect(120, 80, 70, 30)
    page = Geometry(400, 300, {0: Target(Rect(100, 60, 200, 90), clip)})
    heat = rasterise(grids_at(rng.random(n), rng.random(n)), page, Kind.CLICK)

    assert heat[80:110, 120:190].sum(dtype=np.float64) == pytest.approx(n, rel=1e-6)
    heat[80:110, 120:190] = 0
    assert not heat.any()


@pytest.mark.parametrize(
    "box", [Rect(10, 20, 300, 80), Rect(500, 900, 90, 400), Rect(0, 0, 1440, 2000)]
)
@pytest.mark.parametrize(("u", "v"), [(0.1, 0.2), (0.5, 0.5), (0.81, 0.93), (0.002, 0.998)])
@pytest.mark.parametrize("n", [1, 60])
def test_a_place_in_the_element_is_the_peak_at_any_size(
    box: Rect, u: float, v: float, n: int
) -> None:
    page = Geometry(1440, 2000, {0: Target(box, box)})
    spread = np.linspace(-1, 1, n) * 1e-4 if n > 1 else np.zeros(1)
    heat = rasterise(grids_at(u + spread, v + spread), page, Kind.CLICK)
    x, y = peak(heat)

    assert abs(x - (box.left + u * box.width)) <= 1.5
    assert abs(y - (box.top + v * box.height)) <= 1.5


def test_the_lattice_agrees_with_exact_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    grids = grids_at(rng.random(400), rng.random(400))
    page = Geometry(500, 300, {0: Target(Rect(20, 20, 460, 260), Rect(20, 20, 460, 260))})
    lattice = rasterise(grids, page, Kind.CLICK)
    monkeypatch.setattr(module, "_FEW_POINTS", 10**9)
    exact = rasterise(grids, page, Kind.CLICK)

    off = np.abs(lattice - exact) / exact.max()
    assert off[30:270, 30:470].max() <= 0.005
    assert off.max() <= 0.04  # half a lattice step along the element's edge


def test_distant_points_cost_their_surroundings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is done around the mass, not over the 20,000 px of the element."""
    page = Geometry(1440, 20_000, {0: Target(Rect(0, 0, 1440, 20_000), Rect(0, 0, 1440, 20_000))})
    areas: list[int] = []
    inner = module._exact

    def watched(*args: object) -> object:
        shape = args[3]
        assert isinstance(shape, tuple)
        areas.append(shape[0] * shape[1])
        return inner(*args)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(module, "_exact", watched)
    heat = rasterise(grids_at([0.5, 0.5], [0.01, 0.99]), page, Kind.CLICK)

    assert len(areas) == 2 and max(areas) < 130 * 130
    assert heat.sum(dtype=np.float64) == pytest.approx(2)


def test_text_heat_follows_its_grapheme() -> None:
    def page(x: float, y: float) -> Geometry:
        rects = [[Rect(10, 10, 9, 18)], [Rect(x, y, 9, 18)]]
        return Geometry(
            300, 200, {4: Target(Rect(0, 0, 300, 200), Rect(0, 0, 300, 200), {0: rects})}
        )

    one = np.ones(1, np.int32)
    columns = Columns(one * 4, np.zeros(1, np.int8), one * 0.5, one * 0.5, one * 0, one)
    grids = grids_of_columns(text=columns)
    for x, y in ((150, 50), (20, 150)):
        found = peak(rasterise(grids, page(x, y), Kind.CLICK))
        assert abs(found[0] - (x + 4.5)) <= 1 and abs(found[1] - (y + 9)) <= 1


@pytest.mark.parametrize(
    ("rect", "pixel"), [(Rect(50.2, 60.7, 0, 0), (50, 60)), (Rect(-90, 500, 10, 10), (0, 199))]
)
def test_an_element_without_area_heats_the_nearest_pixel(
    rect: Rect, pixel: tuple[int, int]
) -> None:
    page = Geometry(300, 200, {0: Target(rect, rect)})
    heat = rasterise(grids_at([0.5, 0.1], [0.5, 0.9]), page, Kind.CLICK)

    assert heat[pixel[1], pixel[0]] == 2 and heat.sum() == 2


def test_kinds_do_not_mix_and_elements_add() -> None:
    clip = Rect(0, 0, 100, 100)
    page = Geometry(100, 100, {0: Target(clip, clip), 1: Target(clip, clip)})
    one, both = grids_at(0.4, 0.4, 0), grids_at(0.4, 0.4, 0) + grids_at(0.4, 0.4, 1)

    assert np.allclose(
        rasterise(both, page, Kind.CLICK), 2 * rasterise(one, page, Kind.CLICK), rtol=1e-5
    )
    assert not rasterise(both, page, Kind.MOVE).any()


def test_weight_without_a_place_is_an_error_not_a_loss() -> None:
    with pytest.raises(ValueError, match="element 9"):
        rasterise(grids_at(0.5, 0.5, 9), PAGE, Kind.CLICK)
    nowhere = Geometry(9, 9, {0: Target(Rect(float("nan"), 0, 1, 1), Rect(0, 0, 1, 1))})
    with pytest.raises(ValueError, match="not finite"):
        rasterise(grids_at(0.5, 0.5), nowhere, Kind.CLICK)


def test_a_page_beyond_the_limit_is_painted_smaller() -> None:
    tall = Geometry(1440, 240_000, {})
    assert raster_scale(tall) == pytest.approx(0.5)
    assert raster_scale(Geometry(1440, 60_000, {})) == 1


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_sigma_and_scale_are_checked(bad: float) -> None:
    with pytest.raises(ValueError, match="sigma"):
        rasterise(Grids(), PAGE, Kind.CLICK, sigma_px=bad)
    with pytest.raises(ValueError, match="scale"):
        rasterise(Grids(), PAGE, Kind.CLICK, scale=bad)
