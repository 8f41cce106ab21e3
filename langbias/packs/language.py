"""The shape of `language.toml` and `good_replies.toml`."""

from __future__ import annotations

from typing import Literal

import msgspec


class LanguageFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who the language is. `version` is raised with every change that can move a verdict."""

    tag: str
    script: str
    name: str
    native_name: str
    direction: Literal["ltr", "rtl"]
    regions: tuple[str, ...]
    version: int
    reviewers: tuple[str, ...] = ()
    data_licence: str = "CC BY 4.0"
    parent: str | None = None
    schema_version: int = 1


class GoodReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A natural, good reply on which no rule may fire. `scenario` names what it answers."""

    scenario: str
    text: str
    source: str
    region: str | None = None


class GoodRepliesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`good_replies.toml`."""

    reply: tuple[GoodReply, ...] = ()
    schema_version: int = 1
