"""Broken text that no language explains: what is found by counting, with no dictionary and no rule data.

Each detector takes text and gives the spans of the damage. All are linear in the length of the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import regex

from langbias.rules import find_all
from langbias.text import lines, words
from langbias.types import Span

# A word this long is no word of any language here; rules do not look inside it.
LONGEST_WORD = 120


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A garble detector with the words a report needs. Its full id is `_base/artifacts/<id>`."""

    id: str
    message: str
    find: Callable[[str], list[Span]]

    @property
    def full_id(self) -> str:
        return f"_base/artifacts/{self.id}"


# ---- loops ---------------------------------------------------------------------------------------------------------

# (longest period, least repeats): people do say a word five times and laugh "hahahaha"; they do not say six words
# four times over. Periods are counted in words, then in letters.
_WORD_LOOPS = ((1, 8), (2, 5), (5, 4), (60, 3))
_LETTER_LOOPS = ((1, 60), (2, 20), (12, 10))
_LEAST_LINE_WORDS = 4


def loops(text: str) -> list[Span]:
    """Runs where the same words, letters or whole lines come again and again."""
    spans = words(text)
    folded = [text[span.start : span.end].casefold() for span in spans]
    found = [Span(spans[start].start, spans[end - 1].end) for start, end in _periodic(folded, _WORD_LOOPS)]
    for span in spans:
        if span.end - span.start >= 20:
            inside = _periodic(text[span.start : span.end], _LETTER_LOOPS)
            found += [Span(span.start + start, span.start + end) for start, end in inside]
    return _merged(found + _repeated_lines(text))


def _periodic(items: Sequence[Hashable], limits: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """[start, end) of runs that repeat with some period; `limits` gives (longest period, least repeats) in steps."""
    triples = Counter(zip(items, items[1:], items[2:], strict=False))
    if not triples or max(triples.values()) < 3:  # every loop says some three items three times
        return []
    found = []
    for period in range(1, min(limits[-1][0], len(items) // 2) + 1):
        repeats = next(least for longest, least in limits if period <= longest)
        same = 0
        for at in range(period, len(items) + 1):
            if at < len(items) and items[at] == items[at - period]:
                same += 1
                continue
            if same >= period * (repeats - 1):
                found.append((at - same - period, at))
            same = 0
    return found


def _repeated_lines(text: str) -> list[Span]:
    """Lines of four words or more that occur three times; the first is left out, it is the original."""
    seen: dict[str, list[Span]] = {}
    for line in lines(text):
        seen.setdefault(text[line.start : line.end].casefold(), []).append(line)
    return [
        span
        for content, spans in seen.items()
        if len(spans) >= 3 and len(words(content)) >= _LEAST_LINE_WORDS
        for span in spans[1:]
    ]


def _merged(spans: list[Span]) -> list[Span]:
    """Spans in order, those that overlap joined."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


# ---- mojibake ------------------------------------------------------------------------------------------------------

# A run of accented Latin letters and signs with no plain letter between them: 8-bit text of another alphabet. Signs
# alone ("······") are somebody's dots.
_EIGHT_BIT = regex.compile("(?=[\xa1-\xbf]{0,40}+[\xc0-\xff])[\xa1-\xff]{6,}")
_LOST_SIGN = regex.compile("[\u2010-\u203a\u1e00-\u1eff]")
# A letter with a mark, or a mark, read in cp1252: "Ã¡", "Ì€". A capital before and a closing sign after may be prose.
_LOST_LETTER = regex.compile(r"(?<!\p{Lu})[ÃÌÍ][\xa0-\xbf€-™]|[ÃÌÍ][\xa0-\xbf€-™--[\p{P}\s]]", regex.VERSION1)
# The same where bytes without a character were dropped: "á»" (of ọ) inside a word, "Ì" (of an acute) after one.
_CUT_SHORT = regex.compile(r"[áâ][º»¹](?=[\p{L}ÌÍ])|(?<=\p{Ll}|»)[ÌÍ](?!\p{L})")
_UTF8_PAIR = regex.compile(rb"[\xc2-\xf4][\x80-\xbf]")
# Upper half of cp1252. Prose of any language holds it between plain letters or not at all.
_UPPER_HALF = regex.compile("[\xa1-\xff" + bytes(range(0x80, 0xA0)).decode("cp1252", errors="ignore") + "]+")
_LEAST_UPPER = 6


def _mostly_upper_half(text: str) -> list[Span]:
    """Upper-half runs of a text that has hardly anything else: letters (ì, Ð) and signs (‚, ¿) mixed."""
    upper = "".join(_UPPER_HALF.findall(text))
    if len(upper) < _LEAST_UPPER or 2 * len(upper) < len(text) - text.count(" "):
        return []
    letters = sum(char.isalpha() for char in upper)
    mixed = min(letters, len(upper) - letters) >= max(2, len(upper) // 4)
    return find_all(_UPPER_HALF, text) if mixed else []


@dataclass(frozen=True, slots=True)
class _CodePage:
    """An 8-bit code page: its characters back to bytes (as U+0080-U+00FF), and how UTF-8 looks when read in it."""

    name: str
    to_bytes: dict[int, str]
    utf8: regex.Pattern[str]


def _code_page(name: str) -> _CodePage:
    # A byte that the code page leaves open is passed on as a C1 control, as browsers do.
    chars = {byte: bytes([byte]).decode(name, errors="ignore") or chr(byte) for byte in range(0x80, 0x100)}

    def any_of(first: int, last: int) -> str:
        return "[" + "".join(regex.escape(chars[byte]) for byte in range(first, last + 1)) + "]"

    tail = any_of(0x80, 0xBF)
    one = f"{any_of(0xC2, 0xDF)}{tail}|{any_of(0xE0, 0xEF)}{tail}{{2}}|{any_of(0xF0, 0xF4)}{tail}{{3}}"
    return _CodePage(
        name,
        {ord(char): chr(byte) for byte, char in chars.items()},
        regex.compile(rf"(?:(?:{one})[\s\p{{P}}\d]{{0,3}}+)+"),
    )


_CODE_PAGES = tuple(map(_code_page, ("latin-1", "cp1252", "cp1251", "cp1256", "koi8-r", "mac-roman", "cp437")))


def mojibake(text: str) -> list[Span]:
    """UTF-8 read in an 8-bit code page ("ÐŸÑ€Ð¸", "ì•ˆë…•"), or 8-bit text read as Latin-1 ("Ïðèâåò")."""
    if text.isascii():
        return []
    found = find_all(_EIGHT_BIT, text) + find_all(_CUT_SHORT, text) + _mostly_upper_half(text)
    for page in _CODE_PAGES:
        if not _UTF8_PAIR.search(text.encode(page.name, errors="replace")):  # far cheaper than the pattern
            continue
        runs = find_all(page.utf8, text)
        if runs:
            found += _misread(text, runs, page)
    return _merged(found)


def _misread(text: str, runs: list[Span], page: _CodePage) -> list[Span]:
    """The `runs` that are damage: long ones always, all of them when most of the text is so.

    Chance pairs occur in healthy text (a capital before a quotation mark), so a short run alone proves nothing, but
    for the typographic marks and dotted letters that only a lost UTF-8 sequence gives.
    """
    decoded = [_decoded(text[run.start : run.end].translate(page.to_bytes)) for run in runs]
    total = sum(map(len, decoded))
    if total >= 4 and 2 * total >= 0.4 * (len(text) - len(text.encode("ascii", errors="ignore"))):
        return runs
    return [
        run
        for run, chars in zip(runs, decoded, strict=True)
        if len(chars) >= 4
        or (page.name == "cp1252" and (_LOST_SIGN.search(chars) or _LOST_LETTER.search(text, run.start, run.end)))
    ]


def _decoded(raw: str) -> str:
    """The non-ASCII characters that a run of bytes stands for."""
    text = raw.encode("latin-1", errors="ignore").decode("utf-8", errors="ignore")
    return "".join(char for char in text if char >= "\x80")


# ---- damaged characters --------------------------------------------------------------------------------------------

_REPLACEMENT = regex.compile("\ufffd+")
_CONTROLS = regex.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\p{Co}\p{Cn}]+")
_TOKENS = regex.compile(
    r"<\|[a-z_]{2,40}\|>|</?s>|\[/?INST\]|<0x[0-9A-F]{2}>|<(?:unk|pad|bos|eos)>|<(?:start|end)_of_turn>|▁(?=\w)|[ĠĊ](?=\w)"
)
# Jamo that join to syllables, left unjoined after NFC (U+119E and U+11A2 alone are the dots that telephones type); and
# jamo between syllables, where no one types them for fun.
# Consonants and vowels typed out one by one, "ㅇㅏㄴㄴㅕㅇ", are debris too; laughter has but one of the two.
_JAMO = regex.compile(
    r"[\u119e\u11a2]*+[[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]--[\u119e\u11a2]]"
    r"[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]*|(?<=[가-힣])[ㄱ-ㅎㅏ-ㅣ](?=[가-힣])(?<![ㄴㅇㅋㅎㅠㅜㅅㅈ])"
    r"|(?<=[가-힣])[ㄱ-ㅎ--[ㅋㅎ]][ㅏ-ㅣ--[ㅠㅜㅡ]]"
    r"|(?:[ㄱ-ㅎ]{1,2}[ㅏ-ㅣ]){2,}[ㄱ-ㅎ]*",
    regex.VERSION1,
)
_ANY_JAMO = regex.compile(r"[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ffㄱ-ㅣ]")
# Hyphenation of a printed page, kept where the lines were joined or not: "сло-\nво".
_CUT_WORD = regex.compile(
    r"(?<=\p{Ll}{2})[-\u00ad‐][ \t]*\r?\n[ \t]*(?=\p{Ll}{2})|(?<=\p{Ll}{2})\u00ad[ \t]+(?=\p{Ll}{2})"
)
# Variation selectors follow signs ("‼️"), and a kasra between spaces is how some write the Persian ezafe.
_BARE_MARK = regex.compile(
    r"(?<=^|[\s\p{P}--[\-'’_*]])(?!(?<=\s)\u0650\s)[\p{Mn}--\p{Variation_Selector}]+"
    r"|(?<=\p{Mn}{5})[\p{Mn}--\p{Variation_Selector}]+",
    regex.VERSION1 | regex.MULTILINE,
)
_SPACED_LETTERS = regex.compile(r"(?<![\p{L}\p{M}\p{N}])(?:\p{L}\p{M}*[ \t]){7,}\p{L}\p{M}*(?![\p{L}\p{M}\p{N}])")


def _by(pattern: regex.Pattern[str]) -> Callable[[str], list[Span]]:
    return lambda text: find_all(pattern, text)


def jamo_debris(text: str) -> list[Span]:
    """Hangul letters that no syllable holds."""
    return find_all(_JAMO, text) if _ANY_JAMO.search(text) else []


def bare_marks(text: str) -> list[Span]:
    """Combining marks with no letter under them; one alone is a typing slip of natives and is let pass."""
    found = find_all(_BARE_MARK, text)
    return found if sum(span.end - span.start for span in found) >= 2 else []


def cut_words(text: str) -> list[Span]:
    """Words cut at the ends of lines; one alone may be a slip or a compound."""
    found = find_all(_CUT_WORD, text)
    return found if len(found) >= 2 else []


def endless_words(text: str) -> list[Span]:
    """Unbroken runs of letters too long to be a word."""
    return [span for span in words(text) if span.end - span.start > LONGEST_WORD]


MECHANISMS: tuple[Mechanism, ...] = (
    Mechanism("replacement-character", "A character was lost: the reply shows U+FFFD in its place.", _by(_REPLACEMENT)),
    Mechanism("mojibake", "The letters were decoded with the wrong code page and cannot be read.", mojibake),
    Mechanism("loop", "The reply repeats the same words over and over.", loops),
    Mechanism("control-character", "A control or unassigned character stands in the text.", _by(_CONTROLS)),
    Mechanism("model-token", "A marker of the model's own machinery leaked into the text.", _by(_TOKENS)),
    Mechanism("jamo-debris", "Hangul letters stand alone where a syllable should be.", jamo_debris),
    Mechanism("bare-mark", "Combining marks stand without their letters.", bare_marks),
    Mechanism("spaced-letters", "Words are cut into single letters.", _by(_SPACED_LETTERS)),
    Mechanism("cut-word", "Words are cut in two, as at the ends of printed lines.", cut_words),
    Mechanism("endless-word", f"A run of more than {LONGEST_WORD} letters has no space in it.", endless_words),
)
