"""From a word of the command line to a target: `local`, `openai:MODEL`, `chat:BASE_URL#MODEL`, a name ..."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib.metadata import EntryPoint
from pathlib import Path
from urllib.parse import urlsplit

from langbias.errors import InvalidDataError, UsageError
from langbias.registry import plugins
from langbias.tags import closest
from langbias.targets.anthropic import Anthropic
from langbias.targets.chat_completions import ChatCompletions
from langbias.targets.configuration import (
    AnthropicBlock,
    Block,
    ChatBlock,
    Configuration,
    GeminiBlock,
    HttpJsonBlock,
    ReplayBlock,
    Scalar,
)
from langbias.targets.gemini import Gemini
from langbias.targets.http_json import http_json
from langbias.targets.protocol import Adapter, Pace, Source, TargetSpec
from langbias.targets.replay import read_replay
from langbias.types import Param, Target

FORMS = ("local", "openai:MODEL", "anthropic:MODEL", "gemini:MODEL", "chat:BASE_URL#MODEL", "replay:FILE")


# The environment variables that the providers' own tools read.
KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "gemini": "GEMINI_API_KEY"}


def key_of(form: str) -> str | None:
    """The environment variable that holds the key of a form of target; None where it needs none."""
    return KEYS.get(form.partition(":")[0])


def parse_target(text: str, config: Configuration | None = None) -> TargetSpec:
    """The target that `text` names; a name of `config` wins over nothing else, as names hold no colon.

    Raises UsageError for an unknown word or form, InvalidDataError for a configured target that cannot work.
    """
    config = config or Configuration()
    named = {block.name: block for block in config.targets}
    if text in named:
        return _configured(named[text], config.path)
    plugin = plugins("langbias.targets").get(text)
    if plugin is not None:
        return _of_plugin(plugin)
    kind, colon, rest = text.partition(":")
    if text == "local":
        from langbias.targets.local import local_target

        return local_target()
    if not colon or kind not in {form.partition(":")[0] for form in FORMS}:
        word = text if not colon else kind
        known = [*(form.partition(":")[0] for form in FORMS), *named]
        raise UsageError(f"unknown target {text!r}{closest(word, known)} (forms: {', '.join(FORMS)})")
    if not rest:
        raise UsageError(f"target {text!r} is incomplete; write it as {_form_of(kind)}")
    match kind:
        case "openai":
            return _specify(
                text,
                "chat_completions",
                ChatCompletions("https://api.openai.com/v1", rest, max_tokens_name="max_completion_tokens"),
                model=rest,
                url="https://api.openai.com/v1",
                secret_env=KEYS["openai"],
            )
        case "anthropic":
            claude = Anthropic(rest)
            return _specify(text, kind, claude, model=rest, url=claude.base_url, secret_env=KEYS["anthropic"])
        case "gemini":
            gemini = Gemini(rest)
            return _specify(text, kind, gemini, model=rest, url=gemini.base_url, secret_env=KEYS["gemini"])
        case "chat":
            url, _, model = rest.partition("#")
            if not model:
                raise UsageError(f"target {text!r} names no model; write it as {_form_of('chat')}")
            checked_url(url, f"target {text!r}", UsageError)
            return _specify(text, "chat_completions", ChatCompletions(url, model), model=model, url=url)
        case "replay":
            path = Path(rest)
            return _replayed(f"replay:{path.name}", path)
        case _:
            raise UsageError(f"target {text!r} is incomplete; write it as {_form_of(kind)}")


def _of_plugin(point: EntryPoint) -> TargetSpec:
    """What a plugin's function (no arguments, a TargetSpec) gives; loaded only now that somebody asks for it."""
    try:
        spec = point.load()()
    except Exception as problem:
        raise UsageError(f"target {point.name!r} ({point.value}) does not load: {problem}") from problem
    if not isinstance(spec, TargetSpec):
        raise UsageError(f"target {point.name!r} ({point.value}) gave no TargetSpec; mend or uninstall the plugin")
    return spec


def checked_url(url: str, where: str, error: type[UsageError] | type[InvalidDataError]) -> str:
    """`url` when it is http(s) with a host and no credentials in it; else raises `error`."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise error(f"{where}: the address must look like https://host/path")
    if parts.username is not None or parts.password is not None:
        raise error(f"{where}: the address holds credentials; name an environment variable in secret_env instead")
    return url


def _form_of(kind: str) -> str:
    return next(form for form in FORMS if form.partition(":")[0] == kind)


def _specify(
    name: str,
    kind: str,
    adapter: Adapter,
    *,
    model: str,
    url: str,
    params: tuple[Param, ...] = (),
    secret_env: str | None = None,
    pace: Pace | None = None,
) -> TargetSpec:
    def opened() -> AbstractContextManager[Source]:
        return nullcontext(adapter)

    target = Target(name, kind, model, params, urlsplit(url).hostname, secret_env)
    return TargetSpec(target, opened, pace or Pace(), url)


def _replayed(name: str, path: Path) -> TargetSpec:
    if not path.is_file():
        raise UsageError(f"target {name!r}: there is no file {path}")
    return TargetSpec(Target(name, "replay", "recorded"), lambda: nullcontext(read_replay(path)))


def _configured(block: Block, path: Path) -> TargetSpec:
    where = f"{path}: target[{block.name}]"
    pace = Pace(block.max_connections, block.requests_per_minute, block.tokens_per_minute, block.timeout)
    adapter: Adapter
    params: tuple[Param, ...] = ()
    match block:
        case ReplayBlock():
            return _replayed(block.name, path.parent / block.file)
        case HttpJsonBlock():
            url, model = block.url, block.name
            adapter = http_json(
                block.url,
                headers=block.headers,
                body=block.body,
                reply=block.reply,
                where=where,
                has_secret=block.secret_env is not None,
                method=block.method,
                finish_reason=block.finish_reason,
                blocked=block.blocked,
                model=block.model,
            )
        case ChatBlock():
            url, params, model = block.base_url, _params(block.params), block.model
            adapter = ChatCompletions(
                block.base_url,
                block.model,
                params,
                secret_header=block.secret_header.lower(),
                max_tokens_name=block.max_tokens_name,
                send_seed=block.send_seed,
                stream=block.stream,
            )
        case AnthropicBlock():
            url, params, model = block.base_url, _params(block.params), block.model
            adapter = Anthropic(block.model, block.base_url, params, block.stream)
        case GeminiBlock():
            url, params, model = block.base_url, _params(block.params), block.model
            adapter = Gemini(block.model, block.base_url, params, block.stream)
    checked_url(url, where, InvalidDataError)
    kind = str(block.__struct_config__.tag)
    return _specify(
        block.name, kind, adapter, model=model, url=url, params=params, secret_env=block.secret_env, pace=pace
    )


def _params(params: Mapping[str, Scalar]) -> tuple[Param, ...]:
    return tuple(Param(name, params[name]) for name in sorted(params))
