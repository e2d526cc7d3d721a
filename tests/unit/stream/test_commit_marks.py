"""What is committed beside an offset says of which topic it is and by whom, and our own words stay readable."""

import itertools
from datetime import date

import pytest

from worker.stream.commit_marks import CommitMarks, split_marks, with_marks
from worker.stream.history.position import HistoryPosition
from worker.stream.suspects import SuspectRange

ID = "0f" * 16
HISTORY = HistoryPosition(7, "ab12", 24, date(2026, 3, 20), 3)
PENDED = HistoryPosition(9, "ab12", 24, date(2026, 3, 1), 0)


@pytest.mark.parametrize("metadata", ["", SuspectRange(600, 1).metadata(), "somebody else's"])
@pytest.mark.parametrize("topic_id", [None, ID])
@pytest.mark.parametrize("member_id", [None, "worker-0-e63f9b1c-4a0e-4a5c-8f0b-0d5d0a1b2c3d"])
@pytest.mark.parametrize("process", [None, "worker-0"])
@pytest.mark.parametrize("positions", list(itertools.product([None, HISTORY], [None, PENDED])))
def test_what_is_written_is_read_back(
    metadata: str,
    topic_id: str | None,
    member_id: str | None,
    process: str | None,
    positions: tuple[HistoryPosition | None, HistoryPosition | None],
) -> None:
    """With marks and without."""
    marks = CommitMarks(topic_id, member_id, process, *positions)

    assert split_marks(with_marks(metadata, marks)) == (metadata, marks)


def test_an_earlier_release_reads_the_topic_and_the_member_where_it_looks_for_them() -> None:
    """It takes the last word for the member and the one before for the topic."""
    assert with_marks("", CommitMarks(ID, "member", "process")) == f"from=process topic={ID} by=member"


def test_a_release_that_does_not_know_what_waits_finds_the_memory_where_it_looks_for_it() -> None:
    """Each mark that it knows is behind the one that it does not."""
    words = with_marks("", CommitMarks(ID, "member", "process", HISTORY, PENDED)).split(" ")

    assert [word.partition("=")[0] for word in words] == ["pended", "from", "topic", "history", "by"]


@pytest.mark.parametrize(
    "text", [f"topic={ID} and more", "topic=short", f"topic={ID.upper()}", "by=me and others", "from=me and others"]
)
def test_what_is_no_mark_stays_with_the_rest(text: str) -> None:
    """Others may write there too."""
    assert split_marks(text) == (text, CommitMarks())
