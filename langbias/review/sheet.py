"""The sheet that raters read (one offline HTML page) and the CSV that each of them fills in.

Neither shows what the checks said, what the situation is in English, or which chatbot answered.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from langbias.packs import load_pack
from langbias.report.html import environment, style
from langbias.report.quotation import Quotation, quote
from langbias.report.words import check_words
from langbias.review.labels import ANSWERS, COMMENT, FIXED, Answer
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


ANSWER_WORDS: tuple[tuple[Answer, str], ...] = (("ok", "yes"), ("bad", "no"), ("unsure", "cannot say"))


def sheet_items(folder: RunFolder, selection: ReviewSelection) -> tuple[SheetItem, ...]:
    """The conversations of a selection, in its order."""
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
    return tuple(shown[at] for at in sorted(shown))


def sheet_html(folder: RunFolder, selection: ReviewSelection) -> str:
    """The page: no script, no network, every quoted text with its language and direction."""
    return (
        environment()
        .get_template("review_sheet.html.j2")
        .render(
            selection=selection,
            language=load_pack(selection.language).language,
            questions=_questions(selection),
            answers=ANSWERS,
            items=sheet_items(folder, selection),
            style=style(),
        )
    )


def question_html(
    selection: ReviewSelection,
    item: SheetItem,
    *,
    of: int,
    done: int,
    rater: str,
    answers: Mapping[str, Answer],
    comment: str,
) -> str:
    """One conversation with its questions as a form: `done` of `of` replies are judged, `answers` are given already."""
    return (
        environment()
        .get_template("review_question.html.j2")
        .render(
            language=load_pack(selection.language).language,
            questions=_questions(selection),
            choices=ANSWER_WORDS,
            item=item,
            of=of,
            done=done,
            rater=rater,
            given=answers,
            comment=comment,
            style=style(),
        )
    )


def _questions(selection: ReviewSelection) -> list[tuple[str, str]]:
    return [(check, QUESTIONS.get(check) or check_words(check).question) for check in selection.checks]


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
