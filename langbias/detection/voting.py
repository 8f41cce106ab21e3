"""The vote of the detectors on a text, and what single words and unknown texts are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import regex

from langbias.detection.bundled import eldc, langdetect, lingua, py3langid
from langbias.detection.scale import LOWEST, Detector, Scores

# What a voter that does not know a language says about it: less likely than its own best.
_UNKNOWN = -0.5
# With less lead than this the two voters count as undecided and a third is asked. Weights by own measurement: lingua is
# right about close languages, langdetect is surer of itself than it is right.
_CLOSE = 6.0
_LINGUA_WEIGHT = 1.5
_LANGDETECT_WEIGHT = 0.3
# More characters than this make no vote surer, and some detectors slow down with the square of the length.
_ENOUGH = 2000
_SHORT_WORDS = 12
_WORD = regex.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The winning candidate and its lead over the next one, in log odds."""

    language: str
    lead: float


def vote(
    text: str,
    candidates: tuple[str, ...],
    prior: tuple[float, ...],
    close: frozenset[str] = frozenset(),
    extra: Detector | None = None,
) -> Verdict:
    """Which of `candidates` the text is in; `prior` is evidence known beforehand (log odds per candidate).

    eldc and py3langid always vote (and `extra`, when given). Where that leaves it open between two candidates, lingua
    is asked about these two if the text is short and they are the first candidate and one of `close` (languages that
    the first two mix up with it; lingua takes 20-30 MB for each language); else langdetect is asked if the voters
    disagree. Each only if it knows both.
    """
    text = text[:_ENOUGH]
    if extra is None:
        return _bundled_vote(text, candidates, prior, close)
    return _vote(text, candidates, prior, close, extra)


@lru_cache(maxsize=2048)
def _bundled_vote(text: str, candidates: tuple[str, ...], prior: tuple[float, ...], close: frozenset[str]) -> Verdict:
    # Remembered: a reply of one sentence is asked about twice, and one that loops a thousand times.
    return _vote(text, candidates, prior, close, None)


def _vote(
    text: str,
    candidates: tuple[str, ...],
    prior: tuple[float, ...],
    close: frozenset[str],
    extra: Detector | None,
) -> Verdict:
    totals = list(prior)
    voters: list[Detector] = [eldc(), py3langid()]
    if extra is not None:
        voters.append(extra)
    tops: set[str] = set()
    for voter in voters:
        scores = voter.scores(text, candidates)
        _add(totals, scores)
        tops.update(candidates[at] for at, score in enumerate(scores) if score == 0.0)
    verdict, second = _best(totals, candidates)
    if verdict.lead >= _CLOSE or second is None:
        return verdict
    pair = (verdict.language, second)
    if candidates[0] in pair and not close.isdisjoint(pair) and len(_WORD.findall(text)) <= _SHORT_WORDS:
        return _ask(lingua(), _LINGUA_WEIGHT, pair, text, candidates, totals) or verdict
    if len(tops) > 1:
        return _ask(langdetect(), _LANGDETECT_WEIGHT, pair, text, candidates, totals) or verdict
    return verdict


def _ask(
    third: Detector, weight: float, pair: tuple[str, str], text: str, candidates: tuple[str, ...], totals: list[float]
) -> Verdict | None:
    """The verdict between the two of `pair` with the word of a third detector, None when it does not know both."""
    if not (third.knows(pair[0]) and third.knows(pair[1])):
        return None
    for tag, score in zip(pair, third.scores(text, pair), strict=True):
        totals[candidates.index(tag)] += weight * (score or 0.0)
    return _best(totals, candidates)[0]


def _add(totals: list[float], scores: Scores) -> None:
    if all(score is None for score in scores):
        return
    for at, score in enumerate(scores):
        totals[at] += _UNKNOWN if score is None else score


def _best(totals: list[float], candidates: tuple[str, ...]) -> tuple[Verdict, str | None]:
    order = sorted(range(len(totals)), key=lambda at: -totals[at])
    first = order[0]
    if len(order) == 1:
        return Verdict(candidates[first], -LOWEST), None
    return Verdict(candidates[first], totals[first] - totals[order[1]]), candidates[order[1]]


@lru_cache(maxsize=8192)
def word_odds(word: str, one: str, other: str) -> float:
    """Log odds that a single word is of language `one` rather than `other`; 0.0 when lingua does not know both."""
    if not (lingua().knows(one) and lingua().knows(other)):
        return 0.0
    first, second = lingua().scores(word, (one, other))
    return (first or 0.0) - (second or 0.0)


def open_guess(text: str) -> str | None:
    """The language eldc and py3langid both name among all they know, None when they disagree or are unsure."""
    text = text[:_ENOUGH]
    guess = eldc().top(text)
    return guess if guess is not None and guess == py3langid().top(text) else None
