"""Upkeep writes a mark where nothing else was written, forgets what is too old, and outlives a broker that is away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError
from faust.types import TP

from worker.history.key import write_key
from worker.history.store import HistoryMark, HistoryRecord
from worker.observe.recorder import Recorder
from worker.settings import Settings
from worker.stream.committer import DroppedError
from worker.stream.history import upkeep
from worker.stream.history.changelog import MARK, ChangelogRecord, read
from worker.stream.history.histories import Histories
from worker.stream.history.lane_history import LaneHistory
from worker.stream.lanes import CommittedOffset, Lane

LANE = TP("claims.by-patient.v1", 0)
DAYS, LAG_DAYS = 400, 7
PERSON = b"p" * 16


class FakeCommitter:
    """Takes what is handed over, or refuses it."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[ChangelogRecord], CommittedOffset]] = []
        self.error: Exception | None = None

    async def add(self, _lane: Lane, records: Sequence[ChangelogRecord], committed: CommittedOffset) -> None:
        """Make it durable at once."""
        if self.error is not None:
            raise self.error
        self.taken.append((list(records), committed))


class FakeRuntime:
    """What upkeep asks of a worker, with one partition."""

    def __init__(self, settings: Settings, lane: Lane) -> None:
        self.settings, self.lane = settings, lane
        self.committer = FakeCommitter()
        self.lanes = self.group = self.log = self
        self.warnings: list[dict[str, object]] = []
        self.answers: list[int | Exception] = [0]
        self.rounds = asyncio.Semaphore(0)

    def open_lanes(self) -> tuple[Lane, ...]:
        """Return the one lane; a round begins here."""
        self.rounds.release()
        return (self.lane,)

    async def ends(self, places: list[TP]) -> dict[TP, int]:
        """Return where the changelog ends, as long as the last answer holds."""
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return dict.fromkeys(places, answer)

    def warning(self, event: str, **fields: object) -> None:
        """Keep what is logged."""
        self.warnings.append({"event": event, **fields})


class World:
    """One memory with its lane and its worker."""

    def __init__(self, settings: Settings, histories: Histories, history: LaneHistory) -> None:
        self.histories, self.history = histories, history
        self.lane = Lane(LANE, 1, next_offset=9, done_offset=9, history=history)
        self.runtime = FakeRuntime(settings, self.lane)

    def keep(self, *days: date) -> None:
        """Have claims in the store that were received on days, and as many in the changelog."""
        records = [HistoryRecord(PERSON, bytes([place] * 16), place, day, b"") for place, day in enumerate(days)]
        self.history.begin_on(days[0])
        self.history.position = self.history.position.after(len(days))
        self.history.store.apply(records, HistoryMark(len(days), 5))

    def kept(self) -> list[int]:
        """Return the places of what is in the store."""
        return [each.place for each in self.history.store.earlier(PERSON)]

    @asynccontextmanager
    async def upkeep(self) -> AsyncIterator[None]:
        """Look after it for the length of a block, without a pause."""
        runtime: Any = self.runtime  # Any: a fake
        task = asyncio.create_task(upkeep.keep_histories(runtime, self.histories, round_s=0))
        yield
        assert not task.done()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def rounds(self, count: int = 3) -> None:
        """Wait for so many rounds; all but the last of them are over then."""
        for _ in range(count):
            await self.runtime.rounds.acquire()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait round by round for something."""
        while not is_so():
            await self.runtime.rounds.acquire()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A memory in which nothing is."""
    key = write_key(tmp_path / "key")
    fields = {"history": "routed", "history_key_file": tmp_path / "key", "history_dir": tmp_path / "memory"}
    settings = Settings.model_validate(fields)
    histories = Histories(settings, key, 6, Recorder())
    made = World(settings, histories, await histories.open(LANE, None, end=0))
    yield made
    await histories.close(made.history)
    histories.stop()


@pytest.fixture
def quiet_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory has been quiet for long from its second round on."""
    monkeypatch.setattr(upkeep, "_MARK_EVERY_S", 0.0)


@pytest.mark.usefixtures("quiet_at_once")
async def test_a_mark_is_written_where_nothing_was_written_for_long(world: World) -> None:
    """With the offset as it was, and its own number in the position and in the store."""
    world.keep(date(2026, 3, 2))

    async with world.upkeep():
        await world.until(lambda: bool(world.runtime.committer.taken))
        await world.until(lambda: world.history.store.mark().records >= 2)

    (sent,), committed = world.runtime.committer.taken[0]
    assert (sent.key, sent.topic, read(sent.key, sent.value, sent.headers, "").number) == (MARK, "claims.history.v1", 2)
    assert (committed.offset, committed.history and committed.history.records) == (9, 2)
    assert world.kept() == [0]


@pytest.mark.usefixtures("quiet_at_once")
async def test_a_memory_without_records_needs_no_mark(world: World) -> None:
    """There is no number that compaction could take away."""
    async with world.upkeep():
        await world.rounds(5)

    assert world.runtime.committer.taken == []


async def test_a_memory_that_is_written_to_needs_no_mark(world: World) -> None:
    """Nor one that was not quiet for a day yet."""
    world.keep(date(2026, 3, 2))

    async with world.upkeep():
        await world.rounds(5)

    assert world.runtime.committer.taken == []


@pytest.mark.parametrize("state", ["revoked", "flying", "broken"])
async def test_no_mark_is_written_where_something_else_is_under_way(world: World, state: str) -> None:
    """What was handed over before has the number that the mark would have."""
    world.keep(date(2026, 3, 2))
    if state == "revoked":
        world.lane.revoked.set()
    elif state == "flying":
        world.lane.last = asyncio.get_running_loop().create_future()
    else:
        world.lane.is_broken = True
    runtime: Any = world.runtime  # Any: a fake

    await upkeep.write_mark(runtime, world.histories, world.lane, world.history)

    assert (world.runtime.committer.taken, world.history.position.records) == ([], 1)


async def test_a_mark_that_did_not_become_durable_takes_no_number(world: World) -> None:
    """The next record has it: a number that is missing would make the log broken."""
    world.keep(date(2026, 3, 2))
    world.runtime.committer.error = DroppedError()
    runtime: Any = world.runtime  # Any: a fake

    with pytest.raises(DroppedError):
        await upkeep.write_mark(runtime, world.histories, world.lane, world.history)

    assert (world.history.position.records, world.history.store.mark()) == (1, HistoryMark(1, 5))


async def test_what_is_older_than_the_days_kept_is_deleted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A week later than they end, as a claim may wait that long: the first day that is kept stays."""
    monkeypatch.setattr(upkeep, "_EXPIRE_EVERY_S", -1.0)
    first = datetime.now(UTC).date() - timedelta(DAYS + LAG_DAYS)
    world.keep(first - timedelta(3), first - timedelta(2), first + timedelta(1), first + timedelta(2))

    async with world.upkeep():
        await world.until(lambda: len(world.kept()) < 4)

    assert world.kept() == [2, 3]
    assert abs(world.history.store.since - first) <= timedelta(1)


async def test_where_the_log_ends_is_noted_for_the_next_start(world: World) -> None:
    """From there on it is read when the worker comes back."""
    world.keep(date(2026, 3, 2))
    world.runtime.answers = [70]

    async with world.upkeep():
        await world.rounds()

    assert world.history.changelog_offset(1) == 70


@pytest.mark.parametrize(
    ("error", "warnings"),
    [
        (KafkaConnectionError(), []),
        (TimeoutError(), []),
        (OSError(), []),
        (ValueError("x"), [{"event": "history-upkeep-failed", "exception": "ValueError"}]),
    ],
)
async def test_a_round_that_fails_is_followed_by_another(
    world: World, error: Exception, warnings: list[dict[str, object]]
) -> None:
    """A broker that is away is reported elsewhere; anything else is logged."""
    world.keep(date(2026, 3, 2))
    world.runtime.answers = [error, 70]

    async with world.upkeep():
        await world.rounds()

    assert world.history.changelog_offset(1) == 70
    assert world.runtime.warnings == warnings
