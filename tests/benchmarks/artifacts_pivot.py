"""Pivot rows of the artifacts benchmark: does chrF tell two translations of a sentence from the sentence after it?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import mannwhitneyu

from langbias.stats.pivot import chrf

if TYPE_CHECKING:
    from artifacts import Source

# Two translations of the same English, by how they were made (the pivot check compares the first kind), and a third.
PAIRS = (
    ("two machine translations", "wmt21_mt_Facebook-AI", "wmt21_mt_Online-B", "wmt21_refA"),
    ("human and machine", "wmt21_refA", "wmt21_mt_Online-B", "wmt21_mt_Facebook-AI"),
    ("two humans", "wmt21_refA", "wmt21_refB", "wmt21_mt_Facebook-AI"),
    ("human and machine", "wmt22_refA", "wmt22_mt_Online-W", ""),
)
# (sentences of ours, of theirs) joined into one segment, and what that costs. Gale and Church 1993.
_STEPS = {(1, 1): 0.0, (1, 2): 2.0, (2, 1): 2.0, (2, 2): 4.0, (1, 0): 6.0, (0, 1): 6.0}
_VARIANCE = 6.8
# chrF++ that unrelated sentences have by chance, and what joining one more sentence costs.
_CHANCE, _MERGE = 12.0, 3.0


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


def aligned_by(ours: list[str], theirs: list[str], third: list[str]) -> tuple[list[tuple[str, str]], int]:
    """Segments of two translations, each paired by likeness with a third of the same English, never with each other.

    Also how many sentences of the two found no place in the third.
    """
    groups = [[set(own), set(), set(its)] for own, its in _alike(ours, third)]
    groups += [[set(), set(own), set(its)] for own, its in _alike(theirs, third)]
    joined: list[list[set[int]]] = []
    for group in sorted(groups, key=lambda group: min(group[2])):
        if joined and joined[-1][2] & group[2]:
            joined[-1] = [old | new for old, new in zip(joined[-1], group, strict=True)]
        else:
            joined.append(group)
    whole = [group for group in joined if group[0] and group[1]]
    lost = len(ours) + len(theirs) - sum(len(group[0]) + len(group[1]) for group in whole)
    return [(_said(ours, group[0]), _said(theirs, group[1])) for group in whole], lost


def _said(sentences: list[str], places: set[int]) -> str:
    return " ".join(sentences[at] for at in sorted(places))


def _alike(ours: list[str], third: list[str]) -> list[tuple[range, range]]:
    """Sentences of ours and of the third in order, paired so that the sum of their chrF++ is greatest."""
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(ours) + 1):
        for j in range(len(third) + 1):
            for p, q in ((1, 1), (1, 2), (2, 1), (1, 0), (0, 1)):
                if (i - p, j - q) not in best:
                    continue
                gain = 0.0
                if p and q:
                    likeness = chrf(" ".join(ours[i - p : i]), " ".join(third[j - q : j]))
                    gain = (likeness - _CHANCE) * (p + q) / 2 - _MERGE * (p + q - 2)
                total = best[i - p, j - q][0] + gain
                if (i, j) not in best or total > best[i, j][0]:
                    best[i, j] = (total, (p, q))
    found, i, j = [], len(ours), len(third)
    while (i, j) != (0, 0):
        p, q = best[i, j][1]
        if p and q:
            found.append((range(i - p, i), range(j - q, j)))
        i, j = i - p, j - q
    return found[::-1]


def documents(source: Source) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for doc, text in zip(source.doc_ids, source.texts, strict=True):
        found.setdefault(doc, []).append(text)
    return found


def pivot_rows(sources: list[Source]) -> None:
    """chrF++ of the same segment in two translations, against the next segment of the same document."""
    named = {source.name: documents(source) for source in sources}
    if not all(name in named for _, *names in PAIRS for name in names if name):
        return
    print("\n## ru: pivot similarity (chrF++ of one segment in two translations, against the next segment)\n")
    print(
        "Paired by length alone, what that pairs wrongly counts against the figure; paired through a third translation"
    )
    print("(each side with it, never with each other), sentences without a place in the third are left out.\n")
    print("| pair | how | paired by | segments | left out | AUC | five words or more | median same | median next |")
    print("|---|---|---|---|---|---|---|---|---|")
    for how, first, second, third in PAIRS:
        shared = sorted(named[first].keys() & named[second].keys())
        row = f"| {first}, {second} | {how} |"
        by_length = [aligned(named[first][doc], named[second][doc]) for doc in shared]
        print(f"{row} length | {_figures(by_length, 0)} |")
        if third:
            found = [aligned_by(named[first][doc], named[second][doc], named[third][doc]) for doc in shared]
            print(f"{row} {third} | {_figures([pairs for pairs, _ in found], sum(lost for _, lost in found))} |")


def _figures(docs: list[list[tuple[str, str]]], lost: int) -> str:
    """Segments, sentences left out, AUC of all and of those of five words or more, and the medians."""
    rows = [
        (
            min(len(ours.split()), len(theirs.split())),
            chrf(ours, theirs),
            chrf(ours, pairs[at + 1 - 2 * (at + 1 == len(pairs))][1]),
        )
        for pairs in docs
        if len(pairs) > 1
        for at, (ours, theirs) in enumerate(pairs)
    ]
    longer = [row for row in rows if row[0] >= 5]
    medians = " | ".join(f"{np.median([row[at] for row in rows]):.0f}" for at in (1, 2))
    return f"{len(rows)} | {lost} | {_area(rows)} | {_area(longer)} of {len(longer)} | {medians}"


def _area(rows: list[tuple[int, float, float]]) -> str:
    same, following = [row[1] for row in rows], [row[2] for row in rows]
    return f"{mannwhitneyu(same, following).statistic / len(rows) ** 2:.3f}"
