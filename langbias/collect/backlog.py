"""What is still to be asked: the plan minus what an earlier session stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from langbias.collect.events import LanguageCount
from langbias.collect.lane import Job
from langbias.types import Prompt, Response, Status, Trial

CONTINUING = (Status.OK, Status.TRUNCATED)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The open conversations of a run. `begun` holds the stored turns of those that were interrupted half-way."""

    trials: Sequence[Trial]
    prompts: Mapping[str, Prompt]
    done: frozenset[str]
    begun: Mapping[str, tuple[Response, ...]]
    answered_targets: frozenset[str]

    def open_targets(self) -> frozenset[str]:
        """Targets with conversations still to be had: only these need a key, a server, a model."""
        return frozenset(trial.target_id for trial in self.trials if trial.id not in self.done)

    def jobs(self, target_id: str) -> Iterator[Job]:
        """The open conversations with one target, in the order of the plan."""
        for trial in self.trials:
            if trial.target_id == target_id and trial.id not in self.done:
                yield Job(trial, self.prompts[trial.prompt_id], self.begun.get(trial.id, ()))

    def counts(self) -> tuple[LanguageCount, ...]:
        """Conversations per target and language, in the order of the plan."""
        planned: Counter[tuple[str, str]] = Counter()
        stored: Counter[tuple[str, str]] = Counter()
        for trial in self.trials:
            key = (trial.target_id, self.prompts[trial.prompt_id].language)
            planned[key] += 1
            stored[key] += trial.id in self.done
        return tuple(LanguageCount(*key, planned[key], stored[key]) for key in planned)


def backlog(
    trials: Sequence[Trial], prompts: Iterable[Prompt], stored: Iterable[Response], *, retry_failed: bool
) -> Backlog:
    """Read what is stored once, and keep only what resuming needs: ids of what is done, texts of what is half done."""
    by_id = {prompt.id: prompt for prompt in prompts}
    turns = {trial.id: len(by_id[trial.prompt_id].turns) for trial in trials}
    target_of = {trial.id: trial.target_id for trial in trials}
    done: set[str] = set()
    begun: dict[str, list[Response]] = {}
    answered: set[str] = set()
    for response in stored:
        if response.trial_id not in turns:
            continue
        if response.status is not Status.FAILED:
            answered.add(target_of[response.trial_id])
        goes_on = response.status in CONTINUING and response.turn + 1 < turns[response.trial_id]
        if goes_on:
            begun.setdefault(response.trial_id, []).append(response)
        elif response.status is not Status.FAILED or not retry_failed:
            done.add(response.trial_id)
            if not retry_failed:
                begun.pop(response.trial_id, None)
    return Backlog(
        trials,
        by_id,
        frozenset(done),
        {trial_id: tuple(rows) for trial_id, rows in begun.items() if trial_id not in done},
        frozenset(answered),
    )
