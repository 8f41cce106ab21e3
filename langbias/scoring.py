"""`langbias score`: from a file of records, or from a run folder, to result lines."""

from __future__ import annotations

import datetime
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import msgspec

from langbias.corpus import load_corpus
from langbias.engines import Engine, in_order
from langbias.errors import InvalidDataError, UsageError
from langbias.packs import pack_version
from langbias.packs.loading import resolve_tag
from langbias.parts import Tally, parts_of, score_part
from langbias.records import Malformed
from langbias.registry import choose_checks
from langbias.results import decode_result, encode_result
from langbias.score import Scored, ScoreItem, default_workers, score
from langbias.signature import signature
from langbias.store import RunFolder
from langbias.store.disk import write_atomic
from langbias.types import CheckResult, PackVersion, Run, Scenario, Status

# Fewer replies than this are scored faster in this process than a second one starts.
_WORTH_A_WORKER = 64
_PARTS_WORTH_A_WORKER = 3


@dataclass(frozen=True, slots=True)
class ScoringNote:
    """`scoring.json` of a run folder: how its `results.jsonl` were made."""

    schema_version: int
    checks: tuple[str, ...]
    as_of: str
    packs: tuple[PackVersion, ...]
    signature: str


@dataclass(frozen=True, slots=True)
class ScoreOutcome:
    """What a scoring came to."""

    records: int
    malformed: int
    checks: tuple[str, ...]
    output: Path | None
    signature: str
    tally: Tally | None = None


def score_to(
    source: Path,
    output: Path | None,
    checks: str | None,
    workers: int | None,
    as_of: str | None,
    note: Callable[[str], None],
    engine: Engine = Engine.local,
) -> ScoreOutcome:
    """Score `source` into `output` (default: the run folder, or stdout).

    `source` is a run folder, a file of records, or a folder of Parquet files with records.

    Malformed records are told through `note` and counted. Raises UsageError, InvalidDataError or StoreError.
    """
    names = choose_checks(checks)
    if as_of is not None:
        require_date(as_of)
    folder = RunFolder(source)
    if source.is_dir() and (folder.exists() or not any(source.glob("*.parquet"))):
        done = score_run(folder, names, workers, as_of, engine)
        if output is not None:
            write_atomic(output, [folder.results_path.read_bytes()])
        return replace(done, output=output or done.output)
    return _score_file(source, output, names, workers, as_of or datetime.date.today().isoformat(), note, engine)


def require_date(text: str) -> None:
    """Refuse what is no ISO 8601 date. Raises UsageError."""
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of {text!r} is no date; write it like 2026-11-23") from None


def score_run(
    folder: RunFolder,
    checks: tuple[str, ...],
    workers: int | None = None,
    as_of: str | None = None,
    engine: Engine = Engine.local,
) -> ScoreOutcome:
    """Score every stored response of a run folder into its `results.jsonl`, and say how in `scoring.json`.

    `as_of` defaults to the day the run was made, so that scoring again gives the same bytes.
    """
    run = folder.run()
    today = as_of or run.environment.created_at[:10]
    packs = tuple(pack_version(resolve_tag(tag)) for tag in run.plan.languages)
    # What a good reply recommends is a rule, not a part of what was asked: it is judged as it is known today.
    known = {scenario.id: scenario for scenario in load_corpus().scenarios}
    counted = 0

    def lines() -> Iterator[bytes]:
        nonlocal counted
        for scored in score_in_order(run_items(folder, known), checks, workers, today, engine):
            counted += 1
            yield from _result_lines(scored)

    folder.write_lines(folder.results_path.name, lines())
    note = ScoringNote(
        schema_version=1,
        checks=checks,
        as_of=today,
        packs=packs,
        signature=signature(run.corpus_version, run.corpus_digest, packs, run.plan, _digest(folder, known)),
    )
    folder.write_file("scoring.json", msgspec.json.format(msgspec.json.encode(note, order="sorted")) + b"\n")
    return ScoreOutcome(counted, 0, checks, folder.results_path, note.signature)


def _digest(folder: RunFolder, known: Mapping[str, Scenario]) -> str:
    """Digest of the expectations that judge this run."""
    used = [known.get(scenario.id, scenario).expectation for scenario in folder.scenarios()]
    return hashlib.sha256(msgspec.json.encode(used)).hexdigest()


def _result_lines(scored: Scored) -> Iterator[bytes]:
    for result in scored.results:
        yield encode_result(scored.item.id, result).encode("utf-8", "replace") + b"\n"


def read_note(folder: RunFolder) -> ScoringNote:
    """`scoring.json` of a run folder. Raises InvalidDataError when the run has not been scored."""
    path = folder.path / "scoring.json"
    folder.run()  # says so when this is no run folder at all
    try:
        return msgspec.json.decode(path.read_bytes(), type=ScoringNote)
    except OSError:
        raise InvalidDataError(f"{folder.path}: has not been scored; run: langbias score {folder.path}") from None
    except msgspec.DecodeError as problem:
        raise InvalidDataError(f"{path}: damaged ({problem}); run: langbias score {folder.path}") from problem


def scored_anew(
    folder: RunFolder,
    checks: tuple[str, ...],
    as_of: str,
    workers: int | None = None,
    scenarios: Mapping[str, Scenario] | None = None,
) -> Iterator[tuple[ScoreItem, tuple[CheckResult, ...]]]:
    """Score the responses of a run by the installed packs without touching the folder; `scenarios` as in run_items."""
    for scored in score_in_order(run_items(folder, scenarios), checks, workers, as_of):
        yield scored.item, scored.results


def run_items(folder: RunFolder, scenarios: Mapping[str, Scenario] | None = None) -> Iterator[ScoreItem]:
    """The stored responses of a run with all that checks may know. Failed turns (transport) are no replies.

    `scenarios` replaces what the run itself keeps about its scenarios, where it holds them.
    """
    prompts = {prompt.id: prompt for prompt in folder.prompts()}
    scenarios = {scenario.id: scenario for scenario in folder.scenarios()} | dict(scenarios or {})
    trials = {trial.id: trial for trial in folder.trials()}
    trial_id, earlier = "", list[str]()
    for response in folder.responses():
        if response.status is Status.FAILED:
            continue
        trial = trials[response.trial_id]
        prompt = prompts[trial.prompt_id]
        scenario = scenarios[prompt.scenario_id]
        if response.trial_id != trial_id:
            trial_id, earlier = response.trial_id, []
        turns = prompt.turns[: response.turn + 1]
        yield ScoreItem(
            id=f"{response.trial_id}/{response.turn}",
            language=prompt.language,
            response=response,
            turns=turns,
            earlier_replies=tuple(earlier),
            region=prompt.region,
            facts=tuple(fact for fact in prompt.facts if any((fact.quote or "") in turn for turn in turns)),
            expectation=scenario.expectation,
            scenario_id=prompt.scenario_id,
            target_id=trial.target_id,
            repeat=trial.repeat,
        )
        earlier.append(response.text)


def score_in_order(
    items: Iterable[ScoreItem],
    checks: tuple[str, ...],
    workers: int | None,
    today: str,
    engine: Engine = Engine.local,
) -> Iterator[Scored]:
    """Score `items` in their order; `workers` None starts processes only where there is work for them."""
    source = iter(items)
    first = list(islice(source, _WORTH_A_WORKER))
    if workers is None:
        workers = default_workers() if len(first) == _WORTH_A_WORKER else 1

    def everything() -> Iterator[ScoreItem]:
        yield from first
        yield from source

    return score(everything(), checks, today=today, workers=workers, engine=engine)


def _score_file(
    source: Path,
    output: Path | None,
    checks: tuple[str, ...],
    workers: int | None,
    today: str,
    note: Callable[[str], None],
    engine: Engine,
) -> ScoreOutcome:
    corpus = load_corpus()
    malformed = 0
    tally = Tally()

    def report(problem: Malformed) -> None:
        nonlocal malformed
        malformed += 1
        note(f"{problem.where}: {problem.problem}")

    def lines() -> Iterator[bytes]:
        parts = parts_of(source, checks, today, report)
        first = list(islice(parts, _PARTS_WORTH_A_WORKER))
        processes = workers or (default_workers() if len(first) == _PARTS_WORTH_A_WORKER else 1)
        for part in in_order(score_part, chain(first, parts), workers=processes, engine=engine):
            for problem in part.malformed:
                report(problem)
            tally.add(part.tally)
            yield part.lines

    _write(lines(), output)
    packs = [pack_version(tag) for tag in sorted(filter(None, map(_pack_tag, tally.languages)))]
    made_with = signature(corpus.version, corpus.digest, dict.fromkeys(packs), None)
    return ScoreOutcome(tally.records, malformed, checks, output, made_with, tally)


def _pack_tag(tag: str) -> str | None:
    try:
        return resolve_tag(tag)
    except UsageError:
        return None


def _write(lines: Iterable[bytes], output: Path | None) -> None:
    """To a file, which appears when it is whole, or to stdout."""
    if output is not None:
        write_atomic(output, lines)
        return
    for line in lines:
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def stored_results(folder: RunFolder, checks: tuple[str, ...]) -> Iterator[tuple[ScoreItem, tuple[CheckResult, ...]]]:
    """Responses of a scored run with their results. Raises InvalidDataError when the results are of other responses."""
    stale = InvalidDataError(f"{folder.results_path}: does not fit responses.jsonl; run: langbias score {folder.path}")
    with folder.results_path.open("rb") as file:
        for item in run_items(folder):
            results = []
            for check in checks:
                try:
                    line = msgspec.json.decode(file.readline())
                    if line["id"] != item.id or line["check"] != check:
                        raise stale
                    results.append(decode_result(line, item.response.trial_id, item.response.turn))
                except (msgspec.DecodeError, KeyError, TypeError, ValueError) as problem:
                    raise stale from problem
            yield item, tuple(results)
        if file.readline():
            raise stale


def run_of(folder: RunFolder) -> Run:
    """The manifest with the signature of the scoring, which is what its numbers were made with."""
    return replace(folder.run(), signature=read_note(folder).signature)
