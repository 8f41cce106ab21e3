"""The sheet an auditor fills in by hand for a chatbot without an API; `replay` reads it back."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from langbias.errors import UsageError
from langbias.types import Prompt

COLUMNS = ("prompt_id", "language", "scenario", "variant", "turn", "repeat", "prompt", "response", "status")


def write_sheet(path: Path, prompts: Iterable[Prompt], repeats: int) -> int:
    """Write one line per turn to ask, with `response` and `status` empty; returns how many. UTF-8 with a signature,
    which spreadsheets need. Raises UsageError when `path` exists: it may hold hours of somebody's work.
    """
    if path.suffix.lower() != ".csv":
        raise UsageError(f"--export {path}: the sheet is a CSV file; give a name that ends in .csv")
    rows = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for prompt in prompts:
                for repeat in range(repeats):
                    for turn, text in enumerate(prompt.turns):
                        place = (prompt.id, prompt.language, prompt.scenario_id, prompt.variant, turn, repeat)
                        writer.writerow((*place, text, "", ""))
                        rows += 1
    except FileExistsError:
        raise UsageError(f"--export {path}: the file exists; it may be filled in, so choose another name") from None
    except OSError as problem:
        raise UsageError(f"--export {path}: cannot be written ({problem.strerror}); choose another place") from problem
    return rows
