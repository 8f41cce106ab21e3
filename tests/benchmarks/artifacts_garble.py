"""Garble rows of the artifacts benchmark: damage made on purpose, and false alarms on native text."""

from __future__ import annotations

import random

from langbias.checks.artifacts.garble import MECHANISMS

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
    raw = bytearray(text.encode())
    for _ in range(max(1, len(raw) // 40)):
        del raw[rng.randrange(len(raw))]
    return raw.decode(errors="replace")


DAMAGES = (mojibake, mojibake_dropped, loop, byte_loss)


def garble_rows(tag: str, sources: Named) -> None:
    """Print the share of damaged sentences found, and of native sentences falsely called garbled."""
    rng = random.Random(7)
    native = [text for _, is_native, texts in sources if is_native for text in texts if len(text.split()) >= 3]
    chosen = rng.sample(native, min(400, len(native)))
    print(f"\n## {tag}: garble by counting (share found of {len(chosen)} damaged native lines)\n")
    print("| damage | found |\n|---|---|")
    for damage in DAMAGES:
        hit = sum(found_kind(damage(text, rng)) is not None for text in chosen)
        print(f"| {damage.__name__} | {hit / len(chosen):.3f} |")
    print(f"\n## {tag}: garble false alarms on whole sources\n")
    print("| source | lines | called garbled | share |\n|---|---|---|---|")
    for name, _, texts in sources:
        kinds = [kind for text in texts if (kind := found_kind(text))]
        print(f"| {name} | {len(texts)} | {len(kinds)} {sorted(set(kinds)) or ''} | {len(kinds) / len(texts):.4f} |")
