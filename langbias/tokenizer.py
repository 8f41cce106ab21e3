"""A sentencepiece model file that the user names, as a counter of tokens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langbias.errors import UsageError


@dataclass(frozen=True, slots=True)
class NamedTokenizer:
    """`name` is the file's own name with the first digits of its SHA-256, so that a figure says what counted it."""

    name: str
    model: Any

    def __call__(self, text: str) -> int:
        return len(self.model.encode(text))


def read_tokenizer(path: Path) -> NamedTokenizer:
    """Read a sentencepiece model. Raises UsageError when the file is none."""
    from sentencepiece import SentencePieceProcessor

    try:
        content = path.read_bytes()
    except OSError as problem:
        raise UsageError(f"--tokenizer {path}: cannot be read ({problem.strerror}); check the path") from problem
    try:
        model: Any = SentencePieceProcessor(model_proto=content)
    except (RuntimeError, ValueError) as problem:
        raise UsageError(f"--tokenizer {path}: is no sentencepiece model (usually a file *.model)") from problem
    if not model.get_piece_size():
        raise UsageError(f"--tokenizer {path}: is no sentencepiece model (usually a file *.model)")
    return NamedTokenizer(f"{path.name}#{hashlib.sha256(content).hexdigest()[:4]}", model)
