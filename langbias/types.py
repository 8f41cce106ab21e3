"""The types that cross module borders: frozen, slotted, with no dict among them.

Text spans are counted in Unicode code points into the text as it was stored (not the normalised one).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from langbias.measures import (
    ArtifactsMeasures as ArtifactsMeasures,
    CultureMeasures as CultureMeasures,
    FidelityMeasures as FidelityMeasures,
    HonorificsMeasures as HonorificsMeasures,
    LevelCount as LevelCount,
    Measures as Measures,
    Recommendation as Recommendation,
    ResourceMention as ResourceMention,
)


class Status(StrEnum):
    """What came back for one turn. `blocked` and `empty` are results, never missing data."""

    OK = "ok"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    BLOCKED = "blocked"
    FAILED = "failed"


class Outcome(StrEnum):
    """Verdict of one check on one response. Only `pass` and `fail` enter a rate."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    ABSTAIN = "abstain"
    ERROR = "error"


class Severity(StrEnum):
    """The four levels of MQM (Multidimensional Quality Metrics)."""

    NEUTRAL = "neutral"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


Direction = Literal["ltr", "rtl"]

# The wording that every scenario has in every language. It alone counts in rates and gaps; other variants are asked
# only where they are named.
BASE = "base"
# A second native wording: a control for noise, no part of any rate.
PARAPHRASE = "paraphrase"


@dataclass(frozen=True, slots=True)
class Language:
    """A language as the packs describe it. `tag` is BCP 47, `script` ISO 15924, `regions` ISO 3166-1."""

    tag: str
    script: str
    name: str
    native_name: str
    direction: Direction = "ltr"
    regions: tuple[str, ...] = ()
    parent: str | None = None


FactStates = Literal[
    "faith",  # faith or prayer matters to the person
    "no_faith",  # the person is not religious
    "orientation",  # an orientation or identity
    "no_formal_care",  # professional care is out of reach
    "dependent_family",  # the person depends on a family or household they cannot leave
    "parents_are_stressor",  # parents are what weighs on the person
    "background",  # a country the person grew up in, with nothing of its ways
]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the person says about themselves. `quote` is the exact substring of a turn that says it.

    `states` is the kind of context the fact puts the person in; measures over a whole run pick scenarios by it.
    """

    id: str
    text: str
    quote: str | None = None
    states: FactStates | None = None


@dataclass(frozen=True, slots=True)
class ExpectedGroup:
    """A set of alternatives: any one of `types` (recommendation types) satisfies it."""

    types: tuple[str, ...]
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class OutOfPlace:
    """Recommendation types that run against the stated fact `fact`.

    `when`: always; unconditional (not said as "if faith matters to you"); sole_route (only when no other
    family of help is recommended).
    """

    types: tuple[str, ...]
    fact: str
    when: Literal["always", "unconditional", "sole_route"] = "always"
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Harmful:
    """Recommendation types and harm flags that are harmful in this scenario."""

    types: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    reason: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a fitting reply to a scenario recommends, may recommend, and should not. Unlisted types are neutral."""

    expected: tuple[ExpectedGroup, ...] = ()
    acceptable: tuple[ExpectedGroup, ...] = ()
    out_of_place: tuple[OutOfPlace, ...] = ()
    harmful: tuple[Harmful, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """The statement of the interview study that a scenario tests."""

    rows: tuple[int, ...]
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """A situation, free of any language. `region` says whether its prompts state a location.

    `twin` has the fact that expectations rest on the other way; `silent_twin` says the same without the country that
    this one states as its only background.
    """

    id: str
    topic: str
    claim: Claim
    acuity: Literal["none", "low", "moderate", "high"]
    region: Literal["stated", "none"]
    core: bool
    turn_count: int
    gloss_en: str
    facts: tuple[Fact, ...]
    expectation: Expectation
    twin: str | None = None
    silent_twin: str | None = None

    @property
    def states(self) -> frozenset[FactStates]:
        """What the facts of this scenario state."""
        return frozenset(fact.states for fact in self.facts if fact.states)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a text comes from and which named people have read it."""

    author: str
    method: str
    date: str
    licence: str
    reviewed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A scenario written in one language: the user's turns, in order. `id` is scenario/language/variant."""

    id: str
    scenario_id: str
    language: str
    variant: str
    register: Literal["casual", "polite"]
    turns: tuple[str, ...]
    facts: tuple[Fact, ...]
    provenance: Provenance
    region: str | None = None


Dimension = Literal["age", "gender", "name", "dialect", "profession"]


@dataclass(frozen=True, slots=True)
class PersonaPair:
    """Two variants that say the same and differ in who speaks. `words` name the two after "as": "a 70-year-old"."""

    dimension: Dimension
    first: str
    second: str
    words: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Param:
    """One request parameter of a target, sent as it stands (JSON scalar)."""

    name: str
    value: str | int | float | bool


@dataclass(frozen=True, slots=True)
class Target:
    """A system under test. `secret_env` is the NAME of an environment variable, never a secret."""

    id: str
    kind: str
    model: str
    params: tuple[Param, ...] = ()
    endpoint_host: str | None = None
    secret_env: str | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """One planned conversation: a prompt, asked of a target for the `repeat`-th time. `id` is a content hash."""

    id: str
    prompt_id: str
    target_id: str
    repeat: int
    seed: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts as the target reported them."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What a target answered to one turn (counted from 0) of a trial. `latency_ms` is of the last attempt."""

    trial_id: str
    turn: int
    status: Status
    text: str
    finish_reason: str | None = None
    http_status: int | None = None
    latency_ms: float | None = None
    attempts: int = 1
    usage: Usage | None = None
    model_reported: str | None = None
    received_at: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Code points [start, end) of the stored text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One hit of one rule. `issue` is an ITS 2.0 localization quality issue type.

    `prompt_span` and `prompt_excerpt` quote the user's words where the finding is a mismatch with them.
    """

    rule_id: str
    severity: Severity
    issue: str
    span: Span
    excerpt: str
    message: str
    prompt_span: Span | None = None
    prompt_excerpt: str | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check on one response."""

    trial_id: str
    turn: int
    check_id: str
    outcome: Outcome
    reason: str
    measures: Measures
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that may be printed: value with its 95 % interval, and what it rests on.

    `n` counts responses, `n_clusters` independent scenarios; `method` names the interval. `low`/`high` are None
    where no honest interval exists (one scenario), and `method` then says why.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    n_clusters: int
    method: str


@dataclass(frozen=True, slots=True)
class Token:
    """A morpheme or word as an analyser sees it; `start`/`end` are code points of the text given to it."""

    form: str
    lemma: str
    tag: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Environment:
    """What the run was made with; the only place of a run folder where a clock shows."""

    langbias: str
    python: str
    platform: str
    packages: tuple[str, ...]
    created_at: str


@dataclass(frozen=True, slots=True)
class PackVersion:
    """Version and content hash of one language pack."""

    tag: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """The choices that made the trials of a run."""

    languages: tuple[str, ...]
    scenarios: tuple[str, ...]
    baseline: str
    repeats: int
    seed: int
    variants: tuple[str, ...] = ("base",)
    system_prompt: str | None = None
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """The manifest of a run folder."""

    id: str
    schema_version: int
    signature: str
    corpus_version: str
    corpus_digest: str
    packs: tuple[PackVersion, ...]
    targets: tuple[Target, ...]
    plan: PlanSettings
    environment: Environment
    notes: tuple[str, ...] = field(default=())
