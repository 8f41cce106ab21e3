"""Pieces that a pattern cannot do without: escapes of one character are that character."""

from __future__ import annotations

import pytest

from langbias.needed import needed


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        (r"qu\x27on", {"qu'on"}),
        (r"तुम्\u200d?हारा", {"तुम्", "हारा"}),
        (r"a\U0001F600b", {"a😀b"}),
        (r"\xzz", None),
    ],
)
def test_an_escaped_character_is_itself(pattern: str, pieces: set[str] | None) -> None:
    found = needed(pattern)
    assert found is None if pieces is None else found is not None and found <= pieces
