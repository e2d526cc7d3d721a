"""How long a claim takes at half of what the worker can do, beside the bare loop at the same pace.

A sender in this process sends one claim after the other, evenly, and a reader of committed records waits for the
outcomes. A claim is done for its sender when such a reader has the outcome; when the worker's producer stamped it says
how much of that went by before the transaction ended.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from statistics import quantiles
from time import time

from aiokafka import AIOKafkaProducer
from rich.console import Console

from tests.bench.measure import Series, beside, in_turn
from tests.bench.usage import Watch
from tests.bench.worker_runs import (
    AT_LEAST_ONCE,
    BROKER,
    EXACTLY_ONCE,
    FIRST,
    LIMIT_S,
    LOOP,
    Bench,
    any_broker,
    outcome_topics,
    readable_claims,
    saturated,
    started,
)
from worker.kafka.connection import Client, client_options
from worker.kafka.read import tail
from worker.kafka.topics import create_topics
from worker.settings import Settings

SECONDS = 10
"""How long the claims are sent that count."""

WARM_UP = 500
"""Claims that go before, at the same pace, and do not count."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the record of a claim to its outcome, of the middle claim and the slowest in a hundred.

    Beside it the microseconds of processor time that a claim cost the process, and the broker if it is Apache Kafka.
    """

    stamped_p50: float
    stamped_p99: float
    read_p50: float
    read_p99: float
    cpu_us: float
    broker_cpu_us: float | None


@dataclass(slots=True)
class TimedClaim:
    """When a claim was sent, its outcome was stamped, and that was read, in seconds since 1970; 0 if it was not yet."""

    sent_s: float
    stamped_s: float = 0.0
    read_s: float = 0.0


_FIGURES: Mapping[str, tuple[str, Callable[[Latency], float | None]]] = {
    "outcome read, p50": ("ms", lambda found: found.read_p50),
    "outcome read, p99": ("ms", lambda found: found.read_p99),
    "outcome sent, p50": ("ms", lambda found: found.stamped_p50),
    "outcome sent, p99": ("ms", lambda found: found.stamped_p99),
    "processor time": ("µs/claim", lambda found: found.cpu_us),
    "processor time of the broker": ("µs/claim", lambda found: found.broker_cpu_us),
}


def in_figures(runs: Mapping[str, list[Latency]], floor: str) -> list[Series]:
    """Return the series of each figure, each name beside the floor."""
    series: list[Series] = []
    for what, (unit, figure) in _FIGURES.items():
        values = {name: [value for run in found if (value := figure(run)) is not None] for name, found in runs.items()}
        if values[floor]:  # an embedded broker has no processor time
            series += beside(unit, floor, values, f"{what}: ")
    return series


def measure_latency(rounds: int, claims: int, console: Console) -> list[Series]:
    """The worker under both policies and the loop, at half of the claims a second of the exactly-once worker.

    A saturated run and a round go before that do not count: a transaction takes a broker whose code is not compiled
    yet five times as long as later.
    """
    with any_broker(console) as bench:
        pace = [saturated(bench, claims, EXACTLY_ONCE).claims_a_second for _ in range(2)][-1] / 2
        measures = {name: partial(latency, bench, name, pace) for name in (LOOP, EXACTLY_ONCE, AT_LEAST_ONCE)}
        console.print(f"Latency: {rounds} + 1 rounds of {len(measures)} at {pace:.0f} claims/s for {SECONDS} s ...")
        found = {name: runs[1:] for name, runs in in_turn(measures, rounds + 1).items()}
    return in_figures(found, LOOP)


def latency(bench: Bench, name: str, pace: float) -> Latency:
    """Send claims at a pace, in claims a second, to one process on fresh topics."""
    values = readable_claims(needed(pace))
    return latency_of(bench, bench.settings(name), name, pace, values)


def needed(pace: float) -> int:
    """Return how many claims are sent in all, of which the first ones do not count."""
    return 1 + WARM_UP + round(SECONDS * pace)


def latency_of(bench: Bench, settings: Settings, name: str, pace: float, values: Iterator[bytes]) -> Latency:
    """As `latency`, with settings and claims of one's own."""
    asyncio.run(create_topics(settings))
    with started(settings, name) as (worker,):
        pids = {FIRST: worker.process.pid} | ({} if bench.pid is None else {BROKER: bench.pid})
        with Watch(pids) as watch:
            counted = asyncio.run(_counted(settings, pace, values))
    stamped = quantiles(((each.stamped_s - each.sent_s) * 1000 for each in counted), n=100)
    read = quantiles(((each.read_s - each.sent_s) * 1000 for each in counted), n=100)
    cpu_us = {}
    for process in pids:
        before, after = watch.cpu_s(process, (counted[0].sent_s, counted[-1].read_s))
        cpu_us[process] = (after - before) / len(counted) * 1e6
    return Latency(stamped[49], stamped[98], read[49], read[98], cpu_us[FIRST], cpu_us.get(BROKER))


async def _counted(settings: Settings, pace: float, values: Iterator[bytes]) -> list[TimedClaim]:
    """Send all claims, the first one alone, so that it waits until the process is there; return those that count."""
    sent: dict[bytes, TimedClaim] = {}
    producer: Client = AIOKafkaProducer(  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        **client_options(settings), acks="all", linger_ms=0
    )
    async with asyncio.timeout(LIMIT_S), producer, asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(_read(settings, sent))
        for some in (1, None):
            await _send(producer, settings.topics.inbound, islice(values, some), pace, sent)
            while not all(each.read_s for each in sent.values()):  # noqa: ASYNC110 - a look now and then costs nothing
                await asyncio.sleep(0.1)
        reading.cancel()
    return list(sent.values())[1 + WARM_UP :]


async def _read(settings: Settings, sent: Mapping[bytes, TimedClaim]) -> None:
    async for record in tail(settings, outcome_topics(settings)):
        if record.key is None:
            raise ValueError("an outcome has the key of its claim")
        claim = sent[record.key]
        claim.stamped_s, claim.read_s = record.timestamp_ms / 1000, time()


async def _send(
    producer: Client, topic: str, values: Iterable[bytes], pace: float, sent: dict[bytes, TimedClaim]
) -> None:
    """Send values evenly; who is late sends at once, so that the pace holds over all."""
    began = time()
    for number, value in enumerate(values):
        await asyncio.sleep(began + number / pace - time())
        key = b"%d" % len(sent)
        sent[key] = claim = TimedClaim(time())
        await producer.send(topic, value, key=key, timestamp_ms=round(claim.sent_s * 1000))
    await producer.flush()
