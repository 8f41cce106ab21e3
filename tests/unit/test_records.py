"""Recorded replies: every field of the contract, and every way a record can be wrong."""

import json
import unicodedata
from pathlib import Path

import pytest

from langbias.corpus import load_corpus
from langbias.errors import InvalidDataError, UsageError
from langbias.records import Known, Malformed, read_records
from langbias.score import ScoreItem
from langbias.types import Status


def read(path: Path) -> tuple[list[ScoreItem], list[Malformed]]:
    malformed: list[Malformed] = []
    return list(read_records(path, Known(load_corpus()), malformed.append)), malformed


def jsonl(tmp_path: Path, *records: object) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records) + "\n", encoding="utf-8")
    return path


GOOD = {"id": "r1", "language": "ko", "response": "안녕하세요"}


def test_the_required_fields_are_enough(tmp_path: Path) -> None:
    items, malformed = read(jsonl(tmp_path, GOOD))
    assert malformed == []
    assert (items[0].id, items[0].language, items[0].response.text) == ("r1", "ko", "안녕하세요")
    assert (items[0].region, items[0].register, items[0].response.status) == (None, "chat", Status.OK)


def test_all_optional_fields_are_read_and_extra_ones_ignored(tmp_path: Path) -> None:
    record = GOOD | {
        "prompt": "상담받을 데가 없어요",
        "region": "kr",
        "scenario": "no-therapist",
        "target": "x",
        "repeat": 2,
        "turn": 1,
        "status": "truncated",
        "register": "edited",
        "facts": ["상담받을 데가 없어요", "lives alone"],
        "expect": {"expected": ["family|friend"], "out_of_place": [{"types": ["talk_therapy"], "fact": "lives alone"}]},
        "colour": "blue",
    }
    items, malformed = read(jsonl(tmp_path, record))
    assert malformed == []
    item = items[0]
    assert (item.region, item.target_id, item.repeat, item.response.turn) == ("KR", "x", 2, 1)
    assert item.response.status is Status.TRUNCATED
    assert item.facts[0].quote == "상담받을 데가 없어요"
    assert item.facts[1].quote is None
    assert item.expectation is not None
    assert item.expectation.expected[0].types == ("family", "friend")
    assert item.expectation.out_of_place[0].fact == "lives alone"


def test_a_known_scenario_brings_its_expectation(tmp_path: Path) -> None:
    items, _ = read(jsonl(tmp_path, GOOD | {"scenario": "no-therapist"}))
    assert items[0].expectation == load_corpus().scenario("no-therapist").expectation


def test_an_empty_reply_is_a_result(tmp_path: Path) -> None:
    items, malformed = read(jsonl(tmp_path, GOOD | {"response": ""}))
    assert malformed == []
    assert items[0].response.status is Status.EMPTY


def test_chat_messages_as_prompt_give_turns_and_earlier_replies(tmp_path: Path) -> None:
    messages = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"},
    ]
    items, _ = read(jsonl(tmp_path, GOOD | {"prompt": messages}))
    assert items[0].turns == ("a", "c")
    assert items[0].earlier_replies == ("b",)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"language": "ko", "response": "x"}, "`id`"),
        ({"id": "a", "response": "x"}, "`language`"),
        ({"id": "a", "language": "ko"}, "`response`"),
        ({"id": "a", "language": "ko", "response": 7}, "`response`"),
        ({"id": "a", "language": "Korean", "response": "x"}, "BCP 47"),
        (GOOD | {"region": "Korea"}, "ISO 3166-1"),
        (GOOD | {"region": "XX"}, "ISO 3166-1"),
        (GOOD | {"status": "great"}, "`status`"),
        (GOOD | {"register": "loud"}, "`register`"),
        (GOOD | {"turn": -1}, "`turn`"),
        (GOOD | {"turn": True}, "`turn`"),
        (GOOD | {"facts": 3}, "`facts`"),
        (GOOD | {"facts": [{"id": "f", "quote": "nowhere"}], "prompt": "x"}, "quote"),
        (GOOD | {"expect": []}, None),
        (GOOD | {"expect": [1]}, "`expect`"),
        (GOOD | {"expect": {"expected": "x"}}, "`expect.expected`"),
        (GOOD | {"expect": {"out_of_place": [{"types": [], "when": "never"}]}}, "when"),
        (GOOD | {"prompt": 3}, "`prompt`"),
        ("not json", "JSON"),
        ('["a"]', "not an object"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_a_malformed_record_is_named_and_the_rest_goes_on(tmp_path: Path, record: object, words: str | None) -> None:
    items, malformed = read(jsonl(tmp_path, GOOD, record, GOOD | {"id": "r3"}))
    if words is None:
        assert malformed == []
        return
    assert [item.id for item in items] == ["r1", "r3"]
    assert len(malformed) == 1
    assert malformed[0].where.endswith("in.jsonl:2")
    assert words in malformed[0].problem


def test_bytes_that_are_not_utf8_are_named(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b"\n" + b'{"id": "\xff"}\n')
    items, malformed = read(path)
    assert len(items) == 1
    assert "UTF-8" in malformed[0].problem


def test_csv_is_read_like_jsonl(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text('id,language,response,region,turn\nr1,ko,"안녕,\n하세요",KR,1\nr2,ko,,,\n', encoding="utf-8-sig")
    items, malformed = read(path)
    assert malformed == []
    assert items[0].response.text == "안녕,\n하세요"
    assert (items[0].region, items[0].response.turn) == ("KR", 1)
    assert items[1].response.status is Status.EMPTY
    assert items[1].region is None


def test_csv_mistakes_are_named(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("id,language,response\nr1,ko\nr2,ko,x\n", encoding="utf-8")
    items, malformed = read(path)
    assert [item.id for item in items] == ["r2"]
    assert "cells" in malformed[0].problem
    path.write_text("id,language\nr1,ko\n", encoding="utf-8")
    with pytest.raises(InvalidDataError, match="no column response"):
        read(path)
    path.write_bytes(b"id,language,response\nr1,ko,\xff\n")
    assert "UTF-8" in read(path)[1][0].problem


def test_parquet_is_read_like_jsonl(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    path = tmp_path / "in.parquet"
    parquet.write_table(pyarrow.table({"id": ["r1"], "language": ["ko"], "response": ["안녕"], "region": [None]}), path)
    items, malformed = read(path)
    assert malformed == []
    assert items[0].response.text == "안녕"
    path.write_bytes(b"PAR1 no")
    with pytest.raises(InvalidDataError, match="Parquet"):
        read(path)


def test_missing_and_unknown_files_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read(tmp_path / "none.jsonl")
    (tmp_path / "x.txt").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="unknown ending"):
        read(tmp_path / "x.txt")


class TestFactsOfTheCorpus:
    """A record that names a scenario and repeats its prompt states what the prompt states."""

    def prompt(self, language: str):
        return next(
            p
            for p in load_corpus().prompts
            if (p.scenario_id, p.language, p.variant) == ("money-debt", language, "base")
        )

    @pytest.mark.parametrize("language", ["en", "fa", "ko", "ru", "yo"])
    def test_they_are_found_by_their_quotations(self, tmp_path: Path, language: str) -> None:
        prompt = self.prompt(language)
        record = {**GOOD, "language": language, "scenario": "money-debt", "prompt": list(prompt.turns)}
        items, malformed = read(jsonl(tmp_path, record))
        assert malformed == []
        assert items[0].facts == prompt.facts
        assert items[0].expectation is not None

    @pytest.mark.parametrize("language", ["ko", "yo"])
    def test_they_are_found_however_the_prompt_is_composed(self, tmp_path: Path, language: str) -> None:
        prompt = self.prompt(language)
        turns = [unicodedata.normalize("NFD", turn) for turn in prompt.turns]
        record = {**GOOD, "language": language, "scenario": "money-debt", "prompt": turns}
        assert read(jsonl(tmp_path, record))[0][0].facts == prompt.facts

    def test_a_regional_tag_falls_back(self, tmp_path: Path) -> None:
        prompt = self.prompt("en")
        record = {**GOOD, "language": "en-GB", "scenario": "money-debt", "prompt": list(prompt.turns)}
        assert read(jsonl(tmp_path, record))[0][0].facts == prompt.facts

    def test_other_words_state_nothing(self, tmp_path: Path) -> None:
        record = {**GOOD, "language": "en", "scenario": "money-debt", "prompt": "I lost my keys."}
        assert read(jsonl(tmp_path, record))[0][0].facts == ()

    def test_the_records_own_facts_go_first_even_when_there_are_none(self, tmp_path: Path) -> None:
        prompt = self.prompt("en")
        record = {**GOOD, "language": "en", "scenario": "money-debt", "prompt": list(prompt.turns), "facts": []}
        assert read(jsonl(tmp_path, record))[0][0].facts == ()

    def test_an_unknown_scenario_is_nothing_special(self, tmp_path: Path) -> None:
        items, malformed = read(jsonl(tmp_path, {**GOOD, "scenario": "mine", "prompt": "안녕"}))
        assert malformed == []
        assert (items[0].facts, items[0].expectation) == ((), None)
