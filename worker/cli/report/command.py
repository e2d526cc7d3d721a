"""`claimscrub report`: what outcomes add up to, as a page or as a file for another program."""

import sys
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click

from worker.bootstrap import all_edits
from worker.cli.shared.audit import audit
from worker.cli.shared.broker import read_settings
from worker.cli.shared.claim_paths import ClaimFileError
from worker.cli.shared.configuration import edits_option, sentences
from worker.cli.shared.console import EXIT_SOME_NOT, echo, ended_by_sigterm, err, say
from worker.cli.shared.extras import require_report
from worker.cli.shared.selection import MOMENT, in_utc
from worker.wording.counts import counted

FORMS: Final = MappingProxyType(
    {
        "html": (".html", ".htm"),
        "csv": (".csv",),
        "parquet": (".parquet",),
        "sarif": (".sarif",),
        "junit": (".xml",),
        "md": (".md",),
    }
)


@click.command("report")
@click.argument("outcomes", nargs=-1, metavar="[OUTCOMES]...")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file to write; it is there whole or not at all.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMS)),
    help="A page, a row for each finding, or what other programs read. [default: by the end of FILE, else html]",
)
@click.option("--topics", is_flag=True, help="Read the topics of outcomes, to their present end, instead of files.")
@click.option(
    "--since", type=MOMENT, metavar="TIME", help="Outcomes written at or after this time (UTC); with --topics."
)
@click.option("--until", type=MOMENT, metavar="TIME", help="Outcomes written before this time (UTC); with --topics.")
@click.option("--title", default="Where the money is held", show_default=True, help="The heading.")
@click.option(
    "--reveal",
    is_flag=True,
    help="Also show patient control numbers and what each finding says of the claim; written to CLAIMSCRUB_AUDIT_FILE.",
)
@click.option(
    "--memory", default="512MiB", show_default=True, metavar="SIZE", help="What the figures may use of memory."
)
@click.option(
    "--scratch",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Where rows are that memory does not hold, until the end. [default: the system's folder for that]",
)
@edits_option
def command(  # noqa: PLR0913 - one parameter an option
    outcomes: tuple[str, ...],
    *,
    output: Path,
    form: str | None,
    topics: bool,
    since: datetime | None,
    until: datetime | None,
    title: str,
    reveal: bool,
    memory: str,
    scratch: Path | None,
    user_edits: Path | None,
) -> None:
    """Add up outcomes: which charges are held, by edit, payer, provider, drug and week, and what was not checked.

    OUTCOMES are files with one outcome per line, as `claimscrub check --format jsonl` writes them (.jsonl, .ndjson,
    .json, also with .gz), the Parquet of `claimscrub export` or `claimscrub archive`, or folders of these. An outcome
    that comes twice counts once; one whose place a later one has taken (`supersedes`) does not count.

    The page is one file that asks no server for anything: its charts and tables can be filtered, sorted and printed.
    Claims are named by the ids of their outcomes. No file holds an identifier of a patient unless --reveal asks for it;
    who asked is written to CLAIMSCRUB_AUDIT_FILE first. Of dates there are the week of service and the day of receipt.

    At the end it says of how many outcomes the file is; one that is broken off leaves nothing behind.

    \b
    Examples:
      claimscrub check --format jsonl claims.837 > outcomes.jsonl
      claimscrub report outcomes.jsonl -o report.html
      claimscrub report --topics --since 2026-03-01 -o since-march.parquet

    \b
    Exit code  1: some of what was read is not an outcome; the report is of the
                  others.
    Exit code  2: there is no outcome, a file cannot be read, or the extra
                  `report` is missing.
    Exit code 69: no Kafka broker answers; with --topics only.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    if topics == bool(outcomes):
        raise click.UsageError("give OUTCOMES or --topics")
    if not topics and (since or until):
        raise click.UsageError("--since and --until need --topics")
    require_report()
    from worker.analysis.errors import AnalysisError  # noqa: PLC0415 - needs what is only now known to be installed
    from worker.cli.report.run import OutcomeReading, ReportRun, make_report  # noqa: PLC0415 - likewise

    if reveal:
        audit(
            read_settings(), "report-reveal", format=form, files=len(outcomes), topics=topics, since=since, until=until
        )
    with sentences():
        edits = all_edits(user_edits)
    reading = OutcomeReading(outcomes, topics, since and in_utc(since), until and in_utc(until))
    run = ReportRun(reading, output, form or _form_of(output), title, memory, scratch, edits, reveal)
    try:
        with ended_by_sigterm():
            outcome_count, passed_over = make_report(run)
    except (AnalysisError, ClaimFileError) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or output}: {error.strerror}") from None
    echo(f"{output}: {counted(outcome_count, 'outcome')}.")
    if passed_over:
        for note in passed_over:
            say(err(), note)
        sys.exit(EXIT_SOME_NOT)


def _form_of(file: Path) -> str:
    return next((form for form, ends in FORMS.items() if file.suffix.lower() in ends), "html")
