"""The report as Chromium shows it: nothing runs, nothing is fetched, nothing spills over a phone's edge.

The page under test sits in a frame of a page of ours, which may run script and looks in from outside; the report's
own policy stays in force inside the frame.
"""

from __future__ import annotations

import html as markup
import json
import runpy
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from langbias.report.html import render_html
from tests.browser.conftest import browse, needs_chromium

EXAMPLE = runpy.run_path(str(Path(__file__).parents[1] / "report_example.py"))
pytestmark = [pytest.mark.browser, needs_chromium]
PROBE = """
<script>
const seen = [];
const frame = document.querySelector("iframe");
frame.addEventListener("load", () => {
  const page = frame.contentDocument, view = frame.contentWindow;
  page.addEventListener("securitypolicyviolation", event => seen.push(event.violatedDirective));
  for (const fold of page.querySelectorAll("details")) fold.open = OPEN;
  const width = page.documentElement.clientWidth;
  const inside = node => node.closest(".scroll, .vh, .skip, .matrix thead");
  const wide = [...page.body.querySelectorAll("*")].filter(node => !inside(node)
    && node.getBoundingClientRect().right > width + 1 && !(node instanceof view.SVGElement));
  const shade = text => {
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(c => c / 255)
      .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = node => {
    for (; node; node = node.parentElement) {
      const colour = view.getComputedStyle(node).backgroundColor;
      if (!/, 0\\)$/.test(colour) && colour !== "transparent") return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = [];
  for (const node of page.body.querySelectorAll("*")) {
    if (![...node.childNodes].some(child => child.nodeType === 3 && child.data.trim())) continue;
    const [a, b] = [shade(view.getComputedStyle(node).color), shade(ground(node))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(node.outerHTML.slice(0, 80));
  }
  const persian = page.querySelector("blockquote[lang=fa][data-script=Arab] p");
  const korean = page.querySelector("blockquote[data-script=Hang] p");
  const style = node => view.getComputedStyle(node);
  const result = {
    width, scroll: page.documentElement.scrollWidth, wide: wide.slice(0, 5).map(node => node.outerHTML.slice(0, 120)),
    title: page.title, scripts: page.scripts.length, seen, faint: [...new Set(faint)].slice(0, 5),
    persian: [style(persian).direction, parseFloat(style(persian).lineHeight) / parseFloat(style(persian).fontSize)],
    korean: style(korean).wordBreak,
    quotes: [...page.querySelectorAll("blockquote, q")].map(q => [q.lang, q.dir, !!q.querySelector("bdi[dir]")]),
    small: [...page.querySelectorAll("summary, .matrix a")].filter(a => a.getClientRects().length
      && a.getBoundingClientRect().height < 23.5).length,
    paper: style(page.body).backgroundColor,
  };
  document.querySelector("#result").textContent = JSON.stringify(result);
});
</script>
"""


@lru_cache(maxsize=1)
def report() -> str:
    return render_html(EXAMPLE["model"]())


def probe(folder: Path, width: int, opened: bool, *flags: str) -> dict[str, Any]:
    """What the frame of `width` pixels shows of the report, all folds open or closed."""
    outer = folder / "outer.html"
    frame = f'<iframe width="{width}" height="900" style="border:0" srcdoc="{markup.escape(report())}"></iframe>'
    script = PROBE.replace("OPEN", "true" if opened else "false")
    head = '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><pre id="result"></pre>'
    # The listener stands before the frame has loaded, so the script follows the frame at once.
    outer.write_text(head + frame + script, encoding="utf-8")
    dom, log = browse(outer.as_uri(), folder, "--window-size=1400,1000", *flags)
    assert "CONSOLE" not in log, log
    found: dict[str, Any] = json.loads(unescape(dom.split('<pre id="result">')[1].split("</pre>")[0]))
    return found


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return probe(tmp_path_factory.mktemp("phone"), 390, True)


def test_nothing_runs_and_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(report(), encoding="utf-8")
    dom, log = browse(path.as_uri(), tmp_path)
    assert "CONSOLE" not in log, log
    assert "Content Security Policy" not in log
    assert "<title>How mentor-1 answers people in distress, in 5 languages</title>" in dom
    assert "<script" not in dom
    assert "onerror=alert" in dom  # still there, as text
    assert "<img" not in dom


def test_no_side_scroll_on_a_phone(phone: dict[str, Any]) -> None:
    assert phone["wide"] == []
    assert phone["scroll"] <= phone["width"] <= 390


def test_quotations_in_the_live_page(phone: dict[str, Any]) -> None:
    assert len(phone["quotes"]) > 100
    assert all(lang and direction in ("ltr", "rtl") and isolated for lang, direction, isolated in phone["quotes"])
    assert phone["persian"][0] == "rtl"
    assert phone["persian"][1] >= 1.7
    assert phone["korean"] == "keep-all"
    assert phone["scripts"] == 0
    assert phone["seen"] == []


def test_text_is_legible_and_targets_can_be_hit(phone: dict[str, Any]) -> None:
    assert phone["faint"] == []
    assert phone["small"] == 0


def test_the_narrowest_width_reflows(tmp_path: Path) -> None:
    found = probe(tmp_path, 320, True)
    assert found["wide"] == []
    assert found["scroll"] <= found["width"] <= 320


def test_dark_scheme_is_dark_and_legible(tmp_path: Path) -> None:
    found = probe(tmp_path, 1280, True, "--blink-settings=preferredColorScheme=0")
    assert found["paper"] == "rgb(21, 24, 27)"
    assert found["faint"] == []
    assert found["scroll"] <= 1280
