"""The authored replies: whole, varied, labelled twice, and read rightly by the honorifics check."""

from __future__ import annotations

import sys
import unicodedata
from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest


def _benchmark(name: str) -> ModuleType:
    """A file of tests/benchmarks as a module; that folder holds scripts and is no package."""
    spec = spec_from_file_location(name, Path(__file__).parents[1] / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


authored = _benchmark("honorifics_replies")
ADDRESSES = {"V", "T", "mixed", "none", "uncertain"}
LEVELS = {"ko": {"hapsyo", "haeyo", "hage", "hae", "haera", "none"}}


@pytest.mark.parametrize("tag", ["ko", "ru", "fa", "yo"])
def test_there_are_sixty_varied_replies(tag: str) -> None:
    rows = [row for row in authored.replies() if row["language"] == tag]
    assert len(rows) >= 60
    assert len({row["text"] for row in rows}) == len(rows)
    counts = Counter(row["address"][0] for row in rows)
    assert min(counts[label] for label in ("V", "T", "mixed", "none")) >= 6
    assert any("“" in row["text"] or "«" in row["text"] for row in rows)
    assert any("\n- " in row["text"] or "\n1. " in row["text"] or "\n۱. " in row["text"] for row in rows)
    assert any("## " in row["text"] for row in rows)


def test_ids_are_unique_and_labels_known() -> None:
    rows = authored.replies()
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert unicodedata.is_normalized("NFC", row["text"])
        assert len(row["address"]) == 2
        assert set(row["address"]) <= ADDRESSES
        rest = row["text"]
        for sentence in row["sentences"]:
            assert set(sentence["level"]) <= LEVELS.get(row["language"], ADDRESSES)
            before, found, rest = rest.partition(sentence["text"])
            assert found
            assert not before.strip()
        assert not rest.strip()


@pytest.mark.parametrize("tag", ["ko", "ru", "fa", "yo"])
def test_the_check_agrees_with_both_readings(tag: str) -> None:
    whole, parts = authored.judge(tag)
    assert authored.kappa([(entry.first, entry.second) for entry in whole]) >= 0.9
    assert authored.right(whole) >= 0.98
    assert authored.right(parts) >= 0.95


def test_kappa() -> None:
    assert authored.kappa([("V", "V"), ("T", "T")]) == 1.0
    assert authored.kappa([("V", "V"), ("V", "V")]) == 1.0
    assert authored.kappa([("V", "T"), ("T", "V")]) == -1.0
    assert authored.kappa([("V", "V"), ("V", "T"), ("T", "V"), ("T", "T")]) == 0.0
