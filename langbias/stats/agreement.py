"""Do people agree with each other, and the check with them? Krippendorff's alpha and Gwet's AC1, over items. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from langbias.types import Estimate

RESAMPLES = 2000
FIRM, TENTATIVE = 0.80, 0.67

# Items x categories: how many raters put the item there.
Counts = NDArray[np.float64]


def counts_of(ratings: Sequence[Sequence[str]], categories: Sequence[str]) -> Counts:
    """Count the ratings of each item; a rater who left an item out simply is not among its ratings."""
    place = {name: at for at, name in enumerate(categories)}
    counts = np.zeros((len(ratings), len(categories)))
    for row, given in zip(counts, ratings, strict=True):
        for value in given:
            row[place[value]] += 1
    return counts


def krippendorff_alpha(counts: Counts, *, ordinal: bool = False) -> float | None:
    """Krippendorff's alpha (2011), nominal or ordinal, any number of raters, missing ratings allowed.

    None where it is not defined: nothing rated twice, or everybody chose one category throughout.
    """
    pairable = counts[counts.sum(axis=1) >= 2]
    if not len(pairable):
        return None
    raters = pairable.sum(axis=1)
    together = np.einsum("ic,ik,i->ck", pairable, pairable, 1 / (raters - 1))
    together -= np.diag((pairable / (raters - 1)[:, None]).sum(axis=0))
    totals = together.sum(axis=0)
    n = float(totals.sum())
    distance = _distance(totals, ordinal)
    expected = float((np.outer(totals, totals) * distance).sum()) / (n - 1)
    if expected == 0:
        return None
    return 1 - float((together * distance).sum()) / expected


def _distance(totals: NDArray[np.float64], ordinal: bool) -> NDArray[np.float64]:
    size = len(totals)
    if not ordinal:
        return 1 - np.eye(size)
    # Krippendorff: the ranks from one category to the other, both ends counted half.
    index, upto = np.arange(size), np.cumsum(totals)
    inclusive = np.abs(upto[:, None] - upto[None, :]) + totals[np.minimum.outer(index, index)]
    squared: NDArray[np.float64] = (inclusive - (totals[:, None] + totals[None, :]) / 2) ** 2
    np.fill_diagonal(squared, 0.0)
    return squared


def gwet_ac1(counts: Counts) -> float | None:
    """Gwet's AC1 (2008): agreement that does not collapse where one answer is rare. None if nothing is rated twice."""
    raters = counts.sum(axis=1)
    twice = counts[raters >= 2]
    if not len(twice) or counts.shape[1] < 2:
        return None
    seen = twice.sum(axis=1)
    agreed = float(((twice * (twice - 1)).sum(axis=1) / (seen * (seen - 1))).mean())
    rated = counts[raters >= 1]
    shares = (rated / rated.sum(axis=1)[:, None]).mean(axis=0)
    chance = float((shares * (1 - shares)).sum()) / (counts.shape[1] - 1)
    return (agreed - chance) / (1 - chance) if chance < 1 else None


def agreement(counts: Counts, measure: Callable[[Counts], float | None], name: str, seed: int) -> Estimate | None:
    """`measure` with a bootstrap interval over items; resamples where it is not defined are left out."""
    value = measure(counts)
    if value is None:
        return None
    items = int((counts.sum(axis=1) >= 2).sum())
    rng = np.random.default_rng(seed)
    drawn = (measure(counts[rng.integers(0, len(counts), len(counts))]) for _ in range(RESAMPLES))
    found = [each for each in drawn if each is not None]
    if items < 2 or len(found) < RESAMPLES / 2:
        return Estimate(value, None, None, items, items, f"{name}; too few items for an interval")
    low, high = np.percentile(found, [2.5, 97.5])
    return Estimate(value, float(min(low, value)), float(max(high, value)), items, items, f"{name}, items bootstrapped")
