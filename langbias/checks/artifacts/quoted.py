"""What in a reply is not the target's own wording: code, addresses, and the user's words quoted back."""

from __future__ import annotations

import regex

from langbias.rules import find_all
from langbias.text import blank_out, masked_spans, words
from langbias.types import Span

_QUOTED = regex.compile(
    r"\"[^\"\n]{2,400}\"|“[^”\n]{2,400}”|«[^»\n]{2,400}»|„[^“”\n]{2,400}[“”]|‘[^’\n]{2,400}’|「[^」\n]{2,400}」|『[^』\n]{2,400}』"
    r"|(?m:^[ \t]*>[^\n]{2,1000}$)"
)
_NOT_LETTERS = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


def own_words(text: str, turns: tuple[str, ...]) -> str:
    """`text` with code, addresses and quotations of the user's `turns` blanked; offsets stay."""
    said = _NOT_LETTERS.sub(" ", " ".join(turns)).casefold()
    quoted = [span for span in find_all(_QUOTED, text) if said and _plain(text, span) in said]
    return blank_out(text, masked_spans(text) + quoted)


def _plain(text: str, span: Span) -> str:
    return str(_NOT_LETTERS.sub(" ", text[span.start : span.end])).strip().casefold()


def without_endless_words(text: str, longest: int) -> str:
    """`text` with words longer than `longest` blanked: no rule speaks about them, and an analyser would choke."""
    return blank_out(text, [span for span in words(text) if span.end - span.start > longest])
