"""`langbias targets`: what can be audited from here."""

from __future__ import annotations

import json
import os

from langbias.cli.options import CONFIG, Config, Json
from langbias.cli.output import print_table


def targets(config: Config = CONFIG, as_json: Json = False) -> None:
    """List the forms of targets, and those that langbias.toml names. Keys are only looked for, never read out."""
    from langbias.registry import plugins
    from langbias.targets.configuration import read_configuration
    from langbias.targets.specification import FORMS, key_of

    rows = [{"target": form, "kind": "built in", "key": _key(key_of(form))} for form in FORMS]
    rows += [
        {"target": name, "kind": f"plugin {point.value}", "key": ""}
        for name, point in sorted(plugins("langbias.targets").items())
    ]
    if config.exists():
        for block in read_configuration(config).targets:
            kind = str(block.__struct_config__.tag)
            rows.append({"target": block.name, "kind": kind, "key": _key(block.secret_env)})
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2, sort_keys=True))
    else:
        print_table(("target", "kind", "key"), [(row["target"], row["kind"], row["key"]) for row in rows])


def _key(name: str | None) -> str:
    if name is None:
        return "none"
    return f"{name} ({'set' if os.environ.get(name) else 'not set'})"
