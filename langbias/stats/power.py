"""What a plan could see: the smallest gap it would find, and how often its gate would pass if nothing had changed.

A model of replies, not data: scenarios differ (standard deviation 1.5 on the logit scale), and so do languages within
a scenario (0.7); values found in audits of several chatbots would replace them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, stdtr, stdtrit

SCENARIO_SD = 1.5
LANGUAGE_SD = 0.7
POWER = 0.80
ALPHA = 0.05
# The pass rate that a plan is reckoned at: where most checks of good chatbots lie.
USUAL_RATE = 0.90

_NODES, _RAW = np.polynomial.hermite_e.hermegauss(40)
_WEIGHTS = _RAW / _RAW.sum()


@dataclass(frozen=True, slots=True)
class Design:
    """A plan: `scenarios` asked `repeats` times in each of `comparisons` languages besides the baseline."""

    scenarios: int
    repeats: int
    comparisons: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """`alone` and `corrected`: smallest gap (share) found with 80 % power for one language, and after Holm's first
    step over all of them. None where no gap can be found. `gate` gives the chance to pass at each margin.
    """

    design: Design
    alone: float | None
    corrected: float | None
    gate: tuple[tuple[float, float], ...]


def outlook(design: Design, margins: tuple[float, ...] = (0.05, 0.10)) -> Outlook:
    """What the plan can be expected to show."""
    return Outlook(
        design,
        smallest_gap(design),
        smallest_gap(design, ALPHA / max(design.comparisons, 1)),
        tuple((margin, gate_passes(design, margin)) for margin in margins),
    )


@lru_cache(maxsize=512)
def _intercept(rate: float) -> float:
    sd = math.hypot(SCENARIO_SD, LANGUAGE_SD)
    return float(brentq(lambda at: float(_WEIGHTS @ expit(at + sd * _NODES)) - rate, -20, 20))


@lru_cache(maxsize=4096)
def difference_variance(rate: float, other: float, repeats: int) -> float:
    """Variance over scenarios of the difference of two means of `repeats` replies, at two pass rates."""
    first, second = (
        expit(_intercept(value) + SCENARIO_SD * _NODES[:, None] + LANGUAGE_SD * _NODES[None, :])
        for value in (rate, other)
    )
    # Given the scenario, the two languages are independent: variances and products of conditional means.
    mean_one, mean_two = first @ _WEIGHTS, second @ _WEIGHTS
    between = float(_WEIGHTS @ ((mean_one - mean_two) ** 2)) - (rate - other) ** 2
    within = sum(
        float(_WEIGHTS @ ((value**2) @ _WEIGHTS - mean**2))
        + float(_WEIGHTS @ ((value * (1 - value)) @ _WEIGHTS)) / repeats
        for value, mean in ((first, mean_one), (second, mean_two))
    )
    return between + within


def power(design: Design, gap: float, alpha: float = ALPHA, rate: float = USUAL_RATE) -> float:
    """Chance to find a true `gap` below `rate` with a two-sided paired t test."""
    freedom = design.scenarios - 1
    if freedom < 1:
        return 0.0
    error = math.sqrt(difference_variance(rate, rate - gap, design.repeats) / design.scenarios)
    return float(stdtr(freedom, gap / error - stdtrit(freedom, 1 - alpha / 2)))


def smallest_gap(design: Design, alpha: float = ALPHA, rate: float = USUAL_RATE) -> float | None:
    """The smallest gap below `rate` that is found with 80 % power; None when even the largest would be missed."""
    largest = rate - 0.01
    if design.scenarios < 2 or power(design, largest, alpha, rate) < POWER:
        return None
    return float(brentq(lambda gap: power(design, gap, alpha, rate) - POWER, 1e-4, largest, xtol=1e-5))


def gate_passes(design: Design, margin: float, rate: float = USUAL_RATE) -> float:
    """Chance that one language passes "no drop beyond `margin`" when the release changed nothing."""
    freedom = design.scenarios - 1
    if freedom < 1:
        return 0.0
    error = math.sqrt(difference_variance(rate, rate, design.repeats) / design.scenarios)
    return float(stdtr(freedom, margin / error - stdtrit(freedom, 1 - ALPHA)))


def seen_with(half_width: float, scenarios: int, comparisons: int) -> tuple[float, float]:
    """What a finished run could see: the smallest gap found with 80 % power, alone and after Holm's first step.

    `half_width` is that of its 95 % interval.
    """
    freedom = max(scenarios - 1, 1)
    error = half_width / float(stdtrit(freedom, 1 - ALPHA / 2))
    alone, corrected = (
        float(stdtrit(freedom, 1 - alpha / 2) + stdtrit(freedom, POWER)) * error
        for alpha in (ALPHA, ALPHA / max(comparisons, 1))
    )
    return alone, corrected
