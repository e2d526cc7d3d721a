"""`claimscrub edits`: the catalogue of edits."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click
import orjson
from rich import box
from rich.table import Table

from worker.bootstrap import all_edits
from worker.cli.shared.configuration import edits_option, sentences
from worker.cli.shared.console import SEVERITY_STYLE, echo_json, out
from worker.edits.edit import AnyEdit
from worker.wording.counts import counted
from worker.wording.edits import described, source_of

_WIDE_ENOUGH: Final = 200


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
@edits_option
def command(form: str, *, fixable: bool, user_edits: Path | None) -> None:
    """List every edit: what it finds, its severity, and the publication behind it.

    `claimscrub explain EDIT` shows more about one.
    """
    with sentences():
        edits = [edit for edit in all_edits(user_edits) if edit.fixes or not fixable]
    if form == "json":
        echo_json(orjson.dumps([described(edit) for edit in edits], option=orjson.OPT_INDENT_2))
        return
    console = out()
    if not console.is_terminal:
        console.width = _WIDE_ENOUGH
    console.print(_table(edits))
    console.print(f"{counted(len(edits), 'edit')}. `claimscrub explain EDIT` shows more about one.")


def _table(edits: Iterable[AnyEdit]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("edit", no_wrap=True)
    for name in ("name", "severity", "status", "looks at", "fixes", "summary", "source"):
        table.add_column(name, overflow="fold")
    for edit in edits:
        table.add_row(
            edit.id,
            f"{edit.family}/{edit.name}",
            edit.severity.value,
            edit.status.value,
            edit.scope.value,
            ", ".join(edit.fixes),
            edit.summary,
            source_of(edit.citation),
            style=SEVERITY_STYLE[edit.severity].split()[-1],
        )
    return table
