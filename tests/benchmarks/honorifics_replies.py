"""The authored replies of `tests/data/honorifics_replies.jsonl` and how the honorifics check reads them.

Each line holds a reply, and for it and for each of its sentences the labels of two readings. What the readings
dispute is kept but not scored.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langbias.checks.honorifics.address import Reading, read_address
from langbias.packs import load_pack
from langbias.packs.loading import load_morphology
from langbias.types import Span

REPLIES = Path(__file__).parents[1] / "data" / "honorifics_replies.jsonl"


@dataclass(frozen=True)
class Judged:
    """One label pair with what the check says; `where` names the reply, `text` is what was labelled."""

    where: str
    text: str
    first: str
    second: str
    found: str


def replies() -> list[dict[str, Any]]:
    """The rows: id, language, text, address [first, second], sentences [{text, level [first, second]}]."""
    return [json.loads(line) for line in REPLIES.read_text("utf-8").splitlines()]


def judge(tag: str) -> tuple[list[Judged], list[Judged]]:
    """All replies of one language, and all their sentences."""
    pack, module = load_pack(tag).honorifics, load_morphology(tag)
    analyse = module.analyse if module else None
    sentence_label: Callable[[Reading, Span], str] = (
        level_of if pack.analyser == "morphology" and pack.level else (address_of)
    )
    whole, parts = [], []
    for row in replies():
        if row["language"] != tag:
            continue
        text = row["text"]
        reading = read_address(text, pack, analyse)
        whole.append(Judged(row["id"], text, row["address"][0], row["address"][1], reading.address))
        at = 0
        for sentence in row["sentences"]:
            start = text.index(sentence["text"], at)
            at = start + len(sentence["text"])
            found = sentence_label(reading, Span(start, at))
            parts.append(Judged(row["id"], sentence["text"], sentence["level"][0], sentence["level"][1], found))
    return whole, parts


def level_of(reading: Reading, span: Span) -> str:
    """The last level that a full sentence inside `span` shows, "none" without one."""
    found = "none"
    for hit in reading.hits:
        at = reading.prose.sentence_at(hit.span.start)
        if hit.level and span.start <= hit.span.start < span.end and at is not None:
            found = found if reading.prose.sentences[at].fragment else hit.level
    return found


def address_of(reading: Reading, span: Span) -> str:
    """V, T, mixed, none or uncertain by the hits inside `span`, weak ones only where nothing else stands there."""
    inside = [hit for hit in reading.hits if span.start <= hit.span.start < span.end]
    strong = {hit.address for hit in inside if not hit.weak} or {hit.address for hit in inside}
    if {"V", "T"} <= strong:
        return "mixed"
    names = {"V": "V", "plural": "V", "T": "T", "uncertain": "uncertain"}
    return next((label for name, label in names.items() if name in strong), "none")


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of two label lists; 1.0 where both always give the same single label."""
    observed = sum(one == two for one, two in pairs) / len(pairs)
    ones, twos = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    chance = sum(ones[label] * twos[label] for label in ones) / len(pairs) ** 2
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)


def agreed(judged: Sequence[Judged]) -> list[Judged]:
    """What both readings label alike."""
    return [entry for entry in judged if entry.first == entry.second]


def right(judged: Sequence[Judged]) -> float:
    """The share of agreed labels that the check gives too."""
    entries = agreed(judged)
    return sum(entry.found == entry.first for entry in entries) / len(entries)
