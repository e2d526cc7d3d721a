"""`claimscrub check`: scrubs claim files without a broker."""

import sys
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import click

from schemas.outcome import BasisLevel
from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.cli.check.history_place import place_of
from worker.cli.check.in_order import check_in_order
from worker.cli.check.portion import CheckOptions, Job, Portion, Screen, check_portion
from worker.cli.check.rewrite import Replacement, rewrite
from worker.cli.check.summary import Summary
from worker.cli.shared.claim_files import ClaimInput, read_what_can_be_read
from worker.cli.shared.claim_paths import STDIN, ClaimFileError, expand_what_is_there
from worker.cli.shared.configuration import config_option, edits_option
from worker.cli.shared.console import (
    DAY,
    EXIT_ALL_SCRUBBED,
    EXIT_SOME_NOT,
    EXIT_UNREADABLE,
    echo_json,
    err,
    out,
    pass_on,
    say,
    today,
)
from worker.cli.shared.in_parallel import PORTION, in_order, portions, processes_option
from worker.cli.shared.progress import progress_over
from worker.reference.build.endings import endings
from worker.wording.counts import counted

_NOT_WRITTEN_BACK: Final = (
    "{file}: an X12 or FHIR file is not changed in place; use `check --fix --format jsonl` and `convert`"
)


@click.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    show_default=True,
    help="Text to read, or one outcome message per line, as on the topic.",
)
@click.option("--profile", metavar="NAME", help="Hold every claim to this payer profile instead of the payer's own.")
@click.option("--as-of", type=DAY, metavar="DATE", help="The day the claims count as received on. [default: today]")
@config_option
@edits_option
@click.option("--coverage", is_flag=True, help="Also show for each claim which edits were checked and which were not.")
@click.option(
    "--require-basis",
    type=click.Choice(["full", "carried"]),
    help="End with 1 when a claim rests on less: on tables that lack its days, or (full) on an earlier edition.",
)
@click.option(
    "--history",
    is_flag=True,
    help="Judge each claim knowing those of the same patient before it, in the order of the files.",
)
@click.option(
    "--history-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="As --history, and keep what is remembered in FILE for the next time. Its key is beside it, in FILE.key: "
    "both are made where neither is there, and without the key the file cannot be used.",
)
@click.option(
    "--history-since",
    type=DAY,
    metavar="DATE",
    help="The first day from which the files hold every claim that was sent. [default: the day of --as-of]",
)
@click.option("--fix", is_flag=True, help="Make the safe corrections, show them, and scrub again.")
@click.option("--unsafe-fixes", is_flag=True, help="Also make those that are right only if the record says so.")
@click.option("--write", is_flag=True, help="Write the corrected claims back to their files.")
@click.option(
    "--debug", is_flag=True, help="Say on stderr where an edit failed, with its error, which may quote the claim."
)
@click.option("-q", "--quiet", is_flag=True, help="Show the summary only.")
@processes_option
def command(  # noqa: PLR0913 - one parameter an option
    paths: tuple[str, ...],
    form: str,
    profile: str | None,
    as_of: datetime | None,
    config: Path | None,
    *,
    user_edits: Path | None,
    require_basis: str | None,
    coverage: bool,
    history: bool,
    history_file: Path | None,
    history_since: datetime | None,
    fix: bool,
    unsafe_fixes: bool,
    write: bool,
    debug: bool,
    quiet: bool,
    processes: int,
) -> None:
    """Scrub claim files on this machine, without Kafka.

    PATH is a file or a folder of files: `.json` holds one claim or an array of claims, `.jsonl` and `.ndjson` one
    claim per line. Interchanges of 837P and 837I are recognized by their ISA, FHIR R4 Claims and Bundles by their
    resourceType. `-` reads stdin.

    For each claim you see whether it can be sent (SCRUBBED), would be returned (REJECTED) or needs documents
    (PENDED), then every finding with the line, the field and the box of the CMS-1500 form, and what to do.

    With --fix you see each correction as a diff, whether its finding is gone, and the corrected claim. No
    file is changed without --write, and no claim is written whose correction caused a new finding.

    With --history, duplicates, doses that come too soon, and units over several claims are found as well. Without it
    every claim is judged alone. What can be sent is remembered: codes, days, units and amounts, and of numbers only
    what knows them again. A line of a file may be a payer's decision on an earlier claim (schemas/decision.py): one
    that was returned is free to be sent anew.

    Members of a claim that neither an edit nor the writer of 837s knows are named. What cannot be read is named with
    the reason and the place; the rest is scrubbed.

    \b
    Exit code 0: every claim can be sent; with --fix, as corrected.
    Exit code 1: at least one claim is rejected or pended, or rests on less than
                 --require-basis.
    Exit code 2: a file or a claim could not be read, or the command was
                 misspelled.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    is_fixing = fix or unsafe_fixes
    if write and (not is_fixing or STDIN in paths):
        raise click.UsageError("--write needs --fix or --unsafe-fixes, and files instead of stdin")
    remembers = history or history_file is not None
    if remembers and is_fixing:
        raise click.UsageError("--history judges claims as they are; correct them first, by --fix without --history")
    if history_since and not remembers:
        raise click.UsageError("--history-since needs --history or --history-file")
    wanted = CheckOptions(form == "jsonl", coverage, quiet, is_fixing, unsafe_fixes, write, debug)
    day = as_of.date() if as_of else today()
    try:
        files = expand_what_is_there(paths)
        place = place_of(history_file, history_since.date() if history_since else None, day) if remembers else None
        job = Job(config, user_edits, profile, day, wanted, Screen.of(out()), Screen.of(err()), place)
        pipeline = job.load_pipeline()  # so that what is wrong with the configuration is said before a claim is read
        for each in pipeline.profiles.suppression_ends():
            if each.has_lapsed(day):
                say(err(), f"Note: {each.in_words(day)}.")
        summary = _check(files, job, processes)
    except ClaimFileError as error:
        raise click.UsageError(str(error)) from None
    if not wanted.as_json:
        summary.show(out(), endings(pipeline.snapshot.editions, day), day)
        if place is not None:
            summary.show_history(out(), place.since, day)
    sys.stdout.flush()
    required = BasisLevel(require_basis) if require_basis else BasisLevel.PARTIAL
    if too_few := summary.resting_on_less_than(required):
        say(err(), f"--require-basis {required.value}: {counted(too_few, 'claim rests', 'claims rest')} on less.")
    sys.exit(_exit_code(summary, required))


def _exit_code(summary: Summary, required: BasisLevel) -> int:
    if summary.outcomes["unreadable"]:
        return EXIT_UNREADABLE
    if summary.resting_on_less_than(required):
        return EXIT_SOME_NOT
    return EXIT_ALL_SCRUBBED if summary.outcomes["scrubbed"] == summary.total else EXIT_SOME_NOT


def _check(files: list[str], job: Job, processes: int) -> Summary:
    """Scrub what is in the files, write what is wanted in the order of the claims, and return the counts."""
    summary, wanted = Summary(), job.wanted
    rewritten: dict[str, list[Replacement]] = {}
    with progress_over(files, writes_claims=not wanted.is_quiet) as done:
        read = read_what_can_be_read(files, MAX_MESSAGE_BYTES, done)
        for portion in _made(job, read, processes):
            summary.merge(portion.summary)
            for message in portion.messages:
                echo_json(message)
            pass_on(portion.text)
            pass_on(portion.errors, is_error=True)
            for found, replacement in portion.corrected:
                if found.is_mapped and wanted.is_writing:
                    raise ClaimFileError(_NOT_WRITTEN_BACK.format(file=found.source))
                rewritten.setdefault(found.source, []).append(replacement)
    if wanted.is_writing:
        for file, replacements in rewritten.items():
            rewrite(file, replacements)
            say(err(), f"{file}: {counted(len(replacements), 'claim')} corrected")
    return summary


def _made(job: Job, read: Iterator[ClaimInput], processes: int) -> Iterator[Portion]:
    if job.history is not None:
        return check_in_order(job, job.history, read, processes)
    return in_order(partial(check_portion, job), portions(read, PORTION), processes)
