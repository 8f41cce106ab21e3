"""What a plan could see, against the table of simulations and against simulation here."""

from __future__ import annotations

import pytest

from langbias.stats.power import Design, gate_passes, outlook, power, seen_with, smallest_gap


@pytest.mark.parametrize(
    ("rate", "k", "scenarios"), [(0.9, 1, 161), (0.9, 3, 64), (0.9, 5, 45), (0.8, 3, 89), (0.6, 3, 112), (0.95, 3, 49)]
)
def test_ten_points_are_found_with_the_scenarios_that_simulations_needed(rate: float, k: int, scenarios: int) -> None:
    assert power(Design(scenarios, k, 1), 0.10, rate=rate) == pytest.approx(0.80, abs=0.025)


def test_more_scenarios_repeats_and_fewer_languages_see_smaller_gaps() -> None:
    gaps = [smallest_gap(Design(n, 3, 1)) or 1 for n in (30, 60, 120, 240)]
    assert gaps == sorted(gaps, reverse=True)
    assert (smallest_gap(Design(60, 1, 1)) or 0) > (smallest_gap(Design(60, 5, 1)) or 1)
    seen = outlook(Design(60, 3, 9))
    assert seen.alone is not None
    assert seen.corrected is not None
    assert seen.alone < seen.corrected


def test_the_gate_passes_as_often_as_in_simulations() -> None:
    for scenarios, margin, share in ((150, 0.05, 0.83), (60, 0.05, 0.50), (60, 0.10, 0.94), (30, 0.10, 0.74)):
        assert gate_passes(Design(scenarios, 3, 1), margin) == pytest.approx(share, abs=0.035)


@pytest.mark.parametrize("scenarios", [0, 1, 2, 3])
def test_a_tiny_plan_can_see_nothing_and_says_so(scenarios: int) -> None:
    found = outlook(Design(scenarios, 1, 4))
    assert found.alone is None
    assert found.corrected is None
    assert all(share < 0.5 for _, share in found.gate)


def test_a_run_without_other_languages_needs_no_correction() -> None:
    found = outlook(Design(60, 3, 0))
    assert found.alone == found.corrected


def test_what_a_run_could_see_is_wider_than_its_interval() -> None:
    alone, corrected = seen_with(0.10, 60, 9)
    assert 0.13 < alone < 0.15 < corrected
