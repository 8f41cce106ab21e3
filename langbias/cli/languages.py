"""`langbias languages`: which languages there are, and what exists for each."""

from __future__ import annotations

import json

from langbias.cli.options import Json
from langbias.cli.output import print_table


def languages(as_json: Json = False) -> None:
    """List the language packs: their checks, prompts, and whether a native speaker has reviewed them."""
    from langbias.corpus import load_corpus
    from langbias.packs import load_pack, pack_tags
    from langbias.packs.loading import pack_parts
    from langbias.registry import BUILT_IN_CHECKS
    from langbias.types import BASE

    prompts = [prompt.language for prompt in load_corpus().prompts if prompt.variant == BASE]
    rows = []
    for tag in pack_tags():
        pack = load_pack(tag)
        rows.append(
            {
                "tag": tag,
                "name": pack.language.name,
                "native_name": pack.language.native_name,
                "script": pack.language.script,
                "direction": pack.language.direction,
                "checks": " ".join(check for check in BUILT_IN_CHECKS if check in pack_parts(tag)),
                "prompts": str(prompts.count(tag)),
                "version": str(pack.version.version),
                "reviewers": ", ".join(pack.reviewers),
            }
        )
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2, sort_keys=True))
        return
    print_table(
        ("tag", "language", "script", "checks", "prompts", "review"),
        [
            (
                row["tag"],
                f"{row['name']} ({row['native_name']})",
                row["script"],
                row["checks"] or "-",
                row["prompts"],
                row["reviewers"] or "unreviewed by native speakers",
            )
            for row in rows
        ],
    )
