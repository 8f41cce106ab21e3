"""The part of a reply that speaks to the user in its own voice: sentences with quotations blanked out."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

import regex

from langbias import rules, text
from langbias.types import Span

# The longest quotation that is still taken for one; an unclosed mark must not swallow a reply.
_QUOTE_LENGTH = 600
_ITEM = regex.compile(r"^[ \t>]*(?:[-*+•‣▪◦·–—]|\(?\p{Nd}{1,3}[.)])[ \t]")
_HEADING = regex.compile(r"^[ \t>]*#{1,6}[ \t]")
_BOLD_LINE = regex.compile(r"^[ \t>]*(?:\*\*|__)[^*_]+(?:\*\*|__)[ \t:]*$")
_FULL_STOP = regex.compile(r"[.!?…؟。！？।॥۔~^][^\p{L}\p{Nd}]*$")
_LETTER = regex.compile(r"\p{L}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the prose. A `fragment` is a heading or a list item that is no full sentence."""

    span: Span
    fragment: bool


@dataclass(frozen=True, slots=True)
class Prose:
    """`text` has the length of the reply; quotations, code and addresses in it are blank."""

    text: str
    sentences: tuple[Sentence, ...]

    def sentence_at(self, offset: int) -> int | None:
        """Index of the sentence that holds `offset`, None between sentences."""
        at = bisect_right(self.sentences, offset, key=lambda sentence: sentence.span.start) - 1
        return at if at >= 0 and offset < self.sentences[at].span.end else None


def prose_of(
    value: str, quotes: tuple[str, ...], same_letters: tuple[str, ...] = (), own_words: tuple[str, ...] = ()
) -> Prose:
    """The prose of `value` (NFC). A quotation that is over half of the letters is the answer itself and stays, as does
    one after a pattern of `own_words`.
    """
    plain = text.blank_out(value, text.masked_spans(value)).translate(_letters(same_letters))
    if quotes:
        own = {span.end for span in rules.find_all(_introduction(own_words), plain)} if own_words else set()
        found_quotes = (span for span in rules.find_all(_quotation(quotes), plain) if span.start not in own)
        quoted = [Span(span.start + 1, span.end - 1) for span in found_quotes]
        inside = sum(len(_LETTER.findall(plain, span.start, span.end)) for span in quoted)
        if 2 * inside <= len(_LETTER.findall(plain)):
            plain = text.blank_out(plain, quoted)
    found = tuple(Sentence(span, _is_fragment(plain, span)) for span in text.sentences(plain))
    return Prose(plain, found)


@lru_cache(maxsize=64)
def _letters(pairs: tuple[str, ...]) -> dict[int, str]:
    """Direction marks are read as the joiner they are often typed for; the length of the text stays."""
    return {0x200E: "\u200c", 0x200F: "\u200c"} | {ord(pair[0]): pair[1] for pair in pairs}


@lru_cache(maxsize=64)
def _introduction(own_words: tuple[str, ...]) -> regex.Pattern[str]:
    """The words that make a following quotation the reply's own, up to its mark."""
    return regex.compile(rf"(?<!\p{{L}})(?:{'|'.join(own_words)})(?: ?[:,])? ?(?!\p{{L}})", regex.IGNORECASE)


@lru_cache(maxsize=64)
def _quotation(pairs: tuple[str, ...]) -> regex.Pattern[str]:
    """Quotations by any of the `pairs` of marks, within one line.

    Where both marks are the same, the first stands before and the last after a word; one between letters is an
    apostrophe.
    """
    parts = []
    for pair in pairs:
        a, b = regex.escape(pair[0]), regex.escape(pair[1])
        inside = rf"[^{a}{b}\n]{{1,{_QUOTE_LENGTH}}}"
        same = pair[0] == pair[1]
        parts.append(rf"(?<![\p{{L}}\p{{Nd}}]){a}(?=[\w¿¡(*…]){inside}(?<=\S){b}" if same else f"{a}{inside}{b}")
    return regex.compile("|".join(parts), regex.VERSION1)


def _is_fragment(plain: str, span: Span) -> bool:
    line_start = max(plain.rfind(mark, 0, span.start) for mark in "\n\r\u2028\u2029") + 1
    line_end = plain.find("\n", span.end)
    line = plain[line_start : line_end if line_end >= 0 else len(plain)]
    if _HEADING.match(line) or _BOLD_LINE.match(line):
        return True
    return bool(_ITEM.match(line)) and not _FULL_STOP.search(plain[span.start : span.end])
