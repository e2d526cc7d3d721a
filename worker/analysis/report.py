"""The page of a report: where the charges are held, which findings cost most, and what was not checked."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from worker.analysis.charts import encoding_of, stacked, tile
from worker.analysis.figures import COSTLIEST, ChargeTotal, OutcomeFigures
from worker.analysis.page import Breakdown, ColumnKind, Page, PageChart, PageColumn, PageLink, PageSection, PageTable
from worker.wording.counts import counted

HELD: Final = "#c8553d"
PENDED: Final = "#d9a441"
SCRUBBED: Final = "#4f9d76"
WITH_OTHERS: Final = "#e0a899"

_DISPOSITION_COLORS: Final = MappingProxyType({"scrubbed": SCRUBBED, "rejected": HELD, "pended": PENDED})
_TILES: Final = (
    tile("Billed", "all", "{claims} claims"),
    tile("At risk: held", "marked", "{claims} claims, {share} of what was billed", "held"),
    tile("Rejected", 1, "{claims} claims", "rejected"),
    tile("Pended", 2, "{claims} claims", "pended"),
    tile("Held by one edit alone", "alone", "{claims} claims that one correction frees"),
)
_OF_EDITS: Final = (
    ("edit", "text", "edit"),
    ("what it finds", "text", "about"),
    ("severity", "text", "severity"),
    ("claims", "count", "claims"),
    ("held", "money", "markedCents"),
    ("by it alone", "money", "aloneCents"),
    ("claims by it alone", "count", "alone"),
)
_OF_OTHERS: Final = (
    ("claims", "count", "claims"),
    ("billed", "money", "cents"),
    ("claims held", "count", "markedClaims"),
    ("held", "money", "markedCents"),
    ("held of billed", "share", "share"),
)
_OF_FINDINGS: Final = (
    ("claim (outcome id)", "text", "outcome"),
    ("charge", "money", "cents"),
    ("edit", "text", "edit"),
    ("severity", "text", "severity"),
    ("line", "count", "line"),
    ("drug", "text", "drugName"),
    ("payer", "text", "payerName"),
    ("NPI", "text", "npiName"),
    ("received", "day", "received"),
)
_REVEALED: Final = (("patient control number", "text", "controlNumber"), ("finding", "text", "message"))
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
        figures={**figures.cells, "part": "disposition", "tiles": _TILES, "columns": _columns(figures)},
        edits=figures.edits,
    )


def _columns(figures: OutcomeFigures) -> dict[str, Any]:  # any JSON object
    revealed = _REVEALED if "message" in figures.cells["findings"] else ()
    return {"edit": _OF_EDITS, "others": _OF_OTHERS, "finding": (*_OF_FINDINGS, *revealed)}


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
            stacked("Charges held by each edit", _EDIT_COLORS),
        ),
        Breakdown(
            "Held by payer",
            "By the payer's id on the claim.",
            "payer",
            stacked("Charges held at each payer", _HELD_COLORS),
        ),
        Breakdown(
            "Held by billing provider",
            "By the NPI of the billing provider.",
            "npi",
            stacked("Charges held of each billing provider", _HELD_COLORS),
        ),
        Breakdown(
            "Held by drug",
            "By the drug of the claim that charges most; the whole claim counts.",
            "drug",
            stacked("Charges held for each drug", _HELD_COLORS),
        ),
        Breakdown(
            "Billed by disposition",
            "Scrubbed claims can be sent; rejected ones a payer would reject, pended ones need a person.",
            "disposition",
            stacked("Charges billed by disposition", _DISPOSITION_COLORS),
        ),
        Breakdown(
            f"Held by {period} of service",
            f"By the {period} of the first service, weeks from Monday.",
            "week",
            _over_time(f"Charges held by {period} of service"),
        ),
        Breakdown(
            f"The {COSTLIEST} costliest findings",
            "The findings under the filters above that hold the highest charges, each with the whole charge of its "
            f"claim; its edit leads to the explanation. Of each edit the page has its {COSTLIEST} costliest findings, "
            "so that there may be more under a filter.",
            "finding",
        ),
    )


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
            **encoding_of(_HELD_COLORS),
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
