"""DuckDB in bounded memory, in a folder that is gone at the end, without the network."""

from pathlib import Path

import duckdb
import pytest

from worker.analysis.database import Database
from worker.analysis.errors import AnalysisError


@pytest.mark.parametrize("memory", ["", "0MiB", "much", "-1GB", "10", "1e9MB", "100MiB'; --"])
def test_a_size_that_is_none_is_refused(memory: str) -> None:
    """With what would be right."""
    with pytest.raises(AnalysisError, match="give a size such as 512MiB"):
        Database(memory)


def test_the_folder_is_its_owners_and_gone_at_the_end(tmp_path: Path) -> None:
    """What is in it may be health data."""
    with Database("100MiB", tmp_path) as database:
        database.run("CREATE TABLE numbers AS SELECT range FROM range(10)")
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o077 == 0

    assert list(tmp_path.iterdir()) == []


def test_what_memory_does_not_hold_is_kept_on_disk(tmp_path: Path) -> None:
    """Sorting more than it may have works."""
    with Database("150MiB", tmp_path) as database:
        database.run("CREATE TABLE numbers AS SELECT range AS n, repeat('x', 100) AS text FROM range(1000000)")
        database.run("CREATE TABLE sorted AS SELECT text || n AS text FROM numbers ORDER BY hash(n)")

        assert database.rows("SELECT count(*) FROM sorted") == [(1_000_000,)]


def test_too_little_memory_is_a_sentence() -> None:
    """It names the option."""
    with Database("20MiB") as database, pytest.raises(AnalysisError, match="--memory"):
        database.run("CREATE TABLE all_of_it AS SELECT list(range) AS numbers FROM range(30000000)")


def test_nothing_is_fetched() -> None:
    """An extension that is not installed is not looked for."""
    with Database("100MiB") as database, pytest.raises(duckdb.Error):
        database.rows("SELECT * FROM read_csv('https://127.0.0.1:1/x.csv')")
