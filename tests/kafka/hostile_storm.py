"""The storm of hostile messages: every kind of `tests.inputs.hostile` among sound claims, and claims that end workers.

Three whole workers share the partitions. Every sound claim must have its outcome once, every hostile message its one
end, and no worker may end but by the claims that are made to end it: each of these takes three.
"""

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import orjson

from schemas import dead_letter as dlq
from schemas.dead_letter import DeadLetterReason
from tests.inputs.hostile import LIMITS, PENDED, Hostile, claim_with, hostile
from tests.inputs.record_batches import produced
from tests.kafka.storms import LIMIT_S, PARTITIONS, WorkerGroup, ended_records, group, restarted_when_dead
from tests.stream.support import REAL_WORKER, DeliveryLedger, key_of, progress
from worker.kafka.connection import Client, open_producer
from worker.kafka.read import Record
from worker.kafka.topics import create_topics
from worker.samples import synthetic
from worker.settings import Settings
from worker.stream.crash_record import CRASHES_TO_DEAD_LETTER

EDITS: Final = Path(__file__).parents[1] / "stream" / "hostile_edits"
EVERY: Final = 100
"""One in so many messages is hostile."""

KILLERS: Final = 2

Place = tuple[int, int]
"""Partition and offset."""


@dataclass(frozen=True)
class HostileStorm:
    """What came out of the storm."""

    ledger: DeliveryLedger
    hostile: int
    wrong: tuple[str, ...]
    """Each hostile message that ended otherwise than it must: its kind, and how it ended."""
    killed: int
    """Workers that a claim ended which is made to end them."""
    left: tuple[int, ...]
    """How any other worker left that was not asked to."""

    @property
    def is_sound(self) -> bool:
        """Whether each message had its own end only, and no worker left but for those that were killed."""
        flaws = (*self.ledger.flaws, self.ledger.duplicated)
        most = KILLERS * CRASHES_TO_DEAD_LETTER
        return flaws == (0, 0, 0, 0) and not self.wrong and not self.left and self.killed <= most

    @property
    def figures(self) -> dict[str, object]:
        """The figures by name."""
        return {
            "sent": self.ledger.sent,
            "lost": self.ledger.lost,
            "duplicated": self.ledger.duplicated,
            "conflicting": self.ledger.conflicting,
            "disordered": self.ledger.disordered,
            "hostile": self.hostile,
            "hostile that ended otherwise": len(self.wrong),
            "claims that end workers": KILLERS,
            "workers ended by them": self.killed,
            "workers that left otherwise": len(self.left),
        }


def real(settings: Settings) -> Settings:
    """Return the settings of a whole worker with the limits that the hostile messages pass."""
    more = {"as_of": date.fromisoformat(synthetic.RECEIVED_ON), "edits_dir": EDITS, "allow_writable_edits": True}
    return settings.model_copy(update=LIMITS | more)


async def hostile_messages(settings: Settings, folder: Path, *, sent: int) -> HostileStorm:
    """Send the claims with the hostile messages among them, and let three workers take them."""
    own = real(settings)
    await create_topics(own, partitions=PARTITIONS)
    ends, numbered = await _send(own, sent)
    with group(own, folder, REAL_WORKER) as workers:
        async with restarted_when_dead(workers, 3) as running:
            await progress(own, sent + sent // EVERY + KILLERS, 4 * LIMIT_S)
        records = await ended_records(own, *running)
        return _counted(sent + len(numbered), records, ends, numbered, workers)


async def _send(settings: Settings, sent: int) -> tuple[dict[Place, Hostile], dict[int, Hostile]]:
    """Send everything; return the hostile messages by place, and those that are claims by their number."""
    kinds, ends, numbered = cycle(tuple(hostile())), dict[Place, Hostile](), dict[int, Hostile]()
    killers = {sent * (number + 1) // (KILLERS + 1) for number in range(KILLERS)}
    topic = settings.topics.inbound
    async with open_producer(settings) as producer:
        for first in range(0, sent, EVERY):
            await _send_claims(producer, topic, (claim_with(number, "") for number in range(first, first + EVERY)))
            for killer in killers & set(range(first, first + EVERY)):
                where = await producer.send_and_wait(topic, claim_with(-killer, "CRASH"), key=b"killer")
                ends[where.partition, where.offset] = Hostile("ends workers", DeadLetterReason.CRASH_LOOP)
            bad = next(kinds)
            if bad.harm:
                number = sent + len(numbered)
                numbered[number] = bad
                await _send_claims(producer, topic, iter([claim_with(number, bad.harm)]))
                continue
            partition = first // EVERY % PARTITIONS
            code, offset = await produced(settings.brokers[0], topic, bad.stored, partition)
            assert code == 0, f"the broker refuses {bad.kind} with {code}"
            ends[partition, offset] = bad
    return ends, numbered


async def _send_claims(producer: Client, topic: str, claims: Iterator[bytes]) -> None:
    for future in [await producer.send(topic, each, key=key_of(each)) for each in claims]:
        await future


def _counted(
    claims: int, records: list[Record], ends: dict[Place, Hostile], numbered: dict[int, Hostile], workers: WorkerGroup
) -> HostileStorm:
    dead = [dict(each.headers) for each in records if dlq.HEADER_REASON in dict(each.headers)]
    outcomes = [each for each in records if dlq.HEADER_REASON not in dict(each.headers)]
    found = Counter((_place(each), (each[dlq.HEADER_REASON] or b"").decode()) for each in dead)
    expected = Counter((place, each.ends) for place, each in ends.items())
    wrong = [f"{ends[place].kind if place in ends else 'sound'}: {ended}" for place, ended in found - expected]
    wrong += [f"{ends[place].kind}: not {ended}" for place, ended in expected - found]
    bodies: list[dict[str, Any]] = [orjson.loads(each.value or b"") for each in outcomes]
    for number, disposition in ((each["claim"]["id"], each["disposition"]) for each in bodies):
        if number in numbered and disposition != PENDED:
            wrong.append(f"{numbered[number].kind}: {disposition}")
        if number not in numbered and disposition != "scrubbed":
            wrong.append(f"sound: {disposition}")
    codes = [worker.process.wait(10) for worker in workers.started]
    return HostileStorm(
        DeliveryLedger.of(claims, outcomes),
        len(ends) + len(numbered),
        tuple(wrong),
        codes.count(-signal.SIGKILL),
        tuple(code for code in codes if code not in {0, -signal.SIGKILL}),
    )


def _place(headers: dict[str, bytes]) -> Place:
    return int(headers[dlq.HEADER_ORIG_PARTITION]), int(headers[dlq.HEADER_ORIG_OFFSET])
