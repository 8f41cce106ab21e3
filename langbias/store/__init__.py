"""The run folder: a manifest, the planned trials, an append-only log of responses, and the results."""

from langbias.store.folder import SCHEMA_VERSION, RunFolder, open_run
from langbias.store.log import ResponseLog

__all__ = ["SCHEMA_VERSION", "ResponseLog", "RunFolder", "open_run"]
