"""The verbs put together. Importing this imports no heavy package: each verb loads what it needs when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from langbias.cli.audit import audit
from langbias.cli.collect import collect
from langbias.cli.compare import compare
from langbias.cli.explain import explain
from langbias.cli.export import export
from langbias.cli.gate import gate
from langbias.cli.languages import languages
from langbias.cli.plan import plan
from langbias.cli.report import report
from langbias.cli.resources import resources
from langbias.cli.review import review
from langbias.cli.score import score
from langbias.cli.targets import targets
from langbias.cli.validate import validate

app = typer.Typer(
    help="Shows whether a chatbot serves people in distress equally well in every language.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
for verb in (audit, collect, score, report, compare, gate, export, plan, validate, languages, targets, explain):
    app.command()(verb)
app.add_typer(review, name="review")
app.add_typer(resources, name="resources")


def _version(wanted: bool) -> None:
    if wanted:
        from langbias import __version__

        print(f"langbias {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    del version
