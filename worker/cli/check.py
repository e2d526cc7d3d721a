"""`claimscrub check`: scrubs claim files without a broker."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.cli.claim_files import Found, NoClaimFileError, expand, read_claims, total_bytes
from worker.cli.configuration import load_pipeline
from worker.cli.console import DAY, EXIT_ALL_SCRUBBED, EXIT_SOME_NOT, EXIT_UNREADABLE, err, out, today
from worker.cli.outcome_text import show_outcome, show_unreadable
from worker.cli.summary import Summary
from worker.pipeline.scrub import Pipeline, Scrubbed

_MANY_BYTES: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user wants to see."""

    as_json: bool
    with_coverage: bool
    is_quiet: bool


@click.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    show_default=True,
    help="Text to read, or one outcome message a line as it would stand on the topic.",
)
@click.option("--profile", metavar="NAME", help="Hold every claim to this payer profile instead of the payer's own.")
@click.option("--as-of", type=DAY, metavar="DATE", help="The day the claims count as received on. [default: today]")
@click.option(
    "--config",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder with payers, guides and reference tables. [default: the ones that came with claimscrub]",
)
@click.option("--coverage", is_flag=True, help="Also say for each claim which edits were checked and which were not.")
@click.option("-q", "--quiet", is_flag=True, help="Show the summary only.")
def command(  # noqa: PLR0913 - one parameter an option
    paths: tuple[str, ...],
    form: str,
    profile: str | None,
    as_of: datetime | None,
    config: Path | None,
    *,
    coverage: bool,
    quiet: bool,
) -> None:
    """Scrub claim files on this machine, without Kafka.

    PATH is a file or a folder of files: `.json` holds one claim or an array of claims, `.jsonl` and `.ndjson` one
    claim a line. `-` reads stdin.

    For each claim you see whether it may go out (SCRUBBED), would be sent back (REJECTED) or needs documents
    (PENDED), then every finding with the line, the field and the box of the CMS-1500 form, and what to do.

    \b
    Exit code 0: every claim may go out.
    Exit code 1: at least one claim is rejected or pended.
    Exit code 2: something could not be read as a claim, or the command was misspelt.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    wanted = Wanted(as_json=form == "jsonl", with_coverage=coverage, is_quiet=quiet)
    day = as_of.date() if as_of else today()
    try:
        files = expand(paths)
        pipeline = load_pipeline(config, on=day, profile=profile)
        summary = _scrub(files, pipeline, day, wanted)
    except NoClaimFileError as error:
        raise click.UsageError(str(error)) from None
    if not wanted.as_json:
        summary.show(out())
    sys.stdout.flush()
    sys.exit(_exit_code(summary))


def _exit_code(summary: Summary) -> int:
    if summary.outcomes["unreadable"]:
        return EXIT_UNREADABLE
    return EXIT_ALL_SCRUBBED if summary.outcomes["scrubbed"] == summary.total else EXIT_SOME_NOT


def _scrub(files: list[str], pipeline: Pipeline, day: date, wanted: Wanted) -> Summary:
    summary = Summary()
    console, errors = out(), err()
    with _progress(files, errors, wanted) as progress:
        for found in read_claims(files, MAX_MESSAGE_BYTES, lambda size: progress.advance(progress.task_ids[0], size)):
            scrubbed = pipeline.scrub(found.value, day)
            summary.add(scrubbed)
            if wanted.as_json:
                _write(found, scrubbed, errors, wanted)
            elif not wanted.is_quiet:
                _show(found, scrubbed, console, wanted)
    return summary


def _write(found: Found, scrubbed: Scrubbed, errors: Console, wanted: Wanted) -> None:
    """Write messages only to stdout; what is no claim is said on stderr."""
    if scrubbed.message is not None:
        sys.stdout.buffer.write(scrubbed.message + b"\n")
    elif scrubbed.dead_letter and not wanted.is_quiet:
        show_unreadable(errors, found, scrubbed.dead_letter)


def _show(found: Found, scrubbed: Scrubbed, console: Console, wanted: Wanted) -> None:
    if scrubbed.outcome is not None:
        show_outcome(console, found, scrubbed.outcome, with_coverage=wanted.with_coverage)
    elif scrubbed.dead_letter:
        show_unreadable(console, found, scrubbed.dead_letter)


@contextmanager
def _progress(files: list[str], console: Console, wanted: Wanted) -> Iterator[Progress]:
    """Show a bar on stderr where the claims are many and do not themselves go to the terminal."""
    total = total_bytes(files)
    is_talkative = sys.stdout.isatty() and not wanted.is_quiet
    is_shown = console.is_terminal and not is_talkative and (total is None or total > _MANY_BYTES)
    columns = (TextColumn("scrubbing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not is_shown) as progress:
        progress.add_task("scrubbing", total=total)
        yield progress
