"""`claimscrub reference import`: import the publishers' own files."""

from datetime import datetime
from pathlib import Path
from textwrap import wrap

import click
from rich.progress import BarColumn, Progress, TextColumn

from worker.cli.reference.diff import show_changes
from worker.cli.reference.options import DAY, readable, with_directory, with_leniency, with_limit
from worker.cli.reference.store import read_published, write_folder
from worker.cli.shared.console import echo, err
from worker.reference.build.loading import read_folder
from worker.reference.errors import ReferenceDataError
from worker.reference.importing.kinds import KINDS
from worker.reference.importing.plan import ImportPlan, ImportStep, plan_import
from worker.reference.importing.published import ImportDates, ImportRefusedError, PublishedFile

# Wrapped here, as click keeps the lines of a list.
KINDS_TEXT = "\n".join(
    line
    for name, kind in KINDS.items()
    for line in wrap(f"{name:<15} {kind.title}: changes {', '.join(kind.tables)}", width=76, subsequent_indent=" " * 16)
)


@click.command(
    "import",
    help=f"""Import the publishers' own files, zipped or not, exactly as published.

    The new edition is written with its entry in table.toml and its checksum. A file of another kind, a truncated one
    and one that drops more than a tenth of the rows are refused; a refused import leaves the folder as it was. Cells
    that do not read are all named by row and column, and with --allow their rows are left out. Workbooks (.xlsx) are
    not read: take the text file that the publisher gives out with it, mostly in the same zip.

    \b
    {KINDS_TEXT.replace(chr(10), chr(10) + "    ")}

    \b
    Exit code 0: imported, or shown with --dry-run.
    Exit code 1: refused; the folder is as it was.

    \b
    Examples:
      claimscrub reference import asp-pricing october-2026.zip --dry-run
      claimscrub reference import mue practitioner.zip outpatient-hospital.zip
    """,
)
@click.argument("kind", type=click.Choice(list(KINDS)), metavar="KIND")
@click.argument(
    "paths", type=click.Path(path_type=Path, dir_okay=False, exists=True), nargs=-1, required=True, metavar="FILE..."
)
@click.option("--in-force-from", type=DAY, metavar="DATE", help="First date of service, if the file does not state it.")
@click.option("--in-force-to", type=DAY, metavar="DATE", help="Last date of service, if the file does not state it.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@with_leniency
@with_limit(5)
@with_directory
def import_files(  # noqa: PLR0913 - one parameter an option
    kind: str,
    paths: tuple[Path, ...],
    in_force_from: datetime | None,
    in_force_to: datetime | None,
    *,
    force: bool,
    allow: int,
    dry_run: bool,
    limit: int,
    directory: Path,
) -> None:
    """Plan the import, write it, and show what changed."""
    wanted = ImportDates(in_force_from.date() if in_force_from else None, in_force_to.date() if in_force_to else None)
    try:
        plan = _planned(kind, paths, wanted, directory, force=force, allow=allow)
        show_plan(plan, limit)
        if not dry_run:
            write_folder(directory, plan.files)
    except (ImportRefusedError, ReferenceDataError, OSError) as refused:
        raise click.ClickException(f"not imported, {directory} is as it was: {refused}") from None
    echo("Nothing was written." if dry_run else f"Imported into {directory}.")


def _planned(  # noqa: PLR0913 - what the command was given
    kind: str, paths: tuple[Path, ...], wanted: ImportDates, directory: Path, *, force: bool, allow: int
) -> ImportPlan:
    console = err()
    columns = (TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=len(paths) + 1)
        folder = readable(lambda: read_folder(directory))
        published: list[PublishedFile] = []
        for path in paths:
            progress.update(task, description=f"reading {path.name}")
            published.extend(read_published([path]))
            progress.advance(task)
        progress.update(task, description="comparing and verifying")
        plan = plan_import(folder, kind, published, wanted, force=force, allow=allow)
        progress.advance(task)
    return plan


def show_plan(plan: ImportPlan, limit: int) -> None:
    """Write which rows are left out, and of each new edition what it is, what it replaces, and what changes."""
    if rows := plan.left_out:
        echo("\n".join((f"left out for a cell that does not read: {len(rows):,}", *(f"  {row}" for row in rows))))
    for step in plan.steps:
        _show(step, limit)


def _show(step: ImportStep, limit: int) -> None:
    edition = step.edition
    until = edition.in_force_to or "open"
    echo(f"{edition.table}@{edition.name}: {edition.count:,} rows, {edition.in_force_from} to {until}")
    if step.replaced:
        echo(f"replaces {', '.join(step.replaced)}")
    echo(f"compared with {step.compared_with or 'nothing'}:")
    show_changes(step.changes, limit)
