"""The user's `langbias.toml`: targets by name. It never holds a secret, only the names of environment variables.

[[target]]
name = "our-bot"
kind = "http_json"
url = "https://bot.example.org/chat"
headers = { authorization = "Bearer {{secret}}" }
body = '{"message": "{{prompt}}", "history": "{{messages}}"}'
reply = "/answer/text"
secret_env = "OUR_BOT_KEY"
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from langbias.errors import InvalidDataError
from langbias.packs.decode import read_toml

Scalar = str | int | float | bool


class _Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", kw_only=True):
    """What every target has. `timeout` is in seconds for one whole reply."""

    name: str
    secret_env: str | None = None
    max_connections: int | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    timeout: float | None = None


class ChatBlock(_Block, frozen=True, forbid_unknown_fields=True, tag="chat_completions", kw_only=True):
    """An OpenAI-compatible server."""

    base_url: str
    model: str
    params: dict[str, Scalar] = {}
    secret_header: str = "authorization"
    max_tokens_name: str = "max_tokens"
    send_seed: bool = True
    stream: bool = False


class AnthropicBlock(_Block, frozen=True, forbid_unknown_fields=True, tag="anthropic", kw_only=True):
    """The Messages API."""

    model: str
    base_url: str = "https://api.anthropic.com"
    params: dict[str, Scalar] = {}
    stream: bool = False


class GeminiBlock(_Block, frozen=True, forbid_unknown_fields=True, tag="gemini", kw_only=True):
    """The Gemini API."""

    model: str
    base_url: str = "https://generativelanguage.googleapis.com"
    params: dict[str, Scalar] = {}
    stream: bool = False


class HttpJsonBlock(_Block, frozen=True, forbid_unknown_fields=True, tag="http_json", kw_only=True):
    """A chatbot of one's own; `reply`, `finish_reason`, `blocked` and `model` are JSON pointers into its answer."""

    url: str
    body: str
    reply: str
    method: Literal["POST", "PUT"] = "POST"
    headers: dict[str, str] = {}
    finish_reason: str | None = None
    blocked: str | None = None
    model: str | None = None


class ReplayBlock(_Block, frozen=True, forbid_unknown_fields=True, tag="replay", kw_only=True):
    """Recorded replies; `file` is relative to the configuration file."""

    file: str


Block = ChatBlock | AnthropicBlock | GeminiBlock | HttpJsonBlock | ReplayBlock


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    target: tuple[Block, ...] = ()


class Configuration(msgspec.Struct, frozen=True):
    """The targets a user has named, and the file they stand in."""

    targets: tuple[Block, ...] = ()
    path: Path = Path("langbias.toml")


def read_configuration(path: Path) -> Configuration:
    """Read `langbias.toml`. Raises InvalidDataError naming file, block and field."""
    blocks = read_toml(path, _File).target
    seen: set[str] = set()
    for block in blocks:
        where = f"{path}: target[{block.name}]"
        if block.name in seen:
            raise InvalidDataError(f"{where}: name: used twice; every target needs its own")
        if not block.name or ":" in block.name:
            raise InvalidDataError(f"{where}: name: must not be empty or hold a colon")
        seen.add(block.name)
        for field in ("max_connections", "requests_per_minute", "tokens_per_minute", "timeout"):
            value = getattr(block, field)
            if value is not None and not value > 0:
                raise InvalidDataError(f"{where}: {field}: must be above 0, not {value}")
    return Configuration(blocks, path)
