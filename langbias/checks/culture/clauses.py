"""How a reply is cut for judging advice: lines under a heading, sentences in a line, clauses in a sentence."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import regex

from langbias.checks.culture.patterns import spans_of
from langbias.packs.culture import Cues
from langbias.text import lines, sentences
from langbias.types import Span

_ITEM = regex.compile(r"[ \t>]*(?:[-*+•‣▪◦·–—][ \t]|\(?[\p{Nd}]{1,2}[.)][ \t]|[\p{Nd}]️?⃣|\p{So})")
_HEADING = regex.compile(r"[ \t>]*(?:#{1,6}[ \t]|\*\*[^*\n]{1,80}\*\*:?[ \t]*(?:\n|\Z))")
_HEAD_END = regex.compile(r"[:：]|\*\*|[ \t][–—-][ \t]")
_ALWAYS_BREAK = (r"[;؛；]", r"[ \t][–—][ \t]", r"—")
# A colon or dash farther from the start than this does not end the head of a list item.
_HEAD_LIMIT = 120

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
    """All cue matches of a folded reply, by name, and the clauses of the reply, cut once on first use."""

    __slots__ = ("_clauses", "_spans", "_starts", "_text")

    def __init__(self, cues: Cues, text: str) -> None:
        self._text = text
        self._clauses: list[Clause] | None = None
        self._spans = {name: spans_of(getattr(cues, name), text) for name in CUES}
        self._starts = {name: [span.start for span in spans] for name, spans in self._spans.items()}

    @property
    def clauses(self) -> list[Clause]:
        """Clauses of the reply, in order."""
        if self._clauses is None:
            self._clauses = _clauses_of(self._text, self)
        return self._clauses

    def within(self, name: str, start: int, end: int) -> list[Span]:
        """Matches of cue `name` that begin in [start, end)."""
        starts = self._starts[name]
        return self._spans[name][bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]

    def any(self, name: str, start: int, end: int) -> bool:
        """Whether cue `name` begins in [start, end)."""
        return bool(self.within(name, start, end))

    def all(self, name: str) -> list[Span]:
        """Every match of cue `name`."""
        return self._spans[name]


def _clauses_of(text: str, cues: CueIndex) -> list[Clause]:
    """Clauses of the folded reply `text`, in order."""
    breaks = sorted({span.start for span in (*spans_of(_ALWAYS_BREAK, text), *cues.all("clause_break"))})
    whole = sentences(text)
    leads = _leads(text, lines(text), whole, cues)
    starts = [lead.span.start for lead in leads]
    found: list[Clause] = []
    for sentence in whole:
        line = leads[max(bisect_right(starts, sentence.start) - 1, 0)]
        question = text[sentence.start : sentence.end].rstrip("\"'”»)* ")[-1:] in ("?", "؟", "？")
        cuts = [at for at in breaks[bisect_right(breaks, sentence.start) :] if at < sentence.end] if breaks else []
        for start, end in zip([sentence.start, *cuts], [*cuts, sentence.end], strict=True):
            if end > start:
                found.append(Clause(start, end, sentence, question, line.lead, line.head_end))
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    lead: str
    head_end: int


def _leads(text: str, spans: list[Span], whole: list[Span], cues: CueIndex) -> list[_Line]:
    """Each line with the frame it inherits: list items take it from the last line that is no item."""
    found = []
    above = ""
    firsts = [sentence.start for sentence in whole]
    for span in spans:
        begin = text.rfind("\n", 0, span.start) + 1
        item = bool(_ITEM.match(text, begin))
        heading = bool(_HEADING.match(text, begin)) or text[span.start : span.end].rstrip("* _")[-1:] in (":", "：")
        if item:
            bold_head = text[begin : span.start].endswith("**") or text[span.start : span.start + 2] == "**"
            lead = above or ("directive" if bold_head else "")
            at = bisect_right(firsts, span.start - 1)
            first = whole[at] if at < len(whole) else span
            found.append(_Line(span, lead, _head_end(text, span, first) if lead else span.start))
            continue
        above = _frame_of(span, cues, heading)
        found.append(_Line(span, "", span.start))
    return found


def _frame_of(span: Span, cues: CueIndex, heading: bool) -> str:
    """What a line makes of the list under it."""
    if not heading:
        return "directive" if cues.any("directive", span.start, span.end) else ""
    if cues.any("avoid", span.start, span.end):
        return "avoid"
    return "mention" if cues.any("mention", span.start, span.end) else "directive"


def _head_end(text: str, span: Span, first: Span) -> int:
    """Where the head of a list item ends: at its colon, dash or closing bold, else with its `first` sentence."""
    end = _HEAD_END.search(text, span.start + 2, span.end)
    if end and end.start() - span.start <= _HEAD_LIMIT:
        return int(end.start())
    return min(first.end, span.end)
