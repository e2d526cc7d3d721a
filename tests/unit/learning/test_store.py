"""The file of the learner: kept whole or not at all, for one process and its owner, and named where it is broken."""

import sqlite3
import stat
from datetime import date
from pathlib import Path

import pytest

from tests.unit.learning.sent import WST_01, outcome
from worker.learning.sent import sent_claim
from worker.learning.store import FILE_NAME, KnownOfNumber, LearningStore, LearningStoreError

DAY = date(2026, 5, 1)
KNOWN = KnownOfNumber((sent_claim(outcome(WST_01)),))


def test_what_is_kept_is_there_again(tmp_path: Path) -> None:
    """Claims with their findings, and the places."""
    store = LearningStore(tmp_path)
    store.keep({"SYN-1": KNOWN}, [(("topic", 1), 7)], DAY)
    store.close()

    store = LearningStore(tmp_path)
    assert (store.known("SYN-1"), store.known("SYN-2"), store.places()) == (KNOWN, KnownOfNumber(), {("topic", 1): 7})
    store.close()


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """It names claims of patients."""
    LearningStore(tmp_path / "new").close()

    assert stat.S_IMODE((tmp_path / "new" / FILE_NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"SYNTHETIC PATIENT" * 200, None], ids=["no database", "another form"])
def test_a_file_that_cannot_be_used_is_named(content: bytes | None, tmp_path: Path) -> None:
    """With what to do, and without a word of it."""
    if content is None:
        LearningStore(tmp_path).close()
        with sqlite3.connect(tmp_path / FILE_NAME) as database:
            database.execute("update about set value = 9")
        database.close()
    else:
        (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(LearningStoreError, match="move it away, and topics are read again") as error:
        LearningStore(tmp_path)

    assert str(tmp_path) in str(error.value)
    assert "PATIENT" not in str(error.value)


def test_what_is_known_and_damaged_is_named(tmp_path: Path) -> None:
    """A row that cannot be decoded."""
    store = LearningStore(tmp_path)
    store.keep({"SYN-1": KNOWN}, [], DAY)
    store.close()
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("update numbers set known = x'00'")
    database.close()

    store = LearningStore(tmp_path)
    with pytest.raises(LearningStoreError, match="cannot be used"):
        store.known("SYN-1")
    store.close()


def test_two_learners_do_not_share_it(tmp_path: Path) -> None:
    """The second one ends with a sentence."""
    store = LearningStore(tmp_path)
    with pytest.raises(LearningStoreError, match="another learner"):
        LearningStore(tmp_path, wait_s=0.05)
    store.close()
