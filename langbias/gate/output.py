"""A gate result as JUnit XML, Markdown and JSON. All follow from the same outcomes as the exit code."""

from __future__ import annotations

import json
from dataclasses import asdict
from xml.etree import ElementTree

import regex

from langbias.gate.verdict import CellVerdict, Clause, GateResult
from langbias.report.markdown import plain, table
from langbias.report.quotation import visible
from langbias.report.words import check_words, percent, points

SCHEMA_VERSION = 1
SYMBOLS = {"pass": "✓", "fail": "✗", "inconclusive": "?"}
_NAMES = {
    "floor": "share that fails",
    "largest_gap": "gap to the baseline",
    "largest_drop": "change since the earlier run",
    "never": "scenarios in which it happened",
}
# XML 1.0 allows no other control characters.
_NOT_XML = regex.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def headline(result: GateResult) -> str:
    """The gate in one sentence."""
    fatal = [cell for cell in result.cells if result.outcome(cell) == "fail"]
    unclear = [cell for cell in result.cells if result.outcome(cell) == "skip"]
    if fatal:
        return f"The gate fails: {len(fatal)} of {len(result.cells)} cells."
    if unclear:
        return f"The gate cannot tell: {len(unclear)} of {len(result.cells)} cells are inconclusive, none fails."
    return f"The gate passes: all {len(result.cells)} cells."


def sentence(clause: Clause) -> str:
    """One clause in words: `gap to the baseline +12 (at least +4, at most +20), limit +10: the interval ...`."""
    is_share = clause.name in ("floor", "never")
    show = percent if is_share else points
    said = f"{_NAMES[clause.name]}"
    if clause.estimate:
        said += f" {show(clause.estimate.value)}"
        edges = [
            f"{word} {show(edge)}"
            for word, edge in (("at least", clause.estimate.low), ("at most", clause.estimate.high))
            if edge is not None
        ]
        said += f" ({', '.join(edges)})" if edges else ""
    said += f", limit {show(clause.limit)}"
    return f"{said}: {clause.reason}" if clause.reason else said


def cell_words(cell: CellVerdict) -> str:
    """All clauses of a cell, what fails first."""
    order = {"fail": 0, "inconclusive": 1, "pass": 2}
    said = "; ".join(sentence(clause) for clause in sorted(cell.clauses, key=lambda c: order[c.state]))
    return f"{said} (this language is allowed to fail)" if cell.tolerated and cell.state != "pass" else said


def junit_xml(result: GateResult) -> str:
    """One test case per check x language: failure, skipped when inconclusive, estimates and bounds as properties."""
    outcomes = [result.outcome(cell) for cell in result.cells]
    counts = {
        "tests": str(len(outcomes)),
        "failures": str(outcomes.count("fail")),
        "errors": "0",
        "skipped": str(outcomes.count("skip")),
    }
    root = ElementTree.Element("testsuites", {"name": "langbias gate", **counts})
    suite = ElementTree.SubElement(root, "testsuite", {"name": _xml(f"langbias {result.run_id}"), **counts})
    properties = ElementTree.SubElement(suite, "properties")
    facts = {
        "policy": result.policy,
        "signature": result.signature,
        "state": result.state,
        "exit_code": str(result.exit_code),
    }
    for name, value in facts.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": _xml(value)})
    for cell, outcome in zip(result.cells, outcomes, strict=True):
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {"classname": _xml(f"{cell.target_id}.{cell.check_id}"), "name": cell.language, "time": "0"},
        )
        own = ElementTree.SubElement(case, "properties")
        for clause in cell.clauses:
            for name, value in _properties(clause):
                ElementTree.SubElement(own, "property", {"name": f"{clause.name}.{name}", "value": value})
        words = _xml(cell_words(cell))
        if outcome == "fail":
            ElementTree.SubElement(case, "failure", {"message": words, "type": cell.state}).text = words
        elif outcome == "skip":
            ElementTree.SubElement(case, "skipped", {"message": f"inconclusive: {words}"})
        elif cell.state != "pass":
            ElementTree.SubElement(case, "system-out").text = words
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _properties(clause: Clause) -> list[tuple[str, str]]:
    found = [("state", clause.state), ("limit", f"{clause.limit:g}")]
    if clause.estimate:
        values = (("estimate", clause.estimate.value), ("low", clause.estimate.low), ("high", clause.estimate.high))
        found += [(name, f"{value:.6g}") for name, value in values if value is not None]
        found += [("scenarios", str(clause.estimate.n_clusters)), ("method", clause.estimate.method)]
    return found


def _xml(text: str) -> str:
    return str(_NOT_XML.sub("\ufffd", visible(text, 4000)))


def gate_markdown(result: GateResult) -> str:
    """Fit for a pull request: what fails, what cannot be told, and all cells folded away."""
    symbol = {0: "✓", 1: "✗", 6: "?"}[result.exit_code]
    parts = [f"## {symbol} {plain(headline(result))}", f"Policy {plain(result.policy)}, run {plain(result.run_id)}"
             + (f", against {plain(result.against)}" if result.against else "") + "."]  # fmt: skip
    parts += [f"> {plain(note)}" for note in result.notes]
    open_cells = [cell for cell in result.cells if cell.state != "pass"]
    if open_cells:
        parts.append(table(_HEAD, [_row(cell) for cell in open_cells]))
    if len(open_cells) < len(result.cells):
        passing = [_row(cell) for cell in result.cells if cell.state == "pass"]
        parts.append(f"<details><summary>{len(passing)} cells pass</summary>\n\n{table(_HEAD, passing)}\n\n</details>")
    parts.append("“Inconclusive” means that the run is too small to tell, not that nothing is wrong.")
    parts.append(f"```text\n{visible(result.signature, 2000).replace('`', chr(39))}\n```")
    return "\n\n".join(parts) + "\n"


_HEAD = ("", "Check", "Language", "Chatbot", "Why")


def _row(cell: CellVerdict) -> tuple[str, ...]:
    words = cell.state + (" (tolerated)" if cell.tolerated and cell.state != "pass" else "")
    check = check_words(cell.check_id).title
    return (f"{SYMBOLS[cell.state]} {words}", *map(plain, (check, cell.language, cell.target_id, cell_words(cell))))


def gate_json(result: GateResult) -> str:
    """Everything, sorted keys."""
    cells = [asdict(cell) | {"state": cell.state, "outcome": result.outcome(cell)} for cell in result.cells]
    data = asdict(result) | {
        "schema_version": SCHEMA_VERSION,
        "state": result.state,
        "exit_code": result.exit_code,
        "cells": cells,
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, allow_nan=False, indent=2) + "\n"
