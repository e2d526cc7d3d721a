"""Batches that no library reads, through a whole worker and past the commands; on any broker."""

import gzip
from pathlib import Path

import cramjam

from schemas import dead_letter as dlq
from tests.inputs.record_batches import batch, produce, with_bad_header_name, with_payload
from tests.stream.forks import ForkedWorker
from tests.stream.support import claim, outcomes_when, prepare, until
from worker.kafka.read import Record, tail
from worker.settings import Settings

GZIP, SNAPPY = 1, 2
BOMB_BYTES = 400 * 1024 * 1024


def hostile(value: bytes) -> list[bytes]:
    """One record in each batch: a bad header name, a bomb, and what is not packed as it says."""
    return [
        with_bad_header_name(value),
        # The broker unpacks what it takes, so this one is a record that is sound but for its size.
        with_payload(batch(b"x"), gzip.compress(batch(bytes(BOMB_BYTES))[61:], 6), GZIP),
        with_payload(batch(b"x"), bytes(cramjam.snappy.compress_raw(b"\xff" * 40)), SNAPPY),
    ]


async def is_read_past(settings: Settings, folder: Path) -> list[Record]:
    """Send sound claims with a hostile record between any two; return what the worker made of those that were stored.

    Every sound claim must have its outcome, no worker may end, and a hostile record that the broker took is one dead
    letter that names its offset.
    """
    await prepare(settings, [claim(0)], 1)
    stored, offset = {}, 1
    for number, each in enumerate(hostile(claim(90)), 1):
        if await produce(settings.brokers[0], settings.topics.inbound, each) == 0:
            stored[offset] = each
            offset += 1
        assert await produce(settings.brokers[0], settings.topics.inbound, batch(claim(number))) == 0
        offset += 1
    with ForkedWorker(settings, folder, "worker") as worker:
        found = await outcomes_when(settings, offset)
        letters = [each for each in found if each.topic == settings.topics.dead_letter]
        assert {dict(each.headers)[dlq.HEADER_ORIG_OFFSET] for each in letters} == {b"%d" % each for each in stored}
        assert len(found) == offset
        await until(lambda: len(worker.events("message-unreadable")) >= len(stored), "each has its line")
        told = worker.events("message-unreadable")
        assert [(each["topic"], each["partition"], each["offset"], each["audit"]) for each in told] == [
            (settings.topics.inbound, 0, each, True) for each in stored
        ]
        sample = f'claimscrub_unreadable_messages_total{{partition="0",topic="{settings.topics.inbound}"}}'
        assert worker.metric(sample) == len(stored)
        assert worker.stop() == 0
    assert len([each async for each in tail(settings, [settings.topics.inbound], follow=False)]) == offset
    return letters
