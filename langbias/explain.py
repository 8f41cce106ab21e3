"""The page of one finding: what, why, what is counted, examples, source, and who has reviewed it.

A rule's page is its own block. Findings that no block makes, garble and all that is compared, have theirs in
`_base/findings.toml`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
import regex

from langbias.checks.artifacts.echo import ECHO
from langbias.checks.artifacts.garble import MECHANISMS
from langbias.checks.artifacts.letters import BROKEN_LETTERS
from langbias.checks.culture.harm import FLAGS
from langbias.errors import UsageError
from langbias.packs import load_pack, pack_tags
from langbias.packs.advice_types import TYPES
from langbias.packs.decode import read_toml
from langbias.packs.loading import BASE, pack_folder
from langbias.packs.pivot import shared_fidelity
from langbias.tags import closest

_SLOT = regex.compile(r"\{(\w+)\}")
_ESCAPE = regex.compile(r"\\u([0-9a-f]{4})")
_MESSAGES = {mechanism.full_id: mechanism.message for mechanism in (*MECHANISMS, ECHO, BROKEN_LETTERS)}


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The page of a finding that no rule block makes; its `id` may hold slots such as {tag} or {type}.

    `must_match` and `must_not_match` are replies that carry the finding and that do not, in `language`, after the
    person wrote `said` (or was asked `scenario`), from `region`, where the reply before was `earlier`. Under a slotted
    id they are those of the id in `example`. `\\uXXXX` stands for a character that TOML or a reader would not show.
    """

    id: str
    why: str
    counted: str
    source: str
    must_match: tuple[str, ...] = ()
    must_not_match: tuple[str, ...] = ()
    example: str = ""
    language: str = ""
    said: str = ""
    earlier: str = ""
    region: str = ""
    scenario: str = ""


class _Pages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    page: tuple[Page, ...]
    schema_version: int = 1


@lru_cache(maxsize=1)
def finding_pages() -> tuple[Page, ...]:
    """The pages of `_base/findings.toml`. Raises InvalidDataError when the file breaks its format."""
    return read_toml(pack_folder(BASE) / "findings.toml", _Pages).page


def unescaped(example: str) -> str:
    """The example as a reply holds it: each `\\uXXXX` made that character."""
    return str(_ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), example))


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


def _blocks_of(page: Page) -> dict[str, msgspec.Struct | None]:
    """Each id that the page stands for, with the pack's own block about it where there is one."""
    if page.id.startswith(f"{BASE}/fidelity/"):
        return {page.id: next(f for f in shared_fidelity().base.fault if page.id.endswith(f"/{f.id}"))}
    slots = _SLOT.findall(page.id)
    if slots == ["tag"]:
        files = ((tag, load_pack(tag).honorifics) for tag in pack_tags())
        return {page.id.format(tag=tag): None for tag, file in files if file.marker or file.level}
    if slots == ["tag", "user"]:
        return {
            page.id.format(tag=tag, user=cell.user): cell
            for tag in pack_tags()
            for cell in load_pack(tag).honorifics.policy
        }
    values = {"type": TYPES, "flag": FLAGS}.get(slots[0], ()) if slots else ()
    return {page.id.format(**{slots[0]: value}): None for value in values} if slots else {page.id: None}


@lru_cache(maxsize=1)
def _paged() -> dict[str, tuple[Page, msgspec.Struct | None]]:
    """Page and block by full id; a page for one id goes before one with slots."""
    slotted_first = sorted(finding_pages(), key=lambda page: "{" not in page.id)
    return {full_id: (page, block) for page in slotted_first for full_id, block in _blocks_of(page).items()}


def find_block(rule_id: str) -> msgspec.Struct:
    """The block or page of that full id. Raises UsageError with the nearest id when there is none."""
    tag = rule_id.split("/", 1)[0]
    known: dict[str, msgspec.Struct] = {}
    for candidate in [tag] if tag in pack_tags() else pack_tags():
        known.update(_everything(candidate))
    if rule_id in known:
        return known[rule_id]
    if rule_id in _paged():
        return _paged()[rule_id][0]
    near = [*known, *(paged for paged in _paged() if paged.split("/", 1)[0] in (tag, BASE) or tag not in pack_tags())]
    raise UsageError(f"no rule {rule_id!r}{closest(rule_id, near) if len(known) < 40 else _nearest(rule_id, near)}")


def _nearest(rule_id: str, known: list[str]) -> str:
    hint = closest(rule_id, known)
    return hint if "did you mean" in hint else "; `langbias validate --json` lists the packs"


def rule_record(rule_id: str) -> dict[str, Any]:
    """The block as plain data, with its full id."""
    block = find_block(rule_id)
    if isinstance(block, Page):
        return {"full_id": rule_id, **_page_record(rule_id, block)}
    record: dict[str, Any] = msgspec.to_builtins(block)
    return {"full_id": rule_id, **record}


def _page_record(rule_id: str, page: Page) -> dict[str, Any]:
    """The page with the message of its finding and the pack's block, and where to read on."""
    own = _paged()[rule_id][1]
    record: dict[str, Any] = {"message": _MESSAGES.get(rule_id, ""), **msgspec.to_builtins(page)}
    for name in ("id", "example") if page.example in ("", rule_id) else ("id",):
        del record[name]
    if own is not None:
        block = {name: value for name, value in msgspec.to_builtins(own).items() if record.get(name) != value}
        block.pop("id", None)
        record["message"] = record["message"] or block.pop("message", "")
        record["block"] = block
    name = rule_id.rsplit("/", 1)[1]
    if page.id.startswith("culture/"):
        record["read_on"] = [
            f"{tag}/culture/{name}" for tag in pack_tags() if f"{tag}/culture/{name}" in _everything(tag)
        ]
    return record


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
