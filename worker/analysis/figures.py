"""Adds outcomes up: charges held by edit, payer, provider, drug and week, in cells that a browser can filter.

A claim is held that is rejected or pended. Its charge counts once in every table but that of the edits, where it counts
for each edit that holds it; `alone` are the claims that one edit alone holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from worker.analysis.database import Told
from worker.analysis.flat import DISPOSITIONS, SEVERITIES
from worker.analysis.store import OutcomeStore
from worker.edits.edit import AnyEdit

NOT_KNOWN: Final = ""
OTHERS: Final = "others"
COSTLIEST: Final = 50
MOST_GAPS: Final = 100
MOST_CELLS: Final = 40_000
"""Cells of claims, and as many of edits: more would make a page that opens slowly."""

_NAMED: Final = ("payer", "npi", "drug")
_TITLES: Final = {
    "disposition": "disposition",
    "edit": "edit",
    "payer": "payer",
    "npi": "billing provider (NPI)",
    "drug": "drug",
    "week": "week of service",
}
_HOLDS: Final = "finding.severity IN ('reject', 'pend')"


class CellLevel(NamedTuple):
    """How finely claims are told apart: how many payers, providers and drugs have a name, and how long a period is."""

    named: int
    period: str


_LEVELS: Final = (
    CellLevel(60, "week"),
    CellLevel(30, "week"),
    CellLevel(15, "week"),
    CellLevel(10, "month"),
    CellLevel(5, "month"),
    CellLevel(5, "quarter"),
    CellLevel(2, "year"),
)


@dataclass(frozen=True, slots=True)
class ChargeTotal:
    """How many claims, and their charges in dollars."""

    claims: int
    billed: Decimal


@dataclass(frozen=True, slots=True)
class NoDataGap:
    """What an edit lacked to decide, for how many claims, and how much of what they bill was then scrubbed."""

    edit: str
    missing: str
    claims: int
    passed: Decimal


@dataclass(frozen=True, slots=True)
class OutcomeFigures:
    """All that a report shows.

    Attributes:
        by_disposition: The claims of each disposition.
        without_charge: Claims whose charge is missing or cannot be on an 837P.
        days: The first and the last day on which claims were received.
        bases: What verdicts rest on, by level.
        gaps: What had no data, most claims first, at most `MOST_GAPS`.
        all_gaps: How many there are.
        cells: What the page's filters work on, as JSON.
        level: How finely.
        edits: The ids of all edits that found something, or had no data.
    """

    by_disposition: Mapping[str, ChargeTotal]
    without_charge: int
    days: tuple[date, date] | None
    bases: Mapping[str, ChargeTotal]
    gaps: Sequence[NoDataGap]
    all_gaps: int
    cells: Mapping[str, Any]  # any JSON object
    level: CellLevel
    edits: frozenset[str]

    @property
    def claims(self) -> int:
        """How many claims there are."""
        return sum(each.claims for each in self.by_disposition.values())

    @property
    def billed(self) -> Decimal:
        """Their charges."""
        return sum((each.billed for each in self.by_disposition.values()), Decimal(0))

    @property
    def held(self) -> ChargeTotal:
        """Those that are held."""
        held = [each for name, each in self.by_disposition.items() if name != "scrubbed"]
        return ChargeTotal(sum(each.claims for each in held), sum((each.billed for each in held), Decimal(0)))


def figures_of(store: OutcomeStore, catalogue: Iterable[AnyEdit], told: Told = lambda _: None) -> OutcomeFigures:
    """Add up what counts in a store, of which `OutcomeStore.count` was called.

    Args:
        store: The outcomes.
        catalogue: The edits, for what is said of them.
        told: Takes how far it is, from 0 to 1.
    """
    steps = _steps(told, 6)
    totals = store.rows(
        "SELECT disposition, count(*), coalesce(sum(charge), 0), count(*) FILTER (charge IS NULL), min(received_on), "
        "max(received_on) FROM counted GROUP BY disposition"
    )
    bases = store.rows(
        "SELECT coalesce(basis, ''), count(*), coalesce(sum(charge), 0) FROM counted GROUP BY 1 ORDER BY 1"
    )
    steps(1)
    gaps, all_gaps = _gaps(store)
    steps(2)
    _costliest(store)
    steps(3)
    level, cells = _cells(store, {each.id: each for each in catalogue}, steps)
    days = [day for _, _, _, _, *both in totals for day in both if day is not None]
    found = {each["key"] for each in cells["dimensions"]["edit"]["values"]}
    return OutcomeFigures(
        by_disposition={name: ChargeTotal(claims, billed) for name, claims, billed, *_ in totals},
        without_charge=sum(without for _, _, _, without, *_ in totals),
        days=(min(days), max(days)) if days else None,
        bases={name: ChargeTotal(claims, billed) for name, claims, billed in bases},
        gaps=gaps,
        all_gaps=all_gaps,
        cells=cells,
        level=level,
        edits=frozenset(found | {gap.edit for gap in gaps}),
    )


def _steps(told: Told, count: int) -> Told:
    return lambda done: told(done / count)


def _gaps(store: OutcomeStore) -> tuple[list[NoDataGap], int]:
    store.run(
        "CREATE OR REPLACE TEMP TABLE gaps AS SELECT gap.edit AS edit, gap.missing AS missing, count(*) AS claims, "
        "coalesce(sum(charge) FILTER (disposition = 'scrubbed'), 0) AS passed FROM (SELECT disposition, charge, "
        "unnest(list_distinct(list_transform(no_data, lambda gap: struct_pack(edit := gap.edit, "
        "missing := gap.missing)))) AS gap FROM counted) GROUP BY ALL"
    )
    found = store.rows(f"SELECT * FROM gaps ORDER BY claims DESC, edit, missing LIMIT {MOST_GAPS}")
    (count,) = store.rows("SELECT count(*) FROM gaps")[0]
    return [NoDataGap(*row) for row in found], count


def _costliest(store: OutcomeStore) -> None:
    """Keep of each edit the findings that hold the highest charges; those of all edits together are among them."""
    store.run(
        "CREATE OR REPLACE TEMP TABLE costliest AS "
        f"SELECT unnest(max_by(entry, (charge, outcome_id), {COSTLIEST}), recursive := true) FROM ("
        "SELECT edit, charge, outcome_id, struct_pack(seq := seq, edit := edit, outcome := outcome_id, cents := "
        "(charge * 100)::BIGINT, received := received_on, control_number := control_number, "
        f"finding := list_filter(findings, lambda finding: finding.edit = edit AND {_HOLDS})[1]) AS entry "
        "FROM (SELECT seq, charge, outcome_id, received_on, control_number, findings, unnest(list_distinct("
        f"list_transform(list_filter(findings, lambda finding: {_HOLDS}), lambda finding: finding.edit))) AS edit "
        "FROM counted WHERE charge IS NOT NULL AND len(findings) > 0)) GROUP BY edit"
    )


def _cells(store: OutcomeStore, known: Mapping[str, AnyEdit], steps: Told) -> tuple[CellLevel, dict[str, Any]]:
    """Return the cells at the finest level that is not too many of them; any JSON."""
    store.run(
        "CREATE OR REPLACE TEMP TABLE facts AS SELECT seq, disposition, coalesce(payer, '') AS payer, "
        "coalesce(npi, '') AS npi, coalesce(drug, '') AS drug, week, coalesce(charge, 0) AS charge, "
        + ", ".join(
            f"list_distinct(list_transform(list_filter(findings, lambda finding: finding.severity = '{each}'), "
            f"lambda finding: finding.edit)) AS {each}_edits"
            for each in SEVERITIES
        )
        + " FROM counted"
    )
    steps(4)
    for level in _LEVELS:
        _fold(store, level)
        (claims, edits) = store.rows("SELECT (SELECT count(*) FROM claim_cells), (SELECT count(*) FROM edit_cells)")[0]
        if max(claims, edits) <= MOST_CELLS or level is _LEVELS[-1]:
            break
    steps(5)
    return level, _as_json(store, level, known)


def _fold(store: OutcomeStore, level: CellLevel) -> None:
    """Make the cells of a level: name what holds most, and put the rest together."""
    for name in _NAMED:
        store.run(
            f"CREATE OR REPLACE TEMP TABLE {name}_names AS SELECT {name} AS key FROM facts WHERE {name} <> '' "
            f"GROUP BY {name} ORDER BY sum(charge) FILTER (disposition <> 'scrubbed') DESC NULLS LAST, "
            f"sum(charge) DESC, {name} LIMIT {level.named}"
        )
    named = ", ".join(
        f"CASE WHEN {name} = '' OR {name} IN (SELECT key FROM {name}_names) THEN {name} ELSE '{OTHERS}' END AS {name}"
        for name in _NAMED
    )
    place = f"disposition, payer, npi, drug, date_trunc('{level.period}', week)::DATE AS week"
    store.run(f"CREATE OR REPLACE TEMP VIEW folded AS SELECT * REPLACE ({named}) FROM facts")
    store.run(
        f"CREATE OR REPLACE TEMP TABLE claim_cells AS SELECT {place}, count(*) AS claims, "
        "(sum(charge) * 100)::BIGINT AS cents FROM folded GROUP BY ALL"
    )
    found = {
        "reject": "reject_edits",
        "pend": "list_filter(pend_edits, lambda edit: NOT list_contains(reject_edits, edit))",
        "warn": "list_filter(warn_edits, lambda edit: NOT list_contains(reject_edits, edit) "
        "AND NOT list_contains(pend_edits, edit))",
    }
    each = " UNION ALL ".join(
        f"SELECT unnest({edits}) AS edit, {severity} AS severity, charge, disposition, payer, npi, drug, week, "
        "len(list_distinct(list_concat(reject_edits, pend_edits))) = 1 AS is_alone FROM folded"
        for severity, edits in enumerate(found.values())
    )
    store.run(
        f"CREATE OR REPLACE TEMP TABLE edit_cells AS SELECT edit, severity, {place}, count(*) AS claims, "
        "(sum(charge) * 100)::BIGINT AS cents, count(*) FILTER (is_alone AND severity < 2) AS alone_claims, "
        "coalesce((sum(charge) FILTER (is_alone AND severity < 2) * 100)::BIGINT, 0) AS alone_cents "
        f"FROM ({each}) GROUP BY ALL"
    )


def _as_json(store: OutcomeStore, level: CellLevel, known: Mapping[str, AnyEdit]) -> dict[str, Any]:
    """Return the cells column by column, their texts as places in the lists of the dimensions."""
    drug_names: dict[str, str | None] = dict(
        store.rows("SELECT drug, any_value(drug_name) FROM counted WHERE drug IS NOT NULL GROUP BY drug")
    )
    keys: dict[str, list[Any]] = {"disposition": list(DISPOSITIONS)}
    keys["edit"] = [key for (key,) in store.rows("SELECT DISTINCT edit FROM edit_cells ORDER BY edit")]
    for name in _NAMED:
        found = store.rows(f"SELECT {name} FROM claim_cells GROUP BY {name} ORDER BY {name}")
        keys[name] = sorted((key for (key,) in found), key=lambda key: (key in {NOT_KNOWN, OTHERS}, key))
    found = store.rows("SELECT week FROM claim_cells GROUP BY week ORDER BY week NULLS LAST")
    keys["week"] = [key for (key,) in found]
    values: dict[str, list[dict[str, str]]] = {}
    for name, each in keys.items():
        values[name] = [{"key": _key(key), "label": _label(name, key, drug_names)} for key in each]
    for value in values["edit"]:
        edit = known.get(value["key"])
        value["about"] = edit.summary if edit else "an edit that is not in this catalogue"
        value["label"] += f" {edit.name}" if edit else ""
    places = {name: {key: place for place, key in enumerate(each)} for name, each in keys.items()}
    titles = _TITLES | {"week": f"{level.period} of service"}
    return {
        "dimensions": {name: {"title": titles[name], "values": each} for name, each in values.items()},
        "claims": _columns(store, "SELECT * FROM claim_cells ORDER BY ALL", places),
        "edits": _columns(store, "SELECT * FROM edit_cells ORDER BY ALL", places),
        "findings": _findings(store, level, places),
    }


def _findings(store: OutcomeStore, level: CellLevel, places: Mapping[str, Mapping[Any, int]]) -> dict[str, list[Any]]:
    """Return the costliest findings, the highest charge first; with what is to be revealed, if anything is.

    What is put together in the cells has its name here all the same.
    """
    more = ", control_number, message" if store.reveals else ""
    return _columns(
        store,
        "SELECT outcome, costliest.edit, severity, line, cents, folded.disposition, folded.payer, folded.npi, "
        f"folded.drug, date_trunc('{level.period}', folded.week)::DATE AS week, received, facts.payer AS payer_name, "
        f"facts.npi AS npi_name, facts.drug AS drug_name{more} "
        "FROM costliest JOIN folded USING (seq) JOIN facts USING (seq) ORDER BY cents DESC, outcome, costliest.edit",
        places,
    )


def _columns(
    store: OutcomeStore, query: str, places: Mapping[str, Mapping[Any, int]]
) -> dict[str, list[Any]]:  # any: JSON values
    names = [name for name, *_ in store.rows(f"DESCRIBE {query}")]
    rows = store.rows(query)
    made: dict[str, list[Any]] = {}
    for name, column in zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True):
        first, *rest = name.split("_")
        named = first + "".join(part.capitalize() for part in rest)
        made[named] = [places[name][each] for each in column] if name in places else [_plain(each) for each in column]
    return made


def _plain(value: Any) -> Any:  # any: a value of DuckDB as one of JSON
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, str) and value in SEVERITIES:
        return SEVERITIES.index(value)
    return value.isoformat() if isinstance(value, date) else value


def _key(key: Any) -> str:  # any: text or a day
    return "" if key is None else str(key)


def _label(dimension: str, key: Any, drug_names: Mapping[str, str | None]) -> str:  # any: likewise
    if key in {None, NOT_KNOWN}:
        return "none" if dimension == "drug" else "not known"
    if dimension == "drug" and drug_names.get(key):
        return f"{key} {drug_names[key]}"
    return str(key)
