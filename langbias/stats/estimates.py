"""Intervals for one number: rates over clustered responses, means over scenarios, exact bounds for what must not be.

The independent unit is the scenario: repeats and turns of one scenario are one cluster.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv, ndtri, stdtrit

from langbias.types import Estimate

CONFIDENCE = 0.95
# With fewer scenarios than this an interval may cover 92 % rather than 95 %; it is marked so wherever it is shown.
SMALL = 50


@dataclass(frozen=True, slots=True)
class Tally:
    """Events among trials of one cluster (scenario): `hits` of `n`."""

    hits: float
    n: float

    @property
    def share(self) -> float:
        """Hits per trial; the cluster must have trials."""
        return self.hits / self.n


def wilson(rate: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson score interval (Wilson 1927) of a proportion `rate` (0-1) on `n` > 0 trials; `n` need not be whole."""
    z = float(ndtri(0.5 + confidence / 2))
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(max(rate * (1 - rate), 0.0) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def score_interval(rate: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's interval, mended where it is known to cover too little.

    Within three events of 0 or 1 the near end is the Poisson one (the modified Wilson interval of Brown, Cai and
    DasGupta 2001); where the Jeffreys interval reaches further, so does this one.
    """
    low, high = wilson(rate, n, confidence)
    alpha = 1 - confidence
    hits, misses = rate * n, (1 - rate) * n
    near = (2 if n <= 50 else 3) + 1e-9
    if 0 < hits <= near:
        low = min(low, float(gammaincinv(hits, alpha)) / n)
    if 0 < misses <= near:
        high = max(high, 1 - float(gammaincinv(misses, alpha)) / n)
    reaching_low, reaching_high = jeffreys(rate, n, confidence)
    return min(low, reaching_low), max(high, reaching_high)


def jeffreys(rate: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Jeffreys interval of a proportion (Brown, Cai and DasGupta 2001), closed at 0 and 1; `n` need not be whole."""
    hits, misses, alpha = rate * n, (1 - rate) * n, 1 - confidence
    low = float(betaincinv(hits + 0.5, misses + 0.5, alpha / 2)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 0.5, misses + 0.5, 1 - alpha / 2)) if misses > 0 else 1.0
    return low, high


def cluster_variance(hits: NDArray[np.float64], n: NDArray[np.float64]) -> float:
    """Variance of sum(hits) / sum(n) with clusters of any size (Miller 2024, G/(G-1) correction); 0 for one cluster."""
    count = len(n)
    if count < 2:
        return 0.0
    total = float(n.sum())
    residuals = hits - hits.sum() / total * n
    return float(count / (count - 1) * (residuals**2).sum() / total**2)


def effective_n(clusters: Sequence[Tally], confidence: float = CONFIDENCE) -> float:
    """How many independent trials the clusters are worth for a rate.

    p(1-p) over the cluster-robust variance of p, kept between the number of clusters and of trials, and shrunk by
    (z/t)^2 because that variance is itself estimated from the clusters; by no more than a tenth where each cluster has
    one trial, which leaves less to estimate. One cluster is worth one trial: its repeats say nothing about how
    scenarios differ.
    """
    count = len(clusters)
    if count < 2:
        return 1.0
    hits, n = _columns(clusters)
    value = float(hits.sum() / n.sum())
    variance = cluster_variance(hits, n)
    worth = float(count) if variance == 0 else min(float(n.sum()), max(float(count), value * (1 - value) / variance))
    quantile = 0.5 + confidence / 2
    shrunk = float(ndtri(quantile) / stdtrit(count - 1, quantile)) ** 2
    return max(1.0, worth * (max(shrunk, 0.9) if n.max() <= 1 else shrunk))


def _columns(clusters: Sequence[Tally]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([c.hits for c in clusters], dtype=float), np.array([c.n for c in clusters], dtype=float)


def rate(clusters: Sequence[Tally], confidence: float = CONFIDENCE) -> Estimate | None:
    """Share of hits over all clusters, with a Wilson interval on the effective number of trials.

    None when there is no trial.
    """
    used = [cluster for cluster in clusters if cluster.n > 0]
    n = sum(cluster.n for cluster in used)
    if n == 0:
        return None
    value = sum(cluster.hits for cluster in used) / n
    low, high = score_interval(value, effective_n(used, confidence), confidence)
    return Estimate(value, low, high, int(n), len(used), "Wilson, effective n")


def mean(values: Sequence[float], n: int, confidence: float = CONFIDENCE) -> Estimate | None:
    """Mean of per-cluster values with a t interval; `n` is the number of responses behind them."""
    if not values:
        return None
    data = np.asarray(values, dtype=float)
    centre = float(data.mean())
    if len(data) < 2:
        return Estimate(centre, None, None, n, 1, "one scenario: no interval")
    half = t_half_width(data, confidence)
    return Estimate(centre, centre - half, centre + half, n, len(data), "t over scenarios")


def t_half_width(data: NDArray[np.float64], confidence: float = CONFIDENCE) -> float:
    """Half the t interval of the mean of at least two values."""
    quantile = float(stdtrit(len(data) - 1, 0.5 + confidence / 2))
    return quantile * float(data.std(ddof=1)) / math.sqrt(len(data))


def exact_upper(events: int, n: int, confidence: float = CONFIDENCE) -> float:
    """One-sided upper bound of a share (Clopper and Pearson 1934): 0 of 59 -> 0.05. `n` counts scenarios, n > 0."""
    if events >= n:
        return 1.0
    return float(betaincinv(events + 1, n - events, confidence))
