"""Two series over the same scenarios: their gap, its interval, and whether chance alone would make it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from langbias.stats.estimates import CONFIDENCE, Tally, effective_n, jeffreys, mean, t_half_width
from langbias.types import Estimate

# At most this many sign patterns are enumerated; beyond it the permutation test draws this many at random.
PERMUTATIONS = 2**14
# Below this many scenarios p comes from the sign-flip permutation test, from there on from t.
PERMUTE_BELOW = 20
# A rate with fewer (effective) events than this on either side is near the ceiling: t is too short there.
NEAR_CEILING = 10.0
# Of a correlation near the ceiling, which few events make; in simulation all of it covers too little (N = 50, K = 5).
TRUSTED = 0.9
BY_T = "paired t over scenarios"
SQUARE_AND_ADD = "paired square-and-add (near the ceiling)"
_NO_SPREAD = 1e-12


def paired_gap(first: Sequence[Tally], second: Sequence[Tally], confidence: float = CONFIDENCE) -> Estimate | None:
    """Mean over scenarios of rate(first) - rate(second). Both must be in one scenario order.

    A paired t interval; near 0 or 1, where t covers too little, the square-and-add interval from the two Jeffreys
    intervals and the correlation of the scenarios (Newcombe 1998, method 10; Zou and Donner 2008; Laud 2017). None when
    no scenario has trials on both sides.
    """
    pairs = _pairs(first, second)
    if not pairs:
        return None
    ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    differences = _differences(pairs)
    n = int(sum(a.n + b.n for a, b in pairs))
    value = float(differences.mean())
    if len(pairs) < 2:
        return Estimate(value, None, None, n, 1, "one scenario: no interval")
    if float(differences.std()) > _NO_SPREAD and not _near_ceiling(ours) and not _near_ceiling(theirs):
        half = t_half_width(differences, confidence)
        low, high, method = value - half, value + half, BY_T
    else:
        low, high = _square_and_add(ours, theirs, value, confidence)
        method = SQUARE_AND_ADD
    return Estimate(value, max(-1.0, low), min(1.0, high), n, len(pairs), method)


def paired_p(first: Sequence[Tally], second: Sequence[Tally], seed: int = 0) -> float | None:
    """Two-sided p-value that the paired gap is zero; see `difference_p`. None with fewer than two paired scenarios."""
    return difference_p(_differences(_pairs(first, second)), seed)


def mean_gap(values: Sequence[float], n: int, confidence: float = CONFIDENCE) -> Estimate | None:
    """Mean of per-scenario differences of an ordinal or continuous measure, with a paired t interval."""
    found = mean(values, n, confidence)
    return found and replace(found, method=found.method.replace("t over", "paired t over"))


def change_of_gap(
    after: Sequence[Tally],
    before: Sequence[Tally],
    base_after: Sequence[Tally],
    base_before: Sequence[Tally],
    confidence: float = CONFIDENCE,
) -> Estimate | None:
    """How far a gap to the baseline moved (-2 to 2): the change of one language minus that of the baseline.

    Over scenarios judged in all four: a t interval, or where a change is near the ceiling or nothing varies, square-
    and-add of the intervals of both changes. None where no scenario was judged in all four.
    """
    rows = [row for row in zip(after, before, base_after, base_before, strict=True) if all(t.n > 0 for t in row)]
    if not rows:
        return None
    changes = [[(row[at], row[at + 1]) for row in rows] for at in (0, 2)]
    moved, base_moved = map(_differences, changes)
    apart = moved - base_moved
    value, n = float(apart.mean()), int(sum(t.n for row in rows for t in row))
    ours, base = (paired_gap([a for a, _ in pairs], [b for _, b in pairs], confidence) for pairs in changes)
    if not ours or not base or ours.low is None or ours.high is None or base.low is None or base.high is None:
        return Estimate(value, None, None, n, 1, "one scenario: no interval")
    if ours.method == base.method == BY_T and float(apart.std()) > _NO_SPREAD:
        half = t_half_width(apart, confidence)
        return Estimate(value, value - half, value + half, n, len(rows), BY_T)
    together = _correlation(list(moved), list(base_moved))
    low = value - _joined(ours.value - ours.low, base.high - base.value, together)
    high = value + _joined(ours.high - ours.value, base.value - base.low, together)
    return Estimate(value, max(low, -2.0), min(high, 2.0), n, len(rows), SQUARE_AND_ADD)


def difference_p(differences: NDArray[np.float64], seed: int = 0) -> float | None:
    """Two-sided p-value that per-scenario differences have mean zero.

    Sign-flip permutation below 20 scenarios and where all differences are alike, t from there on.
    """
    count = len(differences)
    if count < 2:
        return None
    if not differences.any():
        return 1.0
    if count < PERMUTE_BELOW or float(differences.std()) <= _NO_SPREAD:
        return _sign_flip_p(differences, seed)
    statistic = float(differences.mean()) / (float(differences.std(ddof=1)) / math.sqrt(count))
    return 2 * float(stdtr(count - 1, -abs(statistic)))


def _pairs(first: Sequence[Tally], second: Sequence[Tally]) -> list[tuple[Tally, Tally]]:
    return [(a, b) for a, b in zip(first, second, strict=True) if a.n > 0 and b.n > 0]


def _differences(pairs: Sequence[tuple[Tally, Tally]]) -> NDArray[np.float64]:
    return np.array([a.share - b.share for a, b in pairs], dtype=float)


def _pooled(tallies: Sequence[Tally]) -> float:
    return sum(t.share for t in tallies) / len(tallies)


def _near_ceiling(tallies: Sequence[Tally]) -> bool:
    value = _pooled(tallies)
    return min(value, 1 - value) * effective_n(tallies) < NEAR_CEILING


def _square_and_add(
    first: Sequence[Tally], second: Sequence[Tally], value: float, confidence: float
) -> tuple[float, float]:
    one, two = _pooled(first), _pooled(second)
    low_one, high_one = jeffreys(one, effective_n(first, confidence), confidence)
    low_two, high_two = jeffreys(two, effective_n(second, confidence), confidence)
    together = _correlation([t.share for t in first], [t.share for t in second])
    low = value - _joined(one - low_one, high_two - two, together)
    high = value + _joined(high_one - one, two - low_two, together)
    return low, high


def _joined(one: float, two: float, correlation: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * correlation * one * two + two * two))


def _correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """How far two series go together, less what a few events may feign."""
    a, b = np.asarray(first) - np.mean(first), np.asarray(second) - np.mean(second)
    scale = math.sqrt(float((a**2).sum()) * float((b**2).sum()))
    return TRUSTED * float((a * b).sum()) / scale if scale > _NO_SPREAD else 0.0


def _sign_flip_p(differences: NDArray[np.float64], seed: int) -> float:
    moving = differences[differences != 0]
    observed = abs(float(moving.sum())) - 1e-12
    if 2 ** len(moving) <= PERMUTATIONS:
        signs = np.array(list(product((1.0, -1.0), repeat=len(moving))))
        return float((np.abs(signs @ moving) >= observed).mean())
    signs = np.random.default_rng(seed).choice((1.0, -1.0), size=(PERMUTATIONS, len(moving)))
    return float((1 + (np.abs(signs @ moving) >= observed).sum()) / (1 + PERMUTATIONS))
