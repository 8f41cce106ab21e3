"""The check's error carried through: Rogan-Gladen, PPI++, and the gap an instrument makes by itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from langbias.stats.estimates import Tally
from langbias.stats.instrument import (
    ErrorRates,
    Labelled,
    corrected_gap,
    instrument_gap,
    ppi_mean,
    ppi_rate,
    rogan_gladen,
)

NAMES = [f"s{at}" for at in range(100)]


def errors(sensitivity: float, specificity: float, n: int = 100) -> ErrorRates:
    return ErrorRates(Tally(sensitivity * n, n), Tally(specificity * n, n), "made up", "2026-01-01", "test")


def test_ppi_mean_is_that_of_ppi_python() -> None:
    """The numbers are those of ppi_py 0.2.3 (ppi_mean_pointestimate, ppi_mean_ci) on these very replies."""
    rng = np.random.default_rng(3)
    truth = (rng.random(300) < 0.15).astype(float)
    flags = np.where(truth == 1, rng.random(300) < 0.9, rng.random(300) < 0.12).astype(float)
    found = ppi_mean(truth[:40], flags[:40], flags[40:])
    assert found == pytest.approx((0.1313587366483616, 0.04609368207363433, 0.21662379122308884), abs=1e-9)


def test_rogan_gladen_by_hand() -> None:
    found = rogan_gladen([Tally(int(at < 30), 1) for at in range(100)], errors(0.9, 0.8))
    assert found is not None
    assert found.value == pytest.approx((0.3 + 0.8 - 1) / 0.7)
    share = found.value
    spread = sum(w**2 * p * (1 - p) / 100 for w, p in ((1 - share, 80.5 / 101), (share, 90.5 / 101)))
    variance = (100 / 99 * 0.3 * 0.7 / 100 + spread) / 0.7**2
    estimate = found.estimate()
    assert estimate.high is not None
    assert estimate.high - found.value == pytest.approx(1.9842 * math.sqrt(variance), rel=1e-3)


def test_a_check_that_tells_too_little_is_not_inverted() -> None:
    tallies = [Tally(1, 2)] * 10
    assert rogan_gladen(tallies, errors(0.8, 0.69)) is None
    assert rogan_gladen(tallies, errors(0.8, 0.71)) is not None
    assert rogan_gladen([Tally(0, 0)], errors(0.9, 0.9)) is None


def test_a_perfect_check_changes_nothing_but_the_width() -> None:
    tallies = [Tally(at % 3, 3) for at in range(60)]
    found = rogan_gladen(tallies, errors(1.0, 1.0))
    assert found is not None
    assert found.value == pytest.approx(1 / 3)


def test_corrected_shares_stay_within_0_and_1() -> None:
    for hits in (0, 3):
        found = rogan_gladen([Tally(hits, 3)] * 12, errors(0.8, 0.8))
        assert found is not None
        estimate = found.estimate()
        assert estimate.low is not None
        assert estimate.high is not None
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


def replies(
    rng: np.random.Generator, sensitivity: float, specificity: float, labels: int, failing: float = 0.1
) -> tuple[list[Tally], list[Labelled]]:
    """100 scenarios x 3 replies under a check that errs, and `labels` of them judged by people."""
    truth = rng.random((100, 3)) < failing
    flags = np.where(truth, rng.random((100, 3)) < sensitivity, rng.random((100, 3)) >= specificity)
    drawn = rng.choice(300, labels, replace=False)
    labelled = [
        Labelled(NAMES[at // 3], float(flags.flat[at]), float(truth.flat[at])) for at in (int(each) for each in drawn)
    ]
    return [Tally(int(row.sum()), 3) for row in flags], labelled


def test_ppi_covers_the_truth_where_the_check_is_far_off() -> None:
    rng = np.random.default_rng(5)
    covered = naive = 0
    for _ in range(200):
        tallies, labelled = replies(rng, 0.85, 0.80, 100)
        found = ppi_rate(tallies, NAMES, labelled)
        assert found is not None
        estimate = found.estimate()
        covered += (estimate.low or 0.0) <= 0.1 <= (estimate.high or 1.0)
        naive += sum(t.hits for t in tallies) / 300 < 0.2
    assert covered / 200 >= 0.90
    assert naive / 200 < 0.2


def test_an_unequal_check_makes_no_finding_once_it_is_corrected() -> None:
    rng = np.random.default_rng(6)
    found = 0
    for _ in range(200):
        base = ppi_rate(*_args(replies(rng, 0.97, 0.95, 100)))
        ours = ppi_rate(*_args(replies(rng, 0.85, 0.80, 100)))
        assert base is not None
        assert ours is not None
        found += corrected_gap(ours, base)[1] < 0.05
    assert found / 200 <= 0.09


def _args(made: tuple[list[Tally], list[Labelled]]) -> tuple[list[Tally], list[str], list[Labelled]]:
    return made[0], NAMES, made[1]


def test_drawing_weights_undo_a_draw_that_prefers_failures() -> None:
    rng = np.random.default_rng(7)
    values = []
    for _ in range(60):
        tallies, labelled = replies(rng, 0.9, 0.9, 300)
        flagged = [row for row in labelled if row.flagged]
        clean = [row for row in labelled if not row.flagged]
        picked = [(rng.permutation(len(group))[:30], group) for group in (flagged, clean)]
        weighted = [
            Labelled(group[at].scenario_id, group[at].flagged, group[at].label, len(group) / len(chosen))
            for chosen, group in picked
            for at in chosen
        ]
        found = ppi_rate(tallies, NAMES, weighted)
        assert found is not None
        values.append(found.value)
    assert np.mean(values) == pytest.approx(0.1, abs=0.015)


def test_too_few_labels_correct_nothing() -> None:
    tallies, labelled = replies(np.random.default_rng(1), 0.9, 0.9, 29)
    assert ppi_rate(tallies, NAMES, labelled) is None
    assert ppi_rate(tallies, NAMES, [Labelled("s1", 0.0, 0.0)] * 50) is None
    assert ppi_rate([Tally(0, 0)] * 100, NAMES, labelled * 2) is None


def test_labels_that_all_agree_are_not_certainty() -> None:
    tallies = [Tally(0, 3)] * 100
    found = ppi_rate(tallies, NAMES, [Labelled(NAMES[at], 0.0, 0.0) for at in range(50)])
    assert found is not None
    estimate = found.estimate()
    assert estimate.high is not None
    assert estimate.high > 0.02


def test_the_instruments_own_gap() -> None:
    """Both truly fail at 10 %: .97/.95 shows 14.2 %, .85/.80 shows 26.5 %."""
    found = instrument_gap(errors(0.85, 0.80), errors(0.97, 0.95), 0.1)
    assert found.value == pytest.approx(0.265 - 0.142)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    assert instrument_gap(errors(0.9, 0.9), errors(0.9, 0.9), 0.3).value == 0
