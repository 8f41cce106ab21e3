"""Normalisation with a way back, scripts, lines, sentences, words."""

import unicodedata

import pytest

from langbias.text import Text, blank_out, lines, masked_spans, script_counts, sentences, words
from langbias.types import Span


def pieces(text: str, spans: list[Span]) -> list[str]:
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize("composed", ["Ẹ kú àárọ̀, báwo ni?", "안녕하세요 여러분", "Je suis épuisé", "می‌خوام حرف بزنم"])
def test_spans_of_decomposed_text_lead_back_to_the_stored_words(composed: str) -> None:
    raw = unicodedata.normalize("NFD", composed)
    text = Text(raw)
    assert text.value == unicodedata.normalize("NFC", raw)
    for span in words(text.value):
        stored = text.stored(span)
        assert unicodedata.normalize("NFC", raw[stored.start : stored.end]) == text.value[span.start : span.end]


def test_offsets_of_composed_text_are_the_same() -> None:
    assert Text("plain").stored(Span(1, 3)) == Span(1, 3)


def test_a_lone_surrogate_becomes_a_replacement_character_and_keeps_offsets() -> None:
    text = Text("ab\ud800cd")
    assert text.value == "ab\ufffdcd"
    assert text.stored(Span(3, 5)) == Span(3, 5)


def test_an_excerpt_is_cut_to_its_limit() -> None:
    assert Text("x" * 500).excerpt(Span(0, 500), limit=10) == "x" * 9 + "…"


def test_script_counts_leave_out_digits_marks_and_punctuation() -> None:
    assert script_counts("Àbá 12, 안녕!") == {"Latn": 3, "Hang": 2}


def test_lines_lose_their_markdown_lead() -> None:
    text = "# Head\n\n- one\n2. two\n> three\n**four**"
    assert pieces(text, lines(text)) == ["Head", "one", "two", "three", "four"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was 3.5 hours. Then I slept!", ["It was 3.5 hours.", "Then I slept!"]),
        ("힘드셨겠어요. 괜찮아요?", ["힘드셨겠어요.", "괜찮아요?"]),
        ("چرا؟ نمی‌دونم.", ["چرا؟", "نمی‌دونم."]),
        ("つらいですね。休みましょう。", ["つらいですね。", "休みましょう。"]),
        ("मैं ठीक हूँ। आप?", ["मैं ठीक हूँ।", "आप?"]),
        ("See https://a.example/b.c?d=1. Fine.", ["See https://a.example/b.c?d=1.", "Fine."]),
        ("😀 ... !!", []),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert pieces(text, sentences(text)) == expected


def test_words_keep_zwnj_marks_and_hyphens_inside() -> None:
    text = "می‌خوام bẹ̀rẹ̀ что-то don't"
    assert pieces(text, words(text)) == ["می‌خوام", "bẹ̀rẹ̀", "что-то", "don't"]


def test_addresses_and_code_are_masked() -> None:
    text = "see `x = 1` or a@b.org or https://x.org/y and @name"
    assert pieces(text, masked_spans(text)) == ["`x = 1`", "a@b.org", "https://x.org/y", "@name"]
    assert len(blank_out(text, masked_spans(text))) == len(text)


def test_ten_thousand_lines_and_one_long_word_take_no_time_to_speak_of() -> None:
    assert len(lines("a\n" * 10_000)) == 10_000
    assert len(sentences("a" * 1_000_000)) == 1
