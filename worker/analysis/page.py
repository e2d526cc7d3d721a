"""One self-contained page of figures: sections with tables and charts, and the explanations that they lead to.

The page asks nobody for anything: its scripts, its style and its data are inside, and its policy forbids every request.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from worker.analysis.files import whole
from worker.analysis.vega import vega_script
from worker.edits.edit import AnyEdit
from worker.wording.edits import source_of
from worker.wording.escapes import printable_lines
from worker.wording.outcomes import predicted_codes

_SEARCHED_FROM: Final = 16
"""Rows from which on a table can be searched."""


class ColumnKind(StrEnum):
    """How the values of a column are written, aligned and sorted. Shares are fractions, written in percent."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class PageLink:
    """Text that leads to a place on the page, such as `#edit-WST-01`, or to a publication."""

    text: str
    href: str


CellValue: TypeAlias = str | int | float | Decimal | date | PageLink | None
"""What a cell holds; None is what is not known."""


@dataclass(frozen=True, slots=True)
class PageColumn:
    """A column of a table."""

    title: str
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table that can be sorted by each column.

    Attributes:
        columns: Its columns.
        rows: Its rows, each with a value for every column, in the order in which they are shown first.
        caption: What it holds, for those who do not see where it is.
    """

    columns: tuple[PageColumn, ...]
    rows: Sequence[Sequence[CellValue]]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PageChart:
    """A chart: a Vega-Lite specification with its data inside, and what it shows in a sentence."""

    spec: Mapping[str, Any]  # any JSON object
    description: str


@dataclass(frozen=True, slots=True)
class PageSection:
    """A part of the page."""

    title: str
    sentence: str
    table: PageTable | None = None
    charts: tuple[PageChart, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A part of the page that the browser works out from the figures under its filters: a table, and a chart of it.

    Attributes:
        title: Its heading.
        sentence: What it shows.
        dimension: What the claims are told apart by, one of the figures' dimensions; or `finding`.
        chart: A chart whose data is named `rows`, or None.
    """

    title: str
    sentence: str
    dimension: str
    chart: PageChart | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """All that is on a page.

    Attributes:
        title: Its heading.
        sentence: What it is about: of which claims, and how many.
        sections: Its parts.
        notes: What was not read, not counted or not known.
        figures: What the breakdowns are worked out from, as JSON, and how they are shown; None on a page without.
        edits: The ids of the edits that are explained at its end.
    """

    title: str
    sentence: str
    sections: Sequence[PageSection | Breakdown]
    notes: Sequence[str] = ()
    figures: Mapping[str, Any] | None = None  # any JSON object
    edits: frozenset[str] = frozenset()


def bars(description: str, rows: Sequence[tuple[str, float]], kind: ColumnKind = ColumnKind.MONEY) -> PageChart:
    """Return bars, one for each named value, in the order of the rows."""
    values = [{"label": name, "value": value} for name, value in rows]
    form = _CHART_FORMATS[kind]
    spec = {
        "data": {"values": values},
        "width": "container",
        "height": {"step": 24},
        "mark": {"type": "bar", "color": "#3b7dc4"},
        "encoding": {
            "y": {"field": "label", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 260}},
            "x": {"field": "value", "type": "quantitative", "axis": {"title": None, "format": form, "tickCount": 5}},
            "tooltip": [
                {"field": "label", "type": "nominal", "title": "name"},
                {"field": "value", "type": "quantitative", "title": "value", "format": _TOOLTIP_FORMATS[kind]},
            ],
        },
    }
    return PageChart(spec, description)


_CHART_FORMATS: Final = MappingProxyType({ColumnKind.MONEY: "$~s", ColumnKind.COUNT: "~s", ColumnKind.SHARE: ".0%"})
_TOOLTIP_FORMATS: Final = MappingProxyType({ColumnKind.MONEY: "$,.2f", ColumnKind.COUNT: ",", ColumnKind.SHARE: ".1%"})


def rendered(page: Page, explanations: Sequence[AnyEdit]) -> str:
    """Return a page as HTML; of the explanations it has those of its edits."""
    known = {each.id: each for each in explanations}
    script, library, style = _static("page.js"), vega_script(), _static("page.css")
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_digest(library)} {_digest(script)}",
            # Vega styles what it draws by attributes; a style can ask nobody for anything, by the first rule.
            "style-src 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    made: str = _template().render(
        page=page,
        policy=policy,
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        library=Markup(library),  # noqa: S704 - the charts' library, which holds nothing that ends a script
        explained=[known[each] for each in sorted(page.edits & known.keys())],
        unexplained=sorted(page.edits - known.keys()),
        source=source_of,
        predicted=predicted_codes,
        searched_from=_SEARCHED_FROM,
        has_charts=any(isinstance(each, Breakdown) or each.charts for each in page.sections),
    )
    return made


def write_page(file: Path, page: Page, explanations: Sequence[AnyEdit], *, private: bool = False) -> None:
    """Write a page to a file, whole or not at all; a private one is for its owner only. Raises `OSError`."""
    with whole(file, private=private) as written:
        written.write_text(rendered(page, explanations), "utf-8", "backslashreplace")


@lru_cache
def _static(name: str) -> str:
    return (files("worker.analysis") / "static" / name).read_text("utf-8")


def _digest(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


@lru_cache(maxsize=1)
def _template() -> Any:  # any: jinja's templates have no type of their own
    made = Environment(
        loader=PackageLoader("worker.analysis"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable_lines(value) if type(value) is str else value,
    )
    made.filters["data"] = _as_data
    made.filters["shown"] = _shown
    made.filters["key"] = _sort_key
    made.tests["breakdown"] = lambda section: isinstance(section, Breakdown)
    made.tests["link"] = lambda value: isinstance(value, PageLink)
    return made.get_template("page.html")


def _as_data(value: Any) -> Markup:  # any JSON value
    """Return JSON for a block of data in HTML, in which nothing ends the block."""
    text = json.dumps(value, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704 - likewise


def _shown(value: CellValue, kind: ColumnKind) -> str:
    """Return a value as a cell shows it."""
    if value is None:
        return "–"  # noqa: RUF001 - the usual sign for what is not known
    if isinstance(value, PageLink):
        return value.text
    if isinstance(value, (str, date)):
        return str(value)
    if kind is ColumnKind.MONEY:
        return f"-${-value:,.2f}" if value < 0 else f"${value:,.2f}"
    if kind is ColumnKind.SHARE:
        return f"{value:.1%}"
    return f"{value:,}"


def _sort_key(value: CellValue) -> str:
    """Return what a cell is sorted by: numbers without their form."""
    if value is None:
        return ""
    return value.text if isinstance(value, PageLink) else str(value)
