"""Language and region tags: BCP 47 (RFC 5646) and ISO 3166-1, parsed and put into one form."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import regex

from langbias.errors import UsageError

_TAG = regex.compile(r"(?i)^([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?$")
_REGION = regex.compile(r"^[A-Z]{2}$")

# ISO 639-3 members and deprecated codes that people write for the macrolanguage (IANA subtag registry).
_SAME = {
    "pes": "fa", "prs": "fa", "fas": "fa", "per": "fa", "arb": "ar", "arz": "ar", "ara": "ar", "cmn": "zh", "zho": "zh",
    "swh": "sw", "swa": "sw", "fil": "tl", "tgl": "tl", "nob": "no", "nb": "no", "kor": "ko", "rus": "ru", "yor": "yo",
    "eng": "en", "jpn": "ja", "hin": "hi", "urd": "ur", "iw": "he", "in": "id", "ind": "id", "ben": "bn", "tur": "tr",
    "vie": "vi", "tha": "th", "amh": "am", "hau": "ha", "ibo": "ig", "zul": "zu", "ukr": "uk", "pol": "pl", "deu": "de",
    "ger": "de", "fra": "fr", "fre": "fr", "spa": "es", "por": "pt", "ita": "it", "nld": "nl", "dut": "nl", "bul": "bg",
    "bel": "be", "srp": "sr", "mkd": "mk", "mac": "mk", "pus": "ps", "pbt": "ps", "pst": "ps", "uig": "ug", "cat": "ca",
    "ron": "ro", "rum": "ro", "dan": "da", "afr": "af", "ces": "cs", "cze": "cs", "slk": "sk", "slo": "sk", "glg": "gl",
    "som": "so", "kin": "rw", "npi": "ne", "nep": "ne", "mar": "mr", "aze": "az", "azj": "az", "asm": "as", "nor": "no",
    "heb": "he",
}  # fmt: skip


def canonical(tag: str) -> str:
    """Canonical form of a BCP 47 tag: `KO-kr` -> `ko-KR`, `pes` -> `fa`.

    Raises UsageError when `tag` is not of the form language[-Script][-REGION].
    """
    found = _TAG.match(tag.strip())
    if not found:
        raise UsageError(f"{tag!r} is not a BCP 47 language tag; write it like ko, yo-BJ or zh-Hant-TW")
    language, script, region = found.groups()
    parts = [primary(language)]
    if script:
        parts.append(script.title())
    if region:
        parts.append(region.upper())
    return "-".join(parts)


def primary(label: str) -> str:
    """The language of a tag or of a detector's label, in one form: `zh-cn` -> `zh`, `kor_Hang` -> `ko`."""
    language: str = regex.split("[-_]", label.lower(), maxsplit=1)[0]
    return _SAME.get(language, language)


def fallback_chain(tag: str) -> tuple[str, ...]:
    """The tag and its parents, most specific first: `yo-BJ` -> (`yo-BJ`, `yo`) (RFC 4647 lookup)."""
    parts = canonical(tag).split("-")
    return tuple("-".join(parts[:n]) for n in range(len(parts), 0, -1))


def is_region(code: str) -> bool:
    """Whether `code` is an assigned ISO 3166-1 alpha-2 code that telephone numbering knows."""
    if not _REGION.match(code):
        return False
    from phonenumbers import SUPPORTED_REGIONS

    return code in SUPPORTED_REGIONS or code in {"AQ", "BV", "GS", "HM", "PN", "TF", "UM"}


def closest(word: str, known: Iterable[str]) -> str:
    """A hint for an error message: `; did you mean X?` or the known words."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(names)}"
