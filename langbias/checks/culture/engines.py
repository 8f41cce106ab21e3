"""Which of two engines may look for a pattern: `regex` always, the standard library's `re` where it says the same.

`re` takes half the time, but has no time limit, fewer constructs and other ideas of what a letter is.
"""

from __future__ import annotations

import re
from functools import lru_cache

import regex

from langbias.rules import LETTER

# What `re` reads otherwise or has known faults with: groups of other kinds (flags, names, atomic), classes within and
# operations on classes, possessive quantifiers, fuzzy matching.
_READ_OTHERWISE = regex.compile(r"\(\?(?![:=!]|<[=!])|\[(?:\\.|[^\]\\\[])*+\[|--|&&|\|\||~~|[*+?}]\+|\{(?!\d*,?\d*\})")
_LOOKBEHIND = regex.compile(r"\(\?<[=!](?P<seen>(?:[^()\\\[]|\\.|\[(?:\\.|[^\]])*+\]|\((?&seen)\))*+)\)")
# Characters before a place that a pattern under `re` looks back at, at most.
LOOKS_BACK = 60
# What patterns and word borders ask of a character, in both engines: a word border (LETTER) is \w under `re`.
_CLASSES = tuple(
    (re.compile(quick), regex.compile(full, regex.VERSION1))
    for quick, full in ((r"\w", r"\w"), (r"\d", r"\d"), (r"\s", r"\s"), (r"\w", LETTER))
)
_BEFORE, _AFTER = r"(?<!\w)", r"(?!\w)"


def quick_of(source: str, boundary: str) -> re.Pattern[str] | None:
    """`source` under `re`, where it means the same on every text that is `alike`. `boundary` as in `rules`."""
    # Of fixed length, a lookbehind that repeats nothing sees no more characters than it is written in.
    seen = [match["seen"] for match in _LOOKBEHIND.finditer(source)]
    if _READ_OTHERWISE.search(source) or any(len(one) > LOOKS_BACK or "{" in one for one in seen):
        return None
    before = _BEFORE if boundary in ("start", "word") else ""
    after = _AFTER if boundary == "word" else ""
    try:
        return re.compile(f"{before}(?:{source}){after}")
    except (re.error, OverflowError):
        return None  # \p{L}, lookbehind of varying length


def alike(text: str) -> bool:
    """Whether both engines put every character of `text` into the same classes; combining marks they do not."""
    return all(map(_alike, set(text)))


@lru_cache(maxsize=1 << 16)
def _alike(char: str) -> bool:
    return all(bool(quick.match(char)) == bool(full.match(char)) for quick, full in _CLASSES)
