"""`claimscrub edits`: the catalogue of edits."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import click
import orjson
from rich.table import Table

from worker.bootstrap import all_edits
from worker.cli.shared.configuration import edits_option, sentences
from worker.cli.shared.console import SEVERITY_STYLE, echo_json, out
from worker.cli.shared.precision import by_edit, load_precision, precision_option
from worker.cli.shared.tables import table_of
from worker.edits.edit import AnyEdit, EditStatus
from worker.learning.document import EditPrecision, money
from worker.wording.counts import counted
from worker.wording.edits import described, source_of
from worker.wording.precision import precision_as_json, share_of

_ALL_COLUMNS_FROM: Final = 140
"""Columns of a terminal from which on there is room for name, scope and source as well."""


@click.command("edits")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table to read, or a JSON array with every field.",
)
@click.option("--fixable", is_flag=True, help="Only those that `claimscrub check --fix` or --unsafe-fixes can correct.")
@precision_option
@edits_option
def command(form: str, *, fixable: bool, learned: Path | None, user_edits: Path | None) -> None:
    """List every edit: what it finds, its severity, and the publication behind it.

    The table fits 80 columns, also in a pipe; a wide terminal, and --format json, show name, scope and source as well.
    With --with-precision also how often payers confirmed its findings, over all profiles, and the dollars that they
    denied. `claimscrub explain EDIT` shows more about one.
    """
    precision = by_edit(load_precision(learned)) if learned else None
    with sentences():
        edits = [edit for edit in all_edits(user_edits) if edit.fixes or not fixable]
    if form == "json":
        entries = [
            described(edit) | ({} if precision is None else {"learned": precision_as_json(precision.get(edit.id))})
            for edit in edits
        ]
        echo_json(orjson.dumps(entries, option=orjson.OPT_INDENT_2))
        return
    console = out()
    console.print(_table(edits, precision, is_wide=console.width >= _ALL_COLUMNS_FROM))
    console.print(f"{counted(len(edits), 'edit')}. `claimscrub explain EDIT` shows more about one.")


def _table(edits: Iterable[AnyEdit], precision: Mapping[str, EditPrecision] | None, *, is_wide: bool) -> Table:
    texts = ("name", "severity", "looks at", "fixes", "summary", "source") if is_wide else ("severity", "summary")
    table = table_of(texts, () if precision is None else ("precision", "decided", "denied"), keys=["edit"])
    for edit in edits:
        severity = edit.severity.value if edit.status is EditStatus.STABLE else f"{edit.severity} ({edit.status})"
        fixes = ", ".join(edit.fixes)
        columns = (
            (f"{edit.family}/{edit.name}", severity, edit.scope.value, fixes, edit.summary, source_of(edit.citation))
            if is_wide
            else (severity, f"{edit.summary} Fixes: {fixes}." if fixes else edit.summary)
        )
        learned = () if precision is None else _learned(precision.get(edit.id))
        table.add_row(edit.id, *columns, *learned, style=SEVERITY_STYLE[edit.severity].split()[-1])
    return table


def _learned(precision: EditPrecision | None) -> tuple[str, ...]:
    if precision is None:
        return ("-", "-", "-")
    return share_of(precision), f"{precision.decided:,}", f"${money(precision.denied)}"
