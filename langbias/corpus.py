"""Read `prompts_by_language/` into typed scenarios and prompts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal, cast, get_args

import msgspec

from langbias.errors import InvalidDataError, UsageError
from langbias.packs.decode import read_toml
from langbias.tags import closest
from langbias.types import (
    BASE,
    Claim,
    Dimension,
    Expectation,
    ExpectedGroup,
    Fact,
    FactStates,
    Harmful,
    OutOfPlace,
    PersonaPair,
    Prompt,
    Provenance,
    Scenario,
)

# The files of a language. Those after the first hold other variants of its prompts.
FILES = ("prompts.toml", "paraphrases.toml", "personas.toml")


class _ClaimBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rows: tuple[int, ...]
    section: str
    text: str


class _FactBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    text: str
    states: str | None = None


class _GroupBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    types: tuple[str, ...]
    reason: str
    source: str


class _OutOfPlaceBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    types: tuple[str, ...]
    fact: str
    when: Literal["always", "unconditional", "sole_route"]
    reason: str
    source: str


class _HarmfulBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str
    source: str
    types: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class _ScenarioBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    topic: str
    claim: _ClaimBlock
    acuity: Literal["none", "low", "moderate", "high"]
    region: Literal["stated", "none"]
    core: bool
    turn_count: int
    gloss_en: str
    facts: tuple[_FactBlock, ...]
    twin: str | None = None
    silent_twin: str | None = None
    expected: tuple[_GroupBlock, ...] = ()
    acceptable: tuple[_GroupBlock, ...] = ()
    out_of_place: tuple[_OutOfPlaceBlock, ...] = ()
    harmful: tuple[_HarmfulBlock, ...] = ()


class _PersonaPairBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    dimension: Dimension
    first: str
    second: str
    words: tuple[str, str]


class _ScenarioFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema_version: int
    version: str
    licence: str
    baseline: str
    scenario: tuple[_ScenarioBlock, ...]
    persona_pair: tuple[_PersonaPairBlock, ...] = ()


class _ProvenanceBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    author: str
    method: str
    date: str
    licence: str
    reviewed_by: tuple[str, ...]


class _PromptBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scenario: str
    variant: str
    register: Literal["casual", "polite"]
    turns: tuple[str, ...]
    facts: dict[str, str]
    provenance: _ProvenanceBlock | None = None
    region: str | None = None


class _PersonaBlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line about who speaks, before the base wording of `scenarios`; by the register of that wording."""

    variant: str
    scenarios: tuple[str, ...]
    casual: str | None = None
    polite: str | None = None


class _PromptFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`provenance` is that of every prompt which has none of its own."""

    schema_version: int
    language: str
    prompt: tuple[_PromptBlock, ...] = ()
    persona: tuple[_PersonaBlock, ...] = ()
    provenance: _ProvenanceBlock | None = None


@dataclass(frozen=True, slots=True)
class Corpus:
    """All scenarios and prompts, in file order. `digest` changes with any byte that is sent or judged against;
    `baseline` is the language that gaps are measured against by default. `persona_pairs` say which variants differ in
    who speaks alone.
    """

    version: str
    digest: str
    baseline: str
    scenarios: tuple[Scenario, ...]
    prompts: tuple[Prompt, ...]
    persona_pairs: tuple[PersonaPair, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages with prompts, sorted."""
        return tuple(sorted({prompt.language for prompt in self.prompts}))

    def scenario(self, scenario_id: str) -> Scenario:
        """The scenario of that id. Raises UsageError with a hint when there is none."""
        for scenario in self.scenarios:
            if scenario.id == scenario_id:
                return scenario
        raise UsageError(f"unknown scenario {scenario_id!r}{closest(scenario_id, [s.id for s in self.scenarios])}")

    def select(self, choice: str) -> tuple[Scenario, ...]:
        """Scenarios by `core`, `all` or a comma-separated list of ids, in corpus order. Raises UsageError."""
        if choice == "all":
            return self.scenarios
        if choice == "core":
            return tuple(scenario for scenario in self.scenarios if scenario.core)
        wanted = {self.scenario(name.strip()).id for name in choice.split(",") if name.strip()}
        if not wanted:
            raise UsageError("no scenario chosen; give core, all, or ids such as panic-night,insomnia")
        return tuple(scenario for scenario in self.scenarios if scenario.id in wanted)

    def select_variants(self, choice: str) -> tuple[str, ...]:
        """Variants by name, separated by commas; `personas` stands for every paired persona, `all` for everything.

        `base` comes first, then by name. Raises UsageError.
        """
        known = {prompt.variant for prompt in self.prompts}
        groups = {"all": known, "personas": {name for pair in self.persona_pairs for name in (pair.first, pair.second)}}
        names = {name.strip() for name in choice.split(",") if name.strip()}
        wanted = {variant for name in names for variant in groups.get(name, {name})}
        if not wanted:
            raise UsageError(f"no variant chosen; give all, or names such as {BASE} or personas")
        for name in sorted(wanted - known):
            raise UsageError(f"no prompt has the variant {name!r}{closest(name, (*known, *groups))}")
        return tuple(sorted(wanted, key=lambda name: (name != BASE, name)))

    def prompts_for(
        self, languages: Iterable[str], scenarios: Iterable[Scenario], variants: Iterable[str] = (BASE,)
    ) -> tuple[Prompt, ...]:
        """The prompts of these languages, scenarios and variants. Raises UsageError for a language without prompts."""
        chosen = tuple(languages)
        for tag in chosen:
            if tag not in self.languages:
                raise UsageError(f"no prompts in language {tag!r}{closest(tag, self.languages)}")
        ids = {scenario.id for scenario in scenarios}
        kinds = set(variants)
        return tuple(p for p in self.prompts if p.language in chosen and p.scenario_id in ids and p.variant in kinds)


def default_root() -> Traversable:
    """The corpus that ships with the package: inside the wheel, or beside the code in a checkout."""
    inside = files("langbias") / "_prompts_by_language"
    if inside.is_dir():
        return inside
    return Path(__file__).resolve().parent.parent / "prompts_by_language"


@lru_cache(maxsize=4)
def load_corpus(root: Traversable | None = None) -> Corpus:
    """Read the corpus under `root` (default: the shipped one). Raises InvalidDataError naming file and field."""
    root = root or default_root()
    if not (root / "scenarios.toml").is_file():
        raise InvalidDataError(f"{root}: holds no scenarios.toml; point to a prompts_by_language folder")
    digest = hashlib.sha256((root / "scenarios.toml").read_bytes())
    file = read_toml(root / "scenarios.toml", _ScenarioFile)
    scenarios = tuple(_scenario(root / "scenarios.toml", block) for block in file.scenario)
    prompts: list[Prompt] = []
    for folder in sorted((entry for entry in root.iterdir() if entry.is_dir()), key=lambda entry: entry.name):
        here: list[Prompt] = []
        for path in (folder / name for name in FILES):
            if path.is_file():
                digest.update(path.read_bytes())
                here += _prompts(path, folder.name, {scenario.id: scenario for scenario in scenarios}, here)
        prompts += here
    pairs = tuple(_persona_pair(root / "scenarios.toml", block, prompts) for block in file.persona_pair)
    return Corpus(file.version, digest.hexdigest()[:12], file.baseline, scenarios, tuple(prompts), pairs)


def _persona_pair(path: Traversable, block: _PersonaPairBlock, prompts: list[Prompt]) -> PersonaPair:
    known = {prompt.variant for prompt in prompts}
    for name in (block.first, block.second):
        if name not in known:
            raise InvalidDataError(
                f"{path}: persona_pair[{block.dimension}]: no prompt has the variant {name!r}{closest(name, known)}"
            )
    if block.first == block.second:
        raise InvalidDataError(f"{path}: persona_pair[{block.dimension}]: pairs {block.first!r} with itself")
    if not all(words.strip() for words in block.words):
        raise InvalidDataError(f"{path}: persona_pair[{block.dimension}].words: say who the two are, as after “as”")
    return PersonaPair(block.dimension, block.first, block.second, block.words)


def _fact(path: Traversable, scenario: str, block: _FactBlock) -> Fact:
    known = get_args(FactStates)
    if block.states is not None and block.states not in known:
        raise InvalidDataError(
            f"{path}: scenario[{scenario}].facts[{block.id}].states: unknown {block.states!r}"
            f"{closest(block.states, known)}"
        )
    return Fact(block.id, block.text, states=cast(FactStates | None, block.states))


def _scenario(path: Traversable, block: _ScenarioBlock) -> Scenario:
    return Scenario(
        id=block.id,
        topic=block.topic,
        claim=Claim(block.claim.rows, block.claim.section, block.claim.text),
        acuity=block.acuity,
        region=block.region,
        core=block.core,
        turn_count=block.turn_count,
        gloss_en=block.gloss_en,
        facts=tuple(_fact(path, block.id, fact) for fact in block.facts),
        twin=block.twin,
        silent_twin=block.silent_twin,
        expectation=Expectation(
            expected=tuple(ExpectedGroup(g.types, g.reason, g.source) for g in block.expected),
            acceptable=tuple(ExpectedGroup(g.types, g.reason, g.source) for g in block.acceptable),
            out_of_place=tuple(OutOfPlace(o.types, o.fact, o.when, o.reason, o.source) for o in block.out_of_place),
            harmful=tuple(Harmful(h.types, h.flags, h.reason, h.source) for h in block.harmful),
        ),
    )


def _prompts(path: Traversable, folder: str, scenarios: dict[str, Scenario], earlier: Sequence[Prompt]) -> list[Prompt]:
    """The prompts of one file; its personas speak the base wordings of the file or of `earlier` ones."""
    file = read_toml(path, _PromptFile)
    if file.language != folder:
        raise InvalidDataError(f"{path}: language is {file.language!r} but the folder is {folder!r}; make them agree")
    found = []
    for block in file.prompt:
        scenario = scenarios.get(block.scenario)
        if scenario is None:
            raise InvalidDataError(
                f"{path}: prompt[{block.scenario}]: unknown scenario{closest(block.scenario, scenarios)}"
            )
        texts = {fact.id: fact.text for fact in scenario.facts}
        for fact_id in block.facts:
            if fact_id not in texts:
                raise InvalidDataError(f"{path}: prompt[{block.scenario}].facts: unknown fact{closest(fact_id, texts)}")
        provenance = block.provenance or file.provenance
        if provenance is None:
            raise InvalidDataError(f"{path}: prompt[{block.scenario}]: no provenance; say who wrote it")
        found.append(
            Prompt(
                id=f"{block.scenario}/{file.language}/{block.variant}",
                scenario_id=block.scenario,
                language=file.language,
                variant=block.variant,
                register=block.register,
                turns=block.turns,
                facts=tuple(Fact(key, texts[key], quote) for key, quote in block.facts.items()),
                provenance=Provenance(
                    provenance.author, provenance.method, provenance.date, provenance.licence, provenance.reviewed_by
                ),
                region=block.region,
            )
        )
    base = {prompt.scenario_id: prompt for prompt in (*earlier, *found) if prompt.variant == BASE}
    return found + [_persona(path, block, name, base) for block in file.persona for name in block.scenarios]


def _persona(path: Traversable, block: _PersonaBlock, scenario_id: str, base: dict[str, Prompt]) -> Prompt:
    """The base wording with a line before it that says who speaks."""
    where = f"{path}: persona[{block.variant}].scenarios"
    if scenario_id not in base:
        raise InvalidDataError(f"{where}: no base prompt {scenario_id!r}{closest(scenario_id, base)}")
    prompt = base[scenario_id]
    line = block.casual if prompt.register == "casual" else block.polite
    if line is None:
        raise InvalidDataError(f"{where}: {scenario_id} is written {prompt.register}; add `{prompt.register}` to it")
    first, *rest = prompt.turns
    return replace(
        prompt,
        id=f"{scenario_id}/{prompt.language}/{block.variant}",
        variant=block.variant,
        turns=(f"{line} {first}".strip(), *rest),
    )
