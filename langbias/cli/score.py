"""`langbias score INPUT`: check recorded replies, or the replies of a run folder, without any network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from langbias.cli.options import AsOf, Checks, Engines, Workers
from langbias.cli.output import note
from langbias.engines import Engine


def score(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            help="A run folder, a file (.jsonl, .csv, .parquet, .eval of Inspect, .json of Inspect or promptfoo), or a"
            " folder of .parquet files.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT.jsonl", help="Default: the run folder, or stdout.")
    ] = None,
    checks: Checks = None,
    workers: Workers = None,
    engine: Engines = Engine.local,
    as_of: AsOf = None,
) -> None:
    """Run the checks over recorded replies: one JSON line per reply and check, in input order."""
    from langbias.scoring import score_to

    outcome = score_to(source, output, checks, workers, as_of, note, engine)
    note(
        f"{outcome.records} replies x {len(outcome.checks)} checks"
        + (f" -> {outcome.output}" if outcome.output else "")
        + f"\n{outcome.signature}"
    )
    if outcome.malformed:
        note(f"{outcome.malformed} malformed records were left out (named above); the rest is scored")
        raise typer.Exit(3)
