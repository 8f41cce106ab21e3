"""The report as one HTML file: no script, no network, every word of a model escaped."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from langbias.report import words
from langbias.report.model import ReportModel
from langbias.report.quotation import visible


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("langbias.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "percent": words.percent,
        "percent_interval": words.percent_interval,
        "points": words.points,
        "points_interval": words.points_interval,
        "number": words.number,
        "number_interval": words.number_interval,
        "p_value": words.p_value,
        "visible": visible,
    }
    environment.globals |= {
        "counted": words.counted,
        "listed": words.listed,
        "measure": words.measure,
        "measure_interval": words.measure_interval,
        "severity_words": words.SEVERITY_WORDS,
        "status_words": words.STATUS_WORDS,
    }
    return environment


def render_html(model: ReportModel) -> str:
    """The report as a complete page. The same model gives the same bytes; lone surrogates never reach the page."""
    style = (files("langbias.report") / "templates" / "style.css").read_text(encoding="utf-8")
    return _environment().get_template("report.html.j2").render(model=model, style=Markup(style))
