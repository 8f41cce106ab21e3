"""`langbias plan`: what the plan could show (its cost: tests/http/test_budget.py)."""

from __future__ import annotations

import json

from tests.cli.conftest import Cli


def test_the_plan_says_what_it_could_find(cli: Cli) -> None:
    ran = cli("plan", "-s", "all", "--repeats", "3")
    assert ran.code == 0, ran.err
    assert "after Holm" in ran.out
    assert "points would mostly go unseen" in ran.out
    assert "no drop over 10 points" in ran.out


def test_the_json_carries_the_same_figures(cli: Cli) -> None:
    few = json.loads(cli("plan", "--json", "-s", "all", "-l", "en,ko").out)["forecast"]
    many = json.loads(cli("plan", "--json", "-s", "all", "-l", "en,ko", "--repeats", "5").out)["forecast"]
    ko_few, ko_many = (next(r for r in each["languages"] if r["language"] == "ko") for each in (few, many))
    assert ko_many["alone"] < ko_few["alone"]
    assert ko_few["alone"] == ko_few["corrected"]
    assert many["calls"] == 5 * few["calls"]


def test_a_plan_of_one_scenario_says_that_it_can_find_nothing(cli: Cli) -> None:
    ran = cli("plan", "-s", "exam-stress")
    assert ran.code == 0, ran.err
    assert "none can be found" in ran.out
    assert "too small to find any gap" in ran.out


def test_personas_that_cannot_show_a_difference_are_said_beforehand(cli: Cli) -> None:
    assert "personas" not in cli("plan", "-s", "panic-night").out.split("signature")[0]
    ran = cli("plan", "-s", "panic-night", "-l", "en,ko", "--variants", "base,personas")
    assert ran.code == 0, ran.err
    assert "a 70-year-old and a 16-year-old (1 scenario)" in ran.out
    assert "needs 6 scenarios to show a difference" in ran.out
    ran = cli("plan", "--json", "-s", "panic-night", "-l", "en,ko", "--variants", "personas")
    age = next(pair for pair in json.loads(ran.out)["forecast"]["personas"] if pair["dimension"] == "age")
    assert age == {"dimension": "age", "words": ["a 70-year-old", "a 16-year-old"], "scenarios": 1}
