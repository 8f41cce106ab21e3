"""The words of a reply by script, and the runs of foreign words between the language's own."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import NamedTuple

import regex

from langbias.checks.fidelity.lexicon import Lexicon
from langbias.text import blank_out, masked_spans, script_of
from langbias.types import Span

_BRACKETS = regex.compile(r"\([^()\n]{1,200}\)|（[^（）\n]{1,200}）|\[[^\[\]\n]{1,200}\]|【[^【】\n]{1,200}】")
_QUOTES = regex.compile(
    r"“[^“”\n]{1,200}”|„[^„“”\n]{1,200}[“”]|«[^«»\n]{1,200}»|\"[^\"\n]{1,200}\"|「[^「」\n]{1,200}」|『[^『』\n]{1,200}』"
    r"|《[^《》\n]{1,200}》|‹[^‹›\n]{1,200}›|(?<!\w)‘[^‘’\n]{1,200}’(?!\w)|(?<!\w)'[^'\n]{1,200}'(?!\w)"
)
# Text between two foreign words that ends a run: a bracket, a quotation mark, a label's colon, a table bar.
_BORDER = regex.compile(r"[()（）\[\]【】“”„«»\"「」『』《》‹›:：|\n]")
# Dot below (U+0323) and vertical line below (U+0329) write the same letter of Yoruba.
_SAME_MARK = str.maketrans({"\u0329": "\u0323"})
# UTF-8 read as Latin-1 or Windows-1252 (a lead byte and its continuation bytes as characters), or as Windows-1251
# (a capital Er or Es before every letter), and lost characters: broken text is no foreign language.
_MOJIBAKE = regex.compile(
    r"(?:[\u00c2-\u00f4][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,3}){2,}|(?:[РС]\S){4,}|\ufffd+"
)


_HASHTAG = regex.compile(r"#[\p{L}\p{M}\p{Nd}_]{2,100}")


class Token(NamedTuple):
    """A word: code points [start, end) and its kind: `own` script, `latin` or `other`."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Run:
    """Foreign words in a row; `bracketed` or `quoted` when they stand so with no word of the language itself."""

    tokens: tuple[Token, ...]
    bracketed: bool
    quoted: bool

    @property
    def start(self) -> int:
        """First code point."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """One past the last code point."""
        return self.tokens[-1].end


class Prose:
    """The words of a reply: code, addresses and mojibake blanked out, offsets unchanged."""

    __slots__ = ("_bracket_ends", "_brackets", "_quote_ends", "_quotes", "text")

    def __init__(self, value: str) -> None:
        text = value.translate(_SAME_MARK)
        text = blank_out(text, masked_spans(text))
        text = blank_out(text, [Span(*found.span()) for found in _HASHTAG.finditer(text)])
        if _MOJIBAKE.search(text):
            text = blank_out(text, [Span(*found.span()) for found in _MOJIBAKE.finditer(text)])
        self.text = text
        self._brackets = [found.span() for found in _BRACKETS.finditer(text)]
        self._quotes = [found.span() for found in _QUOTES.finditer(text)]

    def bracket(self, start: int, end: int) -> tuple[int, int] | None:
        """The brackets [start, end) stands in."""
        return _inside(self._brackets, start, end)

    def quotation(self, start: int, end: int) -> tuple[int, int] | None:
        """The quotation marks [start, end) stands in."""
        return _inside(self._quotes, start, end)


def _inside(spans: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    at = bisect_right(spans, (start, sys.maxsize)) - 1
    return spans[at] if at >= 0 and end <= spans[at][1] else None


def tokens_of(prose: Prose, lexicon: Lexicon, span: Span) -> list[Token]:
    """The words of `span` in order, without Latin letters that touch a digit (B12, 5kg, 8am): those are no words."""
    found = lexicon.token.finditer(prose.text, span.start, span.end)
    tokens = [Token(match.start(), match.end(), match.lastgroup or "") for match in found]
    return [t for t in tokens if not ((lexicon.latin or t.kind == "latin") and _touches_digit(prose.text, t))]


def runs_of(prose: Prose, tokens: list[Token]) -> list[Run]:
    """Runs of foreign tokens, split where an own word, another script, a bracket or a quotation mark comes between."""
    runs: list[Run] = []
    own = [token.start for token in tokens if token.kind == "own"]
    current: list[Token] = []
    script = ""
    for token in tokens:
        if token.kind == "own":
            _close(runs, current, prose, own)
            current = []
            continue
        its_script = "Latn" if token.kind == "latin" else script_of(prose.text[token.start])
        border = current and (_BORDER.search(prose.text, current[-1].end, token.start) or its_script != script)
        if border and not _east_asian(script, its_script):
            _close(runs, current, prose, own)
            current = []
        script = its_script
        current.append(token)
    _close(runs, current, prose, own)
    return runs


def _east_asian(one: str, other: str) -> bool:
    """Japanese mixes three scripts inside one word."""
    return one != other and {one, other} <= {"Hani", "Hira", "Kana"}


def _close(runs: list[Run], tokens: list[Token], prose: Prose, own: list[int]) -> None:
    if not tokens:
        return
    start, end = tokens[0].start, tokens[-1].end
    bracket, quotation = prose.bracket(start, end), prose.quotation(start, end)
    runs.append(Run(tuple(tokens), _alone(bracket, own), _alone(quotation, own)))


def _alone(span: tuple[int, int] | None, own: list[int]) -> bool:
    """Whether the language itself has no word inside `span`."""
    return span is not None and bisect_left(own, span[1]) == bisect_left(own, span[0])


def letters_of(tokens: list[Token] | tuple[Token, ...]) -> int:
    """How many code points the tokens have together."""
    return sum(token.end - token.start for token in tokens)


def _touches_digit(text: str, token: Token) -> bool:
    before = text[token.start - 1] if token.start else " "
    after = text[token.end] if token.end < len(text) else " "
    return before.isdigit() or after.isdigit()
