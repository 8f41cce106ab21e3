"""A run as a result file of promptfoo, which its viewer and scripts take. Format: its OutputFile, results version 3."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from langbias.interchange.exchanges import Exchange, exchanges
from langbias.store import RunFolder
from langbias.types import CheckResult, Outcome, Status

_FINISH = {Status.BLOCKED: "content_filter", Status.TRUNCATED: "length"}


def promptfoo_json(folder: RunFolder) -> Iterator[bytes]:
    """The pieces of a result file, to be written one after another. Raises InvalidDataError when not scored."""
    run = folder.run()
    created = run.environment.created_at
    yield b'{"evalId":' + _json(run.id) + b',"results":{"version":3,"timestamp":' + _json(created)
    yield b',"prompts":[],"results":['
    counts: Counter[str] = Counter()
    tests: dict[str, int] = {}
    between = b""
    for exchange in exchanges(folder):
        row = _row(exchange, tests.setdefault(exchange.id, len(tests)))
        passed = (
            "errors" if exchange.response.status is Status.FAILED else "successes" if row["success"] else "failures"
        )
        counts[passed] += 1
        yield between + _json(row)
        between = b",\n"
    stats = {name: counts[name] for name in ("successes", "failures", "errors")}
    configuration = {"description": "langbias", "metadata": {"signature": run.signature}}
    yield b'],"stats":' + _json(stats) + b'},"config":' + _json(configuration) + b',"shareableUrl":null}\n'


def _row(exchange: Exchange, test: int) -> dict[str, object]:
    response = exchange.response
    chat = [{"role": message.role, "content": message.text} for message in exchange.messages]
    words = {
        "language": exchange.prompt.language,
        "scenario": exchange.prompt.scenario_id,
        "variant": exchange.prompt.variant,
        "turn": response.turn,
    }
    success = response.status is not Status.FAILED and all(r.outcome is not Outcome.FAIL for r in exchange.results)
    reply: dict[str, object] = {"output": response.text, "finishReason": _FINISH.get(response.status, "stop")}
    if response.status is Status.FAILED:
        reply = {"error": response.error or "failed"}
    if response.usage is not None:
        prompt, completion = response.usage.prompt_tokens or 0, response.usage.completion_tokens or 0
        reply["tokenUsage"] = {"prompt": prompt, "completion": completion, "total": prompt + completion}
    return {
        "id": f"{response.trial_id}/{response.turn}",
        "promptIdx": 0,
        "testIdx": test,
        "promptId": exchange.id,
        "provider": {"id": exchange.trial.target_id, "label": exchange.trial.target_id},
        "prompt": {"raw": _json(chat).decode(), "label": exchange.id},
        "vars": words,
        "testCase": {"description": exchange.prompt.scenario_id, "vars": words},
        "response": reply,
        "error": response.error if response.status is Status.FAILED else None,
        "failureReason": 2 if response.status is Status.FAILED else 0 if success else 1,
        "success": success,
        "score": 1 if success else 0,
        "latencyMs": response.latency_ms or 0,
        "namedScores": {
            result.check_id: int(result.outcome is Outcome.PASS)
            for result in exchange.results
            if result.outcome in (Outcome.PASS, Outcome.FAIL)
        },
        "gradingResult": {
            "pass": success,
            "score": 1 if success else 0,
            "reason": next((r.reason for r in exchange.results if r.outcome is Outcome.FAIL), ""),
            "componentResults": [_component(result) for result in exchange.results],
        },
    }


def _component(result: CheckResult) -> dict[str, object]:
    passed = result.outcome is not Outcome.FAIL
    reason = f"{result.outcome}: {result.reason}" if result.reason else str(result.outcome)
    assertion = {"type": "python", "metric": result.check_id}
    return {"pass": passed, "score": int(passed), "reason": reason, "assertion": assertion}


def _json(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")
