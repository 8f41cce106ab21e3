"""Which replies people are asked to judge: a stratified random draw, with the weights that undo the stratification."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from langbias.errors import InvalidDataError, UsageError
from langbias.scoring import read_note, stored_results
from langbias.store import RunFolder
from langbias.tags import canonical, closest
from langbias.types import BASE, Outcome, Status

FOLDER = "review"
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class SelectedItem:
    """One reply to judge. `item` says nothing about it; `weight` is one over the chance that it was drawn."""

    item: str
    trial_id: str
    turn: int
    target_id: str
    stratum: str
    weight: float


@dataclass(frozen=True, slots=True)
class ReviewSelection:
    """The replies drawn from one run in one language, in the order of the sheet."""

    schema_version: int
    id: str
    run_id: str
    signature: str
    language: str
    seed: int
    raters: int
    checks: tuple[str, ...]
    items: tuple[SelectedItem, ...]


def draw_selection(folder: RunFolder, language: str, n: int, raters: int, seed: int | None) -> ReviewSelection:
    """Draw `n` answered replies, half of them from those that some check failed; all of them when there are fewer.

    Replies to the base prompts only: they alone count in the rates that the answers correct. The same run, language, n
    and seed give the same draw. Raises UsageError for a language that the run lacks or has no answered reply in,
    InvalidDataError for a run that was not scored.
    """
    run, note = folder.run(), read_note(folder)
    tag = canonical(language)
    if tag not in run.plan.languages:
        raise UsageError(f"the run has no language {tag!r}{closest(tag, run.plan.languages)}")
    seed = run.plan.seed if seed is None else seed
    base = {prompt.id for prompt in folder.prompts() if prompt.variant == BASE}
    trials = {trial.id for trial in folder.trials() if trial.prompt_id in base}
    strata: dict[str, list[tuple[str, int, str]]] = {"failed": [], "passed": []}
    for item, results in stored_results(folder, note.checks):
        answered = item.response.status in (Status.OK, Status.TRUNCATED)
        if item.language == tag and answered and item.response.trial_id in trials:
            failed = any(result.outcome is Outcome.FAIL for result in results)
            place = (item.response.trial_id, item.response.turn, item.target_id)
            strata["failed" if failed else "passed"].append(place)
    if not any(strata.values()):
        raise UsageError(f"no reply in {tag!r} was answered, so there is nothing to review")
    selection_id = f"{tag}-{hashlib.sha256(f'{run.id}/{tag}/{n}/{seed}'.encode()).hexdigest()[:8]}"
    rng = random.Random(f"{seed}/{tag}/{n}")
    items = [
        SelectedItem(_opaque(selection_id, trial, turn), trial, turn, target, stratum, len(strata[stratum]) / taken)
        for stratum, taken in _shares(strata["failed"], strata["passed"], n)
        for trial, turn, target in rng.sample(strata[stratum], taken)
    ]
    rng.shuffle(items)
    return ReviewSelection(
        SCHEMA_VERSION, selection_id, run.id, note.signature, tag, seed, raters, note.checks, tuple(items)
    )


def _shares(failed: Sequence[object], passed: Sequence[object], n: int) -> list[tuple[str, int]]:
    from_failed = min(len(failed), max(n // 2, n - len(passed)))
    from_passed = min(len(passed), n - from_failed)
    return [(name, taken) for name, taken in (("failed", from_failed), ("passed", from_passed)) if taken]


def _opaque(selection_id: str, trial_id: str, turn: int) -> str:
    return hashlib.sha256(f"{selection_id}/{trial_id}/{turn}".encode()).hexdigest()[:10]


def selection_folder(folder: RunFolder, selection_id: str) -> Path:
    """Where a selection and all that belongs to it is kept."""
    return folder.path / FOLDER / selection_id


def write_selection(folder: RunFolder, selection: ReviewSelection) -> Path:
    """Keep a selection in the run folder. One that people may have begun to judge is never replaced by another."""
    path = selection_folder(folder, selection.id) / "selection.json"
    if path.exists() and read_selection(path) != selection:
        raise UsageError(
            f"{path}: holds another draw (the run was scored anew since); give another --seed for a new one"
        )
    content = msgspec.json.format(msgspec.json.encode(selection, order="sorted")) + b"\n"
    return folder.write_file(str(path.relative_to(folder.path)), content)


def read_selection(path: Path) -> ReviewSelection:
    """A stored selection. Raises InvalidDataError when it is damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ReviewSelection)
    except (OSError, msgspec.DecodeError) as problem:
        raise InvalidDataError(f"{path}: damaged ({problem}); restore it from a copy") from problem


def selections(folder: RunFolder) -> Iterator[ReviewSelection]:
    """Every selection of a run, by id."""
    for path in sorted((folder.path / FOLDER).glob("*/selection.json")):
        yield read_selection(path)


def choose_selection(folder: RunFolder, language: str | None, selection_id: str | None) -> ReviewSelection:
    """The exported selection that is meant. Raises UsageError, naming those there are, unless it is exactly one."""
    there = list(selections(folder))
    tag = canonical(language) if language else None
    found = [s for s in there if (tag is None or s.language == tag) and (selection_id is None or s.id == selection_id)]
    if len(found) == 1:
        return found[0]
    if not there:
        raise UsageError(
            f"{folder.path}: nothing was exported for review; run: langbias review export {folder.path} -l TAG"
        )
    names = ", ".join(s.id for s in there)
    raise UsageError(f"{len(found)} exported sheets fit; name one with --selection: {names}")
