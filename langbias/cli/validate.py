"""`langbias validate`: corpus and packs against their own rules; no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from langbias.cli.options import Json
from langbias.cli.output import note, print_table


def validate(
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="[TAG]...", help="Only these packs. Default: all.")
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option("--corpus", metavar="DIR", help="A prompts_by_language folder. Default: the shipped one."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check corpus and language packs: print the scenario x language matrix, and every rule that fails its examples."""
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
