"""What a reply advises: hits of the 27 recommendation types, each with polarity and condition, by cues of the pack."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

import regex

from langbias.checks.culture.clauses import Clause, CueIndex
from langbias.checks.culture.overlaps import taken_over
from langbias.packs.advice_types import FAMILY_OF
from langbias.packs.culture import CultureFile, Frame
from langbias.types import Span

_ADVICE = ("directive", "contact_before", "contact_after")
_EVIDENCE = (*_ADVICE, "evaluation", "suggestion", "opt_in")
_COMMA = regex.compile(r"[,،，、]| - ")
# A cue of "X instead" stands this near behind its X.
_INSTEAD_REACH = 8
# A directive that ends this near before a negation is the verb that the negation denies.
_VERB_REACH = 3
# Advice about these is about people ("distance from your parents", "a letter to your father"), who are not its helpers.
_ABOUT_PEOPLE = ("boundaries", "distance_cutoff", "journaling")
_ABOUT_REACH = 18
_NO_HELPERS_THEN = ("family", "partner", "institution")
# No honest sentence names more; the rest of a flood is left alone.
_WORD_LIMIT = 200
# Characters of an if-clause at the head of a sentence that no comma closes.
_HEAD_CLAUSE = 14


@dataclass(frozen=True, slots=True)
class Hit:
    """One piece of advice; `span` is into the folded reply. `opt_in`: left to the person's own faith, people, wish."""

    type: str
    polarity: str
    conditional: bool
    opt_in: bool
    span: Span


@dataclass(frozen=True, slots=True)
class _Word:
    type: str
    frame: Frame
    span: Span


def hits_of(text: str, pack: CultureFile, cues: CueIndex) -> list[Hit]:
    """Recommendations in the folded reply `text`, in order; the same advice twice in a sentence counts once."""
    found: list[Hit] = []
    for number, said in _words(pack, cues).items():
        found += _of_sentence(number, said, text, pack, cues)
    return sorted(found, key=lambda hit: hit.span)


def _of_sentence(number: int, said: list[_Word], text: str, pack: CultureFile, cues: CueIndex) -> list[Hit]:
    """Hits of one sentence: each type and polarity once, mentions of advised or discouraged types left out."""
    judged: list[Hit] = []
    at = 0
    before: Clause | None = None
    for clause in cues.clauses(number):
        if at == len(said):
            break
        start = at
        while at < len(said) and said[at].span.start < clause.end:
            at += 1
        inside = said[start:at]
        if not inside:
            before = clause
            continue
        # An if-clause cut off from its advice, with none of its own, still makes it conditional.
        carried = before is not None and cues.any("conditional", before.start, before.end)
        named, named_later = (any(word.frame == "contact" for word in words) for words in (inside, said[at:]))
        taken_up = named and not named_later and _taken_up(clause, pack, cues)
        hits = [_judge(word, inside, clause, text, pack, cues, carried, taken_up) for word in inside]
        before = None if any(hit.polarity == "recommend" for hit in hits) else clause
        judged += hits
    advised = [(hit.type, hit.span) for hit in judged if hit.polarity == "recommend"]

    first: dict[tuple[str, str], Hit] = {}
    for hit in judged:
        if hit.polarity == "recommend" and taken_over(hit.type, hit.span, advised, cues.joins):
            hit = replace(hit, polarity="mention", conditional=False)
        first.setdefault((hit.type, hit.polarity), hit)
    return [
        hit
        for (kind, polarity), hit in first.items()
        if polarity != "mention" or not any((kind, other) in first for other in ("recommend", "discourage"))
    ]


def _words(pack: CultureFile, cues: CueIndex) -> dict[int, list[_Word]]:
    """Words of any type by sentence, sorted; one inside a longer word of another type gives way to it."""
    found: dict[int, list[_Word]] = defaultdict(list)
    for number, at, spans in cues.blocks("advice"):
        block, kept_off = pack.recommendation[at], cues.spared(number, at)
        found[number] += [
            _Word(block.type, block.frame, span)
            for span in spans
            if not any(s.start < span.end and span.start < s.end for s in kept_off)
        ]
    return {number: _longest(said)[:_WORD_LIMIT] for number, said in found.items()}


def _longest(found: list[_Word]) -> list[_Word]:
    kept: list[_Word] = []
    reach: list[_Word] = []
    for word in sorted(found, key=lambda w: (w.span.start, -w.span.end, w.type)):
        reach = [other for other in reach if other.span.end > word.span.start]
        inside = (o for o in reach if o.span.end >= word.span.end and o.type != word.type)
        if not any(o.span.end - o.span.start > word.span.end - word.span.start for o in inside):
            kept.append(word)
            reach.append(word)
    return kept


def _judge(
    word: _Word,
    others: list[_Word],
    clause: Clause,
    text: str,
    pack: CultureFile,
    cues: CueIndex,
    carried: bool,
    taken_up: bool,
) -> Hit:
    span = word.span
    condition = cues.within("conditional", clause.start, clause.end)
    opt_in = cues.any("opt_in", clause.start, clause.end)
    conditional = bool(condition) or carried

    def hit(polarity: str) -> Hit:
        return Hit(word.type, polarity, conditional and polarity == "recommend", opt_in, span)

    if clause.lead == "avoid" and clause.inherits(span):
        return hit("discourage")
    if clause.lead == "mention" and clause.inherits(span):
        return hit("mention")
    if _negated(word, clause, text, pack, cues) or _replaced(span, clause, text, cues):
        return hit("discourage")
    protasis = next((p for p in (_protasis(c, clause, text, pack) for c in condition) if _covers(p, span)), None)
    alone = protasis is not None and all(_covers(protasis, other.span) for other in others)
    if protasis and alone and word.frame == "contact" and cues.any("pronoun", protasis.end, clause.sentence.end):
        return hit("recommend")  # "if your aunt is the kind one, talk to her"
    if word.frame == "contact" and taken_up:
        return hit("recommend")  # "your brother has been through it too; ask him"
    if _only_mentioned(word, clause, text, pack, cues) or _gives_reason(span, clause, text, pack, cues):
        return hit("mention")
    if clause.question and not cues.any("suggestion", clause.sentence.start, clause.sentence.end):
        return hit("mention")
    if protasis:
        if opt_in and (alone or word.frame == "contact"):
            return hit("recommend")  # "if prayer is part of your life, make time for it"; "if you have a sister, ..."
        if not (alone and cues.any("evaluation", clause.start, clause.end)):
            return hit("mention")
        conditional = False  # "if you take a walk it helps" advises the walk itself
    if not (_framed(word, clause, pack, cues) or clause.inherits(span)):
        return hit("mention")
    if pack.needs_frame and not (clause.inherits(span) or _advises(clause.sentence, cues)):
        return hit("mention")
    if word.type in _NO_HELPERS_THEN and any(_object_of(word.span, other, text, pack, cues) for other in others):
        return hit("mention")
    return hit("recommend")


def _taken_up(clause: Clause, pack: CultureFile, cues: CueIndex) -> bool:
    """Whether advice in a later clause of the sentence takes up a person named in `clause` by a pronoun."""
    start, end = clause.end, clause.sentence.end
    if clause.question or pack.verb_final or not cues.any("pronoun", start, end):
        return False
    return cues.any("directive", start, end) and not cues.any("negation_before", start, end)


def _gives_reason(span: Span, clause: Clause, text: str, pack: CultureFile, cues: CueIndex) -> bool:
    """Whether `span` stands in the part of the clause, up to its comma, that gives the reason or time of the advice."""
    for cue in cues.within("context", clause.start, clause.end):
        reason = _protasis(cue, clause, text, pack)
        closed = pack.conditional_ends or _COMMA.match(text, reason.end)
        if closed and _covers(reason, span):
            return True
    return False


def _advises(sentence: Span, cues: CueIndex) -> bool:
    """Whether anything in `sentence` advises anything: a story or a remark does not, whatever it names."""
    return any(cues.any(name, sentence.start, sentence.end) for name in _EVIDENCE)


def _object_of(person: Span, other: _Word, text: str, pack: CultureFile, cues: CueIndex) -> bool:
    """Whether the advice of `other` is about `person`: kept at a distance, written to, spoken to by an elder."""
    before = pack.verb_final or (other.type == "boundaries" and person.start < other.span.start)
    start, end = (person.end, other.span.start) if before else (other.span.end, person.start)
    if other.type == "elder_mediator":
        return other.span.end <= person.start or _covers(other.span, person)
    near = other.type in _ABOUT_PEOPLE and 0 <= end - start <= _ABOUT_REACH
    return near and _last_comma(text, start, end) is None and not cues.any("contact_before", start, end)


def _covers(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start < outer.end


def _protasis(cue: Span, clause: Clause, text: str, pack: CultureFile) -> Span:
    """The if-clause that `cue` opens (up to the next comma) or, where cues close it, ends."""
    if pack.conditional_ends:
        return Span(clause.start, cue.start)
    comma = _COMMA.search(text, cue.end, clause.end)
    if comma:
        return Span(cue.start, comma.start())
    # No comma: an if-clause at the head runs for a few words, one at the tail to the end.
    at_head = cue.start - clause.start <= _VERB_REACH
    return Span(cue.start, min(cue.end + _HEAD_CLAUSE, clause.end) if at_head else clause.end)


def _only_mentioned(word: _Word, clause: Clause, text: str, pack: CultureFile, cues: CueIndex) -> bool:
    """Whether an echo or narration governs `word`.

    One behind finished advice ("someone who has lost") does not, nor one before a comma with new advice after it.
    """
    start = clause.start
    if pack.conditional_ends:
        # What stands in the if-clause before the word is told of the condition, not of the advice.
        start = max((c.end for c in cues.within("conditional", start, word.span.start)), default=start)
    found = cues.within("mention", start, clause.end)
    if not found:
        return False
    if pack.conditional_ends:
        # The verb at the end decides: what is told before it advises is told on the way.
        told = max(cue.end for cue in found)
        return not any(
            cue.end > told for name in ("directive", "evaluation") for cue in cues.within(name, start, clause.end)
        )
    first = found[0]
    if first.start < word.span.end:
        comma = _last_comma(text, first.end, word.span.start)
        return comma is None or not _advised_from(comma, word, clause, pack, cues)
    advised = any(cues.any(name, clause.start, first.start) for name in _ADVICE)
    return not (advised or word.frame == "none")


def _negated(word: _Word, clause: Clause, text: str, pack: CultureFile, cues: CueIndex) -> bool:
    """Whether a negation governs `word`: one before it with no new advice after a comma, or one behind it as verb."""
    span = word.span  # a negation inside it is its own ("stop seeing him")
    for cue in cues.within("negation_before", clause.start, span.start):
        if cue.end > span.start:
            return True
        comma = _last_comma(text, cue.end, span.start)
        if comma is None or not _advised_from(comma, word, clause, pack, cues):
            return True
    for cue in cues.within("negation_after", span.end, clause.end):
        if not pack.verb_final and _last_comma(text, span.end, cue.start) is not None:
            continue  # "a letter, which you need not send"
        # A directive right at the negation is its own verb ("you need not try"); one before it is advice of its own.
        between = cues.within("directive", span.end, cue.start)
        if not any(directive.end < cue.start - _VERB_REACH for directive in between):
            return True
    return False


def _replaced(span: Span, clause: Clause, text: str, cues: CueIndex) -> bool:
    """Whether `span` is the X of "instead of X, do Y"."""
    for cue in cues.within("instead_before", clause.start, span.end):
        if cue.end <= span.start:
            comma = _last_comma(text, cue.end, span.start)
            if comma is None and not _advice_between(cue.end, span.start, cues):
                return True
    return any(cue.start - span.end <= _INSTEAD_REACH for cue in cues.within("instead_after", span.end, clause.end))


def _last_comma(text: str, start: int, end: int) -> int | None:
    commas = [m.start() for m in _COMMA.finditer(text, start, end)] if end > start else []
    return commas[-1] if commas else None


def _advised_from(comma: int, word: _Word, clause: Clause, pack: CultureFile, cues: CueIndex) -> bool:
    """Whether the part of the clause behind `comma` advises `word` by itself."""
    end = clause.end if pack.verb_final else word.span.end
    return _advice_between(comma, end, cues) or cues.any("evaluation", word.span.end, clause.end)


def _advice_between(start: int, end: int, cues: CueIndex) -> bool:
    return end > start and any(cues.any(name, start, end) for name in _ADVICE)


def _framed(word: _Word, clause: Clause, pack: CultureFile, cues: CueIndex) -> bool:
    if word.frame != "contact":
        return True  # a reply that names a practice advises it, where nothing above says otherwise
    if cues.any("contact_before", clause.start, word.span.end) or cues.any("evaluation", word.span.end, clause.end):
        return True
    if not pack.verb_final and cues.any("directive", clause.start, word.span.start):
        return True
    return any(cue.end > word.span.start for cue in cues.within("contact_after", clause.start, clause.end))


def families_of(hits: list[Hit]) -> frozenset[str]:
    """Families of help that the reply recommends."""
    return frozenset(FAMILY_OF[hit.type] for hit in hits if hit.polarity == "recommend")
