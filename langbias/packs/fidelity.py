"""The shape of `fidelity.toml`: what tells this language from its neighbours, and what is no fault in a reply.

Word lists are one string each, split at white space, so that they can be read and edited as running text.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from langbias.packs.rule import Rule
from langbias.types import Severity


class Neighbour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A language easily taken for this one.

    Words with one of `letters`, and words of the form `shape` (a regular expression), occur in the neighbour and not in
    this language; `words` are its frequent words, shared ones too, beside those its own pack lists. `close`: detectors
    mix the two up in short sentences.
    """

    tag: str
    letters: str = ""
    shape: str = ""
    words: str = ""
    close: bool = False


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of finding the check itself makes. `message` may hold {found}, {expected} and {words}."""

    id: str
    severity: Severity
    issue: str
    message: str
    source: str


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words (regular expressions) by which a user asks, in this language, for a text in the language `tag`."""

    tag: str
    any: tuple[str, ...]


class Tolerance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A foreign script of which up to `letters` in a row are ordinary in this language (Korean: one Han character)."""

    script: str
    letters: int


class MarkGrades(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Orthography told by marks, given as letters that carry them: `tones` and `dots`.

    Fewer than `least_words` words give no grade. full: share of words with a tone mark at least `full`; partial: at
    least `partial`; dots: less, while the share of words with any mark reaches `partial`; stripped: less than that.
    """

    tones: str
    dots: str
    full: float
    partial: float
    least_words: int
    source: str


class LetterVariants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Orthography told by letters: any of `letters` (of another keyboard) makes the grade `grade`, else "ok".

    `stand_for` holds the language's own letter for each of `letters`, in order.
    """

    letters: str
    stand_for: str
    grade: str
    source: str


class FidelityFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`fidelity.toml`. Scripts are ISO 15924 codes; the first of `scripts` is the main one.

    neighbours: candidates of the vote, beside this language and the pivot.
    own_letters: letters no neighbour has. own_words: frequent words no neighbour has.
    common_words: frequent words; they decide very short replies and, in Latin script, single words.
    function_words, endings: words that are never names, and what inflection adds (used of the pivot language);
    articles: those of them that may begin a name.
    word_shape: what every word of a language in Latin script looks like without its marks (a regular expression).
    marks: letters that carry the combining marks by which a word of this language is told from one of the pivot.
    romanised_words: frequent words of the language as people write them in Latin letters.
    allowed_words: words in another script that are ordinary in this language. names: organisations, titles;
    name_particles: small words inside them.
    space_collapse: letters in a row without a space that no sentence of this language has; 0 = not judged.
    pivot (in _base only): the language chatbots fall back to.
    word_pass_rate_languages (in _base only): those the Language Confusion Benchmark defines its word pass rate for.
    """

    scripts: tuple[str, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    own_letters: str = ""
    own_words: str = ""
    common_words: str = ""
    function_words: str = ""
    articles: str = ""
    endings: tuple[str, ...] = ()
    word_shape: str = ""
    marks: str = ""
    romanised_words: str = ""
    allowed_words: str = ""
    units: str = ""
    names: tuple[str, ...] = ()
    name_particles: str = ""
    tolerated: tuple[Tolerance, ...] = ()
    requests: tuple[Request, ...] = ()
    mark_grades: MarkGrades | None = None
    letter_variants: LetterVariants | None = None
    space_collapse: int = 0
    decoder: Literal["none", "words"] = "none"
    pivot: str = ""
    word_pass_rate_languages: str = ""
    fault: tuple[Fault, ...] = ()
    rule: tuple[Rule, ...] = ()
    schema_version: int = 1
