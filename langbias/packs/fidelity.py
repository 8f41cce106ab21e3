"""The shape of `fidelity.toml`: what tells this language from its neighbours, and what is no fault in a reply."""

from __future__ import annotations

import msgspec

from langbias.packs.rule import Rule


class Neighbour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A language easily taken for this one. `letters` occur in the neighbour and never in this language."""

    tag: str
    letters: str = ""
    least: int = 1


class FidelityFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`fidelity.toml`. Scripts are ISO 15924 codes; the first of `scripts` is the main one."""

    scripts: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    own_letters: str = ""
    allowed_words: tuple[str, ...] = ()
    common_words: tuple[str, ...] = ()
    rule: tuple[Rule, ...] = ()
    schema_version: int = 1
