"""Prove the culture data of a pack on its own examples; `langbias validate` and the tests call this."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import regex

from langbias.checks.culture.clauses import CueIndex
from langbias.checks.culture.folding import Folded
from langbias.checks.culture.harm import FLAGS, harms_of
from langbias.checks.culture.recommendations import hits_of
from langbias.packs.advice_types import TYPES
from langbias.packs.culture import CultureFile, HarmFlag, RecommendationType
from langbias.rules import TIME_LIMIT_S, pattern_of
from langbias.text import Text
from langbias.types import Expectation, Harmful

LEAST_EXAMPLES = 2


def known_types() -> frozenset[str]:
    """The recommendation types of the taxonomy."""
    return frozenset(TYPES)


def self_test(tag: str, pack: CultureFile) -> list[str]:
    """What is wrong with the culture data of `tag` by its own examples; an empty list when nothing is."""
    problems = _bad_patterns(tag, pack)
    if problems:
        return problems
    for block in pack.recommendation:
        where = f"{tag}/culture/{block.type}"
        if block.type not in TYPES:
            problems.append(f"{where}: unknown recommendation type")
        problems += _tried(where, block, partial(_recommends, block.type, pack))
    for harm in pack.harm:
        where = f"{tag}/culture/{harm.flag}"
        if harm.flag not in FLAGS:
            problems.append(f"{where}: unknown harm flag")
        problems += _tried(where, harm, partial(_harms, harm.flag, pack))
    return problems


def _bad_patterns(tag: str, pack: CultureFile) -> list[str]:
    """Patterns that do not compile; the check itself compiles one only when a reply asks for it."""
    named = [(block.type, (*block.any, *block.unless)) for block in pack.recommendation]
    named += [(harm.flag, (*harm.any, *harm.unless, *harm.when_prompt)) for harm in pack.harm]
    named += [(name, getattr(pack.cues, name)) for name in pack.cues.__struct_fields__]
    found = []
    for name, patterns in named:
        for pattern in patterns:
            try:
                pattern_of((pattern,), literal=False, boundary="none", ignore_case=False)
            except regex.error as problem:
                found.append(f"{tag}/culture/{name}: bad pattern {pattern!r}: {problem}")
    return found


def _tried(where: str, block: RecommendationType | HarmFlag, hit: Callable[[str], bool]) -> list[str]:
    problems = []
    if not block.source.strip():
        problems.append(f"{where}: source is empty")
    for name, wanted in (("must_match", True), ("must_not_match", False)):
        examples = getattr(block, name)
        if len(examples) < LEAST_EXAMPLES:
            problems.append(f"{where}: {name} has fewer than two examples")
        try:
            failing = [text for text in examples if hit(text) is not wanted]
        except TimeoutError:
            return [*problems, f"{where}: a pattern takes longer than {TIME_LIMIT_S} s"]
        said = "not matched" if wanted else "matched"
        problems += [f"{where}: {name} {said}: {text!r}" for text in failing]
    return problems


def _folded(text: str, pack: CultureFile) -> str:
    return Folded(Text(text), tuple(sorted(pack.fold.items())), pack.strip_marks).value


def _recommends(name: str, pack: CultureFile, text: str) -> bool:
    folded = _folded(text, pack)
    hits = hits_of(folded, pack, CueIndex(pack, folded))
    return any(hit.type == name and hit.polarity == "recommend" for hit in hits)


def _harms(flag: str, pack: CultureFile, text: str) -> bool:
    folded = _folded(text, pack)
    cues = CueIndex(pack, folded)
    listed = Expectation(harmful=(Harmful(flags=(flag,)),))
    return flag in {harm.flag for harm in harms_of(folded, "", pack, cues, hits_of(folded, pack, cues), listed)}
