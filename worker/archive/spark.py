"""Scrubs archives with Spark: the only module that knows it.

`scrub_frame` is for a notebook or a job of your own; `claimscrub archive` calls `scrub_archive`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import ArrayType, BinaryType, DataType, DateType, StringType, StructField, StructType

from worker.archive.batches import OUTCOME_COLUMNS, ArchiveError, ArchiveJob, scrub_batches

_NO_JAVA: Final = ("JAVA_GATEWAY_EXITED", "JAVA_NOT_FOUND")
_SPARK_TYPES: Final[Mapping[str, DataType]] = {"string": StringType(), "list<item: string>": ArrayType(StringType())}


def scrub_frame(claims: DataFrame, job: ArchiveJob) -> DataFrame:
    """Return the outcomes of the claims in a frame: the kept columns of each, then `OUTCOME_COLUMNS`.

    Nothing is scrubbed before Spark needs the rows. Rules and tables are loaded here, so that what is wrong with them
    is said at once, and a process of the cluster that has others refuses to work.

    Raises:
        ArchiveError: When a column of the job is missing, is not of its type, or has the name of one of the outcome.
        ConfigurationError: When rules or tables cannot be loaded.
    """
    kept = _kept_fields(claims.schema, job)
    pinned = job if job.ruleset else job.pinned(job.load())
    made = [StructField(name, _SPARK_TYPES[str(kind)]) for name, kind in OUTCOME_COLUMNS]
    asked = claims.select(*(f"`{name.replace('`', '``')}`" for name in pinned.columns))
    return asked.mapInArrow(partial(scrub_batches, pinned), StructType([*kept, *made]))


def _kept_fields(schema: StructType, job: ArchiveJob) -> list[StructField]:
    for name in job.columns:
        if schema.names.count(name) != 1:
            how = "comes more than once" if name in schema.names else f"is missing; there are {', '.join(schema.names)}"
            raise ArchiveError(f"column {name}: {how}")
    if not isinstance(schema[job.column].dataType, StringType | BinaryType):
        raise ArchiveError(
            f"column {job.column}: is {schema[job.column].dataType.simpleString()}, and claims are text or bytes"
        )
    if job.day_column and not isinstance(schema[job.day_column].dataType, DateType):
        raise ArchiveError(
            f"column {job.day_column}: is {schema[job.day_column].dataType.simpleString()}, and days of receipt are "
            "dates"
        )
    # Spark tells columns apart without regard to case.
    if taken := {name.lower() for name in job.kept} & {name for name, _ in OUTCOME_COLUMNS}:
        raise ArchiveError(f"column {min(taken)}: outcomes have a column of this name; rename it before it is kept")
    return [schema[name] for name in job.kept]


def scrub_archive(session: SparkSession, claims: str, outcomes: str, job: ArchiveJob) -> Counter[str]:
    """Scrub the Parquet at one place to Parquet at another one, which is new; return how many rows ended where.

    Raises `ArchiveError`, also for what Spark says.
    """
    with _sentences():
        scrub_frame(session.read.parquet(claims), job).write.option("compression", "zstd").parquet(outcomes)
        # Counted in what was written: tasks that were tried twice would count twice on the way.
        rows = session.read.parquet(outcomes).groupBy("disposition").count().collect()
    return Counter({row["disposition"]: row["count"] for row in rows})


@contextmanager
def spark_session(master: str, options: Mapping[str, str]) -> Iterator[SparkSession]:
    """Yield a session of Spark, which is stopped at the end. Raises `ArchiveError` when it cannot be started."""
    builder = SparkSession.builder.appName("claimscrub archive").master(master)
    for name, value in options.items():
        builder = builder.config(name, value)
    with _sentences():
        session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what Spark raises into a sentence: of our own error, or the first line of its own."""
    try:
        yield
    except PySparkException as error:
        text = str(error)
        if ours := _own_sentence(text):
            raise ArchiveError(ours) from None
        if any(name in text for name in _NO_JAVA):
            raise ArchiveError("Spark cannot be started: it needs Java 17 or 21, found by JAVA_HOME or PATH") from None
        raise ArchiveError(f"Spark: {text.strip().partition(chr(10))[0]}") from None


def _own_sentence(text: str) -> str:
    """Return what our own error says in the trace of a Python process; nothing where there is none."""
    for line in text.splitlines():
        name, is_error, sentence = line.partition("Error: ")
        if is_error and name.startswith("worker.") and name.replace(".", "").replace("_", "").isalpha():
            return sentence
    return ""
