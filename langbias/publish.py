"""Write the reports of a scored run folder: summary.json, results.csv, report.html, report.md. No network."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

from langbias.checks.honorifics import CHECK_ID as HONORIFICS
from langbias.collect.prices import PriceTable
from langbias.corpus import load_corpus
from langbias.packs import load_pack
from langbias.packs.validation import load_validation
from langbias.report.evidence import Evidence, Judged, evidence_of
from langbias.report.html import render_html
from langbias.report.markdown import render_markdown
from langbias.report.model import build_model
from langbias.report.tables import summary_json, write_results_csv
from langbias.review.figures import review_figures, reviewed_replies
from langbias.run_measures import run_measures
from langbias.scoring import ScoringNote, read_note, run_of, stored_results
from langbias.stats.accumulate import Accumulator
from langbias.stats.bias_pairs import PersonaLevels
from langbias.stats.estimates import Tally
from langbias.stats.instrument import ErrorRates, Labelled
from langbias.stats.summary import Summary
from langbias.stats.where import Where, units_of
from langbias.store import RunFolder
from langbias.tokenizer import NamedTokenizer
from langbias.types import BASE, PARAPHRASE, FidelityMeasures, Outcome, Run

FORMATS = ("html", "md", "json", "csv")


@dataclass(frozen=True, slots=True)
class Published:
    """What was written, and the numbers in it."""

    run: Run
    summary: Summary
    files: tuple[str, ...]


def publish(
    folder: RunFolder,
    formats: tuple[str, ...] = FORMATS,
    tokenizer: NamedTokenizer | None = None,
    prices: PriceTable | None = None,
) -> Published:
    """Write the chosen reports into the run folder. The same folder (`tokenizer` and `prices`) gives the same bytes.

    Raises StoreError or InvalidDataError when the folder is not a scored run.
    """
    note = read_note(folder)
    run = run_of(folder)
    summary = summarise(folder, run, note, tokenizer, prices)
    files = []
    if "json" in formats:
        files.append(folder.write_file("summary.json", summary_json(summary, run)).name)
    if "csv" in formats:
        files.append(folder.write_lines("results.csv", _csv_chunks(folder, note)).name)
    if "html" in formats or "md" in formats:
        packs = [load_pack(tag) for tag in run.plan.languages]
        languages = [pack.language for pack in packs]
        model = build_model(run, summary, folder.scenarios(), _evidence(folder, note), languages, packs)
        if "html" in formats:
            files.append(folder.write_file("report.html", render_html(model)).name)
        if "md" in formats:
            files.append(folder.write_file("report.md", render_markdown(model)).name)
    return Published(run, summary, tuple(files))


def summarise(
    folder: RunFolder,
    run: Run,
    note: ScoringNote,
    tokenizer: NamedTokenizer | None = None,
    prices: PriceTable | None = None,
) -> Summary:
    """The numbers of a scored run, with what people have said about its replies carried in."""
    summary = accumulate(folder, note).summary(
        run_id=run.id,
        signature=note.signature,
        schema_version=run.schema_version,
        baseline=run.plan.baseline,
        targets=[target.id for target in run.targets],
        languages=run.plan.languages,
        checks=note.checks,
        scenarios=tuple(dict.fromkeys(units_of(folder.scenarios()).values())),
        seed=run.plan.seed,
        errors=known_errors(folder, run),
    )
    return replace(summary, measures=(*summary.measures, *run_measures(folder, run, note, tokenizer, prices)))


def accumulate(folder: RunFolder, note: ScoringNote) -> Accumulator:
    """The counts behind the numbers of a scored run."""
    prompts = {prompt.id: prompt for prompt in folder.prompts()}
    units = units_of(folder.scenarios())
    accumulator = Accumulator(personas=_persona_levels(folder.run(), note))
    where: dict[str, Where] = {}
    for trial in folder.trials():
        prompt = prompts[trial.prompt_id]
        counted = prompt.variant in (BASE, PARAPHRASE)
        scenario = units[prompt.scenario_id] if counted else prompt.scenario_id
        place = Where(trial.target_id, prompt.language, scenario, trial.repeat, prompt.variant)
        where[trial.id] = place
        accumulator.add_planned(place, len(prompt.turns))
    for response in folder.responses():
        accumulator.add_response(where[response.trial_id], response)
    people = {(r.trial_id, r.turn, r.check_id): r for r in reviewed_replies(folder)}
    for item, results in stored_results(folder, note.checks):
        place = where[item.response.trial_id]
        for result in results:
            accumulator.add_result(place, result)
            said = people.get((result.trial_id, result.turn, result.check_id))
            if said and result.outcome in (Outcome.PASS, Outcome.FAIL):
                flagged = float(result.outcome is Outcome.FAIL)
                accumulator.add_label(
                    place, result.check_id, Labelled(place.scenario_id, flagged, said.label, said.weight)
                )
    return accumulator


def _persona_levels(run: Run, note: ScoringNote) -> PersonaLevels:
    """Which personas are compared, as the installed corpus pairs them, by the levels that the packs know."""
    if HONORIFICS not in note.checks or run.plan.variants == (BASE,):
        return PersonaLevels()
    packs = {tag: load_pack(tag).honorifics for tag in run.plan.languages}
    orders = {tag: pack.level_order for tag, pack in packs.items() if pack.marker or pack.level}
    return PersonaLevels(load_corpus().persona_pairs, orders)


def known_errors(folder: RunFolder, run: Run) -> dict[tuple[str, str], ErrorRates]:
    """How often each check is right, per (language, check): by people's labels in the pack, else by this run's review,
    else by the labels of language models in the pack.
    """
    reviewed = {
        (figures.language, figures.check_id): figures.errors
        for figures in review_figures(folder, run.plan.seed)
        if figures.errors
    }
    found = dict(reviewed)
    for language in run.plan.languages:
        for record in load_validation(language):
            by_people = record.labels == "people"
            if not by_people and (language, record.check) in reviewed:
                continue
            found[language, record.check] = ErrorRates(
                Tally(record.caught, record.failing),
                Tally(record.kept, record.good),
                record.data,
                record.date,
                record.who_labelled,
                by_people,
            )
    return found


def judged_rows(folder: RunFolder, note: ScoringNote) -> Iterator[list[Judged]]:
    """Each judged response with its results, in the order of the plan."""
    prompts = {prompt.id: prompt for prompt in folder.prompts()}
    trials = {trial.id: trial for trial in folder.trials()}
    for item, results in stored_results(folder, note.checks):
        trial = trials[item.response.trial_id]
        yield [Judged(trial, prompts[trial.prompt_id], item.response, result) for result in results]


def _evidence(folder: RunFolder, note: ScoringNote) -> Iterator[Evidence]:
    """Replies that rates count, with their verdicts; a reply to a persona is no evidence for a rate."""
    for rows in judged_rows(folder, note):
        if any(row.prompt.variant != BASE for row in rows):
            continue
        found = next((r.result.measures for r in rows if isinstance(r.result.measures, FidelityMeasures)), None)
        language = found.language if found and found.language != "und" else None
        for row in rows:
            yield evidence_of(row, language)


def _csv_chunks(folder: RunFolder, note: ScoringNote) -> Iterator[bytes]:
    """The CSV in pieces, so that a long run is never held whole."""
    header = io.StringIO()
    write_results_csv(header, ())
    head = header.getvalue()
    yield head.encode()
    for rows in judged_rows(folder, note):
        piece = io.StringIO()
        write_results_csv(piece, rows)
        yield piece.getvalue().removeprefix(head).encode()
