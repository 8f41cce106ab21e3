"""How differently people are advised: divergence with its permutation null. Never merged with cultural fit. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from langbias.packs.advice_types import TYPES
from langbias.stats.culture import Observation
from langbias.types import Estimate

Matrix = NDArray[np.float64]


def type_matrix(observations: Sequence[Observation]) -> Matrix:
    """Replies x types, 1 where the reply recommends the type."""
    return np.array([[kind in o.types for kind in TYPES] for o in observations], dtype=float).reshape(-1, len(TYPES))


def jensen_shannon(first: Matrix, second: Matrix) -> float:
    """Jensen-Shannon divergence (bits, 0-1) of the types of two type matrices; 0 where one has no advice."""
    p, q = first.sum(axis=0), second.sum(axis=0)
    if p.sum() == 0 or q.sum() == 0:
        return 0.0
    p, q = p / p.sum(), q / q.sum()
    middle = (p + q) / 2

    def kl(one: Matrix) -> float:
        there = one > 0
        return float((one[there] * np.log2(one[there] / middle[there])).sum())

    return (kl(p) + kl(q)) / 2


def mean_rate_difference(first: Matrix, second: Matrix) -> float:
    """Mean over types of the absolute difference of their rates."""
    return float(np.abs(first.mean(axis=0) - second.mean(axis=0)).mean())


@dataclass(frozen=True, slots=True)
class Divergence:
    """Divergence of two sets of replies. `jsd` is raw; small samples bias it up, so read it against `null_mean`."""

    jsd: Estimate
    mean_difference: Estimate
    null_mean: float
    null_95: float
    p: float


def divergence(
    first: Sequence[Observation], second: Sequence[Observation], *, seed: int = 0, permutations: int = 500
) -> Divergence | None:
    """How differently two sets are advised (language against English, context against context).

    The null shuffles, within each scenario, which set its replies belong to; `p` is one-sided. Both sets must answer
    the same scenarios; replies to others are left out. None when nothing is shared.
    """
    shared = {o.scenario_id for o in first} & {o.scenario_id for o in second}
    a = [o for o in first if o.scenario_id in shared]
    b = [o for o in second if o.scenario_id in shared]
    if not shared:
        return None
    whole = type_matrix([*a, *b])
    sides = np.array([0] * len(a) + [1] * len(b))
    scenarios = np.array([o.scenario_id for o in (*a, *b)])
    groups = [np.flatnonzero(scenarios == name) for name in sorted(shared)]
    observed = jensen_shannon(whole[sides == 0], whole[sides == 1])
    random = np.random.default_rng(seed)
    null = np.empty(permutations)
    for round_ in range(permutations):
        shuffled = sides.copy()
        for group in groups:
            shuffled[group] = random.permutation(sides[group])
        null[round_] = jensen_shannon(whole[shuffled == 0], whole[shuffled == 1])
    p = float((1 + (null >= observed).sum()) / (permutations + 1))
    low, high = _jackknife(whole, sides, groups, observed)
    n = len(whole)
    method = "jackknife over scenarios; raw JSD, compare with its permutation null"
    return Divergence(
        jsd=Estimate(observed, low, high, n, len(groups), method if low is not None else "one scenario: no interval"),
        mean_difference=Estimate(
            mean_rate_difference(whole[sides == 0], whole[sides == 1]), None, None, n, len(groups), "no interval"
        ),
        null_mean=float(null.mean()),
        null_95=float(np.quantile(null, 0.95)),
        p=p,
    )


def _jackknife(
    whole: Matrix, sides: NDArray[np.int_], groups: list[NDArray[np.int_]], observed: float
) -> tuple[float | None, float | None]:
    """95 % interval of the JSD by leaving out one scenario at a time."""
    count = len(groups)
    if count < 2:
        return None, None
    values = []
    for group in groups:
        keep = np.setdiff1d(np.arange(len(whole)), group)
        values.append(jensen_shannon(whole[keep][sides[keep] == 0], whole[keep][sides[keep] == 1]))
    data = np.array(values)
    half = 1.96 * float(np.sqrt((count - 1) / count * ((data - data.mean()) ** 2).sum()))
    return max(0.0, observed - half), min(1.0, observed + half)


def california_index(
    contexts: Sequence[Sequence[Observation]], expected: Sequence[Sequence[Observation]], *, seed: int = 0
) -> Estimate | None:
    """1 - (divergence between contexts / divergence between their expectation sets), both less their null mean.

    1 = the same advice for everyone, 0 = as different as the contexts ask for. `contexts[i]` are replies to context i
    in one language, `expected[i]` observations that meet its expectation set; replies of all contexts carry the same
    scenario ids. None when the expectation sets do not differ.
    """
    ours, theirs = _excess(contexts, seed), _excess(expected, seed)
    if ours is None or theirs is None or theirs <= 0:
        return None
    n = sum(map(len, contexts))
    return Estimate(1 - ours / theirs, None, None, n, len(contexts), "ratio of JSD less null mean; no interval")


def _excess(sets: Sequence[Sequence[Observation]], seed: int) -> float | None:
    """Mean over pairs of sets of JSD minus its permutation-null mean."""
    found = [divergence(first, second, seed=seed) for at, first in enumerate(sets) for second in sets[at + 1 :]]
    values = [max(0.0, d.jsd.value - d.null_mean) for d in found if d is not None]
    return sum(values) / len(values) if values else None
