"""`claimscrub topics`: creates the topics, or compares them with what the worker expects."""

import asyncio
import os
import sys

import click

from worker.cli.shared.broker import on_broker, or_wrong_settings, read_settings
from worker.cli.shared.console import EXIT_SOME_NOT, echo, out
from worker.cli.shared.tables import table_of
from worker.kafka.registry import RegistryError, register_schemas
from worker.kafka.topics import check_topics, create_topics
from worker.settings import Settings
from worker.stream.exit_codes import ExitCode


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
@click.option(
    "--registry",
    metavar="URL",
    help="Also register the schemas of the messages in this registry. [default: CLAIMSCRUB_REGISTRY_URL]",
)
def create(replication: int | None, partitions: int | None, registry: str | None) -> None:
    """Create the topics that are missing; the others stay as they are.

    With a schema registry that has the REST API of Confluent, the JSON Schema of each topic is registered under the
    subject TOPIC-value. A subject without a compatibility level gets one: FORWARD for what workers write, NONE for what
    they read. A schema that the registry finds incompatible with the latest one is not registered.
    CLAIMSCRUB_REGISTRY_USERNAME and the settings after it hold the login.

    \b
    Exit code 69: the broker or the registry does not do what is asked.
    Exit code 78: a setting is wrong.
    """  # noqa: D301 - click reads the backspace as "do not wrap"
    settings = _with_registry(registry)
    created = on_broker(settings, create_topics(settings, replication=replication, partitions=partitions))
    for name in created:
        echo(f"created {name}")
    for topic in settings.topics_in_use:
        if topic.name not in created:
            echo(f"there already: {topic.name}")
    if settings.registry_url is not None:
        _register(settings)


def _with_registry(url: str | None) -> Settings:
    if url is None:
        return read_settings()
    return or_wrong_settings(lambda: Settings.from_environment({**os.environ, "CLAIMSCRUB_REGISTRY_URL": url}))


def _register(settings: Settings) -> None:
    try:
        done = asyncio.run(register_schemas(settings))
    except RegistryError as error:
        echo(f"Error: {error}", is_error=True)
        sys.exit(ExitCode.BROKER_UNREACHABLE)
    for each in done:
        compared = "; compatible with the latest version" if each.was_compared else ""
        level = f"level {each.level}" + (
            "" if each.level == each.wanted else f", where {each.wanted} fits the contract"
        )
        state = "registered" if each.is_new else "registered already:"
        echo(f"{state} {each.subject} as schema {each.schema.number} ({level}){compared}")


@command.command("check")
def check() -> None:
    """Show what is wrong with the topics on the broker. Exit code 1 if anything is."""
    settings = read_settings()
    flaws = on_broker(settings, check_topics(settings))
    problems: dict[str, list[str]] = {}
    for flaw in flaws:
        problems.setdefault(flaw.topic, []).append(flaw.problem)
    console = out()
    table = table_of(("topic", "holds", "PHI", "state"))
    for topic in settings.topics_in_use:
        state = "; ".join(problems.get(topic.name, ["as declared"]))
        style = "red" if topic.name in problems else None
        table.add_row(topic.name, topic.meaning, "yes" if topic.has_phi else "no", state, style=style)
    console.print(table)
    sys.exit(EXIT_SOME_NOT if flaws else 0)
