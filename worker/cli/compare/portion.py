"""What `claimscrub compare` does with a few claims, in this process or in one beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

import orjson

from schemas.dead_letter import DeadLetter
from worker.cli.compare.sides import ComparedConfiguration
from worker.cli.shared.claim_files import ClaimInput
from worker.cli.shared.scrubbing import scrub_within
from worker.pipeline.comparison import ClaimDifference, JudgedClaim, compared
from worker.pipeline.decisions import is_decision
from worker.pipeline.scrub import Pipeline, ScrubResult
from worker.settings import CLAIM_BUDGET_S
from worker.stream.budget import ClaimBudget

DEAD_LETTERED: Final = "dead-lettered"
_DECISION: Final = "a payer's decision, which is not a claim"


class GivenClaim(NamedTuple):
    """A claim with the day it counts as received on."""

    found: ClaimInput
    received_on: date


@dataclass(frozen=True, slots=True)
class CompareJob:
    """What is the same for all claims of a comparison: against what is compared, and what."""

    before: ComparedConfiguration
    after: ComparedConfiguration
    reveal: bool = False
    """Whether claims that differ are to have their patient control numbers."""

    def load_pipelines(self) -> tuple[Pipeline, Pipeline]:
        """The pipelines of this process, which are loaded once. Raises `click.UsageError`."""
        return _pipelines(self)


@lru_cache(maxsize=1)
def _pipelines(job: CompareJob) -> tuple[Pipeline, Pipeline]:
    return job.before.load(), job.after.load()


class ComparedClaim(NamedTuple):
    """What two configurations make of a claim.

    Attributes:
        source: Its file or topic.
        place: Where it is there.
        received_on: The day it counts as received on.
        profiles: The payer profiles under which it was judged, before and after; empty where it is not a claim.
        charge: Its total charge in dollars; None when it cannot be read.
        difference: How they differ; None when they do not.
        problem: Why it is not a claim, in words; None when it is one.
        letter: The same as a dead letter, where the message was read.
        is_passed_over: Whether all claims were read despite the problem.
        control_number: Its patient control number where it differs and that is to be revealed; else empty.
    """

    source: str
    place: str
    received_on: date
    profiles: tuple[str, str] = ("", "")
    charge: Decimal | None = None
    difference: ClaimDifference | None = None
    problem: str | None = None
    letter: DeadLetter | None = None
    is_passed_over: bool = False
    control_number: str = ""

    @property
    def where(self) -> str:
        """Its file or topic, with the place there if it has one."""
        return f"{self.source}, {self.place}" if self.place else self.source


def compare_portion(job: CompareJob, portion: Sequence[GivenClaim]) -> list[ComparedClaim]:
    """Judge some claims by both configurations."""
    budget = ClaimBudget(CLAIM_BUDGET_S, hang_s=None)
    budget.install()
    given = [_without_decision(each) for each in portion]
    messages = [(each.found.value, each.received_on) for each in given if each.found.problem is None]
    judged = [iter(scrub_within(budget, each.scrub_many, messages)) for each in job.load_pipelines()]
    done = [_not_a_claim(each) if each.found.problem else _compared(each, *map(next, judged)) for each in given]
    return [_revealed(*each) for each in zip(given, done, strict=True)] if job.reveal else done


def _revealed(given: GivenClaim, found: ComparedClaim) -> ComparedClaim:
    if found.difference is None:
        return found
    try:
        number = orjson.loads(given.found.value)["claimInformation"]["patientControlNumber"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return found
    return found._replace(control_number=number) if isinstance(number, str) else found


def _without_decision(given: GivenClaim) -> GivenClaim:
    if given.found.problem is not None or not is_decision(given.found.value):
        return given
    found = given.found
    return given._replace(found=ClaimInput(found.source, found.place, b"", _DECISION, is_passed_over=True))


def _not_a_claim(given: GivenClaim) -> ComparedClaim:
    found = given.found
    return ComparedClaim(
        found.source, found.place, given.received_on, problem=found.problem, is_passed_over=found.is_passed_over
    )


def _compared(given: GivenClaim, before: ScrubResult, after: ScrubResult) -> ComparedClaim:
    found, are_none = given.found, before.dead_letter is not None and after.dead_letter is not None
    return ComparedClaim(
        found.source,
        found.place,
        given.received_on,
        (before.profile, after.profile),
        before.billed if after.billed is None else after.billed,
        compared(_judged(before), _judged(after)),
        letter=before.dead_letter if are_none else None,
    )


def _judged(result: ScrubResult) -> JudgedClaim:
    return JudgedClaim(
        DEAD_LETTERED if result.disposition is None else result.disposition.value,
        tuple([(each.edit, each.severity.value, each.at.json_path) for each in result.findings]),
        (*result.no_data, *result.errors),
    )
