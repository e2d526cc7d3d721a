"""`claimscrub topics`: creates the topics, or compares them with what the worker expects."""

import sys

import click
from rich import box
from rich.table import Table

from worker.cli.shared.broker import on_broker, read_settings
from worker.cli.shared.console import EXIT_SOME_NOT, echo, out
from worker.kafka.topics import check_topics, create_topics


@click.group("topics")
def command() -> None:
    """Create the topics that the worker needs, or see what is wrong with them.

    The broker is the one in CLAIMSCRUB_BOOTSTRAP_SERVERS.
    """


@command.command("create")
@click.option(
    "--replication",
    type=click.IntRange(min=1),
    metavar="N",
    help="Copies of each partition. [default: 3, or the number of brokers]",
)
@click.option(
    "--partitions",
    type=click.IntRange(min=1),
    metavar="N",
    help="Partitions of each claim topic. [default: as declared]",
)
def create(replication: int | None, partitions: int | None) -> None:
    """Create the topics that are missing; the others stay as they are."""
    settings = read_settings()
    created = on_broker(settings, create_topics(settings, replication=replication, partitions=partitions))
    for name in created:
        echo(f"created {name}")
    for topic in settings.topics_in_use:
        if topic.name not in created:
            echo(f"there already: {topic.name}")


@command.command("check")
def check() -> None:
    """Show what is wrong with the topics on the broker. Exit code 1 if anything is."""
    settings = read_settings()
    flaws = on_broker(settings, check_topics(settings))
    problems: dict[str, list[str]] = {}
    for flaw in flaws:
        problems.setdefault(flaw.topic, []).append(flaw.problem)
    console = out()
    table = Table("topic", "holds", "PHI", "state", box=box.SIMPLE_HEAD, pad_edge=False)
    for topic in settings.topics_in_use:
        state = "; ".join(problems.get(topic.name, ["as declared"]))
        style = "red" if topic.name in problems else None
        table.add_row(topic.name, topic.meaning, "yes" if topic.has_phi else "no", state, style=style)
    if not console.is_terminal:
        console.width = 200
    console.print(table)
    sys.exit(EXIT_SOME_NOT if flaws else 0)
