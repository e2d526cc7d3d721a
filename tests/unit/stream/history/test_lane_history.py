"""What a claim sees: the store, and what was judged before it and is not in the store yet."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.decision import PayerDecision
from tests.stream.fake_worker import remembered
from tests.stream.stores import store_in_memory
from worker.history.decisions import Decision
from worker.history.entry import EarlierState, encode
from worker.history.key import NO_MARK
from worker.history.store import HistoryMark, HistoryRecord, SqliteHistory
from worker.stream.history.changelog import read
from worker.stream.history.lane_history import JudgedClaims, LaneHistory, Met
from worker.stream.history.position import HistoryPosition

DAY = date(2026, 3, 2)
PERSON, OTHER = b"p" * 16, b"o" * 16


def record(number: int, person: bytes = PERSON, *, is_rejected: bool = False) -> HistoryRecord:
    """What is remembered of the claim of a number, which is its place as well."""
    entry = None if is_rejected else encode(remembered(number, DAY))
    return HistoryRecord(person, bytes(15) + bytes([number]), number, DAY, entry)


@pytest.fixture
def history() -> LaneHistory:
    """A memory that begins on the day."""
    store = store_in_memory(SqliteHistory)
    return LaneHistory(store, "claims.history.v1", 2, HistoryPosition(0, "key", 6, DAY, 0), days=400)


def seen(history: LaneHistory, number: int, person: bytes = PERSON) -> list[int]:
    """The numbers of the claims that the claim of a number sees."""
    known = history.view(person, bytes(15) + bytes([number]), number, DAY)
    return [int.from_bytes(each.control, "big") for each in known.claims]


def test_a_claim_sees_what_was_judged_before_it_in_its_batch_and_in_open_ones(history: LaneHistory) -> None:
    """Before any of it is durable; nothing of another patient."""
    first, second = history.begin(), history.begin()
    history.remember(first, record(1))
    history.remember(first, record(2, OTHER))
    history.remember(second, record(3))

    assert (seen(history, 4), seen(history, 4, OTHER)) == ([1, 3], [2])
    assert history.waiting == 3


def test_a_batch_that_is_dropped_was_never_there(history: LaneHistory) -> None:
    """It is not handed over, or it is in the store by now."""
    batch = history.begin()
    history.remember(batch, record(1))
    history.drop(batch)

    assert (seen(history, 2), history.waiting) == ([], 0)


def test_a_claim_that_comes_again_sees_what_it_saw(history: LaneHistory) -> None:
    """Not itself, and not those behind it that a worker that died had remembered."""
    history.store.apply([record(1), record(5), record(7)], HistoryMark(3, 0))

    assert seen(history, 5) == [1]
    assert seen(history, 6) == [1, 5]


def test_what_is_in_both_is_seen_once_as_it_came_last(history: LaneHistory) -> None:
    """Between the store's own commit and the end of the batch."""
    batch = history.begin()
    history.remember(batch, record(1))
    history.store.apply(batch.records, HistoryMark(1, 0))

    assert seen(history, 2) == [1]


def test_of_many_claims_the_last_are_looked_at(history: LaneHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the day on which the first of these was received does not count as known."""
    monkeypatch.setattr("worker.stream.history.lane_history._MOST_ROWS", 3)
    history.store.apply([record(number)._replace(received_on=DAY + timedelta(number)) for number in range(1, 6)])
    person, own = PERSON, bytes(16)

    whole, cut = (history.view(person, own, place, DAY + timedelta(9)) for place in (3, 5))

    assert (len(whole.claims), whole.since) == (2, DAY)
    assert cut.since == DAY + timedelta(3)


@given(
    in_store=st.lists(st.integers(1, 9), unique=True),
    steps=st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.booleans())),
    own=st.integers(1, 9),
    most=st.integers(1, 4),
)
def test_a_claim_is_known_or_not_and_sees_the_same_either_way(
    in_store: list[int], steps: list[tuple[int, bool, bool]], own: int, most: int
) -> None:
    """With some of it in the store, some durable and some open, and with more rows than are read."""
    store = store_in_memory(SqliteHistory)
    history = LaneHistory(store, "t", 0, HistoryPosition(0, "key", 6, DAY, 0), days=400)
    store.apply([record(place) for place in sorted(in_store)], HistoryMark(1, 0))
    for place, is_rejected, has_landed in steps:
        batch = history.begin()
        history.remember(batch, record(place, is_rejected=is_rejected))
        if has_landed:
            history.land(batch)
    mine = record(own)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("worker.stream.history.lane_history._MOST_ROWS", most)
        view, is_known = history.lookup(PERSON, mine.claim, own, DAY)
        other = history.claim(PERSON, mine.claim)
        gone = history.begin()
        history.remember(gone, record(own, is_rejected=True))
        without, _ = history.lookup(PERSON, mine.claim, own, DAY)

    assert is_known is (other is not None) is (len(gone.records) == 1)
    assert view == without


def test_a_claim_that_is_rejected_now_is_taken_out_and_another_leaves_no_record(history: LaneHistory) -> None:
    """The newer verdict counts; what was never known needs no tombstone."""
    history.store.apply([record(1)], HistoryMark(1, 0))
    batch = history.begin()
    history.remember(batch, record(1, is_rejected=True))
    history.remember(batch, record(2, is_rejected=True))

    assert [each.claim[-1] for each in batch.records] == [1]
    assert seen(history, 3) == []


def test_a_claim_that_is_taken_out_before_it_is_in_the_store_is_taken_out_once(history: LaneHistory) -> None:
    """It was remembered in an open batch, and rejected when it came again."""
    batch = history.begin()
    for is_rejected in (False, True, True):
        history.remember(batch, record(1, is_rejected=is_rejected))

    assert [each.entry is None for each in batch.records] == [False, True]
    assert seen(history, 2) == []


def test_all_of_a_person_is_forgotten_in_the_store_and_in_open_batches(history: LaneHistory) -> None:
    """By a tombstone for each claim, and a mark."""
    history.store.apply([record(1), record(2, OTHER)], HistoryMark(2, 0))
    batch = history.begin()
    history.remember(batch, record(3))

    assert history.forget(batch, PERSON) == 2

    assert (seen(history, 9), seen(history, 9, OTHER)) == ([], [2])
    assert batch.forgotten == [PERSON]
    sent = history.hand_over(batch)
    assert [each.value is None for each in sent] == [False, True, True, False]


def test_records_are_numbered_on_as_they_are_handed_over(history: LaneHistory) -> None:
    """Without holes: a batch that is dropped takes no number."""
    first, dropped, second = history.begin(), history.begin(), history.begin()
    for batch, number in ((first, 1), (dropped, 2), (second, 3)):
        history.remember(batch, record(number))
    history.drop(dropped)

    sent = [*history.hand_over(first), *history.hand_over(second), *history.mark(JudgedClaims(history))]

    assert [read(each.key, each.value, each.headers, "").number for each in sent] == [1, 2, 3]
    assert history.position.records == 3
    assert {(each.topic, each.partition) for each in sent} == {("claims.history.v1", 2)}


def test_a_memory_begins_on_the_day_of_its_first_claim() -> None:
    """Before, nothing of it is committed: there would be no day to say."""
    store = store_in_memory(SqliteHistory)
    history = LaneHistory(store, "t", 0, HistoryPosition(0, "key", 6, date.max, 0), days=400)
    assert not history.has_begun

    history.begin_on(DAY)
    history.begin_on(date(2026, 4, 1))

    assert (history.has_begun, history.position.since) == (True, DAY)


def test_a_restart_reads_from_where_the_log_ended_when_no_more_was_handed_over(history: LaneHistory) -> None:
    """What came after is behind that; a store that has not come so far reads from before."""
    batch = history.begin()
    history.remember(batch, record(1))
    history.hand_over(batch)
    history.saw_end(40)

    assert history.changelog_offset(0) == 0
    assert history.changelog_offset(1) == 40
    assert history.changelog_offset(2) == 40


def returned(number: int) -> Decision:
    """The payer returned the claim of a number."""
    return Decision(number.to_bytes(8, "big"), NO_MARK, PayerDecision.RETURNED, DAY)


def freed(history: LaneHistory, number: int) -> list[bool]:
    """Whether each claim that the claim of a number sees was returned."""
    known = history.view(PERSON, bytes(15) + bytes([number]), number, DAY)
    return [each.state is EarlierState.REFUSED for each in known.claims]


def test_a_decision_is_seen_by_the_claims_behind_it_and_by_none_before(history: LaneHistory) -> None:
    """Those are judged again as they were; the decision is of the person alone."""
    batch = history.begin()
    history.remember(batch, record(1))

    met = history.decide(batch, PERSON, returned(1), 3, DAY)

    assert met is Met.A_CLAIM
    assert (freed(history, 2), freed(history, 4)) == ([False], [True])
    assert history.decide(batch, OTHER, returned(1), 5, DAY) is Met.NOTHING


def test_a_decision_that_comes_again_is_written_once_unless_it_is_the_same_record(history: LaneHistory) -> None:
    """A record that is read again after a crash is written again; a copy of it changes nothing."""
    first = history.begin()
    history.remember(first, record(1))
    history.decide(first, PERSON, returned(1), 2, DAY)
    history.store.apply(first.records, HistoryMark(2, 0))
    history.drop(first)
    batch = history.begin()

    assert history.decide(batch, PERSON, returned(1), 2, DAY) is Met.A_CLAIM
    assert history.decide(batch, PERSON, returned(1), 5, DAY) is Met.ITSELF
    assert len(batch.records) == 1


def test_a_decision_is_restored_from_its_record_and_forgotten_with_its_person(history: LaneHistory) -> None:
    """It is a record like that of a claim."""
    batch = history.begin()
    history.decide(batch, PERSON, returned(4), 1, DAY)
    (sent,) = history.hand_over(batch)
    back = read(sent.key, sent.value, sent.headers, "here").record

    assert [back] == batch.records
    assert history.forget(history.begin(), PERSON) == 1
