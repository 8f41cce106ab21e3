"""What holds for replies in every language: the data of `_base`, and of the language chatbots fall back to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from langbias.packs.decode import read_toml
from langbias.packs.fidelity import FidelityFile
from langbias.packs.loading import BASE, pack_folder, pack_tags


@dataclass(frozen=True, slots=True)
class Shared:
    """`base` is `_base/fidelity.toml`; `pivot` that of the language `pivot_tag`."""

    base: FidelityFile
    pivot_tag: str
    pivot: FidelityFile


@lru_cache(maxsize=1)
def shared_fidelity() -> Shared:
    """The fidelity data that every language needs. Raises InvalidDataError when a file breaks its format."""
    base = read_toml(pack_folder(BASE) / "fidelity.toml", FidelityFile)
    pivot = read_toml(pack_folder(base.pivot) / "fidelity.toml", FidelityFile)
    return Shared(base=base, pivot_tag=base.pivot, pivot=pivot)


@lru_cache(maxsize=64)
def frequent_words(tag: str) -> str:
    """The frequent words of a language as its own pack lists them, "" when it has no pack."""
    if tag not in pack_tags():
        return ""
    path = pack_folder(tag) / "fidelity.toml"
    return read_toml(path, FidelityFile).common_words if path.is_file() else ""
