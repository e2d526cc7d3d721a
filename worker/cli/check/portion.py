"""What `claimscrub check` does with a few claims, in this process or in one beside it."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final, TextIO, TypeAlias

from rich.console import Console

from worker.cli.check.corrections import show_correction
from worker.cli.check.history_place import HistoryPlace
from worker.cli.check.rewrite import Replacement
from worker.cli.check.summary import Summary
from worker.cli.shared.claim_files import ClaimInput
from worker.cli.shared.configuration import load_pipeline
from worker.cli.shared.console import SafeConsole, say
from worker.cli.shared.scrubbing import OVER_BUDGET, scrub_within
from worker.cli.text.outcome import show_outcome, show_problem, show_unreadable
from worker.pipeline.correction import Correction, correct
from worker.pipeline.decisions import is_decision
from worker.pipeline.scrub import Pipeline, ScrubResult
from worker.settings import CLAIM_BUDGET_S
from worker.stream.budget import ClaimBudget, OverBudgetError
from worker.wording.escapes import printable

_DECISION: Final = "a payer's decision, which is read with --history only"
_ON_NO_CLAIM: Final = "a payer's decision on a claim that is not known; it is kept, should the claim come yet"


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What the user wants to see and to have done."""

    as_json: bool
    with_coverage: bool
    is_quiet: bool
    is_fixing: bool = False
    is_unsafe: bool = False
    is_writing: bool = False
    is_debugging: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """How wide and how colorful text is to be written."""

    width: int
    is_terminal: bool
    colours: str | None

    @classmethod
    def of(cls, console: Console) -> "Screen":
        """Return that of a console."""
        return cls(console.width, console.is_terminal, console.color_system)

    def console(self, file: TextIO) -> Console:
        """Return a console of that kind that writes elsewhere."""
        return SafeConsole(
            file=file,
            width=self.width,
            force_terminal=self.is_terminal,
            color_system=self.colours,  # type: ignore[arg-type]  # rich names the same systems it takes
            highlight=False,
            markup=False,
            emoji=False,
        )


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for all claims of a check."""

    config: Path | None
    user_edits: Path | None
    profile: str | None
    day: date
    wanted: CheckOptions
    out: Screen
    err: Screen
    history: HistoryPlace | None = None

    def load_pipeline(self) -> Pipeline:
        """The pipeline of this process, which is loaded once. Raises `click.UsageError`."""
        return _pipeline(self.config, self.user_edits, self.profile, self.history)


@lru_cache(maxsize=1)
def _pipeline(
    config: Path | None, user_edits: Path | None, profile: str | None, history: HistoryPlace | None
) -> Pipeline:
    pipeline = load_pipeline(config, user_edits=user_edits, profile=profile)
    return pipeline if history is None else pipeline.remembering(history.key)


@dataclass(slots=True)
class Portion:
    """The result for some claims: what to write to stdout and stderr, the counts, and corrections by file."""

    messages: list[bytes] = field(default_factory=list)
    text: str = ""
    errors: str = ""
    summary: Summary = field(default_factory=Summary)
    corrected: list[tuple[ClaimInput, Replacement]] = field(default_factory=list)


Judged: TypeAlias = tuple[ScrubResult, Correction | None]
"""What became of a claim, and its correction where one is wanted and there is one."""


def check_portion(job: Job, portion: Sequence[ClaimInput]) -> Portion:
    """Scrub some claims, and correct them where that is wanted."""
    budget = ClaimBudget(CLAIM_BUDGET_S, hang_s=None)
    budget.install()
    portion = [_without_decision(found) for found in portion]
    values = [found.value for found in portion if found.problem is None]
    return as_portion(job, portion, judge_all(job.load_pipeline(), values, job, budget))


def _without_decision(found: ClaimInput) -> ClaimInput:
    if found.problem is not None or not is_decision(found.value):
        return found
    return replace(found, problem=_DECISION, is_passed_over=True)


def as_portion(job: Job, portion: Sequence[ClaimInput], results: Iterable[Judged]) -> Portion:
    """Return what to write of some claims; `results` are those of the claims that have no problem, in their order."""
    wanted, made, judged = job.wanted, Portion(), iter(results)
    text, error_text = io.StringIO(), io.StringIO()
    console, errors = job.out.console(text), job.err.console(error_text)
    for found in portion:
        if found.problem is not None:
            # What was passed over in X12 and FHIR; what was not read counts as unreadable.
            if not found.is_passed_over:
                made.summary.add_unreadable()
            _show_problem(errors if wanted.as_json else console, found, wanted)
            continue
        scrubbed, correction = next(judged)
        made.summary.add(scrubbed)
        if scrubbed.is_decided is not None:
            on_none = replace(found, problem=None if scrubbed.is_decided else _ON_NO_CLAIM, is_passed_over=True)
            _show_problem(errors if wanted.as_json else console, on_none, wanted)
            continue
        if wanted.is_debugging:
            _say_failures(errors, found, scrubbed)
        if correction and correction.made and not correction.new:
            made.corrected.append((found, (found.value, correction.value)))
        if wanted.as_json:
            _add_message(made, found, scrubbed, errors, wanted)
        elif not wanted.is_quiet:
            _show(replace(found, value=correction.value if correction else found.value), scrubbed, console, wanted)
            if correction:
                show_correction(console, found, correction)
                console.print()
    made.text, made.errors = text.getvalue(), error_text.getvalue()
    return made


def _show_problem(console: Console, found: ClaimInput, wanted: CheckOptions) -> None:
    if found.problem is not None and not wanted.is_quiet:
        show_problem(console, found)


def judge_all(pipeline: Pipeline, values: Sequence[bytes], job: Job, budget: ClaimBudget) -> Iterable[Judged]:
    """Return what becomes of claims, together if all of them take no longer than one may, else one by one."""
    if not job.wanted.is_fixing:
        scrubbed = scrub_within(budget, pipeline.scrub_many, [(value, job.day) for value in values])
        return [(each, None) for each in scrubbed]
    return (corrected(pipeline, value, job, budget) for value in values)


def corrected(pipeline: Pipeline, value: bytes, job: Job, budget: ClaimBudget) -> Judged:
    """Return what becomes of one claim, and its correction where there is one.

    A claim that takes longer than in the worker is the dead letter that it would be there.
    """
    try:
        with budget:
            scrubbed = pipeline.scrub(value, job.day)
        with budget:
            correction = correct(pipeline, value, scrubbed, job.day, unsafe=job.wanted.is_unsafe)
    except OverBudgetError:
        return OVER_BUDGET, None
    return correction.scrubbed if correction else scrubbed, correction


def _say_failures(errors: Console, found: ClaimInput, scrubbed: ScrubResult) -> None:
    for failure in scrubbed.failures:
        say(errors, printable(f"{found.source}, {found.place}: {failure.in_words()}"))


def _add_message(
    made: Portion, found: ClaimInput, scrubbed: ScrubResult, errors: Console, wanted: CheckOptions
) -> None:
    """Only messages go to stdout; what is not a claim is reported on stderr."""
    if scrubbed.message is not None:
        made.messages.append(scrubbed.message)
    elif scrubbed.dead_letter and not wanted.is_quiet:
        show_unreadable(errors, found, scrubbed.dead_letter)


def _show(found: ClaimInput, scrubbed: ScrubResult, console: Console, wanted: CheckOptions) -> None:
    if (outcome := scrubbed.outcome) is not None:
        show_outcome(console, found, outcome, with_coverage=wanted.with_coverage)
    elif scrubbed.dead_letter:
        show_unreadable(console, found, scrubbed.dead_letter)
