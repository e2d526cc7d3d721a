"""What is measured on Apache Kafka beside the ledgers: how soon a worker is back, and the memory of a backlog."""

import asyncio
import itertools
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median

import click
import psutil

from tests.inputs.malformed import sound, written
from tests.kafka.storms import LIMIT_S, PARTITIONS, CrashLoop, crash_loop, filled, group
from tests.stream.support import (
    REAL_WORKER,
    WorkerProcess,
    claim,
    committed,
    outcome_topics,
    prepare,
    progress,
    until,
)
from worker.kafka.connection import open_producer
from worker.kafka.read import tail
from worker.kafka.topics import create_topics
from worker.samples import synthetic
from worker.settings import Settings

RESULTS = Path(__file__).with_name("results")
RECOVERY_MOST_S = 12.0
MEMORY_MOST_MIB = 300
READY_MOST_S = 5.0
READY_MOST_MIB = 200
SILENCE_MARGIN_S = 2.0
A_SECOND = 60
"""Claims that come in each second while a worker is killed."""

_MIB = 1024 * 1024
_SETTLE_S = 0.5


@dataclass(frozen=True)
class Measured:
    """Figures by name, and whether they keep to what is promised."""

    figures: dict[str, object]
    is_sound: bool


@dataclass(frozen=True)
class Recovery:
    """What happened how many seconds after a kill -9."""

    started: float
    assigned: float
    first_claim: float


async def recovery(settings: Settings, folder: Path, *, sent: int, rounds: int) -> Measured:
    """Kill the one worker of a group again and again, under the default session timeout, nameless and with a name."""
    default = int(Settings.model_fields["session_timeout_s"].default)
    figures: dict[str, object] = {"sent": sent}
    worst = 0.0
    for kind, name in (("nameless", None), ("named", "worker-0")):
        own = _apart(settings, kind).model_copy(update={"session_timeout_s": default, "instance_id": name})
        (folder / kind).mkdir()
        found = await recoveries(own, folder / kind, sent=sent, rounds=rounds)
        figures |= {
            f"{kind}, started": _spread(each.started for each in found),
            f"{kind}, assigned": _spread(each.assigned for each in found),
            f"{kind}, first claim": _spread(each.first_claim for each in found),
        }
        worst = max(worst, *(each.first_claim for each in found))
    return Measured(figures, worst <= RECOVERY_MOST_S)


def _spread(values: Iterable[float]) -> str:
    ordered = sorted(values)
    return f"{ordered[0]:.1f} / {median(ordered):.1f} / {ordered[-1]:.1f} s"


async def recoveries(settings: Settings, folder: Path, *, sent: int, rounds: int) -> list[Recovery]:
    """Return what each of some kills cost a worker that is started again at once."""
    await filled(settings, sent, sleep=0.002)
    found = []
    with group(settings, folder) as workers:
        worker = workers.start()
        for _ in range(rounds):
            await progress(settings, await committed(settings) + sent // (4 * rounds), LIMIT_S)
            worker.kill()
            killed_s = time.time()
            worker = workers.start()
            # What the broker had before the kill may still be committed.
            await asyncio.sleep(_SETTLE_S)
            await progress(settings, await committed(settings) + 1, LIMIT_S)
            found.append(
                Recovery(
                    _logged_s(worker, "starting") - killed_s,
                    _logged_s(worker, "partitions-assigned") - killed_s,
                    time.time() - killed_s,
                )
            )
    return found


def _logged_s(worker: WorkerProcess, event: str) -> float:
    return datetime.fromisoformat(worker.events(event)[0]["timestamp"]).timestamp()


async def ready(settings: Settings, folder: Path, *, partitions: int) -> Measured:
    """Start one worker with many partitions on a fresh broker, and let it work off a few claims of each."""
    await prepare(settings, [claim(number) for number in range(5 * partitions)], partitions, written_number)
    with WorkerProcess(settings, folder, "worker") as worker:
        await until(lambda: bool(worker.events("ready")), "the worker is ready", LIMIT_S)
        opened_s = _logged_s(worker, "ready") - _logged_s(worker, "partitions-assigned")
        await progress(settings, 5 * partitions, LIMIT_S)
        most = psutil.Process(worker.process.pid).memory_info().rss // _MIB
        connections = worker.metric('claimscrub_kafka_connections{state="open"}')
    figures: dict[str, object] = {
        "partitions": partitions,
        "assigned to ready, s": round(opened_s, 1),
        "connections": round(connections),
        "memory, MiB": most,
    }
    return Measured(figures, opened_s <= READY_MOST_S and most <= READY_MOST_MIB)


def written_number(value: bytes | None) -> bytes:
    """Return a key for each claim, so that every partition has some."""
    return value or b""


async def silence(settings: Settings, folder: Path, *, seconds: float) -> Measured:
    """Kill -9 one of two workers while claims come evenly; say how long readers of each partition hear nothing."""
    default = int(Settings.model_fields["session_timeout_s"].default)
    own = settings.model_copy(update={"session_timeout_s": default})
    await create_topics(own, partitions=PARTITIONS)
    heard: dict[int, list[float]] = {partition: [] for partition in range(PARTITIONS)}

    async def send() -> None:
        async with open_producer(own) as producer:
            began = time.monotonic()
            for number in itertools.count():
                await producer.send(own.topics.inbound, claim(number), partition=number % PARTITIONS)
                await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))

    async def read() -> None:
        async for record in tail(own, outcome_topics(own)):
            heard[record.partition].append(time.monotonic())

    with group(own, folder) as workers:
        victim, other = workers.start(), workers.start()
        await until(lambda: victim.is_ready() and other.is_ready(), "both are ready", LIMIT_S)
        running = [asyncio.create_task(send()), asyncio.create_task(read())]
        await until(lambda: all(heard.values()), "every partition is heard of", LIMIT_S)
        killed_s = time.monotonic()
        victim.kill()
        await asyncio.sleep(seconds)
        for task in running:
            task.cancel()
    found = sorted(_longest(killed_s, moments) for moments in heard.values())
    # Each worker has half of the partitions; those of the victim are silent for longer.
    others, own_ones = found[: PARTITIONS // 2], found[PARTITIONS // 2 :]
    figures: dict[str, object] = {"its partitions": _spread(own_ones), "the other's": _spread(others)}
    return Measured(figures, own_ones[-1] <= default + SILENCE_MARGIN_S)


def _longest(began_s: float, moments: list[float]) -> float:
    after = [began_s, *(each for each in moments if each > began_s), time.monotonic()]
    return max(then - first for first, then in itertools.pairwise(after))


SLOW_EDITS = Path(__file__).with_name("slow_edits")


async def backlog(settings: Settings, folder: Path, *, sent: int, seconds: float) -> Measured:
    """Watch the memory of one whole worker while large claims wait and ten a second go out."""
    own = settings.model_copy(
        update={
            "as_of": date.fromisoformat(synthetic.RECEIVED_ON),
            "edits_dir": SLOW_EDITS,
            "allow_writable_edits": True,
        }
    )
    value = written(sound() | {"padding": "x" * 200_000})
    await prepare(own, [value] * sent, 6)
    with WorkerProcess(own, folder, "worker", REAL_WORKER) as worker:
        await progress(own, 1, LIMIT_S)
        began, first, most = time.monotonic(), await committed(own), 0
        process = psutil.Process(worker.process.pid)
        while time.monotonic() < began + seconds:
            most = max(most, process.memory_info().rss)
            await asyncio.sleep(0.1)
        done = await committed(own) - first
        assert worker.process.poll() is None
    figures: dict[str, object] = {
        "sent": sent,
        "waiting bytes": sent * len(value),
        "outcomes a second": round(done / seconds, 1),
        "most memory, MiB": most // _MIB,
    }
    return Measured(figures, most < MEMORY_MOST_MIB * _MIB)


async def crash_loops(settings: Settings, folder: Path, *, sent: int, rounds: int, at_once: int = 2) -> Measured:
    """Run the storm of a claim that kills workers again and again; only the culprit may be condemned, each time."""
    waiting, found = list(range(rounds)), list[CrashLoop]()

    async def go_on() -> None:
        while waiting:
            name = f"round-{waiting.pop(0)}"
            (folder / name).mkdir()
            each = None
            try:
                each = await crash_loop(_apart(settings, name), folder / name, sent=sent)
            except AssertionError as error:
                click.echo(f"{name}: {error}")
            if each is None or not each.is_sound:
                shutil.copytree(folder / name, RESULTS / "crash-loop" / name, dirs_exist_ok=True)
                click.echo(f"{name}: its logs are in {RESULTS / 'crash-loop' / name}; {each}")
            if each is not None:
                found.append(each)
                click.echo(f"{name}: {each.killed} workers ended, {len(each.letters)} claims condemned")

    await asyncio.gather(*(go_on() for _ in range(at_once)))
    figures: dict[str, object] = {
        "sent": sent,
        "rounds": rounds,
        "lost": sum(each.ledger.lost for each in found),
        "duplicated": sum(each.ledger.duplicated for each in found),
        "workers ended": sum(each.killed for each in found),
        "condemned": sum(len(each.letters) for each in found),
        "rounds that failed": rounds - sum(each.is_sound for each in found),
    }
    return Measured(figures, figures["rounds that failed"] == 0)


def _apart(settings: Settings, name: str) -> Settings:
    """Return settings with topics and a group of their own."""
    return settings.model_copy(
        update={"topic_prefix": f"{settings.topic_prefix}{name}.", "group_id": f"{settings.group_id}-{name}"}
    )
