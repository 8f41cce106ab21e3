"""An audit end to end, from recorded replies: run folder, reports, resume, and every way to ask for it wrongly."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import REPLIES, Cli, fill

REPORTS = ("report.html", "report.md", "summary.json", "results.csv")


def audit(cli: Cli, sheet: Path, out: Path, *more: str):
    return cli("audit", "-t", f"replay:{sheet}", "-s", "exam-stress,passive-suicidal", "-o", out, *more)


def test_an_audit_leaves_a_whole_run_folder(cli: Cli, sheet: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    ran = audit(cli, sheet, out)
    assert ran.code == 0, ran.err
    assert "langbias|corpus:1.0#" in ran.out
    assert "report.html" in ran.out
    responses = [json.loads(line) for line in (out / "responses.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(responses) == 15
    results = [json.loads(line) for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(results) == 15 * 4
    assert {r["outcome"] for r in results} <= {"pass", "fail", "not_applicable", "abstain"}, results
    for name in REPORTS:
        assert (out / name).stat().st_size > 500, name
    html = (out / "report.html").read_text(encoding="utf-8")
    assert 'dir="rtl"' in html
    assert "<script" not in html


def test_the_same_folder_gives_the_same_bytes(cli: Cli, sheet: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    audit(cli, sheet, out)
    before = {name: (out / name).read_bytes() for name in (*REPORTS, "results.jsonl", "scoring.json")}
    assert cli("score", out).code == 0
    assert cli("report", out).code == 0
    assert {name: (out / name).read_bytes() for name in before} == before


def test_the_same_command_again_asks_nothing(cli: Cli, sheet: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    audit(cli, sheet, out)
    before = (out / "responses.jsonl").read_bytes()
    again = audit(cli, sheet, out)
    assert again.code == 0
    assert (out / "responses.jsonl").read_bytes() == before


def test_a_sheet_that_is_filled_in_later_completes_the_run(cli: Cli, sheet: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    whole = sheet.read_bytes()
    fill(sheet, lambda row: "" if row["language"] == "yo" else REPLIES[row["language"]])
    first = audit(cli, sheet, out)
    assert first.code == 4
    assert "still open" in first.err
    assert (out / "report.html").exists()
    sheet.write_bytes(whole)
    second = audit(cli, sheet, out)
    assert second.code == 0, second.err
    ids = [json.loads(line)["trial_id"] for line in (out / "responses.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(ids) == 15


def test_a_hostile_reply_is_escaped_everywhere(cli: Cli, sheet: Path, tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>\x07\u202e<img src=x onerror=alert(1)> =cmd|' /C calc'!A0 \u200b"
    fill(sheet, lambda _: hostile)
    out = tmp_path / "run"
    ran = audit(cli, sheet, out)
    assert ran.code == 0, ran.err
    html = (out / "report.html").read_text(encoding="utf-8")
    assert "<script" not in html
    assert "<img" not in html
    assert "\u202e" not in html
    stored = json.loads((out / "responses.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert stored["text"] == hostile


def test_a_reply_of_five_megabytes_is_kept_and_judged(cli: Cli, sheet: Path, tmp_path: Path) -> None:
    def reply(row: dict[str, str]) -> str:
        long = row["language"] == "ko" and row["scenario"] == "exam-stress"
        return "많이 힘드셨겠어요. 쉬어 보세요.\n" * 130_000 if long else REPLIES[row["language"]]

    fill(sheet, reply)
    out = tmp_path / "run"
    ran = audit(cli, sheet, out)
    assert ran.code == 0, ran.err
    assert (out / "responses.jsonl").stat().st_size > 5_000_000
    assert (out / "report.html").stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("-l", "en,xx"), 2, "no prompts in language 'xx'"),
        (("-l", "en,korean"), 2, "BCP 47"),
        (("-l", "ko"), 2, "baseline 'en' is not among"),
        (("-l", ","), 2, "no language chosen"),
        (("-s", "panic-nigth"), 2, "did you mean 'panic-night'"),
        (("-t", "opena:x"), 2, "unknown target 'opena:x'"),
        (("-t", "openai:"), 2, "incomplete"),
        (("-t", "local", "-t", "local"), 2, "named twice"),
        (("-t", "openai:m"), 2, "OPENAI_API_KEY"),
        (("-t", "replay:none.csv"), 2, "none.csv"),
        (("-t", "chat:ftp://x#m"), 2, "https://host"),
        (("--checks", "fidelty"), 2, "did you mean 'fidelity'"),
        (("--baseline", "xx"), 2, "xx"),
        (("--system-prompt", "none.txt"), 2, "none.txt"),
        (("--repeats", "0"), 2, "repeats"),
        (("--no-such-option",), 2, "no-such-option"),
        (("-t", "openai:m", "--gguf", "x.gguf"), 2, "--gguf belongs to the target local"),
    ],
)
def test_a_wrong_request_is_one_line_with_the_remedy(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, words: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    ran = cli("audit", *arguments)
    assert ran.code == code, ran.err
    assert words in ran.err
    assert ran.err.count("\n") == 1, ran.err
    assert ran.out == ""


def test_a_dry_run_prints_the_plan_and_leaves_nothing(cli: Cli, tmp_path: Path) -> None:
    ran = cli("audit", "--dry-run")
    assert ran.code == 0
    assert "45 requests" in ran.out
    assert list(tmp_path.iterdir()) == []


def test_another_run_in_the_folder_is_refused(cli: Cli, sheet: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    audit(cli, sheet, out)
    ran = audit(cli, sheet, out, "--seed", "8")
    assert ran.code == 3
    assert "holds another run" in ran.err
    assert "--output" in ran.err


def damaged(run: Path, tmp_path: Path, name: str, content: bytes) -> Path:
    copy = tmp_path / "damaged"
    shutil.copytree(run, copy)
    (copy / name).write_bytes(content)
    return copy


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("manifest.json", b'{"schema_version": 99}', "schema_version"),
        ("manifest.json", b"{half", "manifest.json"),
        ("trials.jsonl", b"not a row\nnor this\n", "trials.jsonl"),
        ("prompts.jsonl", b"not a row\n", "prompts.jsonl"),
        ("responses.jsonl", b'{"trial_id":"x","turn":0}\n', "responses.jsonl"),
    ],
)
def test_a_damaged_run_folder_names_the_file(
    cli: Cli, sheet: Path, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    run = tmp_path / "run"
    audit(cli, sheet, run)
    ran = cli("score", damaged(run, tmp_path, name, content))
    assert ran.code == 3, ran.err
    assert words in ran.err
    assert ran.err.count("\n") == 1


def test_a_folder_that_is_no_run_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for verb in ("score", "report"):
        ran = cli(verb, tmp_path / "empty")
        assert ran.code == 3, ran.err
        assert "not a run folder" in ran.err


def test_a_run_that_was_never_scored_says_how_to(cli: Cli, sheet: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert cli("collect", "-t", f"replay:{sheet}", "-s", "exam-stress,passive-suicidal", "-o", out).code == 0
    ran = cli("report", out)
    assert ran.code == 3
    assert f"langbias score {out}" in ran.err


def test_results_of_other_responses_are_refused(cli: Cli, sheet: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    audit(cli, sheet, out)
    lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (out / "results.jsonl").write_text("".join(lines[4:]), encoding="utf-8")
    ran = cli("report", out)
    assert ran.code == 3
    assert "does not fit responses.jsonl" in ran.err


def test_a_full_disk_is_named_and_keeps_what_was_there(
    cli: Cli, sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    audit(cli, sheet, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    for verb in ("score", "report"):
        ran = cli(verb, out)
        assert ran.code == 4, ran.err
        assert "the disk is full; free some space" in ran.err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_filled_in_sheet_is_never_overwritten(cli: Cli, sheet: Path) -> None:
    before = sheet.read_bytes()
    ran = cli("plan", "--export", sheet)
    assert ran.code == 2
    assert "exists" in ran.err
    assert sheet.read_bytes() == before
