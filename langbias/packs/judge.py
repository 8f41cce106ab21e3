"""The shape of `judge.toml`: how an optional judge is asked about a reply, in the language of the reply.

It moves no verdict, so it is no part of the pack's digest.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from langbias.errors import InvalidDataError
from langbias.packs.advice_types import TYPES
from langbias.packs.decode import read_toml
from langbias.packs.loading import pack_folder, resolve_tag


class JudgeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`judge.toml`.

    `advice` asks whether {sentence} of a reply advises {what}; `against` whether {reply} goes against what the person
    {said}. `yes` and `no` are the ways an answer may begin. `what` has words for every type of advice.
    """

    advice: str
    against: str
    yes: tuple[str, ...]
    no: tuple[str, ...]
    what: dict[str, str]
    schema_version: int = 1


@lru_cache(maxsize=64)
def load_judge(tag: str) -> JudgeFile | None:
    """The questions in the language of `tag`, None where its pack has none. Raises InvalidDataError."""
    path = pack_folder(resolve_tag(tag)) / "judge.toml"
    if not path.is_file():
        return None
    file = read_toml(path, JudgeFile)
    problems = judge_problems(file)
    if problems:
        raise InvalidDataError(f"{path}: {problems[0]}")
    return file


def judge_problems(file: JudgeFile) -> list[str]:
    """What is wrong with questions that have the right shape."""
    problems = []
    for name, text, places in (
        ("advice", file.advice, ("sentence", "what")),
        ("against", file.against, ("said", "reply")),
    ):
        rest = text
        for place in (f"{{{place}}}" for place in places):
            if text.count(place) != 1:
                problems.append(f"{name}: has no place for {place}, or several")
            rest = rest.replace(place, "")
        if "{" in rest or "}" in rest:
            problems.append(f"{name}: has braces around something else than {' and '.join(places)}")
    problems += [f"what: no words for {name!r}" for name in TYPES if not file.what.get(name, "").strip()]
    problems += [f"what: {name!r} is no type of advice" for name in sorted(set(file.what) - set(TYPES))]
    if not file.yes or not file.no or set(file.yes) & set(file.no):
        problems.append("yes and no: each needs words of its own")
    return problems
