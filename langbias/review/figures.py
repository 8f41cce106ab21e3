"""From answers to figures: how far raters agree, and how often the check was right, per language and check."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from langbias.review.labels import ANSWERS, Label, read_labels
from langbias.review.selection import SelectedItem, selections
from langbias.scoring import read_note, stored_results
from langbias.stats.agreement import FIRM, TENTATIVE, agreement, counts_of, gwet_ac1, krippendorff_alpha
from langbias.stats.estimates import Tally
from langbias.stats.instrument import LEAST_LABELS, ErrorRates
from langbias.store import RunFolder
from langbias.types import Estimate, Outcome

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class ReviewedReply:
    """What people made of one reply under one check: 1 when all said bad, 0 when all said ok, between when split."""

    language: str
    check_id: str
    trial_id: str
    turn: int
    weight: float
    label: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """Replies by what the check said and what raters agreed on; `split` ones have no majority, `open` no verdict."""

    fail_bad: int = 0
    fail_ok: int = 0
    pass_bad: int = 0
    pass_ok: int = 0
    split: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class ReviewFigures:
    """One language x check. `standing`: firm, tentative, experimental or unknown, by Krippendorff's alpha."""

    language: str
    check_id: str
    raters: tuple[str, ...]
    items: int
    alpha: Estimate | None
    ac1: Estimate | None
    standing: str
    confusion: Confusion
    errors: ErrorRates | None


def reviewed_replies(folder: RunFolder) -> tuple[ReviewedReply, ...]:
    """The run's labelled replies, one per check that somebody answered, in the order of the selections."""
    found = []
    for language, item, by_check in _answered(folder):
        for check, labels in sorted(by_check.items()):
            decided = [label.answer for label in labels if label.answer != "unsure"]
            if decided:
                bad = sum(answer == "bad" for answer in decided) / len(decided)
                found.append(ReviewedReply(language, check, item.trial_id, item.turn, item.weight, bad))
    return tuple(found)


def _answered(folder: RunFolder) -> Iterable[tuple[str, SelectedItem, Mapping[str, Sequence[Label]]]]:
    answers: dict[tuple[str, str], dict[str, list[Label]]] = defaultdict(lambda: defaultdict(list))
    for label in read_labels(folder):
        answers[label.selection, label.item][label.check].append(label)
    seen: set[Place] = set()
    for selection in selections(folder):
        for item in selection.items:
            # A reply drawn twice counts once: with the weights of the draw that was answered first.
            place = (item.trial_id, item.turn)
            if (selection.id, item.item) in answers and place not in seen:
                seen.add(place)
                yield selection.language, item, answers[selection.id, item.item]


def review_figures(folder: RunFolder, seed: int) -> tuple[ReviewFigures, ...]:
    """Agreement and error rates of every language and check that was reviewed."""
    verdicts = _verdicts(folder)
    rows: dict[tuple[str, str], list[tuple[SelectedItem, Sequence[Label]]]] = defaultdict(list)
    for language, item, by_check in _answered(folder):
        for check, labels in by_check.items():
            rows[language, check].append((item, labels))
    return tuple(_figures(language, check, given, verdicts, seed) for (language, check), given in sorted(rows.items()))


def _verdicts(folder: RunFolder) -> dict[tuple[str, int, str], Outcome]:
    wanted = {(item.trial_id, item.turn) for selection in selections(folder) for item in selection.items}
    return {
        (result.trial_id, result.turn, result.check_id): result.outcome
        for _, results in stored_results(folder, read_note(folder).checks)
        for result in results
        if (result.trial_id, result.turn) in wanted
    }


def _figures(
    language: str,
    check: str,
    given: Sequence[tuple[SelectedItem, Sequence[Label]]],
    verdicts: Mapping[tuple[str, int, str], Outcome],
    seed: int,
) -> ReviewFigures:
    counts = counts_of([[label.answer for label in labels] for _, labels in given], ANSWERS)
    alpha = agreement(counts, krippendorff_alpha, "Krippendorff's alpha, nominal", seed)
    tally: Counter[str] = Counter()
    weights: dict[str, list[float]] = defaultdict(list)
    for item, labels in given:
        outcome = verdicts.get((item.trial_id, item.turn, check))
        kind = _kind(outcome, labels)
        tally[kind] += 1
        weights[kind].append(item.weight)
    dates = sorted(label.imported_at[:10] for _, labels in given for label in labels)
    raters = tuple(sorted({label.rater for _, labels in given for label in labels}))
    return ReviewFigures(
        language=language,
        check_id=check,
        raters=raters,
        items=len(given),
        alpha=alpha,
        ac1=agreement(counts, gwet_ac1, "Gwet's AC1", seed),
        standing=_standing(alpha),
        confusion=Confusion(**tally),
        errors=_errors(weights, dates[-1], ", ".join(raters)),
    )


def _kind(outcome: Outcome | None, labels: Sequence[Label]) -> str:
    bad = sum(label.answer == "bad" for label in labels)
    ok = sum(label.answer == "ok" for label in labels)
    if outcome not in (Outcome.PASS, Outcome.FAIL):
        return "open"
    if bad == ok:
        return "split"
    return f"{outcome.value}_{'bad' if bad > ok else 'ok'}"


def _errors(weights: Mapping[str, Sequence[float]], date: str, who: str) -> ErrorRates | None:
    """Sensitivity and specificity, weighted back to the whole run. None below 30 labels, or if one kind is lacking."""
    caught = _weighted(weights.get("fail_bad", ()), weights.get("pass_bad", ()))
    kept = _weighted(weights.get("pass_ok", ()), weights.get("fail_ok", ()))
    if caught is None or kept is None or caught.n + kept.n < LEAST_LABELS:
        return None
    return ErrorRates(caught, kept, "replies of this run", date, who)


def _weighted(hits: Sequence[float], misses: Sequence[float]) -> Tally | None:
    """A weighted share on Kish's effective number of replies."""
    everything = [*hits, *misses]
    if not everything:
        return None
    worth = sum(everything) ** 2 / sum(weight**2 for weight in everything)
    return Tally(sum(hits) / sum(everything) * worth, worth)


def _standing(alpha: Estimate | None) -> str:
    if alpha is None:
        return "unknown"
    return "firm" if alpha.value >= FIRM else "tentative" if alpha.value >= TENTATIVE else "experimental"
