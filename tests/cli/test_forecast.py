"""`langbias plan`: cost, tokens, and what the plan could show."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Cli


def test_the_plan_says_what_it_could_find_and_what_it_would_cost(cli: Cli) -> None:
    ran = cli("plan", "-s", "all", "--repeats", "3", "--price", "2.5,10")
    assert ran.code == 0, ran.err
    assert "after Holm" in ran.out
    assert "points would mostly go unseen" in ran.out
    assert "no drop over 10 points" in ran.out
    assert "in the currency of the prices" in ran.out


def test_the_json_carries_the_same_figures(cli: Cli) -> None:
    few = json.loads(cli("plan", "--json", "-s", "all", "-l", "en,ko").out)["forecast"]
    many = json.loads(cli("plan", "--json", "-s", "all", "-l", "en,ko", "--repeats", "5").out)["forecast"]
    ko_few, ko_many = (next(r for r in each["languages"] if r["language"] == "ko") for each in (few, many))
    assert ko_many["alone"] < ko_few["alone"]
    assert ko_few["alone"] == ko_few["corrected"]
    assert many["calls"] == 5 * few["calls"]
    assert many["prompt_tokens"] == pytest.approx(5 * few["prompt_tokens"], rel=0.01)
    assert few["price"] is None


def test_a_plan_of_one_scenario_says_that_it_can_find_nothing(cli: Cli) -> None:
    ran = cli("plan", "-s", "exam-stress")
    assert ran.code == 0, ran.err
    assert "none can be found" in ran.out
    assert "too small to find any gap" in ran.out


@pytest.mark.parametrize("price", ["2", "a,b", "1,2,3", "-1,2", "nan,1"])
def test_prices_that_are_none_are_refused(cli: Cli, price: str) -> None:
    ran = cli("plan", f"--price={price}")
    assert ran.code == 2
    assert "--price" in ran.err
