"""Starts and kills workers, and counts what came out of them, for the tests that need a broker."""

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Protocol, Self

from aiokafka import TopicPartition
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError

from tests.environment import plain_environment
from tests.inputs.malformed import sound
from worker.kafka.connection import Client, open_admin, open_producer, open_reader
from worker.kafka.read import Record, tail
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples import synthetic
from worker.settings import Settings

ROOT = Path(__file__).parents[2]
POLL_S = 0.1
QUESTIONS_PER_CLIENT = 50
FAILSAFE_S = 600.0
"""Nothing is decided by it: it ends a test whose event never comes."""


FAKE_WORKER = ("-m", "tests.stream.fake_worker")
REAL_WORKER = ("-m", "worker", "worker")


class Process(Protocol):
    """What tests use of `subprocess.Popen`."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None:
        """Return the exit code, or None while the process runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once there is one. Raises `subprocess.TimeoutExpired`."""

    def send_signal(self, sig: int, /) -> None:
        """Send a signal."""

    def kill(self) -> None:
        """SIGKILL."""


class WorkerProcess:
    """One worker in a process of its own: over a fake scrubber, or the whole `claimscrub worker`."""

    def __init__(self, settings: Settings, folder: Path, name: str, program: tuple[str, ...] = FAKE_WORKER) -> None:
        self.name = name
        self.log_file = folder / f"{name}.log"
        with self.log_file.open("wb") as log:
            self.process = self._start(program, self.environment(settings), folder, log)

    def _start(self, program: tuple[str, ...], environment: Mapping[str, str], folder: Path, log: IO[bytes]) -> Process:
        return subprocess.Popen(
            [sys.executable, *program], env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder
        )

    @staticmethod
    def environment(settings: Settings) -> dict[str, str]:
        """Return the environment of a worker with these settings."""
        environment = plain_environment()
        for key, value in settings.model_dump(exclude_defaults=True).items():
            environment[f"CLAIMSCRUB_{key.upper()}"] = str(value)
        return environment | {"CLAIMSCRUB_HTTP_PORT": "0", "PYTHONPATH": str(ROOT)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()

    def log_lines(self) -> list[dict[str, Any]]:
        """Return the log lines so far; every one must be JSON."""
        lines = self.log_file.read_bytes().split(b"\n")[:-1]
        return [json.loads(line) for line in lines]

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the log lines of one event."""
        return [line for line in self.log_lines() if line["event"] == name]

    def freeze(self) -> None:
        """SIGSTOP: the process knows nothing of the time that passes."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill -9."""
        self.process.kill()
        self.process.wait(FAILSAFE_S)

    def stop(self) -> int:
        """SIGTERM, and the exit code; a worker that does not end within its grace period leaves with 3."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(FAILSAFE_S)

    def get(self, path: str, accept: str = "") -> tuple[int, str]:
        """Ask the health port."""
        port = self.events("starting")[0]["port"]
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=FAILSAFE_S) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def is_ready(self) -> bool:
        """Return whether /readyz says so."""
        with contextlib.suppress(OSError):  # its port is not open yet
            return bool(self.events("starting")) and self.get("/readyz")[0] == 200
        return False

    def metric(self, sample: str) -> float:
        """Return one sample of /metrics, named as there."""
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(sample + " "):
                return float(line.rpartition(" ")[2])
        return 0.0


async def until(condition: Callable[[], bool], what: str, failsafe_s: float = FAILSAFE_S) -> None:
    """Wait for a condition, or fail with what was waited for."""
    deadline = time.monotonic() + failsafe_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {failsafe_s} s: {what}")
        await asyncio.sleep(POLL_S)


async def until_counted(worker: WorkerProcess, samples: Mapping[str, float]) -> None:
    """Wait until the metrics have these values: what is durable is counted a moment later."""
    found: dict[str, float] = {}

    def are_counted() -> bool:
        found.update({sample: worker.metric(sample) for sample in samples})
        return found == samples

    try:
        await until(are_counted, "the counts")
    except AssertionError:
        assert found == samples
        raise


def claim(number: int, **extra: object) -> bytes:
    """Return a fake claim."""
    return json.dumps({"id": number, **extra}).encode()


def outcome_topics(settings: Settings) -> list[str]:
    """Return every topic in which a message may end."""
    names = settings.topics
    return [names.scrubbed, names.rejected, names.pended, names.dead_letter]


async def outcomes(settings: Settings) -> list[Record]:
    """Read all outcomes from the start as a fresh reader of committed records."""
    return [record async for record in tail(settings, outcome_topics(settings), follow=False)]


async def outcomes_when(settings: Settings, count: int) -> list[Record]:
    """Read all outcomes once there are as many as expected."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FAILSAFE_S), contextlib.aclosing(tail(settings, outcome_topics(settings))) as coming:
            seen = 0
            while seen < count:
                await anext(coming)
                seen += 1
    return await outcomes(settings)


async def committed(settings: Settings) -> int:
    """Return how many messages the group has committed."""
    async with open_admin(settings) as admin:
        return await _committed(admin, settings)


async def _committed(admin: Client, settings: Settings) -> int:
    try:
        offsets = await admin.list_consumer_group_offsets(settings.group_id)
    except GroupCoordinatorNotAvailableError:  # a broker that is still young
        return 0
    return sum(max(0, each.offset) for tp, each in offsets.items() if tp.topic == settings.topics.inbound)


async def progress(settings: Settings, count: int, failsafe_s: float = FAILSAFE_S) -> None:
    """Wait until the group has committed so many messages."""
    deadline = time.monotonic() + failsafe_s
    while True:
        # A client is dearer than a question; one that has lost its broker is not kept for long.
        async with open_admin(settings) as admin:
            for _ in range(QUESTIONS_PER_CLIENT):
                if (done := await _committed(admin, settings)) >= count:
                    return
                await asyncio.sleep(POLL_S)
        if time.monotonic() > deadline:
            raise AssertionError(f"{done} of {count} messages committed within {failsafe_s} s")


@dataclass(frozen=True)
class DeliveryLedger:
    """What came out, against what went in; all but `sent` and `duplicated` must be 0, and that too if exactly once."""

    sent: int
    lost: int
    duplicated: int
    conflicting: int
    """Claims that came out twice with another id, another place or other bytes."""
    disordered: int
    """Claims whose first outcome comes after that of a later claim of the same key, on the same topic."""

    @classmethod
    def of(cls, sent: int, records: list[Record]) -> Self:
        """Compare the numbers of the claims that came out with 0 to sent."""
        counts: Counter[int] = Counter()
        copies: dict[int, set[tuple[object, ...]]] = {}
        newest: dict[tuple[str, int, bytes | None], int] = {}
        disordered = 0
        for record in records:
            number = _number(record)
            counts[number] += 1
            copies.setdefault(number, set()).add(
                (record.topic, record.partition, record.key, record.value, dict(record.headers)["ce_id"])
            )
            place = (record.topic, record.partition, record.key)
            if counts[number] == 1:
                disordered += newest.get(place, -1) > number
                newest[place] = max(newest.get(place, -1), number)
        return cls(
            sent=sent,
            lost=sum(1 for number in range(sent) if not counts[number]),
            duplicated=sum(counts.values()) - len(counts),
            conflicting=sum(1 for each in copies.values() if len(each) > 1),
            disordered=disordered,
        )

    @property
    def flaws(self) -> tuple[int, int, int]:
        """Return lost, conflicting and disordered."""
        return self.lost, self.conflicting, self.disordered


def _number(record: Record) -> int:
    document = json.loads(record.value or b"{}")
    # A dead letter is the claim itself.
    return int(document.get("claim", document)["id"])


def key_of(value: bytes | None) -> bytes:
    """Return one of 200 keys, so that there is an order to keep."""
    return b"key-%d" % (json.loads(value or b"{}")["id"] % 200)


async def prepare(
    settings: Settings,
    claims: list[bytes | None],
    partitions: int = 4,
    key: Callable[[bytes | None], bytes] | None = None,
) -> None:
    """Create the topics and send the claims."""
    await create_topics(settings, partitions=partitions)
    await send_claims(settings, claims, key=key)


async def kill_storm(
    settings: Settings, folder: Path, *, sent: int, kills: int, start: type[WorkerProcess] = WorkerProcess
) -> DeliveryLedger:
    """Kill -9 the whole worker at even distances through the messages, restart it each time, and count."""
    settings = settings.model_copy(update={"as_of": date.fromisoformat(synthetic.RECEIVED_ON)})
    document = sound()
    await prepare(settings, [json.dumps(document | {"id": number}).encode() for number in range(sent)])
    for kill in range(1, kills + 1):
        with start(settings, folder, f"killed-{kill}", REAL_WORKER) as worker:
            await progress(settings, sent * kill // (kills + 1))
            worker.kill()
    assert await committed(settings) < sent
    with start(settings, folder, "last", REAL_WORKER) as worker:
        await progress(settings, sent)
        assert worker.stop() == 0
    return DeliveryLedger.of(sent, await outcomes(settings))


async def create_again(settings: Settings) -> None:
    """Delete the inbound topic and create it again at once, with one partition."""
    async with open_admin(settings) as admin:
        await admin.delete_topics([settings.topics.inbound])
    while not await _is_created(settings):  # noqa: ASYNC110 -- it is the broker that is waited for
        await asyncio.sleep(POLL_S)


async def _is_created(settings: Settings) -> bool:
    """Create the inbound topic; return whether the one that is there is empty, and so is not the first."""
    try:
        await create_topics(settings, partitions=1)
        async with open_reader(settings) as reader, asyncio.timeout(POLL_S * 100):
            place = TopicPartition(settings.topics.inbound, 0)
            return int((await reader.end_offsets([place]))[place]) == 0
    except (KafkaError, TimeoutError):  # the broker is still about to delete the first one
        return False


async def send_to(settings: Settings, claims: list[bytes]) -> None:
    """Send claims to partition 0, each once the broker has the one before."""
    async with open_producer(settings) as producer:
        for each in claims:
            await producer.send_and_wait(settings.topics.inbound, each, partition=0)


def numbers(records: list[Record]) -> list[int]:
    """Return the numbers of the claims that came out, in order."""
    return sorted(_number(record) for record in records)
