"""`claimscrub check`: scrubs claim files without a broker."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.cli.claim_files import STDIN, Found, NoClaimFileError, expand, read_claims, total_bytes
from worker.cli.configuration import config_option, edits_option, load_pipeline
from worker.cli.console import DAY, EXIT_ALL_SCRUBBED, EXIT_SOME_NOT, EXIT_UNREADABLE, counted, err, out, say, today
from worker.cli.corrections import correct, show_correction
from worker.cli.outcome_text import show_outcome, show_problem, show_unreadable
from worker.cli.rewrite import Replacement, rewrite
from worker.cli.summary import Summary
from worker.pipeline.scrub import Pipeline, Scrubbed

_MANY_BYTES: Final = 512 * 1024
_NOT_WRITTEN_BACK: Final = (
    "{file}: an X12 or FHIR file is not changed in place; use `check --fix --format jsonl` and `convert`"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user wants to see and to have done."""

    as_json: bool
    with_coverage: bool
    is_quiet: bool
    is_fixing: bool = False
    is_unsafe: bool = False
    is_writing: bool = False


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
@config_option
@edits_option
@click.option("--coverage", is_flag=True, help="Also say for each claim which edits were checked and which were not.")
@click.option("--fix", is_flag=True, help="Make the safe corrections, show them, and scrub again.")
@click.option("--unsafe-fixes", is_flag=True, help="Also make those that are right only if the record says so.")
@click.option("--write", is_flag=True, help="Write the corrected claims back to their files.")
@click.option("-q", "--quiet", is_flag=True, help="Show the summary only.")
def command(  # noqa: PLR0913 - one parameter an option
    paths: tuple[str, ...],
    form: str,
    profile: str | None,
    as_of: datetime | None,
    config: Path | None,
    *,
    user_edits: Path | None,
    coverage: bool,
    fix: bool,
    unsafe_fixes: bool,
    write: bool,
    quiet: bool,
) -> None:
    """Scrub claim files on this machine, without Kafka.

    PATH is a file or a folder of files: `.json` holds one claim or an array of claims, `.jsonl` and `.ndjson` one
    claim a line. Interchanges of 837P and 837I are known by their ISA, FHIR R4 Claims and Bundles by their
    resourceType. `-` reads stdin.

    For each claim you see whether it may go out (SCRUBBED), would be sent back (REJECTED) or needs documents
    (PENDED), then every finding with the line, the field and the box of the CMS-1500 form, and what to do.

    With --fix you see each correction as a difference, whether its finding is gone, and the claim as it is then. No
    file is changed without --write, and no claim is written in which a correction brought a finding of its own.

    \b
    Exit code 0: every claim may go out; with --fix, as corrected.
    Exit code 1: at least one claim is rejected or pended.
    Exit code 2: something could not be read as a claim, or the command was misspelt.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    is_fixing = fix or unsafe_fixes
    if write and (not is_fixing or STDIN in paths):
        raise click.UsageError("--write needs --fix or --unsafe-fixes, and files instead of stdin")
    wanted = Wanted(form == "jsonl", coverage, quiet, is_fixing, unsafe_fixes, write)
    day = as_of.date() if as_of else today()
    try:
        files = expand(paths)
        pipeline = load_pipeline(config, user_edits=user_edits, on=day, profile=profile)
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
    rewritten: dict[str, list[Replacement]] = {}
    with _progress(files, errors, wanted) as progress:
        read = read_claims(files, MAX_MESSAGE_BYTES, lambda size: progress.advance(progress.task_ids[0], size))
        for found in _claims(read, summary, errors if wanted.as_json else console, wanted):
            scrubbed, correction = pipeline.scrub(found.value, day), None
            if wanted.is_fixing:
                correction = correct(pipeline, found.value, scrubbed, day, unsafe=wanted.is_unsafe)
                scrubbed = correction.scrubbed if correction else scrubbed
            summary.add(scrubbed)
            if correction and correction.made and not correction.new:
                if found.is_mapped and wanted.is_writing:
                    raise NoClaimFileError(_NOT_WRITTEN_BACK.format(file=found.source))
                rewritten.setdefault(found.source, []).append((found.value, correction.value))
            if wanted.as_json:
                _write(found, scrubbed, errors, wanted)
            elif not wanted.is_quiet:
                value = correction.value if correction else found.value
                _show(replace(found, value=value), scrubbed, console, wanted)
                if correction:
                    show_correction(console, found, correction)
                    console.print()
    if wanted.is_writing:
        for file, replacements in rewritten.items():
            rewrite(file, replacements)
            say(errors, f"{file}: {counted(len(replacements), 'claim')} corrected")
    return summary


def _claims(read: Iterator[Found], summary: Summary, console: Console, wanted: Wanted) -> Iterator[Found]:
    """Yield the claims, and say what is wrong between them in X12 and FHIR; what was not read counts as unreadable."""
    for found in read:
        if found.problem is None:
            yield found
            continue
        if not found.is_passed_over:
            summary.add_unreadable()
        if not wanted.is_quiet:
            show_problem(console, found)


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
