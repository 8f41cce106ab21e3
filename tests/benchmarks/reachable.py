"""How near to 95 % any interval could come near the ceiling, where few replies fail and counts are whole.

Of intervals that rest on the numbers of failing replies, hold their estimate, and move one way as those numbers do: the
least coverage, not below .94, that one could have at given rates. Exact distributions by quadrature; for gaps, integer
programming over what may be rejected, with .94 kept wherever two rates between .5 and .99 lie that far apart. Each cell
is taken by itself: one interval for all gaps may not come as near everywhere.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array
from scipy.stats import binom

Array = NDArray[np.float64]
LEAST = 0.94
# Pass rates of the better language at which a gap interval must hold as well.
BETTER = (0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99)
_NEGLIGIBLE = 1e-5
# Failing replies of a scenario at a pass rate: chance of 0..k, for each quadrature node of the scenario's effect.
Failing = Callable[[float, int], Array]


def failing_given(passing: Array, weights: Array, k: int) -> Array:
    """Chance of 0..k failing replies; `passing` is scenario nodes x language nodes, `weights` of the latter."""
    return np.stack([binom.pmf(count, k, 1 - passing) @ weights for count in range(k + 1)], axis=1)


def least_rate_coverage(rate: float, n: int, k: int, failing: Failing, weights: Array) -> float:
    """The least chance, not below .94, of any run of failing counts: what one interval covers or leaves out."""
    size = n * k + 1
    total = np.fft.irfft(np.fft.rfft(weights @ failing(rate, k), 2 * size) ** n, 2 * size)[:size]
    up_to = np.concatenate(([0.0], np.cumsum(np.maximum(total, 0.0))))
    runs = np.subtract.outer(up_to, up_to)
    return float(runs[runs >= LEAST].min())


def least_gap_coverage(rates: tuple[float, float], n: int, k: int, failing: Failing, weights: Array) -> float:
    """A bound: no interval of the two failing counts covers the gap of `rates` in less, holding .94 elsewhere."""
    gap, size = rates[0] - rates[1], n * k + 1
    pairs = [rates] + [(better, better - gap) for better in BETTER if better - gap >= 0.5 and better != rates[0]]
    tables = [_both(pair, n, k, failing, weights) for pair in pairs]
    wide, high = (_window(tables[0].sum(axis=1 - axis)) for axis in (0, 1))
    wide, high = (max(wide, high),) * 2 if gap == 0 else (wide, high)
    kept = [table[:wide, :high].ravel() for table in tables]
    ours, base = np.divmod(np.arange(wide * high), high)
    shown = (base - ours) / (size - 1) - gap
    # Two decisions per table of counts: the gap is rejected as too small for it, or as too large.
    above, below = np.arange(wide * high), np.arange(wide * high) + wide * high
    order = [(above[at], above[to]) for at, to in _steps(ours, base, high)]
    order += [(below[to], below[at]) for at, to in _steps(ours, base, high)]
    rules = [LinearConstraint(_less_or_equal(order, 2 * wide * high), -np.inf, 0)]
    rules.append(LinearConstraint(np.array([np.tile(each, 2) for each in kept]), -np.inf, 1 - LEAST))
    if gap == 0:
        # Swapping two languages swaps the interval.
        mirror = [(above[at], below[base[at] * high + ours[at]]) for at in range(wide * high)]
        rules.append(LinearConstraint(_less_or_equal(mirror, 2 * wide * high), 0, 0))
    allowed = Bounds(0, np.concatenate((shown > 1e-9, shown < -1e-9)).astype(float))
    whole = np.ones(2 * wide * high)
    best = milp(-np.tile(kept[0], 2), constraints=rules, integrality=whole, bounds=allowed, options={"time_limit": 20})
    return float(1 + best.mip_dual_bound - (1 - kept[0].sum()))


def _both(rates: tuple[float, float], n: int, k: int, failing: Failing, weights: Array) -> Array:
    """Chances of the failing counts of both languages, which share each scenario's effect."""
    size = 2 * (n * k + 1)
    joint = np.einsum("u,ui,uj->ij", weights, failing(rates[0], k), failing(rates[1], k))
    found = np.fft.irfft2(np.fft.rfft2(joint, (size, size)) ** n, (size, size))
    return np.asarray(np.maximum(found[: size // 2, : size // 2], 0.0))


def _window(chances: Array) -> int:
    return min(int(np.searchsorted(np.cumsum(chances), 1 - _NEGLIGIBLE)) + 2, len(chances))


def _steps(ours: NDArray[np.int64], base: NDArray[np.int64], high: int) -> list[tuple[int, int]]:
    """Pairs of tables, the second of which shows a larger gap: the baseline fails one reply more, or we one less."""
    more = [(at, at + 1) for at in range(len(base)) if base[at] + 1 < high]
    return more + [(at, at - high) for at in range(len(ours)) if ours[at] > 0]


def _less_or_equal(order: list[tuple[int, int]], columns: int) -> csr_array:
    """One row for each pair: the first is no larger than the second."""
    rows = np.repeat(np.arange(len(order)), 2)
    return coo_array((np.tile([1.0, -1.0], len(order)), (rows, np.array(order).ravel())), (len(order), columns)).tocsr()
