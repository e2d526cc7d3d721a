"""Reads the claims of a topic, of a range of time: those that came in, or those that outcomes are about."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import click
import orjson

from schemas.topics import topics_under
from worker.agents.verdicts import not_read, received_day
from worker.cli.shared.broker import drawn, on_broker
from worker.cli.shared.claim_files import ClaimInput
from worker.kafka.envelopes import opened
from worker.kafka.messages import InboundMessage
from worker.kafka.past import read_outcome, received_ms
from worker.kafka.read import Record, StartingPoint, tail
from worker.kafka.topics import missing_topics
from worker.pipeline.forms import ClaimDocument, interchange_claims, resource_claims
from worker.settings import Settings
from worker.stream.records import form_of
from worker.stream.scrubber import Form

ROLES: Final = ("inbound", "scrubbed", "rejected", "pended")
"""The topics with claims: as they came, and in their outcomes."""
_UNREADABLE: Final = "a record that cannot be read"
_NOT_AN_OUTCOME: Final = "no outcome of this worker"


@dataclass(frozen=True, slots=True)
class TopicRange:
    """The records of a topic that were written at or after a time, and before another one; None sets no bound."""

    topic: str
    role: str
    since: datetime | None
    until: datetime | None

    @classmethod
    def of(cls, settings: Settings, topic: str, since: datetime | None, until: datetime | None) -> "TopicRange":
        """Return the range of a topic by its role or its full name. Raises `click.UsageError`."""
        names = {each.role: each.name for each in topics_under(settings.topic_prefix) if each.role in ROLES}
        for role, name in names.items():
            if topic in (role, name):
                return cls(name, role, since, until)
        raise click.UsageError(f"--topic {topic}: holds no claims; those that do are {', '.join(names)}")


def topic_claims(settings: Settings, asked: TopicRange, as_of: date | None) -> Iterator[tuple[ClaimInput, date]]:
    """Yield each claim with the day it counts as received on: `as_of`, else that of its record.

    What is not a claim is yielded as a problem. The broker's absence, and a topic that is missing, end the command.
    """
    if on_broker(settings, missing_topics(settings, [asked.topic])):
        raise click.UsageError(f"--topic {asked.topic}: is missing on the broker")
    if as_of is not None:
        settings = settings.model_copy(update={"as_of": as_of})
    for record in drawn(settings, _records(settings, asked)):
        place = f"{record.partition}/{record.offset}"
        if asked.role == "inbound":
            yield from _inbound(settings, record, place)
        else:
            yield _of_outcome(settings, record, place)


async def _records(settings: Settings, asked: TopicRange) -> AsyncGenerator[Record, None]:
    since_ms = None if asked.since is None else _ms(asked.since)
    until_ms = None if asked.until is None else _ms(asked.until)
    start = StartingPoint(since_ms=since_ms)
    async with aclosing(tail(settings, [asked.topic], start=start, follow=False)) as records:
        async for record in records:
            # Records are in order by offset: by time only as far as their senders' clocks agree.
            if until_ms is None or record.timestamp_ms < until_ms:
                yield record


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _inbound(settings: Settings, record: Record, place: str) -> Iterator[tuple[ClaimInput, date]]:
    message = _message(record)
    day = received_day(message, settings)
    value = message.value
    if value is None and message.mark is None:
        return
    flaw = not_read(message, settings)
    if flaw is not None or value is None:
        yield ClaimInput(record.topic, place, b"", flaw.reason.value if flaw else _UNREADABLE), day
        return
    form = form_of(message)
    if form is Form.CLAIM:
        yield ClaimInput(record.topic, place, value), day
        return
    for each in interchange_claims(value) if form is Form.INTERCHANGE else resource_claims(value):
        if isinstance(each, ClaimDocument):
            inside = f"{place}, {each.place.lower()}" if each.place else place
            yield ClaimInput(record.topic, inside, orjson.dumps(each.document), is_mapped=True), day
        else:
            yield ClaimInput(record.topic, place, b"", each.sentence, is_mapped=True), day


def _of_outcome(settings: Settings, record: Record, place: str) -> tuple[ClaimInput, date]:
    message, past = _message(record), read_outcome(record, settings.topics.inbound)
    if past is None:
        return ClaimInput(record.topic, place, b"", _NOT_AN_OUTCOME), received_day(message, settings)
    came = replace(message, timestamp_ms=received_ms(past))
    return ClaimInput(record.topic, place, past.message.value or b""), received_day(came, settings)


def _message(record: Record) -> InboundMessage:
    envelope, value = opened(record.value)
    return InboundMessage(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp_ms,
        record.key,
        value,
        record.headers,
        record.mark,
        envelope=envelope,
    )
