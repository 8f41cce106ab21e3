"""`langbias report RUN`: write the reports of a run folder anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from langbias.cli import options
from langbias.cli.output import note


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that has been scored.")],
    formats: Annotated[
        str, typer.Option("--format", metavar="NAMES", help="Any of html, md, json, csv, separated by commas.")
    ] = "html,md,json,csv",
    tokenizer: options.Tokenizer = None,
    prices: options.Prices = options.PRICES,
) -> None:
    """Write report.html, report.md, summary.json and results.csv. The same folder gives the same bytes."""
    from langbias.cli.making import price_table
    from langbias.cli.summary import print_summary
    from langbias.errors import UsageError
    from langbias.publish import FORMATS, publish
    from langbias.store import RunFolder
    from langbias.tags import closest
    from langbias.tokenizer import read_tokenizer

    wanted = tuple(name.strip() for name in formats.split(",") if name.strip())
    for name in wanted:
        if name not in FORMATS:
            raise UsageError(f"unknown format {name!r}{closest(name, FORMATS)}")
    counter = read_tokenizer(tokenizer) if tokenizer else None
    published = publish(RunFolder(run), wanted, counter, price_table(prices))
    print_summary(published.summary)
    for name in published.files:
        note(str(run / name))
    print(published.summary.signature)
