"""How much waits in a partition."""

import pytest

from worker.kafka.lag import PartitionLag


@pytest.mark.parametrize(
    ("committed", "first", "end", "waiting", "expired"),
    [
        (None, 0, 0, 0, 0),
        (None, 0, 7, 7, 0),
        (None, 3, 7, 4, 0),
        (0, 0, 7, 7, 0),
        (7, 0, 7, 0, 0),
        (6, 0, 7, 1, 0),
        (2, 5, 7, 2, 3),
        (2, 7, 7, 0, 5),
        (9, 0, 7, 0, 0),
    ],
)
def test_what_waits_is_there_and_not_read(
    committed: int | None, first: int, end: int, waiting: int, expired: int
) -> None:
    """What expired waits no longer; a group that has committed nothing begins at what is still there."""
    start = max(first, committed or 0)
    lag = PartitionLag("t", 0, committed, first, end, start if start < end else None)

    assert (lag.messages, lag.expired) == (waiting, expired)


def test_marks_of_transactions_alone_do_not_wait() -> None:
    """No group commits an offset behind the last one; before a message they count."""
    assert PartitionLag("t", 0, committed=6, first=0, end=7, due=None).messages == 0
    assert PartitionLag("t", 0, committed=6, first=0, end=9, due=7).messages == 2
