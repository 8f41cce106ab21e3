"""Replies that never came: how far they could move a rate or a gap, whatever they would have said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from langbias.stats.estimates import Tally

# Up to this share of lost trials the figures stand as they are.
TOLERATED = 0.02


@dataclass(frozen=True, slots=True)
class Bounds:
    """Best and worst case over `lost` of `planned` replies: all of them would have passed, or all failed.

    For the gap, the worst case has this language's lost replies fail and the baseline's pass.
    """

    lost: int
    planned: int
    rate_low: float
    rate_high: float
    gap_low: float | None = None
    gap_high: float | None = None


def rate_bounds(tallies: Sequence[Tally], lost: Sequence[int]) -> tuple[float, float] | None:
    """Failing share if all lost replies had passed, and if all had failed. None when nothing was ever planned."""
    hits = sum(t.hits for t in tallies)
    total = sum(t.n for t in tallies) + sum(lost)
    return (hits / total, (hits + sum(lost)) / total) if total else None


def gap_bounds(
    ours: Sequence[Tally], our_lost: Sequence[int], base: Sequence[Tally], base_lost: Sequence[int]
) -> tuple[float, float] | None:
    """The paired gap (ours minus base) in its best and worst case. None when no scenario pairs."""
    best, worst = [], []
    for our, lost, their, their_lost in zip(ours, our_lost, base, base_lost, strict=True):
        n, m = our.n + lost, their.n + their_lost
        if n and m:
            best.append(our.hits / n - (their.hits + their_lost) / m)
            worst.append((our.hits + lost) / n - their.hits / m)
    return (sum(best) / len(best), sum(worst) / len(worst)) if best else None
