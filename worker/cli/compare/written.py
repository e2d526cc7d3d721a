"""Writes a comparison: as text of 80 columns, as one JSON document, or as CSV with a row for each difference."""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, Protocol

import orjson
from rich.console import Console
from rich.table import Table

from worker.cli.compare.portion import ComparedClaim
from worker.cli.compare.tally import ClaimShare, Tally, payer_of
from worker.cli.shared.console import echo_bytes, out, say
from worker.cli.shared.tables import table_of
from worker.pipeline.comparison import ClaimDifference, FindingChange, FindingKey
from worker.pipeline.scrub import Pipeline
from worker.wording.counts import counted
from worker.wording.escapes import printable

WIDTH: Final = 80
_FIELDS: Final = (
    "source",
    "place",
    "received_on",
    "payer",
    "before",
    "after",
    "charge",
    "edit",
    "change",
    "severity",
    "path",
)


class ComparisonWriter(Protocol):
    """Writes what differs as it comes, and the totals at the end."""

    def add(self, compared: ComparedClaim) -> None:
        """Take a claim that differs."""
        ...

    def end(self, tally: Tally) -> None:
        """Write the totals."""
        ...


def versions_of(name: str, pipeline: Pipeline) -> dict[str, str]:
    """Return what a configuration is: its name, and the digests by which outcomes name it."""
    return {"name": name, "ruleset": pipeline.ruleset, "reference": pipeline.snapshot.digest}


class TextWriter:
    """Shows tables, and the first claims that flip."""

    def __init__(self, before: dict[str, str], after: dict[str, str], most: int) -> None:
        """`most` claims that flip are shown."""
        self._before, self._after, self._most = before, after, most
        self._shown: list[ComparedClaim] = []

    def add(self, compared: ComparedClaim) -> None:
        """Keep the first claims that flip."""
        if len(self._shown) < self._most and compared.difference and compared.difference.is_flip:
            self._shown.append(compared)

    def end(self, tally: Tally) -> None:
        """Show the tables."""
        console = out()
        console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
        for word, side in (("before", self._before), ("after", self._after)):
            versions = f"ruleset {side['ruleset']}, tables {side['reference'][:16]}"
            say(console, f"{word:<7} {printable(side['name'])}\n        {versions}")
        flips = tally.all.flips
        say(
            console,
            f"\n{counted(tally.all.claims, 'claim')}: {flips:,} flip, {tally.differing - flips:,} differ in findings "
            "only.",
        )
        self._tables(console, tally)
        for each in self._shown:
            say(console, _line(each))
        if flips > len(self._shown):
            say(console, f"and {flips - len(self._shown):,} more; --show N shows N, --format csv all.")
        if tally.uncharged:
            say(console, f"{counted(tally.uncharged, 'claim')} of them without a charge that can be read.")
        if tally.unreadable:
            say(console, f"Not read, and not compared: {tally.unreadable:,}; see stderr.")

    def _tables(self, console: Console, tally: Tally) -> None:
        if tally.directions:
            table = _table("before", "after")
            for (before, after), share in sorted(tally.directions.items()):
                _row(table, share, before, after)
            _row(table, tally.all, "all", "", claims=tally.all.flips)
            console.print(table)
        if tally.edits:
            table = _table("edit", "change", "severity")
            for (edit, change, severity), share in sorted(tally.edits.items()):
                _row(table, share, edit, change.value, severity)
            console.print(table)
        if tally.all.flips:
            table = _table("payer")
            for payer, share in sorted(tally.payers.items()):
                _row(table, share, printable(payer))
            console.print(table)


def _table(*columns: str) -> Table:
    return table_of(columns, ("claims", "flips", "charges of flips"))


def _row(table: Table, share: ClaimShare, *names: str, claims: int | None = None) -> None:
    shown = share.claims if claims is None else claims
    table.add_row(*names, f"{shown:,}", f"{share.flips:,}", _dollars(share.charges))


def _dollars(amount: Decimal | None) -> str:
    return "no charge" if amount is None else f"${amount:,.2f}"


def _line(compared: ComparedClaim) -> str:
    difference = compared.difference
    assert difference is not None  # noqa: S101 - it is among those that flip
    why = "  ".join(f"{change.value} {edit} {severity}".rstrip() for edit, change, severity in difference.changes)
    went = f"{difference.before} -> {difference.after}  {_dollars(compared.charge)}"
    if compared.control_number:
        went += f"  {printable(compared.control_number)}"
    return f"{printable(compared.where)}\n    {went}\n    {why}".rstrip()


class JsonWriter:
    """Writes one document, whose differences come one per line as they are found, and whose totals are last."""

    def __init__(self, before: dict[str, str], after: dict[str, str]) -> None:
        head = orjson.dumps({"before": before, "after": after})
        echo_bytes(head[:-1] + b',"differences":[')
        self._separator = b"\n"

    def add(self, compared: ComparedClaim) -> None:
        """Write a claim that differs."""
        echo_bytes(self._separator + orjson.dumps(_document(compared)))
        self._separator = b",\n"

    def end(self, tally: Tally) -> None:
        """Write the totals and close the document."""
        totals = {
            "claims": tally.all.claims,
            "flips": tally.all.flips,
            "differing": tally.differing,
            "unreadable": tally.unreadable,
            "charges": str(tally.all.charges),
            "uncharged": tally.uncharged,
            "directions": [
                {"before": before, "after": after, **_share(share)}
                for (before, after), share in sorted(tally.directions.items())
            ],
            "edits": [
                {"edit": edit, "change": change.value, "severity": severity, **_share(share)}
                for (edit, change, severity), share in sorted(tally.edits.items())
            ],
            "payers": [{"payer": payer, **_share(share)} for payer, share in sorted(tally.payers.items())],
        }
        echo_bytes(b'\n],"totals":' + orjson.dumps(totals) + b"}\n")


def _share(share: ClaimShare) -> dict[str, Any]:  # any JSON
    return {"claims": share.claims, "flips": share.flips, "charges": str(share.charges)}


def _document(compared: ComparedClaim) -> dict[str, Any]:  # any JSON
    difference = compared.difference or ClaimDifference("", "")
    return {
        "source": compared.source,
        "place": compared.place,
        "receivedOn": compared.received_on,
        "payer": {"before": compared.profiles[0], "after": compared.profiles[1]},
        "charge": None if compared.charge is None else str(compared.charge),
        "before": difference.before,
        "after": difference.after,
        "new": [_finding(each) for each in difference.new],
        "gone": [_finding(each) for each in difference.gone],
        "undecided": difference.undecided,
        "decided": difference.decided,
    } | ({"patientControlNumber": compared.control_number} if compared.control_number else {})


def _finding(found: FindingKey) -> dict[str, str]:
    edit, severity, path = found
    return {"edit": edit, "severity": severity, "path": path}


class CsvWriter:
    """Writes a row for each finding that is new or gone, and one for a claim that flips without any."""

    def __init__(self, *, reveal: bool) -> None:
        """`reveal` adds a column with patient control numbers."""
        self._reveals = reveal
        self._write([(*_FIELDS, *(("patient_control_number",) if reveal else ()))])

    def add(self, compared: ComparedClaim) -> None:
        """Write the rows of a claim that differs."""
        more = (_guarded(compared.control_number),) if self._reveals else ()
        self._write((*row, *more) for row in _rows(compared))

    def end(self, tally: Tally) -> None:
        """Write nothing: rows have no totals."""

    @staticmethod
    def _write(rows: Iterable[Iterable[object]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        echo_bytes(text.getvalue().encode())


def _guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _rows(compared: ComparedClaim) -> Iterator[tuple[object, ...]]:
    difference = compared.difference
    if difference is None:
        return
    head = (
        compared.source,
        compared.place,
        compared.received_on,
        payer_of(compared),
        difference.before,
        difference.after,
        "" if compared.charge is None else compared.charge,
    )
    if not difference.changes:
        yield (*head, "", "", "", "")
    for change, findings in ((FindingChange.NEW, difference.new), (FindingChange.GONE, difference.gone)):
        for edit, severity, path in findings:
            yield (*head, edit, change.value, severity, path)
    for change, edits in ((FindingChange.UNDECIDED, difference.undecided), (FindingChange.DECIDED, difference.decided)):
        for edit in edits:
            yield (*head, edit, change.value, "", "")
