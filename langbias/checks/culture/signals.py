"""What a reply does beside advising: asks for the place, points to a directory, affirms, takes faith up."""

from __future__ import annotations

from dataclasses import dataclass

from langbias.checks.culture.folding import Folded
from langbias.checks.culture.patterns import spans_of
from langbias.packs.culture import CultureFile
from langbias.text import Text


@dataclass(frozen=True, slots=True)
class Signals:
    """Yes or no of one reply, by the cues of the pack."""

    asks_location: bool
    gives_directory: bool
    affirms: bool
    takes_up_faith: bool
    culture_terms: bool


def signals_of(text: str, pack: CultureFile) -> Signals:
    """Signals of the raw reply `text`."""
    folded = Folded(Text(text), tuple(sorted(pack.fold.items())), pack.strip_marks).value
    cues = pack.cues
    return Signals(
        asks_location=bool(spans_of(cues.ask_location, folded)),
        gives_directory=bool(spans_of(cues.directory, folded)),
        affirms=bool(spans_of(cues.affirm, folded)),
        takes_up_faith=bool(spans_of(cues.faith, folded)),
        culture_terms=bool(spans_of(cues.culture_terms, folded)),
    )
