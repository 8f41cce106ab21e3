"""`langbias validate --labels`: how often each check is right, measured on labelled replies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from langbias.errors import InvalidDataError
from langbias.packs.decode import decode_toml
from langbias.packs.validation import ValidationFile, validation_problems, validation_toml
from tests.cli.conftest import REPLIES, Cli

# What the person would say of a reply to a Persian message: language, and the label of fidelity.
ROWS = [(REPLIES["fa"], "ok")] * 3 + [(REPLIES["en"], "bad")] * 2 + [(REPLIES["fa"], "bad")]


def labelled(tmp_path: Path, rows: list[tuple[str, str]] = ROWS, **more: object) -> Path:
    path = tmp_path / "labels.jsonl"
    lines = [
        {"id": f"r{at}", "language": "fa", "response": reply, "labels": {"fidelity": label}} | more
        for at, (reply, label) in enumerate(rows)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_sensitivity_and_specificity_are_counted_and_printed_as_a_record(cli: Cli, tmp_path: Path) -> None:
    ran = cli("validate", "--labels", labelled(tmp_path), "--labelled-by", "A. B.", "--as-of", "2026-11-23")
    assert ran.code == 0, ran.err
    assert "2 of 3" in ran.out
    assert "3 of 3" in ran.out
    text = ran.out.split("# fa/validation.toml\n")[1]
    (record,) = decode_toml(text, ValidationFile, "printed").record
    assert (record.check, record.failing, record.caught, record.good, record.kept) == ("fidelity", 3, 2, 3, 3)
    assert (record.who_labelled, record.date, record.data) == ("A. B.", "2026-11-23", "labels.jsonl")


def test_labels_of_language_models_are_marked_in_the_record(cli: Cli, tmp_path: Path) -> None:
    path = labelled(tmp_path)
    ran = cli("validate", "--labels", path, "--labelled-by", "two language models", "--model-labels")
    assert ran.code == 0, ran.err
    assert 'labels = "models"' in ran.out
    assert 'labels = "people"' in cli("validate", "--labels", path, "--labelled-by", "A. B.").out


def test_columns_work_as_well(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        f'id,language,response,label_fidelity\na,fa,"{REPLIES["fa"]}",ok\nb,fa,"{REPLIES["en"]}",fail\nc,fa,x,unsure\n',
        encoding="utf-8",
    )
    ran = cli("validate", "--labels", path, "--labelled-by", "me", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)[0]["records"][0]["failing"] == 1


def test_one_kind_of_label_alone_gives_no_record(cli: Cli, tmp_path: Path) -> None:
    ran = cli("validate", "--labels", labelled(tmp_path, ROWS[:3]), "--labelled-by", "me", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)[0]["records"] == []
    assert "needs failing and good replies" in ran.err


@pytest.mark.parametrize(
    ("arguments", "more", "code", "words"),
    [
        ((), {}, 2, "--labelled-by"),
        (("--labelled-by", "me", "--as-of", "soon"), {}, 2, "is no date"),
        (("--labelled-by", "me"), {"id": "same"}, 3, "stands twice"),
        (("--labelled-by", "me"), {"labels": {}}, 3, "no record is labelled"),
        (("--labelled-by", "me"), {"labels": {"fidelty": "ok"}}, 3, "unknown check 'fidelty'"),
        (("--labelled-by", "me"), {"labels": {"fidelity": "maybe"}}, 3, "write ok, bad or unsure"),
    ],
)
def test_wrong_labels_are_named(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...], more: dict[str, object], code: int, words: str
) -> None:
    ran = cli("validate", "--labels", labelled(tmp_path, **more), *arguments)
    assert ran.code == code, ran.err
    assert words in ran.err


def test_records_survive_writing_and_nonsense_is_refused() -> None:
    record = '[[record]]\ncheck = "fidelity"\nfailing = {}\ncaught = {}\ngood = 10\nkept = 9\n'
    rest = 'data = "d"\ndate = "{}"\nwho_labelled = "{}"\n'
    good = decode_toml(record.format(10, 9) + rest.format("2026-01-01", r"A \"B\""), ValidationFile, "x").record
    assert validation_problems(good) == []
    assert decode_toml(validation_toml(good), ValidationFile, "x").record == good
    for failing, caught, date, who in (
        (9, 10, "2026-01-01", "A"),
        (0, 0, "2026-01-01", "A"),
        (9, 9, "May", "A"),
        (9, 9, "2026-01-01", " "),
    ):
        text = record.format(failing, caught) + rest.format(date, who)
        assert validation_problems(decode_toml(text, ValidationFile, "x").record)
    assert validation_problems(good * 2)
    with pytest.raises(InvalidDataError, match="unknown field"):
        decode_toml(record.format(1, 1) + rest.format("2026-01-01", "A") + "se = 0.9\n", ValidationFile, "x")
