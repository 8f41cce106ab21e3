"""The look-up of markers: words, patterns of one word, patterns that look further, and what spares a hit."""

from __future__ import annotations

import pytest

from langbias.checks.honorifics.address import read_address
from langbias.checks.honorifics.lexicon import Lexicon
from langbias.packs.honorifics import HonorificsFile, Marker, StemList


def _marker(**changes: object) -> Marker:
    fields: dict[str, object] = {"id": "m", "address": "V", "source": "s", "must_match": (), "must_not_match": ()}
    return Marker(**(fields | changes))  # type: ignore[arg-type]


def _found(text: str, **changes: object) -> list[str]:
    marker = _marker(**changes)
    return [text[span.start : span.end] for _, span in Lexicon([(marker, marker.any)]).find(text)]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("vous", "Vous êtes vous.", ["Vous", "vous"]),
        (r"\p{L}{2,}ez", "Parlez, chez nez et ez.", ["Parlez", "chez"]),
        (r"ten(?:go|emos)?", "Tengo, ten y tenencia.", ["Tengo", "ten"]),
        (r"(?-i:Lei)", "Lei e lei.", ["Lei"]),
        (r"\p{L}+te(?<!mente)", "Date lentamente parte.", ["Date", "parte"]),
        (r"ve(?= a\b)", "Ve a casa y ve luego.", ["Ve"]),
        (r"n[\x27’]êtes", "Vous n'êtes pas.", ["n'êtes"]),
    ],
)
def test_words_and_patterns(pattern: str, text: str, found: list[str]) -> None:
    assert _found(text, kind="regex", any=(pattern,)) == found


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"si (?:no )?duerme", "Si no duerme, si duermes, así duerme.", ["Si no duerme"]),
        (r"(?:como|qué) \p{L}+(?= ?\?)", "¿Qué hace? Comodidad, que hace?", ["Qué hace"]),
        (r"(?<=^|[.] )(?:ve|ven) a", "Ve a casa. Ven a verme. Verde a medias.", ["Ve a", "Ven a"]),
        (r"l[\x27’]\p{L}+", "L’ansia dell'ansia.", ["L’ansia"]),
        (r"(?:non )?(?-i:Lei) sa", "Lei sa, lei sa, non Lei sa.", ["Lei sa", "non Lei sa"]),
    ],
)
def test_patterns_that_wait_for_the_word_they_begin_with(pattern: str, text: str, found: list[str]) -> None:
    assert _found(text, kind="regex", any=(pattern,)) == found


def test_stems_in_a_pattern_and_forms_that_yield() -> None:
    asks = _marker(kind="regex", any=(r"¿{do}a(?=[^?]*\?)",), boundary="none", stems=("do",), yields=True)
    pack = HonorificsFile(
        stem_list=(StemList("do", ("cant", "bail"), "s"),),
        marker=(asks, _marker(id="t", address="T", any=("tú",))),
    )
    assert [
        read_address(text, pack, None).address for text in ("¿Canta?", "¿Bala?", "¿Baila tú?", "¿Baila? Tú no.")
    ] == [
        "V",
        "none",
        "T",
        "mixed",
    ]


def test_a_case_sensitive_word() -> None:
    assert _found("Sie und sie", any=("Sie",), ignore_case=False) == ["Sie"]


@pytest.mark.parametrize(
    ("unless", "found"),
    [
        ((), ["tú sabe", "tú sabe"]),
        (("tú",), []),
        (("sabes?",), []),
        (("que tú",), ["tú sabe"]),
        (("tú sabe luego",), ["tú sabe"]),
        (("sabiendo",), ["tú sabe", "tú sabe"]),
    ],
)
def test_what_touches_a_spared_stretch_is_no_hit(unless: tuple[str, ...], found: list[str]) -> None:
    text = "Ya que tú sabe, y tú sabe luego."
    assert _found(text, kind="regex", any=("tú sabe",), unless=unless) == found


@pytest.mark.parametrize("text", ["a" * 50_000, "ez" * 25_000, "tu" * 25_000 + " sabe", "\u0301" * 50_000])
def test_endless_words_end(text: str) -> None:
    assert len(_found(text, kind="regex", any=(r"\p{L}{2,}ez", "tu sabe"), unless=("sabe", "que tu"))) <= 1
