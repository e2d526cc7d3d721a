"""`claimscrub history repartition`, `rotate` and `drop-series`: the memory in another number of partitions or key."""

from pathlib import Path

import click

from schemas.topics import FIRST_SERIES
from worker.bootstrap import history_key
from worker.cli.shared.audit import audit
from worker.cli.shared.broker import on_broker, or_wrong_settings, read_settings
from worker.cli.shared.console import echo
from worker.errors import ConfigurationError
from worker.history.entry import DamagedEntryError
from worker.history.key import HistoryKey, read_key
from worker.history.store import HistoryStoreError
from worker.settings import Settings
from worker.stream.history.errors import HistoryError
from worker.stream.history.offline import refuse_uncopied
from worker.stream.history.repartition import (
    CopiedMemory,
    NextKey,
    delete_topics,
    look,
    topics_of_memory,
)
from worker.stream.history.repartition import repartition as copy_memory
from worker.wording.counts import counted


def memory_settings() -> tuple[Settings, HistoryKey]:
    """Return the settings of workers that remember, and their key; without a memory the command ends."""
    settings = read_settings()
    key = or_wrong_settings(lambda: history_key(settings))
    if key is None:
        raise click.ClickException("CLAIMSCRUB_HISTORY is off: nothing is remembered")
    return settings, key


@click.command("repartition")
@click.option("--partitions", type=click.IntRange(min=1), required=True, metavar="N", help="Partitions of the copy.")
@click.option(
    "--replication",
    type=click.IntRange(min=1),
    metavar="N",
    help="Copies of each partition on brokers. [default: 3, or the number of brokers]",
)
@click.option("--yes", "is_confirmed", is_flag=True, help="Copy; without it the command only says what it would do.")
def repartition(partitions: int, replication: int | None, *, is_confirmed: bool) -> None:
    """Copy the memory to topics with another number of partitions, while all workers are stopped.

    The copy is the next series of topics: claims.history.v1.s2 after claims.history.v1, and so on, with what waits for
    documentation and with claims that were routed and not yet judged. It is restored as a worker does and compared with
    what is in use before the group goes over to it; the topics that it was made from stay until `claimscrub history
    drop-series`. A copy that was interrupted is begun again by the same command.

    Needs room in CLAIMSCRUB_HISTORY_DIR, or else the folder for temporary files, for the files of one partition in use
    and, where one number does not divide the other, of several.

    Refused while the group has members. Exit code 1 if anything is refused, and nothing is changed then.
    """
    settings, key = memory_settings()
    try:
        if not is_confirmed:
            _show_plan(settings, on_broker(settings, look(settings, key.fingerprint, partitions)))
            return
        audit(settings, "history-repartition", topic=settings.topics.history, partitions=partitions)
        work = copy_memory(settings, key.fingerprint, partitions, replication=replication, say=echo)
        show_done(settings, on_broker(settings, work))
    except (HistoryError, HistoryStoreError) as error:
        raise click.ClickException(str(error)) from None


@click.command("rotate")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--partitions", type=click.IntRange(min=1), metavar="N", help="Partitions of the copy. [default: as now]")
@click.option("--yes", "is_confirmed", is_flag=True, help="Copy; without it the command only says what it would do.")
def rotate(file: Path, partitions: int | None, *, is_confirmed: bool) -> None:
    """Copy the memory under the key in FILE, while all workers are stopped.

    FILE is made by `claimscrub history key FILE --after CLAIMSCRUB_HISTORY_KEY_FILE`. Persons and numbers are named
    anew in the copy, which is the next series of topics, as of `claimscrub history repartition`: nobody is forgotten,
    and the key before this one alone says of nobody in it who that is.

    Needs room in CLAIMSCRUB_HISTORY_DIR, or else the folder for temporary files, for the files of all partitions.

    Refused while the group has members. Exit code 1 if anything is refused, and nothing is changed then.
    """
    settings, key = memory_settings()
    try:
        later = read_key(file)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    rotation = later.rotation_from(key)
    if rotation is None:
        raise click.ClickException(
            f"{file}: this key was not made after key {key.fingerprint} of CLAIMSCRUB_HISTORY_KEY_FILE, which nobody "
            "would be known under; `claimscrub history key FILE --after KEY_FILE` makes one"
        )
    try:
        if not is_confirmed:
            _show_plan(settings, on_broker(settings, look(settings, key.fingerprint, partitions)))
            return
        audit(settings, "history-rotate", topic=settings.topics.history, key=later.fingerprint)
        next_key = NextKey(rotation, later.fingerprint)
        work = copy_memory(settings, key.fingerprint, partitions, next_key=next_key, say=echo)
        show_done(settings, on_broker(settings, work))
    except (HistoryError, HistoryStoreError, DamagedEntryError) as error:
        raise click.ClickException(str(error)) from None
    echo(f"It is under key {later.fingerprint}: give {file} to every worker, and to whoever places claims.")


def _show_plan(settings: Settings, plan: CopiedMemory) -> None:
    echo(
        f"{settings.topics.history}: {counted(plan.claims.records, 'record')} in {plan.before} partitions would be "
        f"copied to series {plan.series} in {counted(plan.partitions, 'partition')}."
    )
    if plan.pended.records:
        echo(f"{settings.topics.pending}: {counted(plan.pended.records, 'record')}.")
    if plan.waiting:
        echo(f"{settings.judged_topic}: {counted(plan.waiting, 'message')} that nobody has judged.")
    echo("Nothing was changed. --yes copies.")


def show_done(settings: Settings, done: CopiedMemory) -> None:
    """Say what was copied, and what to do now."""
    for topic, digest in ((settings.topics.history, done.claims), (settings.topics.pending, done.pended)):
        if digest.records or topic == settings.topics.history:
            echo(f"{topic}: {counted(digest.records, 'record')} copied and compared, digest {digest.hex()}")
    if done.waiting:
        echo(f"{settings.judged_topic}: {counted(done.waiting, 'message')} that nobody had judged")
    echo(
        f"Series {done.series} is in use, in {counted(done.partitions, 'partition')}. Set "
        f"CLAIMSCRUB_HISTORY_SERIES={done.series} wherever CLAIMSCRUB_HISTORY is set, then start the workers."
    )


@click.command("drop-series")
@click.argument("series", type=click.IntRange(min=FIRST_SERIES))
@click.option("--yes", "is_confirmed", is_flag=True, help="Delete; without it the command only says what it would do.")
def drop_series(series: int, *, is_confirmed: bool) -> None:
    """Delete the topics of a SERIES that the memory was copied from.

    Until then they hold what is forgotten in the series in use. That one, CLAIMSCRUB_HISTORY_SERIES, is refused.
    """
    settings, _ = memory_settings()
    if series >= settings.history_series:
        raise click.UsageError(
            f"CLAIMSCRUB_HISTORY_SERIES is {settings.history_series}: only a series before it can be deleted"
        )
    names = topics_of_memory(settings.model_copy(update={"history_series": series}))
    try:
        on_broker(settings, refuse_uncopied(settings))
    except HistoryError as error:
        raise click.ClickException(str(error)) from None
    if not is_confirmed:
        echo(f"Would delete {', '.join(names)}, where they are there. --yes deletes.")
        return
    audit(settings, "history-drop-series", series=series)
    for name in on_broker(settings, delete_topics(settings, names)):
        echo(f"deleted {name}")
