"""Shows what was checked on one claim, as a table: each edit's result, and what it lacked or what lifted it."""

from collections.abc import Iterable
from typing import Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from schemas.outcome import BypassedEntry, Coverage, NoDataEntry, SwitchedOff
from worker.cli.shared.console import say
from worker.wording.escapes import printable

_INDENT: Final = 2


def show_coverage(console: Console, coverage: Coverage) -> None:
    """Write the table, and a warning where an edit that can hold the claim could not be decided."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("verdict", no_wrap=True)
    table.add_column("edits", justify="right")
    table.add_column("which", overflow="fold")
    lacking = _undecided(coverage.no_data)
    off = [_off(entry) for entry in coverage.switched_off]
    lists = [f"{entry.edit} needs {printable(entry.missing)}" for entry in coverage.not_configured]
    for verdict, entries, style in (
        ("pass", coverage.passed, "green"),
        ("fail", coverage.failed, "red"),
        ("bypassed", _bypassed(coverage.bypassed), "cyan"),
        ("no data", lacking, "yellow"),
        ("not configured", lists, "dim"),
        ("off", off, "dim"),
        ("not reached", coverage.not_reached, "dim"),
        ("our fault", coverage.errors, "magenta"),
    ):
        if entries or verdict in {"pass", "fail", "bypassed", "no data", "off"}:
            # A list of ids fits on a line; entries with a reason have one each.
            between = "\n" if any(" " in entry for entry in entries) else ", "
            table.add_row(verdict, str(len(entries)), between.join(entries) or "none", style=style)
    console.print(Padding(table, (0, 0, 0, _INDENT), expand=False))
    if coverage.not_reached:
        say(console, "Not reached: an intake edit rejected the claim.", _INDENT)
    if coverage.unverified:
        say(
            console,
            f"Not verified: {', '.join(coverage.unverified)} can hold a claim, and a table lacks the days of this one.",
            _INDENT,
        )


def _undecided(entries: Iterable[NoDataEntry]) -> list[str]:
    needs: dict[tuple[str, str], list[int]] = {}
    for entry in entries:
        needs.setdefault((entry.edit, entry.missing), []).extend([entry.line] if entry.line else [])
    return [f"{edit} needs {printable(missing)}{_lines(lines)}" for (edit, missing), lines in sorted(needs.items())]


def _bypassed(entries: Iterable[BypassedEntry]) -> list[str]:
    lifted: dict[str, list[int]] = {}
    for entry in entries:
        why = f" ({entry.owner}{_until(entry)}: {printable(entry.reason)})" if entry.reason else ""
        lifted.setdefault(f"{entry.edit} by {entry.by}{why}", []).extend([entry.line] if entry.line else [])
    return [f"{words}{_lines(lines)}" for words, lines in sorted(lifted.items())]


def _off(entry: SwitchedOff) -> str:
    return f"{entry.edit} by {entry.owner}{_until(entry)}: {printable(entry.reason)}"


def _until(entry: SwitchedOff | BypassedEntry) -> str:
    return f" until {entry.until}" if entry.until else ""


def _lines(lines: list[int]) -> str:
    return f", line {', '.join(map(str, sorted(set(lines))))}" if lines else ""
