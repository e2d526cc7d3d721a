"""Opens DuckDB for an analysis: in bounded memory, in a folder that is deleted at the end, and without the network."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

import duckdb

from worker.analysis.errors import AnalysisError
from worker.analysis.files import scratch

_SIZE: Final = re.compile(r"[1-9][0-9]{0,6} ?(MB|MiB|GB|GiB)")
_POLL_S: Final = 0.1

DatabaseRow: TypeAlias = tuple[Any, ...]  # any: a value of DuckDB for each column
Told: TypeAlias = Callable[[float], None]
"""Takes how much of a step is done, from 0 to 1."""


def nobody(_: float) -> None:
    """Nobody looks at the progress."""


class Database:
    """A DuckDB of one analysis.

    Args:
        memory: What it may use, such as `512MiB`.
        folder: Where it keeps what memory does not hold; a temporary folder of the system if None.
    """

    def __init__(self, memory: str, folder: Path | None = None) -> None:
        """Open it, for its owner only. Raises `AnalysisError` for a size that is none, and `OSError`."""
        if not _SIZE.fullmatch(memory):
            raise AnalysisError(f"--memory {memory}: give a size such as 512MiB or 2GiB")
        self._folder = ExitStack()
        made = self._folder.enter_context(scratch(folder))
        self.connection = duckdb.connect(str(made / "rows.duckdb"))
        for name, value in {
            "memory_limit": memory,
            "temp_directory": str(made / "more"),
            "preserve_insertion_order": "false",
            # Everything is in what was installed: nothing is fetched from anywhere.
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "TimeZone": "UTC",
        }.items():
            self.connection.execute(f"SET {name} = {quoted(value)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.connection.close()
        self._folder.close()

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[DatabaseRow]:  # any: values of DuckDB
        """Return the rows of a query. Raises `AnalysisError` where memory is too small for it."""
        with _enough_memory():
            return self.connection.execute(query, list(parameters)).fetchall()

    def run(self, query: str, told: Told = nobody, parameters: Sequence[Any] = ()) -> None:  # any: likewise
        """Run a statement, and say how far it is; Ctrl-C ends it. Raises `AnalysisError` where memory is too small."""
        with _enough_memory(), ThreadPoolExecutor(1) as pool:
            done = pool.submit(self.connection.execute, query, list(parameters))
            try:
                while True:
                    try:
                        done.result(_POLL_S)
                    except NotYetError:
                        told(max(0.0, self.connection.query_progress() / 100))
                    else:
                        break
            except BaseException:
                self.connection.interrupt()
                raise
        told(1.0)

    def copy(self, query: str, file: Path, how: str, told: Told = nobody) -> None:
        """Write the rows of a query to a file that is there already; `how` are the options of DuckDB's COPY."""
        self.run(f"COPY ({query}) TO {quoted(str(file))} ({how}, USE_TMP_FILE false)", told)


@contextmanager
def _enough_memory() -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise AnalysisError("more memory is needed for this; give --memory more") from None


def as_pattern(file: str) -> str:
    """Return the name of a file as DuckDB takes it, which reads `*`, `?` and `[` in names as patterns."""
    return re.sub(r"[*?\[]", r"[\g<0>]", file)


def quoted(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"
