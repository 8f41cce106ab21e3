"""Many patterns over one text, fast: a pattern runs only where a piece of text that it cannot do without occurs.

A pack has some 800 alternatives and a reply reaches a few dozen of them, so each is first asked for by a plain
substring test (`langbias.needed`).
"""

from __future__ import annotations

from functools import lru_cache

import regex

from langbias.needed import needed
from langbias.rules import find_all, pattern_of
from langbias.types import Span


@lru_cache(maxsize=16384)
def _prepared(pattern: str, boundary: str) -> tuple[regex.Pattern[str], tuple[str, ...]]:
    compiled = pattern_of((pattern,), literal=False, boundary=boundary, ignore_case=False)
    return compiled, tuple(sorted(needed(pattern) or ()))


@lru_cache(maxsize=4096)
def _all_prepared(patterns: tuple[str, ...], boundary: str) -> tuple[tuple[regex.Pattern[str], tuple[str, ...]], ...]:
    return tuple(_prepared(pattern, boundary) for pattern in patterns)


def spans_of(patterns: tuple[str, ...], text: str, boundary: str = "none") -> list[Span]:
    """Matches of each of `patterns` in `text`, sorted; those of two patterns may overlap. `boundary` as in `rules`."""
    found: list[Span] = []
    for compiled, pieces in _all_prepared(patterns, boundary):
        for piece in pieces:
            if piece in text:
                break
        else:
            if pieces:
                continue
        found += find_all(compiled, text)
    return sorted(set(found)) if len(found) > 1 else found
