"""What an adapter is: a pure translation between a conversation and one API's wire format, with no network in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from langbias.types import Prompt, Status, Target, Trial, Usage

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """What every adapter needs beside the messages. None leaves the choice to the target."""

    max_tokens: int | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request ready to send. Headers and body may carry the secret, so neither shows in a repr."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "POST"


class Fault(StrEnum):
    """Why a turn has no reply. Retries follow from this word alone."""

    RATE_LIMIT = "rate limit"  # ask again, later and more slowly
    SERVER = "server error"  # ask again
    TRANSPORT = "transport"  # ask again: reset, cut short, not HTTP
    TIMEOUT = "timeout"  # ask again
    MALFORMED = "malformed reply"  # ask again: not JSON, not UTF-8, no reply inside
    UNREACHABLE = "unreachable"  # ask again; when it persists, the target itself is gone
    REQUEST = "refused request"  # this request will never be accepted
    TOO_LARGE = "reply too large"  # the reply is beyond the limit
    FORBIDDEN = "forbidden"  # 403: the key's permissions, or a gateway that dislikes this prompt
    FATAL = "fatal"  # key, quota, model or address: no request will be accepted


RETRIED = frozenset(
    {Fault.RATE_LIMIT, Fault.SERVER, Fault.TRANSPORT, Fault.TIMEOUT, Fault.MALFORMED, Fault.UNREACHABLE}
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one HTTP exchange came to.

    `status` FAILED always has a `fault` and an `error` that states the cause; the other statuses are results.
    `retry_after` is in seconds, where the body says it.
    """

    status: Status
    text: str = ""
    finish_reason: str | None = None
    http_status: int | None = None
    usage: Usage | None = None
    model_reported: str | None = None
    error: str | None = None
    fault: Fault | None = None
    retry_after: float | None = None


class Adapter(Protocol):
    """Translation for one API over HTTP. Both functions are pure."""

    @property
    def carries_history(self) -> bool:
        """Whether a second turn can be asked with the first one as its history."""
        ...

    @property
    def carries_system(self) -> bool:
        """Whether a system prompt can be sent."""
        ...

    def request(self, messages: tuple[Message, ...], settings: RequestSettings, secret: str | None) -> HttpRequest:
        """The HTTP request that asks for the next assistant message."""
        ...

    def parse(self, http_status: int, headers: Mapping[str, str], body: bytes) -> Reply:
        """What the answer means. `headers` has lower-case names. Never raises on a hostile body."""
        ...


@runtime_checkable
class Recording(Protocol):
    """Replies that were recorded elsewhere; no network."""

    def answer(self, trial: Trial, prompt: Prompt, turn: int) -> Reply | None:
        """The recorded reply, or None where none was recorded."""
        ...


Source = Adapter | Recording


@dataclass(frozen=True, slots=True)
class Pace:
    """How hard a target may be pressed. None: no cap of its own."""

    max_connections: int | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class TargetSpec:
    """A target and how to reach it: `open` yields its source for the length of a run (a local server starts there).

    `notes` are what a reader of the report must know about this target.
    """

    target: Target
    open: Callable[[], AbstractContextManager[Source]] = field(compare=False, repr=False)
    pace: Pace = Pace()
    base_url: str | None = None
    notes: tuple[str, ...] = ()
