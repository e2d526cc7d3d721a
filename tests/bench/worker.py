"""Claims a second through the worker, beside the plainest loops: one over the same pipeline, one that only forwards."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, islice
from tempfile import TemporaryFile
from time import monotonic

from rich.console import Console

from tests.bench.measure import Series, in_turn
from tests.kafka.broker import KafkaMissingError, kafka_cluster
from worker.cli.demo_claims import demo_claims
from worker.settings import Delivery, Settings
from worker.stream.admin import create_topics
from worker.stream.connection import open_reader
from worker.stream.embedded import embedded_broker
from worker.stream.produce import send_claims
from worker.stream.tail import partitions_of, tail

LIMIT_S = 180
FLOOR = "bare aiokafka loop, same pipeline"
FORWARDING = "bare aiokafka loop, decode and encode only"
LOOPS = {FLOOR: "scrub", FORWARDING: "forward"}


def measure_worker(rounds: int, claims: int, console: Console) -> list[Series]:
    """The worker under both policies and the bare loop, each over the same claims on fresh topics."""
    with _broker(console) as servers:
        run = partial(_claims_a_second, servers, claims, count(1))
        measures = {name: partial(run, name) for name in (*LOOPS, *map(_name, Delivery))}
        console.print(f"Worker: {rounds} rounds of {len(measures)} measurements over {claims:,} claims ...")
        values = in_turn(measures, rounds)
    floor = values.pop(FLOOR)
    return [
        Series(FLOOR, "claims/s", floor),
        *(Series(name, "claims/s", own, FLOOR, floor) for name, own in values.items()),
    ]


def _name(policy: Delivery) -> str:
    return f"worker, {policy.value}"


@contextmanager
def _broker(console: Console) -> Iterator[str]:
    """Apache Kafka where it can be had; the embedded broker answers empty fetches at once, which costs the worker."""
    try:
        with kafka_cluster() as cluster:
            console.print("Broker: Apache Kafka")
            yield cluster.address
    except KafkaMissingError as missing:
        console.print(f"Broker: embedded ({missing})")
        with embedded_broker() as servers:
            yield servers


def _claims_a_second(servers: str, claims: int, runs: "count[int]", name: str) -> float:
    run = next(runs)
    environment = {
        "CLAIMSCRUB_BOOTSTRAP_SERVERS": servers,
        "CLAIMSCRUB_TOPIC_PREFIX": f"bench-{run}-",
        "CLAIMSCRUB_GROUP_ID": f"bench-{run}",
        "CLAIMSCRUB_AS_OF": "2026-03-31",
        "CLAIMSCRUB_HTTP_PORT": "0",
        "CLAIMSCRUB_DELIVERY": next((each.value for each in Delivery if _name(each) == name), Delivery.EXACTLY_ONCE),
    }
    settings = Settings.from_environment(environment)
    asyncio.run(_prepare(settings, claims))
    if name in LOOPS:
        names = (settings.topics.inbound, settings.topics.scrubbed)
        command = [sys.executable, "-m", "tests.bench.bare_loop", servers, *names, settings.group_id, LOOPS[name]]
    else:
        command = [sys.executable, "-m", "worker", "worker"]
    with TemporaryFile() as log:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=log)
        try:
            return asyncio.run(_rate(settings, claims, process))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


async def _prepare(settings: Settings, claims: int) -> None:
    await create_topics(settings)
    # Readable claims only: the bare loop has no answer to bytes that are none.
    readable = (made.value for made in demo_claims(claims * 2) if made.expected is not None)
    await send_claims(settings, islice(readable, claims))


async def _rate(settings: Settings, claims: int, process: subprocess.Popen[bytes]) -> float:
    """Claims a second between the first and the last outcome, by the producer's own timestamps."""
    topics = [settings.topics.scrubbed, settings.topics.rejected, settings.topics.pended]
    deadline = monotonic() + LIMIT_S
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"the measured process ended with exit code {process.returncode}")
        if monotonic() > deadline:
            raise TimeoutError(f"{claims} claims were not through after {LIMIT_S} s")
        await asyncio.sleep(1)
        # The end offsets count transaction markers too, so they only say when it is worth reading.
        if await _written(settings, topics) < claims:
            continue
        stamps = [record.timestamp_ms async for record in tail(settings, topics, follow=False)]
        if len(stamps) >= claims:
            return (len(stamps) - 1) / max((max(stamps) - min(stamps)) / 1000, 0.001)


async def _written(settings: Settings, topics: list[str]) -> int:
    async with open_reader(settings) as reader:
        return sum((await reader.end_offsets(await partitions_of(reader, topics))).values())
