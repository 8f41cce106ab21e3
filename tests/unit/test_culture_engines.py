"""The quicker engine searches only what it reads as the full one does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from langbias.checks.culture.engines import alike, quick_of
from langbias.checks.culture.patterns import Bank, Group, Scan
from langbias.packs import load_pack
from langbias.rules import pattern_of
from langbias.types import Span

CORE = ("en", "ko", "ru", "fa", "yo")


@pytest.mark.parametrize(
    "source",
    [
        r"\p{L}+", r"(?<=a|bc)d", r"\Gab", r"(?i)ab", r"(?>ab)", r"(?P<n>ab)", r"a++", r"(?:a)?+", r"[[a-z]--[b]]",
        r"[a--b]", r"x[a[b]c]y", r"x[^[a]]y", r"a{99999999999}", rf"(?<!{'a' * 61})b", r"(?<!(?:a{40}|b{40}){3})c",
        r"(?:foo){e<=1}", r"\X", r"[[:alpha:]]", r"(ab",
    ],
)  # fmt: skip
def test_what_the_quick_engine_reads_otherwise_is_left_to_the_full_one(source: str) -> None:
    assert quick_of(source, "none") is None


@pytest.mark.parametrize("text", ["мо́й", "दिल", "m²", "a\u200cb", "\x1c", "Ⅷ"])
def test_characters_of_other_classes_are_not_alike(text: str) -> None:
    assert not alike(text)


@pytest.mark.parametrize(
    "text", ["", "It’s 24/7 – call!", "Позвоните сестре.", "برو پیش دکتر؟", "산책을 해 보세요~", "Ẹ bá"]
)
def test_usual_text_is_alike(text: str) -> None:
    assert alike(text)


@given(
    st.one_of(
        *(st.text(alphabet=st.sampled_from(chars), max_size=12) for chars in ("abé _-1٣и안\u00a0.\n", "aé²Ⅷ\u0301ि "))
    )
)
def test_where_characters_are_alike_the_engines_agree(text: str) -> None:
    for source, boundary in ((r"\w+", "none"), (r"\b\w", "none"), (r"\s\d|é", "start"), (r"[^\W\d]+", "word")):
        quick = quick_of(source, boundary)
        full = pattern_of((source,), literal=False, boundary=boundary, ignore_case=False)
        assert quick
        if alike(text):
            assert [m.span() for m in quick.finditer(text)] == [m.span() for m in full.finditer(text)]


@pytest.mark.parametrize("tag", CORE)
def test_most_patterns_of_a_pack_are_searched_quickly(tag: str) -> None:
    sources = [source for block in load_pack(tag).culture.recommendation for source in block.any]
    assert sum(quick_of(source, "start") is not None for source in sources) > 0.8 * len(sources)


@pytest.mark.parametrize(
    ("source", "free"),
    [
        (r"ab\w*c", True),
        (r"ab\w*c(?:d|\w*e|\w*f|\w*g|\w*h)", True),  # no way through it holds more than two
        (r"ab(?:cd)*", False),
        (r"ab(?:cd){2,}", False),
        (r"ab\w*c\w*d\w*e\w*f\w*g\w*", False),
        (r"ab(?:c\w*|d)\w*(?:e\w*|f\w*g\w*)\w*h\w*", False),
        (r"x(?:\w+ ){0,9}y", True),
        (r"x(?: \w+){0,9}y", True),
        (r"x(?:\w+ ?){1,9}y", False),  # nothing marks the rounds off
        (r"x(?:a|aa){0,40}y", False),
        (r"x(?:\w|\w\w){1,30}y", False),
        (r"x(?:a|b){2}y", True),
        (r"x(?: ?\w+){0,30}y", False),
        (r"x(?: a|\w+){0,30}y", False),
        (r"x(?: [^.]+){0,12}y", False),
        (r"x(?: .+){0,9}y", False),
        (r"x(?: \w*\w*){0,9}y", False),
        (r"x(?:\w{1,2}){0,60}y", False),
        (r"x(?:\w\w?){0,60}y", False),
        (r"x\w*\w*y", False),
        (r"x(?: a| [bc]\w+){0,30}y", True),
        (r"x(?:[\w-]+,? ){0,5}y", True),
        (r"x(?:ab)++y", False),
        (r"ab[)*]\)*\+\w[(*]", True),
        (r"a(?: b\w++){0,4}\w++\w++c", True),
    ],
)
def test_only_patterns_not_known_to_run_long_go_without_a_time_limit(source: str, free: bool) -> None:
    bank = Bank(Group({"x": (source,)}))
    long, short, plain = range(3)
    assert [bank.pattern(0, kind)[1] for kind in (long, short, plain)] == [False, free, free]
    quick = isinstance(bank.pattern(0, plain)[0], re.Pattern)
    assert quick is (free and quick_of(source, "none") is not None)


def test_a_sentence_with_marks_is_read_by_the_full_engine() -> None:
    bank = Bank(Group({"x": (r"ой\b",)}, "start"))
    text = "по́ой ой. " + "Дом. " * 15 + "Ой, ой!"
    scan = Scan(bank, text, [Span(0, 9), Span(len(text) - 7, len(text))])
    assert scan.of(0, "x") == [Span(6, 8)]
    assert scan.of(1, "x") == [Span(len(text) - 3, len(text) - 1)]
