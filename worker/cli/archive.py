"""`claimscrub archive`: scrubs claims in Parquet to outcomes in Parquet, with Spark."""

import os
import sys
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click

from worker.cli.shared.configuration import config_option, edits_option, sentences
from worker.cli.shared.console import DAY, EXIT_SOME_NOT, echo, today
from worker.cli.shared.extras import require_extra
from worker.reference.build.endings import endings
from worker.reference.tables.edition import Edition
from worker.wording.counts import counted

_DISPOSITIONS: Final = ("scrubbed", "rejected", "pended", "dead-lettered", "skipped")
_LOOPBACK: Final = "127.0.0.1"
_OF_ONE_MACHINE: Final = MappingProxyType(
    {"spark.driver.bindAddress": _LOOPBACK, "spark.driver.host": _LOOPBACK, "spark.ui.enabled": "false"}
)
"""Spark on this machine alone opens no port that another one can reach."""


@click.command("archive")
@click.argument("claims", metavar="CLAIMS")
@click.argument("outcomes", metavar="OUTCOMES")
@click.option("--column", default="claim", show_default=True, metavar="NAME", help="The column with the claims.")
@click.option("--keep", multiple=True, metavar="NAME", help="A column that each outcome keeps; may be given often.")
@click.option("--as-of", type=DAY, metavar="DATE", help="The day the claims count as received on. [default: today]")
@click.option(
    "--received-on", metavar="NAME", help="A column of dates with that day; where it is empty --as-of counts."
)
@click.option("--profile", metavar="NAME", help="Hold every claim to this payer profile instead of the payer's own.")
@config_option
@edits_option
@click.option("--master", default="local[*]", show_default=True, metavar="URL", help="The cluster, as Spark names it.")
@click.option("--spark-conf", multiple=True, metavar="NAME=VALUE", help="A property of Spark; may be given often.")
def command(  # noqa: PLR0913 - one parameter an option
    claims: str,
    outcomes: str,
    *,
    column: str,
    keep: tuple[str, ...],
    as_of: datetime | None,
    received_on: str | None,
    profile: str | None,
    config: Path | None,
    user_edits: Path | None,
    master: str,
    spark_conf: tuple[str, ...],
) -> None:
    """Scrub an archive of claims in Parquet with Spark, here or on a cluster.

    CLAIMS is what Spark reads as Parquet: a file, a folder, or an address such as s3a://bucket/claims. A cell of
    --column holds a claim as JSON, as text or bytes; an X12 interchange with 837s or a FHIR resource gives a row for
    each of its claims. OUTCOMES is a new folder of Parquet: the kept columns, then outcome (byte for byte as
    `claimscrub check --format jsonl` writes it), disposition, control_number, outcome_id, and of what is not a claim
    dead_letter_reason and dead_letter_flaws. It holds the claims, so treat it as PHI.

    Each claim is judged alone, without earlier claims. Every machine of a cluster needs the same claimscrub with the
    extra `spark`, --config and --edits at the same place, and the same Python; a machine with other rules or tables
    refuses to work. A part of CLAIMS is scrubbed by one core: Spark makes parts of at most 128 MB, and of whole row
    groups; spark.sql.files.maxPartitionBytes changes that.

    \b
    Examples:
      claimscrub archive claims.parquet outcomes --as-of 2026-03-31 --keep row_id
      claimscrub archive s3a://claims/2025 s3a://outcomes/2025 --master yarn \\
        --spark-conf spark.pyspark.python=/opt/claimscrub/bin/python \\
        --received-on received
      claimscrub report outcomes -o report.html

    \b
    Exit code 1: outcomes are written, and something is not a claim; its row
                 says why.
    Exit code 2: it could not be done: a column, a place, the configuration, the
                 extra `spark` or Java is missing.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    options = _properties(spark_conf)
    require_extra("spark", "pyspark", "pyarrow", "pandas")
    if is_local := master.startswith("local"):
        options = {**_OF_ONE_MACHINE, **options}
        os.environ.setdefault("SPARK_LOCAL_IP", _LOOPBACK)
        # Spark asks the environment for the Python of its workers, and takes `python3` otherwise.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from worker.archive.batches import ArchiveError, ArchiveJob  # noqa: PLC0415 - now known to be installed
    from worker.archive.spark import scrub_archive, spark_session  # noqa: PLC0415 - likewise

    day = as_of.date() if as_of else today()
    if is_local:
        config, user_edits = config and config.absolute(), user_edits and user_edits.absolute()
    job = ArchiveJob(column, day, received_on, tuple(dict.fromkeys(keep)), _text(config), _text(user_edits), profile)
    with sentences():
        pipeline = job.load()
    echo(f"Ruleset {pipeline.ruleset}, reference {pipeline.snapshot.digest}.")
    latest = {each.table: each.name for each in sorted(pipeline.snapshot.editions, key=_begins)}
    echo(f"Latest editions: {', '.join(f'{table}@{name}' for table, name in sorted(latest.items()))}.")
    for each in endings(pipeline.snapshot.editions, day):
        echo(f"  {each.table} {each.in_words(day)}")
    try:
        with spark_session(master, options) as session:
            counts = scrub_archive(session, claims, outcomes, job.pinned(pipeline))
    except ArchiveError as error:
        raise click.UsageError(str(error)) from None
    parts = ", ".join(f"{counts[each]:,} {each}" for each in _DISPOSITIONS if counts[each])
    echo(f"{counted(counts.total(), 'row')} in {outcomes}: {parts or 'no claim'}.")
    sys.exit(EXIT_SOME_NOT if counts["dead-lettered"] else 0)


def _begins(edition: Edition) -> date:
    return edition.in_force_from


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _properties(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in given:
        name, is_given, value = each.partition("=")
        if not is_given or not name.startswith("spark."):
            raise click.BadParameter(f"{each}: expected spark.NAME=VALUE", param_hint="--spark-conf")
        found[name] = value
    return found
