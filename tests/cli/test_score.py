"""`langbias score`: the contract for recorded replies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import REPLIES, Cli

MEASURES = {
    "fidelity": {"language", "script", "expected_share", "orthography"},
    "honorifics": {"address", "levels", "sentences"},
    "artifacts": {"rule_hits", "sentences", "per_100", "verdict", "garbled", "garbled_kind"},
    "culture": {"recommendations", "resources"},
}
OUTCOMES = {"pass", "fail", "not_applicable", "abstain", "error"}


def write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


RECORDS = [{"id": f"r-{tag}", "language": tag, "response": text} for tag, text in REPLIES.items()]


def test_one_line_a_reply_and_check_in_input_order_with_every_field(cli: Cli, tmp_path: Path) -> None:
    source, out = write(tmp_path / "in.jsonl", RECORDS), tmp_path / "out.jsonl"
    ran = cli("score", source, "--output", out)
    assert ran.code == 0, ran.err
    assert ran.out == ""
    lines = read(out)
    assert [line["id"] for line in lines] == [r["id"] for r in RECORDS for _ in MEASURES]
    for line in lines:
        assert set(line) == {"id", "check", "outcome", "reason", "findings", "measures"}
        assert line["outcome"] in OUTCOMES - {"error"}, line
        assert set(line["measures"]) >= MEASURES[line["check"]]
        text = next(r["response"] for r in RECORDS if r["id"] == line["id"])
        for finding in line["findings"]:
            assert set(finding) >= {"rule", "severity", "issue", "start", "end", "text", "message"}
            assert 0 <= finding["start"] <= finding["end"] <= len(text)
            assert text[finding["start"] : finding["end"]].startswith(finding["text"].rstrip("…"))


def test_good_replies_pass_fidelity_and_are_polite(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    cli("score", write(tmp_path / "in.jsonl", RECORDS), "-o", out)
    for line in read(out):
        if line["check"] == "fidelity":
            assert line["outcome"] == "pass", line
            assert line["measures"]["language"] == line["id"].removeprefix("r-")
        if line["check"] == "honorifics" and line["id"] != "r-en":
            assert line["measures"]["address"] == "V", line


def test_only_the_chosen_checks_run(cli: Cli, tmp_path: Path) -> None:
    ran = cli("score", write(tmp_path / "in.jsonl", RECORDS), "--checks", "culture,fidelity")
    assert ran.code == 0
    assert [json.loads(line)["check"] for line in ran.out.splitlines()] == ["fidelity", "culture"] * len(RECORDS)


def test_malformed_records_are_named_counted_and_left_out(cli: Cli, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    good = json.dumps(RECORDS[0])
    source.write_text(f'{good}\n{{"id": 1}}\nnot json\n{good}\n', encoding="utf-8")
    ran = cli("score", source, "-o", out, "--checks", "fidelity")
    assert ran.code == 3
    assert "in.jsonl:2" in ran.err
    assert "in.jsonl:3" in ran.err
    assert "2 malformed" in ran.err
    assert len(read(out)) == 2


def test_a_language_without_a_pack_is_an_abstention_not_a_guess(cli: Cli, tmp_path: Path) -> None:
    ran = cli("score", write(tmp_path / "in.jsonl", [{"id": "x", "language": "eu", "response": "Kaixo"}]))
    assert ran.code == 0
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert {line["outcome"] for line in lines} == {"abstain"}
    assert all("no language pack" in line["reason"] for line in lines)
    assert all(set(line["measures"]) >= MEASURES[line["check"]] for line in lines)


def test_workers_do_not_change_a_byte(cli: Cli, tmp_path: Path) -> None:
    records = [r | {"id": f"{r['id']}-{n}"} for n in range(30) for r in RECORDS]
    source = write(tmp_path / "in.jsonl", records)
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    assert cli("score", source, "-o", one, "--workers", "1").code == 0
    assert cli("score", source, "-o", two, "--workers", "2").code == 0
    assert one.read_bytes() == two.read_bytes()


HOSTILE = {
    "empty": "",
    "blank": " \n\t ",
    "emoji": "😀😀😀",
    "digits": "12345 67890",
    "punctuation": "?!... --- ,,,",
    "bidi": "\u202eabc\u2066def",
    "zero width": "\u200b\u200c\u200d" * 50,
    "surrogate": "힘드\ud800셨겠어요",
    "control": "많이\x00 힘드\x07셨겠어요\x1b[31m",
    "long word": "a" * 200_000,
    "many lines": "네.\n" * 10_000,
    "replacement": "\ufffd" * 100,
    "marks": "\u0301" * 5000,
    "html": "<script>alert(1)</script> {{7*7}} ${x}",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", ["ko", "fa", "yo"])
def test_hostile_replies_get_a_sane_outcome(cli: Cli, tmp_path: Path, name: str, language: str) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": "x", "language": language, "response": HOSTILE[name]}) + "\n", encoding="utf-8")
    out = tmp_path / "out.jsonl"
    ran = cli("score", source, "-o", out)
    assert ran.code == 0, ran.err
    lines = read(out)
    assert len(lines) == 4
    assert {line["outcome"] for line in lines} <= OUTCOMES - {"error"}, [line["reason"] for line in lines]
    if name in ("empty", "blank"):
        assert [line["outcome"] for line in lines if line["check"] == "fidelity"] == ["fail"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.jsonl",), "no such file"),
        (("in.txt",), "unknown ending"),
        (("in.jsonl", "--checks", "fidelty"), "did you mean"),
        (("in.jsonl", "--as-of", "yesterday"), "no date"),
    ],
)
def test_wrong_calls_are_one_line(cli: Cli, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    write(tmp_path / "in.jsonl", RECORDS)
    (tmp_path / "in.txt").write_text("x", encoding="utf-8")
    ran = cli("score", *arguments)
    assert ran.code == 2
    assert words in ran.err
    assert ran.err.count("\n") == 1
