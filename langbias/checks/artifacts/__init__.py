"""The `artifacts` check: does the reply read as translated, or is it broken?

Two questions with two kinds of answer. Garble (loops, mojibake, broken letters ...) is a fault of one reply, and fails
it. Translation artifacts are a matter of rates: single hits are shown as evidence, and only a reply of ten sentences or
more is compared with the native baseline. Shorter replies are judged pooled, by `pooled`.
"""

from __future__ import annotations

from langbias.checks.artifacts.check import check

__all__ = ["check"]
