"""Is a run of foreign words a fault, and of which language? Names, terms and quotations are none."""

from __future__ import annotations

from dataclasses import dataclass

from langbias.checks.fidelity.lexicon import Lexicon
from langbias.checks.fidelity.tokens import Prose, Run, Token
from langbias.detection import open_guess
from langbias.text import script_of

# A gloss explains a term; a bracketed or quoted stretch of more words is speech to the reader.
_GLOSS_WORDS = 6
_MENTION_WORDS = 2
_MENTION_LETTERS = 8
_NAME_WORDS = 6
# A line of capitalised words longer than this is speech or a heading, even if half of its words could be a name's.
_HEADING_WORDS = 4
_ACRONYM_LETTERS = 6
# A plain word in capitals before a colon is a label (TITLE:) from so many letters on, else an acronym (STOP:).
_LABEL_LETTERS = 5
_GUESS_WORDS = 4
# Words in capitals throughout, from so many in a row on, are a sentence shouted and not acronyms side by side.
_SHOUTED_WORDS = 3
# A lone capitalised word of the romanised list is no name from so many letters on.
_ROMANISED_LETTERS = 4


# Found "language" of the native language in Latin letters.
ROMANISED = "und-Latn"


@dataclass(frozen=True, slots=True)
class Fault:
    """A faulty run: which kind of finding it makes, and the language found ("und" when not known)."""

    kind: str
    found: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run stands: first in its sentence, last in it, what follows directly (a colon, a telephone number or
    address, a bracket in the language itself that explains it); in a bracket `after_own` words on the line; `alone` in
    a reply without a single word of the language, where capitals prove no name.
    """

    first: bool
    last: bool
    colon: bool
    resource: bool
    after_own: bool
    alone: bool
    glossed: bool


def judge(run: Run, place: Place, prose: Prose, lexicon: Lexicon, asked: str) -> Fault | None:
    """The fault of a run, None when it is none. `asked` is the user's own words, folded, spaces at both ends."""
    words = [prose.text[token.start : token.end] for token in run.tokens]
    if _users_words(words, run, place, asked) or (place.glossed and _term(words, lexicon)):
        return None
    if run.tokens[0].kind == "latin" or (lexicon.latin and run.tokens[0].kind == "own"):
        return _judge_latin(run, words, place, prose, lexicon)
    return _judge_script(run, words, lexicon)


def _users_words(words: list[str], run: Run, place: Place, asked: str) -> bool:
    """Whether the run repeats the user: a whole sentence only where quotation marks say so."""
    if not asked.strip() or len(words) > 2 * _GLOSS_WORDS or (place.first and place.last and not run.quoted):
        return False
    return f" {' '.join(word.casefold() for word in words)} " in asked


def _term(words: list[str], lexicon: Lexicon) -> bool:
    """Whether the words can be a term: few, and none of a closed class."""
    return len(words) <= _MENTION_WORDS and not any(word.lower() in lexicon.pivot.function_words for word in words)


def _judge_script(run: Run, words: list[str], lexicon: Lexicon) -> Fault | None:
    letters = sum(len(word) for word in words)
    script = script_of(words[0][0])
    if script in ("Zyyy", "Zzzz", "Zinh") or letters == 1:
        return None
    if letters <= dict(lexicon.tolerated).get(script, 0):
        return None
    if run.bracketed and letters <= 4 * _GLOSS_WORDS:
        return None
    if run.quoted and letters <= _MENTION_LETTERS:
        return None
    return Fault("other-script", _name_script(words, script))


def _name_script(words: list[str], script: str) -> str:
    guess = open_guess(" ".join(words)) if sum(len(word) for word in words) >= 4 else None
    return guess or f"und-{script}"


def _judge_latin(run: Run, words: list[str], place: Place, prose: Prose, lexicon: Lexicon) -> Fault | None:
    lower = [word.lower().replace("’", "'") for word in words]
    if _shouted(words, lower, lexicon):
        words = lower
    speaking = [
        at
        for at, word in enumerate(words)
        if not _silent(at, words, run.tokens[at], prose, lexicon) and not _particle(at, words, lower, lexicon)
    ]
    if not speaking and place.first and place.colon and lexicon.pivot.has(lower[0]) and len(lower[0]) >= _LABEL_LETTERS:
        return Fault("foreign-label", lexicon.pivot.tag)
    if not speaking or " ".join(lower) in lexicon.names:
        return None
    if run.bracketed and place.after_own and len(words) <= _GLOSS_WORDS:
        return None
    if run.quoted and (len(speaking) <= _MENTION_WORDS or all(_capital(words[at]) for at in speaking)):
        return None
    if any(not _capital(words[at]) for at in speaking):
        return _name_language(words, lower, speaking, place, lexicon)
    return _judge_capitals(words, lower, speaking, place, lexicon)


def _shouted(words: list[str], lower: list[str], lexicon: Lexicon) -> bool:
    """Whether the run is a sentence of the pivot language in capital letters, such as YOU ARE NOT ALONE."""
    return (
        len(words) >= _SHOUTED_WORDS
        and all(map(str.isupper, words))
        and not lexicon.pivot.function_words.isdisjoint(lower)
        and all(map(lexicon.pivot.has, lower))
    )


def _silent(at: int, words: list[str], token: Token, prose: Prose, lexicon: Lexicon) -> bool:
    """Whether a word says nothing about the language: a letter, an acronym, a unit, an international word."""
    word, lower = words[at], words[at].lower()
    alone = len(words) == 1 or _numeral(at, words, token, prose)
    if len(word) == 1 and (lower not in lexicon.pivot.function_words or alone):
        return True
    if lower in lexicon.allowed or word[1:2] == "-":  # x-ray, k-means, e-book
        return True
    if any(char.isupper() for char in word[1:]) and (not word.isupper() or len(word) <= _ACRONYM_LETTERS):
        return True
    return lower in lexicon.units and _after_number(prose, token)


def _numeral(at: int, words: list[str], token: Token, prose: Prose) -> bool:
    """Whether a capital letter numbers or names the capitalised word directly before it: Part I, Vitamin A."""
    beside = prose.text[max(0, token.start - 2) : token.start - 1].isalpha()
    return words[at].isupper() and at > 0 and beside and _capital(words[at - 1])


def _after_number(prose: Prose, token: Token) -> bool:
    before = prose.text[max(0, token.start - 3) : token.start].rstrip()
    return bool(before) and before[-1].isdigit()


def _particle(at: int, words: list[str], lower: list[str], lexicon: Lexicon) -> bool:
    """Whether a small word stands between two capitalised ones: part of a name."""
    return (
        lower[at] in lexicon.particles
        and words[at].islower()
        and 0 < at < len(words) - 1
        and (_capital(words[at - 1]) or lower[at - 1] in lexicon.particles)
        and (_capital(words[at + 1]) or lower[at + 1] in lexicon.particles)
    )


def _capital(word: str) -> bool:
    return word[0].isupper()


def _judge_capitals(
    words: list[str], lower: list[str], speaking: list[int], place: Place, lexicon: Lexicon
) -> Fault | None:
    """Capitalised words only: a name, unless they are plain words of the pivot language in a heading or label."""
    plain = [at for at in speaking if lexicon.pivot.has(lower[at])]
    closed = [at for at in speaking if lower[at] in lexicon.pivot.function_words]
    if closed and not (lower[0] in lexicon.pivot.articles and len(words) > 1 and closed == [0]):
        return _name_language(words, lower, speaking, place, lexicon)
    if place.first and place.last and any(_romanised(lower[at], lexicon) for at in speaking):
        return Fault("romanised", ROMANISED)
    if len(plain) == len(speaking):
        if place.first and (place.colon or place.last) and not place.resource:
            return Fault("foreign-label", lexicon.pivot.tag)
        if len(speaking) > _NAME_WORDS:
            return Fault("other-language", lexicon.pivot.tag)
    whole_sentence = place.first and place.last and len(speaking) > _HEADING_WORDS
    if (place.alone or whole_sentence) and 0 < len(speaking) <= 2 * len(plain):
        return Fault("foreign-label", lexicon.pivot.tag)
    return None


def _romanised(word: str, lexicon: Lexicon) -> bool:
    return len(word) >= _ROMANISED_LETTERS and word in lexicon.romanised and not lexicon.pivot.has(word)


def _name_language(words: list[str], lower: list[str], speaking: list[int], place: Place, lexicon: Lexicon) -> Fault:
    """Which language the words are in: the pivot by its word list, others by both detectors, else romanised."""
    known = sum(lexicon.pivot.has(lower[at]) for at in speaking)
    native = sum(lower[at] in lexicon.romanised for at in speaking)
    if known * 2 >= len(speaking) and known > native:
        return Fault("other-language" if len(words) > 1 or not place.colon else "foreign-label", lexicon.pivot.tag)
    guess = open_guess(" ".join(words)) if len(words) >= _GUESS_WORDS else None
    if guess is not None and guess != lexicon.tag and native * 4 < len(speaking):
        return Fault("other-language", guess)
    if lexicon.latin:
        return Fault("other-language", lexicon.pivot.tag)
    if not native and not known and len(words) <= _MENTION_WORDS and not (place.first and place.last):
        return Fault("other-language", "und")
    if native * 3 >= len(speaking) or known * 3 < len(speaking):
        return Fault("romanised", ROMANISED)
    return Fault("other-language", lexicon.pivot.tag)
