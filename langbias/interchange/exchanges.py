"""A run folder as exchanges: what was said before, the reply, and what the checks made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from langbias.errors import UsageError
from langbias.scoring import read_note, stored_results
from langbias.store import RunFolder
from langbias.tags import closest
from langbias.targets.protocol import Message
from langbias.types import CheckResult, Prompt, Response, Run, Scenario, Status, Target, Trial


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn of one conversation. `messages`: all that was said before the reply. Failed turns have no results."""

    trial: Trial
    prompt: Prompt
    scenario: Scenario
    messages: tuple[Message, ...]
    response: Response
    results: tuple[CheckResult, ...]

    @property
    def id(self) -> str:
        """The prompt and the turn: what repeats of one sample have in common."""
        return f"{self.prompt.id}#{self.response.turn}"


def target_of(run: Run, name: str | None) -> Target:
    """The target called `name`, or the only one. Raises UsageError when that leaves it open."""
    names = [target.id for target in run.targets]
    if name is None and len(names) > 1:
        raise UsageError(f"the run has {len(names)} targets; choose one with --target: {', '.join(names)}")
    for target in run.targets:
        if name in (None, target.id):
            return target
    raise UsageError(f"the run has no target {name!r}{closest(name or '', names)} (it has: {', '.join(names)})")


def exchanges(folder: RunFolder) -> Iterator[Exchange]:
    """Every stored turn in the order of the plan. Raises InvalidDataError when the run has not been scored."""
    note = read_note(folder)
    system = folder.run().plan.system_prompt
    opening = (Message("system", system),) if system is not None else ()
    prompts = {prompt.id: prompt for prompt in folder.prompts()}
    scenarios = {scenario.id: scenario for scenario in folder.scenarios()}
    trials = {trial.id: trial for trial in folder.trials()}
    judged = stored_results(folder, note.checks)
    messages: tuple[Message, ...] = ()
    for response in folder.responses():
        trial = trials[response.trial_id]
        prompt = prompts[trial.prompt_id]
        if response.turn == 0:
            messages = opening
        messages = (*messages, Message("user", prompt.turns[response.turn]))
        results = () if response.status is Status.FAILED else next(judged)[1]
        yield Exchange(trial, prompt, scenarios[prompt.scenario_id], messages, response, results)
        messages = (*messages, Message("assistant", response.text))
