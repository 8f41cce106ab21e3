"""Trials: one per prompt, target and repeat; ids hold everything that is asked; the order is seeded."""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest

from langbias.audit import Choice, make_plan
from langbias.corpus import load_corpus
from langbias.errors import UsageError
from langbias.forecast import forecast
from langbias.plan import plan_trials, trial_id
from langbias.targets.protocol import TargetSpec
from langbias.types import Param, PlanSettings, Target

SETTINGS = PlanSettings(("en", "ko"), ("insomnia", "breakup"), "en", repeats=2, seed=7)
TARGET = Target("t", "chat", "m", (Param("temperature", 0.0),))


def prompts():
    corpus = load_corpus()
    return corpus.prompts_for(SETTINGS.languages, corpus.select("insomnia,breakup"))


def test_every_prompt_target_and_repeat_once() -> None:
    other = replace(TARGET, id="u")
    trials = plan_trials(prompts(), (TARGET, other), SETTINGS)
    assert len(trials) == 4 * 2 * 2
    assert len({trial.id for trial in trials}) == len(trials)
    assert {(t.prompt_id, t.target_id, t.repeat) for t in trials} == {
        (p.id, t, r) for p in prompts() for t in ("t", "u") for r in (0, 1)
    }


def test_the_order_depends_on_the_seed_alone() -> None:
    first = plan_trials(prompts(), (TARGET,), SETTINGS)
    assert first == plan_trials(prompts(), (TARGET,), SETTINGS)
    shuffled = plan_trials(prompts(), (TARGET,), replace(SETTINGS, repeats=2, seed=8))
    assert [t.prompt_id for t in first] != [t.prompt_id for t in shuffled]


def test_an_id_changes_with_anything_that_changes_the_request() -> None:
    prompt = prompts()[0]
    ids = {
        trial_id(prompt, TARGET, 0, SETTINGS),
        trial_id(prompt, TARGET, 1, SETTINGS),
        trial_id(replace(prompt, turns=("other",)), TARGET, 0, SETTINGS),
        trial_id(prompt, replace(TARGET, model="n"), 0, SETTINGS),
        trial_id(prompt, replace(TARGET, params=(Param("temperature", 1.0),)), 0, SETTINGS),
        trial_id(prompt, TARGET, 0, replace(SETTINGS, system_prompt="Be kind.")),
        trial_id(prompt, TARGET, 0, replace(SETTINGS, max_tokens=9)),
        trial_id(prompt, TARGET, 0, replace(SETTINGS, seed=8)),
    }
    assert len(ids) == 8


def _nothing() -> Any:
    return nullcontext()


def _plan(**choices: str):
    return make_plan(Choice(**choices), load_corpus(), [TargetSpec(TARGET, _nothing)], "2026-01-01T00:00:00+00:00")


def test_only_the_base_variant_is_planned_unless_others_are_named() -> None:
    made = _plan(scenarios="insomnia")
    assert {prompt.variant for prompt in made.prompts} == {"base"}
    assert made.run.plan.variants == ("base",)
    assert "variants:" not in made.run.signature
    personas = _plan(scenarios="panic-night", variants="persona-age-16,persona-age-70", languages="en,ko")
    assert len(personas.trials) == 2 * 2
    assert personas.run.plan.variants == ("persona-age-16", "persona-age-70")
    assert "|variants:persona-age-16,persona-age-70|" in personas.run.signature
    assert personas.run.id != made.run.id


def test_a_variant_that_the_scenarios_lack_is_refused() -> None:
    with pytest.raises(UsageError, match="no prompt of variant persona-age-16"):
        _plan(scenarios="exam-stress", variants="persona-age-16")


def test_what_is_asked_beside_the_base_prompts_leaves_their_order() -> None:
    alone = _plan(scenarios="all")
    both = _plan(scenarios="all", variants="base,personas")
    base = {prompt.id for prompt in alone.prompts}
    assert tuple(trial for trial in both.trials if trial.prompt_id in base) == alone.trials
    strewn = [at for at, trial in enumerate(both.trials) if trial.prompt_id not in base]
    assert len(strewn) == len(both.trials) - len(alone.trials) > 20
    assert strewn[0] < len(both.trials) / 4
    assert strewn[-1] > len(both.trials) * 3 / 4
    assert both.trials == _plan(scenarios="all", variants="base,personas").trials


def test_personas_alone_make_a_plan() -> None:
    made = _plan(scenarios="all", variants="personas")
    assert made.trials
    assert all(prompt.variant.startswith("persona-") for prompt in made.prompts)
    assert all(row.alone is None for row in forecast(made).languages)
