"""`claimscrub reference status`: what each table can say on a day, until when, and what replaces it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import click

from worker.cli.reference.addresses import read_addresses, shipped_addresses
from worker.cli.reference.options import DAY, described_tables, say_json, today, with_directory, with_format
from worker.cli.shared.console import echo
from worker.cli.text.renewal import fetching
from worker.errors import ConfigurationError
from worker.reference.build.endings import endings
from worker.reference.files.manifest import Manifest
from worker.reference.importing.kinds import KINDS
from worker.reference.tables.edition import Edition, reach

Says = Literal["all", "carried", "open rows", "nothing"]
OURS: Final = "claimscrub"


@dataclass(frozen=True, slots=True)
class TableStatus:
    """What one table can say on a day.

    Attributes:
        table: Its name.
        says: "all" of an edition that covers the day, rows "carried" from an earlier one, "open rows" only, "nothing".
        until: The last day on which it says that; None without a last day, or where it says nothing.
        state: The same in words.
        next_edition: The name of the next edition that is held already.
        next_from: The first day of the next edition; None when the last edition is open.
        next_due: When the next edition is due by the publisher's rhythm; None when it is held.
        no_later: Why these tables hold no later edition, though there may be one; empty for any other reason.
        publisher: Who publishes the table.
        pages: Where these files are listed; empty when no file of the publisher can be imported.
        files: What the publisher calls the file, by the kind under which `claimscrub reference import` takes it.
        renewed_by: The command that fetches newer editions; None when no file of the publisher can be imported.
    """

    table: str
    says: Says
    until: date | None
    state: str
    next_edition: str | None
    next_from: date | None
    next_due: date | None
    no_later: str
    publisher: str
    pages: tuple[str, ...]
    files: dict[str, str]
    renewed_by: str | None


@click.command("status")
@click.option("--on", type=DAY, metavar="DATE", help="The day for which is shown what is known. [default: today]")
@with_directory
@with_format
def status(on: datetime | None, directory: Path, form: str) -> None:
    """Show for each table what it can say today, until when, what replaces it and where that is published.

    The edition that replaces it is due by the publisher's rhythm; where a kind of file is named,
    `claimscrub reference fetch` gets it, and `claimscrub reference import` takes it as published.
    """
    day = on.date() if on else today()
    tables, editions = described_tables(directory)
    pages = _pages()
    shown = [status_of(table, manifest, editions, pages, day) for table, manifest in tables]
    if form == "json":
        say_json([asdict(each) for each in shown])
        return
    for each in shown:
        echo(f"{each.table:<20} {each.state}")
        echo(f"{'':<20} next: {_next(each, day)}")
        if each.no_later:
            echo(f"{'':<20} not held: {each.no_later}")
        if each.renewed_by:
            echo(f"{'':<20} renewed by: {each.renewed_by}")
        for page in each.pages:
            echo(f"{'':<20} published at: {page}")


def _pages() -> Mapping[str, str]:
    """The publisher's page of each kind of file."""
    try:
        return {each.kind: each.page for each in read_addresses(shipped_addresses()).files}
    except (ConfigurationError, OSError) as problem:
        raise click.ClickException(str(problem)) from None


def status_of(
    table: str, manifest: Manifest, editions: Iterable[Edition], pages: Mapping[str, str], on: date
) -> TableStatus:
    """What one table can say on a day, and what comes after it; `pages` are those of each kind of file."""
    own = tuple(sorted((each for each in editions if each.table == table), key=lambda each: each.in_force_from))
    later = next((each for each in own if each.in_force_from > on), None)
    last = own[-1]
    says, until, state = _said(own, on)
    beyond = last.in_force_to + timedelta(days=1) if last.in_force_to else None
    return TableStatus(
        table=table,
        says=says,
        until=until,
        state=state,
        next_edition=later.name if later else None,
        next_from=later.in_force_from if later else beyond,
        next_due=None if later else last.published + timedelta(days=manifest.refresh_days),
        no_later=last.no_later,
        publisher=manifest.publisher,
        pages=tuple(
            dict.fromkeys(pages[name] for name, kind in KINDS.items() if table in kind.tables and name in pages)
        ),
        files={name: kind.title for name, kind in KINDS.items() if table in kind.tables},
        renewed_by=fetching(table),
    )


def _said(own: tuple[Edition, ...], on: date) -> tuple[Says, date | None, str]:
    reached = reach(own, on)
    if reached.edition and not reached.is_carried:
        ends = reached.edition.in_force_to
        return "all", ends, f"in force until {ends}" if ends else "in force, without a last day"
    until = reached.edition.trusted_to if reached.edition else None
    says: Says = "carried" if reached.is_carried else "nothing"
    for ending in endings(own, on):
        if says == "nothing" and ending.finds_open_rows:
            says = "open rows"
        return says, until, ending.in_words(on)
    between = f"no edition covers {on}"
    return says, until, f"{between}, carried forward until the next" if reached.is_carried else between


def _next(each: TableStatus, on: date) -> str:
    if each.next_edition:
        return f"edition {each.next_edition} from {each.next_from}, held already"
    if each.publisher == OURS:
        return "with a newer claimscrub"
    starts = f"an edition from {each.next_from}" if each.next_from else "a newer edition"
    due = f"{starts}, {'was' if each.next_due and each.next_due < on else 'is'} due {each.next_due}"
    files = "".join(f"{title} (import {kind}), " for kind, title in each.files.items())
    return f"{due}: {files}published by {each.publisher}"
