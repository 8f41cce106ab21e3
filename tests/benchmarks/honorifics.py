"""Measure the honorifics check on labelled data and print every row beside a word-list baseline.

    python tests/benchmarks/honorifics.py --data DIR [--markdown]

DIR holds the development files named in `reports/validation/honorifics.md` (CoCoA-MT and IWSLT contrastive pairs, UD
second persons, Shekasteh twins, SmileStyle, authored traps). A missing file is a row that says so.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import regex
from honorifics_replies import agreed, judge, kappa, right

from langbias.checks.honorifics.address import Reading, read_address
from langbias.packs import load_pack
from langbias.packs.loading import load_morphology

CONTRASTIVE = ("ko", "ru", "de", "hi", "nl", "fr", "ja", "vi", "it", "pt", "es")
TARGETS = {
    "ko": 0.99, "ru": 0.995, "de": 0.995, "hi": 0.995, "nl": 0.995, "fr": 0.99, "ja": 0.98, "vi": 0.985,
    "it": 0.96, "pt": 0.96, "es": 0.96,
}  # fmt: skip
MIXED_TARGETS = {"ru": 0.985, "de": 0.985, "hi": 0.985, "fr": 0.985, "ko": 0.97, "ja": 0.96, "es": 0.92}
# Word lists in the style of the MuDA tagger (formality): (V words, T words); the first rule that matches decides.
WORD_LISTS = {
    "ko": (("제가", "저희"), ("너", "너를", "너의", "네가")),
    "ru": (("вы", "вас", "вам", "вами", "ваш", "ваши"), ("ты", "тебя", "тебе", "тобой", "твой", "твоя", "твои")),
    "de": (("Sie", "Ihnen"), ("du", "dich", "dir", "dein", "deine")),
    "hi": (("आप", "आपका", "आपकी", "आपके", "आपको"), ("तुम", "तुम्हारा", "तुम्हारी", "तू")),
    "nl": (("u", "uw"), ("jij", "jou", "jouw", "jullie", "je")),
    "fr": (("vous", "votre", "vos"), ("tu", "ton", "ta", "tes", "toi", "te")),
    "ja": (("です", "ます", "でした", "ました", "ません"), ("だ", "だった", "じゃない", "だろう")),
    "vi": (("quý vị", "ạ"), ("bạn",)),
    "it": (("Lei", "Suo", "Sua"), ("tu", "tuo", "tua", "tuoi", "te")),
    "pt": (("você", "sua", "seu"), ("tu", "tua", "teu", "te")),
    "es": (("usted", "ustedes"), ("tú", "tu", "tus", "ti", "contigo", "te")),
}  # fmt: skip
CHALLENGE = {"formal": "V", "informal": "T", "mixed": "mixed", "none": "none", "ambiguous": "uncertain"}


@dataclass(frozen=True)
class Row:
    """One printed line: what was measured, on how many, the figure, the baseline's and the target."""

    name: str
    n: int
    figures: str
    baseline: str = "-"
    target: str = "-"


@lru_cache(maxsize=32)
def reader(tag: str) -> Callable[[str], Reading]:
    """A function from a text to its reading by the pack `tag`."""
    pack, module = load_pack(tag).honorifics, load_morphology(tag)
    analyse = module.analyse if module else None
    return lambda text: read_address(unicodedata.normalize("NFC", text), pack, analyse)


def address(tag: str, text: str, *, addressed: bool = False) -> str:
    """The address of `text`; with `addressed`, a text without any marker takes the pack's `unmarked` address."""
    found = reader(tag)(text).address
    unmarked = load_pack(tag).honorifics.unmarked
    return unmarked if addressed and found == "none" and unmarked != "none" else found


def word_list_address(tag: str, text: str) -> str:
    """V, T, mixed or none by the word lists alone."""
    letter = r"[\p{L}\p{M}]"
    found = []
    for label, words in zip("VT", WORD_LISTS[tag], strict=True):
        border = ("", "") if tag == "ja" else (f"(?<!{letter})", f"(?!{letter})")
        pattern = border[0] + "(?:" + "|".join(words) + ")" + border[1]
        if regex.search(pattern, text, flags=0 if label == "V" and tag in ("de", "it") else regex.IGNORECASE):
            found.append(label)
    return "mixed" if len(found) == 2 else found[0] if found else "none"


def load(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSONL file; an empty list when it does not exist."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def sides(rows: list[dict[str, Any]], keys: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """(text, label) of both sides of contrastive rows."""
    return [(row[key], label) for row in rows for key, label in keys if row.get(key)]


def contrastive(name: str, tag: str, texts: list[tuple[str, str]], target: float | None) -> Row:
    """Accuracy (none and mixed are wrong), coverage, precision when decided, accuracy with the flag; CPU speed."""
    address(tag, texts[0][0])  # pack and analyser are loaded once per worker, outside of the time taken
    start = time.process_time()
    plain = [(address(tag, text), label) for text, label in texts]
    seconds = time.process_time() - start
    flagged = [(address(tag, text, addressed=True), label) for text, label in texts]
    decided = [(got, label) for got, label in plain if got != "none"]
    right = sum(got == label for got, label in plain)
    base = [(word_list_address(tag, text), label) for text, label in texts]
    sentences = sum(len(reader(tag)(text).prose.sentences) for text, _ in texts)
    figures = (
        f"acc {right / len(plain):.4f}  cov {len(decided) / len(plain):.4f}  "
        f"prec {right / max(len(decided), 1):.4f}  flagged {share(flagged):.4f}  {sentences / seconds:,.0f} sent/s"
    )
    baseline = f"acc {share(base):.3f} cov {sum(got != 'none' for got, _ in base) / len(base):.3f}"
    return Row(name, len(plain), figures, baseline, "-" if target is None else f">= {target}")


def share(pairs: list[tuple[str, str]]) -> float:
    """The share of pairs whose two members agree."""
    return sum(got == label for got, label in pairs) / len(pairs)


def second_person(name: str, tag: str, rows: list[dict[str, Any]], prepare: Callable[[str], str], target: str) -> Row:
    """Precision, recall, F1 of finding a second person singular (T) and plural (V) in a sentence, quotes included."""
    pack, module = msgspec.structs.replace(load_pack(tag).honorifics, quotes=()), load_morphology(tag)
    analyse = module.analyse if module else None
    parts = []
    for key, wanted in (("sg", {"T"}), ("pl", {"V", "plural"})):
        hit = wrong = missed = 0
        for row in rows:
            hits = read_address(unicodedata.normalize("NFC", prepare(row["text"])), pack, analyse).hits
            found = bool(wanted & {hit.address for hit in hits})
            gold = bool(row[key])
            hit, wrong, missed = hit + (found and gold), wrong + (found and not gold), missed + (gold and not found)
        precision, recall = hit / max(hit + wrong, 1), hit / max(hit + missed, 1)
        f1 = 2 * hit / max(2 * hit + wrong + missed, 1)
        parts.append(f"{key} P {precision:.3f} R {recall:.3f} F1 {f1:.3f} ({hit}/{hit + wrong}/{hit + missed})")
    return Row(name, len(rows), "  ".join(parts), target=target)


def without_marks(text: str, *, keep_dots: bool) -> str:
    """Yoruba without tone marks, and without dots unless `keep_dots`."""
    gone = set("\u0300\u0301\u0304\u030c") | (set() if keep_dots else set("\u0323\u0329"))
    return unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", text) if c not in gone))


def splices(rows: list[dict[str, Any]], seed: int, count: int = 150) -> Iterator[tuple[str, str, bool]]:
    """(joined text, the odd line or "", mixed?): four lines of one side, in half of the cases one of the other side."""
    random_ = random.Random(seed)
    for number in range(2 * count):
        chosen = random_.sample(rows, 4)
        main, other = random_.choice((("formal", "informal"), ("informal", "formal")))
        lines = [row[main].strip() for row in chosen]
        odd = ""
        if number % 2:
            at = random_.randrange(4)
            odd = lines[at] = chosen[at][other].strip()
        yield " ".join(lines), odd, bool(odd)


def mixed_level(tag: str, rows: list[dict[str, Any]]) -> Row:
    """F1 of "mixed" on spliced replies, and how often the rarer side lies in the odd line."""
    hit = wrong = missed = named = 0
    for text, odd, mixed in splices(rows, seed=7):
        reading = reader(tag)(text)
        found = reading.address == "mixed"
        hit, wrong, missed = hit + (found and mixed), wrong + (found and not mixed), missed + (mixed and not found)
        if found and mixed:
            slip = reading.slip()[0].span
            at = unicodedata.normalize("NFC", text).find(unicodedata.normalize("NFC", odd))
            named += at <= slip.start < at + len(odd)
    f1 = 2 * hit / max(2 * hit + wrong + missed, 1)
    precision, recall = hit / max(hit + wrong, 1), hit / max(hit + missed, 1)
    figures = f"F1 {f1:.3f}  P {precision:.3f}  R {recall:.3f}  span {named / max(hit, 1):.3f}"
    target = f">= {MIXED_TARGETS[tag]}" if tag in MIXED_TARGETS else "-"
    return Row(f"mixed level, spliced, {tag}", 300, figures, "F1 0 (majority vote)", target)


def twins(rows: list[dict[str, Any]]) -> Row:
    """Share of Persian lines whose colloquial and standard spelling get the same address."""
    pairs = [(address("fa", row["colloquial"]), address("fa", row["standard"])) for row in rows]
    flips = sum({"V", "T"} == set(pair) for pair in pairs)
    return Row("fa colloquial = standard", len(pairs), f"same {share(pairs):.4f}  V/T flips {flips}", target=">= .98")


def challenge(rows: list[dict[str, Any]]) -> Row:
    """Authored traps, all languages."""
    pairs = [(address(row["lang"], row["text"]), CHALLENGE[row["expect"]]) for row in rows]
    missed = [row["trap"] for row, (got, label) in zip(rows, pairs, strict=True) if got != label]
    return Row("authored traps", len(pairs), f"right {len(pairs) - len(missed)}  missed {missed}", target="all")


def measure(data: Path) -> Iterator[Row]:
    """Every row, in the order of the report."""
    keys = (("formal", "V"), ("informal", "T"))
    pairs = {tag: load(data / f"cocoa_{tag}.jsonl") for tag in CONTRASTIVE}
    for tag, rows in pairs.items():
        yield contrastive(f"contrastive {tag}", tag, sides(rows, keys), TARGETS[tag]) if rows else absent(tag)
    if rows := load(data / "cocoa_pt-2023.jsonl"):
        yield contrastive("contrastive pt (2023)", "pt", sides(rows, keys), TARGETS["pt"])
    if rows := load(data / "smilestyle_ko_NC.jsonl"):
        yield contrastive("SmileStyle ko", "ko", sides(rows, (*keys, ("gentle", "V"))), 0.99)
    if rows := load(data / "ud_fa.jsonl"):
        yield second_person("UD fa", "fa", rows, str, "sg F1 >= .87 (P >= .95), pl >= .975")
    if rows := load(data / "shekasteh_fa.jsonl"):
        yield twins(rows)
    if rows := load(data / "ud_yo.jsonl"):
        yield second_person("UD yo, full marks", "yo", rows, str, ">= .93")
        yield second_person("UD yo, no tones", "yo", rows, lambda t: without_marks(t, keep_dots=True), "P >= .95")
        yield second_person("UD yo, bare", "yo", rows, lambda t: without_marks(t, keep_dots=False), "P >= .95")
    for tag in ("uk", "pl", "tr", "bn"):
        if rows := load(data / f"ud_{tag}.jsonl"):
            yield second_person(f"UD {tag}", tag, rows, str, "-")
    for tag, rows in pairs.items():
        if rows:
            yield mixed_level(tag, rows)
    if rows := load(data / "challenge_authored.jsonl"):
        yield challenge(rows)
    for tag in ("ko", "ru", "fa", "yo"):
        yield authored(tag)


def authored(tag: str) -> Row:
    """The authored replies of one language: agreement of the two readings, and the check on what they agree about."""
    figures = []
    both = judge(tag)
    for name, judged in zip(("replies", "sentences"), both, strict=True):
        same = agreed(judged)
        agreement = kappa([(entry.first, entry.second) for entry in judged])
        figures.append(
            f"{name} {len(judged)}: disputed {len(judged) - len(same)}, kappa {agreement:.3f}, "
            f"right {right(judged):.4f}"
        )
    return Row(f"authored replies {tag}", len(both[0]), "  ".join(figures))


def absent(tag: str) -> Row:
    """The row of a file that is not there."""
    return Row(f"contrastive {tag}", 0, "no data file")


def main() -> int:
    """Print the rows; exit 2 when the folder does not exist."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data files")
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table")
    choice = parser.parse_args()
    if not choice.data.is_dir():
        print(f"{choice.data}: no such folder", file=sys.stderr)
        return 2
    if choice.markdown:
        print("| measure | n | ours | word lists | target |\n|---|---|---|---|---|")
    for row in measure(choice.data):
        cells = (row.name, str(row.n), row.figures, row.baseline, row.target)
        print("| " + " | ".join(cells) + " |" if choice.markdown else "  |  ".join(cells), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
