"""A folder of Parquet to which the outcomes of topics are added: each offset once, whenever the export is broken off.

A file holds consecutive outcomes of one partition of a topic that were written on one day (UTC):

```text
day=2026-03-20/disposition=rejected/
    claims.rejected.v1-00003-00000000000000000100-00000000000000000200-4f0e0cde1b7a4b53a7a3a1a0b7d6c5e4.parquet
```

Its name says which offsets are done: from the first number up to, and without, the second; then the topic's id, by
which a topic that was made anew is told from the one before it. A file gets its name when it is whole and on disk, and
files of a partition are written in order, so that the names alone say where to go on.
"""

import fcntl
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, NamedTuple, Self

from worker.analysis.database import Database
from worker.analysis.errors import AnalysisError
from worker.analysis.files import on_disk, whole
from worker.analysis.flat import FLAT
from worker.analysis.not_outcomes import NotOutcomes
from worker.analysis.store import in_lines, query_of_lines

ROWS: Final = 100_000
"""Rows of a file: some megabytes."""
BYTES: Final = 64 * 1024 * 1024
"""Of outcomes that are revealed, after which another file begins: so much is packed within DuckDB's usual memory."""
_NO_ID: Final = "0" * 32
_NAME: Final = re.compile(
    r"(?P<topic>[A-Za-z0-9._-]{1,249})-(?P<partition>\d{5,10})-(?P<first>\d{20})-(?P<next>\d{20})-"
    r"(?P<id>[0-9a-f]{32})\.parquet"
)
_PLACE: Final = MappingProxyType({"offset": "BIGINT", "written_ms": "BIGINT"})


class OutcomePartition(NamedTuple):
    """A partition of a topic of outcomes."""

    topic: str
    topic_id: str | None
    partition: int


class OutcomeRecord(NamedTuple):
    """A record of a partition."""

    offset: int
    written_ms: int
    value: bytes


@dataclass
class _FileSpan:
    """What is on its way to a file."""

    source: OutcomePartition
    disposition: str
    day: date
    first: int
    next: int
    rows: int = 0
    revealed: int = 0


class ExportFolder:
    """The folder. As long as it is open, nobody else can add to it.

    Args:
        folder: Where it is; it is made if it is not there.
        memory: What DuckDB may use, such as `512MiB`.
        reveal: Whether rows also hold the outcome as it is on the topic, with its claim.
        rows: After how many rows another file begins, and
        size: after how many bytes of outcomes that are revealed.
    """

    def __init__(
        self, folder: Path, memory: str = "512MiB", *, reveal: bool = False, rows: int = ROWS, size: int = BYTES
    ) -> None:
        self._folder = folder
        self._memory = memory
        self._reveal = reveal
        self._most = rows
        self._largest = size
        self._span: _FileSpan | None = None
        self.files = 0
        self.rows = 0
        self.not_outcomes = NotOutcomes()
        """The records of which no row is made."""

    def __enter__(self) -> Self:
        """Open it. Raises `AnalysisError` when somebody else has it open, or it cannot be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for broken in self._folder.glob("day=*/disposition=*/.*.part"):
                broken.unlink()
        except BlockingIOError:
            os.close(self._lock)
            raise AnalysisError(f"{self._folder}: another export is writing to it") from None
        except OSError as error:
            raise AnalysisError(f"{self._folder}: cannot be written ({error.strerror})") from None
        self._database = Database(self._memory)
        columns = ", ".join(f'"{name}" {kind}' for name, kind in _COLUMNS.items())
        self._database.run(f"CREATE TABLE exported ({columns})")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._database.__exit__(kind, error, at)
        os.close(self._lock)

    def next_offsets(self) -> Mapping[OutcomePartition, int]:
        """Return the offset after the last one that is done, for each partition of which there is a file."""
        found: dict[OutcomePartition, int] = {}
        for file in self._folder.glob("day=*/disposition=*/*.parquet"):
            name = _NAME.fullmatch(file.name)
            if name is None:
                raise AnalysisError(f"{file}: `claimscrub export` gives no such name; move the file elsewhere")
            topic_id = None if name["id"] == _NO_ID else name["id"]
            source = OutcomePartition(name["topic"], topic_id, int(name["partition"]))
            found[source] = max(found.get(source, 0), int(name["next"]))
        return found

    def add(self, source: OutcomePartition, disposition: str, messages: Sequence[OutcomeRecord]) -> None:
        """Add consecutive records of a partition: those that follow what was added of it before.

        Raises `AnalysisError` when a file cannot be written.
        """
        begins = 0
        for place, message in enumerate(messages):
            span, day = self._span, datetime.fromtimestamp(message.written_ms / 1000, UTC).date()
            if span is None or (span.source, span.day) != (source, day) or self._is_full(span):
                self._insert(source, messages[begins:place])
                begins = place
                self.flush()
                span = self._span = _FileSpan(source, disposition, day, message.offset, message.offset)
            span.rows += 1
            span.revealed += len(message.value) if self._reveal else 0
            span.next = message.offset + 1
        self._insert(source, messages[begins:])

    def _is_full(self, span: _FileSpan) -> bool:
        return span.rows >= self._most or span.revealed >= self._largest

    def flush(self) -> None:
        """Give what is on its way a file."""
        if (span := self._span) is None:
            return
        name = (
            f"{span.source.topic}-{span.source.partition:05d}-{span.first:020d}-{span.next:020d}-"
            f"{span.source.topic_id or _NO_ID}.parquet"
        )
        self._write(self._folder / f"day={span.day}" / f"disposition={span.disposition}" / name)
        ((rows,),) = self._database.rows("SELECT count(*) FROM exported")
        self.files, self.rows = self.files + 1, self.rows + rows
        self._database.run("DELETE FROM exported")
        self._span = None

    def _write(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with whole(file, private=self._reveal) as made:
                self._database.copy(
                    'SELECT * FROM exported ORDER BY "offset"', made, "FORMAT parquet, COMPRESSION zstd"
                )
            for each in (file.parent, file.parent.parent, self._folder):
                on_disk(each)
        except OSError as error:
            raise AnalysisError(f"{file.parent}: cannot be written ({error.strerror})") from None

    def _insert(self, source: OutcomePartition, messages: Sequence[OutcomeRecord]) -> None:
        if not messages:
            return
        text = "outcome.text" if self._reveal else "NULL"
        flat = ", ".join(f"outcome.{name}" for name in FLAT)
        query = query_of_lines(reveal=self._reveal, beside=_PLACE)
        given = [
            in_lines(message.value for message in messages),
            [message.offset for message in messages],
            [message.written_ms for message in messages],
        ]
        place = [source.topic, source.topic_id, source.partition]
        self._database.run("CREATE OR REPLACE TEMP TABLE read AS " + query, parameters=given)
        bad = self._database.rows('SELECT "offset" FROM read WHERE outcome_id IS NULL ORDER BY 1')
        self.not_outcomes.add(len(bad), (f"{source.topic} {source.partition}/{offset}" for (offset,) in bad))
        self._database.run(
            f'INSERT INTO exported SELECT {flat}, ?, ?, ?, "offset", make_timestamp(written_ms * 1000), {text} '
            "FROM read AS outcome WHERE outcome_id IS NOT NULL",
            parameters=place,
        )


_COLUMNS: Final = MappingProxyType(
    {
        **FLAT,
        "topic": "VARCHAR",
        "topic_id": "VARCHAR",
        "partition": "INTEGER",
        "offset": "BIGINT",
        "written_at": "TIMESTAMP",
        "outcome": "VARCHAR",
    }
)
"""The columns of a file. `outcome` is the message on the topic, and empty unless it is to be revealed."""
