"""What a run says, as typed numbers: the one thing that reports read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from langbias.stats.bounds import Bounds
from langbias.stats.instrument import ErrorRates
from langbias.types import Dimension, Estimate, Outcome, Status

# The verdict about a gap, from its interval alone. "no_difference_found" is not "equal". "no_baseline": the check
# judged nothing in the baseline language (a language without honorifics, say), so there is nothing to compare with.
GapVerdict = Literal[
    "baseline", "gap_found", "better_than_baseline", "no_difference_found", "insufficient", "no_baseline"
]


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """Responses of one cell with one outcome."""

    outcome: Outcome
    n: int


@dataclass(frozen=True, slots=True)
class StatusCount:
    """Responses of one language with one status; `planned` trials minus these are missing."""

    status: Status
    n: int


@dataclass(frozen=True, slots=True)
class CorrectedCell:
    """A cell with the check's own error carried through, by PPI++ or Rogan-Gladen (`method`)."""

    rate: Estimate
    gap: Estimate | None
    p: float | None
    p_holm: float | None
    method: str


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest gap (share) this cell would have found with 80 % power: alone, and corrected over languages."""

    alone: float
    corrected: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One target x language x check.

    `rate` is fail / (pass + fail). `gap` is the baseline's pass rate minus this language's (so positive = this
    language is served worse), paired over scenarios; None for the baseline itself and where nothing pairs.
    `p_holm` is the p-value of the gap after Holm's correction over languages; `band` is the gap with an interval that
    holds for all languages of the check together. `bounds` is set when over 2 % of the replies were lost. `errors` are
    the check's known error rates in this language, `instrument` the gap that they alone would show. The verdict rests
    on `corrected` where that is set; `reason` says what took a gap back.
    """

    target_id: str
    language: str
    check_id: str
    rate: Estimate | None
    gap: Estimate | None
    p: float | None
    p_holm: float | None
    verdict: GapVerdict
    outcomes: tuple[OutcomeCount, ...]
    band: Estimate | None = None
    bounds: Bounds | None = None
    corrected: CorrectedCell | None = None
    errors: ErrorRates | None = None
    instrument: Estimate | None = None
    detectable: Detectable | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NoiseFloor:
    """How far the baseline differs from itself: between halves of its repeats, and between two native wordings.

    None where the run has no repeats, or no second wording. A gap up to `value` is never a finding.
    """

    target_id: str
    check_id: str
    repeats: Estimate | None
    wording: Estimate | None

    @property
    def value(self) -> float | None:
        """The larger of the two, None when neither is known."""
        found = [abs(each.value) for each in (self.repeats, self.wording) if each]
        return max(found, default=None)


@dataclass(frozen=True, slots=True)
class Spread:
    """A footnote: how far apart best and worst language are, beside the `floor` that shuffled labels show."""

    target_id: str
    check_id: str
    languages: int
    spread: Estimate
    floor: Estimate
    four_fifths: Estimate | None
    gini: Estimate | None


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """What came back in one language of one target, before any check: planned and stored turns, statuses.

    `no_reply` is the share of blocked or empty replies; its gap is this language's share minus the baseline's.
    """

    target_id: str
    language: str
    planned: int
    stored: int
    statuses: tuple[StatusCount, ...]
    blocked: Estimate | None
    empty: Estimate | None
    prompt_tokens: Estimate | None = None
    completion_tokens: Estimate | None = None
    latency_ms: Estimate | None = None
    no_reply: Estimate | None = None
    no_reply_gap: Estimate | None = None
    no_reply_p_holm: float | None = None


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A descriptive measure of one check in one language (mean or share), with its gap to the baseline if paired.

    `estimate` is None where the measure is not defined for the language or its replies. Where native text was measured,
    `native` is its mean and `native_p95` what 95 % of it stays under; `verdict` is then above_native, within_native or
    insufficient. Of the English pivot, `native_p95` is the bound of human controls, `note` what it rests on.
    """

    target_id: str
    language: str
    check_id: str
    name: str
    unit: str
    estimate: Estimate | None
    gap: Estimate | None = None
    p: float | None = None
    p_holm: float | None = None
    native: float | None = None
    native_p95: float | None = None
    verdict: str = ""
    note: str = ""


# The verdict about two personas. "no_difference_found" is not "equal"; "insufficient": too few to say.
PersonaVerdict = Literal["first_higher", "second_higher", "no_difference_found", "insufficient"]


@dataclass(frozen=True, slots=True)
class LevelShare:
    """Replies to one persona that were at one level of address."""

    level: str
    n: int


@dataclass(frozen=True, slots=True)
class PersonaRow:
    """Two personas who say the same in the same scenarios: at which level each was spoken to, in one language.

    `words` name the two after "as". `pairs` are pairs of replies that both show a level, `left_out` those of which one
    does not, or never came. `first_higher` and `second_higher` are the shares of pairs in which that side was given
    the higher level, `gap` the first minus the second (-1 to 1); None without pairs. `scenarios_first` and
    `scenarios_second` are the signs of the exact two-sided sign test `p`; `p_holm` is corrected over the pairs of
    personas of one target and language. The levels run from high to low.
    """

    target_id: str
    language: str
    dimension: Dimension
    first: str
    second: str
    words: tuple[str, str]
    pairs: int
    left_out: int
    first_levels: tuple[LevelShare, ...]
    second_levels: tuple[LevelShare, ...]
    first_higher: Estimate | None
    second_higher: Estimate | None
    gap: Estimate | None
    scenarios_first: int
    scenarios_second: int
    p: float | None
    p_holm: float | None
    verdict: PersonaVerdict


@dataclass(frozen=True, slots=True)
class Summary:
    """All numbers of a run. `checks` in display order; rows, cells and measures sorted by target, language, check.

    `floors` and `spreads` have one entry per target and check; `personas` one per pair of personas that was asked.
    """

    run_id: str
    signature: str
    schema_version: int
    baseline: str
    targets: tuple[str, ...]
    languages: tuple[str, ...]
    checks: tuple[str, ...]
    n_scenarios: int
    rows: tuple[LanguageRow, ...]
    cells: tuple[Cell, ...]
    measures: tuple[MeasureRow, ...]
    floors: tuple[NoiseFloor, ...] = ()
    spreads: tuple[Spread, ...] = ()
    personas: tuple[PersonaRow, ...] = ()
