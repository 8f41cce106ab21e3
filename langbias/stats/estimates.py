"""Intervals for one number: rates over clustered responses, and means of paired differences.

The independent unit is the scenario: repeats and turns of one scenario are one cluster.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from langbias.types import Estimate

CONFIDENCE = 0.95
# At most this many sign patterns are enumerated; beyond it the permutation test draws this many at random.
PERMUTATIONS = 2**14


@dataclass(frozen=True, slots=True)
class Tally:
    """Events among trials of one cluster (scenario): `hits` of `n`."""

    hits: int
    n: int


def wilson(rate: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson score interval (Wilson 1927) of a proportion `rate` (0-1) on `n` > 0 trials; `n` need not be whole."""
    z = float(ndtri(0.5 + confidence / 2))
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def rate(clusters: Sequence[Tally]) -> Estimate | None:
    """Share of hits over all clusters, with a Wilson interval on the effective number of trials.

    The effective n is p(1-p) over the cluster-robust variance of p, kept between the number of clusters and the number
    of trials. None when there is no trial.
    """
    used = [cluster for cluster in clusters if cluster.n > 0]
    n = sum(cluster.n for cluster in used)
    if n == 0:
        return None
    value = sum(cluster.hits for cluster in used) / n
    effective = _effective_n(used, value, n)
    low, high = wilson(value, effective)
    return Estimate(value, low, high, n, len(used), "Wilson, effective n")


def _effective_n(clusters: Sequence[Tally], value: float, n: int) -> float:
    count = len(clusters)
    if count < 2:
        # One scenario says nothing about how scenarios differ; its repeats count as one.
        return 1.0
    squares = sum((cluster.hits - value * cluster.n) ** 2 for cluster in clusters)
    variance = count / (count - 1) * squares / n**2
    if variance == 0:
        return float(count)
    return min(float(n), max(float(count), value * (1 - value) / variance))


def mean(values: Sequence[float], n: int) -> Estimate | None:
    """Mean of per-cluster values with a t interval; `n` is the number of responses behind them."""
    if not values:
        return None
    data = np.asarray(values, dtype=float)
    centre = float(data.mean())
    if len(data) < 2:
        return Estimate(centre, None, None, n, 1, "one scenario: no interval")
    half = _t_half_width(data)
    return Estimate(centre, centre - half, centre + half, n, len(data), "t over scenarios")


def _t_half_width(data: NDArray[np.float64]) -> float:
    quantile = float(stdtrit(len(data) - 1, 0.5 + CONFIDENCE / 2))
    return quantile * float(data.std(ddof=1)) / math.sqrt(len(data))


def paired_gap(first: Sequence[Tally], second: Sequence[Tally]) -> Estimate | None:
    """Mean over scenarios of rate(first) - rate(second): a paired t interval. Both must be in one scenario order.

    Where every scenario differs by the same amount, t has no width; then Newcombe's square-and-add interval (1998)
    from the two Wilson intervals stands in. None when no scenario has trials on both sides.
    """
    pairs = _pairs(first, second)
    if not pairs:
        return None
    differences = np.array([a.hits / a.n - b.hits / b.n for a, b in pairs])
    n = sum(a.n + b.n for a, b in pairs)
    value = float(differences.mean())
    if len(pairs) < 2:
        return Estimate(value, None, None, n, 1, "one scenario: no interval")
    if float(differences.std()) > 1e-12:
        half = _t_half_width(differences)
        return Estimate(
            value, max(-1.0, value - half), min(1.0, value + half), n, len(pairs), "paired t over scenarios"
        )
    low, high = _newcombe([a for a, _ in pairs], [b for _, b in pairs], value)
    return Estimate(value, low, high, n, len(pairs), "Newcombe (scenarios do not vary)")


def _pairs(first: Sequence[Tally], second: Sequence[Tally]) -> list[tuple[Tally, Tally]]:
    return [(a, b) for a, b in zip(first, second, strict=True) if a.n > 0 and b.n > 0]


def _newcombe(first: Sequence[Tally], second: Sequence[Tally], value: float) -> tuple[float, float]:
    one, two = rate(first), rate(second)
    if one is None or two is None or one.low is None or one.high is None or two.low is None or two.high is None:
        raise ValueError("Newcombe's interval needs trials on both sides")
    low = value - math.hypot(one.value - one.low, two.high - two.value)
    high = value + math.hypot(one.high - one.value, two.value - two.low)
    return max(-1.0, low), min(1.0, high)


def paired_p(first: Sequence[Tally], second: Sequence[Tally], seed: int = 0) -> float | None:
    """Two-sided p-value that the paired gap is zero: sign-flip permutation below 20 scenarios, t from there on.

    None with fewer than two paired scenarios.
    """
    differences = np.array([a.hits / a.n - b.hits / b.n for a, b in _pairs(first, second)])
    count = len(differences)
    if count < 2:
        return None
    if not differences.any():
        return 1.0
    if count < 20 or float(differences.std()) <= 1e-12:
        return _sign_flip_p(differences, seed)
    statistic = float(differences.mean()) / (float(differences.std(ddof=1)) / math.sqrt(count))
    return 2 * float(stdtr(count - 1, -abs(statistic)))


def _sign_flip_p(differences: NDArray[np.float64], seed: int) -> float:
    moving = differences[differences != 0]
    observed = abs(float(moving.sum())) - 1e-12
    if 2 ** len(moving) <= PERMUTATIONS:
        signs = np.array(list(product((1.0, -1.0), repeat=len(moving))))
        return float((np.abs(signs @ moving) >= observed).mean())
    signs = np.random.default_rng(seed).choice((1.0, -1.0), size=(PERMUTATIONS, len(moving)))
    return float((1 + (np.abs(signs @ moving) >= observed).sum()) / (1 + PERMUTATIONS))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down correction (Holm 1979) over the p-values that exist; None stays None."""
    present = sorted((p, at) for at, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    running = 0.0
    for rank, (p, at) in enumerate(present):
        running = max(running, min(1.0, p * (len(present) - rank)))
        corrected[at] = running
    return corrected
