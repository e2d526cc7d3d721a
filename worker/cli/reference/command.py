"""`claimscrub reference`: show the reference tables, compare them and import new ones."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click

from worker.bootstrap import load_snapshot
from worker.cli.reference.coverage import coverage
from worker.cli.reference.diff import diff
from worker.cli.reference.fetch.command import fetch
from worker.cli.reference.imports import import_files
from worker.cli.reference.options import DAY, readable, say_json, today, with_directory, with_format
from worker.cli.reference.publish import publish
from worker.cli.reference.questions import QUESTIONS, instead, told
from worker.cli.reference.status import status
from worker.cli.shared.console import echo
from worker.reference.build.loading import load, verify

EXIT_BROKEN: Final = 1
EXIT_NOT_FOUND: Final = 1


@click.group("reference", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def reference() -> None:
    """Show the reference tables, compare them and import new ones.

    Every table is dated. A key on a day gets one of five answers: found, carried from an earlier edition, not in
    force on that day, absent from the table, or not covered because no edition covers that day. Only found and not
    in force can reject a claim; what rests on a carried answer alone warns.
    """


@reference.command("verify")
@with_directory
@with_format
def verify_tables(directory: Path, form: str) -> None:
    """Check files, columns, types, keys, overlaps and whether the tables make sense together.

    \b
    Exit code 0: nothing is wrong.
    Exit code 1: each line names the file, row and column, and what would be
                 right.
    """  # noqa: D301 - the escape is a sign to click
    problems = verify(directory)
    if form == "json":
        say_json({"directory": str(directory), "problems": problems})
    elif problems:
        echo("\n".join(problems))
    else:
        snapshot = load(directory)
        rows = sum(edition.rows for edition in snapshot.editions)
        echo(f"Good: {len(snapshot.editions)} editions with {rows:,} rows. Snapshot {snapshot.digest[:16]}.")
    if problems:
        sys.exit(EXIT_BROKEN)


@reference.command("show")
@click.argument("table", type=click.Choice(sorted(QUESTIONS)), metavar="TABLE")
@click.argument("key")
@click.option("--on", type=DAY, metavar="DATE", help="The date of service. [default: today]")
@with_directory
@with_format
def show(table: str, key: str, on: datetime | None, directory: Path, form: str) -> None:
    """Ask one table about one key on one date of service.

    KEY is a code; where a table needs more, its parts are joined by +: `show mue J2357+practitioner`,
    `show ncci_pairs 96413+99213`, `show remark_codes carc+16`.

    \b
    Exit code 0: found, or carried from an earlier edition.
    Exit code 1: not in force, absent or not covered.
    """  # noqa: D301 - the escape is a sign to click
    day = on.date() if on else today()
    form_of_key, question = QUESTIONS[table]
    parts = [part if table in {"products", "mue", "ncci_pairs"} else part.upper() for part in key.split("+")]
    if len(parts) < form_of_key.split("[", maxsplit=1)[0].count("+") + 1:
        raise click.UsageError(f"{table}: expected a key as {form_of_key}, found {key}")
    tables = readable(lambda: load_snapshot(directory))
    answer = question(tables, parts, day)
    document = told(answer) | instead(tables, table, parts, day, answer)
    if form == "json":
        say_json({"table": table, "key": key, "on": day} | document)
    else:
        _show(table, key, day, document)
    if document["answer"] not in {"found", "carried"}:
        sys.exit(EXIT_NOT_FOUND)


def _show(table: str, key: str, day: date, document: dict[str, Any]) -> None:  # a JSON document
    echo(f"{table} {key} on {day}: {document['answer']}")
    for name in ("edition", "ended", "trusted_to", "in_force_from", "in_force_to", "covers_from", "covers_to"):
        if name in document:
            echo(f"  {name:<22}{document[name] or 'open'}")
    if "instead" in document:
        echo(f"  {'instead':<22}{', '.join(document['instead'])}")
    rows = document.get("row", [])
    for row in rows if isinstance(rows, list) else [rows]:
        for name, value in row.items():
            if value not in (None, "", ()):
                echo(f"  {name:<22}{', '.join(value) if isinstance(value, tuple) else value}")
        echo()


@reference.command("editions")
@with_directory
@with_format
def editions(directory: Path, form: str) -> None:
    """List every edition: table@name, the dates of service it covers, publication, rows and checksum."""
    held = readable(lambda: load_snapshot(directory)).editions
    if form == "json":
        say_json(
            [
                {
                    "edition": f"{each.table}@{each.name}",
                    "in_force_from": each.in_force_from,
                    "in_force_to": each.in_force_to,
                    "published": each.published,
                    "rows": each.rows,
                    "sha256": each.sha256,
                }
                for each in held
            ]
        )
        return
    for each in held:
        bounds = f"{each.in_force_from} to {each.in_force_to or 'open'!s:<10}"
        echo(f"{each.table + '@' + each.name:<34} {bounds}  {each.rows:>7,} rows  {each.sha256[:12]}")


reference.add_command(coverage)
reference.add_command(diff)
reference.add_command(fetch)
reference.add_command(import_files)
reference.add_command(publish)
reference.add_command(status)
command = reference
