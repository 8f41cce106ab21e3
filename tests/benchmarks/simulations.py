"""Simulations behind the statistics: coverage, false findings, power, the gate, and time. Run by `statistics.py`.

Replies are simulated: scenarios differ with standard deviation 1.5 on the logit scale, languages within a scenario with
0.7, repeats are independent given both. Coverage runs on vectorised twins of the interval functions, which are first
compared with the functions themselves; everything else calls the package.
"""

from __future__ import annotations

import math
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from reachable import failing_given, least_gap_coverage, least_rate_coverage
from scipy.optimize import brentq
from scipy.special import betaincinv, expit, gammaincinv, ndtri, stdtrit

from langbias.stats.accumulate import Accumulator
from langbias.stats.estimates import Tally, rate
from langbias.stats.instrument import ErrorRates, Labelled, corrected_change, corrected_gap, ppi_rate
from langbias.stats.multiple import holm
from langbias.stats.paired import NEAR_CEILING, TRUSTED, paired_gap, paired_p
from langbias.stats.power import Design, gate_passes, power, smallest_gap
from langbias.stats.where import Where
from langbias.types import CheckResult, FidelityMeasures, Outcome, Response, Status

Array = NDArray[np.float64]
SCENARIO_SD, LANGUAGE_SD = 1.5, 0.7
RATES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99)
PAIRS = (
    (0.5, 0.5), (0.6, 0.5), (0.8, 0.7), (0.9, 0.9), (0.9, 0.8), (0.95, 0.95), (0.97, 0.97), (0.97, 0.9), (0.99, 0.99),
    (0.99, 0.97), (0.99, 0.89),
)  # fmt: skip
SIZES = (30, 50, 100, 200)
REPEATS = (1, 2, 3, 5)
_NODES, _RAW = np.polynomial.hermite_e.hermegauss(64)
_WEIGHTS = _RAW / _RAW.sum()


def intercept(value: float) -> float:
    """The logit at which simulated replies pass at `value` on average."""
    sd = math.hypot(SCENARIO_SD, LANGUAGE_SD)
    return float(brentq(lambda at: float(_WEIGHTS @ expit(at + sd * _NODES)) - value, -15, 15))


def passes(rng: np.random.Generator, rates: Sequence[float], n: int, k: int, audits: int) -> NDArray[np.int64]:
    """Passing replies of `k`: audits x scenarios x languages."""
    scenario = SCENARIO_SD * rng.standard_normal((audits, n, 1))
    language = LANGUAGE_SD * rng.standard_normal((audits, n, len(rates)))
    return rng.binomial(k, expit(np.array([intercept(r) for r in rates]) + scenario + language))


# Vectorised twins: `shares` is audits x scenarios.


def _pooled(shares: Array, k: int) -> tuple[Array, Array]:
    n = shares.shape[1]
    value, variance = shares.mean(axis=1), shares.var(axis=1, ddof=1) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(variance > 0, np.clip(value * (1 - value) / variance, n, n * k), n)
    return value, np.maximum(worth * float(ndtri(0.975) / stdtrit(n - 1, 0.975)) ** 2, 1.0)


def _score(value: Array, n: Array) -> tuple[Array, Array]:
    z = float(ndtri(0.975))
    centre = (value + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(np.maximum(value * (1 - value), 0) / n + z * z / (4 * n * n))
    low, high = np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
    hits, misses, near = value * n, (1 - value) * n, np.where(n <= 50, 2, 3) + 1e-9
    safe_hits, safe_misses = np.maximum(hits, 1e-9), np.maximum(misses, 1e-9)
    low = np.where((hits > 0) & (hits <= near), np.minimum(low, gammaincinv(safe_hits, 0.05) / n), low)
    high = np.where((misses > 0) & (misses <= near), np.maximum(high, 1 - gammaincinv(safe_misses, 0.05) / n), high)
    reaching_low, reaching_high = _jeffreys(value, n)
    return np.minimum(low, reaching_low), np.maximum(high, reaching_high)


def _jeffreys(value: Array, n: Array) -> tuple[Array, Array]:
    hits, misses = value * n + 0.5, (1 - value) * n + 0.5
    low, high = betaincinv(hits, misses, 0.025), betaincinv(hits, misses, 0.975)
    return np.where(value > 0, low, 0.0), np.where(value < 1, high, 1.0)


def rate_twin(shares: Array, k: int) -> tuple[Array, Array]:
    """`rate`, for many audits at once."""
    return _score(*_pooled(shares, k))


def gap_twin(ours: Array, base: Array, k: int) -> tuple[Array, Array]:
    """`paired_gap`, for many audits at once."""
    apart = ours - base
    n = apart.shape[1]
    value, sd = apart.mean(axis=1), apart.std(axis=1, ddof=1)
    half = float(stdtrit(n - 1, 0.975)) * sd / math.sqrt(n)
    (one, worth_one), (two, worth_two) = _pooled(ours, k), _pooled(base, k)
    (low_one, high_one), (low_two, high_two) = _jeffreys(one, worth_one), _jeffreys(two, worth_two)
    a, b = ours - one[:, None], base - two[:, None]
    scale = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.where(scale > 1e-12, TRUSTED * (a * b).sum(axis=1) / scale, 0.0)

    def joined(x: Array, y: Array) -> Array:
        return np.sqrt(np.maximum(x * x - 2 * r * x * y + y * y, 0))

    low = np.maximum(value - joined(one - low_one, high_two - two), -1)
    high = np.minimum(value + joined(high_one - one, two - low_two), 1)
    events = np.minimum.reduce([one, 1 - one]) * worth_one, np.minimum.reduce([two, 1 - two]) * worth_two
    by_t = (np.minimum(*events) >= NEAR_CEILING) & (sd > 1e-12)
    return np.where(by_t, value - half, low), np.where(by_t, value + half, high)


def compare_twins(rng: np.random.Generator) -> float:
    """Largest difference between the twins and the package's own functions."""
    worst = 0.0
    for pair in PAIRS:
        for n, k in ((30, 1), (50, 3), (100, 5)):
            found = passes(rng, pair, n, k, 12)
            low, high = gap_twin(found[..., 0] / k, found[..., 1] / k, k)
            low_rate, high_rate = rate_twin(found[..., 0] / k, k)
            for at in range(len(found)):
                ours, base = ([Tally(int(h), k) for h in found[at, :, lang]] for lang in (0, 1))
                gap, share = paired_gap(ours, base), rate(ours)
                assert gap is not None
                assert share is not None
                pairs = ((gap.low, low), (gap.high, high), (share.low, low_rate), (share.high, high_rate))
                worst = max(worst, *(abs(float(mine or 0.0) - float(twin[at])) for mine, twin in pairs))
    return worst


def coverage(audits: int) -> None:
    """Coverage of rates and gaps, cell by cell."""
    rng = np.random.default_rng(11)
    worst = compare_twins(rng)
    print(f"Twins against the package's functions, {len(PAIRS) * 36} audits: largest difference {worst:.0e}.\n")
    assert worst < 1e-9
    error = 2 * math.sqrt(0.95 * 0.05 / audits)
    for title, cells, hit in (
        ("Rates", [(r,) for r in RATES], _rate_hit),
        ("Gaps", list(PAIRS), _gap_hit),
    ):
        print(f"### {title} ({audits:,} audits a cell, Monte Carlo error {error:.3f})\n")
        print("| true | N | " + " | ".join(f"K={k}" for k in REPEATS) + " |\n|" + " --- |" * (2 + len(REPEATS)))
        found: dict[tuple[float, ...], float] = {}
        for rates in cells:
            for n in SIZES:
                row = [hit(passes(rng, rates, n, k, audits), rates, k) for k in REPEATS]
                found |= {(*rates, n, k): value for k, value in zip(REPEATS, row, strict=True)}
                name = " against ".join(f"{r:g}" for r in rates)
                print(f"| {name} | {n} | " + " | ".join(f"{value:.3f}" for value in row) + " |")
        large = {key: value for key, value in found.items() if key[-2] >= 50}
        small = [value for key, value in found.items() if key[-2] < 50]
        over = [key for key, value in large.items() if value > 0.97 + error / 2]
        print(
            f"\nN >= 50: lowest {min(large.values()):.3f}, highest {max(large.values()):.3f}; "
            f"{sum(0.94 - error / 2 <= v <= 0.97 + error / 2 for v in large.values())} of {len(large)} cells within"
            f" .94-.97 (to the Monte Carlo error), {sum(v < 0.94 - error / 2 for v in large.values())} below,"
            f" {len(over)} above. N = 30 (marked small): lowest {min(small):.3f}."
        )
        _say_reachable(over, found)


def _say_reachable(over: Sequence[tuple[float, ...]], found: Mapping[tuple[float, ...], float]) -> None:
    """Whether any interval could have covered less in the cells above the range."""
    if not over:
        return
    few = max(min(1 - r for r in key[:-2]) * key[-2] for key in over)
    print(
        f"\nCells above are all near the ceiling: at most {few:.1f} failing scenarios are expected in the better"
        " language of each. Counts are whole there, and these intervals take the safe side. The least that any interval"
        " of the failing counts could cover without falling below .94 (for gaps: at this gap, whatever the rates;"
        " bounds by `tests/benchmarks/reachable.py`, each cell by itself, so that no single interval need reach them"
        " all):\n"
    )
    print("| true | N | K | found | least possible | |\n| --- | --- | --- | --- | --- | --- |")
    beyond = 0
    for *rates, n, k in over:
        least = _least_coverage(tuple(rates), int(n), int(k))
        beyond += least > 0.97
        name = " against ".join(f"{r:g}" for r in rates)
        note = "unreachable" if least > 0.97 else ""
        print(f"| {name} | {n} | {k} | {found[*rates, n, k]:.3f} | {least:.3f} | {note} |")
    print(f"\n.94-.97 is out of reach in {beyond} of these {len(over)} cells.\n")


def _least_coverage(rates: tuple[float, ...], n: int, k: int) -> float:
    if len(rates) == 1:
        return least_rate_coverage(rates[0], n, k, _failing, _WEIGHTS)
    return least_gap_coverage((rates[0], rates[1]), n, k, _failing, _WEIGHTS)


@cache
def _failing(rate: float, k: int) -> Array:
    logits = intercept(rate) + SCENARIO_SD * _NODES[:, None] + LANGUAGE_SD * _NODES[None, :]
    return failing_given(expit(logits), _WEIGHTS, k)


def _rate_hit(found: NDArray[np.int64], rates: tuple[float, ...], k: int) -> float:
    low, high = rate_twin(found[..., 0] / k, k)
    return float(((low <= rates[0]) & (rates[0] <= high)).mean())


def _gap_hit(found: NDArray[np.int64], rates: tuple[float, ...], k: int) -> float:
    true = rates[0] - rates[1]
    low, high = gap_twin(found[..., 0] / k, found[..., 1] / k, k)
    return float(((low <= true + 1e-12) & (true - 1e-12 <= high)).mean())


def tallies(hits: NDArray[np.int64], k: int) -> list[Tally]:
    """Failing among k replies per scenario."""
    return [Tally(int(h), k) for h in hits]


def any_finding(p_values: Sequence[float | None], intervals: Sequence[tuple[float, float]]) -> bool:
    """Whether an audit would claim a gap anywhere."""
    return any(
        p is not None and p < 0.05 and (low > 0 or high < 0)
        for p, (low, high) in zip(holm(p_values), intervals, strict=True)
    )


def false_findings(audits: int, n: int, k: int, languages: int) -> tuple[float, float]:
    """Share of audits with any claimed gap although all languages are equal: with Holm, and without."""
    rng = np.random.default_rng(21)
    found = k - passes(rng, [0.9] * languages, n, k, audits)
    claimed = uncorrected = 0
    for audit in found:
        columns = [tallies(audit[:, lang], k) for lang in range(languages)]
        gaps = [paired_gap(column, columns[0]) for column in columns[1:]]
        intervals = [(g.low or 0.0, g.high or 0.0) for g in gaps if g]
        p_values = [paired_p(column, columns[0]) for column in columns[1:]]
        claimed += any_finding(p_values, intervals)
        uncorrected += any(p is not None and p < 0.05 for p in p_values)
    return claimed / audits, uncorrected / audits


def unequal_instrument(audits: int, n: int, k: int, languages: int, labels: int) -> tuple[float, float]:
    """The same where the check errs more outside the baseline: with PPI++ on `labels` a language, and naively."""
    rng = np.random.default_rng(22)
    claimed = naive = 0
    errors = [(0.97, 0.95)] + [(0.85, 0.80)] * (languages - 1)
    names = [f"s{at}" for at in range(n)]
    for audit in k - passes(rng, [0.9] * languages, n, k, audits):
        rates, columns = [], []
        for lang, (se, sp) in enumerate(errors):
            truth = (np.arange(k)[None, :] < audit[:, lang][:, None]).ravel()
            flags = np.where(truth, rng.random(n * k) < se, rng.random(n * k) >= sp)
            column = tallies(flags.reshape(n, k).sum(axis=1), k)
            drawn = rng.choice(n * k, labels, replace=False)
            labelled = [Labelled(names[at // k], float(flags[at]), float(truth[at])) for at in drawn]
            corrected = ppi_rate(column, names, labelled)
            assert corrected is not None
            rates.append(corrected)
            columns.append(column)
        gaps = [corrected_gap(each, rates[0]) for each in rates[1:]]
        intervals = [(g.low or 0.0, g.high or 0.0) for g, _ in gaps]
        claimed += any_finding([p for _, p in gaps], intervals)
        plain = [paired_gap(column, columns[0]) for column in columns[1:]]
        naive += any_finding(
            [paired_p(column, columns[0]) for column in columns[1:]],
            [(g.low or 0.0, g.high or 0.0) for g in plain if g],
        )
    return claimed / audits, naive / audits


def found_share(audits: int, rates: tuple[float, float], n: int, k: int) -> float:
    """Power: share of audits in which the gap between two languages is found."""
    rng = np.random.default_rng(23)
    hits = 0
    for audit in k - passes(rng, rates, n, k, audits):
        ours, base = tallies(audit[:, 1], k), tallies(audit[:, 0], k)
        gap = paired_gap(ours, base)
        hits += any_finding([paired_p(ours, base)], [(gap.low or 0.0, gap.high or 0.0)] if gap else [(0.0, 0.0)])
    return hits / audits


def passing_share(audits: int, drop: float, margin: float, n: int, k: int, start: float = 0.9) -> float:
    """Share of releases that pass "no drop beyond the margin" when the true drop is `drop`."""
    rng = np.random.default_rng(24)
    passed = 0
    for audit in passes(rng, (start, start - drop), n, k, audits):
        change = paired_gap(tallies(audit[:, 1], k), tallies(audit[:, 0], k), 0.90)
        passed += change is not None and change.low is not None and change.low > -margin
    return passed / audits


def passing_with_errors(audits: int, true: float, margin: float, n: int, k: int, labels: int) -> tuple[float, float]:
    """The same where the check has Se/Sp .85/.80, known from `labels` labelled replies each: corrected, and naively."""
    rng = np.random.default_rng(26)
    passed = naive = 0
    for audit in k - passes(rng, (0.9, 0.9 - true), n, k, audits):
        flags = rng.binomial(audit, 0.85) + rng.binomial(k - audit, 0.20)
        caught, kept = rng.binomial(labels, 0.85), rng.binomial(labels, 0.80)
        errors = ErrorRates(Tally(int(caught), labels), Tally(int(kept), labels), "", "", "")
        change = paired_gap(tallies(flags[:, 1], k), tallies(flags[:, 0], k), 0.90)
        assert change is not None
        mended = corrected_change(change, errors, 0.90)
        naive += change.high is not None and change.high < margin
        passed += mended.high is not None and mended.high < margin
    return passed / audits, naive / audits


def timing() -> tuple[float, float]:
    """Seconds and MB for all statistics of 40 languages x 150 scenarios x 5 repeats x 4 checks."""
    rng = np.random.default_rng(25)
    languages, scenarios = [f"l{at}" for at in range(40)], [f"s{at}" for at in range(150)]
    checks = ["a", "b", "c", "d"]
    draws = iter(rng.random(40 * 150 * 5 * 4) < 0.1)
    measures = FidelityMeasures(expected_share=0.5)
    start = time.perf_counter()
    accumulator = Accumulator()
    for language in languages:
        for scenario in scenarios:
            for repeat in range(5):
                where = Where("m", language, scenario, repeat)
                accumulator.add_planned(where, 1)
                accumulator.add_response(where, Response("t", 0, Status.OK, ""))
                for check in checks:
                    outcome = Outcome.FAIL if next(draws) else Outcome.PASS
                    accumulator.add_result(where, CheckResult("t", 0, check, outcome, "", measures))
    accumulator.summary(
        run_id="r", signature="s", schema_version=1, baseline="l0", targets=["m"], languages=languages, checks=checks,
        scenarios=scenarios, seed=1,
    )  # fmt: skip
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(scale: Callable[[int], int] = lambda n: n) -> None:
    """Print everything; `scale` makes fewer audits of many."""
    print("# Statistics: simulations\n")
    print("```\npython tests/benchmarks/statistics.py > reports/validation/statistics.md\n```\n")
    print(
        "Replies are simulated: scenarios differ with standard deviation 1.5 on the logit scale, languages within a"
        " scenario with 0.7. Seeds are fixed; time and memory are of the machine that ran it (2 shared cores).\n"
    )
    seconds, megabytes = timing()
    plain, uncorrected = false_findings(scale(1000), 100, 3, 10)
    corrected, naive = unequal_instrument(scale(1000), 100, 3, 10, 100)
    equal, at_margin = (passing_share(scale(2000), drop, 0.05, 150, 3) for drop in (0.0, 0.05))
    erring, believed = passing_with_errors(scale(2000), 0.05, 0.05, 150, 3, 100)
    rows = [
        ("false findings, 10 equal languages, N = 100, K = 3, Holm, 1,000 audits", "<= 5 %", f"{plain:.1%}"),
        ("the same without Holm", "-", f"{uncorrected:.1%}"),
        ("false findings, equal but Se/Sp .97/.95 and .85/.80, 100 labels a language (PPI++)", "<= 7 %",
         f"{corrected:.1%}"),
        ("the same, naive", "nearly always", f"{naive:.1%}"),
        ("power, 90 to 80 %, N = 64, K = 3", ">= .80", f"{found_share(scale(2000), (0.9, 0.8), 64, 3):.3f}"),
        ("what `langbias plan` says of it", "-", f"{power(Design(64, 3, 1), 0.10):.3f}"),
        ("gate, truly equal, margin 5, N = 150, K = 3: pass", ">= .80", f"{equal:.3f}"),
        ("what `langbias plan` says of it", "-", f"{gate_passes(Design(150, 3, 1), 0.05):.3f}"),
        ("gate, truly at the margin: pass", "<= .07", f"{at_margin:.3f}"),
        ("the same where the check has Se/Sp .85/.80, known from 100 labels each", "<= .07", f"{erring:.3f}"),
        ("the same, naive", "-", f"{believed:.3f}"),
        ("time, 40 languages x 150 scenarios x 5 repeats x 4 checks", "<= 5 s", f"{seconds:.1f} s"),
        ("memory of the same", "<= 400 MB", f"{megabytes:.0f} MB"),
    ]  # fmt: skip
    print("| measure | wanted | found |\n| --- | --- | --- |")
    print("\n".join(f"| {name} | {wanted} | {value} |" for name, wanted, value in rows))
    print("\n## Smallest gap found with 80 % power, near 90 %\n")
    print("| N | K=1 | K=3 | K=5 | K=3, Holm over 10 |\n| --- | --- | --- | --- | --- |")
    for n in (30, 50, 64, 100, 150, 200):
        cells = [smallest_gap(Design(n, k, 1)) for k in (1, 3, 5)] + [smallest_gap(Design(n, 3, 10), 0.005)]
        print(f"| {n} | " + " | ".join("none" if gap is None else f"{gap * 100:.1f}" for gap in cells) + " |")
    print("\n## Coverage of 95 % intervals\n")
    coverage(scale(10_000))
