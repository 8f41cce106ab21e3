"""How often each check is right: recorded replies that people have labelled, scored and counted, per language."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from langbias.corpus import load_corpus
from langbias.errors import InvalidDataError, UsageError
from langbias.packs.loading import pack_folder, resolve_tag
from langbias.packs.validation import ValidationRecord, load_validation, validation_problems, validation_toml
from langbias.records import Known, Malformed, read_rows, record_of
from langbias.registry import choose_checks
from langbias.score import ScoreItem
from langbias.scoring import score_in_order
from langbias.store.disk import write_atomic
from langbias.tags import closest
from langbias.types import Outcome

PREFIX = "label_"
_GOOD, _BAD = ("ok", "pass", "good"), ("bad", "fail")


@dataclass(frozen=True, slots=True)
class MeasuredPack:
    """One pack with the records that its labels gave, sorted by check, and what could not be counted."""

    tag: str
    records: tuple[ValidationRecord, ...]
    skipped: tuple[str, ...]


def measure_error_rates(
    path: Path,
    who_labelled: str,
    data: str,
    date: str,
    report: Callable[[Malformed], None],
    workers: int | None = None,
    by_models: bool = False,
) -> tuple[MeasuredPack, ...]:
    """Score labelled records and count how often each check was right, per language pack.

    A record is one of `langbias score` with `labels` ({check: "ok" or "bad"}), or columns `label_<check>`. Crisis
    resources are judged as of `date`. Malformed records go to `report`. `by_models` says that no people gave
    the labels. Raises InvalidDataError when no record is labelled, and for a record id that stands twice.
    """
    known = Known(load_corpus())
    labels: dict[str, dict[str, bool]] = {}
    problems: list[Malformed] = []

    def items() -> Iterator[ScoreItem]:
        for where, fields in read_rows(path, problems.append):
            try:
                item = record_of(fields, known)
                given = _labels(fields)
            except (UsageError, ValueError, TypeError) as problem:
                problems.append(Malformed(where, str(problem)))
                continue
            if item.id in labels:
                raise InvalidDataError(f"{where}: record {item.id!r} stands twice; give each reply one row")
            if given:
                labels[item.id] = given
                yield item

    checks = choose_checks(None)
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for scored in score_in_order(items(), checks, workers, date):
        try:
            tag = resolve_tag(scored.item.language)
        except UsageError as problem:
            problems.append(Malformed(f"{path}: record {scored.item.id!r}", str(problem)))
            continue
        for result in scored.results:
            bad = labels[scored.item.id].get(result.check_id)
            if bad is not None:
                counts[tag, result.check_id][_kind(bad, result.outcome)] += 1
    if not labels:
        raise InvalidDataError(
            f"{problems[0].where}: {problems[0].problem}"
            if problems
            else f"{path}: no record is labelled; add `labels` or columns such as {PREFIX}fidelity"
        )
    for malformed in problems:
        report(malformed)
    tags = sorted({tag for tag, _ in counts})
    whose: Literal["people", "models"] = "models" if by_models else "people"
    return tuple(_pack(tag, checks, counts, (data, date, who_labelled, whose)) for tag in tags)


def _labels(fields: Mapping[str, Any]) -> dict[str, bool]:
    """Check -> whether people call the reply failing."""
    given = fields.get("labels") or {
        name.removeprefix(PREFIX): value for name, value in fields.items() if name.startswith(PREFIX)
    }
    if not isinstance(given, Mapping):
        raise ValueError("field `labels` must be an object from check to ok or bad")
    found = {}
    known = choose_checks(None)
    for check, value in given.items():
        if check not in known:
            raise ValueError(f"`labels`: unknown check {check!r}{closest(check, known)}")
        word = str(value).strip().lower()
        if word in _GOOD or word in _BAD:
            found[check] = word in _BAD
        elif word not in ("", "unsure", "none"):
            raise ValueError(f"`labels.{check}` is {value!r}; write ok, bad or unsure")
    return found


def _kind(bad: bool, outcome: Outcome) -> str:
    if outcome not in (Outcome.PASS, Outcome.FAIL):
        return "abstained"
    return f"{'bad' if bad else 'good'}_{outcome.value}"


def _pack(
    tag: str,
    checks: tuple[str, ...],
    counts: Mapping[tuple[str, str], Counter[str]],
    origin: tuple[str, str, str, Literal["people", "models"]],
) -> MeasuredPack:
    data, date, who, labels = origin
    records, skipped = [], []
    for check in checks:
        found = counts.get((tag, check))
        if not found:
            continue
        record = ValidationRecord(
            check=check,
            failing=found["bad_fail"] + found["bad_pass"],
            caught=found["bad_fail"],
            good=found["good_fail"] + found["good_pass"],
            kept=found["good_pass"],
            data=data,
            date=date,
            who_labelled=who,
            abstained=found["abstained"],
            labels=labels,
        )
        problems = validation_problems((record,))
        skipped += [f"{tag}: {problem}" for problem in problems]
        records += [] if problems else [record]
    return MeasuredPack(tag, tuple(records), tuple(skipped))


def write_records(pack: MeasuredPack) -> Path:
    """Write the records into the pack, in place of those of the same checks. Raises StoreError for disk errors."""
    path = Path(str(pack_folder(pack.tag))) / "validation.toml"
    fresh = {record.check for record in pack.records}
    kept = [record for record in load_validation(pack.tag) if record.check not in fresh]
    write_atomic(path, [validation_toml((*kept, *pack.records)).encode()])
    load_validation.cache_clear()
    return path
