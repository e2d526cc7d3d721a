"""When too much has turned into dead letters for more to leave."""

from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from worker.stream.dead_letter_limit import DeadLetterLimit, counts

A, B = TP("claims", 0), TP("claims", 1)


def test_only_what_may_be_our_fault_counts() -> None:
    """Every other reason is within the power of whoever sends a few bytes."""
    assert not counts(None)
    assert {each.value for each in DeadLetterReason if counts(DeadLetter(each, DeadLetterStage.EDIT))} == {
        "internal-error",
        "over-budget",
        "crash-loop",
    }


def test_the_share_of_the_window_is_the_first_that_may_not_leave() -> None:
    """Of 10 messages 4 may be dead letters, the fifth is held; good ones always leave."""
    limit = DeadLetterLimit(10, 0.5)
    limit.note(A, [True, False] * 4)

    assert limit.allows(A, [False] * 100)
    assert not limit.allows(A, [True])
    assert not limit.allows(A, [False, True])


def test_old_dead_letters_leave_the_window() -> None:
    """Only the last messages count."""
    limit = DeadLetterLimit(10, 0.5)
    limit.note(A, [True] * 4)
    assert not limit.allows(A, [True])

    limit.note(A, [False] * 7)

    assert limit.allows(A, [True])


def test_partitions_are_counted_apart_and_a_window_of_0_sets_no_limit() -> None:
    """One bad partition is not held against another."""
    limit = DeadLetterLimit(4, 1.0)
    limit.note(A, [True] * 3)

    assert not limit.allows(A, [True])
    assert limit.allows(B, [True] * 3)
    assert DeadLetterLimit(0, 0.5).allows(A, [True] * 1000)


def test_it_is_reached_while_a_partition_is_held() -> None:
    """Holding and releasing again is what readiness shows."""
    limit = DeadLetterLimit(4, 1.0)
    limit.hold(A)
    assert limit.is_reached
    limit.release(A)
    assert not limit.is_reached


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 12), st.integers(1, 10))
def test_batches_decide_as_single_messages_do(verdicts: list[bool], size: int, cut: int) -> None:
    """However messages are cut into batches, the same dead letter is the first that is held."""

    def passed(step: int) -> int:
        limit = DeadLetterLimit(size, 0.5)
        done = 0
        while done < len(verdicts) and limit.allows(A, verdicts[done : done + step]):
            limit.note(A, verdicts[done : done + step])
            done += step
        return done

    alone, together = passed(1), passed(cut)
    assert min(together, len(verdicts)) <= alone or alone == len(verdicts)
    assert together + cut > alone or together >= len(verdicts)
