"""Records of the changelog, there and back; what is not one is named by its place."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.history.store import HistoryRecord
from worker.stream.history.changelog import MARK, claim_id, read, with_mark, written
from worker.stream.history.errors import BrokenHistoryError

KEPT = HistoryRecord(b"p" * 16, b"c" * 16, 7, date(2026, 3, 2), b"entry")
GONE = HistoryRecord(b"p" * 16, b"c" * 16, 0, date.min, None)

RECORDS = st.builds(
    HistoryRecord,
    st.binary(min_size=16, max_size=16).filter(any),
    st.binary(min_size=16, max_size=16),
    st.integers(0, 2**62),
    st.dates(),
    st.binary(max_size=40),
)


@given(st.lists(st.one_of(RECORDS, st.none()), max_size=5), st.integers(0, 2**62))
def test_what_was_written_is_read_with_its_number(records: list[HistoryRecord | None], after: int) -> None:
    """Claims and marks, each with the next number."""
    sent = written("claims.history.v1", 3, after, records)

    found = [read(each.key, each.value, each.headers, "here") for each in sent]

    assert [(each.number, each.record) for each in found] == list(enumerate(records, after + 1))
    assert {(each.topic, each.partition) for each in sent} <= {("claims.history.v1", 3)}


def test_a_claim_that_is_taken_out_has_no_value_and_a_mark_behind_it() -> None:
    """Compaction takes both away, with the number; the mark stays until the next one."""
    sent = written("t", 0, 4, with_mark([KEPT, GONE]))

    assert [each.value is None for each in sent] == [False, True, False]
    assert [read(each.key, each.value, each.headers, "").record for each in sent] == [KEPT, GONE, None]
    assert sent[-1].key == MARK
    assert with_mark([KEPT]) == [KEPT]
    assert with_mark([]) == []


def test_a_key_holds_person_and_claim_so_that_the_last_word_on_a_claim_is_kept() -> None:
    """A claim that is judged again takes the place of the first."""
    first, again = written("t", 0, 0, [KEPT, KEPT._replace(entry=b"other")])

    assert first.key == again.key == KEPT.person + KEPT.claim
    assert claim_id("claims.inbound.v1/0/7") != claim_id("claims.inbound.v1/0/7/0")


@pytest.mark.parametrize(
    ("key", "value", "number"),
    [
        (None, b"", bytes(8)),
        (b"short", b"", bytes(8)),
        (KEPT.person + KEPT.claim, b"short", bytes(8)),
        (KEPT.person + KEPT.claim, bytes(13), bytes(8)),
        (KEPT.person + KEPT.claim, b"\x02" + bytes(11) + b"\x01", bytes(8)),
        (KEPT.person + KEPT.claim, None, b""),
        (MARK, b"", b"short"),
    ],
)
def test_what_is_no_record_of_ours_is_named_by_its_place(key: bytes | None, value: bytes | None, number: bytes) -> None:
    """Nothing of it is said."""
    with pytest.raises(BrokenHistoryError, match=r"^claims.history.v1, offset 9: .* cannot be read$"):
        read(key, value, (("n", number),), "claims.history.v1, offset 9")
