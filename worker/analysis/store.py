"""Holds the rows of outcomes for one analysis, in DuckDB: in bounded memory, and on disk what is more than that."""

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import duckdb
import orjson

from worker.analysis.database import Database, DatabaseRow, Told, as_pattern, nobody
from worker.analysis.errors import AnalysisError
from worker.analysis.flat import FLAT, LONGEST_OUTCOME, as_columns, as_json, flat_query, members
from worker.analysis.not_outcomes import NotOutcomes

PARQUET: Final = ".parquet"


def query_of_lines(*, reveal: bool, beside: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the SQL that makes flat rows of a parameter of `in_lines`.

    For each name that is `beside` them, with its type, another parameter is a list with a value for each line; and
    `text` is the line.
    """
    lists = "".join(f', unnest(?::{kind}[]) AS "{name}"' for name, kind in beside.items())
    return query_of_texts(
        f"SELECT unnest(string_split(?, chr(10))) AS text{lists}",
        reveal=reveal,
        beside=("text", *beside) if beside else (),
    )


def query_of_texts(source: str, *, reveal: bool, beside: Sequence[str] = ()) -> str:
    """Return the SQL that makes flat rows of the column `text` of our own SQL; those that are `beside` it are kept."""
    return flat_query(
        "SELECT unnest(read), * EXCLUDE (read) FROM (SELECT CASE WHEN json_valid(text) THEN "
        f"json_transform(text, '{as_json(members(reveal=reveal))}') END AS read, * FROM ({source}))",
        reveal=reveal,
        beside=beside,
    )


def in_lines(values: Iterable[bytes]) -> str:
    """Return messages one per line: a line break can be between their members only, as JSON escapes it in texts."""
    return "\n".join(value.decode("utf-8", "replace").replace("\n", " ") for value in values)


class OutcomeStore(Database):
    """The rows of outcomes, as `flat` describes them, in the table `outcomes`.

    Once `count` was called the view `counted` has those that count: each outcome once, and none whose place another one
    has taken.

    Args:
        folder: Where the rows are that memory does not hold; a temporary folder of the system if None. It is deleted at
            the end.
        memory: What DuckDB may use, such as `512MiB`.
        reveal: Whether to read what speaks of a single patient's services.
    """

    def __init__(self, folder: Path | None = None, memory: str = "512MiB", *, reveal: bool = False) -> None:
        """Open an empty store. Raises `AnalysisError` for a size that is none, and `OSError`."""
        super().__init__(memory, folder)
        self.reveals = reveal
        self._columns = ", ".join(FLAT)
        self.not_outcomes = NotOutcomes()
        columns = ", ".join(f"{name} {kind}" for name, kind in FLAT.items())
        self.connection.execute(f"CREATE TABLE outcomes ({columns})")
        tree = members(reveal=reveal)
        self._of_file = flat_query(
            f"SELECT * FROM read_ndjson(?, columns={as_columns(tree)}, ignore_errors=true, "
            f"maximum_object_size={LONGEST_OUTCOME})",
            reveal=reveal,
        )
        self._of_text = query_of_lines(reveal=reveal)
        self._of_archive = query_of_texts(
            "SELECT outcome AS text FROM read_parquet(?, hive_partitioning=false)", reveal=reveal
        )

    def read_file(self, file: str, told: Told = nobody) -> None:
        """Add the outcomes of a file: one per line, or the Parquet that `claimscrub export` or `archive` writes.

        Raises `AnalysisError` for a file that cannot be read; what is not an outcome is counted.
        """
        if file.endswith(PARQUET):
            self._read_parquet(file, told)
            return
        with self._sentence(file):
            self._add(self._of_file, [as_pattern(file)], told)
        self.not_outcomes.add(self._take_out(), _places(Path(file)))

    def read_messages(self, values: Iterable[bytes], place: Callable[[], str]) -> None:
        """Add outcomes as they are on topics; `place` names these messages where one of them is not an outcome."""
        if text := in_lines(values):
            self._add(self._of_text, [text], nobody)
        self.not_outcomes.add(self._take_out(), (place() for _ in range(1)))

    def count(self, told: Told = nobody) -> tuple[int, int]:
        """Find out which outcomes count; return how many came twice, and how many another one has superseded."""
        self.run(
            "CREATE TABLE left_out AS SELECT rowid AS place, true AS is_twice FROM outcomes "
            "ANTI JOIN (SELECT min(rowid) AS first FROM outcomes GROUP BY outcome_id) ON outcomes.rowid = first",
            told,
        )
        self.run(
            "INSERT INTO left_out SELECT rowid, false FROM outcomes "
            "SEMI JOIN (SELECT supersedes AS old FROM outcomes WHERE supersedes IS NOT NULL) ON outcome_id = old "
            "WHERE rowid NOT IN (SELECT place FROM left_out)",
            told,
        )
        self.connection.execute(
            "CREATE VIEW counted AS SELECT outcomes.rowid AS seq, outcomes.* FROM outcomes "
            "ANTI JOIN left_out ON outcomes.rowid = place"
        )
        twice, superseded = self.rows(
            "SELECT count(*) FILTER (is_twice), count(*) FILTER (NOT is_twice) FROM left_out"
        )[0]
        return int(twice), int(superseded)

    def stream(self, query: str, portion: int = 5_000) -> Iterator[DatabaseRow]:
        """Yield the rows of a query, a portion of them in memory at a time."""
        cursor = self.connection.execute(query)
        while found := cursor.fetchmany(portion):
            yield from found

    def _read_parquet(self, file: str, told: Told) -> None:
        with self._sentence(file):
            has = {name for name, *_ in self.rows("DESCRIBE SELECT * FROM read_parquet(?)", [as_pattern(file)])}
        if missing := FLAT.keys() - has:
            if "outcome" in has:
                self._read_archive(file, told)
                return
            raise AnalysisError(
                f"{file}: has no column {', '.join(sorted(missing))}; only the Parquet of `claimscrub export` and "
                "`claimscrub archive` is read"
            )
        with self._sentence(file):
            self._add(f"SELECT {self._columns} FROM read_parquet(?, hive_partitioning=false)", [as_pattern(file)], told)

    def _read_archive(self, file: str, told: Told) -> None:
        """Add the outcomes of a file of `claimscrub archive`, in which a row that was no claim has none."""
        with self._sentence(file):
            self._add(self._of_archive, [as_pattern(file)], told)
        self.not_outcomes.add(self._take_out(), [file])

    def _add(self, query: str, parameters: Sequence[Any], told: Told) -> None:  # any: values of DuckDB
        self.run(f"INSERT INTO outcomes SELECT {self._columns} FROM ({query})", told, parameters)

    def _take_out(self) -> int:
        """Take out what is not an outcome, and return how much that was."""
        (bad,) = self.rows("SELECT count(*) FROM outcomes WHERE outcome_id IS NULL")[0]
        if bad:
            self.connection.execute("DELETE FROM outcomes WHERE outcome_id IS NULL")
        return int(bad)

    @contextmanager
    def _sentence(self, file: str) -> Iterator[None]:
        """Name the file in what goes wrong, without what DuckDB quotes of it."""
        try:
            yield
        except duckdb.Error as error:
            raise AnalysisError(f"{file}: cannot be read as outcomes, one per line ({type(error).__name__})") from None


def _places(file: Path) -> Iterator[str]:
    """Yield where in a file there is no outcome."""
    if file.suffix not in {"", ".json", ".jsonl", ".ndjson", ".gz"}:
        yield str(file)
        return
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip() and not _is_outcome(line):
                yield f"{file}, line {number}"


def _is_outcome(line: bytes) -> bool:
    try:
        read = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(read, dict) and isinstance(read.get("findings"), list) and isinstance(read.get("claim"), dict)
