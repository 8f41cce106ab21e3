"""Targets and checks that other packages bring: found by name, loaded on use, named when they break."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from langbias import registry
from langbias.errors import UsageError
from langbias.targets import specification
from langbias.targets.local import local_target
from langbias.targets.protocol import TargetSpec
from langbias.targets.specification import parse_target


def our_target() -> TargetSpec:
    return local_target()


def no_target() -> str:
    return "nothing"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch):
    def install(group: str, **values: str) -> None:
        points = [EntryPoint(name, value, group) for name, value in values.items()]

        def found(*, group: str) -> list[EntryPoint]:
            return [point for point in points if point.group == group]

        monkeypatch.setattr(registry, "entry_points", found)

    return install


def test_a_target_of_a_plugin_is_found_by_name(installed) -> None:
    installed("langbias.targets", theirs=f"{__name__}:our_target", broken="no.such.module:x")
    assert parse_target("theirs").target.id == "local"


@pytest.mark.parametrize(
    ("value", "words"), [("no.such.module:x", "does not load"), (f"{__name__}:no_target", "gave no TargetSpec")]
)
def test_a_broken_plugin_is_an_error_only_when_asked_for(installed, value: str, words: str) -> None:
    installed("langbias.targets", theirs=value)
    assert parse_target("local").target.id == "local"
    with pytest.raises(UsageError, match=words):
        parse_target("theirs")


def test_two_plugins_of_one_name_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint("same", f"pack{n}:x", "langbias.checks") for n in (1, 2)]
    monkeypatch.setattr(registry, "entry_points", lambda *, group: points if group == "langbias.checks" else [])
    with pytest.raises(UsageError, match="pack1:x, pack2:x"):
        registry.check_names()


def test_an_unknown_target_still_gets_its_hint(installed) -> None:
    installed("langbias.targets")
    with pytest.raises(UsageError, match="unknown target"):
        parse_target("nothing-such")
    assert specification.FORMS
