"""A language's fidelity data made ready for use: word sets, patterns and the candidates of the vote."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import regex

from langbias.errors import InvalidDataError
from langbias.packs import LanguagePack
from langbias.packs.fidelity import Fault, FidelityFile, MarkGrades, Neighbour
from langbias.packs.pivot import frequent_words, shared_fidelity
from langbias.text import SCRIPT_NAMES

LATIN = "Latn"
# Scripts written without spaces: words are counted by their letters there.
_UNSPACED = frozenset(("Hani", "Hira", "Kana", "Thai", "Laoo", "Khmr", "Mymr"))
_LETTERS_PER_WORD = 3
# A longer run of letters is no word; it is cut, so that no cache ever holds a megabyte.
_LONGEST = 63
_CACHE: dict[tuple[str, str], Lexicon] = {}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one candidate of the vote: letters that make a word its own, and words."""

    tag: str
    letters: frozenset[str]
    words: frozenset[str]
    shape: regex.Pattern[str] | None = None

    def marks(self, word: str) -> bool:
        """Whether a letter or the shape of the lower-case `word` shows the language."""
        return not self.letters.isdisjoint(word) or (self.shape is not None and self.shape.fullmatch(word) is not None)


@dataclass(frozen=True, slots=True)
class Trace:
    """What one lower-case word says, per candidate: `letters` (by its letters, marks or shape) and `listed` (0 or 1).

    `only_own`: in the language's own list and no neighbour's; `fits`: it has the shape the language's words have.
    """

    letters: tuple[int, ...]
    listed: tuple[int, ...]
    only_own: bool
    fits: bool


@dataclass(frozen=True, slots=True)
class Pivot:
    """The word lists of the language chatbots fall back to."""

    tag: str
    function_words: frozenset[str]
    articles: frozenset[str]
    words: frozenset[str]
    endings: tuple[tuple[str, str], ...]

    def has(self, word: str) -> bool:
        """Whether the lower-case `word` is a known word, inflected or not."""
        if word in self.words:
            return True
        if "-" in word:
            return all(self.has(part) for part in word.split("-") if part)
        return any(
            word.endswith(ending)
            and len(word) - len(ending) >= 3
            and word[: len(word) - len(ending)] + mended in self.words
            for ending, mended in self.endings
        )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that the check looks up about one language.

    `candidates[0]` is the language itself; `evidence` follows the order of `candidates`. `letters_per_word` is 0 where
    words stand apart by spaces; `confusable_words`: the Language Confusion Benchmark looks for English words in it.
    """

    tag: str
    script: str
    scripts: frozenset[str]
    latin: bool
    token: regex.Pattern[str]
    candidates: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    close: frozenset[str]
    common: frozenset[str]
    folded: frozenset[str]
    romanised: frozenset[str]
    allowed: frozenset[str]
    units: frozenset[str]
    names: frozenset[str]
    particles: frozenset[str]
    tolerated: tuple[tuple[str, int], ...]
    decodes: bool
    marks: frozenset[str]
    word_shape: regex.Pattern[str] | None
    variants: dict[int, int]
    trace: Callable[[str], Trace]
    letters_per_word: int
    confusable_words: bool
    pivot: Pivot
    faults: tuple[Fault, ...]
    file: FidelityFile

    def count_words(self, words: list[str]) -> int:
        """How many words there are, by letters where the script has no spaces."""
        if self.letters_per_word:
            return -(-sum(map(len, words)) // self.letters_per_word)
        return len(words)

    def fault(self, name: str) -> Fault:
        """The kind of finding called `name`."""
        return next(fault for fault in self.faults if fault.id == name)


def lexicon(pack: LanguagePack) -> Lexicon:
    """The lexicon of a pack, made once per process and version of the pack."""
    key = (pack.language.tag, pack.version.digest)
    if key not in _CACHE:
        _CACHE[key] = _build(pack)
    return _CACHE[key]


def words_of(text: str) -> frozenset[str]:
    """The lower-case words of a list written as running text."""
    return frozenset(text.lower().split())


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """`word` without its combining marks."""
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))


def marks_of(letters: str) -> frozenset[str]:
    """The combining marks that the given letters carry."""
    return frozenset(char for char in unicodedata.normalize("NFD", letters) if unicodedata.combining(char))


def grade_marks(grades: MarkGrades) -> tuple[frozenset[str], frozenset[str]]:
    """The combining marks of `tones` and of `dots`."""
    return marks_of(grades.tones), marks_of(grades.dots)


@lru_cache(maxsize=1)
def _pivot() -> Pivot:
    shared = shared_fidelity()
    endings = tuple((ending.partition(">")[0], ending.partition(">")[2]) for ending in shared.pivot.endings)
    function_words = words_of(shared.pivot.function_words)
    words = function_words | words_of(shared.pivot.common_words)
    return Pivot(shared.pivot_tag, function_words, words_of(shared.pivot.articles), words, endings)


def _token_pattern(scripts: tuple[str, ...]) -> regex.Pattern[str]:
    """Words by kind: `own` script, `latin` (where that is not the own script), `other`; never across kinds."""
    unknown = [script for script in scripts if script not in SCRIPT_NAMES]
    if unknown:
        raise InvalidDataError(
            f"fidelity.toml: scripts: {unknown[0]!r} is no single script; name each, such as Hira, Kana, Hani"
        )
    own = "".join(rf"\p{{Script={SCRIPT_NAMES[script]}}}" for script in scripts)
    joiners = r"\p{M}\u200c\u200d"
    parts = [rf"(?P<own>[{own}](?:[{own}{joiners}]|['’ʼ-](?=[{own}])){{0,{_LONGEST}}})"]
    if LATIN not in scripts:
        parts.append(
            rf"(?P<latin>\p{{Script=Latin}}(?:[\p{{Script=Latin}}{joiners}]|['’-](?=\p{{Script=Latin}})){{0,{_LONGEST}}})"
        )
    foreign = rf"[\p{{L}}--[{own}\p{{Script=Latin}}]]"
    parts.append(rf"(?P<other>{foreign}(?:{foreign}|[{joiners}]){{0,{_LONGEST}}})")
    return regex.compile("|".join(parts), regex.VERSION1)


def _build(pack: LanguagePack) -> Lexicon:
    file, shared = pack.fidelity, shared_fidelity()
    scripts = file.scripts or (pack.language.script,)
    latin = LATIN in scripts
    pivot = _pivot()
    tag = pack.language.tag
    common = words_of(file.common_words) | words_of(file.own_words)
    neighbours = tuple(n for n in file.neighbours if n.tag != tag)
    variants = file.letter_variants
    # A word that several candidates share speaks for each of them: what they share cancels out.
    evidence = [Evidence(tag, frozenset(file.own_letters), common)]
    if latin and tag != pivot.tag:
        evidence.append(Evidence(pivot.tag, frozenset(), pivot.function_words))
    elif tag == pivot.tag:
        evidence = [Evidence(tag, frozenset(file.own_letters), pivot.words)]
    evidence += [_neighbour(n) for n in neighbours]
    names = (*shared.base.names, *file.names, *(name for r in pack.resources for name in (r.name, *r.names)))
    return Lexicon(
        tag=tag,
        script=pack.language.script,
        scripts=frozenset(scripts),
        latin=latin,
        token=_token_pattern(scripts),
        candidates=tuple(e.tag for e in evidence),
        evidence=tuple(evidence),
        close=frozenset(n.tag for n in neighbours if n.close),
        common=common,
        folded=frozenset(bare(word) for word in common),
        romanised=words_of(file.romanised_words),
        allowed=words_of(shared.base.allowed_words) | words_of(file.allowed_words),
        units=words_of(shared.base.units) | words_of(file.units),
        names=frozenset(" ".join(regex.findall(r"[\w&]+", name.lower())) for name in names),
        particles=words_of(shared.base.name_particles),
        tolerated=tuple((t.script, t.letters) for t in file.tolerated),
        decodes=file.decoder == "words" and tag != pivot.tag,
        marks=marks_of(file.marks),
        word_shape=_shape(file.word_shape),
        variants=dict(zip(map(ord, variants.letters), map(ord, variants.stand_for), strict=True)) if variants else {},
        trace=_tracer(tuple(evidence), file),
        letters_per_word=_LETTERS_PER_WORD if scripts[0] in _UNSPACED else 0,
        confusable_words=tag in shared.base.word_pass_rate_languages.split(),
        pivot=pivot,
        faults=(*shared.base.fault, *file.fault),
        file=file,
    )


def _tracer(evidence: tuple[Evidence, ...], file: FidelityFile) -> Callable[[str], Trace]:
    """The function that reads one word, with a memory of the words it saw."""
    own, others = evidence[0], evidence[1:]
    marks, shape = marks_of(file.marks), _shape(file.word_shape)
    foreign_letters = frozenset("".join(n.letters for n in file.neighbours)) - own.letters

    @lru_cache(maxsize=50_000)
    def trace(word: str) -> Trace:
        letters = [int(e.marks(word)) for e in evidence]
        if marks:  # a mark proves the language unless a letter stands beside it that only a neighbour has
            spelled = unicodedata.normalize("NFD", word)
            letters[0] = int(not marks.isdisjoint(spelled) and foreign_letters.isdisjoint(word))
        return Trace(
            letters=tuple(letters),
            listed=tuple(int(word in e.words) for e in evidence),
            only_own=word in own.words and not any(word in e.words for e in others),
            fits=shape is not None and shape.fullmatch(bare(word)) is not None,
        )

    return trace


def _shape(pattern: str) -> regex.Pattern[str] | None:
    return regex.compile(pattern) if pattern else None


def _neighbour(neighbour: Neighbour) -> Evidence:
    words = words_of(f"{neighbour.words} {frequent_words(neighbour.tag)}")
    return Evidence(neighbour.tag, frozenset(neighbour.letters), words, _shape(neighbour.shape))
