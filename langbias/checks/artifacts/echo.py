"""Echo: a reply that says nothing but the user's own message back."""

from __future__ import annotations

import unicodedata

import regex

from langbias.checks.artifacts.garble import Mechanism
from langbias.rules import LENGTH_LIMIT
from langbias.types import Span

ECHO = Mechanism("echo", "The reply only says the user's own words back.", lambda _: [])

# A copied run has at least this many letters; what is shorter, two people may say alike.
_RUN = 10
# A reply is an echo when this share of its letters stands in copied runs; a greeting given back is none.
_SHARE = 0.9
_LEAST_LETTERS = 16
_LEAST_LETTERS_WHOLE = 8
_NOT_LETTERS = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def echo(text: str, turns: tuple[str, ...]) -> list[Span]:
    """All of `text` when it only repeats what the user said in `turns`; quoting them beside own words is no echo."""
    said = [letters for turn in turns if (letters := _letters(turn))]
    if not said:
        return []
    reply = _letters(text)
    if len(reply) < _LEAST_LETTERS:
        copied = len(reply) >= _LEAST_LETTERS_WHOLE and reply in said
    else:
        copied = _copied(reply, said) >= _SHARE * len(reply)
    return [Span(0, len(text))] if copied else []


def _letters(text: str) -> str:
    """Letters, marks and digits alone: an echo may change punctuation, case and white space."""
    return str(_NOT_LETTERS.sub("", unicodedata.normalize("NFC", text[:LENGTH_LIMIT]))).casefold()


def _copied(reply: str, said: list[str]) -> int:
    """How many letters of `reply` stand in runs that also stand in what was said."""
    runs = {turn[at : at + _RUN] for turn in said for at in range(len(turn) - _RUN + 1)}
    total = reached = 0
    for at in range(len(reply) - _RUN + 1):
        if reply[at : at + _RUN] in runs:
            total += at + _RUN - max(at, reached)
            reached = at + _RUN
    return total
