"""All that `langbias validate` looks at: the corpus, and every pack against its own examples. No network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from langbias.checks.artifacts.bands import band_problems
from langbias.checks.culture.examples import known_types, self_test as culture_self_test
from langbias.checks.culture.registry import problems_of
from langbias.checks.honorifics.examples import self_test as honorifics_self_test
from langbias.corpus import Corpus, load_corpus
from langbias.corpus_problems import corpus_problems
from langbias.errors import LangbiasError
from langbias.packs import LanguagePack, load_pack, pack_tags
from langbias.packs.judge import load_judge
from langbias.packs.loading import all_resources, load_morphology, resolve_tag
from langbias.packs.rule import Rule
from langbias.rules import CompiledRule, compile_rule, self_test
from langbias.types import Token

Analyse = Callable[[str], tuple[Token, ...]]


@dataclass(frozen=True, slots=True)
class PackCount:
    """One pack: how many blocks with examples it has, how many examples, how many problems."""

    tag: str
    blocks: int
    examples: int
    problems: int


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """What was looked at and what is wrong with it. `matrix`: scenario -> has a prompt, per language."""

    languages: tuple[str, ...]
    matrix: tuple[tuple[str, tuple[bool, ...]], ...]
    packs: tuple[PackCount, ...]
    problems: tuple[str, ...]
    prompts: int

    @property
    def blocks(self) -> int:
        """Rules and other blocks with examples, over all packs."""
        return sum(pack.blocks for pack in self.packs)

    @property
    def examples(self) -> int:
        """Examples that were run, over all packs."""
        return sum(pack.examples for pack in self.packs)

    def as_object(self) -> dict[str, Any]:
        """The report as plain data."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def validate_all(tags: Sequence[str] | None, corpus_root: Path | None) -> ValidationReport:
    """Validate the corpus and the packs `tags` (default: all). Files that cannot be read are problems, not crashes."""
    problems: list[str] = []
    chosen = [resolve_tag(tag) for tag in tags] if tags else list(pack_tags())
    corpus: Corpus | None = None
    try:
        corpus = load_corpus(corpus_root)
        problems += _corpus_problems(corpus)
    except LangbiasError as problem:
        problems.append(str(problem))
    counts = []
    for tag in chosen:
        try:
            pack = load_pack(tag)
            load_judge(tag)  # raises what is wrong with it
            found = pack_problems(pack)
            counts.append(PackCount(tag, *_counts(pack), len(found)))
        except LangbiasError as problem:
            found = [str(problem)]
        problems += found
    problems += problems_of(all_resources())
    # Rules of `_base` stand in every pack; say what is wrong with them once.
    problems = list(dict.fromkeys(problems))
    languages = corpus.languages if corpus else ()
    present = {(p.scenario_id, p.language) for p in corpus.prompts} if corpus else set()
    matrix = (
        tuple((s.id, tuple((s.id, tag) in present for tag in languages)) for s in corpus.scenarios) if corpus else ()
    )
    return ValidationReport(languages, matrix, tuple(counts), tuple(problems), len(corpus.prompts) if corpus else 0)


def _corpus_problems(corpus: Corpus) -> list[str]:
    scripts = {tag: load_pack(tag).language.script for tag in corpus.languages if tag in pack_tags()}
    problems = [f"{tag}: prompts without a language pack" for tag in corpus.languages if tag not in pack_tags()]
    return problems + corpus_problems(corpus, scripts, known_types())


def pack_problems(pack: LanguagePack) -> list[str]:
    """What is wrong with a pack by its own examples, good replies and metadata."""
    tag = pack.language.tag
    morphology = load_morphology(tag)
    analyse: Analyse | None = morphology.analyse if morphology else None
    problems: list[str] = []
    seen: set[str] = set()
    for full_id, rule in _rules(pack):
        if full_id in seen:
            problems.append(f"{full_id}: the id stands twice; rename one")
        seen.add(full_id)
        problems += self_test(full_id, rule, analyse)
    for band in pack.artifacts.band:
        problems += band_problems(f"{tag}/artifacts/{band.id}", band)
    problems += honorifics_self_test(tag, pack.honorifics, analyse)
    problems += culture_self_test(tag, pack.culture)
    return problems + _false_alarms(pack, analyse)


def _rules(pack: LanguagePack) -> Iterator[tuple[str, Rule]]:
    yield from pack.fidelity_rules
    yield from pack.artifacts_rules
    yield from pack.honorifics_rules


def _false_alarms(pack: LanguagePack, analyse: Analyse | None) -> list[str]:
    """Rules that fire on a good reply."""
    problems = []
    for full_id, rule in _rules(pack):
        compiled: CompiledRule = compile_rule(full_id, rule)
        for reply in pack.good_replies.reply:
            if compiled.find(reply.text, analyse):
                problems.append(f"{full_id}: fires on the good reply to {reply.scenario}: {reply.text[:60]!r}")
    return problems


def _counts(pack: LanguagePack) -> tuple[int, int]:
    blocks: list[Any] = [rule for _, rule in _rules(pack)]
    for file in (pack.honorifics, pack.culture):
        for name in file.__struct_fields__:
            value = getattr(file, name)
            if isinstance(value, tuple):
                blocks += [block for block in value if hasattr(block, "must_match")]
    return len(blocks), sum(len(block.must_match) + len(block.must_not_match) for block in blocks)
