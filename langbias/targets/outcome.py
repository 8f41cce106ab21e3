"""From what a server said to a Reply: the rules that all adapters share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from langbias.targets.payload import MalformedBodyError, decode_json, is_event_stream, one_line
from langbias.targets.protocol import Fault, Reply
from langbias.types import Status, Usage

_FATAL = frozenset({401, 402, 404, 405, 410})
_BUSY = frozenset({429, 529})
# 520-527 are what CDNs answer for an origin that is down.
_SERVER = frozenset({408, 409, 425, *range(500, 529)})
_EXCERPT_BYTES = 300

REMEDIES = {
    401: "check the key",
    402: "check the account's credit",
    403: "check the key's permissions",
    404: "check the address and the model name",
}


def read_answer(
    http_status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    assemble: Callable[[bytes], object],
    result: Callable[[int, object], Reply],
    refusal: Callable[[int, object, str], Reply],
) -> Reply:
    """The steps from an answer to a Reply that all APIs share which speak JSON or server-sent events.

    `assemble` makes one value of a stream's body (raises MalformedBodyError), `result` reads the value of an answer
    with status 2xx, `refusal` that of any other: None and the beginning of the body where it is no JSON, as proxies'
    errors often are.
    """
    if not 200 <= http_status < 300:
        try:
            return refusal(http_status, decode_json(body), "")
        except MalformedBodyError:
            return refusal(http_status, None, body[:_EXCERPT_BYTES].decode("utf-8", "replace"))
    try:
        data = assemble(body) if is_event_stream(headers) else decode_json(body)
    except MalformedBodyError as problem:
        return malformed(http_status, str(problem))
    return result(http_status, data)


def answered(
    text: str,
    *,
    finish_reason: str | None,
    blocked: bool,
    truncated: bool,
    http_status: int | None,
    usage: Usage | None,
    model: str | None,
) -> Reply:
    """A reply of the target itself. Blocked wins over empty, empty over truncated: it is what the person gets."""
    if blocked:
        status = Status.BLOCKED
    elif not text.strip():
        status = Status.EMPTY
    else:
        status = Status.TRUNCATED if truncated else Status.OK
    return Reply(
        status,
        text=text,
        finish_reason=finish_reason,
        http_status=http_status,
        usage=usage,
        model_reported=model,
    )


def blocked_by_http(http_status: int, code: str, message: str) -> Reply:
    """A refusal that came as an HTTP error: the provider's filter, which is a result."""
    return Reply(
        Status.BLOCKED, finish_reason=code, http_status=http_status, error=one_line(f"HTTP {http_status}: {message}")
    )


def refused(
    http_status: int,
    code: str | None,
    message: str,
    *,
    quota: bool = False,
    wrong_key: bool = False,
    retry_after: float | None = None,
) -> Reply:
    """An HTTP error that says nothing about the prompt. `quota`: no request will pass before someone pays or waits."""
    if quota or wrong_key or http_status in _FATAL or 300 <= http_status < 400:
        fault = Fault.FATAL
    elif http_status == 403:
        fault = Fault.FORBIDDEN
    elif http_status in _BUSY:
        fault = Fault.RATE_LIMIT
    elif http_status in _SERVER:
        fault = Fault.SERVER
    else:
        fault = Fault.REQUEST
    said = f"HTTP {http_status}" + (f" ({code})" if code else "") + (f": {message}" if message else "")
    remedy = (
        REMEDIES.get(401 if wrong_key else 402 if quota else http_status)
        if fault in (Fault.FATAL, Fault.FORBIDDEN)
        else None
    )
    return failed(fault, said + (f"; {remedy}" if remedy else ""), http_status=http_status, retry_after=retry_after)


def malformed(http_status: int, cause: str) -> Reply:
    """An answer with status 2xx that holds no reply."""
    return failed(Fault.MALFORMED, cause, http_status=http_status)


def failed(fault: Fault, cause: str, *, http_status: int | None = None, retry_after: float | None = None) -> Reply:
    """No reply, with the cause on one line."""
    return Reply(Status.FAILED, http_status=http_status, error=one_line(cause), fault=fault, retry_after=retry_after)
