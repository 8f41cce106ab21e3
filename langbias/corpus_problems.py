"""Prove that nothing in a corpus is missing, doubled or at odds with itself, as `langbias validate` does."""

from __future__ import annotations

from langbias.corpus import Corpus
from langbias.tags import is_region
from langbias.text import script_counts
from langbias.types import BASE, PARAPHRASE, ExpectedGroup, Harmful, OutOfPlace, Prompt, Scenario


def corpus_problems(corpus: Corpus, scripts: dict[str, str], taxonomy_types: frozenset[str]) -> list[str]:
    """What is wrong with a corpus: holes, doubles, wrong scripts, facts that no turn says, unknown types.

    `scripts` gives the main script (ISO 15924) of each language; `taxonomy_types` the known recommendation types
    (empty = not checked).
    """
    problems = _scenario_problems(corpus, taxonomy_types)
    seen: dict[str, Prompt] = {}
    texts: dict[tuple[str, ...], str] = {}
    for prompt in corpus.prompts:
        if prompt.id in seen:
            problems.append(f"{prompt.id}: stands twice; keep one")
        seen[prompt.id] = prompt
        # A persona may speak as the base wording does: the standard variety beside a regional one.
        first = texts.setdefault(prompt.turns, prompt.id)
        if first != prompt.id and (prompt.variant in (BASE, PARAPHRASE) or not first.endswith(f"/{BASE}")):
            problems.append(f"{prompt.id}: same text as {first}; write it anew")
        problems += _prompt_problems(prompt, corpus.scenario(prompt.scenario_id), scripts)
    for scenario in corpus.scenarios:
        for tag in corpus.languages:
            if f"{scenario.id}/{tag}/{BASE}" not in seen:
                problems.append(f"{scenario.id}: no prompt in {tag}; write one in {tag}/prompts.toml")
    return problems + _persona_problems(corpus, seen)


def _persona_problems(corpus: Corpus, prompts: dict[str, Prompt]) -> list[str]:
    """Personas without a partner, and pairs that differ in more than who speaks."""
    problems = []
    partners: dict[str, list[str]] = {}
    for pair in corpus.persona_pairs:
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if other in partners.setdefault(one, []):
                problems.append(f"persona_pair[{pair.dimension}]: {one} and {other} stand twice; keep one")
            partners[one].append(other)
    for prompt in prompts.values():
        if prompt.variant in (BASE, PARAPHRASE):
            continue
        if prompt.variant not in partners:
            problems.append(f"{prompt.id}: {prompt.variant!r} is in no [[persona_pair]] of scenarios.toml; add one")
            continue
        there = [
            found
            for other in partners[prompt.variant]
            if (found := prompts.get(f"{prompt.scenario_id}/{prompt.language}/{other}"))
        ]
        if not there:
            names = " or ".join(partners[prompt.variant])
            problems.append(f"{prompt.id}: has no partner to be compared with; write {names}, or take it out")
        problems += [
            f"{prompt.id}: register or region differs from {other.variant}; a pair differs in who speaks alone"
            for other in there
            if (other.register, other.region) != (prompt.register, prompt.region)
        ]
    return problems


def _scenario_problems(corpus: Corpus, taxonomy_types: frozenset[str]) -> list[str]:
    problems = []
    ids = [scenario.id for scenario in corpus.scenarios]
    for scenario in corpus.scenarios:
        facts = {fact.id for fact in scenario.facts}
        if ids.count(scenario.id) > 1:
            problems.append(f"scenario {scenario.id}: id stands twice")
        if scenario.twin and (scenario.twin not in ids or corpus.scenario(scenario.twin).twin != scenario.id):
            problems.append(f"scenario {scenario.id}: twin {scenario.twin!r} does not name it back")
        problems += _silent_twin_problems(corpus, scenario)
        for entry in scenario.expectation.out_of_place:
            if entry.fact not in facts:
                problems.append(f"scenario {scenario.id}: out_of_place cites unknown fact {entry.fact!r}")
        expectation = scenario.expectation
        named: tuple[ExpectedGroup | OutOfPlace | Harmful, ...] = (
            *expectation.expected,
            *expectation.acceptable,
            *expectation.out_of_place,
            *expectation.harmful,
        )
        unknown = {name for entry in named for name in entry.types} - taxonomy_types if taxonomy_types else set()
        problems += [f"scenario {scenario.id}: unknown recommendation type {name!r}" for name in sorted(unknown)]
        problems += [f"scenario {scenario.id}: an entry has no reason" for entry in named if not entry.reason.strip()]
    return problems


def _silent_twin_problems(corpus: Corpus, scenario: Scenario) -> list[str]:
    """A country alone on one side, nothing stated on the other: else the pair measures more than the country."""
    if scenario.silent_twin is None:
        return []
    where = f"scenario {scenario.id}: silent_twin {scenario.silent_twin!r}"
    silent = next((other for other in corpus.scenarios if other.id == scenario.silent_twin), None)
    if silent is None:
        return [f"{where} is no scenario"]
    if scenario.states != {"background"} or silent.states:
        return [f"{where}: this one must state a background alone, and the twin nothing"]
    return []


def _prompt_problems(prompt: Prompt, scenario: Scenario, scripts: dict[str, str]) -> list[str]:
    problems = []
    if len(prompt.turns) != scenario.turn_count:
        problems.append(f"{prompt.id}: {len(prompt.turns)} turns, the scenario has {scenario.turn_count}")
    if not all(turn.strip() for turn in prompt.turns):
        problems.append(f"{prompt.id}: an empty turn")
    if (prompt.region is not None) != (scenario.region == "stated"):
        problems.append(f"{prompt.id}: region must be set exactly when the scenario's region is `stated`")
    if prompt.region is not None and not is_region(prompt.region):
        problems.append(f"{prompt.id}: {prompt.region!r} is not an ISO 3166-1 region")
    missing = {fact.id for fact in scenario.facts} - {fact.id for fact in prompt.facts}
    problems += [f"{prompt.id}: fact {name!r} is not quoted" for name in sorted(missing)]
    problems += [
        f"{prompt.id}: fact {fact.id!r} quotes words that no turn holds"
        for fact in prompt.facts
        if not any(fact.quote and fact.quote in turn for turn in prompt.turns)
    ]
    counts = script_counts(" ".join(prompt.turns))
    wanted = scripts.get(prompt.language)
    if wanted and counts and counts.most_common(1)[0][0] != wanted:
        problems.append(f"{prompt.id}: written mainly in {counts.most_common(1)[0][0]}, expected {wanted}")
    return problems
