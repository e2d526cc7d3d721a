"""Findings in the forms of other programs: a row for each as CSV or Parquet, SARIF, JUnit, and tables in Markdown."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from worker.analysis.database import Told
from worker.analysis.figures import OutcomeFigures
from worker.analysis.store import OutcomeStore
from worker.edits.edit import AnyEdit
from worker.wording.counts import counted
from worker.wording.edits import source_of
from worker.wording.escapes import printable

_LEVELS: Final = MappingProxyType({"reject": "error", "pend": "warning", "warn": "note"})
_MOST_ROWS: Final = 25
_FORMULA: Final = "^[=+@\\t\\r]"


def _findings(*, reveal: bool) -> str:
    """A row for each finding, and one for each claim without any."""
    more = ", control_number, finding.message AS message" if reveal else ""
    return (
        "SELECT replace(outcome_id::VARCHAR, '-', '') AS outcome_id, disposition, received_on, week, payer, profile, "
        "npi, drug, charge, finding.edit AS edit, finding.severity AS severity, finding.line AS line, "
        f"finding.box AS box, array_to_string(finding.carc, ' ') AS carc{more} "
        "FROM (SELECT *, unnest(CASE WHEN len(findings) = 0 THEN [NULL] ELSE findings END) AS finding FROM counted) "
        "ORDER BY outcome_id, edit, line"
    )


def write_csv(file: Path, store: OutcomeStore, told: Told) -> None:
    """Write findings as CSV with a head; a text that a spreadsheet would take for a formula begins with a quote."""
    guarded = ", ".join(
        f"CASE WHEN regexp_matches({name}, '{_FORMULA}') THEN '''' || {name} ELSE {name} END AS {name}"
        for name in ("control_number", "message")
    )
    query = _findings(reveal=store.reveals)
    if store.reveals:
        query = f"SELECT * REPLACE ({guarded}) FROM ({query})"
    store.copy(query, file, "FORMAT csv, HEADER", told)


def write_parquet(file: Path, store: OutcomeStore, told: Told) -> None:
    """Write findings as Parquet."""
    store.copy(_findings(reveal=store.reveals), file, "FORMAT parquet, COMPRESSION zstd", told)


def write_sarif(file: Path, store: OutcomeStore, catalogue: Iterable[AnyEdit]) -> None:
    """Write findings as SARIF 2.1.0: an edit is a rule, an outcome an artifact with the URI of its id."""
    rules = [_rule(each) for each in catalogue]
    about = {each["id"]: each["shortDescription"]["text"] for each in rules}
    driver = {"name": "claimscrub", "version": version("claimscrub"), "rules": rules}
    with file.open("w", encoding="utf-8") as stream:
        stream.write('{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":')
        stream.write(f'{{"driver":{json.dumps(driver)}}},"results":[')
        separator = "\n"
        for row in _rows(store):
            if row["edit"] is not None:
                stream.write(separator + json.dumps(_result(row, about), separators=(",", ":")))
                separator = ",\n"
        stream.write("\n]}]}\n")


def _rule(edit: AnyEdit) -> dict[str, Any]:  # any JSON object
    help_uri = {"helpUri": edit.citation.url} if edit.citation.url else {}
    return {
        "id": edit.id,
        "name": edit.name,
        "shortDescription": {"text": edit.summary},
        "fullDescription": {"text": "\n\n".join(edit.paragraphs)},
        "help": {"text": "\n".join([*edit.to_do, f"Source: {source_of(edit.citation)}"])},
        "defaultConfiguration": {"level": _LEVELS[edit.severity]},
        **help_uri,
    }


def _result(row: Mapping[str, Any], about: Mapping[str, str]) -> dict[str, Any]:  # any: a row, a JSON object
    line = f"/line/{row['line']}" if row["line"] else ""
    named = ("disposition", "payer", "profile", "npi", "drug", "box", "control_number")
    return {
        "ruleId": row["edit"],
        "level": _LEVELS.get(row["severity"], "none"),
        "message": {"text": row.get("message") or about.get(row["edit"]) or row["edit"]},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": f"urn:claimscrub:outcome:{row['outcome_id']}"}},
                "logicalLocations": [{"fullyQualifiedName": row["outcome_id"] + line}],
            }
        ],
        "partialFingerprints": {"finding/v1": f"{row['outcome_id']}/{row['edit']}{line}"},
        "properties": {name: row[name] for name in named if row.get(name) is not None}
        | ({} if row["charge"] is None else {"charge": str(row["charge"])}),
    }


def write_junit(file: Path, store: OutcomeStore) -> None:
    """Write a test case for each claim, which fails where the claim is held."""
    ((claims, held),) = store.rows("SELECT count(*), count(*) FILTER (disposition <> 'scrubbed') FROM counted")
    with file.open("w", encoding="utf-8") as stream:
        stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        stream.write(f'<testsuites tests="{claims}" failures="{held}"><testsuite name="claimscrub" ')
        stream.write(f'tests="{claims}" failures="{held}" errors="0" skipped="0">\n')
        for case in _cases(store):
            stream.write(case + "\n")
        stream.write("</testsuite></testsuites>\n")


def _cases(store: OutcomeStore) -> Iterator[str]:
    found: list[Mapping[str, Any]] = []  # any: a row
    for row in _rows(store):
        if found and found[0]["outcome_id"] != row["outcome_id"]:
            yield _case(found)
            found = []
        found.append(row)
    if found:
        yield _case(found)


def _case(rows: list[Mapping[str, Any]]) -> str:  # any: a row
    first, found = rows[0], [row for row in rows if row["edit"] is not None]
    opening = f"<testcase classname={_attribute(first['profile'] or 'claims')} name={_attribute(first['outcome_id'])}"
    words = [
        " ".join(
            filter(
                None, [row["severity"], row["edit"], f"line {row['line']}" if row["line"] else "", row.get("message")]
            )
        )
        for row in found
    ]
    if first["disposition"] == "scrubbed":
        out = f"><system-out>{escape(_xml(chr(10).join(words)))}</system-out></testcase>" if words else "/>"
        return opening + out
    edits = sorted({row["edit"] for row in found if row["severity"] in {"reject", "pend"}})
    charge = "" if first["charge"] is None else f", ${first['charge']:,.2f}"
    message = _attribute(f"{first['disposition']}: {', '.join(edits)}{charge}")
    text = escape(_xml("\n".join(words)))
    return f"{opening}><failure type={_attribute(first['disposition'])} message={message}>{text}</failure></testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_xml(text))


def _xml(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return "\n".join(printable(line) for line in text.split("\n"))


def _rows(store: OutcomeStore) -> Iterator[Mapping[str, Any]]:  # any: values of DuckDB
    query = _findings(reveal=store.reveals)
    names = [name for name, *_ in store.rows(f"DESCRIBE {query}")]
    for row in store.stream(query):
        yield dict(zip(names, row, strict=True))


def write_markdown(file: Path, title: str, sentence: str, figures: OutcomeFigures, notes: Iterable[str]) -> None:
    """Write the report's tables without the claims, for a page of a wiki or a message."""
    parts = [f"# {title}", sentence, *(f"> {note}" for note in notes)]
    ends = [(name, each.claims, each.billed) for name, each in figures.by_disposition.items()]
    parts.append(_table(("disposition", "claims", "billed"), ends))
    for dimension, heading in _HEADINGS.items():
        held = _held(figures, dimension)
        shown = held if dimension == "edit" else held[:_MOST_ROWS]
        rows = shown[::-1] if dimension == "week" else shown
        parts += [f"## {heading}", _table((dimension, "claims held", "held"), rows)]
        if left_out := held[len(shown) :]:
            claims, dollars = sum(each[1] for each in left_out), sum((each[2] for each in left_out), Decimal())
            parts.append(f"And {len(left_out):,} more with {counted(claims, 'claim')} and {_cell(dollars)} held.")
    gaps = [(each.edit, each.missing, each.claims, each.passed) for each in figures.gaps[:_MOST_ROWS]]
    parts += ["## What had no data", _table(("edit", "missing", "claims", "passed"), gaps)]
    if more := figures.all_gaps - len(gaps):
        parts.append(f"And {more:,} more, none with more claims than the last of these.")
    file.write_text("\n\n".join(parts) + "\n", "utf-8")


_HEADINGS: Final = MappingProxyType(
    {
        "edit": "Held by edit (a claim counts for each of its edits)",
        "payer": "Held by payer",
        "npi": "Held by billing provider (NPI)",
        "drug": "Held by drug",
        "week": "Held by time of service",
    }
)


def _held(figures: OutcomeFigures, dimension: str) -> list[tuple[str, int, Decimal]]:
    """What was held by each value of a dimension, the most money or the latest week first."""
    cells, scrubbed = figures.cells["edits" if dimension == "edit" else "claims"], 0
    is_held: Callable[[int], bool] = (
        (lambda place: cells["severity"][place] < len(_LEVELS) - 1)
        if dimension == "edit"
        else (lambda place: cells["disposition"][place] != scrubbed)
    )
    sums: dict[int, tuple[int, int]] = {}
    for place, key in enumerate(cells[dimension]):
        if is_held(place):
            claims, cents = sums.get(key, (0, 0))
            sums[key] = claims + cells["claims"][place], cents + cells["cents"][place]
    labels = figures.cells["dimensions"][dimension]["values"]
    rows = [(labels[key]["label"], claims, Decimal(cents) / 100) for key, (claims, cents) in sorted(sums.items())]
    return rows[::-1] if dimension == "week" else sorted(rows, key=lambda row: -row[2])


def _table(heads: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:  # any: what a cell shows
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:  # any: likewise
    if isinstance(value, Decimal):
        return f"${value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else printable(str(value)).replace("|", "\\|")
