"""What the same conversation costs in one language against the baseline: tokens, time and money, paired over scenarios.

A ratio is the geometric mean over scenarios of (this language / baseline), with a t interval on its logarithm; first
replies and later turns of a scenario pair with their like. 1 is equal, 2 is twice the tokens or the time.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from langbias.stats.estimates import mean
from langbias.stats.summary import MeasureRow
from langbias.types import Estimate, Response, Status

ACCESS = "access"
# name -> unit.
_BY_TARGET = {
    "prompt_tokens": "times the baseline for the same scenario, by the target's own count",
    "reply_tokens": "times the baseline for the same scenario, by the target's own count",
    "tokens": "times the baseline for the same scenario, in and out, by the target's own count",
    "latency": "times the baseline for the same scenario",
}

# Text to its number of tokens.
Tokenizer = Callable[[str], int]
# Tokens sent and received to what they cost.
Cost = Callable[[float, float], float]


@dataclass(slots=True)
class _Mean:
    total: float = 0.0
    n: int = 0


def _cells() -> defaultdict[tuple[str, str, str], defaultdict[tuple[str, int], _Mean]]:
    return defaultdict(lambda: defaultdict(_Mean))


@dataclass(slots=True)
class AccessCounts:
    """Costs per (measure, target, language) and (scenario, turn), as responses stream by.

    `tokenizer` is a tokenizer that the user named, `tokenizer_name` what to call it. `costs` gives what tokens of a
    target cost, by target id, for those in the user's price table; `price_basis` names its currency and day.
    """

    tokenizer: Tokenizer | None = None
    tokenizer_name: str = ""
    costs: Mapping[str, Cost] = field(default_factory=dict)
    price_basis: str = ""
    cells: defaultdict[tuple[str, str, str], defaultdict[tuple[str, int], _Mean]] = field(default_factory=_cells)

    def add(self, target: str, language: str, scenario: str, prompt: str, response: Response) -> None:
        """Count one response: what was asked however the reply ended, of replies only whole ones, which compare."""
        usage, whole = response.usage, response.status is Status.OK
        if response.status is Status.FAILED:
            return
        asked, replied = (usage.prompt_tokens, usage.completion_tokens) if usage else (None, None)
        costs: dict[str, float | None] = {"prompt_tokens": asked}
        if self.tokenizer:
            costs["prompt_pieces"] = self.tokenizer(prompt)
        if whole:
            costs["reply_tokens"] = replied
            if asked is not None and replied is not None:
                costs["tokens"] = asked + replied
                costs["price"] = self.costs[target](asked, replied) if target in self.costs else None
            costs["latency"] = response.latency_ms
        if whole and self.tokenizer:
            costs["reply_pieces"] = self.tokenizer(response.text)
        for name, value in costs.items():
            if value:
                cell = self.cells[name, target, language][scenario, response.turn]
                cell.total += value
                cell.n += 1

    def rows(self, targets: Sequence[str], languages: Sequence[str], baseline: str) -> Iterable[MeasureRow]:
        """A ratio per measure, target and language other than the baseline, where the two share a scenario."""
        pieces = f"times the baseline for the same scenario, by {self.tokenizer_name}"
        price = f"times the baseline for the same scenario, in and out, at prices in {self.price_basis}"
        units = _BY_TARGET | {"prompt_pieces": pieces, "reply_pieces": pieces, "price": price}
        for target in targets:
            for language in languages:
                for name, unit in units.items():
                    own = self.cells.get((name, target, language))
                    base = self.cells.get((name, target, baseline))
                    found = _ratio(own, base) if own and base and language != baseline else None
                    if found:
                        yield MeasureRow(target, language, ACCESS, f"{name}_ratio", unit, found)


def _ratio(own: Mapping[tuple[str, int], _Mean], base: Mapping[tuple[str, int], _Mean]) -> Estimate | None:
    logs: dict[str, list[float]] = {}
    n = 0
    for place in sorted(own.keys() & base.keys()):
        one, other = own[place], base[place]
        logs.setdefault(place[0], []).append(math.log((one.total / one.n) / (other.total / other.n)))
        n += one.n + other.n
    found = mean([sum(values) / len(values) for values in logs.values()], n)
    if found is None:
        return None
    low, high = (None if edge is None else math.exp(edge) for edge in (found.low, found.high))
    method = "no interval: one scenario" if low is None else "paired t on the log ratio over scenarios"
    return replace(found, value=math.exp(found.value), low=low, high=high, method=method)
