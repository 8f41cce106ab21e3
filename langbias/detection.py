"""Which of a few candidate languages a text is in: several detectors, one scale, the same answer every time.

Each detector is loaded on first use, once per process. Scores are natural-log odds against the detector's own best
candidate (0 for the best, negative for the others), so that the evidence of several can be added up.
Measured behaviour of the detectors is in reports/validation/fidelity.md.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Protocol

import regex

# eldc gives similarities within 0-1 whose differences are small: a lead of 0.02 is its own mark of a safe answer.
_ELDC_SCALE = 30.0
_LOWEST = -6.0
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

Scores = tuple[float | None, ...]


class Detector(Protocol):
    """A language identifier. Anything with these two members can be given to `Vote` as an extra voter."""

    def knows(self, tag: str) -> bool:
        """Whether the detector has a model of the language `tag`."""

    def scores(self, text: str, candidates: tuple[str, ...]) -> Scores:
        """Log odds of each candidate against the best one, in order; None for a language it does not know."""


def _from_shares(shares: dict[str, float], candidates: tuple[str, ...], known: frozenset[str]) -> Scores:
    """Log odds from shares of probability; candidates without a share get the lowest score."""
    best = max((shares.get(tag, 0.0) for tag in candidates), default=0.0)
    if best <= 0.0:
        return tuple(0.0 if tag in known else None for tag in candidates)
    return tuple(
        (max(_LOWEST, math.log(max(shares.get(tag, 0.0), 1e-9) / best)) if tag in known else None) for tag in candidates
    )


class Eldc:
    """eldc: n-gram similarities in C; the fastest, weak on one or two words."""

    def __init__(self) -> None:
        import eldc

        eldc.init()
        self._module = eldc
        self._known = frozenset(eldc.LANGUAGES)

    def knows(self, tag: str) -> bool:
        return tag in self._known

    @lru_cache(maxsize=64)  # noqa: B019  one detector per process, held for its life
    def _restricted(self, candidates: tuple[str, ...]) -> Any:
        detector = self._module.instance()
        if candidates:
            detector.set_languages([tag for tag in candidates if tag in self._known])
        detector.set_scores(20)
        return detector

    def scores(self, text: str, candidates: tuple[str, ...]) -> Scores:
        if not any(tag in self._known for tag in candidates):
            return tuple(None for _ in candidates)
        found: dict[str, float] = self._restricted(candidates).detect_details(text).scores
        best = max(found.values(), default=0.0)
        return tuple(
            max(_LOWEST, _ELDC_SCALE * (found.get(tag, 0.0) - best)) if tag in self._known else None
            for tag in candidates
        )

    def top(self, text: str) -> str | None:
        """The best of all languages it knows, None when unsure."""
        found = self._restricted(()).detect_details(text)
        return str(found.language) if found.reliable else None


class Py3langid:
    """py3langid: naive Bayes over byte n-grams; knows 140 languages, among them all of ours."""

    def __init__(self) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self._model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._known = frozenset(self._model.labels)

    def knows(self, tag: str) -> bool:
        return tag in self._known

    @lru_cache(maxsize=64)  # noqa: B019
    def _restricted(self, candidates: tuple[str, ...]) -> Any:
        # The copy shares the tables of the full model, which takes 0.7 s to read; only the columns differ.
        model = copy.copy(self._model)
        model.set_languages([tag for tag in candidates if tag in self._known])
        return model

    def scores(self, text: str, candidates: tuple[str, ...]) -> Scores:
        if not any(tag in self._known for tag in candidates):
            return tuple(None for _ in candidates)
        shares = {tag: float(share) for tag, share in self._restricted(candidates).rank(text)}
        return _from_shares(shares, candidates, self._known)

    def top(self, text: str) -> str | None:
        """The best of all languages it knows, None when its share is under one half."""
        tag, share = self._model.classify(text)
        return str(tag) if share >= 0.5 else None


class Lingua:
    """lingua: the best on one to three words; loads about 30 MB for each language it is asked about."""

    def __init__(self) -> None:
        from lingua import Language

        self._by_tag = {language.iso_code_639_1.name.lower(): language for language in Language.all()}
        self._known = frozenset(self._by_tag)

    def knows(self, tag: str) -> bool:
        return tag in self._known

    @lru_cache(maxsize=64)  # noqa: B019
    def _restricted(self, candidates: tuple[str, ...]) -> Any:
        from lingua import LanguageDetectorBuilder

        return LanguageDetectorBuilder.from_languages(*(self._by_tag[tag] for tag in candidates)).build()

    def scores(self, text: str, candidates: tuple[str, ...]) -> Scores:
        known = tuple(tag for tag in candidates if tag in self._known)
        if len(known) < 2:
            return tuple(0.0 if tag in self._known else None for tag in candidates)
        found = self._restricted(known).compute_language_confidence_values(text)
        shares = {value.language.iso_code_639_1.name.lower(): float(value.value) for value in found}
        return _from_shares(shares, candidates, self._known)


class Langdetect:
    """langdetect: slow, and random unless seeded; a third opinion where the two voters disagree.

    Only the profiles of the languages asked about are read: all 55 would take 50 MB.
    """

    def __init__(self) -> None:
        self._folder = files("langdetect") / "profiles"
        self._labels = tuple(sorted(entry.name for entry in self._folder.iterdir()))
        self._known = frozenset(label.partition("-")[0] for label in self._labels)

    def knows(self, tag: str) -> bool:
        return tag in self._known

    @lru_cache(maxsize=64)  # noqa: B019
    def _factory(self, labels: tuple[str, ...]) -> Any:
        from langdetect.detector_factory import DetectorFactory

        factory = DetectorFactory()
        factory.load_json_profile([(self._folder / label).read_text(encoding="utf-8") for label in labels])
        return factory

    def scores(self, text: str, candidates: tuple[str, ...]) -> Scores:
        from langdetect.lang_detect_exception import LangDetectException

        known = [tag for tag in candidates if tag in self._known]
        labels = tuple(label for label in self._labels if label.partition("-")[0] in known)
        if len(known) < 2:
            return tuple(None for _ in candidates)
        detector = self._factory(labels).create()
        detector.seed = 0
        detector.append(text)
        try:
            found = detector.get_probabilities()
        except LangDetectException:  # no feature in the text: no opinion
            return tuple(None for _ in candidates)
        shares: dict[str, float] = {}
        for value in found:
            tag = value.lang.partition("-")[0]
            shares[tag] = shares.get(tag, 0.0) + float(value.prob)
        return _from_shares(shares, candidates, self._known)


@lru_cache(maxsize=1)
def eldc() -> Eldc:
    """The process's eldc detector."""
    return Eldc()


@lru_cache(maxsize=1)
def py3langid() -> Py3langid:
    """The process's py3langid detector (0.7 s to load)."""
    return Py3langid()


@lru_cache(maxsize=1)
def lingua() -> Lingua:
    """The process's lingua detector."""
    return Lingua()


@lru_cache(maxsize=1)
def langdetect() -> Langdetect:
    """The process's langdetect detector."""
    return Langdetect()


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
    is asked about these two if the text is short and one of them is in `close` (languages that the first two mix up);
    else langdetect is asked if the voters disagree. Each only if it knows both.
    """
    text = text[:_ENOUGH]
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
    if not close.isdisjoint(pair) and len(_WORD.findall(text)) <= _SHORT_WORDS:
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
        return Verdict(candidates[first], -_LOWEST), None
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
