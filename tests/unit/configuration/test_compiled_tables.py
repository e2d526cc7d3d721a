"""Compiled tables are kept for the next start, and never believed when they are not those of the folder."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from tests.unit.reference.small_folder import change
from worker.bootstrap import default_cache_directory
from worker.configuration.cache import MOST_KEPT
from worker.configuration.compiled_tables import load_tables
from worker.reference.errors import ReferenceDataError
from worker.reference.tables.answer import Found

ON = date(2025, 11, 3)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A folder that is not there yet."""
    return tmp_path / "caches" / "claimscrub"


def kept_in(cache: Path) -> list[Path]:
    """All that is in the cache."""
    return sorted(cache.iterdir())


def test_the_second_start_finds_what_the_first_one_kept(small: Path, cache: Path) -> None:
    """With the same answers, and nothing written beside the tables."""
    before = sorted(small.rglob("*"))

    first, first_from = load_tables(small, cache)
    second, second_from = load_tables(small, cache)

    assert (first_from, second_from) == ("read", "compiled")
    assert first.digest == second.digest
    assert isinstance(first.drug("J2357", ON), Found)
    assert first.drug("J2357", ON) == second.drug("J2357", ON)
    assert sorted(small.rglob("*")) == before
    assert cache.stat().st_mode & 0o077 == 0


def test_other_tables_are_read(small: Path, cache: Path) -> None:
    """What was kept of the tables before a change answers no more, and comes back with them."""
    load_tables(small, cache)
    change(small, "asp_limits/2025q4.csv", "J2357,", "J2357,1")

    changed, loaded_from = load_tables(small, cache)

    assert loaded_from == "read"
    answer = changed.asp_limit("J2357", ON)
    assert isinstance(answer, Found)
    change(small, "asp_limits/2025q4.csv", "J2357,1", "J2357,")
    restored, loaded_from = load_tables(small, cache)
    assert loaded_from == "compiled"
    assert restored.asp_limit("J2357", ON) != answer


def test_tables_that_miss_their_checksum_are_refused_in_spite_of_a_kept_form(small: Path, cache: Path) -> None:
    """The files are compared with CHECKSUMS at every start."""
    load_tables(small, cache)
    file = small / "asp_limits" / "2025q4.csv"
    file.write_bytes(file.read_bytes() + b"J0000,1\n")

    with pytest.raises(ReferenceDataError, match="expected the checksum"):
        load_tables(small, cache)


def test_a_damaged_form_is_made_anew(small: Path, cache: Path) -> None:
    """As after a disk that was full."""
    load_tables(small, cache)
    (kept,) = kept_in(cache)
    whole = kept.read_bytes()
    kept.write_bytes(whole[:1000])

    assert load_tables(small, cache)[1] == "read"
    assert kept.read_bytes() == whole


def test_without_a_place_to_keep_it_the_tables_are_read(small: Path, tmp_path: Path) -> None:
    """No home, or a cache that cannot be written: the start is slower and says so."""
    (tmp_path / "file").write_text("not a folder")

    assert load_tables(small, None)[1] == "read-not-kept"
    assert load_tables(small, tmp_path / "file" / "claimscrub")[1] == "read-not-kept"


def test_tables_that_make_no_sense_together_are_not_kept(small: Path, cache: Path) -> None:
    """A compiled form stands for tables that `verify` accepts."""
    change(small, "drugs/2026-10.csv", "J1299", "J129")

    assert load_tables(small, cache)[1] == "read-not-kept"
    assert not cache.exists()


def test_workers_that_start_at_one_time_agree(small: Path, cache: Path) -> None:
    """Each writes a file of its own and moves it into place."""
    with ThreadPoolExecutor(4) as pool:
        loaded = list(pool.map(lambda _: load_tables(small, cache), range(8)))

    assert len({snapshot.digest for snapshot, _ in loaded}) == 1
    assert {loaded_from for _, loaded_from in loaded} <= {"read", "compiled"}
    (kept,) = kept_in(cache)
    assert kept.suffix == ".tables"
    assert load_tables(small, cache)[1] == "compiled"


def test_the_oldest_forms_are_removed(small: Path, cache: Path) -> None:
    """A machine that gets new tables every quarter does not fill its disk."""
    for number in range(MOST_KEPT + 2):
        change(small, "drugs/table.toml", "title =", f"# {number}\ntitle =")
        load_tables(small, cache)

    assert len(kept_in(cache)) == MOST_KEPT


def test_the_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own variable, then the desktop's convention, then the home."""
    monkeypatch.setenv("HOME", "/home/biller")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert default_cache_directory() == Path("/home/biller/.cache/claimscrub")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert default_cache_directory() == Path("/home/biller/.cache/claimscrub")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert default_cache_directory() == Path("/caches/claimscrub")
    monkeypatch.setenv("CLAIMSCRUB_CACHE_DIR", "/ours")
    assert default_cache_directory() == Path("/ours")
