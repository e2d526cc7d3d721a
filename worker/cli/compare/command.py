"""`claimscrub compare`: which claims two configurations judge differently."""

import sys
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final

import click

from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.cli.compare.archive import PARQUET, archived, is_archive
from worker.cli.compare.portion import ComparedClaim, CompareJob, GivenClaim, compare_portion
from worker.cli.compare.sides import NO_EDITS, AskedSides
from worker.cli.compare.tally import Tally
from worker.cli.compare.written import ComparisonWriter, CsvWriter, JsonWriter, TextWriter, versions_of
from worker.cli.shared.claim_files import ClaimInput, read_what_can_be_read
from worker.cli.shared.claim_paths import ClaimFileError, expand_what_is_there
from worker.cli.shared.configuration import config_option, edits_option
from worker.cli.shared.console import (
    DAY,
    EXIT_ALL_SCRUBBED,
    EXIT_SOME_NOT,
    EXIT_UNREADABLE,
    ended_by_sigterm,
    err,
    today,
)
from worker.cli.shared.extras import require_report
from worker.cli.shared.in_parallel import PORTION, in_order, portions, processes_option
from worker.cli.shared.progress import progress_over
from worker.cli.shared.selection import MOMENT, in_utc
from worker.cli.text.outcome import show_problem, show_unreadable

_NAMED: Final = 3
"""Files whose names fit into a sentence."""


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
@click.option(
    "--column",
    metavar="NAME",
    help="Of Parquet, the column with the claims as JSON, or with outcomes. [default: claim, else outcome]",
)
@click.option("--topic", metavar="TOPIC", help="Compare over the claims of this topic instead: inbound, scrubbed, ...")
@click.option(
    "--since", type=MOMENT, metavar="TIME", help="Of the topic, what was written at or after this time (UTC)."
)
@click.option("--until", type=MOMENT, metavar="TIME", help="Of the topic, what was written before this time (UTC).")
@click.option(
    "--as-of",
    type=DAY,
    metavar="DATE",
    help="The day the claims count as received on. [default: today; of a topic that of each record, of Parquet that in "
    "its column received_on]",
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
@click.option(
    "-o",
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write one self-contained HTML page; needs the extra `report`.",
)
@click.option(
    "--reveal",
    is_flag=True,
    help="Also show patient control numbers of claims that differ; written to CLAIMSCRUB_AUDIT_FILE.",
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
    column: str | None,
    topic: str | None,
    since: datetime | None,
    until: datetime | None,
    as_of: datetime | None,
    form: str,
    most: int,
    page: Path | None,
    reveal: bool,
    processes: int,
) -> None:
    """Show which claims two configurations judge differently, and why.

    PATH is what `claimscrub check` takes, or Parquet: an archive with claims as JSON in a column, or the folder of
    `claimscrub export --reveal`, whose outcomes hold their claims. Each claim is judged twice, alone (without earlier
    claims): by the configuration that is compared with (before) and by that of --config, --edits and --profile (after).
    What differs is added up by edit, payer and charges: a claim flips where it goes elsewhere, and findings are new or
    gone. An edit is undecided where it has no data now or fails, and was not before; decided the other way round.

    `claimscrub compare claims.jsonl --against HEAD~1` shows what the last commit to the configuration changes. The code
    is that of this claimscrub on both sides.

    Claims are named by file and place. Nothing that identifies a patient is written unless --reveal asks for it; who
    asked is written to CLAIMSCRUB_AUDIT_FILE first. The page has filters, charts, and the costliest claims that flip.

    \b
    Exit code 0: no claim flips.
    Exit code 1: at least one does.
    Exit code 2: a file or a claim could not be read, or the command was
                 misspelled.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    if bool(paths) is (topic is not None):
        raise click.UsageError("name files or folders, or a --topic")
    if topic is not None and column is not None:
        raise click.UsageError("--column needs Parquet")
    if topic is None and (since or until):
        raise click.UsageError("--since and --until need --topic")
    files = _files(paths, column) if topic is None else []
    if page is not None or any(map(is_archive, files)):
        require_report()
    asked = AskedSides(config, user_edits, profile, against, against_edits, against_profile)
    day = as_of.date() if as_of else None
    if reveal:
        _audit(format=form, files=len(files), topic=topic, since=since, until=until)
    with ended_by_sigterm(), asked.opened() as sides:
        job = CompareJob(*sides, reveal)
        # So that what is wrong with a configuration is said before a claim is read.
        loaded = job.load_pipelines()
        versions = [versions_of(side.name, pipeline) for side, pipeline in zip(sides, loaded, strict=True)]
        writer = _writer(form, versions, most, reveal=reveal)
        shown: ComparisonWriter | None = None
        if page is not None:
            from worker.cli.compare.page import PageWriter  # noqa: PLC0415 - in the extra `report`

            shown = PageWriter(page, _sources(paths, topic), job, versions)
        given = (
            _of_files(files, column, day, writes_claims=form != "text")
            if topic is None
            else _of_topic(topic, since, until, day)
        )
        tally = _compare(job, given, writer, shown, processes)
        writer.end(tally)
        sys.stdout.flush()
        try:
            if shown is not None:
                shown.end(tally)
        except OSError as error:
            raise click.UsageError(f"{page}: cannot be written ({error.strerror})") from None
    if tally.unreadable:
        sys.exit(EXIT_UNREADABLE)
    sys.exit(EXIT_SOME_NOT if tally.all.flips else EXIT_ALL_SCRUBBED)


def _files(paths: tuple[str, ...], column: str | None) -> list[str]:
    """Return the files behind paths. Raises `click.UsageError`."""
    try:
        files = expand_what_is_there(paths, also=(PARQUET,))
    except ClaimFileError as error:
        raise click.UsageError(str(error)) from None
    if column is not None and not any(map(is_archive, files)):
        raise click.UsageError("--column needs Parquet")
    return files


def _sources(paths: tuple[str, ...], topic: str | None) -> str:
    if topic is not None:
        return f"the topic {topic}"
    return ", ".join(Path(path).name for path in paths[:_NAMED]) + (" and others" if len(paths) > _NAMED else "")


def _audit(**facts: object) -> None:
    # Comparing files loads no Kafka client, unless somebody is to be named.
    from worker.cli.shared.audit import audit  # noqa: PLC0415 - see above
    from worker.cli.shared.broker import read_settings  # noqa: PLC0415 - see above

    audit(read_settings(), "compare-reveal", **facts)


def _writer(form: str, versions: list[dict[str, str]], most: int, *, reveal: bool) -> ComparisonWriter:
    if form == "csv":
        return CsvWriter(reveal=reveal)
    before, after = versions
    return JsonWriter(before, after) if form == "json" else TextWriter(before, after, most)


def _of_files(files: list[str], column: str | None, day: date | None, *, writes_claims: bool) -> Iterator[GivenClaim]:
    now = today()
    with progress_over(files, writes_claims=writes_claims) as done:
        for file in files:
            if is_archive(file):
                yield from archived(file, column, day, now, done)
            else:
                yield from (
                    GivenClaim(found, day or now) for found in read_what_can_be_read((file,), MAX_MESSAGE_BYTES, done)
                )


def _of_topic(topic: str, since: datetime | None, until: datetime | None, day: date | None) -> Iterator[GivenClaim]:
    # Comparing files loads no Kafka client.
    from worker.cli.shared.broker import read_settings  # noqa: PLC0415 - see above
    from worker.cli.shared.topic_claims import TopicRange, topic_claims  # noqa: PLC0415 - see above

    settings = read_settings()
    asked = TopicRange.of(settings, topic, since and in_utc(since), until and in_utc(until))
    for found, received_on in topic_claims(settings, asked, day):
        yield GivenClaim(found, received_on)


def _compare(
    job: CompareJob,
    given: Iterator[GivenClaim],
    writer: ComparisonWriter,
    page: ComparisonWriter | None,
    processes: int,
) -> Tally:
    """Compare over claims, write what differs in their order, and return what it adds up to."""
    tally = Tally()
    for portion in in_order(partial(compare_portion, job), portions(given, PORTION), processes):
        for compared in portion:
            tally.add(compared)
            if compared.problem is not None or compared.letter is not None:
                _say_problem(compared)
                continue
            if compared.difference is not None:
                writer.add(compared)
            if page is not None:
                page.add(compared)
    return tally


def _say_problem(compared: ComparedClaim) -> None:
    found = ClaimInput(compared.source, compared.place, b"", compared.problem, compared.is_passed_over)
    if compared.letter is not None:
        show_unreadable(err(), found, compared.letter)
    else:
        show_problem(err(), found)
