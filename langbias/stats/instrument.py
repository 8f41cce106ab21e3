"""The check as an instrument that errs: rates and gaps with its error carried through.

Two ways. With people's labels on replies of this very run, prediction-powered inference (PPI++, Angelopoulos, Duchi and
Zrnic 2023), clustered by scenario. With only the check's sensitivity and specificity from elsewhere, the
Rogan-Gladen estimator (1978), refused where the check tells too little. Here a "hit" is a failing reply: sensitivity is
the share of truly failing replies that the check fails.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from langbias.stats.estimates import CONFIDENCE, Tally, score_interval
from langbias.types import Estimate

# Rogan-Gladen divides by Se + Sp - 1; below this the check tells too little to be inverted.
LEAST_YOUDEN = 0.5
# Fewer labelled replies than this correct nothing.
LEAST_LABELS = 30

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """How often a check is right in one language, as counted against labels.

    `caught` of truly failing replies the check failed; `kept` of truly good ones it passed. Where, when, by whom; where
    not `by_people`, by language models.
    """

    caught: Tally
    kept: Tally
    data: str
    date: str
    who_labelled: str
    by_people: bool = True

    @property
    def sensitivity(self) -> float:
        """Share of failing replies that the check fails."""
        return self.caught.share

    @property
    def specificity(self) -> float:
        """Share of good replies that the check passes."""
        return self.kept.share

    @property
    def youden(self) -> float:
        """Se + Sp - 1: 1 is a perfect check, 0 a coin."""
        return self.sensitivity + self.specificity - 1

    @property
    def tells(self) -> bool:
        """Whether the check, by these labels whoever gave them, tells failing replies from good ones at all well.

        Where it does not, neither a gap nor its absence can be read from its verdicts.
        """
        return self.youden >= LEAST_YOUDEN - 1e-9

    @property
    def usable(self) -> bool:
        """Whether a rate can be corrected by these error rates: people's labels, and the check tells enough.

        Labels of language models correct nothing: replies that they label are mostly written to hold a fault, and how
        often a check finds those says little about the faults of a chatbot.
        """
        return self.by_people and self.tells


@dataclass(frozen=True, slots=True)
class Labelled:
    """One reply of the run that people labelled: what the check said and what they said (0 good .. 1 failing).

    `weight` is one over the probability with which the reply was drawn.
    """

    scenario_id: str
    flagged: float
    label: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Corrected:
    """A failing share with its influence per scenario (for pairing) and the variance that scenarios do not explain."""

    value: float
    influence: Vector
    apart: float
    freedom: int
    n: int
    method: str

    def estimate(self, confidence: float = CONFIDENCE) -> Estimate:
        """The corrected share with its interval, kept within 0 and 1."""
        value = min(max(self.value, 0.0), 1.0)
        half = _half(_variance(self.influence, self.apart), self.freedom, confidence)
        clusters = int((self.influence != 0).sum()) or 1
        low, high = max(0.0, min(self.value - half, value)), min(1.0, max(self.value + half, value))
        return Estimate(value, low, high, self.n, clusters, self.method)


def corrected_gap(ours: Corrected, base: Corrected, confidence: float = CONFIDENCE) -> tuple[Estimate, float]:
    """Corrected failing share minus the baseline's, paired over scenarios, and its two-sided p-value."""
    influence = ours.influence - base.influence
    variance = _variance(influence, ours.apart + base.apart)
    freedom = min(ours.freedom, base.freedom)
    value = ours.value - base.value
    half = _half(variance, freedom, confidence)
    statistic = abs(value) / math.sqrt(variance) if variance > 0 else math.inf if value else 0.0
    p = 2 * float(stdtr(freedom, -statistic))
    clusters = int((influence != 0).sum()) or 1
    method = ours.method if ours.method == base.method else f"{ours.method} against {base.method}"
    estimate = Estimate(
        min(max(value, -1.0), 1.0),
        min(max(value - half, -1.0), 1.0),
        max(min(value + half, 1.0), -1.0),
        ours.n + base.n,
        clusters,
        method,
    )
    return estimate, p


def corrected_change(change: Estimate, errors: ErrorRates, confidence: float = CONFIDENCE) -> Estimate:
    """A change between two releases that one check judged: it shows Se + Sp - 1 of the true change, so divide by that.

    The interval joins that of the change and that of the error rates (square-and-add, Zou and Donner 2008). `errors`
    must be usable.
    """
    youden, value = errors.youden, change.value / errors.youden
    z = float(ndtri(0.5 + confidence / 2))
    unsure = value * z * math.sqrt(_spread(errors.caught) + _spread(errors.kept)) / youden
    low = None if change.low is None else value - math.hypot((change.value - change.low) / youden, unsure)
    high = None if change.high is None else value + math.hypot((change.high - change.value) / youden, unsure)
    low, high = (None if end is None else min(max(end, -1.0), 1.0) for end in (low, high))
    method = f"{change.method}, over Se + Sp - 1"
    return Estimate(min(max(value, -1.0), 1.0), low, high, change.n, change.n_clusters, method)


def _variance(influence: Vector, apart: float) -> float:
    count = int((influence != 0).sum())
    between = count / (count - 1) * float((influence**2).sum()) if count > 1 else 0.0
    return between + apart


def _half(variance: float, freedom: int, confidence: float) -> float:
    return float(stdtrit(max(freedom, 1), 0.5 + confidence / 2)) * math.sqrt(variance)


def _pooled(tallies: Sequence[Tally]) -> tuple[float, Vector, float]:
    """Pooled share, its influence per scenario (0 where a scenario has no trial), and the number of trials."""
    hits = np.array([t.hits for t in tallies], dtype=float)
    n = np.array([t.n for t in tallies], dtype=float)
    total = float(n.sum())
    value = float(hits.sum()) / total
    return value, (hits - value * n) / total, total


def rogan_gladen(tallies: Sequence[Tally], errors: ErrorRates) -> Corrected | None:
    """The true failing share behind a checked one. None without trials, or where Se + Sp - 1 is below 0.5."""
    if not errors.usable or not any(t.n for t in tallies):
        return None
    observed, influence, n = _pooled(tallies)
    youden = errors.youden
    value = (observed + errors.specificity - 1) / youden
    share = min(max(value, 0.0), 1.0)
    apart = ((1 - share) ** 2 * _spread(errors.kept) + share**2 * _spread(errors.caught)) / youden**2
    scenarios = sum(t.n > 0 for t in tallies)
    freedom = max(min(scenarios, int(errors.caught.n), int(errors.kept.n)) - 1, 1)
    return Corrected(value, influence / youden, apart, freedom, int(n), "Rogan-Gladen")


def _spread(tally: Tally) -> float:
    """Variance of a share; half an event is added each way, so that 100 % of a few labels is not certainty."""
    share = (tally.hits + 0.5) / (tally.n + 1)
    return share * (1 - share) / tally.n


def ppi_weight(labels: Vector, flags: Vector, unlabelled: Vector) -> float:
    """How far the check's verdicts are trusted, 0 to 1: the variance-minimal lambda of PPI++."""
    n, rest = len(labels), len(unlabelled)
    everything = np.concatenate((flags, unlabelled))
    variance = float(everything.var(ddof=1)) if len(everything) > 1 else 0.0
    if variance == 0:
        return 0.0
    together = float(((labels - labels.mean()) * (flags - flags.mean())).mean())
    return min(max(together / ((1 + n / rest) * variance), 0.0), 1.0) if rest else 0.0


def ppi_mean(
    labels: Vector, flags: Vector, unlabelled: Vector, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """PPI++ mean and interval for independent replies, as `ppi_py.ppi_mean_ci` has it: (value, low, high)."""
    trust = ppi_weight(labels, flags, unlabelled)
    errors = labels - trust * flags
    value = trust * float(unlabelled.mean()) + float(errors.mean())
    spread = math.sqrt(trust**2 * float(unlabelled.var()) / len(unlabelled) + float(errors.var()) / len(labels))
    half = float(ndtri(0.5 + confidence / 2)) * spread
    return value, value - half, value + half


def ppi_rate(tallies: Sequence[Tally], scenarios: Sequence[str], labelled: Sequence[Labelled]) -> Corrected | None:
    """PPI++ for a rate over scenarios, with drawing weights. `scenarios` names the clusters of `tallies`.

    None without trials, or with fewer than 30 labels or two labelled scenarios.
    """
    place: Mapping[str, int] = {name: at for at, name in enumerate(scenarios)}
    kept = [row for row in labelled if row.scenario_id in place]
    where = np.array([place[row.scenario_id] for row in kept], dtype=int)
    clusters = len(set(where.tolist()))
    if len(kept) < LEAST_LABELS or clusters < 2 or not any(t.n for t in tallies):
        return None
    observed, influence, n = _pooled(tallies)
    flags = np.array([row.flagged for row in kept])
    labels = np.array([row.label for row in kept])
    weights = np.array([row.weight for row in kept])
    weights = weights / weights.sum()
    trust = _weighted_trust(labels, flags, weights, observed, n)
    errors = labels - trust * flags
    shift = float(weights @ errors)
    per_label = weights * (errors - shift)
    moved = trust * influence + np.bincount(where, weights=per_label, minlength=len(tallies))
    # Labels that all agree do not prove that the check never errs.
    apart = 0.0 if np.ptp(errors) > 0 else (len(kept) + 1) / ((len(kept) + 2) ** 2 * len(kept))
    return Corrected(trust * observed + shift, moved, apart, clusters - 1, int(n), "PPI++")


def _weighted_trust(labels: Vector, flags: Vector, weights: Vector, observed: float, n: float) -> float:
    variance = observed * (1 - observed)
    if variance <= 0 or n <= len(labels):
        return 0.0
    together = float(weights @ ((labels - weights @ labels) * (flags - weights @ flags)))
    return min(max(together / ((1 + len(labels) / (n - len(labels))) * variance), 0.0), 1.0)


def instrument_gap(ours: ErrorRates, base: ErrorRates, true_rate: float) -> Estimate:
    """The gap that the check would show by its own errors if both languages truly failed at `true_rate`."""
    value = _shown(ours, true_rate) - _shown(base, true_rate)
    half = 0.0
    for errors in (ours, base):
        half += true_rate**2 * _spread(errors.caught) + (1 - true_rate) ** 2 * _spread(errors.kept)
    half = float(ndtri(0.5 + CONFIDENCE / 2)) * math.sqrt(half)
    n = int(ours.caught.n + ours.kept.n + base.caught.n + base.kept.n)
    return Estimate(value, max(value - half, -1.0), min(value + half, 1.0), n, n, "difference of the check's errors")


def _shown(errors: ErrorRates, true_rate: float) -> float:
    return true_rate * errors.sensitivity + (1 - true_rate) * (1 - errors.specificity)


def share_interval(tally: Tally) -> tuple[float, float]:
    """Interval of a sensitivity or specificity, whose labels are independent."""
    return score_interval(tally.share, tally.n)
