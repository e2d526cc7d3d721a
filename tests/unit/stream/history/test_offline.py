"""How a memory is compared with a copy of it."""

from datetime import date
from typing import Any

import pytest

from worker.history.store import HistoryRecord
from worker.stream.history.offline import MemoryDigest, digest_of


def record(**changes: Any) -> HistoryRecord:
    """A record of somebody."""
    return HistoryRecord(b"p" * 16, b"c" * 16, 3, date(2026, 3, 2), b"entry")._replace(**changes)


def test_a_digest_does_not_depend_on_the_order() -> None:
    """Partitions are copied one after the other."""
    one, other = record(), record(claim=b"d" * 16)
    together = MemoryDigest()
    for each in ([other], [one]):
        together.add_all(digest_of(each))

    assert digest_of([one, other]) == digest_of([other, one]) == together
    assert together.records == 2
    assert len(together.hex()) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"person": b"q" * 16},
        {"claim": b"q" * 16},
        {"place": 4},
        {"received_on": date(2026, 3, 3)},
        {"entry": b"other"},
    ],
)
def test_a_digest_depends_on_all_of_a_record(change: dict[str, object]) -> None:
    """Whatever was lost or changed on its way is seen."""
    assert digest_of([record()]) != digest_of([record(**change)])
