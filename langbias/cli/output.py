"""Printing for people: tables to stdout, notes and progress to stderr. Colour only on a terminal, never alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def note(text: str) -> None:
    """A line for the person at the keyboard; never data."""
    print(text, file=sys.stderr)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """An aligned table on stdout. Wide and combining characters are measured as a terminal shows them."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        # A file or pipe has no width; do not fold its lines.
        console.width = 200
    console.print(table)
