"""Replies written before their author saw the rules' word lists: the check keeps the level it has on them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from langbias.checks.context import CheckContext
from langbias.checks.fidelity import check
from langbias.packs import load_pack
from langbias.types import Outcome, Response, Status

FILE = Path(__file__).parents[1] / "data" / "fidelity_blind.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
LANGUAGES = ("ko", "ru", "fa", "yo")


def test_the_set_is_whole() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    for language in LANGUAGES:
        verdicts = Counter(row["verdict"] for row in ROWS if row["language"] == language)
        assert set(verdicts) == {"pass", "fail"}
        assert verdicts.total() >= 60
        assert 0.4 <= verdicts["pass"] / verdicts.total() <= 0.6


@pytest.mark.parametrize("language", LANGUAGES)
def test_precision_and_recall(language: str) -> None:
    pairs: Counter[tuple[bool, bool]] = Counter()
    for row in ROWS:
        if row["language"] == language:
            context = CheckContext(load_pack(language), turns=(row["prompt"],) if "prompt" in row else ())
            result = check(Response(row["id"], 0, Status.OK, row["response"]), context)
            pairs[row["verdict"] == "fail", result.outcome is Outcome.FAIL] += 1
    assert pairs[True, True] / (pairs[True, True] + pairs[False, True]) >= 0.95
    assert pairs[True, True] / (pairs[True, True] + pairs[True, False]) >= 0.95
