"""Hostile text is quoted whole enough, marked in the right place, and never with invisible parts."""

from __future__ import annotations

import pytest

from langbias.report.quotation import CONTEXT, HEAD, WHOLE, Mark, Quotation, base_direction, quote, visible
from langbias.types import Language, Severity, Span

ENGLISH = Language("en", "Latn", "English", "English", "ltr")
PERSIAN = Language("fa", "Arab", "Persian", "فارسی", "rtl")
KOREAN = Language("ko", "Hang", "Korean", "한국어", "ltr")


def shown(quotation: Quotation) -> str:
    return "\n".join("".join(piece.text for piece in line.pieces) for line in quotation.lines)


def marked(quotation: Quotation) -> list[str]:
    return [
        "".join(p.text for p in line.pieces if p.severity)
        for line in quotation.lines
        if any(p.severity for p in line.pieces)
    ]


def mark(start: int, end: int, number: int = 1, severity: Severity = Severity.MAJOR) -> Mark:
    return Mark(number, Span(start, end), severity)


def test_marks_cover_exactly_their_span() -> None:
    text = "너는 쉬어도 돼. 그리고 쉬세요."
    quotation = quote(text, KOREAN, [mark(3, 6)])
    assert shown(quotation) == text
    assert marked(quotation) == [text[3:6]]
    assert quotation.script == "Hang"


def test_a_mark_over_two_lines_is_reopened_on_the_second() -> None:
    quotation = quote("one two\nthree four", ENGLISH, [mark(4, 13)])
    assert marked(quotation) == ["two", "three"]
    assert [p.opens for line in quotation.lines for p in line.pieces if p.opens] == [(1,)]


def test_overlapping_marks_show_the_graver_severity_and_both_numbers() -> None:
    marks = [mark(0, 5, 1, Severity.MINOR), mark(3, 8, 2, Severity.CRITICAL)]
    pieces = quote("abcdefghij", ENGLISH, marks).lines[0].pieces
    assert [(p.text, p.severity) for p in pieces] == [
        ("abc", Severity.MINOR),
        ("de", Severity.CRITICAL),
        ("fgh", Severity.CRITICAL),
        ("ij", None),
    ]
    assert [p.opens for p in pieces] == [(1,), (2,), (), ()]


@pytest.mark.parametrize("span", [(-5, 3), (2, 10**9), (50, 60), (3, 3), (9, 2)])
def test_spans_beyond_the_text_do_no_harm(span: tuple[int, int]) -> None:
    assert shown(quote("ten chars.", ENGLISH, [mark(*span)])) == "ten chars."


@pytest.mark.parametrize(
    ("hidden", "label"),
    [
        ("\u202e", "U+202E"),
        ("\u2066", "U+2066"),
        ("\u200b\u200b\u200b", "U+200B ×3"),
        ("\x00", "U+0000"),
        ("\x1b", "U+001B"),
        ("\ud800", "U+D800"),
        ("\U000e0041", "U+E0041"),
        ("\ufeff", "U+FEFF"),
        ("\u3164", "U+3164"),
        ("\u200f", "U+200F"),
    ],
)
def test_characters_that_cannot_be_seen_are_named(hidden: str, label: str) -> None:
    pieces = quote(f"a {hidden} b", ENGLISH).lines[0].pieces
    assert [p.text for p in pieces if p.kind == "control"] == [label]
    assert hidden[0] not in shown(quote(f"a {hidden} b", ENGLISH))
    assert visible(f"a {hidden} b") == f"a ⟦{label}⟧ b"


def test_a_non_joiner_inside_a_persian_word_is_spelling() -> None:
    pieces = quote("می\u200cخواهم", PERSIAN).lines[0].pieces
    assert [p.kind for p in pieces] == ["text", "joiner", "text"]
    assert quote("\u200cمی", PERSIAN).lines[0].pieces[0].kind == "control"


def test_an_emoji_family_and_arabic_number_signs_stay_whole() -> None:
    assert [p.kind for p in quote("👩\u200d👩\u200d👧", ENGLISH).lines[0].pieces] == ["text"]
    assert [p.kind for p in quote("\u0600۱۲", PERSIAN).lines[0].pieces] == ["text"]


def test_direction_follows_most_letters_not_the_first() -> None:
    quotation = quote("AI: من کنار شما هستم و می\u200cشنوم\nHere are tips\n12345", PERSIAN)
    assert quotation.direction == "rtl"
    assert [line.direction for line in quotation.lines] == ["rtl", "ltr", "rtl"]
    assert base_direction("123", "rtl") == "rtl"


def test_an_english_reply_to_a_persian_prompt_reads_from_the_left() -> None:
    quotation = quote("I am sorry.", PERSIAN)
    assert (quotation.direction, quotation.script, quotation.language) == ("ltr", "Latn", "fa")


def test_a_long_reply_is_cut_to_its_head_and_the_marks() -> None:
    text = "word " * 20_000
    quotation = quote(text, ENGLISH, [mark(60_000, 60_004)])
    whole = shown(quotation)
    assert len(whole) < HEAD + 3 * CONTEXT + 200
    assert marked(quotation) == ["word"]
    assert whole.count("characters left out") == 2
    assert quotation.length == len(text)


def test_a_text_up_to_the_limit_is_whole() -> None:
    assert shown(quote("a" * WHOLE, ENGLISH)) == "a" * WHOLE
    assert "1,501 characters left out" in shown(quote("a" * (WHOLE + 1), ENGLISH))


def test_blank_lines_become_space_and_line_ends_of_all_kinds_count() -> None:
    quotation = quote("a\r\n\r\nb\u2028c\rd\n\n\n", ENGLISH)
    assert [(shown_line.pieces[0].text, shown_line.spaced) for shown_line in quotation.lines] == [
        ("a", False),
        ("b", True),
        ("c", False),
        ("d", False),
    ]


def test_empty_text() -> None:
    assert quote("", PERSIAN).lines == ()
    assert quote("", PERSIAN).direction == "rtl"
    assert visible("") == ""


def test_visible_is_one_bounded_line() -> None:
    assert visible("a\n\tb  c") == "a b c"
    assert len(visible("x" * 10_000, limit=100)) == 100
