"""What a conversation costs in money against the baseline: from the user's own price table, in every report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli

PRICES = """
currency = "EUR"
as_of = "2026-11-01"
[[price]]
name = "{name}"
prompt = 1.0
completion = 4.0
"""


@pytest.fixture
def run(cli: Cli, sheet: Path, tmp_path: Path) -> Path:
    """A scored run whose replies tell their tokens: twice as many in every other language as in English."""
    folder = tmp_path / "run"
    scenarios = "exam-stress,passive-suicidal"
    assert cli("audit", "-t", f"replay:{sheet}", "-s", scenarios, "-l", "en,ko", "-o", folder).code == 0
    english = {row["id"] for row in _rows(folder / "prompts.jsonl") if row["language"] == "en"}
    english_trials = {row["id"] for row in _rows(folder / "trials.jsonl") if row["prompt_id"] in english}
    told = []
    for row in _rows(folder / "responses.jsonl"):
        tokens = 100 if row["trial_id"] in english_trials else 200
        told.append(row | {"usage": {"prompt_tokens": tokens, "completion_tokens": tokens}})
    (folder / "responses.jsonl").write_text("".join(json.dumps(row) + "\n" for row in told), encoding="utf-8")
    return folder


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _price_rows(folder: Path) -> list[dict[str, Any]]:
    measures = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["summary"]["measures"]
    return [row for row in measures if row["name"] == "price_ratio"]


def _target(folder: Path) -> str:
    return str(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["targets"][0]["id"])


def test_the_report_and_the_summary_show_the_price_ratio(cli: Cli, run: Path, tmp_path: Path) -> None:
    table = tmp_path / "prices.toml"
    table.write_text(PRICES.format(name=_target(run)), encoding="utf-8")
    assert cli("report", run, "--prices", table).code == 0
    (row,) = _price_rows(run)
    assert (row["language"], row["check_id"]) == ("ko", "access")
    assert row["estimate"]["value"] == pytest.approx(2)
    assert row["unit"].endswith("at prices in EUR of 2026-11-01")
    for name in ("report.md", "report.html"):
        said = (run / name).read_text(encoding="utf-8").replace("\\", "")
        assert "times the price of a conversation turn in English" in said, name


def test_an_audit_with_prices_shows_it_at_once(cli: Cli, run: Path, tmp_path: Path, sheet: Path) -> None:
    table = tmp_path / "prices.toml"
    table.write_text(PRICES.format(name=_target(run)), encoding="utf-8")
    given = ("-t", f"replay:{sheet}", "-s", "exam-stress,passive-suicidal", "-l", "en,ko", "-o", run)
    assert cli("audit", *given, "--prices", table).code == 0
    assert len(_price_rows(run)) == 1


def test_no_table_or_one_that_names_another_target_gives_none(cli: Cli, run: Path, tmp_path: Path) -> None:
    assert cli("report", run).code == 0
    assert _price_rows(run) == []
    table = tmp_path / "prices.toml"
    table.write_text(PRICES.format(name="another"), encoding="utf-8")
    assert cli("report", run, "--prices", table).code == 0
    assert _price_rows(run) == []
    missing = cli("report", run, "--prices", tmp_path / "none.toml")
    assert missing.code == 3
    assert "none.toml" in missing.err
