"""One check over all languages: floors, bounds, corrections, and what takes a gap back. Bad input of every kind."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from langbias.stats.cells import CheckFigures, Column, check_figures
from langbias.stats.estimates import Tally
from langbias.stats.floor import gini, repeat_floor, spread, spread_floor
from langbias.stats.instrument import ErrorRates, Labelled
from langbias.stats.summary import Cell
from langbias.types import Outcome

N = 40
SCENARIOS = [f"s{at}" for at in range(N)]


def column(language: str, failing: int, *, k: int = 3, n: int = N, **more: Any) -> Column:
    """The first `failing` of `n` scenarios fail in every repeat."""
    tallies = tuple(Tally(k * (at < failing), k) if at < n else Tally(0, 0) for at in range(N))
    outcomes = Counter({Outcome.FAIL: k * failing, Outcome.PASS: k * (n - failing)})
    return Column(language, tallies, outcomes, (k,) * N, (0,) * N, **more)


def figures(*columns: Column, baseline: str = "en") -> CheckFigures:
    return check_figures("m", "fidelity", baseline, columns, SCENARIOS, 1)


def cell(found: CheckFigures, language: str) -> Cell:
    return next(each for each in found.cells if each.language == language)


def numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [n for each in value.values() for n in numbers(each)]
    if isinstance(value, list | tuple):
        return [n for each in value for n in numbers(each)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


@pytest.mark.parametrize(
    "columns",
    [
        [column("en", 3)],
        [column("ko", 3)],
        [column("en", 0), column("ko", 0)],
        [column("en", N), column("ko", N)],
        [column("en", 0), column("ko", N)],
        [column("en", 0, n=1), column("ko", 1, n=1)],
        [column("en", 0, n=0), column("ko", 0, n=0)],
        [column("en", 3), column("ko", 2, n=9), column("yo", 5, n=33)],
        [column("en", 0, n=0), column("ko", 4)],
    ],
    ids=[
        "one",
        "no-baseline",
        "all-pass",
        "all-fail",
        "opposite",
        "one-scenario",
        "nothing",
        "unequal",
        "empty-baseline",
    ],
)
def test_every_odd_input_gives_honest_numbers_and_never_nan(columns: list[Column]) -> None:
    found = figures(*columns)
    assert [each.language for each in found.cells] == [each.language for each in columns]
    assert all(math.isfinite(n) for n in numbers([asdict(each) for each in found.cells]))
    for each in found.cells:
        for estimate in (each.rate, each.gap, each.band):
            if estimate and estimate.low is not None and estimate.high is not None:
                assert estimate.low <= estimate.value <= estimate.high


def test_a_plain_gap_is_found_and_its_band_is_wider() -> None:
    rng = np.random.default_rng(1)
    many = [
        replace(column(f"l{at}", 0), tallies=tuple(Tally(int(h), 3) for h in rng.binomial(3, 0.4, N)))
        for at in range(6)
    ]
    worse = replace(column("yo", 0), tallies=tuple(Tally(int(h), 3) for h in rng.binomial(3, 0.9, N)))
    base = replace(many[0], language="en")
    found = cell(figures(base, worse, *many[1:]), "yo")
    assert found.verdict == "gap_found"
    assert found.gap is not None
    assert found.band is not None
    assert found.gap.low is not None
    assert found.band.low is not None
    assert found.band.low < found.gap.low
    assert found.detectable is not None
    assert found.detectable.alone < found.detectable.corrected


def test_a_gap_under_the_noise_floor_is_never_a_finding() -> None:
    """The baseline disagrees with itself between two wordings by more than the gap."""
    base = column("en", 0, paraphrase=column("en", 20).tallies)
    found = figures(base, column("ko", 14))
    assert found.floor.value == pytest.approx(0.5)
    assert cell(found, "ko").verdict == "insufficient"
    assert cell(found, "ko").reason == "the baseline differs from itself by as much"
    assert cell(figures(column("en", 0), column("ko", 14)), "ko").verdict == "gap_found"


def test_the_repeat_floor_is_the_noise_of_the_baseline() -> None:
    rng = np.random.default_rng(2)
    steady = [{k: Tally(at % 2, 1) for k in range(4)} for at in range(60)]
    noisy = [{k: Tally(int(rng.random() < 0.5), 1) for k in range(4)} for _ in range(60)]
    flat, rough = repeat_floor(steady, 1), repeat_floor(noisy, 1)
    assert flat is not None
    assert rough is not None
    assert flat.value == 0
    # Two means of 4 coins over 60 scenarios differ by 1.96 * sqrt(2 * .25 / 4 / 60) 95 % of the time.
    assert rough.value == pytest.approx(1.96 * math.sqrt(2 * 0.25 / 4 / 60), rel=0.2)
    assert repeat_floor([{0: Tally(1, 1)}] * 60, 1) is None


def test_lost_replies_give_bounds_that_can_undo_a_gap() -> None:
    lost = tuple(3 * (at >= 20) for at in range(N))
    thin = replace(column("ko", 8, n=20), lost=lost)
    found = cell(figures(column("en", 0), thin), "ko")
    assert found.bounds is not None
    assert found.bounds.lost == 60
    assert (found.bounds.rate_low, found.bounds.rate_high) == (24 / 120, 84 / 120)
    assert found.bounds.gap_low is not None
    assert found.bounds.gap_high is not None
    assert found.bounds.gap_low < found.bounds.gap_high
    assert cell(figures(column("en", 0), column("ko", 8)), "ko").bounds is None
    lossy_base = replace(column("en", 0, n=20), lost=lost)
    undone = cell(figures(lossy_base, column("ko", 12)), "ko")
    assert undone.verdict == "insufficient"
    assert undone.reason == "the replies that never came could undo this gap"


def test_the_checks_own_errors_can_take_a_gap_back() -> None:
    good = ErrorRates(Tally(97, 100), Tally(95, 100), "d", "2026-01-01", "w")
    poor = ErrorRates(Tally(85, 100), Tally(75, 100), "d", "2026-01-01", "w")
    raw = cell(figures(column("en", 4), column("ko", 12)), "ko")
    assert raw.verdict == "gap_found"
    assert raw.corrected is None
    found = cell(figures(column("en", 4, errors=good), column("ko", 12, errors=poor)), "ko")
    assert found.corrected is not None
    assert found.corrected.method == "Rogan-Gladen"
    assert found.verdict == "insufficient"
    assert found.reason == "the check's own errors could make this gap"
    assert found.instrument is not None
    assert found.instrument.value > 0.15
    assert found.rate == raw.rate


def test_labels_of_the_run_come_before_known_errors() -> None:
    errors = ErrorRates(Tally(90, 100), Tally(90, 100), "d", "2026-01-01", "w")
    labels = tuple(Labelled(f"s{at}", float(at < 10), float(at < 10)) for at in range(N))
    found = cell(figures(column("en", 2), column("ko", 10, errors=errors, labelled=labels)), "ko")
    assert found.corrected is not None
    assert found.corrected.method == "PPI++"
    assert found.corrected.rate.value == pytest.approx(0.25, abs=0.02)
    assert found.corrected.gap is None


def test_the_spread_is_a_footnote_with_its_floor() -> None:
    rng = np.random.default_rng(3)
    equal = [
        replace(column(f"l{at}", 0), tallies=tuple(Tally(int(h), 3) for h in rng.binomial(3, 0.1, N)))
        for at in range(8)
    ]
    found = figures(replace(equal[0], language="en"), *equal[1:]).spread
    assert found is not None
    assert 0 < found.spread.value < found.floor.value * 1.3
    assert found.gini is not None
    assert figures(column("en", 1)).spread is None


def test_spread_and_gini_by_hand() -> None:
    shares = np.array([[1.0, 0.5], [1.0, 0.5]])
    assert spread(shares) == 0.5
    assert gini([1.0, 1.0, 1.0]) == 0
    assert gini([0.0, 1.0]) == 0.5
    assert gini([0.0, 0.0]) is None
    assert spread_floor(np.ones((20, 4)), 1) == 0


def test_the_same_counts_give_the_same_figures() -> None:
    columns = [column("en", 3), column("ko", 9), column("yo", 12)]
    assert figures(*columns) == figures(*columns)
