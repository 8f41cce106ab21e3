"""Russian words by pymorphy3 (OpenCorpora tag set); the dictionary loads on first use."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex

from langbias.types import Token

_WORD = regex.compile(r"[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*")


@lru_cache(maxsize=1)
def _analyser() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=50_000)
def parse(word: str) -> tuple[str, str]:
    """(lemma, OpenCorpora tag as a string) of the likeliest parse of `word`."""
    best = _analyser().parse(word)[0]
    return best.normal_form, str(best.tag)


@lru_cache(maxsize=512)
def analyse(text: str) -> tuple[Token, ...]:
    """Words of `text` in order; hyphenated words stay whole."""
    found = []
    for match in _WORD.finditer(text):
        lemma, tag = parse(match.group().lower())
        found.append(Token(form=match.group(), lemma=lemma, tag=tag, start=match.start(), end=match.end()))
    return tuple(found)
