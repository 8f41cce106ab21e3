"""How a language's own spelling is kept: tone marks and dots, letters of another keyboard, spaces. Never a fault."""

from __future__ import annotations

import unicodedata

from langbias.checks.fidelity.lexicon import Lexicon, grade_marks


def orthography(words: list[str], lexicon: Lexicon) -> str | None:
    """The grade of `words` (the reply's own-language words); None when the language has no grades or words are few."""
    file = lexicon.file
    if file.letter_variants is not None:
        if not words:
            return None
        variants = set(file.letter_variants.letters)
        return file.letter_variants.grade if any(not variants.isdisjoint(word) for word in words) else "ok"
    if file.mark_grades is not None:
        return _marks(words, lexicon)
    if file.space_collapse and words:
        return "spacing_collapsed" if max(len(word) for word in words) > file.space_collapse else "ok"
    return None


def _marks(words: list[str], lexicon: Lexicon) -> str | None:
    grades = lexicon.file.mark_grades
    if grades is None or len(words) < grades.least_words:
        return None
    tones, dots = grade_marks(grades)
    spelled = [unicodedata.normalize("NFD", word) for word in words]
    toned = sum(not tones.isdisjoint(word) for word in spelled) / len(words)
    marked = sum(not (tones | dots).isdisjoint(word) for word in spelled) / len(words)
    if toned >= grades.full:
        return "full"
    if toned >= grades.partial:
        return "partial"
    return "dots" if marked >= grades.partial else "stripped"
