"""The politeness level that the end of a sentence shows."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import regex

from langbias import rules
from langbias.checks.honorifics.markers import Analyse, Hit
from langbias.checks.honorifics.prose import Prose
from langbias.packs.honorifics import Ending, HonorificsFile, Level
from langbias.types import Span, Token

# The punctuation that patterns of endings may ask for.
_MARKS = ".!?~…,"


def find_levels(prose: Prose, pack: HonorificsFile, analyse: Analyse | None) -> list[Hit]:
    """One hit for every sentence ending whose level the pack knows, in order."""
    if not pack.level:
        return []
    if pack.analyser == "table":
        return _by_surface(prose, pack)
    if analyse is None:
        return []
    return _by_morphemes(prose, analyse(prose.text), pack)


def _by_surface(prose: Prose, pack: HonorificsFile) -> list[Hit]:
    hits = []
    for sentence in prose.sentences:
        for part in _statements(prose.text, sentence.span, pack.ending.breaks):
            hit = _surface_hit(prose.text[part.start : part.end], part.start, pack)
            hits += [hit] if hit else []
    return hits


def _statements(text: str, sentence: Span, breaks: tuple[str, ...]) -> list[Span]:
    """The statements of a sentence: it is cut after question and exclamation marks, and where a break stands."""
    cuts = [sentence.start]
    for cut in _break_pattern(breaks).finditer(text, sentence.start, sentence.end, timeout=rules.TIME_LIMIT_S):
        cuts.append(cut.end())
    cuts.append(sentence.end)
    return [Span(start, end) for start, end in pairwise(cuts) if end > start]


@lru_cache(maxsize=64)
def _break_pattern(breaks: tuple[str, ...]) -> regex.Pattern[str]:
    # Question and exclamation marks close a statement also where no space follows, as in Japanese chat.
    return regex.compile("|".join(["[?!？！]+", *breaks]))


def _surface_hit(words: str, start: int, pack: HonorificsFile) -> Hit | None:
    for level in pack.level:
        found = _surface_pattern(level.endings, pack.ending.trail).search(words, timeout=rules.TIME_LIMIT_S)
        if found:
            return _hit(level, Span(start + found.start(), start + found.end()))
    return None


@lru_cache(maxsize=256)
def _surface_pattern(endings: tuple[str, ...], trail: tuple[str, ...]) -> regex.Pattern[str]:
    after = "|".join([r"[^\p{L}\p{M}\p{Nd}]", *(regex.escape(sign) for sign in trail)])
    return regex.compile("(?:" + "|".join(f"(?:{ending})" for ending in endings) + rf")(?=(?:{after})*$)")


@lru_cache(maxsize=256)
def _ending_pattern(endings: tuple[str, ...]) -> regex.Pattern[str]:
    return regex.compile("|".join(f"(?:{ending})" for ending in endings))


def _by_morphemes(prose: Prose, tokens: tuple[Token, ...], pack: HonorificsFile) -> list[Hit]:
    hits = []
    for group in _per_sentence(prose, tokens):
        endings = _endings(group, pack.ending)
        for ending, span in endings:
            level = _level_of(ending, pack)
            if level is not None:
                # Before a comma a familiar ending is said to oneself ("so it is, ..."); the last one is to the reader.
                aside = level.address == "T" and ending.endswith(",") and span != endings[-1][1]
                hits.append(replace(_hit(level, span), weak=True) if aside else _hit(level, span))
    return hits


def _per_sentence(prose: Prose, tokens: tuple[Token, ...]) -> list[list[Token]]:
    groups: dict[int, list[Token]] = {}
    for token in tokens:
        at = prose.sentence_at(token.start)
        if at is not None:
            groups.setdefault(at, []).append(token)
    return [groups[at] for at in sorted(groups)]


def _endings(tokens: list[Token], shape: Ending) -> list[tuple[str, Span]]:
    """Endings of one sentence as (morphemes with closing punctuation, span)."""
    found: list[tuple[str, Span]] = []
    tokens = _without_addressee(tokens, shape)
    last = max((i for i, token in enumerate(tokens) if token.tag not in shape.punctuation), default=-1)
    for at, token in enumerate(tokens[: last + 1]):
        end = at
        while end < last and tokens[end + 1].form in shape.particle:
            end += 1
        after = tokens[end + 1] if end + 1 < len(tokens) else None
        form = "".join(part.form for part in tokens[at : end + 1])
        bare_particle = at == last and token.form in shape.particle and not found
        embedded = after is not None and after.tag in shape.embedded
        if not bare_particle and (embedded or not _closes(token, form, end == last, after, shape)):
            continue
        first = at
        while first > 0 and tokens[first - 1].tag in shape.before:
            first -= 1
        mark = after.form[0] if after and after.form[0] in _MARKS else ""
        before = "".join(part.form for part in tokens[first:at])
        found.append((before + form + mark, Span(tokens[first].start, tokens[end].end)))
    return found


# A name called at the end of a sentence is short: "my dear friend".
_ADDRESSEE_LENGTH = 3


def _without_addressee(tokens: list[Token], shape: Ending) -> list[Token]:
    """`tokens` without a name that is called after the last ending ("welcome, friend!")."""
    end = len(tokens)
    while end > 0 and tokens[end - 1].tag in shape.punctuation:
        end -= 1
    start = end
    while start > 0 and end - start < _ADDRESSEE_LENGTH and tokens[start - 1].tag in shape.addressee:
        start -= 1
    before = start
    while before > 0 and tokens[before - 1].tag in shape.punctuation:
        before -= 1
    if start == end or before == 0:
        return tokens
    token, pause = tokens[before - 1], before < start
    called = token.tag in shape.final or (
        pause and token.tag in shape.open and bool(shape.last and _ending_pattern(shape.last).fullmatch(token.form))
    )
    return tokens[:start] + tokens[end:] if called else tokens


def _closes(token: Token, form: str, is_last: bool, after: Token | None, shape: Ending) -> bool:
    """Whether `token`, `form` with its particles, closes a sentence; `after` is the token that follows."""
    if token.tag not in shape.final and token.tag not in shape.open:
        return False
    if shape.closing and _ending_pattern(shape.closing).fullmatch(form):
        return True
    if token.tag in shape.final:
        return after is None or after.tag in shape.punctuation
    if after is None:
        return bool(shape.last and _ending_pattern(shape.last).fullmatch(form))
    return is_last


@lru_cache(maxsize=20_000)
def _level_of(ending: str, pack: HonorificsFile) -> Level | None:
    return next((level for level in pack.level if _ending_pattern(level.endings).fullmatch(ending)), None)


def _hit(level: Level, span: Span) -> Hit:
    # An ending that neither speaks to anybody nor has a name (a noun, a note) is no level.
    name = level.level or ("" if level.address == "none" else level.id)
    return Hit(span, level.address, level.id, name, weak=level.weak)
