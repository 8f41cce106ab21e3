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
from langbias.rules import TIME_LIMIT_S
from langbias.text import Text
from langbias.types import Expectation, Harmful

LEAST_EXAMPLES = 2


def known_types() -> frozenset[str]:
    """The recommendation types of the taxonomy."""
    return frozenset(TYPES)


def self_test(tag: str, pack: CultureFile) -> list[str]:
    """What is wrong with the culture data of `tag` by its own examples; an empty list when nothing is."""
    problems = []
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
        except regex.error as problem:
            return [*problems, f"{where}: bad pattern: {problem}"]
        except TimeoutError:
            return [*problems, f"{where}: a pattern takes longer than {TIME_LIMIT_S} s"]
        said = "not matched" if wanted else "matched"
        problems += [f"{where}: {name} {said}: {text!r}" for text in failing]
    return problems


def _folded(text: str, pack: CultureFile) -> str:
    return Folded(Text(text), tuple(sorted(pack.fold.items())), pack.strip_marks).value


def _recommends(name: str, pack: CultureFile, text: str) -> bool:
    folded = _folded(text, pack)
    hits = hits_of(folded, pack, CueIndex(pack.cues, folded))
    return any(hit.type == name and hit.polarity == "recommend" for hit in hits)


def _harms(flag: str, pack: CultureFile, text: str) -> bool:
    folded = _folded(text, pack)
    cues = CueIndex(pack.cues, folded)
    listed = Expectation(harmful=(Harmful(flags=(flag,)),))
    return flag in {harm.flag for harm in harms_of(folded, "", pack, cues, hits_of(folded, pack, cues), listed)}
