"""Names to parts, loaded on use: the built-in checks and those of plugins (entry-point group langbias.checks)."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, cast

from langbias.errors import UsageError
from langbias.tags import closest

if TYPE_CHECKING:
    from langbias.checks.context import Check

BUILT_IN_CHECKS = ("fidelity", "artifacts", "honorifics", "culture")


def plugins(group: str) -> dict[str, EntryPoint]:
    """Plugin names of one entry-point group, not imported. Raises UsageError when two packages claim one name."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        if point.name in found:
            owners = sorted({found[point.name].value, point.value})
            raise UsageError(f"two plugins are called {point.name!r} ({', '.join(owners)}); uninstall one")
        found[point.name] = point
    return found


def check_names() -> tuple[str, ...]:
    """Names of all checks: built-in ones in display order, then plugins."""
    return (*BUILT_IN_CHECKS, *sorted(set(plugins("langbias.checks")) - set(BUILT_IN_CHECKS)))


def load_check(name: str) -> Check:
    """The check of that name. Raises UsageError when unknown or when its plugin does not load."""
    if name in BUILT_IN_CHECKS:
        return cast("Check", import_module(f"langbias.checks.{name}").check)
    point = plugins("langbias.checks").get(name)
    if point is None:
        raise UsageError(f"unknown check {name!r}{closest(name, check_names())}")
    try:
        return cast("Check", cast("Callable[..., object]", point.load()))
    except Exception as problem:
        raise UsageError(f"check {name!r} ({point.value}) does not load: {problem}") from problem


def choose_checks(names: str | None) -> tuple[str, ...]:
    """Checks by a comma-separated list, in display order; all of them when None. Raises UsageError."""
    if names is None:
        return check_names()
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in check_names():
            raise UsageError(f"unknown check {name!r}{closest(name, check_names())}")
    return tuple(name for name in check_names() if name in wanted)
