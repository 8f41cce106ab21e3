"""How long a server asks its clients to wait, from the headers of an answer.

Sources: RFC 9110 (Retry-After); the API references of OpenAI and Azure (x-ratelimit-*, retry-after-ms) and of Anthropic
(anthropic-ratelimit-*).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import regex

_DURATION = regex.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?")
_SCALES = (86400.0, 3600.0, 60.0, 1.0, 0.001)
_EXHAUSTIBLE = (
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
    ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
    ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
)


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that Retry-After asks for, or None. `headers` in lower case, `now` in seconds since 1970."""
    millis = headers.get("retry-after-ms")
    if millis is not None and (wait := _number(millis)) is not None:
        return wait / 1000
    value = headers.get("retry-after")
    if value is None:
        return None
    wait = _number(value)
    return wait if wait is not None else _until_http_date(value, now)


def exhausted_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until an allowance that this answer has used up is refilled, or None while some is left."""
    waits = [
        wait
        for remaining, reset in _EXHAUSTIBLE
        if headers.get(remaining) == "0" and (wait := _until(headers.get(reset, ""), now)) is not None
    ]
    return max(waits, default=None)


def _number(text: str) -> float | None:
    text = text.strip()
    return float(text) if regex.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text) else None


def _until_http_date(text: str, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return _seconds_to(moment, now)


def _until(text: str, now: float) -> float | None:
    """A duration ("1s", "6m0s", "120ms"), a plain number of seconds, or a moment (RFC 3339)."""
    found = _DURATION.fullmatch(text.strip())
    if text.strip() and found:
        parts = zip(found.groups(), _SCALES, strict=True)
        return sum((_number(part) or 0.0) * scale for part, scale in parts if part)
    plain = _number(text)
    if plain is not None:
        return plain
    try:
        return _seconds_to(datetime.fromisoformat(text.strip()), now)
    except ValueError:
        return None


def _seconds_to(moment: datetime, now: float) -> float:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, aware.timestamp() - now)
