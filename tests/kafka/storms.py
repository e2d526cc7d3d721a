"""What happens to workers, brokers and the network while claims flow; each storm returns the ledger of what came out.

The workers run everything over a fake scrubber: what is tested is delivery, and the pipeline would only slow it down.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from schemas.dead_letter import HEADER_REASON, DeadLetterReason
from tests.kafka.broker import Broker, Cluster
from tests.kafka.proxy import run_proxy
from tests.stream.support import (
    FAKE_WORKER,
    DeliveryLedger,
    WorkerProcess,
    claim,
    committed,
    key_of,
    outcomes,
    prepare,
    progress,
    until,
)
from worker.kafka.read import Record
from worker.settings import Settings
from worker.stream.crash_record import CRASHES_TO_DEAD_LETTER
from worker.stream.exit_codes import ExitCode

LIMIT_S = 240.0
PARTITIONS = 6
EVERY_S = 5.0
"""How often a worker comes or goes."""


def has_partitions(worker: WorkerProcess) -> bool:
    """Whether a worker has been given partitions."""
    return any(line["partitions"] > 0 for line in worker.events("partitions-assigned"))


@dataclass
class WorkerGroup:
    """Workers of one group, started and replaced by name."""

    settings: Settings
    folder: Path
    stack: contextlib.ExitStack
    program: tuple[str, ...]
    started: list[WorkerProcess] = field(default_factory=list)

    def start(self) -> WorkerProcess:
        """Start one more worker."""
        worker = WorkerProcess(self.settings, self.folder, f"worker-{len(self.started) + 1}", self.program)
        self.started.append(self.stack.enter_context(worker))
        return worker

    async def joined(self, *workers: WorkerProcess) -> None:
        """Wait until workers have partitions."""
        for worker in workers:
            await until(lambda worker=worker: has_partitions(worker), f"{worker.name} has partitions", LIMIT_S)  # type: ignore[misc]  # mypy cannot see the default


@contextlib.contextmanager
def group(settings: Settings, folder: Path, program: tuple[str, ...] = FAKE_WORKER) -> Iterator[WorkerGroup]:
    """Workers that end with the block."""
    with contextlib.ExitStack() as stack:
        yield WorkerGroup(settings, folder, stack, program)


async def filled(settings: Settings, sent: int, *, sleep: float = 0.001) -> None:
    """Create the topics and send numbered claims, each of which takes a moment to scrub."""
    await prepare(settings, [claim(number, sleep=sleep) for number in range(sent)], PARTITIONS, key_of)


def moment_s(sent: int, *, workers: int, seconds: float) -> float:
    """Return how long each claim must take to scrub so that the claims outlast a storm of so many seconds."""
    return seconds * workers / sent


async def assert_not_over(settings: Settings, sent: int) -> None:
    """Fail where the claims ran out before the storm did: such a storm has shown nothing."""
    assert await committed(settings) < sent, "the claims ran out before the storm was over"


async def stopped(worker: WorkerProcess) -> None:
    """Stop a worker, which must leave with 0 (with 3 after its grace); one that starts cannot yet answer a signal."""
    await until(lambda: bool(worker.events("starting")), f"{worker.name} has started", LIMIT_S)
    code = await asyncio.to_thread(worker.stop)
    assert code == 0, f"{worker.name} left with {code}"


async def ended(settings: Settings, sent: int, *workers: WorkerProcess) -> DeliveryLedger:
    """Wait until everything is committed, stop the workers, and count."""
    await progress(settings, sent, LIMIT_S)
    return DeliveryLedger.of(sent, await ended_records(settings, *workers))


async def ended_records(settings: Settings, *workers: WorkerProcess) -> list[Record]:
    """Stop the workers, and return what came out."""
    for worker in workers:
        if worker.process.poll() is None:
            await stopped(worker)
    return await outcomes(settings)


async def two_workers(settings: Settings, folder: Path, *, sent: int) -> DeliveryLedger:
    """A second worker joins, the first is stopped and replaced, the second is killed; all mid-run."""
    await prepare(settings, [claim(number, sleep=0.001) for number in range(sent)])
    with WorkerProcess(settings, folder, "first") as first:
        await progress(settings, sent // 10)
        with WorkerProcess(settings, folder, "second") as second:
            await until(lambda: has_partitions(second), "the second worker has partitions")
            await progress(settings, sent * 4 // 10)
            assert first.stop() == 0
            with WorkerProcess(settings, folder, "third") as third:
                await until(lambda: has_partitions(third), "the third worker has partitions")
                await progress(settings, sent * 6 // 10)
                await assert_not_over(settings, sent)
                second.kill()
                await progress(settings, sent)
                assert third.stop() == 0
    return DeliveryLedger.of(sent, await outcomes(settings))


async def kills(settings: Settings, folder: Path, *, sent: int, rounds: int, is_graceful: bool) -> DeliveryLedger:
    """Of three workers one after the other is killed, or stopped, and replaced at once."""
    await filled(settings, sent)
    with group(settings, folder) as workers:
        running = [workers.start() for _ in range(3)]
        for turn in range(rounds):
            await progress(settings, sent * (turn + 1) // (rounds + 2), LIMIT_S)
            victim = running.pop(0)
            if is_graceful:
                await stopped(victim)
            else:
                victim.kill()
            running.append(workers.start())
        await assert_not_over(settings, sent)
        return await ended(settings, sent, *running)


async def freezes(
    settings: Settings, folder: Path, *, sent: int, rounds: int, program: tuple[str, ...] = FAKE_WORKER
) -> DeliveryLedger:
    """A worker is frozen for longer than its session; another takes its partitions, and then it wakes up."""
    frozen_s = settings.session_timeout_s + 4
    await filled(settings, sent, sleep=moment_s(sent, workers=2, seconds=rounds * frozen_s))
    with group(settings, folder, program) as workers:
        zombie, other = workers.start(), workers.start()
        await workers.joined(zombie, other)
        for turn in range(rounds):
            await progress(settings, sent * (turn + 1) // (2 * rounds + 2), LIMIT_S)
            await assert_not_over(settings, sent)
            zombie.freeze()
            await asyncio.sleep(frozen_s)
            zombie.thaw()
            await asyncio.sleep(2)
            if zombie.process.poll() is not None:
                # Fenced amid a transaction: it leaves, and whatever supervises it starts it again.
                zombie = workers.start()
            zombie, other = other, zombie
        return await ended(settings, sent, zombie, other)


async def comings_and_goings(settings: Settings, folder: Path, *, sent: int, seconds: float) -> DeliveryLedger:
    """Beside two workers that stay a third joins, and leaves 5 s later, in good order and not in turn; and so on."""
    await filled(settings, sent, sleep=moment_s(sent, workers=2, seconds=seconds))
    with group(settings, folder) as workers:
        steady = [workers.start(), workers.start()]
        await workers.joined(*steady)
        guest: WorkerProcess | None = None
        for turn in range(round(seconds / EVERY_S)):
            began = time.monotonic()
            if guest is None:
                guest = workers.start()
            elif turn % 4 == 1:
                await stopped(guest)
                guest = None
            else:
                guest.kill()
                guest = None
            await asyncio.sleep(max(0.0, began + EVERY_S - time.monotonic()))
        await assert_not_over(settings, sent)
        assert [worker.process.poll() for worker in steady] == [None, None]
        return await ended(settings, sent, *steady, *([guest] if guest else []))


@contextlib.asynccontextmanager
async def restarted_when_dead(workers: WorkerGroup, count: int) -> AsyncIterator[list[WorkerProcess]]:
    """Some workers under a supervisor that starts again what has left, as every orchestrator does."""
    running = [workers.start() for _ in range(count)]

    async def supervise() -> None:
        while True:
            await asyncio.sleep(0.5)
            for place, worker in enumerate(running):
                if worker.process.poll() is not None:
                    running[place] = workers.start()

    task = asyncio.create_task(supervise())
    try:
        yield running
    finally:
        task.cancel()


async def dying_brokers(
    settings: Settings, folder: Path, cluster: Cluster, *, sent: int, rounds: int, dark_s: float
) -> DeliveryLedger:
    """One broker of three after the other is killed and comes back; in the end all are away for a while."""
    await filled(settings, sent, sleep=moment_s(sent, workers=2, seconds=10 * rounds + 5))
    with group(settings, folder) as workers:
        async with restarted_when_dead(workers, 2) as running:
            await workers.joined(*running)
            for turn in range(rounds):
                await _away(cluster.brokers[turn % len(cluster.brokers)], seconds=3)
                await asyncio.sleep(3)
            await assert_not_over(settings, sent)
            if dark_s:
                await _away(*cluster.brokers, seconds=dark_s)
            await progress(settings, sent, LIMIT_S)
        return await ended(settings, sent, *running)


async def _away(*brokers: Broker, seconds: float) -> None:
    """Kill brokers, start them again after a while, and wait until they answer."""
    for broker in brokers:
        broker.kill()
    await asyncio.sleep(seconds)
    for broker in brokers:
        broker.start()
    for broker in brokers:
        await asyncio.to_thread(broker.wait_until_open)


@dataclass(frozen=True)
class CrashLoop:
    """What became of a claim that kills every worker that scrubs it, and of those beside it."""

    ledger: DeliveryLedger
    killed: int
    """How many workers it ended."""
    letters: tuple[tuple[bytes | None, str], ...]
    """Each dead letter with its reason."""
    culprit: bytes

    @property
    def is_sound(self) -> bool:
        """Whether it ended three workers and was condemned, and no other claim was lost, doubled or condemned."""
        return (
            (*self.ledger.flaws, self.ledger.duplicated) == (0, 0, 0, 0)
            and self.killed == CRASHES_TO_DEAD_LETTER
            and self.letters == ((self.culprit, DeadLetterReason.CRASH_LOOP),)
        )


async def crash_loop(settings: Settings, folder: Path, *, sent: int) -> CrashLoop:
    """A claim in the middle kills every one of three workers that scrubs it, each of which is started again."""
    claims: list[bytes | None] = [claim(number, sleep=0.001) for number in range(sent)]
    culprit = claims[sent // 2] = claim(sent // 2, kill=True)
    await prepare(settings, claims, PARTITIONS, key_of)
    with group(settings, folder) as workers:
        async with restarted_when_dead(workers, 3) as running:
            await progress(settings, sent, LIMIT_S)
        ledger = await ended(settings, sent, *running)
        killed = sum(worker.process.returncode == -signal.SIGKILL for worker in workers.started)
    letters = [each for each in await outcomes(settings) if each.topic == settings.topics.dead_letter]
    reasons = [(each.value, (dict(each.headers)[HEADER_REASON] or b"").decode()) for each in letters]
    return CrashLoop(ledger, killed, tuple(reasons), culprit)


async def slow_brokers(settings: Settings, folder: Path, cluster: Cluster, *, sent: int, rounds: int) -> DeliveryLedger:
    """The broker stands still for seconds again and again: what is downstream takes nothing."""
    await filled(settings, sent, sleep=moment_s(sent, workers=2, seconds=4 * rounds + 4))
    with group(settings, folder) as workers:
        async with restarted_when_dead(workers, 2) as running:
            await workers.joined(*running)
            for _ in range(rounds):
                cluster.brokers[0].pause()
                await asyncio.sleep(3)
                cluster.brokers[0].resume()
                await asyncio.sleep(2)
            await assert_not_over(settings, sent)
            await progress(settings, sent, LIMIT_S)
        return await ended(settings, sent, *running)


async def cut_networks(settings: Settings, folder: Path, cluster: Cluster, *, sent: int, rounds: int) -> DeliveryLedger:
    """One worker's network is cut for longer than its session, broken off and silently in turn; another's is not."""
    cut_s = settings.session_timeout_s + 3
    await filled(settings, sent, sleep=moment_s(sent, workers=2, seconds=rounds * cut_s))
    broker = cluster.brokers[0]
    behind = settings.model_copy(update={"bootstrap_servers": f"127.0.0.1:{broker.proxy}"})
    with run_proxy(broker.proxy, broker.behind_proxy) as network, group(behind, folder / "behind") as cut_off:
        (folder / "behind").mkdir()
        with group(settings, folder) as workers:
            steady = workers.start()
            async with restarted_when_dead(cut_off, 1) as running:
                await workers.joined(steady)
                await cut_off.joined(*running)
                for turn in range(rounds):
                    await progress(settings, sent * (turn + 1) // (2 * rounds + 2), LIMIT_S)
                    await assert_not_over(settings, sent)
                    network.cut(silently=turn % 2 == 1)
                    await asyncio.sleep(cut_s)
                    network.heal()
                    await asyncio.sleep(3)
                await progress(settings, sent, LIMIT_S)
            return await ended(settings, sent, steady, *running)


async def damaged_records(settings: Settings, folder: Path, cluster: Cluster, *, sent: int) -> DeliveryLedger:
    """A byte of a claim changes on its way to a worker, which must not go past it; then the way is good again."""
    await prepare(settings, [claim(number, note="whole") for number in range(sent)], PARTITIONS)
    broker = cluster.brokers[0]
    behind = settings.model_copy(update={"bootstrap_servers": f"127.0.0.1:{broker.proxy}"})
    with run_proxy(broker.proxy, broker.behind_proxy) as network, group(behind, folder) as workers:
        network.damage = (b'"id": 7, "note": "whole"', b'"id": 7, "note": "whale"')
        first = workers.start()
        await until(lambda: first.process.poll() is not None, "the worker has left", LIMIT_S)
        assert first.process.returncode in {ExitCode.CRASHED, ExitCode.DELIVERY_UNCERTAIN}
        assert "CorruptRecordException" in {line.get("exception") for line in first.events("library-record")}
        await assert_not_over(settings, sent)
        network.damage = None
        return await ended(settings, sent, workers.start())
