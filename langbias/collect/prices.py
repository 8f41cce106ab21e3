"""The user's price table, `prices.toml`. langbias ships no prices: they change, and a wrong one is worse than none.

currency = "USD"
as_of = "2026-11-01"

[[price]]
name = "openai:MODEL"   # a target as it is named on the command line or in langbias.toml, or a model
prompt = 1.25           # per million tokens sent
completion = 5.0        # per million tokens received
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from langbias.errors import InvalidDataError
from langbias.types import Target, Usage


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost."""

    prompt: float
    completion: float

    def cost(self, usage: Usage | None) -> float | None:
        """What a reply cost; None where the target did not report both counts."""
        if usage is None or usage.prompt_tokens is None or usage.completion_tokens is None:
            return None
        return self.of(usage.prompt_tokens, usage.completion_tokens)

    def of(self, prompt_tokens: float, completion_tokens: float) -> float:
        """What so many tokens cost."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by target or model, in one currency, as they were on one day."""

    currency: str = ""
    as_of: str = ""
    prices: Mapping[str, Price] = field(default_factory=dict)

    def of(self, target: Target) -> Price | None:
        """The price of `target`: by its own name, else by its model."""
        return self.prices.get(target.id) or self.prices.get(target.model)


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    prompt: float
    completion: float


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    currency: str
    as_of: str
    price: tuple[_Entry, ...] = ()


def read_prices(path: Path) -> PriceTable:
    """Read `prices.toml`. Raises InvalidDataError naming file, entry and field."""
    from langbias.packs.decode import read_toml

    table = read_toml(path, _File)
    try:
        datetime.date.fromisoformat(table.as_of)
    except ValueError:
        raise InvalidDataError(f"{path}: as_of: {table.as_of!r} is no date; write it like 2026-11-23") from None
    if not table.currency.strip():
        raise InvalidDataError(f"{path}: currency: must not be empty; write USD, EUR ...")
    prices: dict[str, Price] = {}
    for entry in table.price:
        if entry.name in prices:
            raise InvalidDataError(f"{path}: price[{entry.name}]: name: used twice; delete one")
        for name in ("prompt", "completion"):
            value = getattr(entry, name)
            if not (math.isfinite(value) and value >= 0):
                raise InvalidDataError(f"{path}: price[{entry.name}]: {name}: must be from 0, not {value}")
        prices[entry.name] = Price(entry.prompt, entry.completion)
    return PriceTable(table.currency, table.as_of, prices)
