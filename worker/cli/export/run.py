"""Reads what is not exported yet, partition by partition, and adds it to the folder."""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Final

import click

from worker.analysis.export import ExportFolder, OutcomePartition, OutcomeRecord
from worker.cli.shared.broker import say_unreadable
from worker.cli.shared.progress import progress_of_steps
from worker.kafka.read import NoSuchPlaceError, Record, StartingPoint, tail
from worker.kafka.spans import PartitionSpan, spans_of
from worker.kafka.topics import missing_topics
from worker.settings import Settings

_PORTION_BYTES: Final = 8 * 1024 * 1024


async def export(settings: Settings, written: ExportFolder) -> list[str]:
    """Write what is not written yet; return what was deleted before it could be, in sentences."""
    topics = {getattr(settings.topics, each): each for each in ("scrubbed", "rejected", "pended")}
    if missing := await missing_topics(settings, list(topics)):
        raise click.ClickException(
            f"{', '.join(missing)}: missing on the broker; `claimscrub topics create` makes them"
        )
    spans, gaps = await spans_of(settings, list(topics)), dict[OutcomePartition, list[range]]()
    done = written.next_offsets()
    total, exported = sum(span.end - span.oldest for span in spans) or 1, 0
    with progress_of_steps() as step:
        told = step("exporting")
        for span in spans:
            source = OutcomePartition(span.topic, span.topic_id, span.partition)
            begin = done.get(source, span.oldest)
            if begin < span.end:
                gaps[source] = await _export_partition(settings, written, source, topics[span.topic], begin)
            exported += span.end - span.oldest
            told(exported / total)
    return [lost for span in await spans_of(settings, list(topics)) for lost in _lost(span, gaps)]


async def _export_partition(
    settings: Settings, written: ExportFolder, source: OutcomePartition, disposition: str, begin: int
) -> list[range]:
    """Write the records of a partition from an offset on, and return the offsets in between that had none."""
    gaps, portion, size, expected = list[range](), list[OutcomeRecord](), 0, begin
    async with aclosing(_from(settings, source, begin)) as records:
        async for record in records:
            say_unreadable(record)
            if record.offset > expected:
                gaps.append(range(expected, record.offset))
            expected = record.offset + 1
            portion.append(OutcomeRecord(record.offset, record.timestamp_ms, record.content or b""))
            size += len(record.value or b"")
            if size >= _PORTION_BYTES:
                written.add(source, disposition, portion)
                portion, size = [], 0
    written.add(source, disposition, portion)
    written.flush()
    return gaps


async def _from(settings: Settings, source: OutcomePartition, begin: int) -> AsyncGenerator[Record, None]:
    """Yield the records of a partition from an offset on, or from the oldest one if that is gone."""
    try:
        start = StartingPoint(partition=source.partition, offset=begin)
        async with aclosing(tail(settings, [source.topic], start=start, follow=False)) as records:
            async for record in records:
                yield record
    except NoSuchPlaceError:
        start = StartingPoint(partition=source.partition)
        async with aclosing(tail(settings, [source.topic], start=start, follow=False)) as records:
            async for record in records:
                yield record


def _lost(span: PartitionSpan, gaps: Mapping[OutcomePartition, Sequence[range]]) -> Iterator[str]:
    """Say which offsets the topic no longer has; other gaps are the markers of transactions."""
    for gap in gaps.get(OutcomePartition(span.topic, span.topic_id, span.partition), ()):
        if gap.start < span.oldest:
            yield (
                f"{span.topic} {span.partition}: the offsets {gap.start} to {min(gap.stop, span.oldest) - 1} were "
                "deleted from the topic before they were exported."
            )
