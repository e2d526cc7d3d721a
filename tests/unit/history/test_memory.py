"""The memory of a run: what it judged is known at once, and to the next run when it is saved."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from schemas.decision import PayerDecision
from tests.inputs.earlier_claims import claim
from worker.history.decisions import Decision
from worker.history.entry import DamagedEntryError, EarlierState, encode
from worker.history.memory import ClaimMemory
from worker.history.store import SqliteHistory

BEGIN = date(2026, 3, 1)
DAY = date(2026, 3, 20)
ANNA, BERT = b"A" * 16, b"B" * 16


def opened(file: Path | None = None) -> closing[SqliteHistory]:
    """A store that begins in March."""
    return closing(SqliteHistory(file, key="k", since=BEGIN))


@pytest.fixture
def store() -> Iterator[SqliteHistory]:
    """An empty store."""
    with opened() as made:
        yield made


def test_a_claim_is_known_at_once_in_the_order_of_the_run(store: SqliteHistory) -> None:
    """Whether it was saved or not."""
    memory = ClaimMemory(store)
    for place, number in enumerate(("A1", "A2", "A3")):
        memory.remember(ANNA, DAY, encode(claim(number, received_on=DAY)))
        if place == 1:
            memory.save()

    history = memory.history(ANNA, DAY)

    assert [each.control for each in history.claims] == [claim(each).control for each in ("A1", "A2", "A3")]
    assert (history.since, history.until) == (BEGIN, DAY)
    assert memory.history(BERT, DAY).claims == ()


def test_the_next_run_knows_what_was_saved(tmp_path: Path) -> None:
    """And nothing of what was dropped."""
    with opened(tmp_path / "history") as store:
        memory = ClaimMemory(store)
        memory.remember(ANNA, DAY, encode(claim("A1")))
        memory.save()
        memory.remember(ANNA, DAY, encode(claim("A2")))
        memory.drop()
        assert len(memory.history(ANNA, DAY).claims) == 1

    with opened(tmp_path / "history") as again:
        assert len(ClaimMemory(again).history(ANNA, DAY).claims) == 1


def test_a_claim_is_looked_at_for_so_many_days(store: SqliteHistory) -> None:
    """The window then begins later than the memory."""
    memory = ClaimMemory(store, days=10)
    for days in (11, 10):
        memory.remember(ANNA, DAY, encode(claim(received_on=DAY - timedelta(days))))

    history = memory.history(ANNA, DAY)

    assert len(history.claims) == 1
    assert history.since == DAY - timedelta(10)


def test_damage_is_said(store: SqliteHistory) -> None:
    """Never a guess."""
    memory = ClaimMemory(store)
    memory.remember(ANNA, DAY, b"\x01")

    with pytest.raises(DamagedEntryError):
        memory.history(ANNA, DAY)


def decision(what: PayerDecision, on: date) -> Decision:
    """A decision on the first claim."""
    return Decision(claim("A1").control, claim("A1").billing, what, on)


def test_a_decision_of_an_earlier_day_is_on_the_claim_before_it_in_the_file(store: SqliteHistory) -> None:
    """Claims of a file count as received on the day of the run; one that comes later is another one."""
    memory = ClaimMemory(store)
    memory.remember(ANNA, DAY, encode(claim("A1", received_on=DAY)))

    is_known = memory.decide(ANNA, DAY, decision(PayerDecision.RETURNED, DAY - timedelta(9)))
    memory.remember(ANNA, DAY, encode(claim("A1", received_on=DAY)))

    assert is_known
    states = [each.state for each in memory.history(ANNA, DAY).claims]
    assert states == [EarlierState.REFUSED, EarlierState.OUT]


def test_a_decision_comes_before_its_claim_and_once(store: SqliteHistory) -> None:
    """It waits in the file; the same one again changes nothing."""
    memory, made = ClaimMemory(store), decision(PayerDecision.RETURNED, DAY)

    assert [memory.decide(ANNA, DAY, made), memory.decide(ANNA, DAY, made)] == [False, False]
    memory.save()
    for _ in range(2):
        memory.remember(ANNA, DAY, encode(claim("A1", received_on=DAY)))

    states = [each.state for each in memory.history(ANNA, DAY).claims]
    assert states == [EarlierState.REFUSED, EarlierState.OUT]
