"""What the Language Confusion Benchmark counts in one reply, by its own definitions.

Source: Marchisio et al. 2024, "Understanding and Mitigating Language Confusion in LLMs", and the benchmark's
`compute_metrics.py`. Two things differ, and figures say so: a line's language is told by this check's reading instead
of fastText's lid.176, and where a script has no spaces two letters stand for one token instead of a segmenter's word.
"""

from __future__ import annotations

import string
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

import regex

from langbias.checks.fidelity.lexicon import Lexicon
from langbias.checks.fidelity.reading import Reading

_LEAST_TOKENS = 5
_LEAST_LETTERS = 4
_NEXT_QUESTION = "\nQ:"
_DELETED = str.maketrans({**dict.fromkeys(string.punctuation, ""), "—": " ", "،": ""})
_UNSPACED_TOKEN = regex.compile(r"[A-Za-z]+|\p{Nd}+|[\p{L}\p{M}]{1,2}|\S")


@dataclass(frozen=True, slots=True)
class Confusion:
    """Lines long enough to be judged, those of them not in the language, and whether the others hold a word of the
    pivot language; None where the benchmark does not ask (a wrong line, no line, a language it leaves out).
    """

    lines: int
    wrong_lines: int
    english_word: bool | None


def confusion(text: str, reading: Reading, lexicon: Lexicon) -> Confusion:
    """The counts of one reply; `reading` is the reading of the same `text`."""
    starts, lines = [], []
    at = 0
    for line in text.partition(_NEXT_QUESTION)[0].split("\n"):
        starts.append(at)
        lines.append(_tokens(line, lexicon))
        at += len(line) + 1
    own: Counter[int] = Counter()
    for token in reading.own_tokens:
        if token.start < at:
            own[bisect_right(starts, token.start) - 1] += token.end - token.start
    foreign: Counter[int] = Counter()
    for hit in reading.hits:
        if hit.span.start < at:
            foreign[bisect_right(starts, hit.span.start) - 1] += hit.letters
    judged = [number for number, tokens in enumerate(lines) if len(tokens) >= _LEAST_TOKENS]
    wrong = sum(own[number] <= foreign[number] for number in judged)
    if not judged or wrong or not lexicon.confusable_words:
        return Confusion(len(judged), wrong, None)
    return Confusion(len(judged), 0, any(_english(token, lexicon) for number in judged for token in lines[number]))


def _tokens(line: str, lexicon: Lexicon) -> list[str]:
    cleaned = line.translate(_DELETED)
    return _UNSPACED_TOKEN.findall(cleaned) if lexicon.letters_per_word else cleaned.split()


def _english(token: str, lexicon: Lexicon) -> bool:
    """Whether a token is a word of the pivot language by the benchmark's rule: in small letters, more than three."""
    return len(token) >= _LEAST_LETTERS and token.isascii() and token.islower() and lexicon.pivot.has(token)
