"""`audit --judge`: atomic questions about stored replies, two votes each, counted beside the rules and never merged."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from langbias.corpus import load_corpus
from langbias.errors import InvalidDataError
from langbias.judge import Question, questions_of, vote
from langbias.packs import pack_tags
from langbias.packs.judge import judge_problems, load_judge
from langbias.store import RunFolder
from langbias.validation import validate_all
from tests.cli.conftest import REPLIES, Cli, Ran, fill

CHOSEN = ("-s", "faith-low-mood,secular-low-mood,panic-night", "-l", "en,ko")
# Facts of CHOSEN that advice could run against.
FACTS = sum(
    len({entry.fact for entry in load_corpus().scenario(name).expectation.out_of_place})
    for name in ("faith-low-mood", "secular-low-mood", "panic-night")
)
# To a person who asked for no religious advice.
UNWANTED = {"en": "You should pray every day.", "ko": "매일 기도해 보세요."}


@pytest.fixture
def replies(cli: Cli, tmp_path: Path) -> Path:
    sheet = tmp_path / "sheet.csv"
    assert cli("plan", *CHOSEN, "--export", sheet).code == 0
    fill(sheet, lambda row: UNWANTED[row["language"]] if "secular" in row["scenario"] else REPLIES[row["language"]])
    return sheet


def audit(cli: Cli, replies: Path, *more: str | Path) -> Ran:
    return cli("audit", "-t", f"replay:{replies}", *CHOSEN, "-o", "run", "-q", "--workers", "1", *more)


def asked(run: Path) -> list[Question]:
    return list(questions_of(RunFolder(run)))


def answers(path: Path, run: Path, say: dict[bool, str] | None = None, second: str | None = None) -> Path:
    """A recorded judge: what it says where the rules say yes, and where they say no; `second` for the second vote."""
    say = say or {True: "Yes.", False: "no"}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["prompt_id", "repeat", "response"])
        for question in asked(run):
            for repeat in (0, 1):
                text = second if repeat and second is not None else say[question.rules]
                writer.writerow([question.id, repeat, text])
    return path


def figures(run: Path) -> list[dict[str, object]]:
    (path,) = run.glob("judge-*/judge.json")
    found: list[dict[str, object]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_questions_quote_the_reply_and_the_person(cli: Cli, replies: Path, tmp_path: Path) -> None:
    assert audit(cli, replies).code == 0
    found = asked(tmp_path / "run")
    assert {q.kind for q in found} == {"advice", "against"}
    assert {q.language for q in found} == {"en", "ko"}
    against = [q for q in found if q.scenario_id == "secular-low-mood" and q.kind == "against" and q.language == "en"]
    assert [q.rules for q in against] == [True]
    assert "I'm not religious" in against[0].text
    assert UNWANTED["en"] in against[0].text
    advice = [q for q in found if q.scenario_id == "secular-low-mood" and q.kind == "advice" and q.language == "ko"]
    assert advice[0].rules
    assert "기도" in advice[0].text
    assert any(not q.rules for q in found if q.kind == "advice")
    assert found == asked(tmp_path / "run")


@pytest.mark.parametrize("tag", [tag for tag in pack_tags() if load_judge(tag)])
def test_every_language_that_has_questions_has_them_whole(tag: str) -> None:
    words = load_judge(tag)
    assert words is not None
    assert judge_problems(words) == []
    assert all(vote(word, tag) is True for word in words.yes)
    assert all(vote(f"{word.upper()}!", tag) is False for word in words.no)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("네, 그렇습니다.", True),
        ("**아니요**", False),
        ("Yes", True),
        ("네 명입니다"[:1], True),
        ("잘 모르겠습니다", None),
        ("", None),
        ("예외가 있습니다", None),
        ("\u202e아니요", False),
        ("a" * 100_000, None),
    ],
)
def test_a_vote_is_the_first_word(answer: str, meaning: bool | None) -> None:
    assert vote(answer, "ko") is meaning


def test_broken_questions_are_named() -> None:
    words = load_judge("en")
    assert words is not None
    from msgspec.structs import replace

    assert "no place for {what}" in judge_problems(replace(words, advice="Is {sentence} so?"))[0]
    for more in ("{reply}", "{", "}", "{sentence!r}"):
        assert "braces around something else" in judge_problems(replace(words, advice=words.advice + more))[0]
    assert "no words for 'friend'" in judge_problems(replace(words, what=words.what | {"friend": " "}))[0]
    assert "no type of advice" in judge_problems(replace(words, what=words.what | {"dance": "dance"}))[0]
    assert "words of its own" in judge_problems(replace(words, no=words.yes))[0]


def test_a_judge_that_says_what_the_rules_say_agrees_and_moves_nothing(cli: Cli, replies: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert audit(cli, replies).code == 0
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    judge = answers(tmp_path / "judge.csv", run)
    ran = audit(cli, replies, "--judge", f"replay:{judge}")
    assert ran.code == 0, ran.err
    assert "no figure above rests on it" in ran.out
    for row in figures(run):
        assert (row["split"], row["unclear"]) == (0, 0)
        assert row["answered"] == row["questions"]
        assert row["rules"]["value"] == 1.0  # type: ignore[index]
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before
    (second,) = run.glob("judge-*")
    stored = (second / "responses.jsonl").read_bytes()
    assert audit(cli, replies, "--judge", f"replay:{judge}").code == 0
    assert (second / "responses.jsonl").read_bytes() == stored


def test_a_judge_that_contradicts_itself_gives_no_vote(cli: Cli, replies: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert audit(cli, replies).code == 0
    judge = answers(tmp_path / "judge.csv", run, {True: "yes", False: "yes"}, second="no")
    assert audit(cli, replies, "--judge", f"replay:{judge}").code == 0
    for row in figures(run):
        assert (row["answered"], row["split"], row["rules"], row["alpha"]) == (0, row["questions"], None, None)


def test_an_answer_that_is_neither_is_unclear(cli: Cli, replies: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert audit(cli, replies).code == 0
    judge = answers(tmp_path / "judge.csv", run, {True: "It depends.", False: "It depends."})
    assert audit(cli, replies, "--judge", f"replay:{judge}").code == 0
    assert all(row["unclear"] == row["questions"] and row["answered"] == 0 for row in figures(run))


def test_a_judge_is_held_against_people_too(cli: Cli, replies: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert audit(cli, replies).code == 0
    assert cli("review", "export", run, "-l", "ko").code == 0
    (sheet,) = run.glob("review/ko-*/rater-1.csv")
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row | {"culture": "bad", "rater": "Jisu"} for row in rows)
    assert cli("review", "import", run, sheet).code == 0
    judge = answers(tmp_path / "judge.csv", run, {True: "네", False: "네"})
    assert audit(cli, replies, "--judge", f"replay:{judge}").code == 0
    found = {(row["language"], row["kind"]): row["people"] for row in figures(run)}
    assert found["ko", "against"]["value"] == 1.0  # type: ignore[index]
    assert found["en", "against"] is None
    assert found["ko", "advice"] is None


def test_a_dry_run_says_what_a_judge_may_cost(cli: Cli, replies: Path, tmp_path: Path) -> None:
    answers_file = tmp_path / "judge.csv"
    answers_file.write_text("prompt_id,repeat,response\nx,0,yes\n", encoding="utf-8")
    ran = audit(cli, replies, "--judge", f"replay:{answers_file}", "--dry-run")
    assert ran.code == 0, ran.err
    # Two languages; two replies with a fact that advice could run against, and one without; two votes.
    assert f"--judge: up to {2 * 2 * (3 * 7 + FACTS)} requests" in ran.out


def test_a_judge_without_questions_in_the_language_is_told_of(
    cli: Cli, replies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("langbias.judge.load_judge", lambda _: None)
    answers_file = tmp_path / "judge.csv"
    answers_file.write_text("prompt_id,repeat,response\nx,0,yes\n", encoding="utf-8")
    ran = audit(cli, replies, "--judge", f"replay:{answers_file}")
    assert ran.code == 0, ran.err
    assert "--judge: no reply that it could be asked about" in ran.err
    assert not list((tmp_path / "run").glob("judge-*"))


def test_a_judge_needs_advice_to_judge(cli: Cli, replies: Path) -> None:
    ran = audit(cli, replies, "--judge", f"replay:{replies}", "--checks", "fidelity")
    assert ran.code == 2
    assert "add culture to --checks" in ran.err


def test_a_broken_file_of_questions_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "judge.toml").write_text('schema_version = 1\nadvice = "x"\n', encoding="utf-8")
    monkeypatch.setattr("langbias.packs.judge.pack_folder", lambda _: tmp_path)
    load_judge.cache_clear()
    with pytest.raises(InvalidDataError, match=r"judge\.toml"):
        load_judge("en")
    (problem,) = validate_all(["en"], None).problems
    assert "judge.toml" in problem
    load_judge.cache_clear()
