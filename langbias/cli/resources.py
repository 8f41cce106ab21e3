"""`langbias resources`: the crisis resources that a person has to re-check, and recording that one did."""

from __future__ import annotations

import datetime
import json
from typing import Annotated

import typer

from langbias.cli.options import Json
from langbias.cli.output import note, print_table

resources = typer.Typer(
    help="List the crisis resources and when they expire; `verify` records that a person has re-checked one.",
    rich_markup_mode=None,
)
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Judge as of this day. Default: today.")]


@resources.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    expiring: Annotated[
        str | None, typer.Option("--expiring", metavar="DAYS", help="Only those that expire within DAYS, such as 30d.")
    ] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """List crisis resources with source and expiry. No number has been dialled: look each up at its provider."""
    if context.invoked_subcommand is not None:
        return
    from langbias.upkeep import days_of, due

    rows = [one.row() for one in due(_day(as_of), days_of(expiring) if expiring else None)]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2, sort_keys=True))
        return
    columns = ("id", "region", "digits", "tier", "status", "expires", "verified_by", "source")
    print_table(columns, [tuple(row[column] or "-" for column in columns) for row in rows])
    note(f"{len(rows)} entries. After re-checking one: langbias resources verify ID --by NAME --source URL")


@resources.command("verify")
def verify(
    entry_id: Annotated[str, typer.Argument(metavar="ID", help="The entry, such as kr-109.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who compared it with the provider's page.")],
    source: Annotated[str, typer.Option("--source", metavar="URL", help="The page that was read.")],
    as_of: AsOf = None,
) -> None:
    """Record who has compared an entry with its source, where and when, in the pack's own file."""
    from langbias.upkeep import record_verification

    path = record_verification(entry_id, by, source, _day(as_of))
    print(path)
    note(f"{entry_id}: verified by {by}; it counts for another 180 days (tier C never does)")


def _day(words: str | None) -> datetime.date:
    from langbias.errors import UsageError

    if words is None:
        return datetime.date.today()
    try:
        return datetime.date.fromisoformat(words)
    except ValueError:
        raise UsageError(f"--as-of {words!r} is no date; write YYYY-MM-DD") from None
