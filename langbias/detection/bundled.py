"""The four detectors whose models install with them, each on the common scale and loaded on first use."""

from __future__ import annotations

import copy
from functools import lru_cache
from importlib.resources import files
from typing import Any

from langbias.detection.scale import LOWEST, Scores, from_shares
from langbias.tags import primary

# eldc gives similarities within 0-1 whose differences are small: a lead of 0.02 is its own mark of a safe answer.
_ELDC_SCALE = 30.0


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
            max(LOWEST, _ELDC_SCALE * (found.get(tag, 0.0) - best)) if tag in self._known else None
            for tag in candidates
        )

    def top(self, text: str) -> str | None:
        """The best of all languages it knows, None when unsure."""
        found = self._restricted(()).detect_details(text)
        return primary(found.language) if found.reliable else None


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
        return from_shares(shares, candidates, self._known)

    def top(self, text: str) -> str | None:
        """The best of all languages it knows, None when its share is under one half."""
        tag, share = self._model.classify(text)
        return primary(tag) if share >= 0.5 else None


class Lingua:
    """lingua: the best on one to three words; loads about 30 MB for each language it is asked about."""

    def __init__(self) -> None:
        from lingua import Language

        self._by_tag = {primary(language.iso_code_639_1.name): language for language in Language.all()}
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
        shares = {primary(value.language.iso_code_639_1.name): float(value.value) for value in found}
        return from_shares(shares, candidates, self._known)


class Langdetect:
    """langdetect: slow, and random unless seeded; a third opinion where the two voters disagree.

    Only the profiles of the languages asked about are read: all 55 would take 50 MB.
    """

    def __init__(self) -> None:
        self._folder = files("langdetect") / "profiles"
        self._labels = tuple(sorted(entry.name for entry in self._folder.iterdir()))
        self._known = frozenset(map(primary, self._labels))

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
        labels = tuple(label for label in self._labels if primary(label) in known)
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
            tag = primary(value.lang)
            shares[tag] = shares.get(tag, 0.0) + float(value.prob)
        return from_shares(shares, candidates, self._known)


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
