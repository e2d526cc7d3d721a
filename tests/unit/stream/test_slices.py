"""What one message of a slice may do to the others: nothing."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from tests.unit.pipeline.test_scrub_batches import BROKEN, claim, pipeline_with
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps import decode
from worker.stream.budget import ClaimBudget, OverBudgetError
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.records import dead
from worker.stream.scrubber import ClaimVerdict, Scrubber
from worker.stream.slices import scrub_slice

SLICE = [claim("ONE"), claim(BROKEN), claim("TWO"), (None, date(2026, 3, 20)), (b"[]", date(2026, 3, 20))]


@pytest.fixture(scope="module")
def budget() -> ClaimBudget:
    """Most of a second for one claim; nothing ends the process."""
    made = ClaimBudget(0.8, hang_s=None)
    made.install()
    return made


def failed(error: Exception) -> ClaimVerdict:
    """A dead letter that says which error it was."""
    return dead(DeadLetterReason.INTERNAL_ERROR, DeadLetterStage.EDIT, {}, type(error).__name__)


def verdicts(scrubber: Scrubber, budget: ClaimBudget, messages: Any = SLICE) -> list[ClaimVerdict]:
    """Those on a slice, without the time that they took."""
    return [replace(each, stage_seconds={}) for each in scrub_slice(scrubber, budget, messages, failed)]


def alone(scrubber: Scrubber, budget: ClaimBudget) -> list[ClaimVerdict]:
    """Those that each message of the slice has by itself."""
    return [verdict for message in SLICE for verdict in verdicts(scrubber, budget, [message])]


def _break() -> None:
    raise ValueError


def _recurse() -> None:
    _recurse()


def _loop() -> None:
    while True:
        pass


def _eat() -> None:
    raise MemoryError


@pytest.mark.parametrize(("harm", "overruns"), [(_break, 0), (_recurse, 0), (_loop, 1), (_eat, 0)])
def test_an_edit_that_fails_on_one_claim_pends_that_claim_only(
    pipeline: Pipeline, budget: ClaimBudget, harm: Callable[[], None], overruns: int
) -> None:
    """It raises, recurses, loops or eats memory; an overrun is counted once, for the claim, none for the slice."""
    scrubber = PipelineScrubber(pipeline_with(pipeline, harm))
    before = budget.overruns

    found = verdicts(scrubber, budget)

    assert [each.disposition for each in found] == ["scrubbed", "pended", "scrubbed", "skipped", "dead-lettered"]
    assert [each.edit_errors for each in found] == [(), ("USR-91",), (), (), ()]
    assert budget.overruns - before == overruns
    assert found == alone(scrubber, budget)


def test_an_edit_that_catches_what_interrupts_a_slice_decides_nothing_for_others(
    pipeline: Pipeline, budget: ClaimBudget
) -> None:
    """It would have gone on with half of its work done, for a claim that took no time."""

    def loops_and_goes_on() -> None:
        until = time.process_time() + 0.4  # more than a slice has, less than a claim
        try:
            while time.process_time() < until:
                pass
        except OverBudgetError:
            raise ValueError from None

    found = verdicts(PipelineScrubber(pipeline_with(pipeline, loops_and_goes_on)), budget)

    assert [each.edit_errors for each in found] == [()] * 5


def test_what_fails_outside_of_an_edit_is_one_dead_letter(
    pipeline: Pipeline, budget: ClaimBudget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in reading one message is that message's; the slice is scrubbed one by one."""
    reads = decode.decode

    def reads_others(value: bytes, max_bytes: int) -> decode.DecodedClaim:
        if BROKEN.encode() in value:
            raise KeyError(BROKEN)
        return reads(value, max_bytes)

    monkeypatch.setattr("worker.pipeline.scrub.decode", reads_others)

    found = verdicts(PipelineScrubber(pipeline), budget)

    assert [each.disposition for each in found] == ["scrubbed", "dead-lettered", "scrubbed", "skipped", "dead-lettered"]
    assert found[1].dead_letter is not None
    assert found[1].dead_letter.flaws == ("KeyError",)


class _Counting(PipelineScrubber):
    """Notes which messages are scrubbed one by one."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(pipeline)
        self.alone: list[bytes | None] = []

    def scrub(self, value: bytes | None, *, received_on: date) -> ClaimVerdict:
        """Scrub a message, and note it."""
        self.alone.append(value)
        return super().scrub(value, received_on=received_on)


def test_a_sound_slice_is_scrubbed_once_and_a_single_message_alone(pipeline: Pipeline, budget: ClaimBudget) -> None:
    """No message is scrubbed twice, unless the slice falls apart; then each as the caller asks for it."""
    sound, broken = _Counting(pipeline), _Counting(pipeline_with(pipeline, _eat))

    verdicts(sound, budget)
    assert sound.alone == []
    verdicts(sound, budget, SLICE[:1])
    assert sound.alone == [SLICE[0][0]]
    next(scrub_slice(broken, budget, SLICE, failed))
    assert broken.alone == [SLICE[0][0]]


def test_a_single_message_has_the_budget_of_one(pipeline: Pipeline) -> None:
    """Suspects of a crash that are tried one by one have all of the time that a claim has."""

    class Noting(nullcontext[None]):
        shared = 0

        @contextmanager
        def together(self) -> Iterator[None]:
            self.shared += 1
            yield

    noting = Noting()
    verdicts(PipelineScrubber(pipeline), cast("ClaimBudget", noting), SLICE[:1])
    assert noting.shared == 0
    verdicts(PipelineScrubber(pipeline), cast("ClaimBudget", noting), SLICE)
    assert noting.shared == 1


def test_no_messages_have_no_verdicts(pipeline: Pipeline, budget: ClaimBudget) -> None:
    """A batch may hold interchanges only."""
    assert verdicts(PipelineScrubber(pipeline), budget, []) == []
