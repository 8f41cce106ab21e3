"""What a plan will cost, and what it could show, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from langbias.errors import UsageError
from langbias.stats.power import ALPHA, Design, gate_passes, smallest_gap

if TYPE_CHECKING:
    from langbias.audit import Plan

# Tokenizers differ; about this many bytes of UTF-8 make a token. Reply length is not known before.
BYTES_PER_TOKEN = 3.0
USUAL_REPLY_TOKENS = 400
MARGINS = (0.05, 0.10)


@dataclass(frozen=True, slots=True)
class LanguageForecast:
    """One language: its `scenarios` shared with the baseline, calls, and the smallest gap (share) it could show with
    80 % power: `alone`, and `corrected` by Holm over all languages. None where no gap could be found.
    """

    language: str
    scenarios: int
    calls: int
    alone: float | None
    corrected: float | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A whole plan. Tokens are rough; `price` is None unless prices were given. `gate`: (margin, chance that one
    language passes, chance that all do) when a release changed nothing.
    """

    scenarios: int
    repeats: int
    calls: int
    prompt_tokens: int
    reply_tokens: int
    price: float | None
    languages: tuple[LanguageForecast, ...]
    gate: tuple[tuple[float, float, float], ...]


def forecast(plan: Plan, prices: tuple[float, float] | None = None) -> Forecast:
    """Reckon a plan. `prices` are per million tokens, sent and received."""
    settings = plan.run.plan
    calls = plan.turns_per_language()
    asked = {tag: {p.scenario_id for p in plan.prompts if p.language == tag} for tag in settings.languages}
    base = asked.get(settings.baseline, set())
    others = [tag for tag in settings.languages if tag != settings.baseline]
    rows = []
    for tag in settings.languages:
        shared = len(asked[tag] & base)
        design = Design(shared, settings.repeats, len(others))
        gaps = (None, None) if tag == settings.baseline else _gaps(design)
        rows.append(LanguageForecast(tag, shared, calls[tag], *gaps))
    sent, received = _tokens(plan)
    price = None if prices is None else (sent * prices[0] + received * prices[1]) / 1e6
    design = Design(len(base), settings.repeats, len(others))
    gate = [(margin, gate_passes(design, margin)) for margin in MARGINS]
    return Forecast(
        scenarios=len(settings.scenarios),
        repeats=settings.repeats,
        calls=sum(calls.values()),
        prompt_tokens=sent,
        reply_tokens=received,
        price=price,
        languages=tuple(rows),
        gate=tuple((margin, one, one ** len(settings.languages)) for margin, one in gate),
    )


def _gaps(design: Design) -> tuple[float | None, float | None]:
    return smallest_gap(design), smallest_gap(design, ALPHA / max(design.comparisons, 1))


def _tokens(plan: Plan) -> tuple[int, int]:
    """Tokens sent and received: every turn sends all turns and replies before it again."""
    settings = plan.run.plan
    reply = settings.max_tokens or USUAL_REPLY_TOKENS
    system = len((settings.system_prompt or "").encode()) / BYTES_PER_TOKEN
    per_prompt = {}
    for prompt in plan.prompts:
        sent = history = 0.0
        for turn in prompt.turns:
            history += len(turn.encode()) / BYTES_PER_TOKEN
            sent += system + history
            history += reply
        per_prompt[prompt.id] = (sent, reply * len(prompt.turns))
    pairs = [per_prompt[trial.prompt_id] for trial in plan.trials]
    return round(sum(sent for sent, _ in pairs)), round(sum(received for _, received in pairs))


def read_prices(text: str | None) -> tuple[float, float] | None:
    """`IN,OUT` per million tokens. Raises UsageError."""
    if text is None:
        return None
    parts = text.split(",")
    try:
        sent, received = (float(part) for part in parts)
    except ValueError:
        raise UsageError(
            f"--price {text!r}: write two numbers, per million tokens sent and received, like 2.5,10"
        ) from None
    if not (0 <= sent < 1e6 and 0 <= received < 1e6):
        raise UsageError(f"--price {text!r}: prices lie between 0 and a million")
    return sent, received


def forecast_sentences(found: Forecast) -> tuple[str, ...]:
    """The lines that `langbias plan` prints under its table."""
    price = "" if found.price is None else f", about {found.price:,.2f} in the currency of the prices"
    lines = [
        f"about {found.prompt_tokens:,} tokens sent and {found.reply_tokens:,} received{price} (rough: tokenizers"
        " differ)"
    ]
    seen = [row.corrected for row in found.languages if row.corrected is not None]
    if seen:
        lines.append(
            f"gaps under about {max(seen) * 100:.0f} points would mostly go unseen (80 % power near 90 % passing,"
            " corrected over languages)"
        )
    else:
        lines.append("this plan is too small to find any gap with 80 % power; take more scenarios or repeats")
    for margin, one, everything in found.gate:
        lines.append(
            f"a release that changed nothing passes `no drop over {margin * 100:.0f} points` in {one:.0%} of runs per"
            f" language, in {everything:.0%} for all {len(found.languages)} languages together"
        )
    return tuple(lines)
