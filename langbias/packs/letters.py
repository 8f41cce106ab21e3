"""How word-like the letters of a text are: a small unigram model per language, or the pack's own analyser.

Read on first use and kept; the only disk access of the artifacts check, and only to data of the pack.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import regex

from langbias.packs.artifacts import LetterModel
from langbias.packs.loading import load_morphology, load_pack, pack_folder
from langbias.text import words
from langbias.types import Span

# Log-probability per letter of a text (or of the part in the span), and how many words of the language it rests on.
Scorer = Callable[[str, Span | None], tuple[float, int]]
# An unknown letter is worse than the rarest piece by this much (as sentencepiece's own penalty, 10, but milder).
_UNKNOWN = 6.0
# What a word loses per letter for being of a neighbouring language (the `sound_in` of the pack).
_BORROWED = 1.0


@lru_cache(maxsize=64)
def letter_scorer(tag: str) -> Scorer | None:
    """The scorer of the pack `tag`, or None when the pack has no `[letters]`."""
    pack = load_pack(tag)
    model = pack.artifacts.letters
    if model is None:
        return None
    scripts = pack.fidelity.scripts or (pack.language.script,)
    own = regex.compile(rf"[[{''.join(map(_script_class, scripts))}\p{{M}}\u200c]--\p{{N}}]++", regex.VERSION1)
    if not model.file:
        return _by_analyser(tag, own)
    borrowed = [_word_score(other, found) for other in model.sound_in if (found := _pieces_of(other))]
    return _by_pieces(_with_borrowed(_word_score(tag, model), borrowed), own)


def _pieces_of(tag: str) -> LetterModel | None:
    model = load_pack(tag).artifacts.letters
    return model if model and model.file else None


def _with_borrowed(own: Callable[[str], float], others: list[Callable[[str], float]]) -> Callable[[str], float]:
    """A name or term of a neighbouring language is a word too, though a less likely one."""
    if not others:
        return own
    return lambda word: max(own(word), *(other(word) - _BORROWED for other in others))


def _script_class(code: str) -> str:
    return rf"\p{{Script={code}}}"


def _by_analyser(tag: str, own: regex.Pattern[str]) -> Scorer | None:
    """By the log-likelihood that the pack's `morphology.likelihood` gives a text."""
    likelihood: Callable[[str], float] | None = getattr(load_morphology(tag), "likelihood", None)
    if likelihood is None:
        return None

    def score(text: str, part: Span | None = None) -> tuple[float, int]:
        runs = [span for span in _words_in(text, part) if own.match(text, span.start)]
        read = text if part is None else text[part.start : part.end]
        # Numbers and foreign words have their share in the likelihood, so they have it in the length too.
        return (likelihood(read) / len("".join(read.split())), len(runs)) if runs else (0.0, 0)

    return score


def _by_pieces(word_score: Callable[[str], float], own: regex.Pattern[str]) -> Scorer:
    @lru_cache(maxsize=50_000)
    def own_score(word: str) -> tuple[float, float] | None:
        # A long word says more than a short one, but its letters do not speak independently: its root between them.
        return (word_score(word), math.sqrt(len(word))) if len(word) >= 2 and own.fullmatch(word) else None

    def score(text: str, part: Span | None = None) -> tuple[float, int]:
        every = (own_score(text[span.start : span.end]) for span in _words_in(text, part))
        found = [one for one in every if one is not None]
        weight = sum(own_weight for _, own_weight in found)
        return (sum(one * own_weight for one, own_weight in found) / weight, len(found)) if found else (0.0, 0)

    return score


def _words_in(text: str, part: Span | None) -> list[Span]:
    every = words(text)
    if part is None:
        return every
    return every[bisect_left(every, part.start, key=_start) : bisect_left(every, part.end, key=_start)]


def _start(span: Span) -> int:
    return span.start


def folded(word: str, model: LetterModel) -> str:
    """`word` as the model knows it: lower case, optional marks dropped, look-alike letters mapped."""
    same = {ord(letter): own for letter, own in model.same.items()}
    word = unicodedata.normalize("NFKC", word).lower().translate(same)
    if not model.drop:
        return word
    return unicodedata.normalize("NFC", _dropped(model.drop).sub("", unicodedata.normalize("NFD", word)))


@lru_cache(maxsize=64)
def _dropped(marks: str) -> regex.Pattern[str]:
    return regex.compile(f"[{marks}]")


def _word_score(tag: str, model: LetterModel) -> Callable[[str], float]:
    """Log-probability per letter of a word under the pack's sentencepiece model."""
    from sentencepiece import SentencePieceProcessor

    pieces: Any = SentencePieceProcessor(model_proto=(pack_folder(tag) / model.file).read_bytes())
    scores: list[float] = [pieces.get_score(piece) for piece in range(pieces.get_piece_size())]
    scores[pieces.unk_id()] = min(scores) - _UNKNOWN

    shape = regex.compile(model.shape) if model.shape else None

    def score(word: str) -> float:
        word = folded(word, model)
        likely: float = sum(scores[piece] for piece in pieces.encode(word)) / max(1, len(word))
        return likely - model.misfit if shape and not shape.fullmatch(word) else likely

    return score
