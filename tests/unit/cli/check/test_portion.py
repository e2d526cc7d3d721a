"""What `claimscrub check` does with one claim that costs too much, and with a text that only looks like one."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final, cast

import pytest

from schemas.dead_letter import DeadLetterReason
from worker.cli.check.portion import CheckOptions, Job, Screen, judge_all
from worker.cli.shared.claim_files import read_claims
from worker.pipeline.scrub import Pipeline, ScrubResult
from worker.stream.budget import ClaimBudget, OverBudgetError

SCREEN: Final = Screen(80, is_terminal=False, colours=None)
JOB: Final = Job(
    None,
    None,
    None,
    date(2026, 3, 20),
    CheckOptions(as_json=False, with_coverage=False, is_quiet=False),
    SCREEN,
    SCREEN,
)


class _Scrubber:
    """Does what it is told to instead of scrubbing."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work

    def scrub(self, value: bytes, _: date) -> ScrubResult:
        """Return an empty verdict after the work."""
        self._work()
        return ScrubResult(lines=len(value))


class _Batches(_Scrubber):
    """Takes too long over claims together, and does what it is told to over each."""

    def scrub_many(self, messages: Sequence[tuple[bytes, date]]) -> list[ScrubResult]:
        """Never return where there are several."""
        if len(messages) > 1:
            _spin()
        return [self.scrub(*each) for each in messages]


def _spin() -> None:
    until = time.process_time() + 20
    while time.process_time() < until:
        pass


def _spin_in_edit() -> None:
    with pytest.raises(OverBudgetError):
        _spin()


@pytest.fixture
def budget() -> ClaimBudget:
    """A tenth of a second for a claim."""
    budget = ClaimBudget(0.1, hang_s=None)
    budget.install()
    return budget


def test_claims_that_take_too_long_together_are_scrubbed_one_by_one(budget: ClaimBudget) -> None:
    """Nobody knows whose time it was; each has its own budget then."""
    scrubber = cast("Pipeline", _Batches(lambda: None))

    judged = judge_all(scrubber, [b"a", b"bb", b"ccc"], JOB, budget)

    assert [scrubbed.lines for scrubbed, _ in judged] == [1, 2, 3]


@pytest.mark.parametrize("is_fixing", [False, True])
def test_a_claim_that_takes_too_long_is_the_dead_letter_that_it_is_in_the_worker(
    budget: ClaimBudget, *, is_fixing: bool
) -> None:
    """Outside of an edit, as where it is read; with corrections and without."""
    job = replace(JOB, wanted=replace(JOB.wanted, is_fixing=is_fixing))

    ((scrubbed, correction),) = judge_all(cast("Pipeline", _Batches(_spin)), [b"{}"], job, budget)

    assert scrubbed.dead_letter is not None
    assert scrubbed.dead_letter.reason is DeadLetterReason.OVER_BUDGET
    assert correction is None


def test_an_edit_that_overruns_is_interrupted_and_the_verdict_of_the_others_kept(budget: ClaimBudget) -> None:
    """As the pipeline does it: the interruption is caught where the edit is called."""
    ((scrubbed, _),) = judge_all(cast("Pipeline", _Batches(_spin_in_edit)), [b"{}"], JOB, budget)

    assert scrubbed.dead_letter is None
    assert budget.overruns == 1


@pytest.mark.parametrize("quotes", [b'\\"', b'"', b'"\\', b'\\"[', b'",'])
@pytest.mark.parametrize("begins", [b"", b'{"a":"', b'["'])
def test_a_megabyte_of_open_strings_is_read_at_once(tmp_path: Path, begins: bytes, quotes: bytes) -> None:
    """Each quote would begin a string that nothing ends."""
    file = tmp_path / "claims.json"
    file.write_bytes((begins + quotes * 1024 * 1024)[: 1024 * 1024])

    found = list(read_claims([str(file)], 1024 * 1024))

    assert sum(len(each.value) for each in found) >= 1024 * 1024 - len(found) * 4
