"""A process that scrubs for the server: it reads frames from stdin, answers each on stdout, and ends with its stdin.

It runs as `python -m worker.server.scrub_process`. What an edit prints goes to stderr: stdout belongs to the answers.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from schemas.dead_letter import DeadLetterReason
from worker.bootstrap import build_pipeline
from worker.errors import ClaimscrubError, ConfigurationError
from worker.pipeline.forms import ClaimDocument, interchange_claims, resource_claims
from worker.pipeline.scrub import Pipeline
from worker.server.answers import QUESTIONS, Desk
from worker.server.frames import (
    ASKED,
    Answered,
    Asked,
    ClaimPart,
    ClaimSlice,
    DeskQuestion,
    PostedClaim,
    PostedVerdict,
    ProcessLoaded,
    ProcessTask,
    Reply,
    SliceVerdicts,
    SplitMessage,
    SplitParts,
)
from worker.server.problems import failed
from worker.server.workbench.views import VIEWS
from worker.stream.budget import ClaimBudget, OverBudgetError, limit_process
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.pipes import framed, read_frame, serve_stdio
from worker.stream.records import verdict_of_failure
from worker.stream.scrubber import ClaimVerdict, Form
from worker.stream.slices import scrub_slice

_ANSWERS: Final = {**QUESTIONS, **VIEWS}
MOST_SPLIT_BYTES: Final = 64 * 1024 * 1024
"""Of the claims of one message, as the server holds them while they wait."""


class ScrubDesk:
    """Answers what the server asks."""

    def __init__(self, task: ProcessTask, pipeline: Pipeline, budget: ClaimBudget) -> None:
        self._task = task
        self._budget = budget
        self._pipeline = pipeline
        self._scrubbers: dict[str | None, PipelineScrubber] = {None: PipelineScrubber(pipeline)}
        self._desk = Desk(pipeline, Path(task.config) if task.config else None, task.most_bytes)

    def answer(self, asked: Asked) -> Answered:
        """Return the answer; total: what fails is an answer as well."""
        match asked:
            case ClaimSlice(claims):
                return SliceVerdicts(tuple(self._verdicts(claims)))
            case SplitMessage():
                return self._within(lambda: self._split(asked), SplitParts((), "It takes too long to read."))
            case DeskQuestion():
                return self._within(lambda: self._reply(asked), failed(DeadLetterReason.OVER_BUDGET))
            case ProcessTask():
                raise TypeError("a process loads once")

    def _within(self, work: Callable[[], Answered], otherwise: Answered) -> Answered:
        try:
            with self._budget.longer(self._task.message_cpu_s):
                return work()
        except (OverBudgetError, MemoryError):
            return otherwise

    def _verdicts(self, claims: tuple[PostedClaim, ...]) -> Iterator[PostedVerdict]:
        """Yield the verdicts, those under one profile together."""
        found: dict[int, ClaimVerdict] = {}
        for profile in dict.fromkeys(each.profile for each in claims):
            places = [place for place, each in enumerate(claims) if each.profile == profile]
            scrubber = self._scrubber(profile)
            messages = [(claims[place].value, claims[place].day) for place in places]
            verdicts = scrub_slice(scrubber, self._budget, messages, partial(verdict_of_failure, scrubber.versions))
            found.update(zip(places, verdicts, strict=True))
        for place in range(len(claims)):
            yield _posted(found[place])

    def _scrubber(self, profile: str | None) -> PipelineScrubber:
        if profile not in self._scrubbers:
            self._scrubbers[profile] = PipelineScrubber(self._pipeline.under(str(profile)))
        return self._scrubbers[profile]

    def _split(self, asked: SplitMessage) -> SplitParts:
        parts, size = list[ClaimPart](), 0
        claims_of = interchange_claims if asked.form is Form.INTERCHANGE else resource_claims
        for each in claims_of(asked.value):
            if len(parts) == self._task.most_claims:
                return SplitParts((), f"There are more than {self._task.most_claims} claims in it.")
            if isinstance(each, ClaimDocument):
                part = ClaimPart(each.place, orjson.dumps(each.document))
            else:
                part = ClaimPart("", None, each.letter.reason.value, each.letter.stage.value, each.sentence)
            size += len(part.value or b"") + len(part.sentence)
            if size > MOST_SPLIT_BYTES:
                return SplitParts((), f"Its claims are longer than {MOST_SPLIT_BYTES:,} bytes together.")
            parts.append(part)
        return SplitParts(tuple(parts))

    def _reply(self, asked: DeskQuestion) -> Reply:
        try:
            return _ANSWERS[asked.name](self._desk, asked)
        except OverBudgetError:
            raise
        except Exception as error:  # noqa: BLE001 - one question must not end the process
            # The class alone: the text of an error may quote the claim.
            print(f"{asked.name} failed: {type(error).__name__}", file=sys.stderr)  # noqa: T201
            return failed(DeadLetterReason.INTERNAL_ERROR)


def _posted(verdict: ClaimVerdict) -> PostedVerdict:
    letter = verdict.dead_letter
    return PostedVerdict(
        disposition=verdict.disposition,
        value=verdict.value,
        reason=letter.reason.value if letter else "",
        stage=letter.stage.value if letter else "",
        flaws=letter.first_flaws if letter else (),
        profile=verdict.versions.get("profile", ""),
        findings=verdict.findings,
        no_data=verdict.no_data,
        edit_errors=verdict.edit_errors,
        basis=verdict.basis,
        stage_seconds=dict(verdict.stage_seconds),
    )


def load(task: ProcessTask) -> tuple[Pipeline | None, ProcessLoaded]:
    """Return the pipeline, and what is loaded or what is wrong with the configuration."""
    config = Path(task.config) if task.config else None
    user_edits = Path(task.user_edits) if task.user_edits else None
    try:
        pipeline = build_pipeline(config, user_edits=user_edits, max_bytes=task.most_bytes)
    except ConfigurationError as error:
        return None, ProcessLoaded(problems=tuple(error.problems))
    except ClaimscrubError as error:
        return None, ProcessLoaded(problems=(str(error),))
    return pipeline, ProcessLoaded(
        ruleset=pipeline.ruleset,
        reference=pipeline.snapshot.digest,
        edits=tuple(edit.id for edit in pipeline.edits),
        profiles=tuple(profile.name for profile in pipeline.profiles),
    )


def serve(stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Load, and answer until there is nothing more to read."""
    first = read_frame(stdin)
    if first is None:
        return
    task = ASKED.decode(first)
    if not isinstance(task, ProcessTask):
        raise TypeError("the first frame names what to load")
    limit_process(task.memory_mib)
    pipeline, loaded = load(task)
    stdout.write(framed(loaded))
    stdout.flush()
    if pipeline is None:
        return
    budget = ClaimBudget(task.cpu_s, task.hang_s)
    budget.install()
    desk = ScrubDesk(task, pipeline, budget)
    while (written := read_frame(stdin)) is not None:
        stdout.write(framed(desk.answer(ASKED.decode(written))))
        stdout.flush()


if __name__ == "__main__":
    serve_stdio(serve)
