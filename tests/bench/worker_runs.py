"""Runs workers and bare loops on a broker over claims that wait for them, and reads off what a claim cost."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from rich.console import Console

from tests.bench.usage import Watch, for_each, peak_mebibytes
from tests.kafka.broker import KafkaMissingError, kafka_cluster
from tests.kafka.earlier import EarlierWorker, unpack_earlier
from tests.stream.support import REAL_WORKER, WorkerProcess
from worker.kafka.connection import open_reader
from worker.kafka.embedded import embedded_broker
from worker.kafka.read import partitions_of, tail
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples.claims import AS_OF, demo_claims
from worker.settings import DeliveryGuarantee, Settings

BUSY_WORKER = Path(__file__).parent / "busy_worker.py"
LIMIT_S = 180
LOOP = "bare aiokafka loop, same pipeline"
FORWARDING = "bare aiokafka loop, decode and encode only"
EXACTLY_ONCE, AT_LEAST_ONCE = (f"worker, {policy.value}" for policy in DeliveryGuarantee)
BUSY, BUSY_EARLIER = "one transaction a worker", "a producer a partition"
"""Workers that spend the same on each claim, of this release and of the earlier one."""
FIRST, BROKER = "process 1", "broker"
_LOOPS = {LOOP: "scrub", FORWARDING: "forward"}
_POLICIES = {EXACTLY_ONCE: DeliveryGuarantee.EXACTLY_ONCE, AT_LEAST_ONCE: DeliveryGuarantee.AT_LEAST_ONCE}


@dataclass(frozen=True, slots=True)
class Bench:
    """A broker to run on; `pid` and `folder` are those of its process where it is Apache Kafka."""

    servers: str
    kind: str
    pid: int | None = None
    folder: Path | None = None
    _runs: "count[int]" = field(default_factory=lambda: count(1))

    def log_bytes(self, topic: str, partition: int) -> int:
        """Return how long the log of a partition is. Raises `ValueError` for the embedded broker."""
        if self.folder is None:
            raise ValueError("the embedded broker keeps its logs in memory")
        return sum(each.stat().st_size for each in (self.folder / "data" / f"{topic}-{partition}").glob("*.log"))

    def settings(self, name: str) -> Settings:
        """Return the settings of one run, with topics and a group of its own."""
        run = f"bench-{next(self._runs)}"
        return Settings(
            bootstrap_servers=self.servers,
            topic_prefix=f"{run}-",
            group_id=run,
            as_of=AS_OF,
            delivery=_POLICIES.get(name, DeliveryGuarantee.EXACTLY_ONCE),
        )


@dataclass(frozen=True, slots=True)
class Saturated:
    """What came of claims that all waited: seconds a claim, processor seconds a claim of each process, memory."""

    seconds: float
    cpu_seconds: Mapping[str, float]
    peak_mebibytes: float

    @property
    def claims_a_second(self) -> float:
        """Claims that came out in each second."""
        return 1 / self.seconds


@contextmanager
def any_broker(console: Console) -> Iterator[Bench]:
    """Apache Kafka where it can be had; the embedded broker answers empty fetches at once, which costs the worker."""
    try:
        with apache_kafka() as bench:
            console.print("Broker: Apache Kafka")
            yield bench
    except KafkaMissingError as missing:
        console.print(f"Broker: embedded ({missing})")
        with embedded() as bench:
            yield bench


@contextmanager
def embedded() -> Iterator[Bench]:
    """The broker of the demo."""
    with embedded_broker() as servers:
        yield Bench(servers, "embedded broker")


@contextmanager
def apache_kafka() -> Iterator[Bench]:
    """One broker of Apache Kafka. Raises `KafkaMissingError` where there is none."""
    with kafka_cluster() as cluster:
        yield Bench(cluster.address, "Apache Kafka", cluster.brokers[0].pid, cluster.brokers[0].folder)


@contextmanager
def started(settings: Settings, name: str, processes: int = 1) -> Iterator[tuple[WorkerProcess, ...]]:
    """Start processes of one kind in one group; they end with the block."""
    program: tuple[str, ...] = REAL_WORKER
    if name in _LOOPS:
        topics = (settings.topics.inbound, settings.topics.scrubbed)
        program = ("-m", "tests.bench.bare_loop", settings.bootstrap_servers, *topics, settings.group_id, _LOOPS[name])
    elif name in {BUSY, BUSY_EARLIER}:
        program = ("-P", str(BUSY_WORKER))  # its folder has a `worker` too
    with TemporaryDirectory() as folder, ExitStack() as stack:
        start: Callable[[Settings, Path, str, tuple[str, ...]], WorkerProcess] = WorkerProcess
        if name == BUSY_EARLIER:
            code = Path(folder) / "earlier"
            unpack_earlier(code)
            start = partial(_earlier, code)
        yield tuple(
            stack.enter_context(start(settings, Path(folder), f"process {number}", program))
            for number in range(1, processes + 1)
        )


def _earlier(code: Path, settings: Settings, folder: Path, name: str, program: tuple[str, ...]) -> WorkerProcess:
    return EarlierWorker(settings, folder, name, code, program)


def readable_claims(claims: int) -> Iterator[bytes]:
    """Yield claims of the demo without the bytes that are none: the bare loop has no answer to them."""
    readable = (made.value for made in demo_claims(claims * 2) if made.expected is not None)
    return islice(readable, claims)


def outcome_topics(settings: Settings) -> list[str]:
    """Return the topics in which a readable claim may end."""
    return [settings.topics.scrubbed, settings.topics.rejected, settings.topics.pended]


def saturated(bench: Bench, claims: int, name: str, processes: int = 1, partitions: int | None = None) -> Saturated:
    """Have claims that wait worked off, from the start of the processes to the last outcome."""
    settings = bench.settings(name)
    asyncio.run(_prepare(settings, claims, partitions))
    return worked_off(bench, settings, claims, name, processes)


def worked_off(bench: Bench, settings: Settings, claims: int, name: str, processes: int = 1) -> Saturated:
    """Have the claims worked off that wait in the inbound topic."""
    with started(settings, name, processes) as workers:
        pids = {worker.name: worker.process.pid for worker in workers}
        if bench.pid is not None:
            pids[BROKER] = bench.pid
        with Watch(pids) as watch:
            moments = asyncio.run(_outcomes(settings, claims, workers))
        peak = max(peak_mebibytes(worker.process.pid) for worker in workers)
    return Saturated(for_each(moments), {each: for_each(watch.cpu_s(each, moments)) for each in pids}, peak)


async def _prepare(settings: Settings, claims: int, partitions: int | None) -> None:
    await create_topics(settings, partitions=partitions)
    await send_claims(settings, readable_claims(claims))


async def _outcomes(settings: Settings, claims: int, workers: tuple[WorkerProcess, ...]) -> list[float]:
    """Return when each outcome was sent, by the producer's own timestamps, in seconds since 1970."""
    topics = outcome_topics(settings)
    deadline = monotonic() + LIMIT_S
    while True:
        for worker in workers:
            if worker.process.poll() is not None:
                log = worker.log_file.read_text()
                raise RuntimeError(f"{worker.name} ended with exit code {worker.process.returncode}: {log[-2000:]}")
        if monotonic() > deadline:
            raise TimeoutError(f"{claims} claims were not through after {LIMIT_S} s")
        await asyncio.sleep(1)
        # The end offsets count transaction markers too, so they only say when it is worth reading.
        if await _written(settings, topics) < claims:
            continue
        stamps = [record.timestamp_ms / 1000 async for record in tail(settings, topics, follow=False)]
        if len(stamps) >= claims:
            return sorted(stamps)


async def _written(settings: Settings, topics: list[str]) -> int:
    async with open_reader(settings) as reader:
        return sum((await reader.end_offsets(await partitions_of(reader, topics))).values())
