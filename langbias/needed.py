"""What a pattern cannot do without: pieces of plain text of which every match holds one.

A substring test costs a hundredth of a search, and a reply reaches few of a pack's patterns, so each is first asked
for by its pieces. `needed` works them out from the pattern; where it cannot, the pattern always runs.
"""

from __future__ import annotations

import regex

# One of these substrings occurs in every match; None: nothing is known.
Needed = frozenset[str] | None

_QUANTIFIER = regex.compile(r"[?*+]|\{\d*(?:,\d*)?\}")
_LOOK = regex.compile(r"\(\?<?[=!]")
_PLAIN_GROUP = regex.compile(r"\((?:\?:)?(?!\?)")
# Escapes of one character, and how many hexadecimal digits follow.
_CODE_POINT = {"x": 2, "u": 4, "U": 8}
_SPECIAL = frozenset("\\[](){}|.^$?*+")
# More alternatives than this cost more to look for than the pattern to run.
_NEEDED_LIMIT = 64


def needed(pattern: str) -> Needed:
    """Substrings of which every match of `pattern` holds at least one; None where that is not clear.

    Of flags only a leading `(?m)` is known.
    """
    pattern = pattern.removeprefix("(?m)")
    try:
        pieces, end = _branches(pattern, 0)
    except (IndexError, ValueError):
        return None
    if end != len(pattern) or pieces is None or len(pieces) > _NEEDED_LIMIT:
        return None
    return pieces


def _branches(pattern: str, at: int) -> tuple[Needed, int]:
    """What alternation `a|b|c` from `at` to its end (or the group's) needs: one piece of every branch."""
    found: set[str] | None = set()
    while True:
        branch, at = _sequence(pattern, at)
        found = None if branch is None or found is None else found | branch
        if at >= len(pattern) or pattern[at] == ")":
            return (frozenset(found) if found is not None else None), at
        at += 1


def _sequence(pattern: str, at: int) -> tuple[Needed, int]:
    """What one branch needs: the best of its literal runs and groups."""
    best: Needed = None
    run = ""

    def better(one: Needed, other: Needed) -> Needed:
        if one is None or other is None:
            return one if other is None else other
        return max(one, other, key=lambda pieces: min(map(len, pieces)))

    while at < len(pattern) and pattern[at] not in "|)":
        literal, group, end = _atom(pattern, at)
        quantifier = _QUANTIFIER.match(pattern, end)
        optional = bool(quantifier) and (quantifier.group()[0] in "?*" or regex.match(r"\{(?:0|,)", quantifier.group()))
        if quantifier:
            end = quantifier.end()
            while end < len(pattern) and pattern[end] in "?+":
                end += 1
        if literal is not None and not quantifier:
            run += literal
            best = better(best, group)
        else:
            best = better(best, _piece(run))
            run = ""
            if not optional:
                best = better(best, group if literal is None else _piece(literal))
        at = end
    return better(best, _piece(run)), at


def _piece(run: str) -> Needed:
    plain = run.isascii() and (run.isalnum() or run.isspace())  # a single one of these is in every text
    return frozenset({run}) if len(run) >= 2 or (run and not plain) else None


def _atom(pattern: str, at: int) -> tuple[str | None, Needed, int]:
    """One atom: (its literal text or None, what a group needs, where it ends). Zero-width atoms are empty text."""
    char = pattern[at]
    if char == "(":
        return _group(pattern, at)
    if char == "[":
        end = at + 1
        if pattern[end] == "^":
            end += 1
        if pattern[end] == "]":
            end += 1
        while pattern[end] != "]":
            end += 2 if pattern[end] == "\\" else 1
        return None, None, end + 1
    if char == "\\":
        after = pattern[at + 1]
        if after in "bB":
            return "", None, at + 2
        if after in "pP" and pattern[at + 2] == "{":
            return None, None, pattern.index("}", at) + 1
        if after in _CODE_POINT:
            end = at + 2 + _CODE_POINT[after]
            return chr(int(pattern[at + 2 : end], 16)), None, end
        if after.isalnum():
            return None, None, at + 2
        return after, None, at + 2
    if char in "^$":
        return "", None, at + 1
    return (None if char in _SPECIAL else char), None, at + 1


def _group(pattern: str, at: int) -> tuple[str | None, Needed, int]:
    look = _LOOK.match(pattern, at)
    plain = _PLAIN_GROUP.match(pattern, at)
    if look:
        pieces, end = _branches(pattern, look.end())
        return "", (None if look.group().endswith("!") else pieces), end + 1
    if not plain:
        raise ValueError("a kind of group that is not looked into")
    pieces, end = _branches(pattern, plain.end())
    return None, pieces, end + 1
