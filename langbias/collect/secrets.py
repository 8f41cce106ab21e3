"""Keys: read from the environment by name, sent, and kept out of everything that is stored or shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from langbias.errors import UsageError
from langbias.types import Response, Target

_SHORTEST = 8  # shorter values ("x", "EMPTY") are placeholders for servers without keys, and occur in ordinary text
_HIDDEN = "[secret]"


@dataclass(frozen=True, slots=True)
class Secret:
    """The value of one environment variable. It has no repr, so that no traceback or log shows it."""

    value: str = field(repr=False)

    def hidden_in(self, text: str) -> str:
        """`text` without the value."""
        return text.replace(self.value, _HIDDEN) if len(self.value) >= _SHORTEST else text

    def hidden_in_bytes(self, body: bytes) -> bytes:
        """`body` without the value."""
        return body.replace(self.value.encode(), _HIDDEN.encode()) if len(self.value) >= _SHORTEST else body

    def hidden_in_response(self, response: Response) -> Response:
        """`response` without the value: servers echo keys in errors, and a hostile one may echo it as its reply."""
        if len(self.value) < _SHORTEST:
            return response
        texts = (response.text, response.error, response.finish_reason, response.model_reported)
        if not any(text and self.value in text for text in texts):
            return response
        text, error, finish_reason, model = (text and self.hidden_in(text) for text in texts)
        return replace(response, text=text or "", error=error, finish_reason=finish_reason, model_reported=model)


def read_secret(target: Target, environment: Mapping[str, str]) -> Secret | None:
    """The key of `target`, or None when it needs none. Raises UsageError naming the variable, never its value."""
    name = target.secret_env
    if name is None:
        return None
    value = environment.get(name, "").strip()
    if not value:
        raise UsageError(f"target {target.id}: the environment variable {name} is not set; put the key into it")
    if not value.isascii() or not value.isprintable():
        raise UsageError(f"target {target.id}: the value of {name} holds characters no key has; set it again")
    return Secret(value)
