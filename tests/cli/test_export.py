"""`langbias export`, and its files read back by `score` and `replay:`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.mark.parametrize("form", ["inspect", "promptfoo"])
def test_what_is_exported_is_scored_and_replayed_to_the_same_verdicts(cli: Cli, runs: Path, form: str) -> None:
    out = runs / "log.json"
    assert cli("export", runs / "new", "--format", form, "-o", out).code == 0
    assert cli("score", out, "-o", runs / "lines.jsonl", "--checks", "fidelity").code == 0
    stored = [json.loads(line) for line in (runs / "new" / "results.jsonl").read_text().splitlines()]
    verdicts = sorted(line["outcome"] for line in stored if line["check"] == "fidelity")
    lines = [json.loads(line) for line in (runs / "lines.jsonl").read_text().splitlines()]
    assert sorted(line["outcome"] for line in lines) == verdicts
    assert "fail" in verdicts
    again = cli("audit", "-t", f"replay:{out}", "-s", "core", "-l", "en,fa", "-o", runs / "again", "-q")
    assert again.code == 0, again.err


def test_every_eval_ever_writes_the_aggregate_and_its_instances(cli: Cli, runs: Path) -> None:
    out = runs / "eee.json"
    ran = cli("export", runs / "new", "--format", "every_eval_ever", "-o", out, "--organization", "o")
    assert ran.code == 0, ran.err
    record = json.loads(out.read_text())
    assert record["detailed_evaluation_results"]["file_path"] == "eee.jsonl"
    ids = {json.loads(line)["evaluation_id"] for line in (runs / "eee.jsonl").read_text().splitlines()}
    assert ids == {record["evaluation_id"]}


def test_mistakes_are_told(cli: Cli, runs: Path) -> None:
    assert cli("export", runs / "new", "--format", "excel", "-o", "x.json").code == 2
    assert cli("export", runs / "new", "--format", "inspect", "-o", "x.json", "-t", "nobody").code == 2
    named = cli("export", runs / "new", "--format", "inspect", "-o", "x.eval")
    assert (named.code, ".json" in named.err) == (2, True)
    assert cli("export", runs, "--format", "inspect", "-o", "x.json").code == 3
    (runs / "new" / "scoring.json").unlink()
    unscored = cli("export", runs / "new", "--format", "promptfoo", "-o", "x.json")
    assert (unscored.code, "langbias score" in unscored.err) == (3, True)
    assert not Path("x.json").exists()


def test_parquet_is_scored_and_replayed(cli: Cli, tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [
        {"id": tag, "scenario": "exam-stress", "language": tag, "response": text}
        for tag, text in (
            ("en", "You could rest and talk to a friend."),
            ("fa", "امشب کمی استراحت کنید."),
            ("ko", None),
        )
    ]
    parquet.write_table(arrow.Table.from_pylist(rows), tmp_path / "r.parquet")
    ran = cli("audit", "-t", "replay:r.parquet", "-s", "exam-stress", "-l", "en,fa", "-o", "run", "-q")
    assert ran.code == 0, ran.err
    assert cli("score", "r.parquet", "-o", "o.jsonl").code == 3  # one has no reply
