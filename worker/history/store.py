"""Where the entries of earlier claims are kept: one SQLite file for each partition, or none at all."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from worker.errors import ClaimscrubError

_FORM: Final = "1"
_IN_MEMORY: Final = ":memory:"
_SCHEMA: Final = """
create table if not exists claims (
    n integer primary key,
    person blob not null,
    claim blob not null,
    place integer not null,
    received integer not null,
    entry blob not null
);
create table if not exists about (name text primary key, value not null) without rowid;
"""
BEYOND: Final = 2**63 - 1
"""Behind every place."""
ALL: Final = -1
"""No limit of rows."""
_FIND: Final = """
drop index if exists person;
create index if not exists person_place on claims (person, place);
create table if not exists gone (person blob not null, claim blob not null, n integer not null);
"""
"""What is not there while a store is filled; `gone` are the claims taken out meanwhile, each up to a row."""
_CACHE_KIB: Final = 4_096
"""Of each connection: a worker has two for each partition, and the system keeps the pages of the file as well."""
_FILLING_CACHE_KIB: Final = 65_536
_WAIT_MS: Final = 60_000


class HistoryStoreError(ClaimscrubError):
    """The file of a memory cannot be used; the message names it, and what to do."""


class HistoryRecord(NamedTuple):
    """One claim to keep, or to take out when `entry` is None.

    `person` and `claim` are the 16 bytes under which each is known: a claim that comes again takes the place of the
    first. `place` orders the claims of a person.
    """

    person: bytes
    claim: bytes
    place: int
    received_on: date
    entry: bytes | None


class StoredClaim(NamedTuple):
    """One claim that is kept."""

    claim: bytes
    place: int
    entry: bytes


class HistoryMark(NamedTuple):
    """How far a store is: `records` were applied in all, and the changelog was read up to `offset`."""

    records: int = 0
    offset: int = 0


class HistoryStore(Protocol):
    """A memory of claims. Every method raises `HistoryStoreError` where the store fails."""

    @property
    def since(self) -> date:
        """The first day from which every claim is in it."""
        ...

    def mark(self) -> HistoryMark:
        """Return how far it is."""
        ...

    def earlier(self, person: bytes, before: int = BEYOND, most: int = ALL) -> list[StoredClaim]:
        """Return what is kept of a person, by place, each claim once as it came last.

        Only what has a place before one, and of that no more than so many rows, those with the last places.
        """
        ...

    def received_on(self, person: bytes, claim: bytes) -> date | None:
        """Return when a claim of a person was received; None when it is not kept."""
        ...

    def claim(self, person: bytes, claim: bytes) -> StoredClaim | None:
        """Return one claim of a person; None when it is not kept."""
        ...

    def apply(self, records: Sequence[HistoryRecord], mark: HistoryMark | None = None) -> None:
        """Keep and take out claims, and how far the store is now: all of it or nothing."""
        ...

    def expire(self, before: date) -> int:
        """Delete what was received before a day, say so by `since`, and return how many claims that were."""
        ...

    def empty_log(self) -> None:
        """Let what was deleted not be read from the disk any more, where it is in the log of writes as well."""
        ...

    def begin_filling(self) -> None:
        """Be filled with very much, of which nothing is asked before `end_filling`: that is twice as fast."""
        ...

    def end_filling(self) -> None:
        """Be as ever again."""
        ...

    def close(self) -> None:
        """Close it; what was applied stays."""
        ...


def boot_id() -> str:
    """Return what names this start of the machine; empty where nothing does, and each opening is then checked."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


class SqliteHistory:
    """A `HistoryStore` in a file, or in this process alone when there is no file.

    Reading goes on while another thread applies. A store that can be built anew from a changelog need not wait for the
    disk: then a process that is killed loses nothing, and after a crash of the machine, which is known by its boot id,
    the file is checked first.
    """

    def __init__(
        self,
        file: Path | None,
        *,
        key: str,
        since: date,
        is_rebuildable: bool = False,
        boot: str | None = None,
    ) -> None:
        """Open a store, or begin one whose first day is `since`; `key` is the fingerprint of the key in use.

        Raises `HistoryStoreError` for a file that is of another key, of another form, or damaged.
        """
        self._name = "the memory of claims" if file is None else str(file)
        self._lock = threading.Lock()
        boot = boot_id() if boot is None else boot
        with self._told():
            if file is not None and not file.exists():
                file.touch(mode=0o600)
            self._writes = self._connect(file, is_rebuildable=is_rebuildable)
            try:
                self._begin(key, since, boot)
                # What is in memory only is in one connection only.
                self._reads = self._writes if file is None else self._connect(file, is_rebuildable=is_rebuildable)
            except BaseException:
                self._writes.close()
                raise

    def _connect(self, file: Path | None, *, is_rebuildable: bool) -> sqlite3.Connection:
        place = _IN_MEMORY if file is None else str(file)
        made = sqlite3.connect(place, isolation_level=None, check_same_thread=False, timeout=_WAIT_MS / 1000)
        try:
            for pragma in (
                "journal_mode=WAL",
                f"synchronous={'OFF' if is_rebuildable else 'NORMAL'}",
                "secure_delete=ON",
                f"cache_size=-{_CACHE_KIB}",
            ):
                made.execute(f"pragma {pragma}")
        except BaseException:
            made.close()
            raise
        return made

    def _begin(self, key: str, since: date, boot: str) -> None:
        self._writes.executescript(_SCHEMA)
        self._is_filled = False
        about = self._about()
        if about:
            if about.get("form") != _FORM:
                raise HistoryStoreError(
                    f"{self._name}: this memory is of form {about.get('form')}, and this release reads {_FORM}"
                )
            if about.get("key") != key:
                raise HistoryStoreError(
                    f"{self._name}: this memory was written under key {about.get('key')}, and the key given is {key}; "
                    "give it the key file that it was begun with"
                )
            if not boot or about.get("boot") != boot:
                self._check()
        first = {"form": _FORM, "key": key, "since": since.toordinal(), "records": 0, "offset": 0}
        self._writes.executemany("insert or ignore into about values (?, ?)", first.items())
        self._writes.execute(_SET, ("boot", boot))
        # Where whoever filled it was killed, that is done here.
        self._find()
        self._since = date.fromordinal(int(self._about()["since"]))

    def _check(self) -> None:
        if (said := self._writes.execute("pragma quick_check(1)").fetchone()[0]) != "ok":
            raise HistoryStoreError(f"{self._name}: the file is damaged ({said}); delete it, so that it is built anew")

    def _about(self) -> dict[str, int | str]:
        return dict(self._writes.execute("select name, value from about"))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise HistoryStoreError(f"{self._name}: {error}") from error

    @property
    def since(self) -> date:
        """The first day from which every claim is in it."""
        return self._since

    def mark(self) -> HistoryMark:
        """Return how far it is."""
        with self._told(), self._lock:
            about = self._about()
        return HistoryMark(int(about["records"]), int(about["offset"]))

    def earlier(self, person: bytes, before: int = BEYOND, most: int = ALL) -> list[StoredClaim]:
        """Return what is kept of a person, by place, each claim once as it came last."""
        try:
            rows = self._reads.execute(_EARLIER, (person, before, most)).fetchall()
        except sqlite3.Error as error:  # as in `_told`, in a tenth of the time
            raise HistoryStoreError(f"{self._name}: {error}") from error
        rows.reverse()
        if len(rows) > 1 and len({row[0] for row in rows}) < len(rows):
            rows = sorted({row[0]: row for row in sorted(rows, key=_BY_ARRIVAL)}.values(), key=_BY_PLACE)
        return [_stored(row[:3]) for row in rows]

    def received_on(self, person: bytes, claim: bytes) -> date | None:
        """Return when a claim of a person was received; None when it is not kept."""
        with self._told():
            row = self._reads.execute(_RECEIVED, (person, claim)).fetchone()
        return None if row is None else date.fromordinal(row[0])

    def claim(self, person: bytes, claim: bytes) -> StoredClaim | None:
        """Return one claim of a person; None when it is not kept."""
        with self._told():
            row = self._reads.execute(_CLAIM, (person, claim)).fetchone()
        return None if row is None else _stored(row)

    def apply(self, records: Sequence[HistoryRecord], mark: HistoryMark | None = None) -> None:
        """Keep and take out claims, and how far the store is now: all of it or nothing."""
        with self._told(), self._transaction() as writes:
            for is_taken_out, some in groupby(records, key=_is_taken_out):
                if is_taken_out and self._is_filled:
                    writes.executemany(_GONE, [(each.person, each.claim) for each in some])
                elif is_taken_out:
                    _take_out(writes, some)
                else:
                    self._keep(writes, list(some))
            if mark is not None:
                writes.executemany(_SET, [("records", mark.records), ("offset", mark.offset)])

    def _keep(self, writes: sqlite3.Connection, records: Sequence[HistoryRecord]) -> None:
        writes.executemany(
            _ADD, [(person, claim, place, day.toordinal(), entry) for person, claim, place, day, entry in records]
        )

    def expire(self, before: date) -> int:
        """Delete what was received before a day, say so by `since`, and return how many claims that were."""
        if before <= self._since:
            return 0
        with self._told(), self._transaction() as writes:
            # In the order of arrival, so that the first row that stays ends the look.
            found = writes.execute(
                "select n from claims where received >= ? order by n limit 1", (before.toordinal(),)
            ).fetchone()
            gone = (
                writes.execute("delete from claims where n < ?", found)
                if found
                else writes.execute("delete from claims")
            ).rowcount
            writes.execute(_SET, ("since", before.toordinal()))
            self._since = before
        return gone

    def empty_log(self) -> None:
        """Let what was deleted not be read from the disk any more: in the file its bytes are overwritten."""
        with self._told(), self._lock:
            self._writes.execute("pragma wal_checkpoint(truncate)").fetchall()

    def every(self, *, by_day: bool = False) -> Iterator[HistoryRecord]:
        """Yield all that is kept in the order of arrival, or of the days of receipt, each claim once as it came last.

        Nothing may be applied meanwhile.
        """
        with self._told():
            for person, claim, place, received, entry in self._reads.execute(_EVERY_BY_DAY if by_day else _EVERY):
                yield HistoryRecord(person, claim, place, date.fromordinal(received), entry)

    def begin_filling(self) -> None:
        """Be filled with very much, of which nothing is asked before `end_filling`: that is twice as fast."""
        with self._told(), self._transaction() as writes:
            writes.execute("drop index if exists person_place")
        with self._told(), self._lock:
            self._writes.execute(f"pragma cache_size=-{_FILLING_CACHE_KIB}")
        self._is_filled = True

    def end_filling(self) -> None:
        """Be as ever again."""
        with self._told(), self._lock:
            self._find()
            self._writes.execute(f"pragma cache_size=-{_CACHE_KIB}")
            self._writes.execute("pragma shrink_memory")
        self._is_filled = False

    def _find(self) -> None:
        """Make what was not there while the store was filled, and take out what is gone."""
        self._writes.executescript(_FIND)
        gone = self._writes.execute("select person, claim, n from gone").fetchall()
        if gone:
            self._writes.execute("begin immediate")
            self._writes.executemany("delete from claims where person = ? and claim = ? and n <= ?", gone)
            self._writes.execute("delete from gone")
            self._writes.execute("commit")

    def close(self) -> None:
        """Close it; what was applied stays."""
        with self._told():
            if self._reads is not self._writes:
                self._reads.close()
            self._writes.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._writes.execute("begin immediate")
            try:
                yield self._writes
            except BaseException:
                self._writes.execute("rollback")
                raise
            self._writes.execute("commit")


_TAKE_OUT: Final = "delete from claims where person = ? and claim = ?"
_GONE: Final = "insert into gone select ?, ?, coalesce(max(n), 0) from claims"
_ADD: Final = "insert into claims (person, claim, place, received, entry) values (?, ?, ?, ?, ?)"
_SET: Final = "insert or replace into about values (?, ?)"


def _is_taken_out(record: HistoryRecord) -> bool:
    return record.entry is None


_EARLIER: Final = (
    "select claim, place, entry, n from claims where person = ? and place < ? order by place desc, n desc limit ?"
)
_CLAIM: Final = "select claim, place, entry from claims where person = ? and claim = ? order by n desc limit 1"
_RECEIVED: Final = "select received from claims where person = ? and claim = ? order by n desc limit 1"
_EVERY: Final = """
select person, claim, place, received, entry from claims as last
where n = (select max(n) from claims where person = last.person and claim = last.claim) order by n
"""
_EVERY_BY_DAY: Final = _EVERY.replace("order by n", "order by received, n")
_BY_PLACE: Final = itemgetter(1, 3)
_BY_ARRIVAL: Final = itemgetter(3)
_stored: Final = StoredClaim._make


def _take_out(writes: sqlite3.Connection, records: Iterable[HistoryRecord]) -> None:
    writes.executemany(_TAKE_OUT, [(each.person, each.claim) for each in records])


class WaitingEntry(NamedTuple):
    """One entry of a `PendedStore`."""

    person: bytes
    claim: bytes
    place: int
    entry: bytes


class PendedStore(SqliteHistory):
    """What waits for documentation in a partition: each entry once, and found by kind and day of receipt as well.

    The kind is the second byte of an entry (`worker.history.pended`).
    """

    def _begin(self, key: str, since: date, boot: str) -> None:
        super()._begin(key, since, boot)
        self._writes.execute("create index if not exists waiting on claims (substr(entry, 2, 1), received)")

    def begin_filling(self) -> None:
        """Stay as it is: an entry takes the place of an earlier one, which is looked for by person."""

    def end_filling(self) -> None:
        """Stay as it is."""

    def _keep(self, writes: sqlite3.Connection, records: Sequence[HistoryRecord]) -> None:
        # An earlier form of it must not be found by its day, and holds health data.
        for each in records:
            _take_out(writes, [each])
            super()._keep(writes, [each])

    def received_before(self, kind: bytes, before: date, most: int) -> list[WaitingEntry]:
        """Return entries of a kind that were received before a day, the oldest first, at most so many."""
        with self._told():
            rows = self._reads.execute(_OLDER, (kind, before.toordinal(), most)).fetchall()
        return [WaitingEntry(*row) for row in rows]

    def waiting(self, kind: bytes) -> tuple[int, date | None]:
        """Return how many entries of a kind there are, and when the oldest was received."""
        with self._told():
            count, oldest = self._reads.execute(_WAITING, (kind,)).fetchone()
        return count, None if oldest is None else date.fromordinal(oldest)


_OLDER: Final = """
select person, claim, place, entry from claims where substr(entry, 2, 1) = ? and received < ? order by received limit ?
"""
_WAITING: Final = "select count(*), min(received) from claims where substr(entry, 2, 1) = ?"
