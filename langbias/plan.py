"""Corpus x targets x repeats -> trials, in a seeded order. Pure."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable

from langbias.types import BASE, PlanSettings, Prompt, Target, Trial


def trial_id(prompt: Prompt, target: Target, repeat: int, settings: PlanSettings) -> str:
    """Hash of all that decides what is asked, so that the same request is never sent twice and a changed one is."""
    content = {
        "prompt": prompt.id,
        "turns": prompt.turns,
        "language": prompt.language,
        "variant": prompt.variant,
        "target": target.id,
        "model": target.model,
        "params": sorted((p.name, p.value) for p in target.params),
        "repeat": repeat,
        "seed": settings.seed,
        "system": settings.system_prompt,
        "max_tokens": settings.max_tokens,
    }
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def plan_trials(prompts: Iterable[Prompt], targets: Iterable[Target], settings: PlanSettings) -> tuple[Trial, ...]:
    """One trial per prompt, target and repeat. Shuffled with the seed within each repeat, so that a slow hour of the
    target, or an interruption, falls on all languages alike. Other variants are strewn among the base prompts, which
    keep their order: what is asked beside them changes no figure, not even in how it is rounded.
    """
    chosen, systems = tuple(prompts), tuple(targets)
    trials: list[Trial] = []
    for repeat in range(settings.repeats):
        chance = random.Random(f"{settings.seed}/{repeat}")
        batch, strewn = (
            [
                Trial(trial_id(prompt, target, repeat, settings), prompt.id, target.id, repeat, settings.seed + repeat)
                for prompt in chosen
                if (prompt.variant == BASE) is base
                for target in systems
            ]
            for base in (True, False)
        )
        chance.shuffle(batch)
        for trial in strewn:
            batch.insert(chance.randint(0, len(batch)), trial)
        trials += batch
    return tuple(trials)
