"""The line that makes a number repeatable: it stands beside every figure a run prints."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

import langbias
from langbias.types import PackVersion, PlanSettings

_DETECTORS = ("eldc", "py3langid", "lingua-language-detector", "langdetect")


def signature(
    corpus_version: str,
    corpus_digest: str,
    packs: Iterable[PackVersion],
    plan: PlanSettings | None,
    judged_by: str = "",
) -> str:
    """The signature of a run (or, without a plan, of scoring recorded replies).

    `judged_by`: digest of the expectations that the replies were judged against, where they can differ from those
    of the corpus that was asked.
    """
    packs = sorted(packs, key=lambda pack: pack.tag)
    parts = [
        "langbias",
        f"corpus:{corpus_version}#{corpus_digest[:4]}",
        f"langs:{','.join(sorted(plan.languages)) if plan else ','.join(pack.tag for pack in packs)}",
        f"packs:{','.join(f'{pack.tag}@{pack.version}#{pack.digest[:4]}' for pack in packs)}",
    ]
    if judged_by:
        parts.append(f"expect:{judged_by[:4]}")
    if plan and plan.variants != ("base",):
        parts.append(f"variants:{','.join(plan.variants)}")
    if plan:
        parts += [f"base:{plan.baseline}", f"rep:{plan.repeats}", f"seed:{plan.seed}"]
    parts += [f"lid:{'+'.join(f'{name}{version(name)}' for name in _DETECTORS)}", f"v:{langbias.__version__}"]
    return "|".join(parts)
