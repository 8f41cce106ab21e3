"""The pages of a report: honest words, escaped text, the same bytes every time, sane on odd runs."""

from __future__ import annotations

import runpy
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from langbias.packs import load_pack
from langbias.report.evidence import FINDINGS, SHOWN
from langbias.report.html import render_html
from langbias.report.markdown import render_markdown
from langbias.report.model import ReportModel, build_model
from langbias.report.quotation import visible
from langbias.stats.summary import StatusCount
from langbias.types import Outcome, Status

EXAMPLE = runpy.run_path(str(Path(__file__).parents[1] / "report_example.py"))
VOID = {"meta", "br", "img", "rect", "line", "circle", "path"}


class Page(HTMLParser):
    """Counts elements, checks that they nest, and keeps what tests ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append((tag, named))
        if named.get("id"):
            self.ids.append(str(named["id"]))
        if named.get("href"):
            self.links.append(str(named["href"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def model() -> ReportModel:
    built: ReportModel = EXAMPLE["model"]()
    return built


@pytest.fixture(scope="module")
def html(model: ReportModel) -> str:
    return render_html(model)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def build(tags: tuple[str, ...], n: int = 24, baseline: str = "en", **changes: object) -> ReportModel:
    summary = replace(EXAMPLE["summary"](tags, n, baseline), **changes)
    rows = EXAMPLE["evidence"](tags)
    return build_model(EXAMPLE["run"](tags, baseline), summary, EXAMPLE["scenarios"](), rows, EXAMPLE["LANGUAGES"], ())


def test_elements_nest_and_ids_are_unique(page: Page) -> None:
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_no_script_no_network_no_handler(html: str, page: Page) -> None:
    assert not {"script", "img", "iframe", "link", "object", "form", "video"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert all(link.startswith("#") for link in page.links)
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:")
    assert "url(" not in html
    assert "@import" not in html


def test_hostile_reply_stays_text(html: str, page: Page) -> None:
    assert "&lt;script&gt;document.title=" in html
    assert "{{ 7 * 7 }} {% raw %}" in page.text
    assert "**bold** [link](javascript:alert(1))" in page.text
    for hidden in "\u202e\u202c\u2066\u2069\u200b\x00\x1b\U000e0041":
        assert hidden not in html
    html.encode("utf-8")


def test_every_quotation_has_language_direction_and_isolation(page: Page) -> None:
    quotes = page.all("blockquote") + page.all("q")
    assert len(quotes) > 100
    assert all(q.get("lang") and q.get("dir") in ("ltr", "rtl") for q in quotes)
    assert {q["lang"] for q in quotes} == {"en", "fa", "ko", "ru", "yo"}
    assert all(b.get("dir") in ("ltr", "rtl") for b in page.all("bdi"))
    assert any(q["lang"] == "fa" and q["dir"] == "rtl" and q["data-script"] == "Arab" for q in quotes)


def test_distress_text_is_folded(page: Page) -> None:
    assert not any("open" in attrs for attrs in page.all("details"))
    assert "Content note." in page.text


def test_words_are_honest(page: Page, model: ReportModel) -> None:
    said = page.text + render_markdown(model)
    assert "No difference found" in said
    assert "which does not mean that there is none" in said
    assert "unvalidated" in said
    assert "unreviewed by native speakers" in said
    assert "does not name a cause" in said
    assert "no clinical judgement" in said
    for claim in (" equal to ", "as good as", " caused by ", "because of the model", "significant"):
        assert claim not in said


def test_verdicts_follow_the_cells(model: ReportModel) -> None:
    verdict = model.targets[0].verdict
    assert (
        verdict.headline
        == "On at least one check, replies failed more often in Persian, Korean and Yoruba than in English."
    )
    by_tag = {v.language.tag: v for v in verdict.languages}
    assert by_tag["en"].css == "baseline"
    assert (by_tag["fa"].symbol, by_tag["fa"].words) == ("▼", "Worse on 3 of 4 checks")
    assert by_tag["ru"].words == "No difference found"
    assert "Too little to tell in politeness and address." in by_tag["yo"].sentences
    assert "Of 24 requests: 3 blocked and 1 empty." in by_tag["fa"].sentences


def test_evidence_is_bounded_and_says_what_it_leaves_out(model: ReportModel, page: Page) -> None:
    drawers = model.targets[0].drawers
    assert all(len(d.items) <= SHOWN for d in drawers)
    assert all(len(item.findings) <= FINDINGS for d in drawers for item in d.items)
    fidelity = next(d for d in drawers if d.language.tag == "yo" and d.check and d.check.id == "fidelity")
    assert fidelity.total == EXAMPLE["FAILS"]["yo"][0]
    assert "21 failing replies, 6 shown" in page.text
    silent = next(d for d in drawers if d.check is None)
    assert (silent.language.tag, silent.total, len(silent.items)) == ("fa", 4, 4)


def test_the_gravest_come_first_and_the_order_of_rows_does_not_matter() -> None:
    tags = ("en", "fa", "ko", "ru", "yo")
    rows = EXAMPLE["evidence"](tags)
    arguments = (EXAMPLE["run"](), EXAMPLE["summary"](), EXAMPLE["scenarios"]())
    one = build_model(*arguments, rows, EXAMPLE["LANGUAGES"], ())
    two = build_model(*arguments, iter(reversed(rows)), EXAMPLE["LANGUAGES"], ())
    assert render_html(one) == render_html(two)
    artifacts = next(
        d for d in one.targets[0].drawers if d.language.tag == "fa" and d.check and d.check.id == "artifacts"
    )
    assert [item.severity for item in artifacts.items[:2]] == ["critical", "critical"]


def test_culture_findings_quote_both_sides(page: Page, html: str) -> None:
    assert "نگو برنامه‌ریزی کن".replace("\u200c", "") in page.text.replace("\u200c", "")
    assert 'class="lab">the person:' in html


def test_a_finding_about_the_whole_reply_marks_nothing(html: str) -> None:
    assert "about the reply as a whole" in html


def test_secrets_have_no_place(html: str, model: ReportModel) -> None:
    assert "EXAMPLE_API_KEY" not in html + render_markdown(model)


def test_markdown_quotes_nobody_and_escapes(model: ReportModel) -> None:
    text = render_markdown(model)
    assert "استراحت" not in text
    assert "쉬어" not in text
    odd = replace(model.run.targets[0], model="<b>x</b>|[y](z)`\u202e")
    rebuilt = build_model(replace(model.run, targets=(odd,)), EXAMPLE["summary"](), (), (), EXAMPLE["LANGUAGES"], ())
    said = render_markdown(rebuilt)
    assert r"\<b\>x\</b\>\|\[y\](z)\`⟦U+202E⟧" in said
    assert "\u202e" not in said


def test_only_the_baseline() -> None:
    model = build(("en",))
    assert model.targets[0].verdict.headline == "Only English was run, so this report compares nothing."
    assert model.targets[0].plots == ()
    Page(render_html(model))


def test_the_baseline_was_not_run() -> None:
    summary = EXAMPLE["summary"](("fa", "ko"))
    cells = tuple(replace(c, gap=None, p=None, p_holm=None, verdict="insufficient") for c in summary.cells)
    model = build(("fa", "ko"), cells=cells)
    headline = model.targets[0].verdict.headline
    assert headline == "The baseline, English, was not run, so this report compares nothing."
    assert model.baseline.name == "English"
    Page(render_html(model))


def test_one_scenario_has_no_intervals() -> None:
    model = build(("en", "fa"), n=1)
    html = render_html(model)
    assert "no interval" in html
    assert model.targets[0].verdict.headline.startswith("This run is too small to tell")
    assert all(row.x_low is None for plot in model.targets[0].plots for row in plot.rows)
    assert "1 scenario" in render_markdown(model)


def test_nothing_came_back() -> None:
    summary = EXAMPLE["summary"](("en", "fa"))
    rows = tuple(replace(r, stored=0, statuses=(), blocked=None, empty=None, latency_ms=None) for r in summary.rows)
    model = build(("en", "fa"), rows=rows, cells=(), measures=())
    assert model.targets[0].verdict.headline == "Nothing came back, so nothing could be judged."
    assert model.incomplete == "Missing: 48 of 48 planned replies."
    assert "This run is incomplete." in render_html(model)
    assert "Nothing judged" in render_markdown(model)


def test_every_request_failed() -> None:
    summary = EXAMPLE["summary"](("en", "fa"))
    rows = tuple(replace(r, statuses=(StatusCount(Status.FAILED, r.planned),)) for r in summary.rows)
    cells = tuple(replace(c, rate=None, gap=None, verdict="insufficient", outcomes=()) for c in summary.cells)
    model = build(("en", "fa"), rows=rows, cells=cells)
    assert model.targets[0].verdict.headline == "No reply could be judged by any check."
    assert "24 failed requests" in Page(render_html(model)).text


def test_an_unknown_language_check_scenario_and_rule_go_by_their_ids() -> None:
    summary = EXAMPLE["summary"](("en", "fa"))
    cells = tuple(replace(c, check_id="warmth") for c in summary.cells[:1])
    row = replace(EXAMPLE["evidence"](("fa",))[0], check_id="warmth", scenario_id="brand-new")
    model = build_model(EXAMPLE["run"](), replace(summary, checks=("warmth",), cells=cells), (), [row], (), ())
    text = Page(render_html(model)).text
    assert "warmth" in text
    assert "brand-new" in text
    assert "part of the check itself" in text


def test_two_targets_stand_one_after_the_other() -> None:
    summary = EXAMPLE["summary"](("en", "fa"))
    twin = "local"
    model = build(
        ("en", "fa"),
        targets=(*summary.targets, twin),
        cells=(*summary.cells, *(replace(c, target_id=twin) for c in summary.cells)),
        rows=(*summary.rows, *(replace(r, target_id=twin) for r in summary.rows)),
    )
    page = Page(render_html(model))
    assert "mentor-1: what was found" in page.text
    assert "local: what was found" in page.text
    assert len(page.ids) == len(set(page.ids))
    assert model.title == "How 2 chatbots answer people in distress, in 2 languages"


def test_same_input_same_bytes(html: str) -> None:
    assert render_html(EXAMPLE["model"]()) == html


def test_passing_replies_are_no_evidence() -> None:
    rows = [r for r in EXAMPLE["evidence"]() if r.outcome is Outcome.PASS]
    model = build_model(EXAMPLE["run"](), EXAMPLE["summary"](), (), rows, EXAMPLE["LANGUAGES"], ())
    assert model.targets[0].drawers == ()
    assert "No reply failed a check" in render_html(model)


def test_a_poor_baseline_is_said() -> None:
    summary = EXAMPLE["summary"](("en", "fa"))
    bad = EXAMPLE["estimate"](22, 24, 24)
    cells = tuple(replace(c, rate=bad) if c.check_id == "culture" else c for c in summary.cells)
    caveat = build(("en", "fa"), cells=cells).targets[0].verdict.caveat
    assert caveat.startswith("Most replies failed in English too, in cultural fit of advice")


def test_findings_say_who_stands_behind_the_rule() -> None:
    pack = load_pack("ko")
    full_id, rule = (*pack.artifacts_rules, *pack.honorifics_rules)[0]
    row = EXAMPLE["evidence"](("ko",))[0]
    finding = EXAMPLE["finding"](row.reply, EXAMPLE["MARKED"]["ko"][0])
    row = replace(row, findings=(replace(finding, rule_id=full_id),))
    model = build_model(EXAMPLE["run"](), EXAMPLE["summary"](), (), [row], EXAMPLE["LANGUAGES"], [pack])
    text = Page(render_html(model)).text
    assert visible(rule.source) in text
    assert "draft rule, unreviewed by native speakers" in text
    assert [fired.rule_id for fired in model.rules] == [full_id]


def test_a_reply_of_five_megabytes_is_cut_quickly() -> None:
    row = replace(
        EXAMPLE["evidence"](("ko",))[0], reply="죄송합니다.\u202e\n" * 600_000, reason="x" * 5_000_000, findings=()
    )
    model = build_model(EXAMPLE["run"](), EXAMPLE["summary"](), (), [row], EXAMPLE["LANGUAGES"], ())
    assert len(render_html(model)) < 400_000


def test_personas_are_told_as_what_was_done(model: ReportModel, page: Page) -> None:
    markdown = render_markdown(model)
    for said in (page.text, markdown):
        assert "The same message from different people" in said
        assert "Spoken to more formally as a 70-year-old than as a 16-year-old" in said
        assert "These replies count in no rate above" in said
        assert "Too few to say" in said
    assert "79% as a 70-year-old (haeyo 24)<br>0% as a 16-year-old (haeyo 5, hae 19)" in markdown
    assert "respectful (V) 24" in markdown
    assert "0 pairs; 24 pairs left out: a reply shows no level, or never came" in markdown
    rows = model.targets[0].personas
    assert [(row.language.tag, row.verdict.css) for row in rows] == [
        ("fa", "unknown"),
        ("ko", "apart"),
        ("ko", "unknown"),
        ("ru", "same"),
    ]
    korean = next(v for v in model.targets[0].verdict.languages if v.language.tag == "ko")
    assert korean.sentences[-1] == (
        "Spoken to more formally as a 70-year-old than as a 16-year-old: "
        "the higher level in 79% against 0% of 24 pairs, in 24 scenarios."
    )
    russian = next(v for v in model.targets[0].verdict.languages if v.language.tag == "ru")
    assert not any("70-year-old" in sentence for sentence in russian.sentences)


def test_no_personas_no_words_about_them() -> None:
    model = build(("en", "ko"), personas=())
    assert "different people" not in render_html(model) + render_markdown(model)


def test_the_words_of_personas_are_escaped() -> None:
    rows = tuple(replace(row, words=("<b>x</b>", "[y](z)\u202e")) for row in EXAMPLE["personas"]("ko"))
    model = build(("en", "ko"), personas=rows)
    assert "<b>x</b>" not in render_html(model)
    assert r"\<b\>x\</b\>" in render_markdown(model)
    assert "\u202e" not in render_html(model) + render_markdown(model)


def test_personas_alone_are_no_rates() -> None:
    summary = EXAMPLE["summary"](("en", "ko"))
    rows = tuple(replace(r, planned=0, stored=0, statuses=(), blocked=None, empty=None) for r in summary.rows)
    cells = tuple(replace(c, rate=None, gap=None, verdict="insufficient", outcomes=()) for c in summary.cells)
    model = build(("en", "ko"), rows=rows, cells=cells, measures=())
    verdict = model.targets[0].verdict
    assert verdict.headline == "No base prompt was asked, so there are no rates by language."
    assert not model.incomplete
    assert len(model.targets[0].personas) == 2
    Page(render_html(model))
