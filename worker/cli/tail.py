"""`claimscrub tail`: shows the messages on a topic."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import click
import orjson

from schemas.topics import TOPICS, topics_under
from worker.cli.shared.broker import on_broker, read_settings, say_unreadable
from worker.cli.shared.configuration import known_edits
from worker.cli.shared.console import EXIT_SOME_NOT, echo, echo_json
from worker.cli.shared.selection import MOMENT, in_utc
from worker.kafka.read import NoSuchPlaceError, Record, StartingPoint, tail
from worker.kafka.topics import check_topics
from worker.settings import Settings

ROLES: Final = tuple(topic.role for topic in TOPICS)
PAYER: Final = "tradingPartnerServiceId"
DISPOSITIONS: Final = ("scrubbed", "rejected", "pended")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which records are shown, how many, and what of them."""

    most: int | None
    form: str
    fields: tuple[str, ...]
    edits: frozenset[str]
    payers: frozenset[str]
    dispositions: frozenset[str]

    def matches(self, value: object) -> bool:
        """Whether a value has what is asked for; a value that is not a JSON object has nothing."""
        if not (self.edits or self.payers or self.dispositions):
            return True
        return (
            (not self.edits or not self.edits.isdisjoint(found(value, ("findings", "edit"))))
            and (not self.dispositions or not self.dispositions.isdisjoint(found(value, ("disposition",))))
            and (
                not self.payers
                or not self.payers.isdisjoint([*found(value, ("claim", PAYER)), *found(value, (PAYER,))])
            )
        )


@click.command(
    "tail",
    help=f"""Show the records of a topic as they come; Ctrl-C ends it.

    TOPIC is {", ".join(ROLES[:-1])} or {ROLES[-1]}, or the full name of one of these. Only committed records are shown.
    All but the reference updates hold PHI: mind where the output goes. Those that --field chooses may hold none, as in
    `claimscrub tail rejected --field outcomeId --field findings.edit`.

    It begins with the next record that comes, unless --from-start, --offset or --since says otherwise.

    Exit code 1 if the topic is missing on the broker.
    """,
)
@click.argument("topic")
@click.option("--max", "most", type=click.IntRange(min=1), metavar="N", help="Stop after N records.")
@click.option("--from-start", is_flag=True, help="Begin with the oldest record.")
@click.option(
    "--offset", type=int, metavar="N", help="Begin at this offset of each partition; -N: with the newest N of each."
)
@click.option("--since", type=MOMENT, metavar="TIME", help="Begin with what was written at or after this time (UTC).")
@click.option("--to-end", is_flag=True, help="Stop at the end that the topic has now.")
@click.option("--partition", type=click.IntRange(min=0), metavar="N", help="Only this partition.")
@click.option("--edit", "edits", multiple=True, metavar="ID", help="Outcomes in which this edit found something.")
@click.option("--payer", "payers", multiple=True, metavar="ID", help=f"Claims to the payer with this {PAYER}.")
@click.option(
    "--disposition", "dispositions", multiple=True, type=click.Choice(DISPOSITIONS), help="Outcomes of this kind."
)
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="PATH",
    help="Show only this member of the value, such as findings.edit; one line per record. Repeatable, as all filters.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "jsonl"]),
    default="json",
    show_default=True,
    help="Each record with key, headers and value, indented; or the value alone, one per line.",
)
def command(  # noqa: PLR0913 - one for each option
    topic: str,
    *,
    most: int | None,
    from_start: bool,
    offset: int | None,
    since: datetime | None,
    to_end: bool,
    partition: int | None,
    edits: tuple[str, ...],
    payers: tuple[str, ...],
    dispositions: tuple[str, ...],
    fields: tuple[str, ...],
    form: str,
) -> None:
    """Show the records of a topic."""
    settings = read_settings()
    names = {topic.role: topic.name for topic in topics_under(settings.topic_prefix, settings.history_series)}
    name = names.get(topic, topic)
    if name not in names.values():
        raise click.BadParameter(f"{topic!r} is none of {', '.join(ROLES)}", param_hint="TOPIC")
    if sum((from_start, offset is not None, since is not None)) > 1:
        raise click.UsageError("--from-start, --offset and --since exclude each other")
    start = StartingPoint(
        partition=partition,
        at_end=not from_start and offset is None and since is None,
        offset=offset,
        since_ms=None if since is None else int(in_utc(since).timestamp() * 1000),
    )
    wanted = Filters(most, form, fields, known_edits(edits), frozenset(payers), frozenset(dispositions))
    try:
        has_topic = on_broker(settings, _show(settings, name, start, wanted, follow=not to_end))
    except NoSuchPlaceError as error:
        raise click.UsageError(str(error)) from None
    if not has_topic:
        echo(f"{name} is missing on the broker. `claimscrub topics create` creates it.", is_error=True)
        sys.exit(EXIT_SOME_NOT)


async def _show(settings: Settings, name: str, start: StartingPoint, wanted: Filters, *, follow: bool) -> bool:
    # A reader need not have the workers' settings.
    every = topics_under(settings.topic_prefix, settings.history_series)
    if any(flaw.topic == name and flaw.problem == "is missing" for flaw in await check_topics(settings, every)):
        return False
    count = 0
    async with aclosing(tail(settings, [name], start=start, follow=follow)) as records:
        async for record in records:
            say_unreadable(record)
            value = _value(record.content)
            if not wanted.matches(value):
                continue
            echo_json(_shown(record, value, wanted))
            sys.stdout.flush()
            count += 1
            if count == wanted.most:
                break
    return True


def _shown(record: Record, value: object, wanted: Filters) -> bytes:
    if wanted.fields:
        return orjson.dumps({path: chosen(value, path) for path in wanted.fields})
    if wanted.form == "jsonl":
        return (record.content or b"").replace(b"\n", b" ")
    return orjson.dumps(document(record), option=orjson.OPT_INDENT_2)


def chosen(value: object, path: str) -> Any:  # any JSON value
    """What a dotted path leads to: one value, a list where a list is on the way, or None when nothing is there."""
    return _member(value, path.split("."))


def _member(value: object, path: Sequence[str]) -> Any:  # any JSON value
    if isinstance(value, list):
        return list(found(value, path))
    if not path:
        return value
    return _member(value.get(path[0]), path[1:]) if isinstance(value, Mapping) else None


def found(value: object, path: Sequence[str]) -> Iterator[Any]:  # any JSON value
    """Yield what a path of member names leads to, through every item of the lists on the way."""
    if isinstance(value, list):
        for each in value:
            yield from found(each, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from found(value[path[0]], path[1:])


def document(record: Record) -> dict[str, Any]:  # any JSON value
    """Return a record as a JSON document; a value that is not JSON is shown as text."""
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": datetime.fromtimestamp(record.timestamp_ms / 1000, UTC).isoformat(timespec="milliseconds"),
        "key": None if record.key is None else record.key.decode("utf-8", "replace"),
        "headers": {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers},
        "value": _value(record.content),
    }


def _value(value: bytes | None) -> Any:  # any JSON value
    if value is None:
        return None
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value.decode("utf-8", "replace")
