"""The memory of a partition is what is committed, whatever file is found."""

import asyncio
import dataclasses
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from faust.types import TP

from tests.unit.stream.history.test_restore import Reader, Stored, log_of
from worker.history.key import write_key
from worker.history.store import HistoryMark, HistoryRecord, HistoryStoreError, SqliteHistory
from worker.observe.recorder import Recorder
from worker.settings import Settings
from worker.stream.history import histories as histories_module
from worker.stream.history.errors import BrokenHistoryError, OtherHistoryError
from worker.stream.history.histories import Histories
from worker.stream.history.lane_history import JudgedClaims, LaneHistory
from worker.stream.history.position import HistoryPosition

LANE = TP("claims.by-patient.v1", 0)
DAY = date(2026, 3, 2)
PERSON = b"p" * 16


class LogReader(Reader):
    """A reader of a log that begins somewhere; notes from where it is read."""

    def __init__(self, log: list[Stored], beginning: int = 0) -> None:
        super().__init__(log, end=log[-1].offset + 2 if log else 0)
        self.beginning = beginning
        self.log = log
        self.sought: list[int] = []

    def assign(self, _places: object) -> None:
        """Take the partition."""

    async def beginning_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return where the log begins."""
        return dict.fromkeys(places, self.beginning)

    def seek(self, _place: TopicPartition, offset: int) -> None:
        """Go to an offset."""
        self.sought.append(offset)
        found = [each for each in self.log if each.offset >= offset]
        self._answers = [found] if found else []


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A worker that remembers."""
    write_key(tmp_path / "key")
    folder = tmp_path / "memory"
    return Settings.model_validate({"history": "routed", "history_key_file": tmp_path / "key", "history_dir": folder})


class World:
    """Histories over a log, one after the other, as one worker after the other has them."""

    def __init__(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = settings
        self.log: list[Stored] = []
        self.beginning = 0
        self.readers: list[LogReader] = []

        @asynccontextmanager
        async def open_reader(_settings: Settings) -> AsyncIterator[Any]:
            self.readers.append(LogReader(self.log, self.beginning))
            yield self.readers[-1]

        monkeypatch.setattr(histories_module, "open_reader", open_reader)

    def new(self, partitions: int = 6, key: Any = None) -> Histories:
        """Return the memories of a new process."""
        from worker.history.key import read_key  # noqa: PLC0415 -- beside its one use

        assert self.settings.history_key_file is not None
        return Histories(self.settings, key or read_key(self.settings.history_key_file), partitions, Recorder())

    def position(self, records: int, begin: int = 0, partitions: int = 6) -> HistoryPosition:
        """What is committed."""
        return HistoryPosition(records, self.new().key.fingerprint, partitions, DAY, begin)


@pytest.fixture
def world(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world without a log."""
    return World(settings, monkeypatch)


async def kept(histories: Histories, committed: HistoryPosition | None) -> list[int]:
    """Open the memory of the partition, and return the places of what is in it."""
    history = await histories.open(LANE, committed, end=0)
    places = [each.place for each in history.store.earlier(PERSON)]
    await histories.close(history)
    return places


async def test_a_memory_that_nobody_committed_begins_empty_behind_the_log(world: World) -> None:
    """What is there is of an earlier memory, whose claims may have gaps; a file of it is deleted."""
    world.log = log_of(1, 2)
    assert await kept(world.new(), world.position(2)) == [1, 2]

    histories = world.new()
    history = await histories.open(LANE, None, end=77)

    assert history.position == HistoryPosition(0, histories.key.fingerprint, 6, date.max, 77)
    assert (history.store.earlier(PERSON), history.store.mark()) == ([], HistoryMark(0, 77))
    await histories.close(history)


async def test_a_memory_that_nobody_waits_for_any_more_is_closed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread goes on to open it when the worker stops meanwhile."""
    is_begun, may_open, is_closed = threading.Event(), threading.Event(), asyncio.Event()

    class HeldStore(SqliteHistory):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            is_begun.set()
            may_open.wait()
            super().__init__(*args, **kwargs)

        def close(self) -> None:
            super().close()
            is_closed.set()

    monkeypatch.setattr(histories_module, "SqliteHistory", HeldStore)
    opening = asyncio.create_task(world.new().open(LANE, None, end=0))
    await asyncio.to_thread(is_begun.wait)

    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    may_open.set()

    await is_closed.wait()


async def test_a_file_that_is_as_far_as_committed_is_not_restored(world: World) -> None:
    """A restart on its own volume reads nothing."""
    world.log = log_of(1, 2)
    assert await kept(world.new(), world.position(2)) == [1, 2]
    assert len(world.readers) == 1

    assert await kept(world.new(), world.position(2)) == [1, 2]
    assert len(world.readers) == 1


async def test_a_file_that_is_behind_reads_what_is_missing(world: World) -> None:
    """From where it was left."""
    world.log = log_of(1, 2)
    await kept(world.new(), world.position(2))
    world.log = log_of(1, 2, 3)

    assert await kept(world.new(), world.position(3)) == [1, 2, 3]
    assert world.readers[-1].sought == [3]


async def test_a_file_that_is_ahead_is_built_anew(world: World) -> None:
    """It knows what the group does not: a broker lost offsets, or the file is of another life."""
    world.log = log_of(1, 2)
    await kept(world.new(), world.position(2))
    world.log = log_of(1)

    assert await kept(world.new(), world.position(1)) == [1]


@pytest.mark.parametrize("days", [6, 8])
async def test_a_file_that_was_not_written_for_long_is_built_anew(world: World, days: int) -> None:
    """What was deleted meanwhile may have left the log, with the record that says so."""
    world.log = log_of(1, 2)
    await kept(world.new(), world.position(2))
    moment = time.time() - days * 86_400
    for file in (world.settings.history_dir or Path()).iterdir():
        os.utime(file, (moment, moment))
    world.log = log_of(2, first=2)

    assert await kept(world.new(), world.position(2)) == ([1, 2] if days < 7 else [2])


async def test_a_file_whose_log_was_deleted_beyond_it_is_built_anew(world: World) -> None:
    """For the same reason."""
    world.log = log_of(1, 2)
    await kept(world.new(), world.position(2))
    world.log, world.beginning = log_of(3, first=10), 10

    assert await kept(world.new(), world.position(3)) == [3]


async def test_a_damaged_file_is_built_anew(world: World) -> None:
    """The changelog has all of it."""
    world.log = log_of(1, 2)
    await kept(world.new(), world.position(2))
    for file in (world.settings.history_dir or Path()).iterdir():
        file.write_bytes(b"no database" * 100)

    assert await kept(world.new(), world.position(2)) == [1, 2]


async def test_files_of_another_memory_of_the_partition_are_deleted(world: World) -> None:
    """One that began elsewhere in the log; that of another partition stays."""
    world.log = log_of(1, 2)
    await kept(world.new(), world.position(2))
    folder = world.settings.history_dir or Path()
    (folder / "claims.history.v1-10-0.sqlite").touch()
    world.log = log_of(1, first=50)

    assert await kept(world.new(), world.position(1, begin=50)) == [1]
    assert {each.name.partition(".sqlite")[0] for each in folder.iterdir()} == {
        "claims.history.v1-0-50",
        "claims.history.v1-10-0",
    }


async def test_a_memory_that_cannot_be_restored_is_broken(world: World) -> None:
    """Nothing is judged without it."""
    world.log = log_of(1)

    with pytest.raises(BrokenHistoryError):
        await kept(world.new(), world.position(2))


async def test_another_key_or_count_of_partitions_is_refused_with_a_sentence(world: World) -> None:
    """Patients would be looked for under other names, or elsewhere."""
    with pytest.raises(OtherHistoryError, match="give this worker the key file of its group"):
        await world.new(key=SimpleNamespace(fingerprint="other")).open(LANE, world.position(0), end=0)
    with pytest.raises(OtherHistoryError, match="written with 6 partitions, and there are 7"):
        await world.new(partitions=7).open(LANE, world.position(0), end=0)


async def test_what_is_durable_comes_into_the_store_and_is_known_from_there(world: World) -> None:
    """In order, with how far it is; closing waits for it."""
    histories = world.new()
    history = await histories.open(LANE, None, end=5)
    batch = history.begin()
    history.remember(batch, HistoryRecord(PERSON, b"c" * 16, 1, DAY, b"entry"))
    history.hand_over(batch)

    applied = histories.landed(batch)
    await histories.close(history)

    assert applied.exception() is None
    assert history.waiting == 0
    assert await kept(world.new(), world.position(1, begin=5)) == [1]


def remembered(history: LaneHistory, place: int, person: bytes = PERSON) -> JudgedClaims:
    """A batch with one claim, handed over."""
    batch = history.begin()
    history.remember(batch, HistoryRecord(person, bytes([place]) * 16, place, DAY, b"entry"))
    history.hand_over(batch)
    return batch


async def test_batches_come_into_the_store_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When they are enough, or when somebody asks for it; each is known all the time, and once."""
    monkeypatch.setattr(histories_module, "_TOGETHER", 3)
    histories = world.new()
    history = await histories.open(LANE, None, end=5)

    for place in (1, 2):
        await histories.landed(remembered(history, place))
    assert (history.store.mark().records, history.waiting, len(history.known(PERSON))) == (0, 2, 2)

    await histories.landed(remembered(history, 3))
    assert (history.store.mark().records, history.waiting, len(history.known(PERSON))) == (3, 0, 3)

    await histories.landed(remembered(history, 4))
    await histories.store(history)
    assert (history.store.mark().records, history.waiting, len(history.known(PERSON))) == (4, 0, 4)
    await histories.store(history)
    assert history.store.mark().records == 4
    await histories.close(history)


async def test_what_waits_for_documentation_comes_into_the_store_at_once(world: World) -> None:
    """Which of it is due is asked of the store."""
    histories = world.new()
    pended = await histories.open_pended(LANE, None, end=5)

    await histories.landed(remembered(pended, 1))

    assert (pended.store.mark().records, pended.waiting) == (1, 0)
    await histories.close(pended)


async def test_who_is_forgotten_is_so_at_once_and_known_by_what_comes_later(world: World) -> None:
    """Also in the same batch: what is judged after it is remembered."""
    histories = world.new()
    history = await histories.open(LANE, None, end=5)
    await histories.landed(remembered(history, 1))
    batch = history.begin()
    history.forget(batch, PERSON)
    history.remember(batch, HistoryRecord(PERSON, b"2" * 16, 2, DAY, b"entry"))
    history.hand_over(batch)

    await histories.landed(batch)

    assert history.waiting == 0
    assert [each.place for each in history.store.earlier(PERSON)] == [2]
    assert history.store.mark().records == history.position.records
    await histories.close(history)


async def test_a_store_that_lacks_something_takes_nothing_more(world: World) -> None:
    """Its file would say that it is further than it is; whoever opens it next restores the rest."""
    histories = world.new()
    history = await histories.open(LANE, None, end=0)
    apply = history.store.apply
    failing: Any = history.store  # Any: a method is replaced
    failing.apply = lambda *_: (_ for _ in ()).throw(HistoryStoreError("disk full"))
    await histories.landed(remembered(history, 1))
    with pytest.raises(HistoryStoreError, match="disk full"):
        await histories.store(history)
    failing.apply = apply

    await histories.landed(remembered(history, 2))
    with pytest.raises(HistoryStoreError, match="start this worker anew"):
        await histories.store(history)

    assert (history.store.mark().records, history.waiting) == (0, 2)
    await histories.close(history)


async def test_a_store_that_takes_nothing_says_so(world: World) -> None:
    """The batch stays known, and the worker ends."""
    histories = world.new()
    history = await histories.open(LANE, None, end=0)
    batch = remembered(history, 1)
    await histories.close(history)

    await histories.landed(batch)
    with pytest.raises(HistoryStoreError, match="closed"):
        await histories.store(history)
    assert history.waiting == 1


async def test_a_memory_in_another_series_of_topics_is_refused_with_a_sentence(world: World) -> None:
    """Where it was copied to, it goes on without this worker."""
    moved = dataclasses.replace(world.position(0), series=2)

    with pytest.raises(OtherHistoryError, match="set CLAIMSCRUB_HISTORY_SERIES=2"):
        await world.new().open(LANE, moved, end=0)


async def test_files_of_a_series_that_was_left_are_deleted(world: World) -> None:
    """What is forgotten in the new one would stay in them; files of another deployment are left alone."""
    world.log = log_of(1)
    await kept(world.new(), world.position(1))
    folder = world.settings.history_dir
    assert folder is not None
    (folder / "blue.claims.history.v1-0-0.sqlite").touch()
    (folder / "claims.history.v1.s3-0-0.sqlite").touch()
    world.settings = world.settings.model_copy(update={"history_series": 2})

    await kept(world.new(), dataclasses.replace(world.position(1), series=2))

    names = sorted(each.name for each in folder.glob("*.sqlite"))
    assert names == ["blue.claims.history.v1-0-0.sqlite", "claims.history.v1.s2-0-0.sqlite"]
