"""What is known of claims and the answers to them, by patient control number, in one SQLite file.

How far topics were read is in the same transaction as what was read, so that nothing is counted twice or left out.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from worker.errors import ClaimscrubError
from worker.learning.sent import SentClaim
from worker.x12.responses.records import AcknowledgedClaim, RemittedClaim

FILE_NAME: Final = "learned.sqlite"
_FORM: Final = 1
_SCHEMA: Final = """
create table if not exists numbers (number text primary key, day integer not null, known blob not null) without rowid;
create index if not exists by_day on numbers (day);
create table if not exists places (topic text, partition integer, place integer, primary key (topic, partition));
create table if not exists about (name text primary key, value integer not null);
"""
_OWNER_ONLY: Final = 0o600
_WAIT_S: Final = 10.0


class LearningStoreError(ClaimscrubError):
    """The file cannot be used; the message names it, and what to do."""


class KnownOfNumber(NamedTuple):
    """What is known under a patient control number: claims, and answers by the order in which they came."""

    claims: tuple[SentClaim, ...] = ()
    acknowledged: tuple[AcknowledgedClaim, ...] = ()
    remitted: tuple[RemittedClaim, ...] = ()
    is_structural: bool = False


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(KnownOfNumber)


class LearningStore:
    """The file, for one process at a time. Raises `LearningStoreError` where it cannot be used."""

    def __init__(self, folder: Path, wait_s: float = _WAIT_S) -> None:
        """`wait_s` is for how long another process may have it."""
        self._file = folder / FILE_NAME
        with self._explained():
            folder.mkdir(parents=True, exist_ok=True)
            self._file.touch(_OWNER_ONLY)
            self._file.chmod(_OWNER_ONLY)
            self._database = sqlite3.connect(self._file, timeout=wait_s, isolation_level=None)
            try:
                self._begin()
            except BaseException:
                self._database.close()
                raise

    def _begin(self) -> None:
        self._database.execute("pragma locking_mode = exclusive")
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("begin exclusive")
        self._database.execute("commit")
        self._database.executescript(_SCHEMA)
        self._database.execute("insert or ignore into about values ('form', ?)", (_FORM,))
        form = self._database.execute("select value from about where name = 'form'").fetchone()[0]
        if form != _FORM:
            raise LearningStoreError(f"{self._file} is of form {form}: move it away, and topics are read again")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def known(self, number: str) -> KnownOfNumber:
        """Return what is known under a number."""
        with self._explained():
            row = self._database.execute("select known from numbers where number = ?", (number,)).fetchone()
            return _DECODER.decode(row[0]) if row else KnownOfNumber()

    def all(self) -> Iterator[KnownOfNumber]:
        """Yield what is known under every number."""
        with self._explained():
            for (known,) in self._database.execute("select known from numbers"):
                yield _DECODER.decode(known)

    def places(self) -> dict[tuple[str, int], int]:
        """Return where reading goes on, by topic and partition."""
        with self._explained():
            rows = self._database.execute("select topic, partition, place from places").fetchall()
        return {(topic, partition): place for topic, partition, place in rows}

    def keep(
        self, known: Mapping[str, KnownOfNumber], places: Iterable[tuple[tuple[str, int], int]], today: date
    ) -> None:
        """Keep what is known under some numbers, and where reading goes on, both or neither."""
        rows = [(number, today.toordinal(), _ENCODER.encode(each)) for number, each in known.items()]
        with self._explained(), self._transaction():
            self._database.executemany("insert or replace into numbers values (?, ?, ?)", rows)
            self._database.executemany(
                "insert or replace into places values (?, ?, ?)", [(*partition, place) for partition, place in places]
            )

    def forget(self, before: date) -> list[KnownOfNumber]:
        """Delete what was last heard of before a day, and return it."""
        with self._explained(), self._transaction():
            rows = self._database.execute("select known from numbers where day < ?", (before.toordinal(),)).fetchall()
            self._database.execute("delete from numbers where day < ?", (before.toordinal(),))
        return [_DECODER.decode(known) for (known,) in rows]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("begin")
        try:
            yield
        except BaseException:
            self._database.execute("rollback")
            raise
        self._database.execute("commit")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, msgspec.DecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else type(error).__name__
            remedy = "look whether another learner uses it; else move it away, and topics are read again"
            raise LearningStoreError(f"{self._file} cannot be used ({reason}): {remedy}") from None
