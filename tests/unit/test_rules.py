"""The closed set of rule kinds, each with what it finds and what it spares."""

from __future__ import annotations

import pytest

from langbias.errors import InvalidDataError
from langbias.packs.rule import Rule, TokenPattern
from langbias.rules import LENGTH_LIMIT, bounded, compile_rule, find_all, pattern_of, self_test
from langbias.types import Span, Token


def rule(kind: str = "phrase", **fields: object) -> Rule:
    given = {"id": "r", "message": "m", "source": "s", "must_match": ("a b",), "must_not_match": ("a c",)} | fields
    return Rule(kind=kind, **given)  # type: ignore[arg-type]


def find(made: Rule, text: str, analyse: object = None) -> list[str]:
    return [text[span.start : span.end] for span in compile_rule("t/r", made).find(text, analyse)]  # type: ignore[arg-type]


def test_phrase_takes_its_words_literally_and_the_longest_first() -> None:
    assert find(rule(any=("a.b", "a.b c")), "a.b c axb") == ["a.b c"]


def test_unless_spares_only_hits_that_lie_inside_it() -> None:
    assert find(rule(any=("당신",), unless=("께서 당신",)), "할머니께서 당신 손으로. 당신은") == ["당신"]


@pytest.mark.parametrize(
    ("boundary", "text", "hits"),
    [
        ("none", "Agbádá dá", ["dá", "dá"]),
        ("start", "dára gbàdá", ["dá"]),
        ("word", "dá dára", ["dá"]),
        ("word", "می‌روم می", ["می"]),
    ],
)
def test_boundaries_count_marks_and_joiners_as_parts_of_words(boundary: str, text: str, hits: list[str]) -> None:
    assert find(rule(any=(hits[0],), boundary=boundary), text) == hits


def test_mix_needs_both_sides_and_shows_the_rarer_one() -> None:
    mixed = rule("mix", any=("ты",), other=("вы",), boundary="word")
    assert find(mixed, "вы и вы, а ты") == ["ты"]
    assert find(mixed, "вы и вы") == []


def test_count_fires_from_its_least_number_on() -> None:
    counted = rule("count", any=("!",), at_least=3)
    assert find(counted, "a! b!") == []
    assert len(find(counted, "a! b! c!")) == 3


def test_script_finds_runs_of_its_characters() -> None:
    assert find(rule("script", any=("а-я",)), "abc где def") == ["где"]


def words(text: str) -> tuple[Token, ...]:
    tokens, at = [], 0
    for form in text.split():
        start = text.index(form, at)
        at = start + len(form)
        tokens.append(Token(form, form.lower(), "NOUN" if form.isupper() else "VERB", start, at))
    return tuple(tokens)


def test_morph_matches_token_sequences_and_skips_optional_ones() -> None:
    made = rule(
        "morph",
        tokens=(TokenPattern(lemma=("be",)), TokenPattern(form=("not",), optional=True), TokenPattern(tag=("NO",))),
    )
    assert find(made, "x be DONE y", words) == ["be DONE"]
    assert find(made, "x be not DONE", words) == ["be not DONE"]
    assert find(made, "be gone", words) == []
    assert find(made, "be DONE") == []  # no analyser, no claim


@pytest.mark.parametrize(
    "broken",
    [
        rule("regex", any=("(",)),
        rule("regex", any=()),
        rule("mix", any=("a",)),
        rule("morph"),
        rule("count"),
        rule("script"),
    ],
)
def test_a_broken_rule_is_an_error_that_names_it(broken: Rule) -> None:
    with pytest.raises(InvalidDataError, match="t/broken"):
        compile_rule("t/broken", broken)


def test_find_all_drops_empty_matches_and_reads_no_further_than_the_limit() -> None:
    assert find_all(pattern_of(("x*",), literal=False, boundary="none", ignore_case=False), "ax") == [Span(1, 2)]
    far = "a" * LENGTH_LIMIT + "x"
    assert find_all(pattern_of(("x",), literal=True, boundary="none", ignore_case=False), far) == []


def test_a_pattern_that_explodes_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("langbias.rules.TIME_LIMIT_S", 0.05)
    slow = pattern_of((r"(\w+\s?)+\1=",), literal=False, boundary="none", ignore_case=False)
    with pytest.raises(TimeoutError):
        find_all(slow, "ab cd " * 300 + " =")


def test_bounded_leaves_a_free_pattern_alone() -> None:
    assert bounded("x", "none") == "(?:x)"


class TestSelfTest:
    def good(self, **fields: object) -> Rule:
        given = {"any": ("a b",), "must_match": ("a b c", "x a b"), "must_not_match": ("a c b", "ab c")}
        return rule(**(given | fields))  # type: ignore[arg-type]

    def test_a_sound_rule_has_no_problem(self) -> None:
        assert self_test(
            "t/r", self.good(any=("ab",), must_match=("ab c", "x ab"), must_not_match=("ac ba", "b c")), None
        ) == ["t/r: no must_not_match is a near miss (shares three letters in a row with a must_match)"]
        assert (
            self_test("t/r", self.good(any=("abc",), must_match=("abc d", "x abc"), must_not_match=("abd", "bc")), None)
            == []
        )

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"must_match": ("a b",)}, "must_match has fewer"),
            ({"must_not_match": ("a c",)}, "must_not_match has fewer"),
            ({"source": " "}, "source is empty"),
            ({"must_match": ("a b", "nothing")}, "must_match not matched: 'nothing'"),
            ({"must_not_match": ("a c", "so a b")}, "must_not_match matched: 'so a b'"),
            ({"any": ("a b", "misspelt")}, "'misspelt' is reached by no must_match"),
            ({"kind": "regex", "any": ("(",)}, "mend the pattern"),
        ],
    )
    def test_each_fault_is_told(self, change: dict[str, object], words: str) -> None:
        fields = {"kind": "phrase"} | change
        kind = str(fields.pop("kind"))
        given = {"any": ("a b",), "must_match": ("a b c", "x a b"), "must_not_match": ("a c b", "ab c")} | fields
        assert any(words in problem for problem in self_test("t/r", rule(kind, **given), None))
