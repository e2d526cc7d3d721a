"""A store is brought to exactly the committed number, or the memory is broken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from aiokafka import TopicPartition

from tests.stream.stores import store_in_memory
from worker.history.store import HistoryMark, HistoryRecord, SqliteHistory
from worker.stream.history import restore as restore_module
from worker.stream.history.changelog import written
from worker.stream.history.errors import BrokenHistoryError
from worker.stream.history.restore import Restoring

PLACE = TopicPartition("claims.history.v1", 0)
DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Stored:
    """A record as the library hands it over."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def log_of(*numbers: int, first: int = 0) -> list[Stored]:
    """The records of claims with these numbers in the log, from an offset on, with a hole behind each."""
    log = []
    for place, number in enumerate(numbers):
        claim = HistoryRecord(b"p" * 16, number.to_bytes(16, "big"), number, DAY, b"entry %d" % number)
        (sent,) = written(PLACE.topic, 0, number - 1, [claim])
        log.append(Stored(first + 2 * place, sent.key, sent.value, sent.headers))
    return log


class Reader:
    """Hands over one answer after the other, and has a log that ends somewhere."""

    def __init__(self, *answers: Sequence[Stored], end: int | None = None) -> None:
        self._answers = list(answers)
        self._position = 0
        self._end = end

    async def getmany(self, partition: TopicPartition, *, timeout_ms: int) -> dict[TopicPartition, Sequence[Any]]:  # noqa: ARG002 - the library's
        """Return the next answer."""
        answer = self._answers.pop(0) if self._answers else ()
        if answer:
            self._position = answer[-1].offset + 2
        return {partition: answer} if answer else {}

    async def position(self, partition: TopicPartition) -> int:  # noqa: ARG002 - as above
        """Return what comes next."""
        return self._position

    def highwater(self, partition: TopicPartition) -> int | None:  # noqa: ARG002 - as above
        """Return where the log ends."""
        return self._end


async def at_once(work: Callable[[], None]) -> None:
    """Run it here."""
    work()


def restoring(reader: Reader) -> tuple[Restoring, SqliteHistory, list[int]]:
    """A way into an empty store, and how many records were read."""
    store, read = store_in_memory(SqliteHistory), list[int]()
    return Restoring(reader, PLACE, store, at_once, read.append), store, read


def kept(store: SqliteHistory) -> list[int]:
    """The places of the claims that are in a store."""
    return [each.place for each in store.earlier(b"p" * 16)]


async def test_a_store_gets_what_is_committed_and_says_how_far_it_is() -> None:
    """Over several answers, and one that comes late."""
    way, store, read = restoring(Reader(log_of(1, 2), (), log_of(3, first=4), end=6))

    await way.until(3)

    assert (kept(store), store.mark(), read) == ([1, 2, 3], HistoryMark(3, 5), [2, 1])


async def test_numbers_that_compaction_took_are_not_waited_for() -> None:
    """Only the last one is sure to be there."""
    way, store, _ = restoring(Reader(log_of(2, 5), end=4))

    await way.until(5)

    assert kept(store) == [2, 5]


async def test_what_the_store_has_is_passed_over() -> None:
    """It is read from before the last batch that came into it."""
    way, store, _ = restoring(Reader(log_of(1, 2, 3), end=6))
    store.apply([], HistoryMark(2, 0))

    await way.until(3)

    assert (kept(store), store.mark().records) == ([3], 3)


@pytest.mark.parametrize("end", [None, 100])
async def test_a_transaction_that_is_being_ended_is_waited_for(end: int | None) -> None:
    """The log goes on behind what can be read, or the broker has not said yet."""
    way, store, _ = restoring(Reader(log_of(1), (), (), log_of(2, first=2), end=end))

    await way.until(2)

    assert kept(store) == [1, 2]


async def test_a_log_that_ends_before_the_committed_number_is_broken() -> None:
    """What is known is kept; nothing is judged on it."""
    way, store, _ = restoring(Reader(log_of(1, 2), end=4))

    problem = "claims.history.v1, partition 0: the memory of claims ends with record 2, and record 3 is committed"
    with pytest.raises(BrokenHistoryError, match=problem):
        await way.until(3)
    assert kept(store) == [1, 2]


async def test_a_log_that_does_not_move_is_broken_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last transaction is ended long before."""
    monkeypatch.setattr(restore_module, "_PATIENCE_S", 0)
    way, _, _ = restoring(Reader((), end=10))

    with pytest.raises(BrokenHistoryError):
        await way.until(1)


async def test_a_log_beyond_the_committed_number_is_broken() -> None:
    """Somebody else has written: it would be judged on what nobody committed."""
    way, store, _ = restoring(Reader(log_of(1, 2), end=4))

    with pytest.raises(BrokenHistoryError, match="offset 2: this is record 2, and no more than 1 are committed"):
        await way.until(1)
    assert kept(store) == []


async def test_a_record_that_cannot_be_read_is_named_by_its_place() -> None:
    """Those before it are not in the store either: the memory is broken."""
    log = log_of(1, 2, 3)
    log[1] = replace(log[1], value=b"?")
    way, store, _ = restoring(Reader(log, end=6))

    with pytest.raises(BrokenHistoryError, match="offset 2: a record of the memory of claims cannot be read"):
        await way.until(3)
    assert kept(store) == []


async def test_without_transactions_all_that_is_there_is_read() -> None:
    """A worker that died may have written beyond its offset, and the next one the same numbers."""
    way, store, _ = restoring(Reader(log_of(1, 2), log_of(2, 3, first=4), (), end=8))

    assert await way.to_the_end() == 3
    assert kept(store) == [1, 2, 3]
