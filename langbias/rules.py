"""Compile and run one rule of the closed set of kinds, and prove a rule on its own examples. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import regex

from langbias.errors import InvalidDataError
from langbias.needed import needed
from langbias.packs.rule import Rule, TokenPattern
from langbias.types import Span, Token

# One search may not take longer than this, whatever the pattern and the reply (both may be hostile).
TIME_LIMIT_S = 2.0
# The longest text one rule looks at; a reply beyond it is cut, and the check says so.
LENGTH_LIMIT = 200_000

Analyse = Callable[[str], tuple[Token, ...]]
# What a word is made of.
LETTER = r"[\p{L}\p{M}\p{Nd}\u200c\u200d_]"


def bounded(pattern: str, boundary: str) -> str:
    """`pattern` held to word borders: `start`, `word` (both sides) or `none`. Marks and ZWNJ belong to words."""
    before = rf"(?<!{LETTER})" if boundary in ("start", "word") else ""
    after = rf"(?!{LETTER})" if boundary == "word" else ""
    return f"{before}(?:{pattern}){after}"


@lru_cache(maxsize=4096)
def pattern_of(alternatives: tuple[str, ...], *, literal: bool, boundary: str, ignore_case: bool) -> regex.Pattern[str]:
    """One compiled pattern for all alternatives (longest literal first). Raises regex.error on a bad pattern."""
    if literal:
        parts = [regex.escape(words, literal_spaces=True) for words in sorted(alternatives, key=len, reverse=True)]
    else:
        parts = [f"(?:{part})" for part in alternatives]
    flags = regex.VERSION1 | (regex.IGNORECASE if ignore_case else 0)
    return regex.compile(bounded("|".join(parts), boundary), flags)


def find_all(pattern: regex.Pattern[str], text: str) -> list[Span]:
    """Non-empty matches of `pattern` in `text` (cut to LENGTH_LIMIT). Raises TimeoutError over TIME_LIMIT_S."""
    found = pattern.finditer(text, 0, min(len(text), LENGTH_LIMIT), timeout=TIME_LIMIT_S)
    return [Span(*match.span()) for match in found if match.end() > match.start()]


@lru_cache(maxsize=8)
def _lowered(text: str) -> str:
    return text.lower()


def pieces_of(alternatives: tuple[str, ...], *, literal: bool, ignore_case: bool) -> tuple[str, ...]:
    """Substrings of which every match of some alternative holds one; empty where that is not known."""
    found: set[str] = set()
    for words in alternatives:
        pieces = frozenset({words}) if literal else needed(words)
        if pieces is None:
            return ()
        found |= pieces
    # A piece that holds a shorter one is found by the shorter.
    lowered = {piece.lower() for piece in found} if ignore_case else found
    least = (one for one in lowered if not any(other != one and other in one for other in lowered))
    return tuple(sorted(least))


def may_match(pieces: tuple[str, ...], text: str, *, ignore_case: bool) -> bool:
    """Whether a pattern with these `pieces` can match `text` at all: a cheap question before the search."""
    if not pieces:
        return True
    text = _lowered(text) if ignore_case else text
    return any(piece in text for piece in pieces)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to run: `find(text, analyse)` gives the spans it hits. `analyse` is needed by `morph` only."""

    id: str
    rule: Rule
    find: Callable[[str, Analyse | None], list[Span]]


@lru_cache(maxsize=4096)
def compile_rule(full_id: str, rule: Rule) -> CompiledRule:
    """Compile `rule`. Raises InvalidDataError naming the rule when a pattern or field is wrong."""
    try:
        return CompiledRule(full_id, rule, _KINDS[rule.kind](rule))
    except (regex.error, ValueError) as problem:
        raise InvalidDataError(f"rule {full_id}: {problem}; mend the pattern") from problem


def _phrase_or_regex(rule: Rule) -> Callable[[str, Analyse | None], list[Span]]:
    literal = rule.kind == "phrase"
    if not rule.any:
        raise ValueError("field `any` is empty")
    wanted = pattern_of(rule.any, literal=literal, boundary=rule.boundary, ignore_case=rule.ignore_case)
    spared = (
        pattern_of(rule.unless, literal=literal, boundary="none", ignore_case=rule.ignore_case) if rule.unless else None
    )
    pieces = pieces_of(rule.any, literal=literal, ignore_case=rule.ignore_case)

    def find(text: str, _: Analyse | None) -> list[Span]:
        if not may_match(pieces, text, ignore_case=rule.ignore_case):
            return []
        hits = find_all(wanted, text)
        return _outside(hits, find_all(spared, text)) if hits and spared else hits

    return find


def _outside(hits: list[Span], spared: list[Span]) -> list[Span]:
    return [hit for hit in hits if not any(s.start <= hit.start and hit.end <= s.end for s in spared)]


def _mix(rule: Rule) -> Callable[[str, Analyse | None], list[Span]]:
    if not rule.any or not rule.other:
        raise ValueError("kind `mix` needs both `any` and `other`")
    first, second = (
        pattern_of(part, literal=False, boundary=rule.boundary, ignore_case=rule.ignore_case)
        for part in (rule.any, rule.other)
    )

    def find(text: str, _: Analyse | None) -> list[Span]:
        ones, others = find_all(first, text), find_all(second, text)
        # The rarer side is the slip; it is what the finding shows.
        return min((ones, others), key=len) if ones and others else []

    return find


def _count(rule: Rule) -> Callable[[str, Analyse | None], list[Span]]:
    if not rule.any:
        raise ValueError("field `any` is empty")
    wanted = pattern_of(rule.any, literal=False, boundary=rule.boundary, ignore_case=rule.ignore_case)

    def find(text: str, _: Analyse | None) -> list[Span]:
        hits = find_all(wanted, text)
        return hits if len(hits) >= rule.at_least else []

    return find


def _script(rule: Rule) -> Callable[[str, Analyse | None], list[Span]]:
    if not rule.any:
        raise ValueError("field `any` is empty")
    wanted = regex.compile("[" + "".join(rule.any) + "]+")
    return lambda text, _: find_all(wanted, text)


def _morph(rule: Rule) -> Callable[[str, Analyse | None], list[Span]]:
    if not rule.tokens:
        raise ValueError("kind `morph` needs `tokens`")
    spared = pattern_of(rule.unless, literal=False, boundary="none", ignore_case=False) if rule.unless else None

    def find(text: str, analyse: Analyse | None) -> list[Span]:
        if analyse is None:
            return []
        tokens = analyse(text[:LENGTH_LIMIT])
        hits = []
        for at in range(len(tokens)):
            end = _sequence(rule.tokens, tokens, at)
            if end > at:
                hits.append(Span(tokens[at].start, tokens[end - 1].end))
        return _outside(hits, find_all(spared, text)) if hits and spared else hits

    return find


def _sequence(wanted: tuple[TokenPattern, ...], tokens: tuple[Token, ...], at: int) -> int:
    """End of the match of `wanted` that begins at token `at`, or `at` when there is none."""
    here = at
    for part in wanted:
        if here < len(tokens) and _fits(part, tokens[here]):
            here += 1
        elif not part.optional:
            return at
    return here


def _fits(part: TokenPattern, token: Token) -> bool:
    return (
        (not part.form or token.form in part.form)
        and (not part.lemma or token.lemma in part.lemma)
        and (not part.tag or token.tag.startswith(part.tag))
    )


_KINDS: dict[str, Callable[[Rule], Callable[[str, Analyse | None], list[Span]]]] = {
    "phrase": _phrase_or_regex,
    "regex": _phrase_or_regex,
    "morph": _morph,
    "mix": _mix,
    "count": _count,
    "script": _script,
}


def self_test(full_id: str, rule: Rule, analyse: Analyse | None) -> list[str]:
    """What is wrong with a rule by its own examples and metadata; an empty list when nothing is.

    Checked: at least two examples each way, a near miss among must_not_match, each example, no alternative that no
    example reaches, a source, the time limit on a hostile text.
    """
    problems = _metadata_problems(rule)
    try:
        compiled = compile_rule(full_id, rule)
        problems += [
            f"must_match not matched: {text!r}" for text in rule.must_match if not compiled.find(text, analyse)
        ]
        problems += [
            f"must_not_match matched: {text!r}" for text in rule.must_not_match if compiled.find(text, analyse)
        ]
        problems += _dead_alternatives(rule)
        compiled.find("a" * 5000 + " ".join(rule.must_match) * 20, None)
    except TimeoutError:
        problems.append(f"a pattern takes longer than {TIME_LIMIT_S} s on a hostile text")
    except InvalidDataError as problem:
        problems.append(str(problem))
    return [f"{full_id}: {problem}" for problem in problems]


def _metadata_problems(rule: Rule) -> list[str]:
    problems = []
    for name, examples in (("must_match", rule.must_match), ("must_not_match", rule.must_not_match)):
        if len(examples) < 2:
            problems.append(f"{name} has fewer than two examples")
    if not rule.source.strip():
        problems.append("source is empty")
    if not _near_miss(rule.must_match, rule.must_not_match):
        problems.append("no must_not_match is a near miss (shares three letters in a row with a must_match)")
    return problems


def _near_miss(hits: Iterable[str], misses: Iterable[str]) -> bool:
    """Whether some miss shares a run of three letters (two for syllabic and Han scripts) with some hit."""
    grams = {
        text[i : i + 2] for text in hits for i in range(len(text) - 1) if text[i : i + 2].strip() == text[i : i + 2]
    }
    return any(text[i : i + 2] in grams for text in misses for i in range(len(text) - 1))


def _dead_alternatives(rule: Rule) -> list[str]:
    """Alternatives of `any` (and `other`) that no must_match reaches: a misspelt one would never fire."""
    if rule.kind in ("script", "morph"):
        return []
    literal = rule.kind == "phrase"
    dead = []
    for words in (*rule.any, *rule.other):
        alone = pattern_of((words,), literal=literal, boundary=rule.boundary, ignore_case=rule.ignore_case)
        if not any(find_all(alone, text) for text in rule.must_match):
            dead.append(f"alternative {words!r} is reached by no must_match")
    return dead
