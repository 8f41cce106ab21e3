"""`langbias explain ID`: the page of one rule, printed from the rule's own block."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from langbias.cli.options import Json


def explain(
    rule_id: Annotated[str, typer.Argument(metavar="ID", help="A full rule id, such as ko/artifacts/dangsin-address.")],
    as_json: Json = False,
) -> None:
    """Explain a rule: what it looks for, why, its examples, its source, and who has reviewed it."""
    from langbias.explain import rule_page, rule_record

    if as_json:
        print(json.dumps(rule_record(rule_id), ensure_ascii=False, indent=2, sort_keys=True))
    else:
        print(rule_page(rule_id))
