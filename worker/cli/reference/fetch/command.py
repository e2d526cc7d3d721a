"""`claimscrub reference fetch`: keeps the tables current with the publishers' own files."""

import asyncio
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from worker.bootstrap import default_cache_directory, version
from worker.cli.reference.addresses import read_addresses, shipped_addresses
from worker.cli.reference.fetch.download import Patience, downloads
from worker.cli.reference.fetch.errors import NotFetchedError
from worker.cli.reference.fetch.gather import ByHand, Gathered, Gathering, Held, Wanted
from worker.cli.reference.fetch.kept import KeptFiles
from worker.cli.reference.imports import show_plan
from worker.cli.reference.options import DAY, readable, today, with_directory, with_leniency, with_limit
from worker.cli.reference.store import read_published, write_folder
from worker.cli.shared.console import echo, err
from worker.errors import ConfigurationError
from worker.reference.build.building import DATED_BY, read_manifests
from worker.reference.build.loading import read_folder
from worker.reference.errors import ReferenceDataError
from worker.reference.fetching.publications import Publication, PublisherTable
from worker.reference.files.manifest import Manifest
from worker.reference.importing.kinds import KINDS
from worker.reference.importing.plan import ImportPlan, plan_import
from worker.reference.importing.published import ImportDates, ImportRefusedError, quarter_of

EXIT_FAILED: Final = 1
EXIT_WAITING: Final = 3
Result = TypeVar("Result")
QUARTER: Final = re.compile(r"20\d\d[qQ][1-4]")
FIRST_KINDS: Final = ("hcpcs",)
"""Imported before the others, which name its codes."""


@click.command("fetch")
@click.argument("kinds", type=click.Choice(list(KINDS)), nargs=-1, metavar="[KIND]...")
@click.option("--quarter", metavar="YYYYqN", help="The quarter to fetch, such as 2026q4. [default: all newer ones]")
@click.option("--yes", is_flag=True, help="Import what was fetched. Without it nothing changes but the kept files.")
@click.option("--offline", is_flag=True, help="Ask no publisher: take what is kept, and say what to download by hand.")
@with_leniency
@with_limit(5)
@click.option(
    "--files",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: (default_cache_directory() or Path()) / "published",
    metavar="DIR",
    help="Where the publishers' files are kept. [default: published in the folder of compiled tables]",
)
@click.option(
    "--publishers",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=shipped_addresses,
    metavar="FILE",
    help="The addresses of the publishers' pages. [default: publishers.toml shipped with claimscrub]",
)
@click.option(
    "--patience",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a publisher may be silent.",
)
@click.option("--as-of", type=DAY, metavar="DATE", help="The day on which an edition is due or not. [default: today]")
@with_directory
def fetch(  # noqa: PLR0913, PLR0917 - one parameter an option
    kinds: tuple[str, ...],
    quarter: str | None,
    files: Path,
    publishers: Path,
    patience: float,
    as_of: datetime | None,
    directory: Path,
    *,
    yes: bool,
    offline: bool,
    force: bool,
    allow: int,
    limit: int,
) -> None:
    """Fetch the publishers' newer files, show what they change, and with --yes import them.

    KIND is a kind of file that `claimscrub reference import` takes; without one all are fetched. A file is looked for
    on the page of its publisher, resumed where it broke off, verified (size, form, checksum, rows in common with the
    edition held), kept, and not downloaded again while the publisher says that it has not changed. HTTPS_PROXY,
    HTTP_PROXY and NO_PROXY are heeded.

    Where a publisher asks for the acceptance of a license, and where nothing can be reached, the command says what to
    download by hand and where to put it; run again, it takes what is there.

    \b
    Exit code 0: the tables hold what the publishers list.
    Exit code 1: something could not be fetched, or was refused.
    Exit code 3: something waits for you: --yes, or a download by hand.

    \b
    Examples:
      claimscrub reference fetch                 what there is, and changes
      claimscrub reference fetch --yes           the same, imported
      claimscrub reference fetch mue --quarter 2026q4
    """  # noqa: D301 - the escape is a sign to click
    if quarter and not QUARTER.fullmatch(quarter):
        raise click.UsageError(f"--quarter: expected a quarter such as 2026q4, found {quarter}")
    wanted = Wanted(quarter.lower() if quarter else None, as_of.date() if as_of else today())
    table, kept = _opened(lambda: read_addresses(publishers)), _opened(lambda: KeptFiles(files))
    content = readable(lambda: read_folder(directory))
    held = {name: _held(manifest, name) for name, manifest in readable(lambda: read_manifests(content)).items()}
    chosen = [each for each in table.files if not kinds or each.kind in kinds]
    if missing := sorted(set(kinds) - {each.kind for each in chosen}):
        raise click.ClickException(f"{publishers}: expected an address for {', '.join(missing)}, found none")
    gathered = asyncio.run(_gather(chosen, table, kept, held, wanted, Patience.of(patience), is_offline=offline))
    run = _Run(content, force=force, allow=allow, limit=limit)
    for each in sorted(gathered, key=lambda each: each.publication.kind not in FIRST_KINDS):
        run.take(each)
    run.end(directory, is_told_to_import=yes)


def _opened(read: Callable[[], Result]) -> Result:
    try:
        return read()
    except (ConfigurationError, NotFetchedError, OSError) as problem:
        raise click.ClickException(str(problem)) from None


async def _gather(  # noqa: PLR0913, PLR0917 - what is asked, of whom, and how long
    chosen: Sequence[Publication],
    table: PublisherTable,
    kept: KeptFiles,
    held: Mapping[str, Held],
    wanted: Wanted,
    patience: Patience,
    *,
    is_offline: bool,
) -> list[Gathered]:
    console = err()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        tasks = {}

        def progress(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = shown.add_task(name, total=total)
            shown.update(tasks[name], completed=done, total=total)

        async with downloads(table, kept, patience, version()) as session:
            gathering = Gathering(None if is_offline else session, kept, progress)
            return [await gathering.gather(each, held[KINDS[each.kind].tables[0]], wanted) for each in chosen]


def _held(manifest: Manifest, table: str) -> Held:
    newest = manifest.editions[-1]
    is_only = DATED_BY[table] == "row"
    due = newest.published + timedelta(days=manifest.refresh_days)
    return Held(newest.published if is_only else newest.in_force_from, due, is_only)


class _Run:
    """Plans the imports one after the other, writes what they change, and remembers how the command ends."""

    def __init__(self, files: Mapping[str, bytes], *, force: bool, allow: int, limit: int) -> None:
        self._files = files
        self._force = force
        self._allow = allow
        self._limit = limit
        self._editions: list[str] = []
        self._has_failed = False
        self._waits = False

    def take(self, gathered: Gathered) -> None:
        """Say what became of one kind, and plan the import of what is at hand."""
        kind = gathered.publication.kind
        echo(f"{kind}: {KINDS[kind].title}")
        for note in gathered.notes:
            echo(f"  {note}")
        for failure in gathered.failures:
            echo(f"  FAILED: {failure}")
            self._has_failed = True
        for each in gathered.by_hand:
            _show_by_hand(each)
            self._waits = True
        for edition in sorted(gathered.editions, key=lambda each: each.day):
            self._plan(gathered.publication, edition.day, edition.paths)

    def _plan(self, publication: Publication, day: date, paths: Sequence[Path]) -> None:
        start = day if publication.dated == "by name" else None
        try:
            published = list(read_published(paths, publication.members))
            dates = ImportDates(start)
            plan = plan_import(self._files, publication.kind, published, dates, force=self._force, allow=self._allow)
            _refuse_other_quarter(plan, day, paths)
        except (ImportRefusedError, ReferenceDataError, OSError) as refused:
            echo(f"  REFUSED: {refused}")
            self._has_failed = True
            return
        if plan.files == self._files:
            echo(f"  {quarter_of(day)}: held already, nothing changes")
            return
        show_plan(plan, self._limit)
        self._editions.extend(f"{step.edition.table}@{step.edition.name}" for step in plan.steps)
        self._files = plan.files

    def end(self, directory: Path, *, is_told_to_import: bool) -> None:
        """Write the folder if told to, and end the command with what it has come to."""
        if self._editions and is_told_to_import:
            try:
                write_folder(directory, self._files)
            except OSError as refused:
                raise click.ClickException(f"not imported, {directory} is as it was: {refused}") from None
            echo(f"Imported into {directory}: {', '.join(self._editions)}.")
            echo(f"`claimscrub reference publish {directory}` brings them to running workers.")
        elif self._editions:
            echo(f"Nothing was imported, {directory} is as it was. With --yes: {', '.join(self._editions)}.")
            self._waits = True
        if self._has_failed:
            sys.exit(EXIT_FAILED)
        if self._waits:
            sys.exit(EXIT_WAITING)


def _refuse_other_quarter(plan: ImportPlan, day: date, paths: Sequence[Path]) -> None:
    found = quarter_of(plan.steps[0].edition.published)
    if found != quarter_of(day):
        names = ", ".join(path.name for path in paths)
        raise ImportRefusedError(f"{names}: expected an edition of {quarter_of(day)} by the name, found one of {found}")


def _show_by_hand(each: ByHand) -> None:
    echo(f"  BY HAND: {each.why}")
    for link in each.links:
        echo(f"    open  {link}")
    parts = ", all numbered parts of each" if each.has_parts else ""
    echo(f"    save  files named like {' and '.join(each.named_like)}{parts}, as they are")
    echo(f"    into  {each.folder}")
