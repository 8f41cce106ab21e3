"""Asking targets: bounded concurrency, retries on stated causes, resume; every answer is stored as it comes."""

from langbias.collect.clock import SYSTEM_CLOCK, Clock
from langbias.collect.events import (
    CollectReport,
    Event,
    Finished,
    Started,
    StoppedTarget,
    TargetStopped,
    TurnStored,
    Waiting,
)
from langbias.collect.prices import Price, PriceTable, read_prices
from langbias.collect.runner import collect
from langbias.collect.settings import CollectSettings

__all__ = [
    "SYSTEM_CLOCK",
    "Clock",
    "CollectReport",
    "CollectSettings",
    "Event",
    "Finished",
    "Price",
    "PriceTable",
    "Started",
    "StoppedTarget",
    "TargetStopped",
    "TurnStored",
    "Waiting",
    "collect",
    "read_prices",
]
