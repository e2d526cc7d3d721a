"""Opens and closes the memory of each partition with its lane, and brings what is durable into the stores.

Stores are written on one thread, in order: so that a partition that comes back is opened after it was closed, and its
batches come into the store as they were committed.
"""

import asyncio
import contextlib
import shutil
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from aiokafka import TopicPartition
from faust.types import TP

from schemas.topics import TopicNames
from worker.history.key import HistoryKey, partition_of
from worker.history.store import HistoryMark, HistoryStore, HistoryStoreError, PendedStore, SqliteHistory
from worker.kafka.connection import open_reader
from worker.observe.recorder import Recorder
from worker.settings import DeliveryGuarantee, Settings, SettingsError
from worker.stream.history.errors import OtherHistoryError
from worker.stream.history.lane_history import JudgedClaims, LaneHistory
from worker.stream.history.position import HistoryPosition
from worker.stream.history.restore import Restoring

_STALE_S: Final = 7 * 24 * 60 * 60
"""A file that was not written for as long as a deleted record is kept may have missed that it was deleted."""

_TOGETHER: Final = 256
"""So many records of a partition come into its store together."""
_AT_ONCE: Final = 2
"""So many partitions are restored at a time: one that reads while another one writes."""

T = TypeVar("T")


class Histories:
    """The memories of the partitions of one worker."""

    def __init__(self, settings: Settings, key: HistoryKey, partitions: int, recorder: Recorder) -> None:
        """`partitions` is in how many the claims of patients are placed. Raises `SettingsError` without a folder."""
        if settings.history_dir is None:
            raise SettingsError(f"CLAIMSCRUB_HISTORY_DIR: needed for CLAIMSCRUB_HISTORY={settings.history}")
        self.key: Final = key
        self.partitions: Final = partitions
        self._settings, self._recorder = settings, recorder
        self._folder: Path = settings.history_dir
        self._is_exact = settings.delivery is DeliveryGuarantee.EXACTLY_ONCE
        self._thread = ThreadPoolExecutor(1, "history")
        self._restoring = asyncio.Semaphore(_AT_ONCE)
        self._is_swept = False

    def is_for(self, tp: TP) -> bool:
        """Return whether claims of a partition are judged, and so remembered."""
        return tp.topic == self._settings.judged_topic

    def changelog_of(self, tp: TP) -> TP:
        """Return the partition from which the memory of a partition is restored."""
        return TP(self._settings.topics.history, tp.partition)

    def is_placed(self, person: bytes, partition: int) -> bool:
        """Return whether the claims of a patient belong in a partition."""
        return partition_of(person, self.partitions) == partition

    def pended_changelog_of(self, tp: TP) -> TP | None:
        """Return the one from which is restored what waits for documentation; None when nothing does."""
        return TP(self._settings.topics.pending, tp.partition) if self._settings.late_documentation else None

    async def open(self, tp: TP, committed: HistoryPosition | None, end: int) -> LaneHistory:
        """Open the memory of a partition as it is committed, or begin one.

        Args:
            tp: The partition that the lane reads.
            committed: What is committed beside its offset.
            end: Where the changelog ends now; a memory that begins takes nothing from before it.

        Raises `OtherHistoryError`, and what `restore` raises.
        """
        return await self._open(tp, self._settings.topics.history, committed, end)

    async def open_pended(self, tp: TP, committed: HistoryPosition | None, end: int) -> LaneHistory:
        """Open what waits for documentation in a partition, as `open`."""
        return await self._open(tp, self._settings.topics.pending, committed, end)

    async def _open(self, tp: TP, topic: str, committed: HistoryPosition | None, end: int) -> LaneHistory:
        series = self._settings.history_series
        position = committed or HistoryPosition(0, self.key.fingerprint, self.partitions, date.max, end, series)
        self._refuse_other(tp, position)
        changelog = TP(topic, tp.partition)
        store = await self._run_opening(lambda: self._store(changelog, position, is_new=committed is None))
        if committed is not None and (store.mark().records < position.records or not self._is_exact):
            store, position = await self._restored(changelog, store, position)
        return LaneHistory(store, topic, tp.partition, position, self._settings.history_days)

    def _refuse_other(self, tp: TP, position: HistoryPosition) -> None:
        where = f"{tp.topic}, partition {tp.partition}"
        if position.key != self.key.fingerprint:
            raise OtherHistoryError(
                f"{where}: the memory of claims was written under key {position.key}, and "
                f"CLAIMSCRUB_HISTORY_KEY_FILE holds {self.key.fingerprint}; give this worker the key file of its group"
            )
        if position.series != self._settings.history_series:
            raise OtherHistoryError(
                f"{where}: the memory of claims is in series {position.series} of its topics; set "
                f"CLAIMSCRUB_HISTORY_SERIES={position.series} on every worker of the group"
            )
        if position.partitions != self.partitions:
            raise OtherHistoryError(
                f"{where}: the memory of claims was written with {position.partitions} partitions, and there are "
                f"{self.partitions}; patients would be looked for in partitions that do not know them, and "
                "`claimscrub history repartition` copies it to another number"
            )

    def _store(self, changelog: TP, position: HistoryPosition, *, is_new: bool) -> HistoryStore:
        """Open the file of a partition; begin it anew where it is of another life, too old or cannot be used.

        It is no more than a copy of what the changelog holds.
        """
        prefix = f"{changelog.topic}-{changelog.partition}-"
        file = self._folder / f"{prefix}{position.begin}.sqlite"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._is_swept:
            self._remove_other_series()
            self._is_swept = True
        for other in self._folder.glob(f"{prefix}*"):
            if not other.name.startswith(file.name):
                other.unlink(missing_ok=True)
        if is_new or _is_stale(file):
            return self._anew(file, changelog, position)
        try:
            store = self._opened(file, changelog, position)
        except HistoryStoreError:
            return self._anew(file, changelog, position)
        if store.mark().records > position.records and self._is_exact:
            # It was written in a life that the group does not remember, as after a broker that lost offsets.
            store.close()
            return self._anew(file, changelog, position)
        return store

    def _remove_other_series(self) -> None:
        """Delete files of topics that the memory was copied from: what is forgotten would stay in them."""
        for topic in (TopicNames.history, TopicNames.pending):
            first = topic.full_name(self._settings.topic_prefix)
            own = topic.full_name(self._settings.topic_prefix, self._settings.history_series)
            for other in (*self._folder.glob(f"{first}-*"), *self._folder.glob(f"{first}.s*-*")):
                if not other.name.startswith(f"{own}-"):
                    other.unlink(missing_ok=True)

    def _anew(self, file: Path, changelog: TP, position: HistoryPosition) -> HistoryStore:
        for each in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
            each.unlink(missing_ok=True)
        return self._opened(file, changelog, position)

    def _opened(self, file: Path, changelog: TP, position: HistoryPosition) -> HistoryStore:
        # Which day is the first one is committed beside the offset; the file knows only what it has deleted itself.
        kind = PendedStore if changelog.topic == self._settings.topics.pending else SqliteHistory
        store = kind(file, key=self.key.fingerprint, since=date.min, is_rebuildable=True)
        try:
            if store.mark().offset < position.begin:
                store.apply((), HistoryMark(0, position.begin))
        except BaseException:
            store.close()
            raise
        return store

    async def _restored(
        self, changelog: TP, store: HistoryStore, position: HistoryPosition
    ) -> tuple[HistoryStore, HistoryPosition]:
        place = TopicPartition(changelog.topic, changelog.partition)
        self._recorder.count("history_restoring")
        began = time.perf_counter()
        try:
            async with self._restoring, open_reader(self._settings) as reader:
                reader.assign([place])
                beginning = (await reader.beginning_offsets([place]))[place]
                if store.mark().offset < beginning and store.mark().records:
                    # What was deleted meanwhile may have been deleted from the log as well, with the record of it.
                    await self._run(store.close)
                    store = await self._run_opening(lambda: self._store(changelog, position, is_new=True))
                reader.seek(place, max(beginning, store.mark().offset))
                restoring = Restoring(reader, place, store, self._run, self._note_restored)
                is_empty = not store.mark().records
                if is_empty:
                    await self._run(store.begin_filling)
                if self._is_exact:
                    await restoring.until(position.records)
                else:
                    position = position.after(max(0, await restoring.to_the_end() - position.records))
                if is_empty:
                    await self._run(store.end_filling)
        except BaseException:
            await self._run(store.close)
            raise
        finally:
            self._recorder.count("history_restoring", amount=-1)
        self._recorder.observe("history_restore_seconds", time.perf_counter() - began)
        return store, position

    def _note_restored(self, records: int) -> None:
        self._recorder.count("history_restored_records_total", amount=records)

    async def _run_opening(self, work: Callable[[], HistoryStore]) -> HistoryStore:
        """Open a store; one that nobody waits for any more is closed once it is open."""
        opening = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            # The thread goes on to open it, whoever was cancelled.
            opening.add_done_callback(_close_opened)
            raise

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def landed(self, batch: JudgedClaims) -> "asyncio.Future[None]":
        """Bring a batch that is durable into its store, with others once they are many; until then it is known here.

        A commit costs a store the same with one claim and with hundreds, and who reads it next finds no page in memory
        any more. What is lost with this process is restored from the changelog. What waits for documentation is brought
        in at once: which of it is due is asked of the store.
        """
        history = batch.memory
        history.land(batch)
        is_small = len(history.landed.records) < _TOGETHER and not batch.forgotten
        return _done() if is_small and history.topic != self._settings.topics.pending else self.store(history)

    def store(self, history: LaneHistory) -> "asyncio.Future[None]":
        """Bring into the store what is durable and not in it yet. Raises `HistoryStoreError`, and then ever again."""
        if not history.has_landed:
            return _done()
        batch = history.take_landed()
        mark = HistoryMark(batch.written, history.changelog_offset(batch.written))
        applied = asyncio.get_running_loop().run_in_executor(self._thread, lambda: _apply(history, batch, mark))
        applied.add_done_callback(lambda done: None if done.cancelled() or done.exception() else history.drop(batch))
        return applied

    def show(self, memories: Collection[LaneHistory]) -> None:
        """Show in the metrics how large the memories are, with what waits for documentation. Raises `OSError`."""
        self._recorder.set("history_records", sum(each.position.records for each in memories))
        topics = (self._settings.topics.history, self._settings.topics.pending)
        sizes = [each.stat().st_size for topic in topics for each in self._folder.glob(f"{topic}-*")]
        self._recorder.set("history_bytes", sum(sizes))
        disk = shutil.disk_usage(self._folder)
        self._recorder.set("history_disk_used_ratio", disk.used / disk.total)

    async def expire(self, history: LaneHistory, before: date) -> None:
        """Delete what was received before a day."""
        await self._run(lambda: history.store.expire(before))

    async def close(self, history: LaneHistory) -> None:
        """Close the memory of a partition, once what is durable of it is in its store."""
        with contextlib.suppress(HistoryStoreError):  # what is not in it is restored
            await asyncio.shield(self.store(history))
        await asyncio.shield(self._run(history.store.close))

    def stop(self) -> None:
        """End the thread once it has done what it was given."""
        self._thread.shutdown(wait=False)


def _close_opened(opening: "asyncio.Future[HistoryStore]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _done() -> "asyncio.Future[None]":
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


def _apply(history: LaneHistory, batch: JudgedClaims, mark: HistoryMark) -> None:
    if history.is_broken:
        # With later ones the file would say that it is further than it is.
        raise HistoryStoreError("the memory of claims lacks what could not be written before; start this worker anew")
    try:
        history.store.apply(batch.records, mark)
        if batch.forgotten:
            # Its records took out each claim of the person.
            history.store.empty_log()
    except HistoryStoreError:
        history.is_broken = True
        raise


def _is_stale(file: Path) -> bool:
    times = [each.stat().st_mtime for each in (file, Path(f"{file}-wal")) if each.exists()]
    return bool(times) and time.time() - max(times) > _STALE_S
