"""Which of two engines may look for a pattern, and which patterns may go without a time limit.

`regex` may always; the standard library's `re` takes half the time, but has no time limit, fewer constructs and other
ideas of what a letter is: it may where it says the same.
"""

from __future__ import annotations

import re
from functools import lru_cache

import regex

from langbias.needed import branches_of
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

_PARTS = regex.compile(
    r"\\.|\[(?:\\.|[^\]])*+\]|(?P<open>\((?:\?:)?)|\)(?P<times>[*+]|\{\d*,?\d*\})|[*+]\+|(?P<endless>[*+]|\{\d*,\})|[|)]"
)
# A group of alternatives repeated up to so often can be gone through in all ways, whatever marks the rounds off.
_FEW_ROUNDS = 3
_VARIES = regex.compile(r"(?<!\\)(?:\?(?![:=!<])|[{*+])")
# A round that begins or ends with a blank, and what else could take a blank in.
_MARKED_OFF = regex.compile(r"(?: |\\s|\[- \])(?![?*{])(?P<rest>.*)|(?P<rest>.*) ")
_TAKES_BLANKS = regex.compile(r"(?<!\\)\.|\[\^(?![^\]]* )|\[(?!\^)[^\]]* |\\[sWD]| [?*{]")
# Two endless repeats with nothing between them share what stands there in as many ways as it has characters.
_TWO_ENDLESS = regex.compile(r"(?<!\\)[*+](?:\\[a-zA-Z](?:\{\w+\})?|\.|\[(?:\\.|[^\]])*+\])[*+](?!\+)")
_ENDLESS_LIMIT = 5


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


def is_tame(source: str) -> bool:
    """Whether `source` holds nothing that is known to run long on a short sentence.

    It repeats no group without end; what it repeats a few times is marked off by blanks; on no way through its
    alternatives are more than a few endless repeats, and no two of them side by side. No proof: a guard for packs.
    """
    if _TWO_ENDLESS.search(source):
        return False
    # For each open group: endless repeats in this alternative, in the worst one before, and where it begins.
    ways = [[0, 0, 0]]
    for match in _PARTS.finditer(source):
        part, times = match.group(), match["times"]
        if match["open"]:
            ways.append([0, 0, match.end()])
        elif match["endless"]:
            ways[-1][0] += 1
        elif part == "|":
            ways[-1][:2] = [0, max(ways[-1][:2])]
        elif part[0] == ")" and len(ways) > 1:
            *counts, start = ways.pop()
            if times and not _few_ways(source[start : match.start()], max(counts), times):
                return False
            ways[-1][0] += max(counts)
    return max(max(counts[:2]) for counts in ways) <= _ENDLESS_LIMIT


def _few_ways(body: str, endless: int, times: str) -> bool:
    """Whether a group that repeats `body`, with so many `endless` repeats on its worst way, has few ways through."""
    most = times.strip("{}").rpartition(",")[2]
    if not most.isdigit():
        return False
    if int(most) <= 1:
        return True
    if not _VARIES.search(body):
        return "|" not in body or int(most) <= _FEW_ROUNDS or _marked_off(body)
    return endless <= 1 and _marked_off(body)


def _marked_off(body: str) -> bool:
    """Whether each alternative of `body` begins or ends with a blank, and takes in no other of varying number."""
    rounds = [_MARKED_OFF.fullmatch(branch) for branch in branches_of(body)]
    return all(found and not _TAKES_BLANKS.search(found["rest"]) for found in rounds)
