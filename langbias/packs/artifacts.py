"""The shape of `artifacts.toml`: translation and garble rules, and the native baseline they are compared with."""

from __future__ import annotations

from typing import Literal

import msgspec

from langbias.packs.rule import Rule


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What 95 % of native blocks of `sentences` sentences stay under, in rule hits per 1,000 words."""

    sentences: int
    p95_per_1000: float


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rule hits per 1,000 words in native text of one register (`any` serves every register).

    `per_1000` is the mean over the native sources, `block` the highest of their 95th percentiles; `sentences` is the
    amount measured, `data` and `licence` name it. Only figures ship, no text.
    """

    register: Literal["chat", "edited", "any"]
    per_1000: float
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
