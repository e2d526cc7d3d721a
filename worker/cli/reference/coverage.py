"""`claimscrub reference coverage`: which dates each table covers, and how old it is."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import click

from worker.cli.reference.options import DAY, described_tables, say_json, today, with_directory, with_format
from worker.cli.shared.console import echo
from worker.reference.build.endings import endings
from worker.reference.files.manifest import Manifest
from worker.reference.tables.edition import Edition


@dataclass(frozen=True, slots=True)
class TableCoverage:
    """What one table covers on a day; `gaps` are days between two editions that neither covers.

    `carried_to` is the last day on which its last edition is trusted beyond its end; None when it is not.
    """

    table: str
    title: str
    covers_from: date
    covers_to: date | None
    carried_to: date | None
    editions: int
    rows: int
    gaps: tuple[tuple[date, date], ...]
    age_days: int
    refresh_days: int
    is_overdue: bool
    has_ended: bool


@click.command("coverage")
@click.option("--on", type=DAY, metavar="DATE", help="The day for which the age is shown. [default: today]")
@with_directory
@with_format
def coverage(on: datetime | None, directory: Path, form: str) -> None:
    """Show for each table which dates it covers, its gaps, its rows and its age.

    A table is overdue when its newest edition is older than the publisher's rhythm, and ended when no edition covers
    the day itself: claims of that day are then held to the edition before, as far as its rows are carried forward,
    else not at all.
    """
    day = on.date() if on else today()
    tables, editions = described_tables(directory)
    held = [covered(table, manifest, editions, day) for table, manifest in tables]
    if form == "json":
        say_json([asdict(each) for each in held])
        return
    for each in held:
        bounds = f"{each.covers_from} to {each.covers_to or 'open'!s:<10}"
        state = _state(each, editions, day)
        echo(f"{each.table:<20} {bounds}  {each.rows:>7,} rows  {each.age_days:>5} days old  {state}")
        for first, last in each.gaps:
            echo(f"{'':<20} no edition from {first} to {last}")


def covered(table: str, manifest: Manifest, editions: Iterable[Edition], on: date) -> TableCoverage:
    """The coverage of one table on a day."""
    own = sorted((each for each in editions if each.table == table), key=lambda each: each.in_force_from)
    age = (on - max(each.published for each in own)).days
    return TableCoverage(
        table=table,
        title=manifest.title,
        covers_from=own[0].in_force_from,
        covers_to=own[-1].in_force_to,
        carried_to=own[-1].trusted_to,
        editions=len(own),
        rows=sum(each.rows for each in own),
        gaps=tuple(_gaps(own)),
        age_days=age,
        refresh_days=manifest.refresh_days,
        is_overdue=age > manifest.refresh_days,
        has_ended=not any(each.covers(on) for each in own),
    )


def _gaps(editions: list[Edition]) -> Iterable[tuple[date, date]]:
    one = timedelta(days=1)
    for earlier, later in pairwise(editions):
        if earlier.in_force_to and earlier.in_force_to + one < later.in_force_from:
            yield earlier.in_force_to + one, later.in_force_from - one


def _state(each: TableCoverage, editions: Iterable[Edition], on: date) -> str:
    states = [f"overdue, comes every {each.refresh_days} days" if each.is_overdue else ""]
    ended = [ending.in_words(on) for ending in endings(editions, on) if ending.table == each.table]
    states += ended or (["does not cover this day"] if each.has_ended else [])
    return "; ".join(state for state in states if state) or "current"
