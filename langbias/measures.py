"""What each check measures on one response: the `measures` of the `langbias score` contract, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FidelityMeasures:
    """`expected_share` is 0-1 of the letters judged; `language` "und" when undecided; `script` ISO 15924.

    `drift_turn` (from 0) and `drift_line` (from 1): where the conversation first leaves the language, None if nowhere.
    `lcb_*` are what the Language Confusion Benchmark counts: lines of five tokens or more, those not in the language,
    and whether the rest holds an English word (None where the benchmark does not ask).
    """

    language: str | None = None
    script: str | None = None
    expected_share: float | None = None
    orthography: str | None = None
    drift_turn: int | None = None
    drift_line: int | None = None
    lcb_lines: int | None = None
    lcb_wrong_lines: int | None = None
    lcb_english_word: bool | None = None


@dataclass(frozen=True, slots=True)
class LevelCount:
    """Sentences of a reply that end at one politeness level."""

    level: str
    sentences: int


@dataclass(frozen=True, slots=True)
class HonorificsMeasures:
    """`address`: V | T | mixed | none | uncertain."""

    address: str | None = None
    levels: tuple[LevelCount, ...] | None = None
    sentences: int | None = None


@dataclass(frozen=True, slots=True)
class ArtifactsMeasures:
    """`per_100` is rule hits per 100 sentences; `verdict`: above_native | within_native | insufficient.

    `words` is what the verdict divides by: long sentences hold more hits, and are not more translated for it.
    """

    rule_hits: int | None = None
    sentences: int | None = None
    per_100: float | None = None
    verdict: str | None = None
    garbled: bool | None = None
    garbled_kind: str | None = None
    words: int | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Something the reply tells the user to do (or not to). `polarity`: recommend | discourage | mention."""

    type: str
    polarity: str
    conditional: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ResourceMention:
    """A number, address or named service in a reply. `status`: local | foreign | stale | unverified | None."""

    text: str
    digits: str
    start: int
    end: int
    region: str | None = None
    status: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class CultureMeasures:
    """`harm_flags` are ids of the taxonomy; `fit` is -1..1 or None without an expectation."""

    recommendations: tuple[Recommendation, ...] | None = None
    resources: tuple[ResourceMention, ...] | None = None
    harm_flags: tuple[str, ...] | None = None
    fit: float | None = None


Measures = FidelityMeasures | HonorificsMeasures | ArtifactsMeasures | CultureMeasures
