"""`audit --pivot` end to end from recorded replies: what is asked a second time, stored, resumed and said."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from langbias.pivot import VARIANT
from tests.cli.conftest import Cli, Ran
from tests.unit.test_pivot import CONTROLS

ENGLISH = "Get up and sit in the kitchen for a while. Write your worries down in the evening."


@pytest.fixture
def scenarios(cli: Cli, tmp_path: Path) -> list[str]:
    """Five scenarios of one message each."""
    sheet = tmp_path / "all.csv"
    assert cli("plan", "--export", sheet, "-s", "all", "-l", "en,ru").code == 0
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    several = {row["scenario"] for row in rows if row["turn"] != "0"}
    return sorted({row["scenario"] for row in rows} - several)[: len(CONTROLS)]


def recorded(path: Path, scenarios: list[str], translation: int) -> Path:
    """Replies of a chatbot to `scenarios`, twice each, and its translations (column `translation` of the controls)."""
    rows = []
    for scenario, control in zip(scenarios, CONTROLS, strict=True):
        for repeat in (0, 1):
            shared = {"scenario": scenario, "repeat": repeat}
            rows.append(shared | {"language": "en", "response": f"{ENGLISH} About {scenario}, {repeat}."})
            rows.append(shared | {"language": "ru", "response": control[1 + repeat]})
            rows.append(
                {
                    "scenario": scenario,
                    "language": "ru",
                    "variant": f"{VARIANT}-{repeat}",
                    "response": control[translation],
                }
            )
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def audit(cli: Cli, replies: Path, scenarios: list[str], *more: str) -> Ran:
    given = ("-l", "en,ru", "-s", ",".join(scenarios), "-o", "run", "-q", "--checks", "artifacts")
    return cli("audit", "-t", f"replay:{replies}", *given, *more)


def pivot_row(folder: Path) -> dict[str, object]:
    measures = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["summary"]["measures"]
    (row,) = (row for row in measures if row["name"] == "english_pivot")
    return row


@pytest.mark.parametrize(("translation", "near"), [(3, 1.0), (4, 0.0)])
def test_the_index_comes_from_stored_replies(
    cli: Cli, scenarios: list[str], tmp_path: Path, translation: int, near: float
) -> None:
    replies = recorded(tmp_path / "replies.jsonl", scenarios, translation)
    ran = audit(cli, replies, scenarios, "--repeats", "2", "--pivot")
    assert ran.code == 0, ran.err
    row = pivot_row(tmp_path / "run")
    assert row["language"] == "ru"
    assert row["estimate"]["value"] == pytest.approx(near, abs=0.3)
    assert (row["estimate"]["n_clusters"], row["verdict"]) == (5, "not_judged")
    assert "Likeness to the target" in (tmp_path / "run" / "report.md").read_text(encoding="utf-8").replace("\\", "")


def test_each_english_reply_is_translated_in_a_fresh_chat_and_never_twice(
    cli: Cli, scenarios: list[str], tmp_path: Path
) -> None:
    replies = recorded(tmp_path / "replies.jsonl", scenarios, 3)
    (tmp_path / "system.txt").write_text("You are a kind listener.", encoding="utf-8")
    given = ("--repeats", "2", "--pivot")
    assert audit(cli, replies, scenarios, *given).code == 0
    second = tmp_path / "run" / "pivot-1"
    prompts = [json.loads(line) for line in (second / "prompts.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(prompts) == 10
    assert {prompt["language"] for prompt in prompts} == {"ru"}
    assert prompts[0]["turns"] == [
        "Translate the following text into Russian. Answer with the translation alone.\n\n"
        f"{ENGLISH} About {scenarios[0]}, 0."
    ]
    assert json.loads((second / "manifest.json").read_text(encoding="utf-8"))["plan"]["system_prompt"] is None
    before = {path.name: path.read_bytes() for path in second.glob("*.jsonl")}
    report = (tmp_path / "run" / "report.html").read_bytes()
    assert audit(cli, replies, scenarios, *given).code == 0
    assert {path.name: path.read_bytes() for path in second.glob("*.jsonl")} == before
    assert cli("report", "run").code == 0
    assert (tmp_path / "run" / "report.html").read_bytes() == report


def test_dry_run_shows_the_extra_requests(cli: Cli, scenarios: list[str], tmp_path: Path) -> None:
    replies = recorded(tmp_path / "replies.jsonl", scenarios, 3)
    ran = audit(cli, replies, scenarios, "--repeats", "2", "--pivot", "--dry-run")
    assert ran.code == 0
    assert "up to 10 more requests" in ran.out
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("languages", "repeats", "said"), [("en,ru", "1", "--repeats 2"), ("en", "2", "another one"), ("ru", "2", "'en'")]
)
def test_a_plan_that_cannot_feed_it_is_refused(cli: Cli, languages: str, repeats: str, said: str) -> None:
    base = languages.split(",")[0]
    ran = cli("audit", "-l", languages, "--baseline", base, "--repeats", repeats, "--pivot", "--dry-run")
    assert ran.code == 2
    assert said in ran.err


def test_missing_translations_leave_the_run_open(cli: Cli, scenarios: list[str], tmp_path: Path) -> None:
    replies = recorded(tmp_path / "replies.jsonl", scenarios, 3)
    kept = [line for line in replies.read_text(encoding="utf-8").splitlines() if VARIANT not in line]
    replies.write_text("\n".join(kept) + "\n", encoding="utf-8")
    ran = audit(cli, replies, scenarios, "--repeats", "2", "--pivot")
    assert ran.code == 4
    assert pivot_row(tmp_path / "run")["verdict"] == "pivot_undefined"
