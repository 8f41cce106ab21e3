"""Telephone numbers in a reply: every digit script, told apart from years, prices, times, ages and exercises.

A number counts when something says it is to be dialled (a call cue, a country label) or its own shape does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import regex

from langbias.checks.culture.patterns import spans_of
from langbias.packs.culture import Cues
from langbias.rules import LENGTH_LIMIT, find_all
from langbias.text import lines
from langbias.types import Span

# No reply needs more; the rest of a flood of digits is left alone (10,000 numbers in one reply).
NUMBER_LIMIT = 500
# A call cue counts within the same line up to this many characters before or behind the number.
_CUE_BEFORE, _CUE_AFTER = 60, 40
# Two-digit emergency numbers (France 15, 17, 18) need the cue right before them.
_TIGHT = 14

_DASH = r"[-‐‑‒–—―－−]"
_SEP = rf"(?:{_DASH}|[.·]|[ \u00a0]{{1,2}}|[ \u00a0]{_DASH}[ \u00a0](?=\d{{3}}))"
# Groups of digits joined by a blank, dash or dot; an area code may stand in brackets.
_AREA = r"[(（]\d{1,5}[)）]"
_CANDIDATE = regex.compile(
    rf"(?<!\d)(?:[+＋][ ]?)?(?:{_AREA}{_SEP}?\d+|\d+)(?:{_SEP}?{_AREA}{_SEP}?\d+|{_SEP}\d+)*", regex.ASCII
)
_VANITY = regex.compile(r"(?<![\p{L}\p{Nd}])(?:1[- .])?\(?8\d\d\)?[- .]\d{3}[- .]?[A-Z]{4}(?![\p{L}])")
_GROUP = regex.compile(r"\d+")
_OTHER_DIGIT = regex.compile(r"[\p{Nd}--[0-9]]", regex.VERSION1)
_SLASH_DIGIT = regex.compile(r"/\d(?!\d)")
_YEAR = regex.compile(r"(?:19|20)\d\d")
_MONEY_BEFORE = regex.compile(r"\p{Sc}[ \u00a0]?$")
_MONEY_AFTER = regex.compile(r"[ \u00a0]?\p{Sc}")
_DATE = regex.compile(r"(?:19|20)\d\d[-./]\d{1,2}(?:[-./]\d{1,2})?|\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d\d")
_THOUSANDS = regex.compile(r"\d{1,3}(?:[ .]000)+")
_RANGE = regex.compile(rf"\d{{1,2}}[ ]?{_DASH}[ ]?\d{{1,2}}")
_DECIMAL = regex.compile(r"\d+\.\d+")
# What makes digits a part of something longer: 10:30, 3,5, #3, v2, x@1, A4, 50 %, 1,000, 3rd, 5kg.
_INSIDE_BEFORE = regex.compile(r"\d[:,٫٬]$|[\p{Latin}_#№&=@]$")
_INSIDE_AFTER = regex.compile(r"[ ]?[%٪％°]|[:,٫٬]\d|\p{Latin}|_")
_COUNTRY_CODE = regex.compile(r"(?:[+＋]|00)\d")


@dataclass(frozen=True, slots=True)
class Number:
    """A number to be dialled. `span` is into the NFC reply; `digits` ASCII, without a plus sign; `text` as written."""

    text: str
    digits: str
    span: Span
    international: bool
    line: Span


def ascii_digits(text: str) -> str:
    """`text` with every decimal digit of any script turned into its ASCII digit; length unchanged."""
    return str(_OTHER_DIGIT.sub(lambda match: str(unicodedata.digit(match.group())), text))


@dataclass(frozen=True, slots=True)
class _Signs:
    """What stands around the digits of a reply; `plain` is the reply with ASCII digits."""

    plain: str
    calls: list[Span]
    units: list[Span]
    counted: frozenset[int]
    labels: list[Span]
    known: Callable[[str], bool]


def numbers_of(text: str, cues: Cues, labels: list[Span], known: Callable[[str], bool]) -> list[Number]:
    """Numbers to be dialled in `text` (NFC), in order.

    `labels`: spans of country names; `known` says whether digits are in a registry: beside a country label those need
    no call cue. Cues are looked up in the lower-cased text.
    """
    text = text[:LENGTH_LIMIT]
    plain = ascii_digits(text)
    if not _GROUP.search(plain):
        return []
    lowered = _lower(plain)
    counted = frozenset(span.end for span in spans_of(cues.counted, lowered))
    signs = _Signs(plain, spans_of(cues.call, lowered), spans_of(cues.unit, lowered), counted, labels, known)
    found = []
    for line, headed in _headed_lines(lowered, signs.calls):
        for span in _candidates(signs, line):
            digits = "".join(_GROUP.findall(plain[span.start : span.end]))
            if _is_to_be_dialled(signs, span, digits, line, headed):
                abroad = _COUNTRY_CODE.match(plain[span.start : span.end]) is not None
                found.append(Number(text[span.start : span.end], digits, span, abroad, line))
                if len(found) == NUMBER_LIMIT:
                    return found
        for span in find_all(_VANITY, plain[line.start : line.end]):
            at = Span(line.start + span.start, line.start + span.end)
            found.append(Number(text[at.start : at.end], _vanity_digits(plain[at.start : at.end]), at, False, line))
    return sorted(_disjoint(found), key=lambda number: number.span)


def _lower(text: str) -> str:
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _vanity_digits(written: str) -> str:
    from phonenumbers import convert_alpha_characters_in_number

    return "".join(_GROUP.findall(convert_alpha_characters_in_number(written)))


def _disjoint(found: list[Number]) -> list[Number]:
    """Without the numbers that lie inside a vanity number (the 1-800-273 of 1-800-273-TALK)."""
    vanity = [n.span for n in found if n.text[-1].isalpha()]
    return [n for n in found if n.text[-1].isalpha() or not any(v.start <= n.span.start < v.end for v in vanity)]


def _headed_lines(lowered: str, calls: list[Span]) -> list[tuple[Span, bool]]:
    """Lines with digits, each with whether the nearest line above without any speaks of calling (a heading)."""
    found, headed = [], False
    at = 0
    for line in lines(lowered):
        while at < len(calls) and calls[at].start < line.start:
            at += 1
        here = at < len(calls) and calls[at].start < line.end
        if _GROUP.search(lowered, line.start, line.end):
            found.append((line, headed))
        else:
            headed = here
    return found


def _candidates(signs: _Signs, line: Span) -> list[Span]:
    """Digit runs of one line; hours and counts behind a number ("109 24 hours") and chains of codes taken off it."""
    plain, found = signs.plain, []
    for match in _CANDIDATE.finditer(plain, line.start, line.end):
        groups = [Span(match.start() + m.start(), match.start() + m.end()) for m in _GROUP.finditer(match.group())]
        start, end = match.span()
        while len(groups) > 1 and (_touching(signs, groups[-1]) or _SLASH_DIGIT.match(plain, end)):
            groups.pop()
            end = groups[-1].end
        found += _codes(plain, Span(start, end), groups)
    return found


def _codes(plain: str, span: Span, groups: list[Span]) -> list[Span]:
    """`span`, or its groups where they are three-digit codes side by side, as in "119 112" (116 123 is one number)."""
    side_by_side = all(plain[a.end : b.start].strip(" -–—") == "" and plain[a.end] == " " for a, b in pairwise(groups))
    triples = all(group.end - group.start == 3 and plain[group.start] != "0" for group in groups)
    if len(groups) > 1 and side_by_side and triples and plain[span.start : span.start + 3] != "116":
        return groups
    return [span]


def _is_to_be_dialled(signs: _Signs, span: Span, digits: str, line: Span, headed: bool) -> bool:
    written = signs.plain[span.start : span.end]
    if not 2 <= len(digits) <= 15 or _is_something_else(signs, span, digits):
        return False
    near = [c for c in signs.calls if line.start <= c.start < line.end and _near(c, span)]
    if len(digits) == 2 or _YEAR.fullmatch(written):
        return any(0 <= span.start - c.end <= _TIGHT for c in near) and signs.known(digits)
    if near or headed:
        return True
    if len(digits) >= 7:
        return _looks_dialled(written)
    return signs.known(digits) and any(line.start <= label.start < line.end for label in signs.labels)


def _near(cue: Span, span: Span) -> bool:
    if cue.end <= span.start:
        return span.start - cue.end <= _CUE_BEFORE
    return cue.start < span.end or cue.start - span.end <= _CUE_AFTER


def _looks_dialled(written: str) -> bool:
    """Whether a long number without any cue is written as one dials: with a country code, trunk zero or groups."""
    if _COUNTRY_CODE.match(written):
        return True
    groups = _GROUP.findall(written)
    return len(groups) >= 2 and (written.lstrip("(（")[0] in "018") and max(map(len, groups)) >= 3


def _is_something_else(signs: _Signs, span: Span, digits: str) -> bool:
    """Prices, times, dates, ages, shares, doses, exercises, versions, decimals, parts of words."""
    plain = signs.plain
    written, before = plain[span.start : span.end], plain[max(span.start - 3, 0) : span.start]
    after = plain[span.end : span.end + 5]
    groups = _GROUP.findall(written)
    if len(groups) >= 3 and all(len(group) == 1 for group in groups):
        return True  # 4-7-8, 5-4-3-2-1
    if span.start in signs.counted or (before[-1:] == " " and span.start - 1 in signs.counted):
        return True
    if _INSIDE_BEFORE.search(before) or _INSIDE_AFTER.match(after):
        return True
    if len(digits) < 3 and ("/" in before[-1:] or after.startswith("/")):
        return True  # 24/7
    if _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after) or _touching(signs, span):
        return True
    if any(shape.fullmatch(written) for shape in (_DATE, _THOUSANDS, _RANGE)):
        return True
    return len(digits) < 7 and _DECIMAL.fullmatch(written) is not None


def _touching(signs: _Signs, span: Span) -> bool:
    """Whether a unit word stands directly behind the number, at most one blank or hyphen between."""
    gap = signs.plain[span.end : span.end + 1] in (" ", "\u00a0", "-", "‑", "\u200c")
    return any(unit.start in (span.end, span.end + gap) for unit in signs.units)
