"""Prove the honorifics data of a pack on its own examples; `langbias validate` and the tests call this."""

from __future__ import annotations

import regex

from langbias import rules
from langbias.checks.honorifics.address import read_address
from langbias.checks.honorifics.markers import Analyse
from langbias.errors import InvalidDataError
from langbias.packs.honorifics import Assumption, Clause, HonorificsFile, Level, Marker, Persona

Block = Marker | Level | Clause | Persona | Assumption
# Cells of a policy that need no persona: the user's own register, and everybody else.
_DERIVED_USERS = {"adult", "casual"}


def self_test(tag: str, pack: HonorificsFile, analyse: Analyse | None) -> list[str]:
    """What is wrong with the honorifics data of `tag` by its own examples; an empty list when nothing is."""
    problems = []
    blocks: tuple[Block, ...] = (*pack.marker, *pack.level, *pack.clause, *pack.persona, *pack.assumption)
    for block in blocks:
        try:
            found = _metadata_problems(block) + _example_problems(block, pack, analyse)
        except (regex.error, ValueError) as problem:
            found = [f"bad pattern: {problem}"]
        except TimeoutError:
            found = [f"a pattern takes longer than {rules.TIME_LIMIT_S} s"]
        problems += [f"{tag}/honorifics/{block.id}: {problem}" for problem in found]
    return problems + [f"{tag}/honorifics: {problem}" for problem in _policy_problems(pack, blocks)]


def require_sound(tag: str, pack: HonorificsFile, analyse: Analyse | None) -> None:
    """Raise InvalidDataError with the first problem that `self_test` finds."""
    problems = self_test(tag, pack, analyse)
    if problems:
        raise InvalidDataError(problems[0])


def _metadata_problems(block: Block) -> list[str]:
    problems = []
    for name in ("must_match", "must_not_match"):
        if len(getattr(block, name)) < 2:
            problems.append(f"{name} has fewer than two examples")
    if not block.source.strip():
        problems.append("source is empty")
    return problems


def _example_problems(block: Block, pack: HonorificsFile, analyse: Analyse | None) -> list[str]:
    problems = [
        f"must_match not matched: {text!r}" for text in block.must_match if not _hits(block, text, pack, analyse)
    ]
    problems += [
        f"must_not_match matched: {text!r}" for text in block.must_not_match if _hits(block, text, pack, analyse)
    ]
    if isinstance(block, Marker) and block.kind == "phrase":
        text = "\n".join(block.must_match)
        for words in block.any:
            alone = rules.pattern_of((words,), literal=True, boundary=block.boundary, ignore_case=block.ignore_case)
            if not rules.find_all(alone, text):
                problems.append(f"alternative {words!r} is reached by no must_match")
    return problems


def _hits(block: Block, text: str, pack: HonorificsFile, analyse: Analyse | None) -> bool:
    if isinstance(block, Marker | Level):
        return any(hit.rule_id == block.id for hit in read_address(text, pack, analyse).hits)
    boundary = "word" if isinstance(block, Assumption) else "start"
    wanted = rules.pattern_of(block.any, literal=False, boundary=boundary, ignore_case=True)
    if not rules.find_all(wanted, text):
        return False
    unless = () if isinstance(block, Clause) else block.unless
    spared = rules.pattern_of(unless, literal=False, boundary=boundary, ignore_case=True)
    return not (unless and rules.find_all(spared, text))


def _policy_problems(pack: HonorificsFile, blocks: tuple[Block, ...]) -> list[str]:
    problems = []
    ids = [block.id for block in blocks]
    problems += [f"id {name!r} stands twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    users = {persona.id for persona in pack.persona} | _DERIVED_USERS
    known = {"V", "T"} | {level.level or level.id for level in pack.level} | {m.level for m in pack.marker if m.level}
    for cell in pack.policy:
        if cell.user not in users:
            problems.append(f"policy for {cell.user!r}, but no persona has this id")
        problems += [f"policy {cell.user}: unknown level {name!r}" for name in cell.acceptable if name not in known]
    lists = {group.id for group in pack.stem_list}
    problems += [f"{m.id}: no stem list {name!r}" for m in pack.marker for name in m.stems if name not in lists]
    return problems
