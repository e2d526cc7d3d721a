"""Which partitions exchange persons."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from worker.history.key import partition_of
from worker.history.store import HistoryRecord, SqliteHistory
from worker.stream.history.repartition import _before, _families

DAY = date(2026, 3, 2)
COUNTS = st.integers(min_value=1, max_value=60)


@given(before=COUNTS, after=COUNTS, person=st.binary(min_size=16, max_size=16))
def test_a_person_stays_within_a_family(before: int, after: int, person: bytes) -> None:
    """So that no more than the partitions of one are looked at together."""
    families = list(_families(before, after))

    (own,) = [family for family in families if partition_of(person, before) in family[0]]
    assert partition_of(person, after) in own[1]
    assert sorted(number for old, _ in families for number in old) == list(range(before))
    assert sorted(number for _, new in families for number in new) == list(range(after))


def test_what_is_judged_again_is_not_copied() -> None:
    """Under at-least-once it would be an earlier claim of itself and of those before it."""
    store = SqliteHistory(None, key="k", since=DAY)
    kept = [HistoryRecord(b"p" * 16, bytes([place + 9]) * 16, place, DAY, b"entry") for place in (-3, 6, 7)]
    store.apply(kept)

    assert list(_before(store, 7)) == kept[:2]
    store.close()
