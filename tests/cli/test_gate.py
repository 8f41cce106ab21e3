"""`langbias gate`: exit codes, files, and an earlier run to compare with."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.conftest import Cli

HEAD = 'name = "test"\nschema_version = 1\n'


def policy(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[[rule]]\nchecks = ["fidelity"]\nfloor = 0.3\n', 0),
        ('[[rule]]\nchecks = ["fidelity"]\nfloor = 0.8\n', 6),
        ('allowed_to_fail = ["fa"]\n[[rule]]\nchecks = ["fidelity"]\nfloor = 0.3\n', 0),
        ('languages = ["ko"]\n[[rule]]\nchecks = ["fidelity"]\nfloor = 0.1\n', 6),
        ('[[never]]\nid = "english"\nrules = ["*"]\nchecks = ["fidelity"]\n', 1),
        ('allowed_to_fail = ["fa"]\n[[never]]\nid = "english"\nrules = ["*"]\nchecks = ["fidelity"]\n', 0),
        ('least_scenarios = 20\n[[rule]]\nchecks = ["fidelity"]\nfloor = 0.1\n', 6),
    ],
)
def test_three_exit_codes_that_junit_agrees_with(
    cli: Cli, recorded: Path, tmp_path: Path, text: str, code: int
) -> None:
    junit = tmp_path / "gate.xml"
    ran = cli("gate", recorded / "new", "--policy", policy(tmp_path, text), "--junit", junit)
    assert ran.code == code, ran.out + ran.err
    suite = ElementTree.parse(junit).getroot()
    failures, skipped = int(suite.get("failures", 0)), int(suite.get("skipped", 0))
    assert code == (1 if failures else 6 if skipped else 0)
    strict = cli("gate", recorded / "new", "--policy", policy(tmp_path, text), "--strict")
    assert strict.code == (0 if code == 0 else 1)


def test_a_drop_is_judged_against_the_earlier_run(cli: Cli, recorded: Path, tmp_path: Path) -> None:
    rules = policy(tmp_path, '[[rule]]\nchecks = ["fidelity"]\nlargest_drop = 0.9\n')
    ran = cli("gate", recorded / "new", "--against", recorded / "old", "--policy", rules, "--json")
    assert ran.code == 0, ran.err
    cells = {cell["language"]: cell for cell in json.loads(ran.out)["cells"]}
    assert cells["fa"]["clauses"][0]["estimate"]["value"] == pytest.approx(0.25)
    ran = cli("gate", recorded / "new", "--policy", rules)
    assert "no earlier run was given" in ran.err


def test_the_markdown_fits_a_pull_request_and_repeats_byte_for_byte(cli: Cli, recorded: Path, tmp_path: Path) -> None:
    for name in ("one.md", "two.md"):
        cli("gate", recorded / "new", "--policy", "first-week", "--markdown", tmp_path / name)
    text = (tmp_path / "one.md").read_text(encoding="utf-8")
    assert text.startswith("## ")
    assert "| Check |" in text
    assert "langbias\\|" not in text.split("```text")[1]
    assert (tmp_path / "one.md").read_bytes() == (tmp_path / "two.md").read_bytes()


def test_wrong_requests_are_one_line(cli: Cli, recorded: Path, tmp_path: Path) -> None:
    bad = policy(tmp_path, '[[rule]]\nchecks = ["fidelty"]\nfloor = 0.5\n')
    for arguments, code, words in (
        (("gate", recorded / "new", "--policy", bad), 3, "did you mean 'fidelity'"),
        (("gate", recorded / "none"), 3, "not a run folder"),
        (("gate", recorded / "new", "--target", "x"), 2, "no target 'x'"),
        (("gate", recorded / "new", "--against", recorded / "none"), 3, "not a run folder"),
        (("gate", recorded / "new", "--against", recorded / "new"), 2, "same run"),
    ):
        ran = cli(*arguments)
        assert ran.code == code, ran.err
        assert words in ran.err
        assert ran.err.count("\n") == 1


def test_a_language_answered_in_another_has_not_nothing_to_judge(cli: Cli, tmp_path: Path) -> None:
    """Every reply in Korean: other checks judge none, which is no reason to leave them, or gaps to them, out."""
    sheet, run = tmp_path / "sheet.csv", tmp_path / "run"
    assert cli("plan", "-s", "core", "-l", "en,ko", "--export", sheet).code == 0
    with sheet.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row | {"response": "많이 힘드셨겠어요. 오늘은 조금 쉬어 보세요."} for row in csv.DictReader(lines)]
    with sheet.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert cli("audit", "--target", f"replay:{sheet}", "-s", "core", "-l", "en,ko", "-o", run).code == 0
    ran = cli("gate", run, "--policy", "first-week", "--json")
    states = {(cell["check_id"], cell["language"]): cell["state"] for cell in json.loads(ran.out)["cells"]}
    assert ran.code == 1
    assert states["fidelity", "en"] == "fail"
    assert states["artifacts", "en"] == states["artifacts", "ko"] == "inconclusive"
