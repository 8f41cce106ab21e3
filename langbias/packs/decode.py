"""Strict TOML decoding: an unknown key, a wrong type or a missing field is one line naming file, block and field."""

from __future__ import annotations

import tomllib
import unicodedata
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec
import regex

from langbias.errors import InvalidDataError
from langbias.tags import closest

Shape = TypeVar("Shape")

_AT = regex.compile(r" - at `\$(.*)`$")
_STEP = regex.compile(r"\.([\w-]+)|\[(\d+)\]")
_UNKNOWN = regex.compile(r"unknown field `([^`]+)`")
# Bidi controls reorder what a reviewer sees; ZWNJ and ZWJ are letters of Persian and Hindi spelling and stay.
_FORBIDDEN = regex.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]")
_LONE_MARK = regex.compile(r"(?:^|[\s\"'“”«»(\[])\p{Mn}")


def read_toml(path: Traversable, shape: type[Shape]) -> Shape:
    """Decode the TOML file at `path` into `shape`.

    Raises InvalidDataError naming file, block (by its id) and field, for unreadable files, text that is not UTF-8 or
    not NFC, bidi controls, lone combining marks, and everything that does not fit `shape`.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as problem:
        raise InvalidDataError(f"{path}: cannot be read ({problem.strerror or problem}); check the file") from problem
    except UnicodeDecodeError as problem:
        raise InvalidDataError(f"{path}: not UTF-8 at byte {problem.start}; save the file as UTF-8") from problem
    return decode_toml(text, shape, str(path))


def decode_toml(text: str, shape: type[Shape], where: str) -> Shape:
    """Like `read_toml`, from text; `where` names the file in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InvalidDataError(f"{where}: not valid TOML: {problem}") from problem
    _refuse_bad_characters(data, where, "")
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as problem:
        raise InvalidDataError(f"{where}: {_explain(str(problem), data, shape)}") from problem


def _refuse_bad_characters(node: object, where: str, at: str) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            _refuse_bad_characters(value, where, f"{at}.{key}" if at else str(key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            label = value.get("id", index) if isinstance(value, dict) else index
            _refuse_bad_characters(value, where, f"{at}[{label}]")
    elif isinstance(node, str):
        if not unicodedata.is_normalized("NFC", node):
            raise InvalidDataError(f"{where}: {at}: text is not in Unicode form NFC; normalise it")
        bad = _FORBIDDEN.search(node)
        if bad:
            raise InvalidDataError(f"{where}: {at}: holds the invisible control U+{ord(bad.group()):04X}; remove it")
        if _LONE_MARK.search(node):
            raise InvalidDataError(f"{where}: {at}: a combining mark stands without a letter; attach or remove it")


def _explain(problem: str, data: dict[str, Any], shape: type[Any]) -> str:
    """msgspec's message with `$.rule[3].x` turned into the block's own id, and a hint for a misspelt key."""
    found = _AT.search(problem)
    path, text = (found.group(1), problem[: found.start()]) if found else ("", problem)
    node: Any = data
    names: list[str] = []
    for step in _STEP.finditer(path):
        name, index = step.groups()
        try:
            node = node[name] if name else node[int(index)]
        except (KeyError, IndexError, TypeError):
            node = None
        if name:
            names.append(name)
        elif isinstance(node, dict):
            names[-1] += f"[{node.get('id') or node.get('scenario') or index}]"
        else:
            names[-1] += f"[{index}]"
    unknown = _UNKNOWN.search(text)
    if unknown:
        text += closest(unknown.group(1), _field_names(shape, path))
    return f"{'.'.join(names)}: {text}" if names else text


def _field_names(shape: type[Any], path: str) -> list[str]:
    """The field names of the struct that `path` leads to inside `shape`, as far as its types tell."""
    current: Any = msgspec.inspect.type_info(shape)
    for step in _STEP.finditer(path):
        name = step.group(1)
        if name:
            fields = {field.encode_name: field.type for field in getattr(current, "fields", ())}
            current = fields.get(name)
        else:
            current = getattr(current, "item_type", None)
        while isinstance(current, msgspec.inspect.UnionType):
            current = next((part for part in current.types if hasattr(part, "fields")), current.types[0])
    return [field.encode_name for field in getattr(current, "fields", ())]
