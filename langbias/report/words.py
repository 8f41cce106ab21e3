"""The words and number formats of reports: one place, so that HTML and Markdown say the same thing.

Pure. Words are computed from intervals: "no difference found" is never "equal", and nothing names a cause.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from langbias.stats.summary import GapVerdict, MeasureRow
from langbias.types import Estimate, Outcome, Severity, Status

MINUS = "\u2212"
DASH = "\u2013"


@dataclass(frozen=True, slots=True)
class CheckWords:
    """A check in plain words. `fails` continues "in 5 % of the judged replies ..."."""

    id: str
    title: str
    question: str
    short: str


_CHECKS = {
    words.id: words
    for words in (
        CheckWords(
            "fidelity",
            "Language fidelity",
            "Is the reply in the language and script the person wrote in?",
            "language fidelity",
        ),
        CheckWords(
            "artifacts",
            "Translation artifacts",
            "Does the reply read as translated or broken?",
            "translation artifacts",
        ),
        CheckWords(
            "honorifics",
            "Politeness and address",
            "Does the reply address the person at a fitting level, and keep to it?",
            "politeness and address",
        ),
        CheckWords(
            "culture",
            "Cultural fit of advice",
            "Do advice and crisis resources fit what the person said and where they are?",
            "cultural fit of advice",
        ),
        CheckWords("access", "Access cost", "What does a conversation cost, in tokens, time and money?", "access cost"),
    )
}


def check_words(check_id: str) -> CheckWords:
    """Words for a check; one that a plugin brought goes by its id."""
    return _CHECKS.get(check_id) or CheckWords(check_id, check_id, "", check_id)


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """A verdict as symbol and words; `css` names it in style sheets."""

    symbol: str
    words: str
    css: str


def verdict_words(verdict: GapVerdict, judged: bool, baseline: str) -> VerdictWords:
    """Words for the verdict of one cell; `judged` is False where no reply passed or failed."""
    if not judged:
        return VerdictWords("–", "Nothing judged", "unknown")
    return {
        "baseline": VerdictWords("◆", "Baseline", "baseline"),
        "gap_found": VerdictWords("▼", f"Worse than {baseline}", "worse"),
        "better_than_baseline": VerdictWords("▲", f"Better than {baseline}", "better"),
        "no_difference_found": VerdictWords("○", "No difference found", "same"),
        "insufficient": VerdictWords("?", "Too little to tell", "unknown"),
        "no_baseline": VerdictWords("·", f"Not judged in {baseline}, so no gap", "unknown"),
    }[verdict]


OUTCOME_WORDS = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "failed",
    Outcome.NOT_APPLICABLE: "not applicable",
    Outcome.ABSTAIN: "abstained",
    Outcome.ERROR: "check error",
}
STATUS_WORDS = {
    Status.OK: "answered",
    Status.EMPTY: "empty",
    Status.TRUNCATED: "cut off",
    Status.BLOCKED: "blocked",
    Status.FAILED: "failed to be answered",
}
SEVERITY_WORDS = {
    Severity.NEUTRAL: "note",
    Severity.MINOR: "minor",
    Severity.MAJOR: "major",
    Severity.CRITICAL: "critical",
}


NATIVE_WORDS = {
    "above_native": "Reads more like translated than like native text",
    "within_native": "Marks of translation are within what native text shows",
    "insufficient": "Too little text to tell marks of translation from chance",
}
# The rate is over what most native text shows, but its interval reaches into it.
UNSURE_OF_NATIVE = "Marks of translation are many, but cannot be told from native text here"


PIVOT_WORDS = {
    "similar_to_english": "Wording is similar to the target's own English replies in translation",
    "not_similar": "Wording is no more similar to the target's translated English replies than people's own may be",
    "not_judged": "Likeness to the target's own English replies in translation, shown but not judged",
    "pivot_undefined": "Likeness to the target's own English replies cannot be told",
}


_COSTS = {
    "reply_tokens_ratio": "the tokens for a reply",
    "reply_pieces_ratio": "the tokens for a reply",
    "latency_ratio": "the time to reply",
    "price_ratio": "the price of a conversation turn",
}


def cost_sentence(row: MeasureRow, baseline: str) -> str:
    """What a conversation costs against the baseline: an empty string where the two cannot be told apart."""
    cost, found = _COSTS.get(row.name), row.estimate
    if cost is None or found is None or found.low is None or found.high is None or found.low <= 1 <= found.high:
        return ""
    times = f"{number(found.value)} times {cost} in {baseline}"
    return f"{times} to the same scenario (95% interval {number_interval(found)})."


def _pivot_sentence(row: MeasureRow) -> str:
    said = PIVOT_WORDS[row.verdict]
    if row.estimate is not None:
        said += f": P = {number(row.estimate.value)} (95% interval {number_interval(row.estimate)})"
        said += "; 0 is written on its own, 1 as near to the translation as to another reply of its own"
    return f"{said}; {row.note}."


def native_sentence(row: MeasureRow) -> str:
    """The pooled verdict on a language, with what it rests on: an empty string where there is none."""
    if row.verdict in PIVOT_WORDS:
        return _pivot_sentence(row)
    if row.verdict not in NATIVE_WORDS or row.estimate is None:
        return ""
    over = row.native_p95 is not None and row.estimate.value > row.native_p95
    told = UNSURE_OF_NATIVE if over and row.verdict == "within_native" else NATIVE_WORDS[row.verdict]
    said = f"{told}: {measure(row.estimate, row.unit)} rule hits per 1,000 words"
    if row.estimate.low is not None:
        said += f" (95% interval {measure_interval(row.estimate, row.unit)})"
    if row.native is not None and row.native_p95 is not None:
        said += f"; native text shows {number(row.native)}, and 95% of it under {number(row.native_p95)}"
    return said + "."


def percent(share: float) -> str:
    """0.417 -> `42%`. What is neither none nor all never reads as 0% or 100%."""
    if 0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1:
        return ">99%"
    return f"{share:.0%}"


def points(difference: float) -> str:
    """A difference of shares in signed percentage points: 0.584 -> `+58`; one decimal below one point."""
    value = difference * 100
    digits = f"{abs(value):.1f}" if 0 < abs(value) < 1 else f"{abs(value):.0f}"
    if float(digits) == 0:
        return "0"
    return ("+" if value > 0 else MINUS) + digits


def number(value: float) -> str:
    """A plain measure with about three significant digits: 1234.5 -> `1,234`, 0.0421 -> `0.042`."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    shown = f"{abs(value):,.{min(digits, 3)}f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return (MINUS if value < 0 and shown != "0" else "") + shown


def percent_interval(estimate: Estimate) -> str:
    """`25% to 61%`, or why there is none."""
    if estimate.low is None or estimate.high is None:
        return "no interval"
    return f"{percent(estimate.low)} to {percent(estimate.high)}"


def points_interval(estimate: Estimate) -> str:
    """`+41 to +75`, or why there is none."""
    if estimate.low is None or estimate.high is None:
        return "no interval"
    return f"{points(estimate.low)} to {points(estimate.high)}"


def number_interval(estimate: Estimate) -> str:
    """`120 to 180`, or why there is none."""
    if estimate.low is None or estimate.high is None:
        return "no interval"
    return f"{number(estimate.low)} to {number(estimate.high)}"


def measure(estimate: Estimate | None, unit: str) -> str:
    """A descriptive measure: shares as percent, everything else as a number."""
    if estimate is None:
        return "not defined"
    return percent(estimate.value) if unit.startswith("share") else number(estimate.value)


def measure_interval(estimate: Estimate | None, unit: str) -> str:
    """The interval of a descriptive measure."""
    if estimate is None:
        return DASH
    return percent_interval(estimate) if unit.startswith("share") else number_interval(estimate)


def p_value(p: float) -> str:
    """`p = 0.012`, `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def counted(n: int, one: str, many: str | None = None) -> str:
    """`1 reply`, `3 replies`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def scenarios_counted(asked: int, independent: int) -> str:
    """`24 scenarios`, with the number of independent ones where some are twins."""
    twins = f" ({independent:,} independent: twins count as one)" if independent < asked else ""
    return counted(asked, "scenario") + twins


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""
