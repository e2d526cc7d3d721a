"""Each offset is exported once: wherever an export is killed, and whoever runs it again."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from tests.unit.analysis.conftest import finding, outcome, parquet_rows
from worker.analysis.errors import AnalysisError
from worker.analysis.export import ROWS, ExportFolder, OutcomePartition, OutcomeRecord
from worker.analysis.store import OutcomeStore

SOURCE: Final = OutcomePartition("claims.rejected.v1", "ab" * 16, 3)
DAY_MS: Final = int(datetime(2026, 3, 20, tzinfo=UTC).timestamp() * 1000)
LONG_DAY_MS: Final = 24 * 3600 * 1000

KILLED: Final = """
import os, signal, sys
from pathlib import Path
from tests.unit.analysis.test_export import exported
from worker.analysis.database import Database

place, count = sys.argv[2], int(sys.argv[3])
copy, replace = Database.copy, Path.replace

def die_at(here):
    global count
    if place == here:
        count -= 1
        if not count:
            os.kill(os.getpid(), signal.SIGKILL)

def dying_copy(self, *arguments):
    die_at("before it is written")
    copy(self, *arguments)
    die_at("before it is on disk")

def dying_replace(self, target):
    die_at("before it has its name")
    replace(self, target)
    die_at("when it has its name")

Database.copy, Path.replace = dying_copy, dying_replace
exported(Path(sys.argv[1]))
"""


def records(*offsets: int, day: int = 0) -> list[OutcomeRecord]:
    """Records of a day."""
    return [
        OutcomeRecord(
            offset, DAY_MS + day * LONG_DAY_MS + offset, json.dumps(outcome(offset + 1, "rejected", finding())).encode()
        )
        for offset in offsets
    ]


ALL: Final = (*records(*range(5)), *records(7, 8, 9, day=1), *records(*range(10, 14), day=2))
"""With a gap, as the markers of transactions leave."""


def exported(folder: Path, source: OutcomePartition = SOURCE, all_of_them: tuple[OutcomeRecord, ...] = ALL) -> int:
    """Export what is not exported yet, in portions, and return how many rows that were."""
    with ExportFolder(folder, "200MiB", rows=3) as written:
        begin = written.next_offsets().get(source, 0)
        left = [each for each in all_of_them if each.offset >= begin]
        for place in range(0, len(left), 2):
            written.add(source, "rejected", left[place : place + 2])
        written.flush()
        return written.rows


def rows(folder: Path) -> list[dict[str, Any]]:
    """All that is in a folder, by offset."""
    return parquet_rows(folder / "**" / "*.parquet", 'topic_id, "offset"')


def offsets(folder: Path) -> list[int]:
    """The offsets in a folder, one for each row."""
    return [row["offset"] for row in rows(folder)]


def test_rows_are_by_day_and_disposition_with_their_places(tmp_path: Path) -> None:
    """Under the names by which others partition Parquet; a file holds one day."""
    assert exported(tmp_path) == len(ALL)

    found = rows(tmp_path)
    assert [row["offset"] for row in found] == [each.offset for each in ALL]
    assert [str(row["day"]) for row in found] == ["2026-03-20"] * 5 + ["2026-03-21"] * 3 + ["2026-03-22"] * 4
    assert {row["disposition"] for row in found} == {"rejected"}
    assert {(row["topic"], row["partition"], row["topic_id"]) for row in found} == {(SOURCE.topic, 3, SOURCE.topic_id)}
    assert found[0]["written_at"] == datetime(2026, 3, 20)  # noqa: DTZ001 - Parquet's timestamps are in UTC here
    assert {row["outcome"] for row in found} == {None}
    assert len(list(tmp_path.rglob("*.parquet"))) == 5


def test_the_next_run_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    """Twice is as good as once."""
    assert exported(tmp_path, all_of_them=ALL[:6]) == 6
    assert exported(tmp_path) == len(ALL) - 6
    assert exported(tmp_path) == 0
    assert offsets(tmp_path) == [each.offset for each in ALL]


@pytest.mark.parametrize("count", [1, pytest.param(2, marks=pytest.mark.whole), 5])
@pytest.mark.parametrize(
    "place", ["before it is written", "before it is on disk", "before it has its name", "when it has its name"]
)
def test_an_export_that_is_killed_loses_nothing_and_repeats_nothing(tmp_path: Path, place: str, count: int) -> None:
    """At any of its files; what it left half done is not in the way."""
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), place, str(count)],
        check=False,
        cwd=Path(__file__).parents[3],
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert ended.returncode == -signal.SIGKILL
    done = len(list(tmp_path.rglob("claims*.parquet")))
    assert done == (count if place == "when it has its name" else count - 1)

    exported(tmp_path)

    assert offsets(tmp_path) == [each.offset for each in ALL]
    assert [file for file in tmp_path.rglob("*") if file.name.endswith(".part")] == []


def test_two_exports_do_not_write_to_one_folder(tmp_path: Path) -> None:
    """The second one says so, and can go on afterwards."""
    with ExportFolder(tmp_path), pytest.raises(AnalysisError, match="another export is writing to it"):
        exported(tmp_path)

    assert exported(tmp_path) == len(ALL)


def test_a_topic_that_was_made_anew_is_exported_from_its_start(tmp_path: Path) -> None:
    """Its offsets are of other records."""
    anew = SOURCE._replace(topic_id="cd" * 16)
    exported(tmp_path)

    assert exported(tmp_path, anew) == len(ALL)
    assert offsets(tmp_path) == [each.offset for each in ALL] * 2


def test_a_broker_without_topic_ids_is_exported(tmp_path: Path) -> None:
    """It goes on by the name."""
    old = SOURCE._replace(topic_id=None)
    exported(tmp_path, old, ALL[:3])

    assert exported(tmp_path, old) == len(ALL) - 3


def test_what_is_not_an_outcome_is_named_and_passed_over_for_good(tmp_path: Path) -> None:
    """Its offset is done all the same."""
    mixed = (
        ALL[0],
        OutcomeRecord(1, DAY_MS, b"\xff"),
        OutcomeRecord(2, DAY_MS, b""),
        ALL[3],
        OutcomeRecord(4, DAY_MS, b"{}"),
    )
    with ExportFolder(tmp_path) as written:
        written.add(SOURCE, "rejected", mixed)
        written.flush()
        assert written.not_outcomes.places == [f"claims.rejected.v1 3/{offset}" for offset in (1, 2, 4)]
        assert written.next_offsets() == {SOURCE: 5}

    assert offsets(tmp_path) == [0, 3]


def test_a_strange_name_is_refused(tmp_path: Path) -> None:
    """Nobody knows which offsets are in there."""
    exported(tmp_path)
    next(tmp_path.rglob("*.parquet")).rename(tmp_path / "day=2026-03-20/disposition=rejected/copy.parquet")

    with pytest.raises(AnalysisError, match=r"copy\.parquet: .* move the file elsewhere"):
        exported(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file in its place, for one."""
    (tmp_path / "day=2026-03-20").touch()

    with pytest.raises(AnalysisError, match="cannot be written"):
        exported(tmp_path)
    with pytest.raises(AnalysisError, match="cannot be written"):
        exported(tmp_path / "day=2026-03-20")


def test_the_outcome_itself_is_there_only_where_it_is_revealed(tmp_path: Path) -> None:
    """For its owner only, byte for byte as on the topic."""
    with ExportFolder(tmp_path, reveal=True) as written:
        written.add(SOURCE, "rejected", ALL[:1])
        written.flush()

    (row,) = rows(tmp_path)
    (file,) = tmp_path.rglob("*.parquet")
    assert (row["outcome"].encode(), row["control_number"]) == (ALL[0].value, "PCN-1")
    assert file.stat().st_mode & 0o077 == 0


def test_a_report_reads_what_was_exported(tmp_path: Path) -> None:
    """The same rows as from the messages."""
    exported(tmp_path)
    with OutcomeStore() as of_files, OutcomeStore() as of_messages:
        for file in sorted(tmp_path.rglob("*.parquet")):
            of_files.read_file(str(file))
        of_messages.read_messages([each.value for each in ALL], lambda: "here")
        query = "SELECT * FROM outcomes ORDER BY outcome_id"

        assert of_files.rows(query) == of_messages.rows(query)


@pytest.mark.parametrize(("reveal", "files"), [(True, 3), (False, 1)])
def test_outcomes_that_are_revealed_begin_another_file_by_their_size(
    tmp_path: Path, *, reveal: bool, files: int
) -> None:
    """At the first one behind so many bytes; each is there once all the same."""
    given = records(*range(6))
    size = len(given[0].value) + len(given[1].value)
    with ExportFolder(tmp_path, "200MiB", reveal=reveal, size=size) as written:
        written.add(SOURCE, "rejected", given)
        written.flush()

        assert (written.files, written.rows) == (files, 6)
    found = parquet_rows(f"{tmp_path}/*/*/*.parquet", '"offset"')
    assert [row["offset"] for row in found] == list(range(6))


@pytest.mark.whole
def test_a_whole_file_of_outcomes_is_revealed_within_the_usual_memory(tmp_path: Path) -> None:
    """As many as a file may have, of 7 KB each."""
    (one,) = records(0)
    value = one.value[:-1] + b',"more":"' + b"x" * 7000 + b'"}'
    with ExportFolder(tmp_path, reveal=True) as written:
        for first in range(0, ROWS, 1000):
            written.add(SOURCE, "rejected", [one._replace(offset=first + each, value=value) for each in range(1000)])
        written.flush()

        assert (written.rows, written.files > 1) == (ROWS, True)
