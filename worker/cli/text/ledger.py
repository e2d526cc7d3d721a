"""Shows the waste ledger of one claim as a table: what was given, discarded, billed and opened on each date."""

from decimal import Decimal

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from schemas.outcome import Amount, ContainerCount, WasteLedgerEntry
from worker.wording.escapes import printable

_INDENT = 2
_UNKNOWN = "-"


def show_ledger(console: Console, ledger: tuple[WasteLedgerEntry, ...]) -> None:
    """Write one row per drug and date. Doses are in the drug's own unit, all other numbers in billing units."""
    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False, header_style="dim", style="dim")
    table.add_column("waste ledger", no_wrap=True)
    for heading in ("dose given", "discarded", "expected", "billed", "vials opened", "least waste"):
        table.add_column(heading, overflow="fold")
    for entry in ledger:
        modifiers = f" {'+'.join(entry.modifiers)}" if entry.modifiers else ""
        table.add_row(
            printable(f"{entry.hcpcs} {entry.service_date:%Y-%m-%d}"),
            _dose(entry.dose_given),
            _dose(entry.dose_discarded),
            _units(entry.expected_given, entry.expected_discarded),
            _units(entry.billed_given, entry.billed_discarded) + modifiers,
            _containers(entry.containers_opened),
            _least(entry),
        )
    console.print(Padding(table, (0, 0, 0, _INDENT), expand=False))


def _dose(amount: Amount | None) -> str:
    return printable(f"{amount.amount:f} {amount.unit}") if amount else _UNKNOWN


def _units(given: Decimal | None, discarded: Decimal | None) -> str:
    """Return the units given, and after a plus those discarded."""
    if given is None and discarded is None:
        return _UNKNOWN
    told = _UNKNOWN if given is None else f"{given:f}"
    return told if discarded is None else f"{told} + {discarded:f}"


def _containers(counts: tuple[ContainerCount, ...] | None) -> str:
    return " + ".join(f"{each.count} x {each.units:f}" for each in counts) if counts else _UNKNOWN


def _least(entry: WasteLedgerEntry) -> str:
    if entry.containers_least_waste is None:
        return _UNKNOWN
    left = "" if entry.unavoidable_discarded is None else f", {entry.unavoidable_discarded:f} left"
    return f"{_containers(entry.containers_least_waste)}{left}"
