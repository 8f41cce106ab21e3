"""What a user may choose about collecting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from langbias.collect.prices import Price


@dataclass(frozen=True, slots=True)
class CollectSettings:
    """Times are in seconds. A target's own pace (langbias.toml) comes before what stands here.

    `max_attempts` and `patience` bound the retries of one turn by count and by time (a 429 by time alone; with
    `max_attempts` 1 nothing is asked again). `max_calls` bounds the HTTP requests of this session, `max_cost` what its
    replies cost by `prices` (per target id, in one currency); a request under way counts as dear as the dearest reply
    so far. `fatal_limit`: so many identical fatal answers in a row stop a target; `outage_limit`: so many turns in a
    row that failed in spite of retries.
    """

    system_prompt: str | None = None
    max_tokens: int | None = None
    max_connections: int = 16
    first_connections: int = 16
    timeout: float = 120.0
    connect_timeout: float = 15.0
    max_attempts: int = 5
    patience: float = 600.0
    first_delay: float = 0.5
    longest_delay: float = 30.0
    retry_failed: bool = False
    max_calls: int | None = None
    max_cost: float | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)
    max_reply_bytes: int = 8 * 2**20
    fatal_limit: int = 3
    outage_limit: int = 25
