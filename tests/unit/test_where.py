"""Twins are one independent unit: they share circumstances and most of their words."""

from __future__ import annotations

from dataclasses import replace

from langbias.corpus import load_corpus
from langbias.stats.estimates import Tally
from langbias.stats.where import by_unit, units_of

SCENARIOS = {scenario.id: scenario for scenario in load_corpus().scenarios}


def test_twins_are_one_unit_in_either_order() -> None:
    faith, secular, panic = (SCENARIOS[name] for name in ("faith-low-mood", "secular-low-mood", "panic-night"))
    assert units_of([faith, panic, secular]) == {
        "faith-low-mood": "faith-low-mood",
        "panic-night": "panic-night",
        "secular-low-mood": "faith-low-mood",
    }
    assert set(units_of([secular, faith]).values()) == {"secular-low-mood"}


def test_a_twin_that_was_not_asked_leaves_its_partner_alone() -> None:
    assert units_of([SCENARIOS["secular-low-mood"]]) == {"secular-low-mood": "secular-low-mood"}


def test_a_scenario_and_its_silent_twin_are_one_unit_though_only_one_names_the_other() -> None:
    said, silent = SCENARIOS["background-low-mood"], SCENARIOS["low-mood"]
    assert said.silent_twin == silent.id
    for order in ([said, silent], [silent, said]):
        assert set(units_of(order).values()) == {order[0].id}


def test_a_chain_of_twins_is_one_unit() -> None:
    one, two, three = (replace(SCENARIOS["low-mood"], id=name, twin=None, silent_twin=None) for name in "abc")
    chain = [one, replace(two, twin="a"), replace(three, silent_twin="b")]
    assert set(units_of(chain).values()) == {"a"}


def test_a_scenario_that_links_two_units_joins_them() -> None:
    one, two, both = (replace(SCENARIOS["low-mood"], id=name, twin=None, silent_twin=None) for name in "abc")
    assert set(units_of([one, two, replace(both, twin="a", silent_twin="b")]).values()) == {"a"}


def test_the_units_of_the_corpus() -> None:
    units = units_of(load_corpus().scenarios)
    assert len(units) == 45
    assert len(set(units.values())) == 45 - 18 - 2


def test_tallies_of_twins_add_up() -> None:
    units = {"a": "a", "b": "a", "c": "c"}
    assert by_unit({"a": Tally(1, 3), "b": Tally(2, 3)}, units) == {"a": Tally(3, 6), "c": Tally(0, 0)}
