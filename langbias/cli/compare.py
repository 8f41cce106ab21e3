"""`langbias compare A B`: what changed from one run to another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from langbias.cli.options import Workers
from langbias.cli.output import note, print_table


def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="The run folder to compare with.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="The run folder that is compared.")],
    target_a: Annotated[str | None, typer.Option("--target-a", metavar="ID", help="Which target of A.")] = None,
    target_b: Annotated[str | None, typer.Option("--target-b", metavar="ID", help="Which target of B.")] = None,
    rescore: Annotated[
        bool,
        typer.Option(
            "--rescore", help="Score both anew by the installed packs, on the prompts that are the same in both."
        ),
    ] = False,
    formats: Annotated[
        str, typer.Option("--format", metavar="NAMES", help="Any of html, md, json, separated by commas.")
    ] = "html,md,json",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Default: compare-A in the folder of B.")
    ] = None,
    workers: Workers = None,
) -> None:
    """Compare two runs, two targets, or two releases of one: paired by scenario, per language and check."""
    from langbias.compare import FORMATS, compare_runs, write_comparison
    from langbias.errors import UsageError
    from langbias.report.comparison import change_words, headline
    from langbias.report.words import points, points_interval
    from langbias.tags import closest

    wanted = tuple(name.strip() for name in formats.split(",") if name.strip())
    for name in wanted:
        if name not in FORMATS:
            raise UsageError(f"unknown format {name!r}{closest(name, FORMATS)}")
    found = compare_runs(before, after, target_before=target_a, target_after=target_b, rescore=rescore, workers=workers)
    rows = []
    for change in found.changes:
        words = change_words(change.verdict)
        shown = [f"{points(e.value)} ({points_interval(e)})" if e else "-" for e in (change.change, change.gap_change)]
        verdict = f"{words.symbol} {words.words}"
        rows.append((change.check_id, change.language, *shown, verdict, str(change.broke), str(change.mended)))
    print_table(("check", "language", "change, points", "change of the gap", "verdict", "broke", "mended"), rows)
    for line in found.notes:
        note(line)
    print(headline(found))
    for path in write_comparison(found, output or after / f"compare-{found.before.run_id}", wanted):
        note(str(path))
