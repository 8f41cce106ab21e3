"""The `culture` check: do a reply's advice and crisis resources fit what the person said and where they are?

Judged against the person's own words and stated place, never against a country's profile: language is not location,
and affirming a person is never a mismatch.
"""

from langbias.checks.culture.check import check

__all__ = ["check"]
