"""Corpus x targets x repeats -> trials, in a seeded order. Pure."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable

from langbias.types import PlanSettings, Prompt, Target, Trial


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
    target, or an interruption, falls on all languages alike.
    """
    chosen, systems = tuple(prompts), tuple(targets)
    trials: list[Trial] = []
    for repeat in range(settings.repeats):
        batch = [
            Trial(trial_id(prompt, target, repeat, settings), prompt.id, target.id, repeat, settings.seed + repeat)
            for prompt in chosen
            for target in systems
        ]
        random.Random(f"{settings.seed}/{repeat}").shuffle(batch)
        trials += batch
    return tuple(trials)
