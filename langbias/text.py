"""Text as the checks see it: NFC with a way back to the stored offsets, scripts, lines, sentences, words.

Pure. Everything here is linear in the length of the text and safe on hostile input.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter
from functools import lru_cache

import regex

from langbias.types import Span

_GRAPHEME = regex.compile(r"\X", regex.DOTALL)
_SURROGATE = regex.compile(r"[\ud800-\udfff]")
_WORD = regex.compile(r"[\p{L}\p{M}\p{Nd}](?:[\p{L}\p{M}\p{Nd}\u200c\u200d'’_-]*[\p{L}\p{M}\p{Nd}])?")
_LINE = regex.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x85]+")
# List marker, heading, quotation or table bar that Markdown puts before the words of a line.
_LEAD = regex.compile(r"^(?:[ \t>#|]|[-*+•‣▪◦·–—](?=[ \t])|\(?[\p{Nd}]{1,3}[.)](?=[ \t])|[*_]{1,3}(?=\S)|\p{So})+")
_TAIL = regex.compile(r"[ \t|*_#]+$")
# A full stop ends a sentence only before white space, a closing mark or the end: 3.5, e.g. URLs stay whole.
_SENTENCE_END = regex.compile(
    r"(?:[.!?…؟]+[\"'”’»)\]*_]*(?=\s|$))|[。！？｡]+[」』”’)]*|[।॥።۔]+|\s+(?=\|\s)",
)
_MASK = regex.compile(
    r"```[\s\S]{0,20000}?(?:```|\Z)|`[^`\n]{1,300}`"  # code
    r"|https?://[^\s<>\"）)\]]{1,2000}|www\.[^\s<>\"）)\]]{1,2000}"  # addresses
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"  # e-mail
    r"|(?<![\w@])@[A-Za-z0-9_]{2,30}"  # handles
    r"|(?<![\w.])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|info|io|gov|edu|ng|kr|ru|ir|uk|de|ch|jp|in|app|help)\b(?:/\S{0,500})?",
)

# Every one of those holds a sign that plain prose seldom has.
_MASK_SIGN = regex.compile(r"[`@]|://|www|\.[a-z]")

# ISO 15924 code -> name of the Unicode script property.
SCRIPT_NAMES = {
    "Latn": "Latin", "Cyrl": "Cyrillic", "Arab": "Arabic", "Hang": "Hangul", "Hira": "Hiragana", "Kana": "Katakana",
    "Hani": "Han", "Deva": "Devanagari", "Beng": "Bengali", "Thai": "Thai", "Ethi": "Ethiopic", "Grek": "Greek",
    "Hebr": "Hebrew", "Taml": "Tamil", "Telu": "Telugu", "Gujr": "Gujarati", "Guru": "Gurmukhi", "Knda": "Kannada",
    "Mlym": "Malayalam", "Sinh": "Sinhala", "Geor": "Georgian", "Armn": "Armenian", "Khmr": "Khmer", "Laoo": "Lao",
    "Mymr": "Myanmar", "Tibt": "Tibetan", "Mong": "Mongolian",
}  # fmt: skip
_SCRIPT_PATTERN = regex.compile("|".join(rf"(?P<{code}>\p{{Script={name}}})" for code, name in SCRIPT_NAMES.items()))


class Text:
    """A reply in NFC, with an offset map back to the text as stored.

    `value` is what rules run on (lone surrogates become U+FFFD); `stored(span)` gives the span of the stored text.
    """

    __slots__ = ("_nfc_starts", "_raw_starts", "raw", "value")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        clean: str = _SURROGATE.sub("\ufffd", raw)
        self._nfc_starts: list[int] = []
        self._raw_starts: list[int] = []
        self.value: str
        if unicodedata.is_normalized("NFC", clean):
            self.value = clean
            return
        parts: list[str] = []
        at = 0
        for cluster in _GRAPHEME.finditer(clean):
            piece = unicodedata.normalize("NFC", cluster.group())
            self._nfc_starts.append(at)
            self._raw_starts.append(cluster.start())
            parts.append(piece)
            at += len(piece)
        self._nfc_starts.append(at)
        self._raw_starts.append(len(raw))
        self.value = "".join(parts)

    def stored(self, span: Span) -> Span:
        """The span of the stored text that `span` (into `value`) came from; widened to whole clusters."""
        if not self._nfc_starts:
            return span
        first = bisect_right(self._nfc_starts, span.start) - 1
        last = bisect_right(self._nfc_starts, max(span.end - 1, span.start)) - 1
        start = self._raw_starts[first]
        if span.end <= span.start:
            return Span(start, start)
        return Span(start, self._raw_starts[min(last + 1, len(self._raw_starts) - 1)])

    def excerpt(self, span: Span, limit: int = 160) -> str:
        """The words of `span` (into `value`), cut to `limit` code points."""
        words = self.value[span.start : span.end]
        return words if len(words) <= limit else words[: limit - 1] + "…"


@lru_cache(maxsize=20_000)
def script_of(char: str) -> str:
    """ISO 15924 code of one character's script; `Zyyy` for common (digits, punctuation), `Zinh` for marks."""
    found = _SCRIPT_PATTERN.match(char)
    if found and found.lastgroup:
        return str(found.lastgroup)
    if unicodedata.category(char) in ("Mn", "Me"):
        return "Zinh"
    return "Zzzz" if char.isalpha() else "Zyyy"


def script_counts(text: str) -> Counter[str]:
    """Letters of each script in `text` (ISO 15924 code -> letters); digits, marks and punctuation left out."""
    counts: Counter[str] = Counter()
    for char, times in Counter(text).items():
        if char.isalpha():
            counts[script_of(char)] += times
    return counts


def lines(text: str) -> list[Span]:
    """Non-blank lines without their Markdown lead (bullet, number, heading, quotation bar) and tail."""
    return list(_lines(text))


# Checks ask for the same parts of the same reply several times over; a few replies back are kept, no more.
@lru_cache(maxsize=8)
def _lines(text: str) -> tuple[Span, ...]:
    found = []
    for line in _LINE.finditer(text):
        start, end = line.span()
        lead = _LEAD.match(line.group())
        if lead:
            start += lead.end()
        tail = _TAIL.search(text[start:end])
        if tail:
            end = start + tail.start()
        if text[start:end].strip():
            found.append(Span(start, end))
    return tuple(found)


def sentences(text: str) -> list[Span]:
    """Sentences within lines: split after . ! ? … and their like in other scripts, never inside 3.5 or a URL."""
    return list(_sentences(text))


@lru_cache(maxsize=8)
def _sentences(text: str) -> tuple[Span, ...]:
    found: list[Span] = []
    for line in _lines(text):
        at = line.start
        for stop in _SENTENCE_END.finditer(text, line.start, line.end):
            _append(found, text, at, stop.end())
            at = stop.end()
        _append(found, text, at, line.end)
    return tuple(found)


def _append(found: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end and (text[start].isalnum() or any(char.isalnum() for char in text[start:end])):
        found.append(Span(start, end))


def words(text: str, span: Span | None = None) -> list[Span]:
    """Words: runs of letters, marks and digits; ZWNJ, apostrophes and hyphens inside a word belong to it."""
    if span is None:
        return list(_words(text))
    return [Span(*match.span()) for match in _WORD.finditer(text, span.start, span.end)]


@lru_cache(maxsize=8)
def _words(text: str) -> tuple[Span, ...]:
    return tuple(Span(*match.span()) for match in _WORD.finditer(text))


def masked_spans(text: str) -> list[Span]:
    """Spans that are no prose: code, web addresses, e-mail addresses, handles."""
    return list(_masked_spans(text))


@lru_cache(maxsize=8)
def _masked_spans(text: str) -> tuple[Span, ...]:
    if not _MASK_SIGN.search(text):
        return ()
    return tuple(Span(*match.span()) for match in _MASK.finditer(text))


def blank_out(text: str, spans: list[Span]) -> str:
    """`text` with each span replaced by as many spaces, so that offsets stay."""
    if not spans:
        return text
    parts, at = [], 0
    for span in sorted(spans):
        if span.start < at:
            continue
        parts.append(text[at : span.start])
        parts.append(" " * (span.end - span.start))
        at = span.end
    parts.append(text[at:])
    return "".join(parts)
