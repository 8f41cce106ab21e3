"""Broken letters: words that no writer of the language would spell so, found by how word-like their letters are."""

from __future__ import annotations

from bisect import bisect_left

from langbias.checks.artifacts.garble import Mechanism
from langbias.checks.context import CheckContext
from langbias.detection import vote
from langbias.packs import LanguagePack
from langbias.packs.artifacts import LetterModel
from langbias.packs.letters import letter_scorer
from langbias.packs.loading import load_pack
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
    if broken or len(passages) < 2:
        return broken
    return [Span(passages[0].start, passages[-1].end)] if _broken(_together(scored), model) else []


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
