"""The shape of `artifacts.toml`: translation and garble rules, and the native baseline they are compared with."""

from __future__ import annotations

from typing import Literal

import msgspec

from langbias.packs.rule import Rule


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """95th percentile of rule hits per 100 sentences over native blocks of `sentences` sentences."""

    sentences: int
    p95_per_100: float


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rule hits per 100 sentences in native text of one register: the mean, and what 95 % of native blocks stay under.

    `sentences` is the amount of native text measured; `data` and `licence` name it. Only figures ship, no text.
    """

    register: Literal["chat", "edited"]
    per_100: float
    sentences: int
    block: tuple[Block, ...]
    data: str
    licence: str
    note: str = ""


class LetterModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A small sentencepiece unigram model that scores how word-like the letters of a text are.

    `file` lies in the pack folder. A word is broken when its log-probability per letter is under `word_floor`; a reply
    is broken when at least `broken_share` of its words are (and at least three). `source` tells the recipe and the
    licence of what it was trained on.
    """

    file: str
    word_floor: float
    broken_share: float
    source: str
    licence: str


class ArtifactsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`artifacts.toml`."""

    rule: tuple[Rule, ...] = ()
    baseline: tuple[Baseline, ...] = ()
    letters: LetterModel | None = None
    schema_version: int = 1
