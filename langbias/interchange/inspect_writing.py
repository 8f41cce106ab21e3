"""A run as a log that Inspect AI opens (`inspect view`, `read_eval_log`): one `.json` for each target.

A sample is one turn: its input is what was said before, its scores are the checks. C is pass, I is fail, N is neither
(abstained, not applicable, an error): those never enter a rate, there as here.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from langbias.interchange.exchanges import Exchange, exchanges
from langbias.store import RunFolder
from langbias.types import CheckResult, Outcome, Status, Target

_VALUES = {Outcome.PASS: "C", Outcome.FAIL: "I"}
_STOP = {Status.BLOCKED: "content_filter", Status.TRUNCATED: "max_tokens"}


def inspect_log(folder: RunFolder, target: Target) -> Iterator[bytes]:
    """The pieces of the log of one target, to be written one after another. Raises InvalidDataError when not scored."""
    run = folder.run()
    created = run.environment.created_at
    asked = {trial.prompt_id for trial in folder.trials() if trial.target_id == target.id}
    header = {
        "version": 2,
        "status": "success",
        "eval": {
            "created": created,
            "task": "langbias",
            "task_id": run.id,
            "run_id": run.id,
            "eval_id": f"{run.id}-{target.id}",
            "dataset": {"name": f"langbias corpus {run.corpus_version}", "samples": len(asked)},
            "model": target.id,
            "model_args": {param.name: param.value for param in target.params},
            "config": {"epochs": run.plan.repeats},
            "packages": {"langbias": run.environment.langbias},
            "metadata": {"signature": run.signature},
        },
        "stats": {"started_at": created, "completed_at": created},
    }
    yield _json(header)[:-1] + b',"samples":['
    between = b""
    for exchange in exchanges(folder):
        if exchange.trial.target_id == target.id:
            yield between + _json(_sample(exchange))
            between = b",\n"
    yield b"]}\n"


def _sample(exchange: Exchange) -> dict[str, object]:
    response = exchange.response
    asked = [{"role": message.role, "content": message.text} for message in exchange.messages]
    reply = {"role": "assistant", "content": response.text, "source": "generate", "model": response.model_reported}
    sample: dict[str, object] = {
        "id": exchange.id,
        "epoch": exchange.trial.repeat + 1,
        "input": asked,
        "target": "",
        "messages": asked,
        "output": {"model": response.model_reported or exchange.trial.target_id, "choices": []},
        "scores": {result.check_id: _score(result) for result in exchange.results},
        "metadata": {
            "language": exchange.prompt.language,
            "scenario": exchange.prompt.scenario_id,
            "topic": exchange.scenario.topic,
            "variant": exchange.prompt.variant,
            "turn": response.turn,
            "status": response.status,
            "trial": response.trial_id,
        },
    }
    if response.status is Status.FAILED:
        error = response.error or "failed"
        return sample | {"error": {"message": error, "traceback": "", "traceback_ansi": ""}}
    usage = response.usage
    output: dict[str, object] = {
        "model": response.model_reported or exchange.trial.target_id,
        "choices": [{"message": reply, "stop_reason": _STOP.get(response.status, "stop")}],
    }
    if usage and usage.prompt_tokens is not None and usage.completion_tokens is not None:
        total = usage.prompt_tokens + usage.completion_tokens
        output["usage"] = {
            "input_tokens": usage.prompt_tokens,
            "output_tokens": usage.completion_tokens,
            "total_tokens": total,
        }
    return sample | {"messages": [*asked, reply], "output": output}


def _score(result: CheckResult) -> dict[str, object]:
    return {
        "value": _VALUES.get(result.outcome, "N"),
        "explanation": result.reason,
        "metadata": {
            "outcome": result.outcome,
            "findings": [{"rule": f.rule_id, "text": f.excerpt, "message": f.message} for f in result.findings],
        },
    }


def _json(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")
