"""The cell of the design that a response belongs to, and what counts as one independent unit of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from langbias.stats.estimates import Tally
from langbias.types import BASE, Scenario


@dataclass(frozen=True, slots=True)
class Where:
    """Target, language, scenario, repeat (from 0) and variant of the prompt that was asked."""

    target_id: str
    language: str
    scenario_id: str
    repeat: int = 0
    variant: str = BASE


def units_of(scenarios: Iterable[Scenario]) -> dict[str, str]:
    """Scenario -> its unit, in the order of `scenarios`; a unit has the id of its first scenario.

    Twins say nearly the same words about the same circumstances, so that a language which fails one tends to fail the
    other: together they are one unit, and count in every rate as one scenario asked twice.
    """
    rows = tuple(scenarios)
    partners: dict[str, list[str]] = {}
    for scenario in rows:
        for other in (scenario.twin, scenario.silent_twin):
            if other:
                partners.setdefault(scenario.id, []).append(other)
                partners.setdefault(other, []).append(scenario.id)
    found: dict[str, str] = {}
    for scenario in rows:
        known = {found[name] for name in partners.get(scenario.id, ()) if name in found}
        unit = next((name for name in found if name in known), scenario.id)
        found = {name: unit if old in known else old for name, old in found.items()} | {scenario.id: unit}
    return found


def by_unit(tallies: Mapping[str, Tally], units: Mapping[str, str]) -> dict[str, Tally]:
    """Tallies of scenarios, added up in each unit."""
    found: dict[str, Tally] = {}
    for scenario, unit in units.items():
        one, two = found.get(unit, Tally(0, 0)), tallies.get(scenario, Tally(0, 0))
        found[unit] = Tally(one.hits + two.hits, one.n + two.n)
    return found
