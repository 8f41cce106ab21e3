"""`langbias gate RUN`: pass, fail, or cannot tell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from langbias.cli.options import Json
from langbias.cli.output import note, print_table


def gate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder that has been scored.")],
    policy: Annotated[
        str, typer.Option("--policy", metavar="FILE", help="A policy file, or one of first-week, usual, strict.")
    ] = "usual",
    against: Annotated[
        Path | None, typer.Option("--against", metavar="BASE", help="The run of the release before, for drops.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", "-t", metavar="ID", help="Only this target of the run.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Let what cannot be told fail.")] = False,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE.xml", help="Write JUnit XML.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE.md", help="Write a summary fit for a pull request.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge a run by a policy. Exit code 0: passes; 1: fails; 6: too little to tell."""
    from langbias.errors import UsageError
    from langbias.gate.judging import gate_run
    from langbias.gate.output import SYMBOLS, cell_words, gate_json, gate_markdown, headline, junit_xml
    from langbias.gate.policy import load_policy
    from langbias.store import RunFolder
    from langbias.store.disk import write_atomic
    from langbias.tags import closest

    rules = load_policy(policy)
    names = [found.id for found in RunFolder(run).run().targets]
    if target is not None and target not in names:
        raise UsageError(f"the run has no target {target!r}{closest(target, names)}")
    result = gate_run(run, rules, against, target=target, strict=strict)
    for path, text in ((junit, junit_xml(result)), (markdown, gate_markdown(result))):
        if path is not None:
            write_atomic(path, [text.encode("utf-8", "replace")])
    if as_json:
        print(gate_json(result), end="")
    else:
        print_table(
            ("", "check", "language", "why"),
            [(f"{SYMBOLS[c.state]} {c.state}", c.check_id, c.language, cell_words(c)) for c in result.cells],
        )
        print(headline(result))
        print(result.signature)
    for line in result.notes:
        note(line)
    raise typer.Exit(result.exit_code)
