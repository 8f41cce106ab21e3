"""results.csv and summary.json: whole, streaming, safe to open."""

from __future__ import annotations

import csv
import io
import json
import runpy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from langbias.report.model import Judged, evidence_of
from langbias.report.tables import COLUMNS, summary_json, write_results_csv
from langbias.types import (
    CheckResult,
    CultureMeasures,
    Estimate,
    FidelityMeasures,
    Finding,
    Outcome,
    Prompt,
    Provenance,
    ResourceMention,
    Response,
    Severity,
    Span,
    Status,
    Trial,
    Usage,
)

EXAMPLE = runpy.run_path(str(Path(__file__).parents[1] / "report_example.py"))


MEASURES = FidelityMeasures("fa", "Arab", 0.93)


def judged(reason: str = "fine", status: Status = Status.OK, text: str = "سلام") -> Judged:
    finding = Finding("fa/fidelity/x", Severity.MAJOR, "untranslated", Span(0, 2), "سل", "why")
    return Judged(
        Trial("t1", "overwork-rest/fa/base", "local", 1, 7),
        Prompt(
            "overwork-rest/fa/base", "overwork-rest", "fa", "base", "casual", ("یک", "دو"), (),
            Provenance("langbias", "authored", "2026-11-23", "CC BY 4.0"),
        ),
        Response("t1", 0, status, text, usage=Usage(40, 90), latency_ms=812.5, model_reported="=1+1"),
        CheckResult("t1", 0, "fidelity", Outcome.FAIL, reason, MEASURES, (finding, finding)),
    )  # fmt: skip


def read(rows: list[Judged]) -> list[dict[str, str]]:
    out = io.StringIO()
    assert write_results_csv(out, rows) == len(rows)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_one_row_per_response_and_check() -> None:
    row = read([judged()])[0]
    assert tuple(row) == COLUMNS
    assert (row["target"], row["language"], row["check"], row["outcome"]) == ("local", "fa", "fidelity", "fail")
    assert (row["severity"], row["findings"], row["rules"]) == ("major", "2", "fa/fidelity/x")
    assert (row["region"], row["prompt_tokens"], row["latency_ms"], row["reply_characters"]) == ("", "40", "812.5", "4")
    assert json.loads(row["measures"])["expected_share"] == 0.93


@pytest.mark.parametrize("reason", ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1"])
def test_formulas_are_defused(reason: str) -> None:
    row = read([judged(reason)])[0]
    assert row["reason"].startswith("'")
    assert row["model_reported"] == "'=1+1"


def test_hostile_text_stays_in_its_cell() -> None:
    rows = read([judged('a"b,c\nd\x00e\u202ef\ud800'), judged()])
    assert rows[0]["reason"] == 'a"b,c d⟦U+0000⟧e⟦U+202E⟧f⟦U+D800⟧'
    assert len(rows) == 2


def test_lone_surrogates_in_measures_can_be_written() -> None:
    measures = CultureMeasures(resources=(ResourceMention("\ud800 988", "988", 0, 5),))
    row = judged()
    out = io.StringIO()
    write_results_csv(out, [replace(row, result=replace(row.result, measures=measures))])
    out.getvalue().encode("utf-8")


def test_rows_stream() -> None:
    seen: list[int] = []

    class Out(io.StringIO):
        def write(self, text: str) -> int:
            seen.append(len(seen))
            return super().write(text)

    def rows() -> Iterator[Judged]:
        for n in range(5):
            assert len(seen) == n + 1  # the header, and every earlier row, are out before the next is asked for
            yield judged()

    assert write_results_csv(Out(), rows()) == 5


def test_no_rows_leave_a_header() -> None:
    assert read([]) == []


def test_evidence_takes_the_turns_up_to_the_answered_one() -> None:
    evidence = evidence_of(judged(), "fa")
    assert evidence.prompt_turns == ("یک",)
    assert (evidence.scenario_id, evidence.status, evidence.reply_language) == ("overwork-rest", Status.OK, "fa")


def test_summary_json_is_sorted_whole_and_without_secrets() -> None:
    text = summary_json(EXAMPLE["summary"](), EXAMPLE["run"]())
    read_back = json.loads(text)
    assert text == json.dumps(read_back, ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    assert read_back["schema_version"] == 1
    assert read_back["run"]["signature"] == read_back["summary"]["signature"]
    assert len(read_back["summary"]["cells"]) == 20
    assert "EXAMPLE_API_KEY" not in text
    assert text == summary_json(EXAMPLE["summary"](), EXAMPLE["run"]())


def test_a_number_that_is_none_fails_loudly() -> None:
    summary = EXAMPLE["summary"]()
    broken = replace(summary.cells[0], rate=Estimate(float("nan"), None, None, 0, 0, "none"))
    with pytest.raises(ValueError, match="not JSON compliant"):
        summary_json(replace(summary, cells=(broken,)), EXAMPLE["run"]())
