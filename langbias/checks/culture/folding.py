"""The reply as the patterns of `culture.toml` see it: lower case, folded letters, marks dropped where the pack says so.

Folding is for matching only; every span leads back to the stored text.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from langbias.rules import LENGTH_LIMIT
from langbias.text import Text
from langbias.types import Span

# Typographic variants that mean the same in every language. ZWNJ joins what Persian spells with or without a space.
# Apostrophes become the curly one: the literal strings of TOML cannot hold the straight one.
_COMMON = {
    "'": "’", "‘": "’", "ʼ": "’", "`": "’", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200c": " ", "‐": "-",
    "‑": "-", "\u00ad": "", "\u200b": "", "\u200d": "", "\u2060": "", "\u200e": "", "\u200f": "",
}  # fmt: skip


@lru_cache(maxsize=64)
def _table(fold: tuple[tuple[str, str], ...], strip_marks: bool) -> _Table:
    return _Table({**_COMMON, **dict(fold)}, strip_marks)


class _Table(dict[int, str]):
    """Code point -> folded characters, worked out on first use; `uneven` are the characters that become none or two."""

    def __init__(self, fold: dict[str, str], strip_marks: bool) -> None:
        super().__init__({ord(char): folded for char, folded in fold.items()})
        self._fold = fold
        self._strip = strip_marks
        self.uneven = {char for char, folded in fold.items() if len(folded) != 1}

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = char.lower()
        if len(folded) > 1:
            folded = folded[0]
        folded = self._fold.get(folded, folded)
        if self._strip:
            folded = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
        if len(folded) != 1:
            self.uneven.add(char)
        self[code] = folded
        return folded


class Folded:
    """`value` is the folded reply (cut to LENGTH_LIMIT); `stored(start, end)` leads back to the stored text."""

    __slots__ = ("_at", "source", "value")

    def __init__(self, source: Text, fold: tuple[tuple[str, str], ...], strip_marks: bool) -> None:
        self.source = source
        table = _table(fold, strip_marks)
        said = source.value[:LENGTH_LIMIT]
        self.value = said.translate(table)
        self._at: list[int] | None = None
        if not table.uneven.isdisjoint(said):
            self._at = [index for index, char in enumerate(said) for _ in table[ord(char)]]

    def nfc(self, span: Span) -> Span:
        """The span of `source.value` that `span` (into `value`) came from, combining marks behind it included."""
        if self._at is None or span.end <= span.start:
            return span
        end = self._at[span.end - 1] + 1
        while end < len(self.source.value) and unicodedata.combining(self.source.value[end]):
            end += 1
        return Span(self._at[span.start], end)

    def stored(self, span: Span) -> Span:
        """The span of the stored text that `span` (into `value`) came from."""
        return self.source.stored(self.nfc(span))
