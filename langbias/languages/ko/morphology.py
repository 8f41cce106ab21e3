"""Korean morphemes by kiwipiepy (Sejong tag set). Loaded on first use: the model takes seconds and 500 MB."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from langbias.types import Token


@lru_cache(maxsize=1)
def _kiwi() -> Any:
    from kiwipiepy import Kiwi

    return Kiwi(num_workers=1)


@lru_cache(maxsize=512)
def _analysed(text: str) -> tuple[tuple[Token, ...], float]:
    """The likeliest morphemes of `text` with the natural logarithm of their likelihood."""
    ((tokens, score),) = _kiwi().analyze(text, top_n=1)
    return tuple(Token(form=t.form, lemma=t.lemma, tag=t.tag, start=t.start, end=t.end) for t in tokens), float(score)


def analyse(text: str) -> tuple[Token, ...]:
    """Morphemes of `text` in order; `tag` is the Sejong tag (EF final ending, EP pre-final, NP pronoun ...)."""
    return _analysed(text)[0]


def likelihood(text: str) -> float:
    """Log-likelihood of `text` under the morpheme model: broken syllables make it fall."""
    return _analysed(text)[1]
