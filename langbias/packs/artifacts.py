"""The shape of `artifacts.toml`: translation and garble rules, and the native baseline they are compared with."""

from __future__ import annotations

import msgspec

from langbias.packs.rule import Rule


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rule hits per 100 sentences in native text of one register, with the 95th percentile over 10-sentence blocks."""

    register: str
    per_100: float
    p95_per_100: float
    sentences: int
    data: str
    licence: str


class ArtifactsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`artifacts.toml`."""

    rule: tuple[Rule, ...] = ()
    baseline: tuple[Baseline, ...] = ()
    schema_version: int = 1
