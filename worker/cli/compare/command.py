"""`claimscrub compare`: which claims two configurations judge differently."""

import sys
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path

import click

from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.cli.compare.portion import ComparedClaim, CompareJob, GivenClaim, compare_portion
from worker.cli.compare.sides import NO_EDITS, AskedSides
from worker.cli.compare.tally import Tally
from worker.cli.compare.written import ComparisonWriter, CsvWriter, JsonWriter, TextWriter, versions_of
from worker.cli.shared.claim_files import ClaimInput, read_what_can_be_read
from worker.cli.shared.claim_paths import ClaimFileError, expand_what_is_there
from worker.cli.shared.configuration import config_option, edits_option
from worker.cli.shared.console import DAY, EXIT_ALL_SCRUBBED, EXIT_SOME_NOT, EXIT_UNREADABLE, err, today
from worker.cli.shared.in_parallel import PORTION, in_order, portions, processes_option
from worker.cli.shared.progress import progress_over
from worker.cli.shared.selection import MOMENT, in_utc
from worker.cli.text.outcome import show_problem, show_unreadable


@click.command("compare")
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@config_option
@edits_option
@click.option("--profile", metavar="NAME", help="Hold every claim to this payer profile instead of the payer's own.")
@click.option(
    "--against",
    metavar="DIR|REVISION",
    help="Folder with the configuration to compare with, or a git revision of --config and --edits. "
    "[default: that of --config]",
)
@click.option(
    "--against-edits",
    metavar="DIR",
    help=f"Folder with the own edits of that configuration, or {NO_EDITS}. [default: those of --edits]",
)
@click.option("--against-profile", metavar="NAME", help="As --profile, there. [default: that of --profile]")
@click.option("--topic", metavar="TOPIC", help="Compare over the claims of this topic instead: inbound, scrubbed, ...")
@click.option(
    "--since", type=MOMENT, metavar="TIME", help="Of the topic, what was written at or after this time (UTC)."
)
@click.option("--until", type=MOMENT, metavar="TIME", help="Of the topic, what was written before this time (UTC).")
@click.option(
    "--as-of",
    type=DAY,
    metavar="DATE",
    help="The day the claims count as received on. [default: today, and of a topic that of each record]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="Tables to read, one JSON document with every difference, or a row for each.",
)
@click.option(
    "--show",
    "most",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="N",
    help="How many of the claims that flip the text names.",
)
@processes_option
def command(  # noqa: PLR0913 - one parameter an option
    paths: tuple[str, ...],
    config: Path | None,
    *,
    user_edits: Path | None,
    profile: str | None,
    against: str | None,
    against_edits: str | None,
    against_profile: str | None,
    topic: str | None,
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
    form: str,
    most: int,
    processes: int,
) -> None:
    """Show which claims two configurations judge differently, and why.

    PATH is what `claimscrub check` takes. Each claim is judged twice, alone (without earlier claims): by the
    configuration that is compared with (before) and by that of --config, --edits and --profile (after). What differs
    is added up by edit, payer and charges: a claim flips where it goes elsewhere, and findings are new or gone. An edit
    is undecided where it has no data now or fails, and was not before; decided the other way round.

    `claimscrub compare claims.jsonl --against HEAD~1` shows what the last commit to the configuration changes. The code
    is that of this claimscrub on both sides.

    Claims are named by file and place; nothing that identifies a patient is written.

    \b
    Exit code 0: no claim flips.
    Exit code 1: at least one does.
    Exit code 2: a file or a claim could not be read, or the command was misspelled.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    if bool(paths) is (topic is not None):
        raise click.UsageError("name files or folders, or a --topic")
    if topic is None and (since or until):
        raise click.UsageError("--since and --until need --topic")
    asked = AskedSides(config, user_edits, profile, against, against_edits, against_profile)
    day = as_of.date() if as_of else None
    with asked.opened() as sides:
        job = CompareJob(*sides)
        # So that what is wrong with a configuration is said before a claim is read.
        loaded = job.load_pipelines()
        versions = [versions_of(side.name, pipeline) for side, pipeline in zip(sides, loaded, strict=True)]
        writer = _writer(form, versions, most)
        try:
            if topic is not None:
                tally = _compare(job, _of_topic(topic, since, until, day), writer, processes)
            else:
                tally = _of_files(job, paths, day or today(), writer, processes)
        except ClaimFileError as error:
            raise click.UsageError(str(error)) from None
    writer.end(tally)
    sys.stdout.flush()
    if tally.unreadable:
        sys.exit(EXIT_UNREADABLE)
    sys.exit(EXIT_SOME_NOT if tally.all.flips else EXIT_ALL_SCRUBBED)


def _writer(form: str, versions: list[dict[str, str]], most: int) -> ComparisonWriter:
    if form == "csv":
        return CsvWriter()
    before, after = versions
    return JsonWriter(before, after) if form == "json" else TextWriter(before, after, most)


def _of_files(job: CompareJob, paths: tuple[str, ...], day: date, writer: ComparisonWriter, processes: int) -> Tally:
    files = expand_what_is_there(paths)
    with progress_over(files, writes_claims=not isinstance(writer, TextWriter)) as done:
        read = read_what_can_be_read(files, MAX_MESSAGE_BYTES, done)
        return _compare(job, (GivenClaim(found, day) for found in read), writer, processes)


def _of_topic(topic: str, since: datetime | None, until: datetime | None, day: date | None) -> Iterator[GivenClaim]:
    # Comparing files loads no Kafka client.
    from worker.cli.shared.broker import read_settings  # noqa: PLC0415 - see above
    from worker.cli.shared.topic_claims import TopicRange, topic_claims  # noqa: PLC0415 - see above

    settings = read_settings()
    asked = TopicRange.of(settings, topic, since and in_utc(since), until and in_utc(until))
    for found, received_on in topic_claims(settings, asked, day):
        yield GivenClaim(found, received_on)


def _compare(job: CompareJob, given: Iterator[GivenClaim], writer: ComparisonWriter, processes: int) -> Tally:
    """Compare over claims, write what differs in their order, and return what it adds up to."""
    tally = Tally()
    for portion in in_order(partial(compare_portion, job), portions(given, PORTION), processes):
        for compared in portion:
            tally.add(compared)
            if compared.problem is not None or compared.letter is not None:
                _say_problem(compared)
            elif compared.difference is not None:
                writer.add(compared)
    return tally


def _say_problem(compared: ComparedClaim) -> None:
    found = ClaimInput(compared.source, compared.place, b"", compared.problem, compared.is_passed_over)
    if compared.letter is not None:
        show_unreadable(err(), found, compared.letter)
    else:
        show_problem(err(), found)
