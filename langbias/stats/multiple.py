"""Many languages at once: corrected p-values, and bands that hold for all of them together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from langbias.stats.estimates import CONFIDENCE

RESAMPLES = 2000


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down correction (Holm 1979) over the p-values that exist; None stays None."""
    present = sorted((p, at) for at, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    running = 0.0
    for rank, (p, at) in enumerate(present):
        running = max(running, min(1.0, p * (len(present) - rank)))
        corrected[at] = running
    return corrected


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini and Hochberg's false-discovery correction (1995): for a list of what to look at, never for claims."""
    present = sorted(((p, at) for at, p in enumerate(p_values) if p is not None), reverse=True)
    corrected: list[float | None] = [None] * len(p_values)
    running = 1.0
    for rank, (p, at) in enumerate(present):
        running = min(running, p * len(present) / (len(present) - rank))
        corrected[at] = running
    return corrected


def simultaneous_confidence(differences: NDArray[np.float64], seed: int, confidence: float = CONFIDENCE) -> float:
    """The pointwise confidence at which intervals of all columns hold together with `confidence`.

    `differences` is scenarios x contrasts, NaN where a scenario does not pair. Max-t over a bootstrap of scenarios:
    the quantile of the largest absolute t among the contrasts, turned back into a confidence of one t interval, never
    below `confidence` and never above Bonferroni's.
    """
    kept = differences[:, _varying(differences)] if differences.size else differences
    if not kept.size or kept.shape[1] < 2:
        return confidence
    there = ~np.isnan(kept)
    values = np.where(there, kept, 0.0)
    count = there.sum(axis=0)
    centre = values.sum(axis=0) / count
    error = np.sqrt(((values - centre * there) ** 2).sum(axis=0) / (count - 1) / count)
    scenarios = len(kept)
    draws = np.random.default_rng(seed).multinomial(scenarios, [1 / scenarios] * scenarios, size=RESAMPLES)
    drawn = draws @ there.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        shifts = np.abs((draws @ values) / drawn - centre) / error
    largest = np.nanmax(np.where(drawn > 0, shifts, 0.0), axis=1)
    freedom = int(count.min()) - 1
    # The bootstrap knows the standard error of its world; ours is estimated, which t with N-1 degrees makes up for.
    normal_like = float(np.quantile(largest, confidence)) * math.sqrt(scenarios / (scenarios - 1))
    critical = normal_like * float(stdtrit(freedom, 0.5 + confidence / 2)) / 1.959963984540054
    pointwise = 1 - 2 * float(stdtr(freedom, -critical))
    return float(min(max(pointwise, confidence), 1 - (1 - confidence) / int(kept.shape[1])))


def _varying(differences: NDArray[np.float64]) -> NDArray[np.bool_]:
    there = ~np.isnan(differences)
    count = there.sum(axis=0)
    top = np.where(there, differences, -np.inf).max(axis=0)
    bottom = np.where(there, differences, np.inf).min(axis=0)
    varying: NDArray[np.bool_] = (count >= 2) & (top - bottom > 1e-12)
    return varying
