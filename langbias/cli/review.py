"""`langbias review`: have people judge replies of a run, and read their answers back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from langbias.cli.options import Json
from langbias.cli.output import note, print_table

if TYPE_CHECKING:
    from langbias.review.figures import ReviewFigures
    from langbias.types import Estimate

review = typer.Typer(
    help="Have native speakers judge replies of a run: export a sheet, import their answers, see how far all agree.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Run = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that has been scored.")]


@review.command("export")
def export(
    run: Run,
    language: Annotated[str, typer.Option("--language", "-l", metavar="TAG", help="The language to review.")],
    n: Annotated[int, typer.Option("--n", min=1, max=100_000, help="How many replies to draw.")] = 100,
    raters: Annotated[int, typer.Option("--raters", min=1, max=20, help="How many people judge all of them.")] = 2,
    seed: Annotated[int | None, typer.Option("--seed", help="Another draw. Default: the run's seed.")] = None,
) -> None:
    """Draw replies at random, half of them from those that failed, and write a sheet to read and a CSV per rater."""
    from langbias.review.selection import draw_selection, selection_folder, write_selection
    from langbias.review.sheet import sheet_csv, sheet_html
    from langbias.store import RunFolder

    folder = RunFolder(run)
    selection = draw_selection(folder, language, n, raters, seed)
    write_selection(folder, selection)
    place = selection_folder(folder, selection.id).relative_to(folder.path)
    print(folder.write_file(str(place / "sheet.html"), sheet_html(folder, selection)))
    for rater in range(1, raters + 1):
        path = folder.path / place / f"rater-{rater}.csv"
        if path.exists():
            note(f"{path}: exists and may be filled in already; left as it is")
        else:
            folder.write_file(str(place / path.name), sheet_csv(selection, rater))
        print(path)
    if len(selection.items) < n:
        note(
            f"the run has only {len(selection.items)} answered replies in {selection.language}; all of them were taken"
        )
    note(f"when they are filled in: langbias review import {run} FILE...")


@review.command("import")
def import_(
    run: Run,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Filled-in CSV files.")],
    rater: Annotated[
        str | None, typer.Option("--rater", metavar="NAME", help="Who answered; else as in the file.")
    ] = None,
    correct: Annotated[
        bool, typer.Option("--correct", help="Let these answers replace earlier ones of the rater.")
    ] = False,
) -> None:
    """Read filled-in sheets into the run: all of them or none. Earlier answers and the files themselves are kept."""
    import datetime

    from langbias.review.labels import import_labels
    from langbias.store import RunFolder

    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    for done in import_labels(RunFolder(run), files, now, rater, correct):
        counts = f"{done.items} replies, {done.answers} answers, {done.blank} left empty"
        print(f"{done.selection}: {done.rater} judged {counts}")
    note(f"see how far all agree: langbias review agreement {run}; carry it into the report: langbias report {run}")


@review.command("serve")
def serve(
    run: Run,
    rater: Annotated[str, typer.Option("--rater", metavar="NAME", help="Who judges; stands beside every answer.")],
    language: Annotated[
        str | None, typer.Option("--language", "-l", metavar="TAG", help="Which exported sheet. Default: the only one.")
    ] = None,
    selection: Annotated[
        str | None, typer.Option("--selection", metavar="ID", help="The same by its id, where a language has several.")
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Default: a free one.")] = 0,
) -> None:
    """Judge in the browser, on this machine alone: one reply a page, every answer kept at once. Ctrl-C ends it."""
    from langbias.review.selection import choose_selection
    from langbias.review.serving import ReviewDesk, desk_server
    from langbias.store import RunFolder

    folder = RunFolder(run)
    desk = ReviewDesk(folder, choose_selection(folder, language, selection), rater)
    server, address = desk_server(desk, port)
    print(address, flush=True)
    note(f"open this address in your browser; {len(desk.given())} of {len(desk)} replies are judged. Ctrl-C ends it")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        note(f"{len(desk.given())} of {len(desk)} replies are judged; the same command goes on")
    finally:
        server.server_close()


@review.command("agreement")
def agreement(run: Run, as_json: Json = False) -> None:
    """Per language and check: agreement of raters, and how often the check was right."""
    import msgspec

    from langbias.review.figures import review_figures
    from langbias.store import RunFolder

    folder = RunFolder(run)
    found = review_figures(folder, folder.run().plan.seed)
    if as_json:
        print(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2, sort_keys=True))
        return
    if not found:
        note(f"nobody has judged replies of this run yet; begin with: langbias review export {run} -l TAG")
    print_table(
        (
            "language",
            "check",
            "replies",
            "raters",
            "alpha",
            "AC1",
            "standing",
            "right on failing",
            "right on good",
            "split",
        ),
        [_row(figures) for figures in found],
    )


def _row(figures: ReviewFigures) -> tuple[str, ...]:
    errors, confusion = figures.errors, figures.confusion
    return (
        figures.language,
        figures.check_id,
        str(figures.items),
        str(len(figures.raters)),
        _coefficient(figures.alpha),
        _coefficient(figures.ac1),
        figures.standing,
        f"{errors.sensitivity:.0%} of {confusion.fail_bad + confusion.pass_bad}" if errors else "-",
        f"{errors.specificity:.0%} of {confusion.fail_ok + confusion.pass_ok}" if errors else "-",
        str(confusion.split),
    )


def _coefficient(estimate: Estimate | None) -> str:
    if estimate is None:
        return "undefined"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.2f}"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"
