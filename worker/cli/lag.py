"""`claimscrub lag`: how many messages are waiting for the workers."""

import sys

import click
import orjson

from worker.cli.shared.broker import on_broker, read_settings
from worker.cli.shared.console import EXIT_SOME_NOT, echo, echo_json, out
from worker.cli.shared.tables import table_of
from worker.kafka.lag import PartitionLag, group_lag
from worker.kafka.topics import partition_counts
from worker.settings import Settings
from worker.wording.counts import counted


@click.command("lag")
@click.option("--most", type=click.IntRange(min=0), metavar="N", help="End with 1 if more messages than that wait.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
              help="A table to read, or one JSON object.")  # fmt: skip
def command(most: int | None, form: str) -> None:
    """Show how many messages wait for the workers, partition by partition.

    The group is CLAIMSCRUB_GROUP_ID, the broker the one in CLAIMSCRUB_BOOTSTRAP_SERVERS. What waits is counted in
    offsets from the first message on, among which are a few marks of transactions. Messages that expired before a
    worker had read them are named.

    \b
    Exit code 0: it is shown.
    Exit code 1: more wait than --most, or a topic is missing.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    settings = read_settings()
    found = on_broker(settings, _lag(settings))
    if isinstance(found, str):
        echo(f"{found} is missing on the broker. `claimscrub topics create` creates it.", is_error=True)
        sys.exit(EXIT_SOME_NOT)
    waiting = sum(each.messages for each in found)
    if form == "json":
        partitions = [
            {
                "topic": each.topic,
                "partition": each.partition,
                "committed": each.committed,
                "end": each.end,
                "due": each.due,
                "waiting": each.messages,
                "expired": each.expired,
            }
            for each in found
        ]
        echo_json(orjson.dumps({"group": settings.group_id, "waiting": waiting, "partitions": partitions}))
    else:
        _show(settings, found, waiting)
    if most is not None and waiting > most:
        sys.exit(EXIT_SOME_NOT)


async def _lag(settings: Settings) -> tuple[PartitionLag, ...] | str:
    """Return the lag, or the name of a topic that is missing."""
    counts = await partition_counts(settings, settings.consumed_topics)
    missing = [name for name in settings.consumed_topics if name not in counts]
    return missing[0] if missing else await group_lag(settings)


def _show(settings: Settings, found: tuple[PartitionLag, ...], waiting: int) -> None:
    table = table_of(["topic"], ("partition", "committed", "end", "waiting"))
    for each in found:
        committed = "none" if each.committed is None else f"{each.committed:,}"
        table.add_row(each.topic, str(each.partition), committed, f"{each.end:,}", f"{each.messages:,}")
    out().print(table)
    echo(f"{counted(waiting, 'message')} waiting for the group {settings.group_id}.")
    for each in found:
        if each.expired:
            echo(
                f"{each.topic} {each.partition}: {counted(each.expired, 'message')} expired before the group read them."
            )
