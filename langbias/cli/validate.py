"""`langbias validate`: corpus and packs against their own rules; no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from langbias.cli.options import AsOf, Json
from langbias.cli.output import note, print_table


def validate(
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="[TAG]...", help="Only these packs. Default: all.")
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option("--corpus", metavar="DIR", help="A prompts_by_language folder. Default: the shipped one."),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            metavar="FILE",
            help="Measure instead how often each check is right: records of `langbias score` with `labels`.",
        ),
    ] = None,
    labelled_by: Annotated[
        str | None, typer.Option("--labelled-by", help="Who labelled them; goes into the record.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="What the replies are. Default: the name of the file.")
    ] = None,
    model_labels: Annotated[
        bool,
        typer.Option("--model-labels", help="The labels are language models', not people's: every report says so."),
    ] = False,
    as_of: AsOf = None,
    write: Annotated[bool, typer.Option("--write", help="Write the records into the packs' validation.toml.")] = False,
    as_json: Json = False,
) -> None:
    """Check corpus and language packs: print the scenario x language matrix, and every rule that fails its examples."""
    if labels is not None:
        _measure(labels, labelled_by, model_labels, data, as_of, write, as_json)
        return
    from langbias.validation import validate_all

    report = validate_all(tags, corpus)
    if as_json:
        print(json.dumps(report.as_object(), ensure_ascii=False, indent=2, sort_keys=True))
    else:
        print_table(
            ("scenario", *report.languages),
            [(name, *("yes" if there else "MISSING" for there in row)) for name, row in report.matrix],
        )
        print_table(
            ("pack", "rules and lists", "examples", "problems"),
            [(p.tag, str(p.blocks), str(p.examples), str(p.problems)) for p in report.packs],
        )
    for problem in report.problems:
        note(problem)
    if report.problems:
        note(f"{len(report.problems)} problems")
        raise typer.Exit(3)
    looked = f"{report.prompts} prompts, {report.blocks} rules and lists, {report.examples} examples"
    note(f"corpus and packs are sound: {looked}")


def _measure(
    labels: Path,
    labelled_by: str | None,
    by_models: bool,
    data: str | None,
    as_of: str | None,
    write: bool,
    as_json: bool,
) -> None:
    """Count how often each check is right on labelled replies; print the records, or write them into the packs."""
    import datetime

    import msgspec

    from langbias.error_rates import measure_error_rates, write_records
    from langbias.errors import UsageError
    from langbias.packs.validation import validation_toml
    from langbias.records import Malformed
    from langbias.scoring import require_date

    if not labelled_by or not labelled_by.strip():
        raise UsageError(
            "--labels needs --labelled-by: say who labelled the replies (two native speakers, initials ...)"
        )
    if as_of is not None:
        require_date(as_of)
    malformed: list[Malformed] = []
    date = as_of or datetime.date.today().isoformat()
    packs = measure_error_rates(
        labels, labelled_by.strip(), data or labels.name, date, malformed.append, by_models=by_models
    )
    for problem in malformed:
        note(f"{problem.where}: {problem.problem}")
    for pack in packs:
        for line in pack.skipped:
            note(line)
        if write and pack.records:
            note(str(write_records(pack)))
    if as_json:
        print(json.dumps(msgspec.to_builtins(packs), ensure_ascii=False, indent=2, sort_keys=True))
    else:
        print_table(
            ("language", "check", "right on failing", "right on good", "abstained"),
            [
                (pack.tag, r.check, f"{r.caught} of {r.failing}", f"{r.kept} of {r.good}", str(r.abstained))
                for pack in packs
                for r in pack.records
            ],
        )
        if not write:
            for pack in packs:
                print(f"# {pack.tag}/validation.toml\n{validation_toml(pack.records)}")
    if malformed:
        raise typer.Exit(3)
