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
# `(?-i:` only narrows what matches. Whoever looks for its pieces in lower case lowers them as well.
_PLAIN_GROUP = regex.compile(r"\((?:\?(?:-i)?:)?(?!\?)")
# Escapes of one character, and how many hexadecimal digits follow.
_CODE_POINT = {"x": 2, "u": 4, "U": 8}
_SPECIAL = frozenset("\\[](){}|.^$?*+")
# More alternatives than this cost more to look for one by one than the pattern to run.
_NEEDED_LIMIT = 64
# An opening is followed up to this many characters, and over no more branches than this.
_OPENING_LENGTH = 12
_OPENING_LIMIT = 400
_SMALL_CLASS = regex.compile(r"\[([^\\\]\[^-]{1,6})\]")

# The start of a text that a branch matches -> whether it is all of it, so that what follows joins on.
_Heads = dict[str, bool]


def needed(pattern: str, limit: int = _NEEDED_LIMIT) -> Needed:
    """Substrings of which every match of `pattern` holds at least one; None where that is not clear.

    Of flags only a leading `(?m)` is known. More than `limit` of them are not given.
    """
    pattern = pattern.removeprefix("(?m)")
    try:
        pieces, end = _branches(pattern, 0)
    except (IndexError, ValueError):
        return None
    if end != len(pattern) or pieces is None or len(pieces) > limit:
        return None
    return pieces


def openings(pattern: str) -> Needed:
    """Texts with one of which every match of `pattern` begins; None where that is not clear."""
    try:
        heads, end = _any_head(pattern, 0)
    except (IndexError, ValueError):
        return None
    if end != len(pattern) or not all(_piece(head) for head in heads):
        return None
    return frozenset(head for head in heads if not any(head[:n] in heads for n in range(1, len(head))))


def branches_of(pattern: str) -> list[str]:
    """The alternatives `a`, `b`, `c` of a pattern `a|b|c`; the pattern itself where it is not understood."""
    found, at = [], 0
    try:
        while True:
            _, end = _sequence(pattern, at)
            found.append(pattern[at:end])
            if end >= len(pattern):
                return found
            if pattern[end] != "|":
                return [pattern]
            at = end + 1
    except (IndexError, ValueError):
        return [pattern]


def _any_head(pattern: str, at: int) -> tuple[_Heads, int]:
    """How matches of alternation `a|b|c` from `at` to its end (or the group's) begin."""
    found: _Heads = {}
    while True:
        heads, at = _sequence_heads(pattern, at)
        for text, whole in heads.items():
            found[text] = found.get(text, True) and whole
        if at >= len(pattern) or pattern[at] == ")":
            return found, at
        at += 1


def _sequence_heads(pattern: str, at: int) -> tuple[_Heads, int]:
    heads: _Heads = {"": True}
    while at < len(pattern) and pattern[at] not in "|)":
        part, end = _atom_heads(pattern, at)
        quantifier = _QUANTIFIER.match(pattern, end)
        if quantifier:
            end, sign = quantifier.end(), quantifier.group()
            if sign != "?":
                part = dict.fromkeys(part, False)
            if sign[0] in "?*" or regex.match(r"\{(?:0|,)", sign):
                part = {**part, "": part.get("", True)}
            while end < len(pattern) and pattern[end] in "?+":
                end += 1
        heads = _joined(heads, part)
        at = end
    return heads, at


def _joined(heads: _Heads, part: _Heads) -> _Heads:
    """Each whole head followed by each head of `part`; heads long enough stay as they are."""
    if len(part) * sum(heads.values()) > _OPENING_LIMIT:
        return dict.fromkeys(heads, False)
    found = {text: False for text, whole in heads.items() if not whole or len(text) >= _OPENING_LENGTH}
    for text in (text for text in heads if text not in found):
        for more, whole in part.items():
            found[text + more] = found.get(text + more, True) and whole
    return found


def _atom_heads(pattern: str, at: int) -> tuple[_Heads, int]:
    char = pattern[at]
    if char == "(" and _PLAIN_GROUP.match(pattern, at) and not pattern.startswith("(?-i:", at):
        heads, end = _any_head(pattern, pattern.index("(", at) + (3 if pattern.startswith("(?:", at) else 1))
        return heads, end + 1
    few = _SMALL_CLASS.match(pattern, at)
    if few:
        return dict.fromkeys(few.group(1), True), few.end()
    literal, _, end = _atom(pattern, at)
    return ({"": False} if literal is None else {literal: True}), end


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
        # Pieces that are too many to look for are worth less than any others.
        return max(one, other, key=lambda pieces: (len(pieces) <= _NEEDED_LIMIT, min(map(_rarity, pieces))))

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


def _rarity(piece: str) -> int:
    """How seldom a text holds `piece`: a question mark is as good as a word of four letters."""
    return len(piece) if any(map(str.isalnum, piece)) else len(piece) + 3


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
