"""Garble rows of the artifacts benchmark: damage made on purpose, and false alarms on native text."""

from __future__ import annotations

import random

import numpy as np
import regex
from scipy.stats import mannwhitneyu

from langbias.checks.artifacts.garble import MECHANISMS
from langbias.checks.artifacts.letters import broken_letters
from langbias.checks.context import CheckContext
from langbias.packs import load_pack
from langbias.packs.letters import letter_scorer

_WORD = regex.compile(r"[\p{L}\p{M}]{2,}")
_CLUSTER = regex.compile(r"\X")

Named = list[tuple[str, bool, tuple[str, ...]]]


def found_kind(text: str) -> str | None:
    """The first garble mechanism that fires on `text`."""
    return next((mechanism.id for mechanism in MECHANISMS if mechanism.find(text)), None)


def mojibake(text: str, _: random.Random) -> str:
    return text.encode().decode("cp1252", errors="replace")


def mojibake_dropped(text: str, _: random.Random) -> str:
    return text.encode().decode("cp1252", errors="ignore")


def loop(text: str, rng: random.Random) -> str:
    words = text.split()
    at = rng.randrange(max(1, len(words) - 3))
    return " ".join(words[: at + 3] + words[at : at + 3] * 8)


def byte_loss(text: str, rng: random.Random) -> str:
    """One byte in forty lost, whichever it is."""
    raw = bytearray(text.encode())
    for _ in range(max(1, len(raw) // 40)):
        del raw[rng.randrange(len(raw))]
    return raw.decode(errors="replace")


def torn(text: str, broken: str) -> bool:
    """Whether a loss of bytes broke letters: a lost ASCII byte leaves sound text, short of a space or a full stop."""
    ascii_only = regex.compile(r"[\x00-\x7f]")
    return ascii_only.sub("", text) != ascii_only.sub("", broken)


def shuffled_letters(text: str, rng: random.Random) -> str:
    """Letters shuffled inside every word of two letters or more."""
    return _WORD.sub(lambda found: "".join(rng.sample(letters := _CLUSTER.findall(found.group()), len(letters))), text)


def replaced_letters(text: str, rng: random.Random) -> str:
    """A quarter of the letters replaced by letters drawn from the same text."""
    pool = [letter for word in _WORD.findall(text) for letter in _CLUSTER.findall(word)]
    return _WORD.sub(
        lambda found: "".join(
            rng.choice(pool) if rng.random() < 0.25 else one for one in _CLUSTER.findall(found.group())
        ),
        text,
    )


DAMAGES = (mojibake, mojibake_dropped, loop, byte_loss)


def letter_rows(tag: str, native: list[list[str]], analyse: object) -> None:
    """Broken letters: AUC of the score, share found, and false alarms, on lines and on replies of five lines."""
    scorer = letter_scorer(tag)
    if scorer is None:
        return
    context = CheckContext(pack=load_pack(tag), analyse=analyse)  # type: ignore[arg-type]
    print(f"\n## {tag}: broken letters\n")
    print("| unit | damage | AUC | found | false alarms |\n|---|---|---|---|---|")
    for lines in (1, 5):
        texts = [
            "\n".join(source[at : at + lines]) for source in native for at in range(0, len(source) - lines + 1, lines)
        ]
        texts = [text for text in texts if scorer(text, None)[1] >= 5]
        chosen = random.Random(5).sample(texts, min(300, len(texts)))
        false = sum(bool(broken_letters(text, context)) for text in texts) / len(texts)
        for damage in (shuffled_letters, replaced_letters):
            rng = random.Random(11)
            damaged = [damage(text, rng) for text in chosen]
            low = np.array([scorer(text, None)[0] for text in damaged])
            high = np.array([scorer(text, None)[0] for text in chosen])
            area = mannwhitneyu(high, low).statistic / (len(high) * len(low))
            found = sum(bool(broken_letters(text, context)) for text in damaged) / len(damaged)
            print(f"| {lines} lines | {damage.__name__} | {area:.3f} | {found:.2f} | {false:.4f} of {len(texts)} |")


def garble_rows(tag: str, sources: Named) -> None:
    """Print the share of damaged sentences found, and of native sentences falsely called garbled."""
    rng = random.Random(7)
    native = [text for _, is_native, texts in sources if is_native for text in texts if len(text.split()) >= 3]
    chosen = rng.sample(native, min(400, len(native)))
    print(f"\n## {tag}: garble by counting (share found of {len(chosen)} damaged native lines)\n")
    print("| damage | found |\n|---|---|")
    for damage in DAMAGES:
        damaged = [broken for text in chosen if (broken := damage(text, rng)) != text]  # plain ASCII cannot be misread
        hit = sum(found_kind(text) is not None for text in damaged)
        print(f"| {damage.__name__} | {hit / len(damaged):.3f} of {len(damaged)} |")
        if damage is byte_loss:
            pairs = ((text, byte_loss(text, rng)) for text in chosen)
            letters = [broken for text, broken in pairs if torn(text, broken)]
            hit = sum(found_kind(text) is not None for text in letters)
            print(f"| byte_loss, letters broken | {hit / len(letters):.3f} of {len(letters)} |")
    print(f"\n## {tag}: garble false alarms on whole sources\n")
    print("| source | lines | called garbled | share |\n|---|---|---|---|")
    for name, _, texts in sources:
        kinds = [kind for text in texts if (kind := found_kind(text))]
        print(f"| {name} | {len(texts)} | {len(kinds)} {sorted(set(kinds)) or ''} | {len(kinds) / len(texts):.4f} |")
