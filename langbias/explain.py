"""The page of one rule, made from its own block: what, why, examples, source, who has reviewed it."""

from __future__ import annotations

from typing import Any

import msgspec

from langbias.errors import UsageError
from langbias.packs import load_pack, pack_tags
from langbias.tags import closest


def _everything(tag: str) -> dict[str, msgspec.Struct]:
    """Every block of a pack that has an id, by full id (`ko/artifacts/x`)."""
    pack = load_pack(tag)
    found: dict[str, msgspec.Struct] = {}
    for rules in (pack.fidelity_rules, pack.artifacts_rules, pack.honorifics_rules):
        found.update(dict(rules))
    found.update({f"{tag}/artifacts/{band.id}": band for band in pack.artifacts.band})
    for part, file in (("honorifics", pack.honorifics), ("culture", pack.culture)):
        for field in file.__struct_fields__:
            blocks = getattr(file, field)
            if not isinstance(blocks, tuple):
                continue
            for block in blocks:
                name = next((getattr(block, key) for key in ("id", "type", "flag") if hasattr(block, key)), None)
                if isinstance(name, str):
                    found.setdefault(f"{tag}/{part}/{name}", block)
    for resource in pack.resources:
        found[f"resources/{resource.id}"] = resource
    return found


def find_block(rule_id: str) -> msgspec.Struct:
    """The block of that full id. Raises UsageError with the nearest id when there is none."""
    tag = rule_id.split("/", 1)[0]
    known: dict[str, msgspec.Struct] = {}
    for candidate in [tag] if tag in pack_tags() else pack_tags():
        known.update(_everything(candidate))
    if rule_id not in known:
        near = closest(rule_id, known) if len(known) < 40 else _nearest(rule_id, known)
        raise UsageError(f"no rule {rule_id!r}{near}")
    return known[rule_id]


def _nearest(rule_id: str, known: dict[str, msgspec.Struct]) -> str:
    hint = closest(rule_id, known)
    return hint if "did you mean" in hint else "; `langbias validate --json` lists the packs"


def rule_record(rule_id: str) -> dict[str, Any]:
    """The block as plain data, with its full id."""
    record: dict[str, Any] = msgspec.to_builtins(find_block(rule_id))
    return {"full_id": rule_id, **record}


def rule_page(rule_id: str) -> str:
    """The page as text. Empty fields are left out; an unreviewed rule says so."""
    record = rule_record(rule_id)
    lines = [rule_id, "=" * len(rule_id), ""]
    message = record.pop("message", "") or record.pop("name", "")
    if message:
        lines += [message, ""]
    record.pop("full_id")
    status = record.pop("status", "draft")
    reviewed = status if status != "draft" else "draft: unreviewed by native speakers"
    for name, value in record.items():
        if value in (None, "", [], {}, ()):
            continue
        if isinstance(value, list | tuple):
            lines.append(f"{name.replace('_', ' ')}:")
            lines += [f"  - {entry}" for entry in value]
        elif isinstance(value, dict):
            known = {key: entry for key, entry in value.items() if entry not in (None, "", [], {}, ())}
            lines.append(f"{name.replace('_', ' ')}:")
            lines += [f"  {key.replace('_', ' ')}: {entry}" for key, entry in known.items()]
        else:
            lines.append(f"{name.replace('_', ' ')}: {value}")
    lines.append(f"review: {reviewed}")
    return "\n".join(lines)
