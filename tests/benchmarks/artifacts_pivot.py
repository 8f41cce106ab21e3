"""Pivot rows of the artifacts benchmark: does chrF tell two translations of a sentence from the sentence after it?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import mannwhitneyu

from langbias.stats.pivot import chrf

if TYPE_CHECKING:
    from artifacts import Source

# Two translations of the same English, by how they were made. The pivot check compares the first kind.
PAIRS = (
    ("two machine translations", "wmt21_mt_Facebook-AI", "wmt21_mt_Online-B"),
    ("human and machine", "wmt21_refA", "wmt21_mt_Online-B"),
    ("two humans", "wmt21_refA", "wmt21_refB"),
    ("human and machine", "wmt22_refA", "wmt22_mt_Online-W"),
)
# (sentences of ours, of theirs) joined into one segment, and what that costs. Gale and Church 1993.
_STEPS = {(1, 1): 0.0, (1, 2): 2.0, (2, 1): 2.0, (2, 2): 4.0, (1, 0): 6.0, (0, 1): 6.0}
_VARIANCE = 6.8


def aligned(ours: list[str], theirs: list[str]) -> list[tuple[str, str]]:
    """Segments of two translations of a document, paired by length alone (never by likeness, which is under test)."""
    ratio = sum(map(len, theirs)) / sum(map(len, ours))
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(ours) + 1):
        for j in range(len(theirs) + 1):
            for (p, q), price in _STEPS.items():
                if (i - p, j - q) not in best:
                    continue
                one, two = sum(map(len, ours[i - p : i])), sum(map(len, theirs[j - q : j]))
                apart = abs(two - ratio * one) / math.sqrt(_VARIANCE * max(1.0, (ratio * one + two) / 2))
                cost = best[i - p, j - q][0] + price + apart
                if (i, j) not in best or cost < best[i, j][0]:
                    best[i, j] = (cost, (p, q))
    found, i, j = [], len(ours), len(theirs)
    while (i, j) != (0, 0):
        p, q = best[i, j][1]
        if p and q:
            found.append((" ".join(ours[i - p : i]), " ".join(theirs[j - q : j])))
        i, j = i - p, j - q
    return found[::-1]


def documents(source: Source) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for doc, text in zip(source.doc_ids, source.texts, strict=True):
        found.setdefault(doc, []).append(text)
    return found


def pivot_rows(sources: list[Source]) -> None:
    """chrF of the same segment in two translations, against the next segment of the same document."""
    named = {source.name: documents(source) for source in sources}
    if not all(name in named for _, *names in PAIRS for name in names):
        return
    print("\n## ru: pivot similarity (chrF of one segment in two translations, against the next segment)\n")
    print("Segments are paired by length alone; what that pairs wrongly counts against the figure.\n")
    print("| pair | how | segments | AUC | median same | median next |\n|---|---|---|---|---|---|")
    for how, first, second in PAIRS:
        same, following = [], []
        for doc in sorted(named[first].keys() & named[second].keys()):
            pairs = aligned(named[first][doc], named[second][doc])
            for at, (ours, theirs) in enumerate(pairs):
                if len(pairs) > 1:
                    same.append(chrf(ours, theirs))
                    following.append(chrf(ours, pairs[at + 1 if at + 1 < len(pairs) else at - 1][1]))
        area = mannwhitneyu(same, following).statistic / len(same) ** 2
        print(
            f"| {first}, {second} | {how} | {len(same)} | {area:.3f} | {np.median(same):.0f} | "
            f"{np.median(following):.0f} |"
        )
