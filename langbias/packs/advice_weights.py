"""Weights learned from labelled sentences: how far the words of a sentence speak for each of the 27 types of advice.

`advice.npz` of a pack holds them. Two linear heads per type (the sentence advises it; it is named at all) and one for
all (it advises anything) rest on the pieces of words and the pairs of words that `weighing` finds; the `verdict` table
then sets them beside what the lexicon of `culture.toml` found. Made by `tests/benchmarks/train_advice.py`.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from langbias.errors import InvalidDataError
from langbias.packs.advice_types import TYPES
from langbias.packs.loading import pack_folder

FILE = "advice.npz"
# What the lexicon says of a type in a sentence, in the order of the rows of `verdict`.
STATES = ("none", "recommend", "mention", "discourage")
# Columns of `verdict`, see `weighing`.
EVIDENCE = ("one", "advised", "named", "anything", "lead", "other", "joined", "lead_over_rest")
HEADS = (*(f"advised:{kind}" for kind in TYPES), *(f"named:{kind}" for kind in TYPES), "anything")
# Pieces of a word, blanks around it included, have 1 to this many characters.
LONGEST = 4
# What numpy, zipfile and zlib raise on bytes that are no such file.
_DAMAGE = (
    OSError, ValueError, TypeError, KeyError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip
_ARRAYS = ("pieces", "weights", "scale", "idf", "bias", "verdict")


@dataclass(frozen=True, slots=True, eq=False)
class AdviceWeights:
    """One language's weights. `pieces` maps a piece to its row.

    weights: (pieces, heads), inverse document frequency multiplied in; squares: (pieces,), its square; bias: (heads,);
    verdict: (states, evidence). Log-odds, base e, all of them.
    """

    pieces: dict[str, int]
    weights: NDArray[np.float32]
    squares: NDArray[np.float32]
    bias: NDArray[np.float32]
    verdict: NDArray[np.float32]


@lru_cache(maxsize=64)
def advice_weights(tag: str) -> AdviceWeights | None:
    """The weights of the pack `tag`, or None where it has none. Raises InvalidDataError on a damaged file."""
    path = pack_folder(tag) / FILE
    return decoded(path.read_bytes(), f"{tag}/{FILE}") if path.is_file() else None


def decoded(data: bytes, where: str) -> AdviceWeights:
    """`data` of an `advice.npz`; `where` names it in errors. Raises InvalidDataError."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            found = {name: file[name] for name in _ARRAYS}
        pieces = bytes(found["pieces"]).decode("utf-8").split("\n")
        numbers = {name: found[name].astype(np.float32) for name in _ARRAYS[1:]}
    except _DAMAGE as error:
        raise InvalidDataError(f"{where}: no file of weights ({error}); make it anew with train_advice.py") from error
    wanted = {
        "weights": (len(pieces), len(HEADS)), "scale": (len(HEADS),), "idf": (len(pieces),), "bias": (len(HEADS),),
        "verdict": (len(STATES), len(EVIDENCE)),
    }  # fmt: skip
    for name, shape in wanted.items():
        if numbers[name].shape != shape:
            raise InvalidDataError(f"{where}: {name} has shape {numbers[name].shape}, not {shape}; make it anew")
        if not np.isfinite(numbers[name]).all():
            raise InvalidDataError(f"{where}: {name} holds what is no number; make it anew")
    idf = numbers["idf"]
    return AdviceWeights(
        pieces={piece: row for row, piece in enumerate(pieces)},
        weights=numbers["weights"] * numbers["scale"] * idf[:, None],
        squares=idf * idf,
        bias=numbers["bias"],
        verdict=numbers["verdict"],
    )


def encoded(
    pieces: list[str],
    weights: NDArray[np.float64],
    idf: NDArray[np.float64],
    bias: NDArray[np.float64],
    verdict: NDArray[np.float64],
) -> bytes:
    """The bytes of an `advice.npz`, the same for the same input and build of zlib.

    weights: (pieces, heads), without the frequency.
    """
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    file = io.BytesIO()
    np.savez_compressed(
        file,
        pieces=np.frombuffer("\n".join(pieces).encode("utf-8"), dtype=np.uint8),
        weights=np.round(weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        idf=idf.astype(np.float32),
        bias=bias.astype(np.float32),
        verdict=verdict.astype(np.float32),
    )
    return file.getvalue()
