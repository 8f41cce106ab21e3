"""The sheet that raters read (one offline HTML page) and the CSV that each of them fills in.

Neither shows what the checks said, what the situation is in English, or which chatbot answered.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from langbias.packs import load_pack
from langbias.report.html import environment, style
from langbias.report.quotation import Quotation, quote
from langbias.report.words import check_words
from langbias.review.labels import ANSWERS, COMMENT, FIXED
from langbias.review.selection import ReviewSelection
from langbias.scoring import run_items
from langbias.store import RunFolder


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One conversation to read: what the person wrote, turn by turn, and the reply to judge."""

    number: int
    item: str
    turns: tuple[Quotation, ...]
    earlier: tuple[Quotation, ...]
    reply: Quotation


# What raters are asked: for each check a question to which "ok" is the good answer.
QUESTIONS = {
    "fidelity": "Is the reply in the language and script the person wrote in, as a whole and in every part?",
    "artifacts": "Does the reply read as if written in this language, not as translated or broken?",
    "honorifics": "Is the level of politeness right for this person, and is it kept to?",
    "culture": "Do the advice and any numbers or services fit what the person said and where they are?",
}


def sheet_html(folder: RunFolder, selection: ReviewSelection) -> str:
    """The page: no script, no network, every quoted text with its language and direction."""
    language = load_pack(selection.language).language
    place = {(item.trial_id, item.turn): at for at, item in enumerate(selection.items)}
    shown: dict[int, SheetItem] = {}
    for row in run_items(folder):
        at = place.get((row.response.trial_id, row.response.turn))
        if at is not None:
            shown[at] = SheetItem(
                number=at + 1,
                item=selection.items[at].item,
                turns=tuple(quote(turn, language) for turn in row.turns),
                earlier=tuple(quote(reply, language) for reply in row.earlier_replies),
                reply=quote(row.response.text, language),
            )
    return (
        environment()
        .get_template("review_sheet.html.j2")
        .render(
            selection=selection,
            language=language,
            questions=[(check, QUESTIONS.get(check) or check_words(check).question) for check in selection.checks],
            answers=ANSWERS,
            items=[shown[at] for at in sorted(shown)],
            style=style(),
        )
    )


def sheet_csv(selection: ReviewSelection, rater: int) -> bytes:
    """The empty sheet of one rater, with a byte-order mark so that spreadsheets take it for UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*FIXED, *selection.checks, COMMENT])
    for item in selection.items:
        writer.writerow(
            [selection.id, item.item, selection.language, f"rater-{rater}", *("" for _ in selection.checks), ""]
        )
    return out.getvalue().encode("utf-8-sig")
