"""Broken letters: words that no writer of the language would spell so, found by how word-like their letters are."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

from langbias.checks.artifacts.garble import Mechanism
from langbias.checks.context import CheckContext
from langbias.detection import vote
from langbias.packs import LanguagePack, pack_tags
from langbias.packs.artifacts import LetterModel
from langbias.packs.letters import letter_scorer
from langbias.packs.loading import load_pack
from langbias.packs.pivot import frequent_words
from langbias.text import sentences, words
from langbias.types import Span

BROKEN_LETTERS = Mechanism("broken-letters", "The letters do not form words of the language.", lambda _: [])


# Passages are judged apart, so that a broken end does not hide behind a sound beginning.
_PASSAGE_WORDS = 15


def broken_letters(text: str, context: CheckContext) -> list[Span]:
    """Passages of `text` whose words are not of the language; all of it when only the whole shows it.

    Nothing is said about a pack without a letter model, nor under its least number of words. Packs whose model is their
    analyser are judged only when the context brings that analyser.
    """
    model = context.pack.artifacts.letters
    if model is None or (not model.file and context.analyse is None):
        return []
    scorer = letter_scorer(context.pack.language.tag)
    if scorer is None:
        return []
    passages = [span for span in _passages(text) if not another_language(text, span, context.pack, model)]
    scored = [scorer(text, span) for span in passages]
    broken = [span for span, one in zip(passages, scored, strict=True) if _broken(one, model)]
    whole = len(passages) > 1 and _broken(_together(scored), model)
    if not broken and whole:
        broken = [Span(passages[0].start, passages[-1].end)]
    if not broken:
        return []
    # Sentences in other languages are no broken letters; looked for only where something seems broken.
    others = _in_others(text, context.pack)
    return [
        span
        for span in broken
        if _broken(_together([scorer(text, own) for own in _without(others, text, span)]), model)
    ]


def _without(others: frozenset[Span], text: str, passage: Span) -> list[Span]:
    """The passage itself, or its sentences where some of them are in other languages."""
    every = [span for span in sentences(text) if passage.start <= span.start < passage.end]
    own = [span for span in every if span not in others]
    return own if len(own) < len(every) else [passage]


def _in_others(text: str, pack: LanguagePack) -> frozenset[Span]:
    """Sentences that the detectors take for another language of the script, whose frequent words stand in the text."""
    tags = tuple(tag for tag in pack_tags() if load_pack(tag).language.script == pack.language.script)
    prior = (0.0,) * len(tags)
    votes = {span: vote(text[span.start : span.end], tags, prior).language for span in sentences(text)}
    spoken = {tag for span, tag in votes.items() if _has_words_of(tag, text[span.start : span.end])}
    return frozenset(span for span, tag in votes.items() if tag in spoken - {pack.language.tag})


def _has_words_of(tag: str, sentence: str) -> bool:
    said = [sentence[span.start : span.end].lower() for span in words(sentence)]
    return sum(word in _frequent(tag) for word in said) >= max(2, len(said) // 4)


@lru_cache(maxsize=64)
def _frequent(tag: str) -> frozenset[str]:
    return frozenset(frequent_words(tag).split())


def another_language(text: str, span: Span, pack: LanguagePack, model: LetterModel) -> bool:
    """Whether `span` is in another language of the same script: its letters are sound in that one's pack, or it has
    none of this language's own letters and the detectors take it for a neighbour. Then nothing is broken.
    """
    if not model.sound_in:
        return False
    for tag in model.sound_in:
        other, scorer = load_pack(tag).artifacts.letters, letter_scorer(tag)
        if other is None or scorer is None:
            continue
        score = scorer(text, span)
        if score[1] >= min(floor.words for floor in other.floor) and not _broken(score, other):
            return True
    passage = text[span.start : span.end]
    if any(letter in passage.lower() for letter in pack.fidelity.own_letters):
        return False
    neighbours = [neighbour.tag for neighbour in pack.fidelity.neighbours]
    candidates = tuple(dict.fromkeys([pack.language.tag, *neighbours, *model.sound_in]))
    return vote(passage, candidates, (0.0,) * len(candidates)).language != pack.language.tag


def _together(scored: list[tuple[float, int]]) -> tuple[float, int]:
    count = sum(n for _, n in scored)
    return (sum(score * n for score, n in scored) / count if count else 0.0), count


def _passages(text: str) -> list[Span]:
    """Consecutive sentences joined until they hold enough words to judge; a short rest goes with the last of them."""
    every = [span.start for span in words(text)]
    found: list[Span] = []
    for sentence in sentences(text):
        if found and _count(every, found[-1]) < _PASSAGE_WORDS:
            found[-1] = Span(found[-1].start, sentence.end)
        else:
            found.append(sentence)
    if len(found) > 1 and _count(every, found[-1]) < _PASSAGE_WORDS:
        found[-2:] = [Span(found[-2].start, found[-1].end)]
    return found


def _count(starts: list[int], span: Span) -> int:
    return bisect_left(starts, span.end) - bisect_left(starts, span.start)


def _broken(scored: tuple[float, int], model: LetterModel) -> bool:
    score, count = scored
    fitting = [floor for floor in model.floor if floor.words <= count]
    return bool(fitting) and score < max(fitting, key=lambda floor: floor.words).score
