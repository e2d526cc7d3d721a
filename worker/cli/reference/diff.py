"""`claimscrub reference diff`: what changes from one edition or folder to another, and for which claims."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

import click

from worker.bootstrap import MAX_MESSAGE_BYTES, build_pipeline
from worker.cli.reference.claims import ChangedClaim, changed_claims
from worker.cli.reference.options import DAY, readable, say_json, today, with_directory, with_format, with_limit
from worker.cli.shared.console import echo
from worker.pipeline.scrub import Pipeline
from worker.reference.build.building import EVERY_EDITION, build
from worker.reference.build.comparison import Change, compare_editions, compare_folders
from worker.reference.build.loading import read_folder
from worker.reference.tables.snapshot import Snapshot


@click.command("diff")
@click.argument("before", metavar="EDITION")
@click.argument("after", metavar="EDITION")
@click.option(
    "--claims",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Recorded claims, one JSON document per line: scrub each under both, and list those whose verdict changes.",
)
@click.option("--as-of", type=DAY, metavar="DATE", help="The day the claims count as received on. [default: today]")
@with_limit(20)
@with_directory
@with_format
def diff(  # noqa: PLR0913, PLR0917 - one parameter an option
    before: str, after: str, claims: Path | None, as_of: datetime | None, limit: int, directory: Path, form: str
) -> None:
    """Show what changes between two editions of a table, or between two reference folders.

    EDITION is table@name, such as `containers@2025q4 containers@2026q1`, or a folder. With --claims an edition answers
    alone for its table on every date of service, so that one quarter of claims can be checked against both.
    """
    old, new = _side(before, directory), _side(after, directory)
    if old.table != new.table:
        raise click.UsageError("expected two editions of one table, or two folders")
    changes = old.changes_to(new)
    verdicts = _verdicts(old, new, claims, as_of.date() if as_of else today()) if claims else None
    if form == "json":
        counts = Counter((change.table, change.kind) for change in changes)
        say_json(
            {
                "before": before,
                "after": after,
                "summary": [{"table": table, "kind": kind, "count": count} for (table, kind), count in counts.items()],
                "changes": [asdict(change) for change in changes],
                "claims": None if verdicts is None else [asdict(verdict) for verdict in verdicts],
            }
        )
        return
    show_changes(changes, limit)
    if verdicts is not None:
        _show_verdicts(verdicts)


class _Side:
    """One of the two things compared: a whole folder, or one edition of one table in it."""

    def __init__(self, files: Mapping[str, bytes], table: str | None, edition: str | None) -> None:
        self.files = files
        self.table = table
        self.edition = edition

    def changes_to(self, other: "_Side") -> tuple[Change, ...]:
        if self.table is None or self.edition is None or other.edition is None:
            return compare_folders(self.files, other.files)
        try:
            return compare_editions(self.table, (self.files, self.edition), (other.files, other.edition))
        except KeyError as missing:
            raise click.UsageError(f"no edition or table {missing.args[0]}; `reference editions` lists them") from None

    def snapshot(self) -> Snapshot:
        only = {self.table: self.edition} if self.table and self.edition else EVERY_EDITION
        return build(self.files, only)


def _side(name: str, directory: Path) -> _Side:
    table, separator, edition = name.partition("@")
    if separator:
        return _Side(readable(lambda: read_folder(directory)), table, edition)
    if not Path(name).is_dir():
        raise click.UsageError(f"{name}: expected table@edition or a folder")
    return _Side(readable(lambda: read_folder(Path(name))), None, None)


def show_changes(changes: Sequence[Change], limit: int) -> None:
    """Write the changes by table and kind, at most so many rows of each."""
    if not changes:
        echo("Nothing changes.")
    ordered = sorted(changes, key=lambda change: (change.table, change.kind))
    for (table, kind), group in groupby(ordered, key=lambda change: (change.table, change.kind)):
        members = list(group)
        echo(f"{table}: {kind}: {len(members):,}")
        shown = members[:limit] if limit else members
        for change in shown:
            cells = f"  {change.column}: {change.before or 'nothing'} -> {change.after or 'nothing'}"
            echo(f"  {change.key}{cells if change.column else ''}")
        if len(shown) < len(members):
            echo(f"  and {len(members) - len(shown):,} more")


def _verdicts(old: _Side, new: _Side, claims: Path, on: date) -> list[ChangedClaim]:
    base = readable(build_pipeline)
    pipelines = [_under(base, readable(side.snapshot)) for side in (old, new)]
    return list(changed_claims(claims, pipelines[0], pipelines[1], on))


def _under(base: Pipeline, snapshot: Snapshot) -> Pipeline:
    return Pipeline(
        edits=base.edits,
        profiles=base.profiles,
        guides=base.guides,
        snapshot=snapshot,
        ruleset=base.ruleset,
        clock=lambda: 0.0,
        max_bytes=MAX_MESSAGE_BYTES,
    )


def _show_verdicts(verdicts: Sequence[ChangedClaim]) -> None:
    echo(f"claims whose verdict changes: {len(verdicts):,}")
    for verdict in verdicts:
        echo(f"  line {verdict.line}: {verdict.before} -> {verdict.after}")
        for sign, findings in (("-", verdict.findings_gone), ("+", verdict.findings_added)):
            for finding in findings:
                echo(f"    {sign} {finding}")
