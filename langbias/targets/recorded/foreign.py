"""Recorded replies in the files of other tools, as the records that `langbias score` and `replay:` take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from langbias.errors import InvalidDataError
from langbias.targets.payload import MalformedBodyError, decode_json, dig
from langbias.targets.recorded.inspect_logs import eval_records, inspect_records
from langbias.targets.recorded.promptfoo_results import promptfoo_records


@dataclass(frozen=True, slots=True)
class Problem:
    """A sample that could not be read: where, and why."""

    where: str
    problem: str


Records = Iterator[tuple[str, dict[str, object]]]


def foreign_records(path: Path, report: Callable[[Problem], None]) -> Records:
    """The replies inside an Inspect log (.eval, .json) or a promptfoo result (.json), each with where it stands.

    A record has id, language, response, prompt (chat messages), scenario, target, repeat, turn, status and
    finish_reason, as far as the file says. Samples that cannot be read go to `report`. Raises InvalidDataError when the
    file is neither, or is damaged.
    """

    def say(where: str, problem: str) -> None:
        report(Problem(f"{path}: {where}", problem))

    try:
        if path.suffix.lower() == ".eval":
            return eval_records(path, say)
        data = decode_json(path.read_bytes())
    except OSError as problem:
        raise InvalidDataError(f"{path}: cannot be read ({problem.strerror or problem}); check the file") from problem
    except MalformedBodyError as problem:
        raise InvalidDataError(f"{path}: {str(problem).replace('the reply', 'it')}; write the file anew") from problem
    if isinstance(dig(data, "samples"), list):
        return inspect_records(data, say)
    if isinstance(dig(data, "results", "results"), list):
        return promptfoo_records(data, say)
    raise InvalidDataError(f"{path}: neither an Inspect log nor a promptfoo result; give one of them, JSONL or CSV")
