"""The page of a report: where the charges are held, which findings cost most, and what was not checked."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from worker.analysis.figures import COSTLIEST, ChargeTotal, OutcomeFigures
from worker.analysis.page import Breakdown, ColumnKind, Page, PageChart, PageColumn, PageLink, PageSection, PageTable
from worker.wording.counts import counted

HELD: Final = "#c8553d"
PENDED: Final = "#d9a441"
SCRUBBED: Final = "#4f9d76"
WITH_OTHERS: Final = "#e0a899"

_DISPOSITION_COLORS: Final = MappingProxyType({"scrubbed": SCRUBBED, "rejected": HELD, "pended": PENDED})
_EDIT_COLORS: Final = MappingProxyType({"by this edit alone": HELD, "with other edits": WITH_OTHERS})
_HELD_COLORS: Final = MappingProxyType({"rejected": HELD, "pended": PENDED})

_BASES: Final = MappingProxyType(
    {
        "full": "the tables cover all days of the claim",
        "carried": "a table answered from an earlier edition",
        "partial": "a table did not answer at all",
    }
)


def report_page(title: str, sources: str, figures: OutcomeFigures, notes: Sequence[str]) -> Page:
    """Return the page.

    Args:
        title: Its heading.
        sources: Where the outcomes are from, in words.
        figures: What they add up to.
        notes: What was not read or not counted.
    """
    held = figures.held
    days = ""
    if figures.days:
        first, last = figures.days
        days = f" received on {first}" if first == last else f" received from {first} to {last}"
    sentence = (
        f"{counted(figures.claims, 'claim')}{days}, ${figures.billed:,.2f} billed; ${held.billed:,.2f} of "
        f"{counted(held.claims, 'claim')} held. From {sources}."
    )
    return Page(
        title,
        sentence,
        (*_breakdowns(figures), _gaps(figures), _bases(figures)),
        notes=(*notes, *_own_notes(figures)),
        figures=figures.cells,
        edits=figures.edits,
    )


def _own_notes(figures: OutcomeFigures) -> list[str]:
    notes = []
    if figures.without_charge:
        notes.append(
            f"{counted(figures.without_charge, 'claim')} without a charge that can be read, or with one that cannot be "
            "on an 837P: counted as claims, with no dollars."
        )
    if figures.level.period != "week":
        notes.append(
            f"There are too many for a page to filter: payers, providers and drugs beyond the {figures.level.named} "
            "that hold most are together as others (in the tables, not drawn), and services are by "
            f"{figures.level.period}. The file of --format parquet has them all."
        )
    elif any(each["key"] == "others" for name in ("payer", "npi", "drug") for each in _values(figures, name)):
        notes.append(
            f"Payers, providers and drugs beyond the {figures.level.named} that hold most are together as others (in "
            "the tables, not drawn). The file of --format parquet has them all."
        )
    return notes


def _values(figures: OutcomeFigures, dimension: str) -> Sequence[Mapping[str, str]]:
    found: Sequence[Mapping[str, str]] = figures.cells["dimensions"][dimension]["values"]
    return found


def _breakdowns(figures: OutcomeFigures) -> tuple[Breakdown, ...]:
    period = figures.level.period
    return (
        Breakdown(
            "Held by edit",
            "Charges of the claims that each edit holds; a claim that two edits hold counts for both. Dark: those that "
            "this edit alone holds, which its correction frees. Click a bar to see its claims alone.",
            "edit",
            _stacked("Charges held by each edit", _EDIT_COLORS),
        ),
        Breakdown(
            "Held by payer",
            "By the payer's id on the claim.",
            "payer",
            _stacked("Charges held at each payer", _HELD_COLORS),
        ),
        Breakdown(
            "Held by billing provider",
            "By the NPI of the billing provider.",
            "npi",
            _stacked("Charges held of each billing provider", _HELD_COLORS),
        ),
        Breakdown(
            "Held by drug",
            "By the drug of the claim that charges most; the whole claim counts.",
            "drug",
            _stacked("Charges held for each drug", _HELD_COLORS),
        ),
        Breakdown(
            "Billed by disposition",
            "Scrubbed claims can be sent; rejected ones a payer would reject, pended ones need a person.",
            "disposition",
            _stacked("Charges billed by disposition", _DISPOSITION_COLORS),
        ),
        Breakdown(
            f"Held by {period} of service",
            f"By the {period} of the first service, weeks from Monday.",
            "week",
            _over_time(f"Charges held by {period} of service"),
        ),
        Breakdown(
            f"The {COSTLIEST} costliest findings",
            "The findings that hold the highest charges under the filters above, each with the whole charge of its "
            "claim; its edit leads to the explanation.",
            "finding",
        ),
    )


def _encoding(colors: Mapping[str, str]) -> dict[str, Any]:  # any JSON object
    return {
        "color": {
            "field": "part",
            "type": "nominal",
            "scale": {"domain": list(colors), "range": list(colors.values())},
            "legend": {"orient": "top", "title": None},
        },
        "order": {"field": "order", "type": "quantitative"},
        "opacity": {"condition": {"test": "datum.faded", "value": 0.25}, "value": 1},
        "tooltip": [
            {"field": "label", "type": "nominal", "title": "name"},
            {"field": "part", "type": "nominal", "title": "part"},
            {"field": "dollars", "type": "quantitative", "title": "dollars", "format": "$,.2f"},
        ],
    }


def _stacked(description: str, colors: Mapping[str, str]) -> PageChart:
    spec = {
        "data": {"name": "rows"},
        "width": "container",
        "height": {"step": 24},
        "mark": {"type": "bar"},
        "encoding": {
            "y": {
                "field": "label",
                "type": "nominal",
                "sort": None,
                "axis": {"title": None, "labelLimit": 260, "domain": False, "ticks": False},
            },
            "x": {"field": "dollars", "type": "quantitative", "axis": {"title": None, "format": "$~s", "tickCount": 5}},
            **_encoding(colors),
        },
    }
    return PageChart(spec, description)


def _over_time(description: str) -> PageChart:
    spec = {
        "data": {"name": "rows"},
        "width": "container",
        "height": 220,
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "label",
                "type": "ordinal",
                "sort": None,
                "axis": {"title": None, "labelAngle": -40, "labelOverlap": True},
            },
            "y": {"field": "dollars", "type": "quantitative", "axis": {"title": None, "format": "$~s", "tickCount": 5}},
            **_encoding(_HELD_COLORS),
        },
    }
    return PageChart(spec, description)


def _gaps(figures: OutcomeFigures) -> PageSection:
    more = figures.all_gaps - len(figures.gaps)
    cut = f" {counted(more, 'rarer row')} left out." if more else ""
    return PageSection(
        "What had no data",
        "What edits lacked to decide, over all claims: these flaws, if there, were not found. Passed: charges of the "
        f"scrubbed claims among them.{cut}",
        PageTable(
            (
                PageColumn("edit"),
                PageColumn("missing"),
                PageColumn("claims", ColumnKind.COUNT),
                PageColumn("passed", ColumnKind.MONEY),
            ),
            [
                (PageLink(each.edit, f"#edit-{each.edit}"), each.missing, each.claims, each.passed)
                for each in figures.gaps
            ],
        ),
    )


def _bases(figures: OutcomeFigures) -> PageSection:
    def row(name: str, total: ChargeTotal) -> tuple[Any, ...]:  # any: values of a table
        return (name or "not known", _BASES.get(name, ""), total.claims, total.billed)

    return PageSection(
        "What the verdicts rest on",
        "How far the reference tables reach into the days of the claims, over all claims.",
        PageTable(
            (
                PageColumn("basis"),
                PageColumn("which means"),
                PageColumn("claims", ColumnKind.COUNT),
                PageColumn("billed", ColumnKind.MONEY),
            ),
            [row(name, total) for name, total in figures.bases.items()],
        ),
    )
