"""The second collection of `audit --pivot`: the target translates its own English replies, each in a fresh chat.

It is written from stored replies, so it comes after the first collection is whole, in a run folder of its own inside
the run (`pivot-1` for the first target, and so on): planned, stored and resumed like any other. Scoring only reads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from langbias.audit import Plan
from langbias.errors import UsageError
from langbias.packs import LanguagePack, load_pack
from langbias.packs.pivot import shared_fidelity
from langbias.plan import plan_trials
from langbias.stats.pivot import LEAST_REPLIES, PivotPrompt, PivotResult, pivot_index
from langbias.store import RunFolder
from langbias.text import script_counts
from langbias.types import Prompt, Provenance, Run, Status, Target

VARIANT = "pivot-translation"
BASE = "base"
# A reply is translated up to here; a chatbot's answer seldom has half as many characters.
LONGEST = 8000
_INSTRUCTION = "Translate the following text into {language}. Answer with the translation alone.\n\n{text}"
_PROVENANCE = Provenance("langbias", "written from the target's own stored reply", "", "as the reply")
# (scenario, language) -> the replies to the first turn, by repeat
_Replies = dict[tuple[str, str], list[tuple[int, str]]]


def require_pivot(plan: Plan) -> None:
    """Raise UsageError when the plan cannot feed the pivot check: no English, nothing else, or no repeats."""
    pivot = shared_fidelity().pivot_tag
    languages = plan.run.plan.languages
    if pivot not in languages or len(languages) < 2:
        raise UsageError(f"--pivot compares with the target's own replies in {pivot!r}; ask in it and in another one")
    if plan.run.plan.repeats < LEAST_REPLIES:
        raise UsageError(
            f"--pivot compares a target's replies with each other; add --repeats {LEAST_REPLIES} or more (4 is better)"
        )


def pivot_calls(plan: Plan) -> int:
    """How many requests the second collection comes to at most: each English reply into each other language."""
    languages = len(plan.run.plan.languages) - 1
    return len(plan.run.plan.scenarios) * languages * plan.run.plan.repeats * len(plan.targets)


def pivot_plans(plan: Plan) -> list[Plan]:
    """One plan per target, made from the replies stored in the plan's run folder."""
    folder = RunFolder(plan.path)
    found = []
    for number, spec in enumerate(plan.targets, 1):
        prompts = tuple(_prompts(folder, plan.run, spec.target))
        # The chatbot's system prompt is left out: it would answer the text instead of translating it.
        settings = replace(plan.run.plan, repeats=1, system_prompt=None)
        run = replace(plan.run, id=f"{plan.run.id}-pivot-{number}", targets=(spec.target,), plan=settings)
        trials = plan_trials(prompts, run.targets, settings)
        if trials:
            path = _place(folder, number).path
            found.append(replace(plan, path=path, run=run, trials=trials, prompts=prompts, targets=(spec,)))
    return found


def _place(folder: RunFolder, number: int) -> RunFolder:
    return RunFolder(folder.path / f"pivot-{number}")


def _prompts(folder: RunFolder, run: Run, target: Target) -> Iterator[Prompt]:
    pivot = shared_fidelity().pivot_tag
    english = {place: replies for place, replies in _replies(folder, target.id).items() if place[1] == pivot}
    for (scenario, _), replies in sorted(english.items()):
        for tag in run.plan.languages:
            if tag == pivot:
                continue
            name = load_pack(tag).language.name
            for repeat, text in replies:
                variant = f"{VARIANT}-{repeat}"
                turn = _INSTRUCTION.format(language=name, text=text[:LONGEST])
                yield Prompt(f"{scenario}/{tag}/{variant}", scenario, tag, variant, "polite", (turn,), (), _PROVENANCE)


def _replies(folder: RunFolder, target_id: str) -> _Replies:
    """Replies to first turns that are whole and in the script of their language: others show no wording to compare."""
    prompts = {prompt.id: prompt for prompt in folder.prompts()}
    trials = {trial.id: trial for trial in folder.trials() if trial.target_id == target_id}
    found: _Replies = defaultdict(list)
    for response in folder.responses():
        trial = trials.get(response.trial_id)
        if trial is None or response.turn or response.status is not Status.OK:
            continue
        prompt = prompts[trial.prompt_id]
        if prompt.variant != BASE and not prompt.variant.startswith(VARIANT):
            continue  # another wording is another question: its reply is no second answer to this one
        if _in_script(response.text, load_pack(prompt.language)):
            found[prompt.scenario_id, prompt.language].append((trial.repeat, response.text))
    return found


def _in_script(text: str, pack: LanguagePack) -> bool:
    counts = script_counts(text)
    own = sum(counts[script] for script in {*pack.fidelity.scripts, pack.language.script})
    return own > 0 and 2 * own >= counts.total()


def pivot_results(folder: RunFolder, run: Run) -> Iterator[tuple[str, str, PivotResult]]:
    """(target, language, result) for each target whose second collection is in the run folder."""
    pivot = shared_fidelity().pivot_tag
    for number, target in enumerate(run.targets, 1):
        second = _place(folder, number)
        if not second.exists():
            continue
        own, translated = _replies(folder, target.id), _replies(second, target.id)
        for tag in run.plan.languages:
            if tag == pivot:
                continue
            prompts = [
                PivotPrompt(
                    scenario,
                    tuple(text for _, text in own.get((scenario, tag), ())),
                    tuple(text for _, text in translated.get((scenario, tag), ())),
                )
                for scenario in run.plan.scenarios
            ]
            control = load_pack(tag).artifacts.pivot
            bound = control.bound if control else None
            yield target.id, tag, pivot_index(prompts, seed=run.plan.seed, control_bound=bound)
