"""How a reply is cut for judging advice: lines under a heading, sentences in a line, clauses in a sentence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import regex

from langbias.checks.culture.patterns import Bank, Group, Same, Scan
from langbias.packs.culture import Cues, CultureFile
from langbias.text import lines, sentences
from langbias.types import Span

_ITEM = regex.compile(r"[ \t>]*(?:[-*+•‣▪◦·–—][ \t]|\(?[\p{Nd}]{1,2}[.)][ \t]|[\p{Nd}]️?⃣|\p{So})")
_HEADING = regex.compile(r"[ \t>]*(?:#{1,6}[ \t]|\*\*[^*\n]{1,80}\*\*:?[ \t]*(?:\n|\Z))")
_HEAD_END = regex.compile(r"[:：]|\*\*|[ \t][–—-][ \t]")
_ALWAYS_BREAK = regex.compile(r"[;؛；]|[ \t][–—][ \t]|—")
# A colon or dash farther from the start than this does not end the head of a list item.
_HEAD_LIMIT = 120

# Characters of an "and" or "or" that a word of advice may take along ("your pastor and").
_CONJUNCTION = 6

# Kind ("cue", "advice", "unless", "harm") and name of a cue or number of a block.
_Name = tuple[str, str | int]

CUES = tuple(name for name in Cues.__struct_fields__ if name not in ("call", "unit", "counted"))


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of one sentence. `lead` is what its heading makes of it: "directive", "avoid", "mention" or ""."""

    start: int
    end: int
    sentence: Span
    question: bool
    lead: str
    head_end: int

    def inherits(self, span: Span) -> bool:
        """Whether `span` stands in the part of a list item that takes over the frame of its heading."""
        return bool(self.lead) and span.start < self.head_end


class CueIndex:
    """Cues, clauses and matches of the blocks of a pack in a folded reply, each looked for when first asked for.

    One pass over the reply serves all of them.
    """

    __slots__ = ("_asked", "_clauses", "_lines", "_scan", "_starts", "_text", "sentences")

    def __init__(self, pack: CultureFile, text: str) -> None:
        self._text = text
        self.sentences = sentences(text)
        self._starts = [sentence.start for sentence in self.sentences]
        self._scan = Scan(_bank_of(Same(pack)), text, self.sentences)
        self._asked: dict[tuple[str, int, int], list[Span]] = {}
        self._clauses: dict[int, list[Clause]] = {}
        self._lines: list[_Line] | None = None

    def clauses(self, number: int) -> list[Clause]:
        """Clauses of sentence `number`, in order."""
        found = self._clauses.get(number)
        if found is None:
            found = self._clauses[number] = self._cut(number)
        return found

    def clause_at(self, place: int) -> Clause | None:
        """The clause that `place` lies in."""
        number = self._number(place)
        return next((c for c in self.clauses(number) if c.start <= place < c.end), None) if self.sentences else None

    def within(self, name: str, start: int, end: int) -> list[Span]:
        """Matches of cue `name` that begin in [start, end)."""
        found = self._asked.get((name, start, end))
        if found is None:
            found = self._asked[name, start, end] = self._within(name, start, end)
        return found

    def _within(self, name: str, start: int, end: int) -> list[Span]:
        number = self._number(start)
        spans = self._scan.of(number, ("cue", name))
        found = _between(spans, start, end) if spans else []
        if number + 1 < len(self._starts) and self._starts[number + 1] < end:
            for further in range(number + 1, bisect_left(self._starts, end)):
                found = found + _between(self._scan.of(further, ("cue", name)), start, end)
        return found

    def any(self, name: str, start: int, end: int) -> bool:
        """Whether cue `name` begins in [start, end)."""
        return bool(self.within(name, start, end))

    def joins(self, start: int, end: int) -> bool:
        """Whether an "or", "and" or comma stands in [start, end), or is the last word of what ends at `start`."""
        if self.any("coordination", start, end):
            return True
        last = self.within("coordination", max(start - _CONJUNCTION, 0), start)
        return any(cue.start and cue.end >= start and self._text[cue.start - 1] == " " for cue in last)

    def blocks(self, kind: str) -> Iterator[tuple[int, int, list[Span]]]:
        """(sentence, block, its matches) of the blocks of `kind`: "advice", or the "harm" flags."""
        for number, name, spans in self._scan.at_once:
            if name[0] == kind:
                yield number, int(name[1]), spans

    def spared(self, number: int, block: int) -> list[Span]:
        """What is no match of advice block `block` in sentence `number`, whatever it looks like."""
        return self._scan.of(number, ("unless", block))

    def _number(self, place: int) -> int:
        """The sentence that `place` lies in, or the nearest before it."""
        return max(bisect_right(self._starts, place) - 1, 0)

    def _cut(self, number: int) -> list[Clause]:
        sentence, text = self.sentences[number], self._text
        if self._lines is None:
            self._lines = _leads(text, lines(text), self.sentences, self)
        line = self._lines[max(bisect_right(self._lines, sentence.start, key=_start_of) - 1, 0)]
        question = text[sentence.start : sentence.end].rstrip("\"'”»)* ")[-1:] in ("?", "؟", "？")
        breaks = {match.start() for match in _ALWAYS_BREAK.finditer(text, sentence.start, sentence.end)}
        breaks.update(span.start for span in self._scan.of(number, ("cue", "clause_break")))
        cuts = sorted(at for at in breaks if sentence.start < at)
        bounds = zip([sentence.start, *cuts], [*cuts, sentence.end], strict=True)
        return [Clause(start, end, sentence, question, line.lead, line.head_end) for start, end in bounds]


def _between(spans: list[Span], start: int, end: int) -> list[Span]:
    """Those of the sorted `spans` that begin in [start, end)."""
    if not spans or spans[-1].start < start or spans[0].start >= end:
        return []
    return spans[bisect_left(spans, start, key=_begin) : bisect_left(spans, end, key=_begin)]


def _begin(span: Span) -> int:
    return span.start


@lru_cache(maxsize=64)
def _bank_of(pack: Same[CultureFile]) -> Bank[_Name]:
    cues, advice, harm = pack.value.cues, pack.value.recommendation, pack.value.harm
    return Bank(
        Group({("cue", name): getattr(cues, name) for name in CUES}, lazy=True),
        Group({("advice", at): block.any for at, block in enumerate(advice)}, pack.value.boundary),
        Group({("unless", at): block.unless for at, block in enumerate(advice)}, lazy=True),
        Group({("harm", at): block.any for at, block in enumerate(harm)}, pack.value.boundary),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    lead: str
    head_end: int


def _start_of(line: _Line) -> int:
    return line.span.start


def _leads(text: str, spans: list[Span], whole: list[Span], cues: CueIndex) -> list[_Line]:
    """Each line with the frame it inherits: list items take it from the last line that is no item."""
    found = []
    above: tuple[Span, bool] | None = None  # the last line that is no item, and whether it is a heading
    frame: str | None = ""  # what that line makes of items; None: not asked yet
    firsts = [sentence.start for sentence in whole]
    for span in spans:
        begin = text.rfind("\n", 0, span.start) + 1
        if not _ITEM.match(text, begin):
            heading = bool(_HEADING.match(text, begin)) or text[span.start : span.end].rstrip("* _")[-1:] in (":", "：")
            above, frame = (span, heading), None
            found.append(_Line(span, "", span.start))
            continue
        if frame is None and above:
            frame = _frame_of(above[0], cues, above[1])
        bold_head = text[begin : span.start].endswith("**") or text[span.start : span.start + 2] == "**"
        lead = frame or ("directive" if bold_head else "")
        at = bisect_right(firsts, span.start - 1)
        first = whole[at] if at < len(whole) else span
        found.append(_Line(span, lead, _head_end(text, span, first) if lead else span.start))
    return found


def _frame_of(span: Span, cues: CueIndex, heading: bool) -> str:
    """What a line makes of the list under it; of a heading counts what it says last, not the sympathy before."""
    if not heading:
        return "directive" if cues.any("directive", span.start, span.end) else ""
    start = max((s.start for s in cues.sentences if span.start <= s.start < span.end), default=span.start)
    if cues.any("avoid", start, span.end):
        return "avoid"
    # "I know you are tired, but here are some ideas:"
    advised = (
        b.start for b in cues.within("clause_break", start, span.end) if cues.any("directive", b.start, span.end)
    )
    start = max(advised, default=start)
    return "mention" if cues.any("mention", start, span.end) else "directive"


def _head_end(text: str, span: Span, first: Span) -> int:
    """Where the head of a list item ends: at its colon, dash or closing bold, else with its `first` sentence."""
    end = _HEAD_END.search(text, span.start + 2, span.end)
    if end and end.start() - span.start <= _HEAD_LIMIT:
        return int(end.start())
    return min(first.end, span.end)
