"""How long a claim takes at half of what the worker can do, beside the bare loop at the same pace.

A sender in this process sends one claim after the other, evenly, and a reader of committed records waits for the
outcomes. A claim is done for its sender when such a reader has the outcome; when the worker's producer stamped it says
how much of that went by before the transaction ended.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from statistics import quantiles
from time import time

from aiokafka import AIOKafkaProducer
from rich.console import Console

from tests.bench.measure import Series, in_turn
from tests.bench.worker_runs import (
    AT_LEAST_ONCE,
    EXACTLY_ONCE,
    LIMIT_S,
    LOOP,
    Bench,
    any_broker,
    outcome_topics,
    readable_claims,
    saturated,
    started,
)
from worker.settings import Settings
from worker.stream.admin import create_topics
from worker.stream.connection import Client, client_options
from worker.stream.tail import tail

SECONDS = 10
"""How long the claims are sent that count."""

WARM_UP = 500
"""Claims that go before, at the same pace, and do not count."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the record of a claim to its outcome, of the middle claim and the slowest in a hundred."""

    stamped_p50: float
    stamped_p99: float
    read_p50: float
    read_p99: float


_FIGURES: Mapping[str, Callable[[Latency], float]] = {
    "outcome read, p50": lambda found: found.read_p50,
    "outcome read, p99": lambda found: found.read_p99,
    "outcome sent, p50": lambda found: found.stamped_p50,
    "outcome sent, p99": lambda found: found.stamped_p99,
}


def measure_latency(rounds: int, claims: int, console: Console) -> list[Series]:
    """The worker under both policies and the loop, at half of the claims a second of the exactly-once worker."""
    with any_broker(console) as bench:
        pace = saturated(bench, claims, EXACTLY_ONCE).claims_a_second / 2
        measures = {name: partial(latency, bench, name, pace) for name in (LOOP, EXACTLY_ONCE, AT_LEAST_ONCE)}
        console.print(f"Latency: {rounds} rounds of {len(measures)} at {pace:.0f} claims/s for {SECONDS} s ...")
        found = in_turn(measures, rounds)
    series = []
    for what, figure in _FIGURES.items():
        floor = [figure(each) for each in found[LOOP]]
        series.append(Series(f"{what}: {LOOP}", "ms", floor))
        series += [
            Series(f"{what}: {name}", "ms", [figure(each) for each in found[name]], LOOP, floor)
            for name in (EXACTLY_ONCE, AT_LEAST_ONCE)
        ]
    return series


def latency(bench: Bench, name: str, pace: float) -> Latency:
    """Send claims at a pace, in claims a second, to one process on fresh topics."""
    settings = bench.settings(name)
    asyncio.run(create_topics(settings))
    with started(settings, name):
        return asyncio.run(_latency(settings, pace))


async def _latency(settings: Settings, pace: float) -> Latency:
    """A first claim waits until the process is there."""
    sent_s: dict[bytes, float] = {}
    done: dict[bytes, tuple[float, float]] = {}
    values = readable_claims(1 + WARM_UP + round(SECONDS * pace))
    producer: Client = AIOKafkaProducer(  # type: ignore[no-untyped-call]  # aiokafka publishes no types
        **client_options(settings), acks="all", linger_ms=0
    )
    async with asyncio.timeout(LIMIT_S), producer, asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(_read(settings, done))
        for start, some in ((0, 1), (1, None)):
            await _send(producer, settings.topics.inbound, islice(values, some), start, pace, sent_s)
            while len(done) < len(sent_s):  # noqa: ASYNC110 - a look each tenth of a second costs those measured nothing
                await asyncio.sleep(0.1)
        reading.cancel()
    counted = list(sent_s.items())[1 + WARM_UP :]
    stamped = quantiles(((done[key][0] - sent) * 1000 for key, sent in counted), n=100)
    read = quantiles(((done[key][1] - sent) * 1000 for key, sent in counted), n=100)
    return Latency(stamped[49], stamped[98], read[49], read[98])


async def _read(settings: Settings, done: dict[bytes, tuple[float, float]]) -> None:
    """Note by key when each outcome was sent and when it came here, in seconds since 1970."""
    async for record in tail(settings, outcome_topics(settings)):
        if record.key is None:
            raise ValueError("an outcome has the key of its claim")
        done[record.key] = (record.timestamp_ms / 1000, time())


async def _send(  # noqa: PLR0917 - all that a paced sender needs
    producer: Client, topic: str, values: Iterable[bytes], first: int, pace: float, sent_s: dict[bytes, float]
) -> None:
    """Send values evenly; who is late sends at once, so that the pace holds over all."""
    began = time()
    for number, value in enumerate(values, first):
        await asyncio.sleep(began + (number - first) / pace - time())
        key = b"%d" % number
        sent_s[key] = time()
        await producer.send(topic, value, key=key, timestamp_ms=round(sent_s[key] * 1000))
    await producer.flush()
