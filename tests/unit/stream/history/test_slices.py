"""Claims judged together see no less than those judged one after the other."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from typing import Any, cast

import pytest

from schemas.dead_letter import DeadLetterReason
from tests.stream.fake_worker import remembered
from tests.stream.stores import store_in_memory
from worker.history.entry import encode
from worker.history.store import HistoryRecord, SqliteHistory
from worker.history.view import History
from worker.observe.recorder import Recorder
from worker.stream.budget import ClaimBudget
from worker.stream.history.lane_history import LaneHistory
from worker.stream.history.position import HistoryPosition
from worker.stream.history.slices import ClaimToJudge, MemoryJudge
from worker.stream.scrubber import ClaimReader, ClaimVerdict, ReadMessage

DAY = date(2026, 3, 2)


class Judge:
    """Reads `patient` or `!` for what is not a claim; `?` for a claim of nobody; fails on `bad`, alone or not."""

    def __init__(self, most: int = 100) -> None:
        self.together: list[int] = []
        self.most = most

    def read(self, messages: Sequence[tuple[bytes, date]]) -> list[ReadMessage]:
        """Read claims."""
        return [self._read(value) for value, _ in messages]

    @staticmethod
    def _read(value: bytes) -> ReadMessage:
        if value == b"!":
            return ReadMessage(ClaimVerdict("dead-lettered"))
        if value == b"?":
            return ReadMessage(None, claim=value)
        return ReadMessage(None, value.ljust(16), value)

    def judge(self, claims: Sequence[tuple[ReadMessage, History | None]]) -> list[ClaimVerdict]:
        """Say how many were seen."""
        if len(claims) > self.most or any(each.claim == b"bad" for each, _ in claims):
            raise ValueError("too much")
        self.together.append(len(claims))
        return [ClaimVerdict("scrubbed", outcome_id=str(len(known.claims) if known else None)) for _, known in claims]


class Budget(nullcontext[None]):
    """A budget that is never spent."""

    def together(self) -> nullcontext[None]:
        """As alone."""
        return nullcontext()


def judged(scrubber: Judge, values: Sequence[bytes], recorder: Recorder, *, is_placed: bool | None = None) -> list[str]:
    """What becomes of claims, each of which is remembered once it is answered."""
    store = store_in_memory(SqliteHistory)
    history = LaneHistory(store, "t", 0, HistoryPosition(0, "key", 6, date.max, 0), days=400)
    batch = history.begin()
    claims = [
        ClaimToJudge(value, DAY, bytes([place]) * 16, place, history, batch) for place, value in enumerate(values)
    ]
    memory = MemoryJudge(recorder, None if is_placed is None else lambda _person, _partition: bool(is_placed))
    found = []
    verdicts = memory.verdicts(
        cast("ClaimReader", scrubber),
        cast("ClaimBudget", Budget()),
        claims,
        lambda _: ClaimVerdict("pended", outcome_id="-"),
    )
    for verdict, person, claim, _ in verdicts:
        if person is not None:
            entry = encode(remembered(claim.place, DAY))
            history.remember(batch, HistoryRecord(person, claim.claim, claim.place, DAY, entry))
        letter: Any = verdict.dead_letter
        found.append(verdict.outcome_id or (letter.reason if letter else verdict.disposition))
    return found


@pytest.mark.parametrize(
    ("values", "together"),
    [
        ([b"a", b"b", b"c"], [3]),
        ([b"a", b"a", b"a"], [1, 1, 1]),
        ([b"a", b"b", b"a", b"c", b"b"], [2, 3]),
        ([b"?", b"?"], [2]),
        ([b"a"], [1]),
    ],
)
def test_only_claims_of_different_patients_are_judged_together(values: list[bytes], together: list[int]) -> None:
    """In their order; each sees how many of its patient were before it."""
    scrubber = Judge()

    found = judged(scrubber, values, Recorder())

    assert scrubber.together == together
    expected = [str(values[:place].count(value)) for place, value in enumerate(values)]
    assert found == ["None" if value == b"?" else each for value, each in zip(values, expected, strict=True)]


def test_what_fails_together_is_judged_alone_and_takes_nobody_with_it() -> None:
    """The others have the verdicts, and the histories, that they would have had."""
    assert judged(Judge(), [b"a", b"bad", b"a", b"b"], Recorder()) == ["0", "-", "1", "0"]
    assert judged(Judge(most=1), [b"a", b"b", b"a"], Recorder()) == ["0", "0", "1"]


def test_what_is_not_a_claim_is_not_judged_and_ends_no_slice() -> None:
    """Its verdict is known when it is read; a claim of nobody is counted."""
    scrubber, recorder = Judge(), Recorder()

    assert judged(scrubber, [b"a", b"!", b"?"], recorder) == ["0", "dead-lettered", "None"]
    assert scrubber.together == [2]
    assert recorder.value("history_person_missing_total") == 1


@pytest.mark.parametrize("values", [[b"a"], [b"a", b"b"]])
@pytest.mark.parametrize("is_placed", [True, False])
def test_a_claim_in_the_partition_of_another_patient_is_not_judged(values: list[bytes], *, is_placed: bool) -> None:
    """Its earlier claims are remembered elsewhere."""
    recorder = Recorder()

    found = judged(Judge(), values, recorder, is_placed=is_placed)

    expected = "0" if is_placed else DeadLetterReason.NOT_OF_THIS_PARTITION
    assert found == [expected] * len(values)
    assert recorder.value("history_misplaced_total") == (0 if is_placed else len(values))


def test_a_claim_of_nobody_may_be_anywhere() -> None:
    """It has no partition of its own."""
    assert judged(Judge(), [b"?"], Recorder(), is_placed=False) == ["None"]
