"""`langbias export RUN`: a scored run as a file of another tool."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from langbias.cli.output import note


class Format(StrEnum):
    """What can be written."""

    inspect = "inspect"
    promptfoo = "promptfoo"
    every_eval_ever = "every_eval_ever"


class Relationship(StrEnum):
    """What every_eval_ever asks: who the evaluator is to the developer of the model."""

    first_party = "first_party"
    third_party = "third_party"
    collaborative = "collaborative"
    other = "other"


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that has been scored.")],
    form: Annotated[Format, typer.Option("--format", help="The tool that shall read it.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write.")],
    target: Annotated[
        str | None,
        typer.Option("--target", "-t", metavar="T", help="Which target, where a file holds one and the run several."),
    ] = None,
    organization: Annotated[
        str, typer.Option("--organization", metavar="NAME", help="every_eval_ever: who made the evaluation.")
    ] = "unknown",
    relationship: Annotated[
        Relationship, typer.Option("--relationship", help="every_eval_ever: what you are to the model's developer.")
    ] = Relationship.other,
) -> None:
    """Write a scored run for another tool.

    inspect: a log for `inspect view` of one target. promptfoo: a result file with all targets. every_eval_ever:
    an aggregate record in FILE, and its instances beside it with the ending .jsonl.
    """
    from langbias.errors import UsageError
    from langbias.interchange.exchanges import target_of
    from langbias.store import RunFolder
    from langbias.store.disk import write_atomic

    folder = RunFolder(run)
    manifest = folder.run()
    instances_path = output.with_suffix(".jsonl")
    if form is not Format.promptfoo and output.suffix != ".json":
        raise UsageError(f"--output {output}: {form.value} reads .json files; give a name that ends in .json")
    match form:
        case Format.inspect:
            from langbias.interchange.inspect_writing import inspect_log

            write_atomic(output, inspect_log(folder, target_of(manifest, target)))
        case Format.promptfoo:
            from langbias.interchange.promptfoo_writing import promptfoo_json

            write_atomic(output, promptfoo_json(folder))
        case Format.every_eval_ever:
            from langbias.interchange.every_eval_ever import aggregate, instances
            from langbias.publish import summarise
            from langbias.scoring import read_note, run_of

            chosen = target_of(manifest, target)
            summary = summarise(folder, run_of(folder), read_note(folder))
            write_atomic(instances_path, instances(folder, chosen))
            record = aggregate(
                manifest,
                summary,
                chosen,
                organization=organization,
                relationship=relationship.value,
                details=instances_path.name,
            )
            write_atomic(output, [record])
            note(str(instances_path))
    note(str(output))
