"""The report as one HTML file: no script, no network, every word of a model escaped."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from langbias.report import personas, words
from langbias.report.model import ReportModel
from langbias.report.quotation import visible


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of every page, with the words and number formats of reports."""
    made = Environment(
        loader=PackageLoader("langbias.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "percent": words.percent,
        "percent_interval": words.percent_interval,
        "points": words.points,
        "points_interval": words.points_interval,
        "number": words.number,
        "number_interval": words.number_interval,
        "p_value": words.p_value,
        "visible": visible,
    }
    made.globals |= {
        "counted": words.counted,
        "listed": words.listed,
        "measure": words.measure,
        "measure_interval": words.measure_interval,
        "persona_heading": personas.HEADING,
        "persona_explanation": personas.EXPLANATION,
        "severity_words": words.SEVERITY_WORDS,
        "status_words": words.STATUS_WORDS,
    }
    return made


def render_html(model: ReportModel) -> str:
    """The report as a complete page. The same model gives the same bytes; lone surrogates never reach the page."""
    return environment().get_template("report.html.j2").render(model=model, style=style())


def style() -> Markup:
    """The style sheet, for a page that carries it within itself."""
    return Markup((files("langbias.report") / "templates" / "style.css").read_text(encoding="utf-8"))
