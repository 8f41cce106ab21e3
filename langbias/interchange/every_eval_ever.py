"""A run as every_eval_ever 0.3.0 records: one aggregate file a target, and one line for each verdict.

Source of the format: github.com/evaleval/every_eval_ever, eval.schema.json and instance_level_eval.schema.json, 0.3.0.
It knows no groups: every language is an evaluation of its own, and the gap to the baseline is a metric of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec

from langbias.interchange.exchanges import Exchange, exchanges
from langbias.stats.summary import Cell, Summary
from langbias.store import RunFolder
from langbias.types import BASE, CheckResult, Estimate, Outcome, Run, Target

SCHEMA = "0.3.0"
Relationship = Literal["first_party", "third_party", "collaborative", "other"]


def aggregate(
    run: Run,
    summary: Summary,
    target: Target,
    *,
    organization: str,
    relationship: Relationship,
    details: str | None = None,
) -> bytes:
    """The aggregate file of one target. `details` is the path of its instance file, as the repository will hold it."""
    created = datetime.fromisoformat(run.environment.created_at)
    record: dict[str, object] = {
        "schema_version": SCHEMA,
        "evaluation_id": evaluation_id(run, target),
        "evaluation_timestamp": run.environment.created_at,
        "retrieved_timestamp": str(int(created.timestamp())),
        "source_metadata": {
            "source_name": "langbias",
            "source_type": "evaluation_run",
            "source_organization_name": organization,
            "evaluator_relationship": relationship,
            "additional_details": {"signature": summary.signature},
        },
        "eval_library": {"name": "langbias", "version": run.environment.langbias},
        "model_info": {
            "name": target.model,
            "id": model_id(target),
            "additional_details": {"deployment_type": "unknown", "model_availability": "unknown"},
        },
        "evaluation_results": [
            entry for cell in summary.cells if cell.target_id == target.id for entry in _results(run, summary, cell)
        ],
    }
    if details is not None:
        record["detailed_evaluation_results"] = {"format": "jsonl", "file_path": details}
    return msgspec.json.format(msgspec.json.encode(record, order="sorted")) + b"\n"


def instances(folder: RunFolder, target: Target) -> Iterator[bytes]:
    """The instance lines of one target: each reply x check with a verdict that a rate counts.

    Raises InvalidDataError when the run has not been scored.
    """
    run = folder.run()
    for exchange in exchanges(folder):
        if exchange.trial.target_id == target.id and exchange.prompt.variant == BASE:
            for result in exchange.results:
                if result.outcome in (Outcome.PASS, Outcome.FAIL):
                    yield msgspec.json.encode(_instance(run, target, exchange, result), order="sorted") + b"\n"


def evaluation_id(run: Run, target: Target) -> str:
    """What joins the aggregate file and its instances."""
    return f"langbias/{model_id(target)}/{run.id}"


def model_id(target: Target) -> str:
    """developer/model as far as the target's name tells it."""
    return target.model if "/" in target.model else f"{target.kind}/{target.model}"


def _name(check_id: str, language: str) -> str:
    return f"langbias.{check_id}.{language}"


def _results(run: Run, summary: Summary, cell: Cell) -> Iterator[dict[str, object]]:
    name = _name(cell.check_id, cell.language)
    source = {"dataset_name": f"langbias corpus {run.corpus_version}", "source_type": "other"}
    details = {f"n_{count.outcome}": str(count.n) for count in cell.outcomes}
    if cell.rate is not None:
        yield {
            "evaluation_result_id": f"{name}.fail_rate",
            "evaluation_name": name,
            "source_data": source,
            "metric_config": _metric("fail_rate", "fail / (pass + fail)", 0.0),
            "score_details": _score(cell.rate, details),
        }
    if cell.gap is not None:
        described = f"pass rate in {summary.baseline} minus pass rate in {cell.language}, paired over scenarios"
        yield {
            "evaluation_result_id": f"{name}.gap_vs_{summary.baseline}",
            "evaluation_name": name,
            "source_data": source,
            "metric_config": _metric(f"gap_vs_{summary.baseline}", described, -1.0),
            "score_details": _score(cell.gap, {"verdict": cell.verdict}),
        }


def _metric(name: str, description: str, lowest: float) -> dict[str, object]:
    return {
        "metric_id": f"langbias.{name}",
        "metric_name": name,
        "evaluation_description": description,
        "metric_unit": "proportion",
        "lower_is_better": True,
        "score_type": "continuous",
        "min_score": lowest,
        "max_score": 1.0,
    }


def _score(estimate: Estimate, details: dict[str, str]) -> dict[str, object]:
    uncertainty: dict[str, object] = {"num_samples": estimate.n}
    if estimate.low is not None and estimate.high is not None:
        uncertainty["confidence_interval"] = {
            "lower": estimate.low,
            "upper": estimate.high,
            "confidence_level": 0.95,
            "method": estimate.method,
        }
    return {
        "score": estimate.value,
        "details": details | {"n_clusters": str(estimate.n_clusters), "method": estimate.method},
        "uncertainty": uncertainty,
    }


def _instance(run: Run, target: Target, exchange: Exchange, result: CheckResult) -> dict[str, object]:
    response = exchange.response
    passed = result.outcome is Outcome.PASS
    single = len(exchange.messages) == 1
    transcript = [*((message.role, message.text) for message in exchange.messages), ("assistant", response.text)]
    asked = exchange.messages[-1].text
    record: dict[str, object] = {
        "schema_version": SCHEMA,
        "evaluation_id": evaluation_id(run, target),
        "model_id": model_id(target),
        "evaluation_name": _name(result.check_id, exchange.prompt.language),
        "evaluation_result_id": f"{_name(result.check_id, exchange.prompt.language)}.fail_rate",
        "sample_id": exchange.id,
        "sample_hash": hashlib.sha256(asked.encode()).hexdigest(),
        "interaction_type": "single_turn" if single else "multi_turn",
        "input": {"raw": asked, "reference": []},
        "output": {"raw": [response.text]} if single else None,
        "messages": None
        if single
        else [{"turn_idx": n, "role": role, "content": text} for n, (role, text) in enumerate(transcript)],
        "answer_attribution": [
            {
                "turn_idx": 0 if single else len(transcript) - 1,
                "source": "output.raw" if single else f"messages[{len(transcript) - 1}].content",
                "extracted_value": response.text,
                "extraction_method": "whole reply",
                "is_terminal": True,
            }
        ],
        # The score is the fail rate's own: 1 is a fault.
        "evaluation": {"score": 0.0 if passed else 1.0, "is_correct": passed, "num_turns": response.turn + 1},
        "metadata": {
            "language": exchange.prompt.language,
            "scenario": exchange.prompt.scenario_id,
            "repeat": str(exchange.trial.repeat),
            "status": str(response.status),
            "reason": result.reason,
        },
    }
    usage = response.usage
    if usage is not None and usage.prompt_tokens is not None and usage.completion_tokens is not None:
        total = usage.prompt_tokens + usage.completion_tokens
        record["token_usage"] = {
            "input_tokens": usage.prompt_tokens,
            "output_tokens": usage.completion_tokens,
            "total_tokens": total,
        }
    if response.latency_ms is not None:
        record["performance"] = {"latency_ms": response.latency_ms}
    return record
