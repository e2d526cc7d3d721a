"""`claimscrub tail`: shows the messages on a topic."""

import sys
from datetime import UTC, datetime
from typing import Any, Final

import click
import orjson

from schemas.topics import TOPICS, topics_under
from worker.cli.shared.broker import on_broker, read_settings, say_unreadable
from worker.cli.shared.console import EXIT_SOME_NOT, echo, echo_json
from worker.kafka.read import Record, tail
from worker.kafka.topics import check_topics
from worker.settings import Settings

ROLES: Final = tuple(topic.role for topic in TOPICS)


@click.command(
    "tail",
    help=f"""Show the records of a topic as they come; Ctrl-C ends it.

    TOPIC is {", ".join(ROLES[:-1])} or {ROLES[-1]}, or the full name of one of these. Only committed records are shown.
    All but the reference updates hold PHI: mind where the output goes.
    """,
)
@click.argument("topic")
@click.option("--max", "most", type=click.IntRange(min=1), metavar="N", help="Stop after N records.")
@click.option("--from-start", is_flag=True, help="Begin with the oldest record instead of the next one.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "jsonl"]),
    default="json",
    show_default=True,
    help="Each record with key, headers and value, indented; or the value alone, one per line.",
)
def command(topic: str, most: int | None, form: str, *, from_start: bool) -> None:
    """Show the records of a topic."""
    settings = read_settings()
    names = {topic.role: topic.name for topic in topics_under(settings.topic_prefix)}
    name = names.get(topic, topic)
    if name not in names.values():
        raise click.BadParameter(f"{topic!r} is none of {', '.join(ROLES)}", param_hint="TOPIC")
    has_topic = on_broker(settings, _show(settings, name, most, form, from_start=from_start))
    if not has_topic:
        echo(f"{name} is missing on the broker. `claimscrub topics create` creates it.", is_error=True)
        sys.exit(EXIT_SOME_NOT)


async def _show(settings: Settings, name: str, most: int | None, form: str, *, from_start: bool) -> bool:
    # A reader need not have the workers' settings.
    every = topics_under(settings.topic_prefix)
    if any(flaw.topic == name and flaw.problem == "is missing" for flaw in await check_topics(settings, every)):
        return False
    records = tail(settings, [name], from_beginning=from_start)
    count = 0
    async for record in records:
        say_unreadable(record)
        echo_json(_line(record) if form == "jsonl" else _document(record))
        sys.stdout.flush()
        count += 1
        if count == most:
            break
    return True


def _line(record: Record) -> bytes:
    return (record.value or b"").replace(b"\n", b" ")


def _document(record: Record) -> bytes:
    return orjson.dumps(document(record), option=orjson.OPT_INDENT_2)


def document(record: Record) -> dict[str, Any]:  # any JSON value
    """Return a record as a JSON document; a value that is not JSON is shown as text."""
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": datetime.fromtimestamp(record.timestamp_ms / 1000, UTC).isoformat(timespec="milliseconds"),
        "key": None if record.key is None else record.key.decode("utf-8", "replace"),
        "headers": {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers},
        "value": _value(record.value),
    }


def _value(value: bytes | None) -> Any:  # any JSON value
    if value is None:
        return None
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value.decode("utf-8", "replace")
