"""How large a gap chance alone makes in this very run: the baseline against itself, and shuffled language labels.

A gap under the floor is never a finding, whatever its p-value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from langbias.stats.estimates import Tally
from langbias.types import Estimate

SPLITS = 1000
QUANTILE = 0.95


def repeat_floor(repeats: Sequence[Mapping[int, Tally]], seed: int) -> Estimate | None:
    """The gap that the baseline shows against itself: its repeats, per scenario, split into two random halves.

    `repeats` holds one mapping per scenario, from repeat to its tally. The value is the 95th percentile of the
    absolute gap between halves over many splits, scaled from half the repeats to all of them (the noise of a mean
    falls with the root of the repeats). None unless two scenarios or more were repeated.
    """
    shares = [[t.share for t in by_repeat.values() if t.n > 0] for by_repeat in repeats]
    shares = [values for values in shares if len(values) >= 2]
    if len(shares) < 2:
        return None
    rng = np.random.default_rng(seed)
    total = np.zeros(SPLITS)
    noise = wanted = 0.0
    for values in shares:
        k = len(values)
        half = k // 2
        order = rng.permuted(np.tile(np.asarray(values), (SPLITS, 1)), axis=1)
        total += order[:, :half].mean(axis=1) - order[:, half:].mean(axis=1)
        noise += 1 / half + 1 / (k - half)
        wanted += 2 / k
    gaps = np.abs(total) / len(shares) * math.sqrt(wanted / noise)
    n = sum(map(len, shares))
    return Estimate(
        float(np.quantile(gaps, QUANTILE)), None, None, n, len(shares), "95th percentile of gaps between repeat halves"
    )


def spread(shares: NDArray[np.float64]) -> float:
    """Best minus worst language; `shares` is scenarios x languages without gaps."""
    means = shares.mean(axis=0)
    return float(means.max() - means.min())


def spread_floor(shares: NDArray[np.float64], seed: int) -> float:
    """The best-minus-worst spread that arises when language labels are shuffled inside each scenario (95th pct)."""
    rng = np.random.default_rng(seed)
    found = np.empty(SPLITS)
    for at in range(SPLITS):
        means = rng.permuted(shares, axis=1).mean(axis=0)
        found[at] = means.max() - means.min()
    return float(np.quantile(found, QUANTILE))


def gini(rates: Sequence[float]) -> float | None:
    """Gini coefficient of pass rates, 0 (all alike) to 1. None when all are zero."""
    values = np.sort(np.asarray(rates, dtype=float))
    if not len(values) or values.sum() == 0:
        return None
    ranks = np.arange(1, len(values) + 1)
    return float((2 * ranks - len(values) - 1) @ values / (len(values) * values.sum()))
