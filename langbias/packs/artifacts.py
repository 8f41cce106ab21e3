"""The shape of `artifacts.toml`: translation and garble rules, and the native baseline they are compared with."""

from __future__ import annotations

from typing import Literal

import msgspec

from langbias.packs.rule import Rule


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What 95 % of native blocks of `sentences` sentences stay under, in rule hits per 1,000 words."""

    sentences: int
    p95_per_1000: float


class NativeSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One native source of a baseline: its rule hits per 1,000 words, and the 95th percentile for each `block`."""

    name: str
    per_1000: float
    p95_per_1000: tuple[float, ...]


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rule hits per 1,000 words in native text of one register (`any` serves every register).

    `per_1000` is the mean over the native sources, `block` the highest of their 95th percentiles, `source` the figures
    of each; `sentences` is the amount measured, `data` and `licence` name it. Only figures ship, no text.
    """

    register: Literal["chat", "edited", "any"]
    per_1000: float
    sentences: int
    block: tuple[Block, ...]
    data: str
    licence: str
    note: str = ""
    source: tuple[NativeSource, ...] = ()


class Floor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mean log-probability per letter that native text of at least `words` words does not fall under."""

    words: int
    score: float


class LetterModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What tells broken letters from words: a sentencepiece unigram model, `file` in the pack folder.

    An empty `file` means the pack's own `morphology.likelihood`. `drop` (a character class, on decomposed text) takes
    off marks that people write or not, `same` maps letters of another keyboard to the language's own. `shape` is what
    a word of the language looks like (a pattern of its syllables), and `misfit` what a word of another shape loses per
    letter. `sound_in` names packs of the same script: a passage whose letters are sound there is in another language,
    which is no garble, and a word that is sound there is a word, if a less likely one. `source` gives the recipe,
    `licence` that of the text it was trained on.
    """

    floor: tuple[Floor, ...]
    source: str
    licence: str
    file: str = ""
    drop: str = ""
    same: dict[str, str] = {}
    shape: str = ""
    misfit: float = 0.0
    sound_in: tuple[str, ...] = ()


class PivotControl(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The upper bound of the pivot index P found on people's own replies: what no one translated stays under it."""

    bound: float
    data: str
    licence: str


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A band from the share `at_least` (0-1) up to the next step. Where `message` is empty there is nothing to say."""

    name: str
    at_least: float
    message: str = ""


class BandExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text and the name of the step it stands on; "" where it has too few places to tell."""

    text: str
    step: str


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An orthography note: of all places where two usages are open (`unit`), the share with one of them (`marked`).

    Under `least` places nothing is said. `native` says in words how native texts stand.
    """

    id: str
    unit: str
    marked: str
    least: int
    step: tuple[Step, ...]
    source: str
    native: str
    example: tuple[BandExample, ...]
    status: Literal["draft", "reviewed", "retired"] = "draft"


class ArtifactsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`artifacts.toml`."""

    rule: tuple[Rule, ...] = ()
    baseline: tuple[Baseline, ...] = ()
    letters: LetterModel | None = None
    pivot: PivotControl | None = None
    band: tuple[Band, ...] = ()
    schema_version: int = 1
