"""Shows what was learned as tables."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from worker.cli.shared.console import say
from worker.cli.shared.tables import table_of
from worker.learning.document import denial_rows, edit_rows, money
from worker.learning.learner import Learned
from worker.wording.counts import counted

_ALL_COLUMNS_FROM: Final = 140
_FEW_COLUMNS: Final = ("profile", "edit", "findings", "paid", "precision", "denied", "at risk")
_MOST_DENIALS: Final = 20
_EDITS: Final = (
    "profile",
    "edit",
    "findings",
    "as predicted",
    "otherwise",
    "paid",
    "undecided",
    "unanswered",
    "precision",
    "denied",
    "recovered",
    "at risk",
    "days",
)
_DENIALS: Final = ("payer", "profile", "from", "code", "CARC", "RARC", "status", "denials", "dollars")
_NAMES: Final = 2
_CODES: Final = 7


def show_learned(console: Console, learned: Learned) -> None:
    """Write what was joined, each edit, and the costliest denials without a finding."""
    counts = learned.counts
    read = ", ".join(
        (
            counted(counts["remittedClaims"], "claim on 835s", "claims on 835s"),
            counted(counts["acknowledgedClaims"], "claim on 277CAs", "claims on 277CAs"),
            counted(counts["acknowledgedTransactions"], "transaction on 999s", "transactions on 999s"),
        )
    )
    say(console, f"Read: {read}, {counted(counts['outcomes'], 'outcome')}.")
    left = ", ".join(
        counted(counts[name], one, many)
        for name, one, many in (
            ("joinedAnswers", "answer joined with a claim", "answers joined with a claim"),
            ("unknownAnswers", *["about a claim without an outcome"] * 2),
            ("contradictedAnswers", *["with another provider, amount or day"] * 2),
            ("ambiguousAnswers", "that fits several claims", "that fit several claims"),
            ("answersTwice", *["read twice"] * 2),
            ("reversals", "that takes a payment back", "that take a payment back"),
            ("linesNotJoined", "line that fits no line or several", "lines that fit no line or several"),
        )
    )
    say(console, f"Joined: {left}.")
    edits = [dict(zip(_EDITS, _edit(row), strict=True)) for row in edit_rows(learned)]
    shown = _EDITS if console.width >= _ALL_COLUMNS_FROM else _FEW_COLUMNS
    heads = table_of((), shown[_NAMES:], keys=shown[:_NAMES])
    console.print(_table(heads, [[row[name] for name in shown] for row in edits]))
    if left_out := [name for name in _EDITS if name not in shown]:
        say(console, f"{_ALL_COLUMNS_FROM} columns also show: {', '.join(left_out)}; edits.csv has them (-o FOLDER).")
    kinds = list(denial_rows(learned))
    rows = kinds[:_MOST_DENIALS]
    say(
        console,
        f"Denials without a finding: {counts['denialsWithoutFinding']:,}, "
        f"${money(learned.denied_without_finding)} of ${money(learned.denied)} denied.",
    )
    if rows:
        console.print(_table(table_of(_DENIALS[:_CODES], _DENIALS[_CODES:]), [map(str, row) for row in rows]))
    if more := len(kinds) - len(rows):
        say(console, f"{counted(more, 'more kind')} of denials in denials.csv (-o FOLDER).")


def _edit(row: Sequence[object]) -> list[str]:
    precision = row[_EDITS.index("precision")]
    shown = ["-" if value is None else str(value) for value in row]
    if isinstance(precision, float):
        shown[_EDITS.index("precision")] = f"{precision:.1%}"
    return shown


def _table(table: Table, rows: Iterable[Iterable[str]]) -> Table:
    for row in rows:
        table.add_row(*row)
    return table
