"""What happens to workers with a memory while claims of patients flow, and what each claim must have seen."""

import asyncio
import contextlib
import json
import random
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Self

from schemas.dead_letter import HEADER_DECISION
from tests.kafka.broker import Cluster
from tests.kafka.proxy import run_proxy
from tests.kafka.remembering_worker import PROGRAM, SLOWLY_RESTORED
from tests.stream.fake_worker import expected_disposition
from tests.stream.support import FAILSAFE_S, WorkerProcess, claim, outcomes, until
from worker.history.key import write_key
from worker.kafka.read import Record, tail
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.settings import HistoryMode, Settings

PARTITIONS = 6
WORKERS = 3


@dataclass(frozen=True)
class HistoryLedger:
    """What came out against what went in, and what each claim saw against what it should have seen."""

    sent: int
    routed: int
    """How many claims reached the topic of patients, each as often as it did."""
    lost: int
    doubled: int
    wrong: int
    """Claims that were judged on another history than the one before them in their partition."""
    logged_twice: int
    """Claims and decisions that have more than one record in the changelog."""
    freed: int = 0
    """How often a claim saw an earlier one that was returned."""

    @classmethod
    def of(cls, sent: int, claims: Sequence[Record], out: Sequence[Record], log: Sequence[Record]) -> Self:
        """Compare; `claims` are those of the topic where they are judged."""
        seen: dict[int, list[list[int]]] = defaultdict(list)
        for record in out:
            document = json.loads(record.value or b"{}")
            seen[int(document["claim"]["id"])].append(document["earlier"])
        expected = expected_histories(claims)
        return cls(
            sent=sent,
            routed=sum(HEADER_DECISION not in dict(record.headers) for record in claims),
            lost=sum(1 for number in range(sent) if not seen[number]),
            doubled=sum(len(each) - 1 for each in seen.values() if each),
            wrong=sum(any(each != expected[number] for each in found) for number, found in seen.items()),
            logged_twice=sum(count > 1 for count in Counter(record.key for record in log).values()),
            freed=sum(number < 0 for found in seen.values() for each in found for number in each),
        )

    @property
    def flaws(self) -> tuple[int, int, int, int, int]:
        """All that must be 0 under exactly-once."""
        return self.routed - self.sent, self.lost, self.doubled, self.wrong, self.logged_twice


def expected_histories(claims: Sequence[Record]) -> dict[int, list[int]]:
    """Return the claims that each one must have seen: those of its patient before it that were not rejected.

    The number of one that was returned by then is negative.
    """
    known: dict[int, list[int]] = defaultdict(list)
    waiting: dict[int, set[int]] = defaultdict(set)
    expected = {}
    for record in sorted(claims, key=lambda each: (each.partition, each.offset)):
        document = json.loads(record.value or b"{}")
        patient = int(document["p"])
        if "of" in document:
            returned = int(document["of"])
            if returned in known[patient]:
                known[patient] = [-each if each == returned else each for each in known[patient]]
            else:
                waiting[patient].add(returned)
            continue
        number = int(document["id"])
        expected[number] = list(known[patient])
        if expected_disposition(number) != "rejected":
            known[patient].append(-number if number in waiting[patient] else number)
    return expected


@dataclass
class RememberingWorkers:
    """Workers of one group, each in a place with a folder of its own that outlives it."""

    settings: Settings
    folder: Path
    stack: contextlib.ExitStack
    program: tuple[str, ...]
    places: list[WorkerProcess | None] = field(default_factory=list)
    started: int = 0
    ways: Mapping[int, str] = field(default_factory=dict)
    """The brokers' address for the worker of a place that has a way of its own to them."""

    def start(self, place: int) -> WorkerProcess:
        """Start a worker in a place, over the files of whoever was there before."""
        home = self.folder / f"memory-{place}"
        way = self.ways.get(place, self.settings.bootstrap_servers)
        own = self.settings.model_copy(update={"history_dir": home, "bootstrap_servers": way})
        self.started += 1
        worker = WorkerProcess(own, self.folder, f"worker-{place}-{self.started}", self.program)
        self.places[place] = self.stack.enter_context(worker)
        return worker

    def start_those_that_left(self) -> None:
        """Start again whatever has ended, as every orchestrator does."""
        for place, worker in enumerate(self.places):
            if worker is not None and worker.process.poll() is not None:
                self.start(place)


@contextlib.contextmanager
def remembering(
    settings: Settings,
    folder: Path,
    pause_s: float = 0.0,
    *weakened: str,
    ways: Mapping[int, str] = MappingProxyType({}),
) -> Iterator[RememberingWorkers]:
    """Workers that end with the block."""
    with contextlib.ExitStack() as stack:
        program = (*PROGRAM, str(pause_s), *weakened)
        workers = RememberingWorkers(settings, folder, stack, program, [None] * WORKERS, ways=ways)
        for place in range(WORKERS):
            workers.start(place)
        yield workers


def with_memory(settings: Settings, folder: Path, mode: HistoryMode = HistoryMode.ROUTED) -> Settings:
    """Return settings with a memory, and a key file of its own."""
    key_file = folder / "history.key"
    if not key_file.exists():
        write_key(key_file)
    return settings.model_copy(update={"history": mode, "history_key_file": key_file, "history_dir": folder / "memory"})


def claims_of(sent: int, patients: int) -> list[bytes]:
    """Return numbered claims of patients in a random order."""
    chosen = random.Random(3)
    return [claim(number, p=chosen.randrange(patients)) for number in range(sent)]


async def read_all(settings: Settings, topic: str) -> list[Record]:
    """Read a topic as a reader of committed records."""
    return [record async for record in tail(settings, [topic], follow=False)]


async def history_storm(
    settings: Settings,
    folder: Path,
    *,
    sent: int,
    patients: int,
    kind: str,
    rounds: int,
    pause_s: float = 0.0,
    weakened: tuple[str, ...] = (),
    every_s: float = 4.0,
    decided: int = 0,
) -> HistoryLedger:
    """Send claims evenly while workers are killed, frozen or away; return what came of them.

    So many of the claims are returned by the payer, some before they are sent.
    """
    await create_topics(settings, partitions=PARTITIONS)
    claims, chosen = claims_of(sent, patients), random.Random(7)
    with remembering(settings, folder, pause_s, *weakened) as workers:
        seconds = rounds * (every_s + 3) + 10
        feeding = asyncio.gather(
            _feed(settings, claims, seconds),
            _feed(settings, _returned(claims, decided), seconds, settings.topics.decisions),
        )
        for _ in range(rounds):
            await asyncio.sleep(every_s)
            workers.start_those_that_left()
            await _disturb(workers, chosen.randrange(WORKERS), kind, settings.session_timeout_s)
        await feeding
        await _until_out(settings, workers, sent)
    return await _ledger(settings, sent)


async def _ledger(settings: Settings, sent: int) -> HistoryLedger:
    return HistoryLedger.of(
        sent,
        await read_all(settings, settings.judged_topic),
        await outcomes(settings),
        await read_all(settings, settings.topics.history),
    )


async def history_under_cuts(
    settings: Settings, folder: Path, cluster: Cluster, *, sent: int, patients: int, rounds: int, pause_s: float
) -> HistoryLedger:
    """Cut the network of one of three workers for longer than its session, broken off and silently in turn."""
    await create_topics(settings, partitions=PARTITIONS)
    claims, broker, cut_s = claims_of(sent, patients), cluster.brokers[0], settings.session_timeout_s + 3
    ways = {0: f"127.0.0.1:{broker.proxy}"}
    with (
        run_proxy(broker.proxy, broker.behind_proxy) as network,
        remembering(settings, folder, pause_s, ways=ways) as workers,
    ):
        feeding = asyncio.create_task(_feed(settings, claims, rounds * (cut_s + 6) + 10))
        for turn in range(rounds):
            await asyncio.sleep(6)
            workers.start_those_that_left()
            network.cut(silently=turn % 2 == 1)
            await asyncio.sleep(cut_s)
            network.heal()
        await feeding
        await _until_out(settings, workers, sent)
    return await _ledger(settings, sent)


async def history_over_dying_brokers(
    settings: Settings, folder: Path, cluster: Cluster, *, sent: int, patients: int, rounds: int, pause_s: float
) -> HistoryLedger:
    """Kill one broker of three after the other while workers judge claims that all wait; each comes back."""
    await create_topics(settings, partitions=PARTITIONS)
    await send_claims(settings, claims_of(sent, patients))
    with remembering(settings, folder, pause_s) as workers:
        for turn in range(rounds):
            # There are as many outcomes again to come after the last kill.
            wanted = sent * (turn + 1) // (2 * rounds + 2)
            await _until_out(settings, workers, wanted)
            broker = cluster.brokers[turn % len(cluster.brokers)]
            broker.kill()
            await asyncio.sleep(3)
            broker.start()
            await asyncio.to_thread(broker.wait_until_open)
        await _until_out(settings, workers, sent)
    return await _ledger(settings, sent)


def _returned(claims: Sequence[bytes], count: int) -> list[bytes]:
    """Return as many decisions on claims, not in their order; the first claim has no negative number."""
    chosen = random.Random(5).sample([json.loads(each) for each in claims[1:]], count)
    return [json.dumps({"p": each["p"], "of": each["id"], "decision": "returned"}).encode() for each in chosen]


async def _feed(settings: Settings, claims: Sequence[bytes], seconds: float, topic: str | None = None) -> None:
    portion = max(1, len(claims) // int(seconds * 4))
    for start in range(0, len(claims), portion):
        await send_claims(settings, claims[start : start + portion], topic=topic)
        await asyncio.sleep(0.25)


async def _disturb(workers: RememberingWorkers, place: int, kind: str, session_s: int) -> None:
    worker = workers.places[place]
    if worker is None:
        return
    if kind == "kill":
        worker.kill()
        workers.start(place)
    elif kind == "freeze":
        worker.freeze()
        await asyncio.sleep(session_s + 3)
        worker.thaw()
    elif kind == "away":
        worker.kill()
        await asyncio.sleep(2)
        workers.start(place)


async def _until_out(settings: Settings, workers: RememberingWorkers, sent: int) -> None:
    deadline = time.monotonic() + FAILSAFE_S
    while len(await outcomes(settings)) < sent and time.monotonic() < deadline:
        workers.start_those_that_left()
        await asyncio.sleep(0.5)


@dataclass(frozen=True)
class KilledRestores:
    """What came of a group whose only worker was killed while it restored."""

    ledger: HistoryLedger
    killed_amid: int
    """How often it had read some records, and not all."""


async def killed_while_restoring(
    settings: Settings, folder: Path, *, sent: int, patients: int, kills: int
) -> KilledRestores:
    """Let workers judge half of the claims, start again on empty volumes, kill amid the restore, judge the rest."""
    await create_topics(settings, partitions=PARTITIONS)
    claims = claims_of(sent, patients)
    with remembering(settings, folder) as workers:
        await send_claims(settings, claims[: sent // 2])
        await _until_out(settings, workers, sent // 2)
    for place in range(WORKERS):
        # A worker that joined late has none.
        shutil.rmtree(folder / f"memory-{place}", ignore_errors=True)
    amid = 0
    program = (*PROGRAM, "0.0", SLOWLY_RESTORED)
    for number in range(kills):
        own = settings.model_copy(update={"history_dir": folder / "memory-0"})
        with WorkerProcess(own, folder, f"restoring-{number}", program) as worker:
            await until(lambda worker=worker: _restored(worker) > 0, "the worker restores", FAILSAFE_S)  # type: ignore[misc]  # mypy cannot see the default
            amid += worker.metric("claimscrub_history_restoring") > 0
            worker.kill()
    with remembering(settings, folder) as workers:
        await send_claims(settings, claims[sent // 2 :])
        await _until_out(settings, workers, sent)
    return KilledRestores(await _ledger(settings, sent), amid)


def _restored(worker: WorkerProcess) -> float:
    with contextlib.suppress(OSError, IndexError):
        return worker.metric("claimscrub_history_restored_records_total")
    return 0.0
