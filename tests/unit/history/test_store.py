"""The stores of a memory: what was applied is there, what was taken out is gone, and another file is refused."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

from worker.history.store import HistoryMark, HistoryRecord, HistoryStoreError, SqliteHistory, StoredClaim, boot_id

BEGIN = date(2026, 1, 1)
ANNA, BERT = b"A" * 16, b"B" * 16
Opened = Callable[[], SqliteHistory]


def record(
    place: int, person: bytes = ANNA, entry: bytes | None = b"entry", received_on: date = BEGIN
) -> HistoryRecord:
    """A claim at a place, known by that place."""
    return HistoryRecord(person, place.to_bytes(16, "big"), place, received_on, entry)


def stored(place: int, entry: bytes = b"entry") -> StoredClaim:
    """What comes back of it."""
    return StoredClaim(place.to_bytes(16, "big"), place, entry)


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteHistory]:
    """An empty store of either kind."""
    opened = SqliteHistory(tmp_path / "p.db" if request.param == "file" else None, key="k", since=BEGIN)
    yield opened
    opened.close()


def test_a_person_has_the_claims_that_were_applied_by_place(store: SqliteHistory) -> None:
    """Whatever the order of arrival, and nobody else's."""
    store.apply([record(2), record(1), record(3, BERT)])

    assert store.earlier(ANNA) == [stored(1), stored(2)]
    assert store.earlier(BERT) == [stored(3)]
    assert store.earlier(b"C" * 16) == []


def test_a_claim_that_comes_again_takes_the_place_of_the_first(store: SqliteHistory) -> None:
    """As after a replay under other rules."""
    store.apply([record(1), record(2)])
    store.apply([record(1, entry=b"later")])

    assert store.earlier(ANNA) == [stored(1, b"later"), stored(2)]


def test_of_the_claims_before_a_place_the_last_ones_are_asked_for(store: SqliteHistory) -> None:
    """By place, whatever the order of arrival."""
    store.apply([record(place) for place in (5, 1, 4, 2, 3)])

    assert store.earlier(ANNA, before=5, most=3) == [stored(2), stored(3), stored(4)]
    assert store.earlier(ANNA, before=1) == []
    assert store.earlier(ANNA, most=9) == [stored(place) for place in range(1, 6)]


def test_all_that_is_kept_comes_in_the_order_of_arrival_each_once(store: SqliteHistory) -> None:
    """As it came last, and nothing that was taken out."""
    store.apply([record(2), record(1), record(3, BERT), record(4, BERT)])
    store.apply([record(2, entry=b"later"), record(4, BERT, None)])

    assert list(store.every()) == [record(1), record(3, BERT), record(2, entry=b"later")]


def test_it_says_when_a_claim_was_received(store: SqliteHistory) -> None:
    """As it came last; of one that is not kept nothing."""
    store.apply([record(1), record(1, received_on=BEGIN + timedelta(3))])

    assert store.received_on(ANNA, record(1).claim) == BEGIN + timedelta(3)
    assert store.received_on(ANNA, record(2).claim) is None
    assert store.received_on(BERT, record(1).claim) is None


@pytest.mark.parametrize("ends", ["itself", "when it is opened again"])
def test_a_store_that_was_filled_is_as_one_that_was_not(tmp_path: Path, ends: str) -> None:
    """What was taken out meanwhile is gone, and what came again after that is there; also after a kill."""
    filled = SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN)
    filled.begin_filling()
    filled.apply([record(1), record(2), record(1, entry=None), record(3), record(2, entry=None)], HistoryMark(5, 7))
    filled.apply([record(2, entry=b"later"), record(3, BERT), record(3, BERT, entry=None)], HistoryMark(8, 9))

    if ends == "itself":
        filled.end_filling()
    else:
        filled.close()
        filled = SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN)

    assert filled.earlier(ANNA) == [stored(2, b"later"), stored(3)]
    assert (filled.earlier(BERT), filled.mark()) == ([], HistoryMark(8, 9))
    filled.apply([record(3, entry=None)])
    assert filled.earlier(ANNA) == [stored(2, b"later")]
    filled.close()


def test_a_claim_that_is_taken_out_is_gone(store: SqliteHistory) -> None:
    """With every version of it; one of another person stays."""
    store.apply([record(1), record(1, entry=b"later"), record(1, BERT)])
    store.apply([record(1, entry=None)])

    assert store.earlier(ANNA) == []
    assert store.earlier(BERT) == [stored(1)]


def test_how_far_it_is_is_kept_with_the_claims(store: SqliteHistory) -> None:
    """Nothing at first, and all of a batch or nothing of it."""
    assert store.mark() == HistoryMark(0, 0)
    store.apply([record(1)], HistoryMark(1, 17))
    broken = HistoryRecord(None, b"", 2, BEGIN, b"")  # type: ignore[arg-type]  # what no store takes

    with pytest.raises(HistoryStoreError):
        store.apply([record(2), broken], HistoryMark(3, 99))

    assert store.mark() == HistoryMark(1, 17)
    assert store.earlier(ANNA) == [stored(1)]


def test_what_was_received_before_a_day_expires(store: SqliteHistory) -> None:
    """What came on that day stays, and the memory says from when it is whole."""
    store.apply([record(place, received_on=BEGIN + timedelta(place)) for place in range(4)])

    assert store.expire(BEGIN + timedelta(2)) == 2
    assert store.earlier(ANNA) == [stored(2), stored(3)]
    assert store.since == BEGIN + timedelta(2)
    assert store.expire(BEGIN + timedelta(2)) == 0
    assert store.expire(BEGIN + timedelta(9)) == 2
    assert store.earlier(ANNA) == []


def test_a_person_is_forgotten(store: SqliteHistory) -> None:
    """Everybody else is not."""
    store.apply([record(1), record(2), record(3, BERT)])

    store.apply([record(1, entry=None), record(2, entry=None)])
    store.empty_log()

    assert store.earlier(ANNA) == []
    assert store.earlier(BERT) == [stored(3)]


def test_what_was_forgotten_is_in_no_file(tmp_path: Path) -> None:
    """Neither in the pages nor in the log of writes."""
    opened = SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN)
    opened.apply([record(1, entry=b"CANARY" * 50), record(2, BERT)])

    opened.apply([record(1, entry=None)])
    opened.empty_log()

    assert [file.name for file in tmp_path.iterdir() if b"CANARY" in file.read_bytes()] == []
    opened.close()


def test_a_file_has_what_was_applied_when_it_is_opened_again(tmp_path: Path) -> None:
    """Also the first day of the memory, whatever the day on which it is opened; its owner alone reads it."""
    opened = SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN)
    opened.apply([record(1)], HistoryMark(1, 2))
    opened.close()

    again = SqliteHistory(tmp_path / "p.db", key="k", since=date(2027, 1, 1))

    assert again.earlier(ANNA) == [stored(1)]
    assert again.mark() == HistoryMark(1, 2)
    assert again.since == BEGIN
    assert (tmp_path / "p.db").stat().st_mode & 0o777 == 0o600
    again.close()


def test_reading_goes_on_while_a_batch_is_applied(tmp_path: Path) -> None:
    """A reader sees the state before the batch, and does not wait."""
    opened = SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN)
    opened.apply([record(1)])
    other = sqlite3.connect(tmp_path / "p.db", isolation_level=None)
    other.execute("begin immediate")
    other.execute("delete from claims")

    assert opened.earlier(ANNA) == [stored(1)]

    other.execute("commit")
    assert opened.earlier(ANNA) == []
    other.close()
    opened.close()


def test_a_file_of_another_key_is_refused(tmp_path: Path) -> None:
    """Persons would not be known again, and nobody would be told."""
    SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN).close()

    with pytest.raises(HistoryStoreError, match=r"p\.db: this memory was written under key k, and the key given is x"):
        SqliteHistory(tmp_path / "p.db", key="x", since=BEGIN)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    """A later release may keep it otherwise."""
    SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN).close()
    with sqlite3.connect(tmp_path / "p.db") as other:
        other.execute("update about set value = '2' where name = 'form'")
    other.close()

    with pytest.raises(HistoryStoreError, match="form 2"):
        SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN)


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    """And stays as it is."""
    (tmp_path / "p.db").write_bytes(b"x" * 5000)

    with pytest.raises(HistoryStoreError, match=r"p\.db: file is not a database"):
        SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN)

    assert (tmp_path / "p.db").read_bytes() == b"x" * 5000


@pytest.mark.parametrize(("boot", "is_checked"), [("one", False), ("two", True), ("", True)])
def test_a_damaged_file_is_found_after_the_machine_was_started_anew(
    tmp_path: Path, boot: str, *, is_checked: bool
) -> None:
    """A process that is killed damages nothing, and a check of a large file takes long."""
    opened = SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN, boot="one")
    opened.apply([record(place, entry=bytes(400)) for place in range(200)])
    opened.close()
    content = bytearray((tmp_path / "p.db").read_bytes())
    content[-4096 * 8 : -4096 * 7] = b"\xff" * 4096
    (tmp_path / "p.db").write_bytes(content)

    if is_checked:
        with pytest.raises(HistoryStoreError, match="the file is damaged"):
            SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN, boot=boot)
    else:
        SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN, boot=boot).close()


class NotedConnection(sqlite3.Connection):
    """A connection to a file that is among `unclosed` until it is closed."""

    unclosed: ClassVar[set[int]] = set()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unclosed.add(id(self))

    def close(self) -> None:
        """Close it."""
        super().close()
        self.unclosed.discard(id(self))


@pytest.mark.parametrize("key", ["k", "x"], ids=["no database", "another key"])
def test_a_file_that_is_refused_is_not_kept_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Whether its first page or what it says of itself is the reason."""
    SqliteHistory(tmp_path / "p.db", key="k", since=BEGIN).close()
    if key == "k":
        (tmp_path / "p.db").write_bytes(b"x" * 5000)
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=NotedConnection))

    with pytest.raises(HistoryStoreError):
        SqliteHistory(tmp_path / "p.db", key=key, since=BEGIN)

    assert NotedConnection.unclosed == set()


def test_a_folder_that_is_not_there_is_named() -> None:
    """With the reason of the system."""
    with pytest.raises(HistoryStoreError, match=r"/none/p\.db"):
        SqliteHistory(Path("/none/p.db"), key="k", since=BEGIN)


def test_a_start_of_the_machine_has_one_name() -> None:
    """It is the same each time it is asked for."""
    assert boot_id() == boot_id()
