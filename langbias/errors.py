"""Every error langbias raises on purpose, each with the exit code it ends a command with.

A message says what is wrong, where (file, id, field) and what to do about it.
"""

from __future__ import annotations


class LangbiasError(Exception):
    """Base of all expected errors: one line for the screen, no traceback."""

    exit_code = 3


class UsageError(LangbiasError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class InvalidDataError(LangbiasError):
    """Corpus, pack, configuration or input data break their format."""

    exit_code = 3


class MissingExtraError(LangbiasError):
    """A part that ships as an optional extra is not installed."""

    exit_code = 2


class RunIncompleteError(LangbiasError):
    """Collection stopped early; all that was collected is kept and the run can be resumed."""

    exit_code = 4


class TargetError(LangbiasError):
    """The target cannot be reached, or answers in a way that no retry will mend."""

    exit_code = 4


class LocalModelError(TargetError):
    """The embedded model is missing, damaged or does not start."""


class StoreError(RunIncompleteError):
    """The run folder cannot be written now (locked, full disk); all that was stored is kept."""


class RunFolderError(StoreError):
    """What is there is no run folder, is damaged, was made by another schema version, or holds another run."""

    exit_code = 3
