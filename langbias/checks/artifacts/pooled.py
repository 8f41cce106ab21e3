"""The verdict over many replies of one target in one language: where a rate means something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from langbias.checks.artifacts.rate import ABOVE, INSUFFICIENT, LEAST_SENTENCES, WITHIN, baseline_for, threshold
from langbias.packs import LanguagePack
from langbias.packs.artifacts import Baseline
from langbias.stats.estimates import wilson
from langbias.stats.summary import MeasureRow
from langbias.types import ArtifactsMeasures, CheckResult, Estimate

LEAST_REPLIES = 5
RESAMPLES = 2000
RATE, RATE_UNIT = "translation_marks", "rule hits per 1,000 words, pooled over replies"
FORMULA, FORMULA_UNIT = "stock_phrase", "share of prompts whose replies hold it"


@dataclass(frozen=True, slots=True)
class PooledReply:
    """What the check measured on one reply. `prompt` names what it answers: the unit that is resampled.

    `formulas` are the ids of the formula rules that fired, once each.
    """

    prompt: str
    rule_hits: int
    sentences: int
    words: int
    formulas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A stock formula and the share of prompts whose replies hold it: 0-1."""

    rule_id: str
    share: Estimate


@dataclass(frozen=True, slots=True)
class PooledVerdict:
    """`rate` is rule hits per 1,000 words; `native` the baseline's mean and `native_p95` what 95 % of it stays under.

    `verdict` is None without a baseline. Recurring formulas are advice and never part of the verdict.
    """

    verdict: str | None
    rate: Estimate | None
    native: float | None
    native_p95: float | None
    recurrences: tuple[Recurrence, ...]


def pool(replies: Sequence[PooledReply], baseline: Baseline | None, *, seed: int) -> PooledVerdict:
    """Pool `replies` of one target in one language and register.

    `above_native` needs the lower end of the rate's interval over the native 95th percentile; under ten sentences,
    five replies or two prompts the verdict is `insufficient`.
    """
    sentences = sum(reply.sentences for reply in replies)
    rate = _rate(replies, seed)
    limit = threshold(baseline, sentences) if baseline else None
    return PooledVerdict(
        verdict=_verdict(replies, sentences, rate, baseline, limit),
        rate=rate,
        native=baseline.per_1000 if baseline else None,
        native_p95=limit,
        recurrences=_recurrences(replies),
    )


def _verdict(
    replies: Sequence[PooledReply],
    sentences: int,
    rate: Estimate | None,
    baseline: Baseline | None,
    limit: float | None,
) -> str | None:
    if baseline is None:
        return None
    if rate is None or rate.low is None or limit is None or len(replies) < LEAST_REPLIES or sentences < LEAST_SENTENCES:
        return INSUFFICIENT
    return ABOVE if rate.low > limit else WITHIN


def _rate(replies: Sequence[PooledReply], seed: int) -> Estimate | None:
    """Hits per 1,000 words with a bootstrap interval over prompts (replies to one prompt are not independent)."""
    prompts = sorted({reply.prompt for reply in replies})
    number = {prompt: at for at, prompt in enumerate(prompts)}
    hits, words = np.zeros(len(prompts)), np.zeros(len(prompts))
    for reply in replies:
        hits[number[reply.prompt]] += reply.rule_hits
        words[number[reply.prompt]] += reply.words
    if not words.sum():
        return None
    value = float(1000 * hits.sum() / words.sum())
    if len(prompts) < 2:
        return Estimate(value, None, None, len(replies), len(prompts), "no interval: one prompt")
    draws = np.random.default_rng(seed).multinomial(
        len(prompts), np.full(len(prompts), 1 / len(prompts)), size=RESAMPLES
    )
    read = draws @ words
    rates = 1000 * (draws @ hits)[read > 0] / read[read > 0]
    low, high = np.percentile(rates, [2.5, 97.5])
    return Estimate(value, float(low), float(high), len(replies), len(prompts), "bootstrap over prompts")


def _recurrences(replies: Sequence[PooledReply]) -> tuple[Recurrence, ...]:
    """Each formula that comes back in replies to at least two prompts, most frequent first."""
    prompts = {reply.prompt for reply in replies}
    where: dict[str, set[str]] = {}
    for reply in replies:
        for rule_id in reply.formulas:
            where.setdefault(rule_id, set()).add(reply.prompt)
    found = [
        Recurrence(rule_id, _share(len(holding), len(prompts), len(replies)))
        for rule_id, holding in where.items()
        if len(holding) >= 2
    ]
    return tuple(sorted(found, key=lambda one: (-one.share.value, one.rule_id)))


def _share(holding: int, prompts: int, replies: int) -> Estimate:
    low, high = wilson(holding / prompts, prompts)
    return Estimate(holding / prompts, low, high, replies, prompts, "Wilson over prompts")


@dataclass(slots=True)
class PooledCounts:
    """What the artifacts check measured, per (target, language), as results stream by."""

    replies: defaultdict[tuple[str, str], list[PooledReply]] = field(default_factory=lambda: defaultdict(list))

    def add(self, target: str, language: str, prompt: str, result: CheckResult) -> None:
        """Count one judged reply; one whose rules did not run changes nothing."""
        measures = result.measures
        if not isinstance(measures, ArtifactsMeasures) or measures.rule_hits is None:
            return
        fired = tuple(sorted({finding.rule_id for finding in result.findings}))
        self.replies[target, language].append(
            PooledReply(prompt, measures.rule_hits, measures.sentences or 0, measures.words or 0, fired)
        )

    def rows(
        self, targets: Sequence[str], packs: Mapping[str, LanguagePack], check: str, seed: int
    ) -> Iterable[MeasureRow]:
        """The pooled rate with its verdict, then each stock phrase that comes back, per target and language.

        A pack in which no rule counts has no rate: nothing was looked for, so nothing found says nothing.
        """
        for target in targets:
            for language, pack in packs.items():
                found = self.replies.get((target, language))
                if not found:
                    continue
                formulas = {full_id for full_id, rule in pack.artifacts_rules if rule.group == "formula"}
                told = [replace(reply, formulas=tuple(set(reply.formulas) & formulas)) for reply in found]
                pooled = pool(told, baseline_for(pack.artifacts.baseline, "chat"), seed=seed)
                if any(rule.counts for _, rule in pack.artifacts_rules if rule.group != "garble"):
                    yield MeasureRow(
                        target, language, check, RATE, RATE_UNIT, pooled.rate,
                        native=pooled.native, native_p95=pooled.native_p95, verdict=pooled.verdict or "",
                    )  # fmt: skip
                for one in pooled.recurrences:
                    name = f"{FORMULA} {one.rule_id}"
                    yield MeasureRow(target, language, check, name, FORMULA_UNIT, one.share)
