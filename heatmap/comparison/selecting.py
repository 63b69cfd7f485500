"""What a selector fits on the grounds of a comparison."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from heatmap.comparison.comparing import Comparison
from replay import Theatre

__all__ = ["select"]


async def select(
    theatre: Theatre, comparison: Comparison, selectors: Collection[str]
) -> Mapping[str, Sequence[Sequence[int]]]:
    """For each selector, the indexes of the elements that it fits on A's ground and on B's.

    Raises WrongUse for what is no CSS selector.
    """
    if not selectors:
        return {}
    found: dict[str, list[list[int]]] = {one: [] for one in selectors}
    for side in (comparison.a, comparison.b):
        moment = side.ground.backdrop.moment
        async with theatre.stage(side.ground.device, moment) as stage:
            await stage.build(moment)
            for selector in selectors:
                found[selector].append(await stage.select(selector))
    return found
