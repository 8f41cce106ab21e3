"""Reads a reply sentence by sentence: which letters are the language's own, and which stretches are faults."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import regex

from langbias.checks.fidelity.decoder import pivot_words
from langbias.checks.fidelity.foreign import ROMANISED, Fault, Place, judge
from langbias.checks.fidelity.lexicon import Lexicon
from langbias.checks.fidelity.sentences import Opinion, opinion
from langbias.checks.fidelity.tokens import Prose, Run, Token, letters_of, runs_of, tokens_of
from langbias.detection import Detector
from langbias.text import script_counts, sentences
from langbias.types import Span

_COLON = regex.compile(r"(?:\s?\p{Nd}{1,3})?[*_\"”»)\]]{0,4}\s{0,2}[:：]")
# The label of a line, with its colon.
_LABEL = regex.compile(r"[^:：\n]{1,60}[:：](?=[\s*_])")
_OPENING = regex.compile(r"[*_\"”»]{0,4}\s?[(（]")
# What follows a name when it is a resource: a number, an address (blanked out by now), a bracket.
_RESOURCE = regex.compile(r"[*_\"”»)\]]{0,4}\s{0,3}[:：–—-]?[\s*_]{0,6}(?:[(（+]?\p{Nd}(?:[\s()-]?\p{Nd}){2}|\s{6})")
# A gloss follows what it explains by no more characters than this.
_GLOSS_REACH = 300
# A stretch is a sentence's fault, not a phrase's, from this share of its letters on.
_MOST = 0.8
_REPLY = 0.9
_PHRASE_WORDS = 2
# Up to so many words a reply in a shared script is decided by known words and letters only, never by votes against it.
SHORT_WORDS = 3


@dataclass(frozen=True, slots=True)
class Hit:
    """A faulty stretch of the reply (in the normalised text); `words` and `letters` count what is foreign in it."""

    span: Span
    kind: str
    found: str
    words: int
    letters: int


@dataclass(slots=True)
class Reading:
    """What was read: hits in order, letters per language ("und" where nothing decides), own words and where they stand.

    `lead` is how far the expected language leads its neighbours over the whole reply (log odds), 0.0 if not by votes.
    """

    hits: list[Hit] = field(default_factory=list)
    letters: Counter[str] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    own_words: list[str] = field(default_factory=list)
    own_tokens: list[Token] = field(default_factory=list)
    doubtful: int = 0
    lead: float = 0.0


@dataclass(frozen=True, slots=True)
class _Sentence:
    span: Span
    tokens: tuple[Token, ...]
    own: tuple[Token, ...]


def read(prose: Prose, lexicon: Lexicon, asked: str, extra: Detector | None) -> Reading:
    """Read the whole reply. `asked` holds the user's own words, folded, spaces at both ends."""
    reading = Reading()
    parts = []
    for span in sentences(prose.text):
        tokens = tuple(tokens_of(prose, lexicon, span))
        if tokens:
            parts.append(_Sentence(span, tokens, tuple(t for t in tokens if t.kind == "own")))
    own_text = [_words(prose, part.own) for part in parts]
    whole = opinion([word for words in own_text for word in words], lexicon, extra=extra)
    reading.lead = whole.lead
    leaning = whole.language if whole.language != lexicon.tag and whole.sure else None
    alone = not any(own_text) and not lexicon.latin
    lone = len(parts) == 1 or lexicon.count_words([word for words in own_text for word in words]) <= SHORT_WORDS
    settled = whole.language == lexicon.tag
    for part, own_words in zip(parts, own_text, strict=True):
        own = opinion(own_words, lexicon, leaning, extra, lone)
        if not own.sure and settled:  # a few words that no one can place, inside a reply in the right language
            own = Opinion(lexicon.tag, True)
        _read_sentence(reading, part, own_words, own, prose, lexicon, asked, alone)
    return reading


def _words(prose: Prose, tokens: tuple[Token, ...] | list[Token]) -> list[str]:
    return [prose.text[token.start : token.end] for token in tokens]


def _read_sentence(
    reading: Reading,
    part: _Sentence,
    own_words: list[str],
    own: Opinion,
    prose: Prose,
    lexicon: Lexicon,
    asked: str,
    alone: bool,
) -> None:
    tokens = list(part.tokens)
    if own.language not in (lexicon.tag, lexicon.pivot.tag) and own_words:
        reading.scripts.update(script_counts("".join(own_words)))
        _read_foreign_sentence(reading, part, own.language, own.sure)
        return
    if lexicon.latin:
        label = _LABEL.match(prose.text, part.span.start, part.span.end)
        in_label = sum(token.end <= label.end() for token in part.own) if label else 0
        tokens = _split_pivot(tokens, own_words, in_label, own.language == lexicon.pivot.tag, lexicon)
    faults, spared = _faults(tokens, part.span, prose, lexicon, asked, alone)
    kept = [token for token in tokens if token.kind == "own"]
    reading.own_words += _words(prose, kept)
    reading.own_tokens += kept
    reading.letters[lexicon.tag] += letters_of(kept)
    reading.scripts.update(script_counts("".join(_words(prose, kept))))
    total = letters_of(tokens) - spared
    for hit in faults:
        reading.letters[hit.found] += hit.letters
        reading.scripts.update(script_counts(prose.text[hit.span.start : hit.span.end]))
        reading.hits.append(_graded(hit, total))


def _read_foreign_sentence(reading: Reading, part: _Sentence, found: str, sure: bool) -> None:
    letters = letters_of(part.tokens)
    if not sure:
        reading.doubtful += letters
        reading.letters["und"] += letters
        return
    reading.letters[found] += letters
    span = Span(part.tokens[0].start, part.tokens[-1].end)
    reading.hits.append(Hit(span, "other-language-sentence", found, len(part.tokens), letters))


def _split_pivot(
    tokens: list[Token], own_words: list[str], in_label: int, voted: bool, lexicon: Lexicon
) -> list[Token]:
    """Tokens of the own script with those of the pivot language marked `latin`; a label is read apart from the rest."""
    if lexicon.tag == lexicon.pivot.tag:
        return tokens
    if lexicon.decodes:
        pivot = pivot_words(own_words[:in_label], lexicon) + pivot_words(own_words[in_label:], lexicon)
    else:
        pivot = [voted] * len(own_words)
    flags = iter(pivot)
    return [token._replace(kind="latin") if token.kind == "own" and next(flags) else token for token in tokens]


def _faults(
    tokens: list[Token], sentence: Span, prose: Prose, lexicon: Lexicon, asked: str, alone: bool
) -> tuple[list[Hit], int]:
    """The faulty runs of a sentence, those with only spared words between them as one; and the letters spared."""
    hits: list[Hit] = []
    spared = 0
    last_end = -1
    own_ends = [token.end for token in tokens if token.kind == "own"]
    for run in runs_of(prose, tokens):
        fault = judge(run, _place(run, tokens, sentence, prose, lexicon, alone), prose, lexicon, asked)
        letters = letters_of(run.tokens)
        if fault is None:
            spared += letters
            continue
        broken = any(last_end < end <= run.start for end in own_ends)
        if hits and not broken and _same(hits[-1], fault):
            hits[-1] = _joined(hits[-1], run, letters)
        else:
            hits.append(Hit(Span(run.start, run.end), fault.kind, fault.found, len(run.tokens), letters))
        last_end = run.end
    return hits, spared


def _same(hit: Hit, fault: Fault) -> bool:
    return hit.found == fault.found and "other-script" not in (hit.kind, fault.kind)


def _joined(hit: Hit, run: Run, letters: int) -> Hit:
    kind = "romanised" if hit.kind == "romanised" else "other-language"
    return Hit(Span(hit.span.start, run.end), kind, hit.found, hit.words + len(run.tokens), hit.letters + letters)


def _place(run: Run, tokens: list[Token], sentence: Span, prose: Prose, lexicon: Lexicon, alone: bool) -> Place:
    first = run.tokens[0] is tokens[0]
    after = prose.text[run.end : min(sentence.end, run.end + 16)]
    return Place(
        first=first,
        last=run.tokens[-1] is tokens[-1],
        colon=bool(_COLON.match(after)),
        resource=bool(_RESOURCE.match(after)) and bool(after.strip(" *_")),
        after_own=run.bracketed and _after_own(run, prose, lexicon),
        alone=alone,
        glossed=_glossed(run, tokens, prose),
    )


def _after_own(run: Run, prose: Prose, lexicon: Lexicon) -> bool:
    """Whether a word of the own script stands shortly before the run on its line."""
    reach = max(0, run.start - _GLOSS_REACH)
    start = max(reach, prose.text.rfind("\n", reach, run.start) + 1)
    return any(found.lastgroup == "own" for found in lexicon.token.finditer(prose.text, start, run.start))


def _glossed(run: Run, tokens: list[Token], prose: Prose) -> bool:
    """Whether a bracket follows that begins with a word of the language itself, and the run stands on its own."""
    attached = run.start > 0 and prose.text[run.start - 1].isalpha()
    if attached or not _OPENING.match(prose.text, run.end):
        return False
    after = next((token for token in tokens if token.start >= run.end), None)
    return after is not None and after.kind == "own"


def _graded(hit: Hit, total: int) -> Hit:
    """An `other-language` hit by its size: word, phrase or sentence; other kinds as they are."""
    if hit.kind != "other-language":
        return hit
    if hit.words > _PHRASE_WORDS and hit.letters >= _MOST * total:
        kind = "other-language-sentence"
    else:
        kind = "other-language-phrase" if hit.words >= _PHRASE_WORDS else "other-language-word"
    return Hit(hit.span, kind, hit.found, hit.words, hit.letters)


def whole_reply(reading: Reading, lexicon: Lexicon) -> list[Hit]:
    """The hits, drawn together into one where nearly the whole reply is in one other language."""
    judged = sum(reading.letters.values())
    by_language: Counter[str] = Counter()
    for hit in reading.hits:
        by_language[hit.found] += hit.letters
    if not by_language:
        return reading.hits
    found, letters = by_language.most_common(1)[0]
    if letters < _REPLY * judged or reading.letters[lexicon.tag] > (1 - _REPLY) * judged:
        return reading.hits
    span = Span(reading.hits[0].span.start, reading.hits[-1].span.end)
    kind = "romanised" if found == ROMANISED else "other-language-reply"
    return [Hit(span, kind, found, sum(hit.words for hit in reading.hits), letters)]
