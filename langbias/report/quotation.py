"""Quoting hostile text: cut to what matters, marked where findings lie, invisible characters made visible.

Pure. Offsets are code points of the stored text. Nothing here writes markup: a template escapes every piece.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import regex

from langbias.text import script_counts
from langbias.types import Direction, Language, Severity, Span

WHOLE = 3_000  # a text up to this many code points is quoted whole
HEAD = 1_500  # of a longer one this much of the beginning, and the surroundings of each mark
CONTEXT = 160
MARKED = 480

SEVERITIES = (Severity.NEUTRAL, Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)

_BREAK = regex.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# Characters that show nothing, or show the text in another order. The Arabic number signs are Cf but visible.
_HIDDEN_CLASS = r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0--[\n\t\u0600-\u0605\u06dd\u08e2]]"
_HIDDEN = regex.compile(rf"({_HIDDEN_CLASS})\1*", regex.V1)
_JOINERS = "\u200c\u200d"
_PICTURE = regex.compile(r"\p{Extended_Pictographic}")

PieceKind = Literal["text", "control", "joiner", "omitted"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text that finding number `number` (from 1) points at."""

    number: int
    span: Span
    severity: Severity


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a line that is shown one way.

    `kind`: text as it stands; control, where `text` names the invisible characters; joiner, a zero-width joiner or
    non-joiner inside a word, where it is spelling; omitted, where `text` says how much was left out.
    `severity` is of the gravest mark that covers the piece, None outside all; `opens` numbers the findings that
    begin here.
    """

    kind: PieceKind
    text: str
    severity: Severity | None = None
    opens: tuple[int, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its own base direction. `spaced` says that a blank line stood before it."""

    direction: Direction
    pieces: tuple[Piece, ...]
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    """A text to quote. `language` is the BCP 47 tag for the `lang` attribute, `script` its commonest script."""

    language: str
    direction: Direction
    script: str
    lines: tuple[Line, ...]
    length: int


def quote(text: str, language: Language, marks: Sequence[Mark] = ()) -> Quotation:
    """`text` ready to be shown; `language` gives the tag, and direction and script where the letters do not say."""
    marks = [_clamped(mark, len(text)) for mark in marks]
    direction = base_direction(text[:20_000], language.direction)
    counts = script_counts(text[:20_000])
    script = max(sorted(counts), key=lambda code: counts[code]) if counts else language.script
    return Quotation(language.tag, direction, script, tuple(_lines(text, marks, direction)), len(text))


def base_direction(text: str, default: Direction) -> Direction:
    """Direction of most strong characters of `text`: the first one misleads where a name or label leads."""
    right = left = 0
    for char in text:
        kind = unicodedata.bidirectional(char)
        right += kind in ("R", "AL")
        left += kind == "L"
    if right == left:
        return default
    return "rtl" if right > left else "ltr"


def visible(text: str, limit: int = 600) -> str:
    """`text` on one line with invisible characters named, cut to about `limit` code points: for plain-text places."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    flat = " ".join(_BREAK.sub(" ", cut).split())
    return "".join(p.text if p.kind != "control" else f"⟦{p.text}⟧" for p in _reveal(flat, None, ()))


def _clamped(mark: Mark, length: int) -> Mark:
    start = min(max(mark.span.start, 0), length)
    return Mark(mark.number, Span(start, min(max(mark.span.end, start), length)), mark.severity)


def _windows(length: int, marks: Sequence[Mark]) -> list[Span]:
    if length <= WHOLE:
        return [Span(0, length)]
    around = [
        Span(max(m.span.start - CONTEXT, 0), min(min(m.span.end, m.span.start + MARKED) + CONTEXT, length))
        for m in marks
    ]
    merged: list[Span] = []
    for window in sorted([Span(0, HEAD), *around]):
        if merged and window.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, window.end))
        else:
            merged.append(window)
    return merged


def _lines(text: str, marks: Sequence[Mark], direction: Direction) -> list[Line]:
    found: list[Line] = []
    shown = 0
    for window in _windows(len(text), marks):
        if window.start > shown:
            found.append(_omission(window.start - shown))
        found += _window_lines(text, window, marks, direction)
        shown = window.end
    if shown < len(text):
        found.append(_omission(len(text) - shown))
    return found


def _omission(count: int) -> Line:
    return Line("ltr", (Piece("omitted", f"{count:,} characters left out"),), spaced=True)


def _window_lines(text: str, window: Span, marks: Sequence[Mark], direction: Direction) -> list[Line]:
    found: list[Line] = []
    spaced = False
    at = window.start
    for stop in [*_BREAK.finditer(text, window.start, window.end), None]:
        end = stop.start() if stop else window.end
        pieces = _pieces(text, Span(at, end), marks)
        if any(piece.text.strip() for piece in pieces):
            found.append(Line(base_direction(text[at:end], direction), pieces, spaced))
            spaced = False
        else:
            spaced = True
        at = stop.end() if stop else end
    return found


def _pieces(text: str, line: Span, marks: Sequence[Mark]) -> tuple[Piece, ...]:
    inside = [m for m in marks if m.span.start <= line.end and m.span.end >= line.start]
    edges = {line.start, line.end}
    for mark in inside:
        edges |= {edge for edge in (mark.span.start, mark.span.end) if line.start < edge < line.end}
    pieces: list[Piece] = []
    for start, end in pairwise(sorted(edges)):
        covering = [m.severity for m in inside if m.span.start <= start and m.span.end >= end]
        gravest = max(covering, key=SEVERITIES.index) if covering else None
        opens = tuple(m.number for m in inside if m.span.start == start)
        pieces += _reveal(text[start:end], gravest, opens)
    return tuple(pieces)


def _reveal(text: str, severity: Severity | None, opens: tuple[int, ...]) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0

    def add(kind: PieceKind, words: str, title: str = "") -> None:
        pieces.append(Piece(kind, words, severity, () if pieces else opens, title))

    for hidden in _HIDDEN.finditer(text):
        kind = _kind(text, hidden.start(), hidden.end())
        if kind == "text":
            continue
        if hidden.start() > at:
            add("text", text[at : hidden.start()])
        if kind == "joiner":
            add("joiner", hidden.group())
        else:
            add("control", *_name(hidden.group()))
        at = hidden.end()
    if at < len(text):
        add("text", text[at:])
    return pieces


def _kind(text: str, start: int, end: int) -> PieceKind:
    """How to show the invisible run [start, end): a joiner is spelling between letters and belongs to an emoji."""
    if end - start > 1 or text[start] not in _JOINERS or start == 0 or end == len(text):
        return "control"
    if _PICTURE.match(text, end):
        return "text"
    return "joiner" if unicodedata.category(text[start - 1])[0] in "LM" and text[end].isalpha() else "control"


def _name(run: str) -> tuple[str, str]:
    code = f"U+{ord(run[0]):04X}"
    return code + (f" ×{len(run)}" if len(run) > 1 else ""), unicodedata.name(run[0], "unnamed character").lower()
