"""Scrubs claims in Arrow batches: what each process of a cluster does with its part of an archive.

It knows nothing of Spark: whatever hands out Arrow batches (Spark, Ray, a loop over the row groups of a Parquet file)
can call `scrub_batches`, once for each part.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
import pyarrow as pa

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from worker.bootstrap import build_pipeline
from worker.errors import ClaimscrubError
from worker.pipeline.forms import says_resource
from worker.pipeline.scrub import Pipeline
from worker.settings import CLAIM_BUDGET_S
from worker.stream.budget import ClaimBudget, OverBudgetError, each_within
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.records import dead, verdict_of_failure
from worker.stream.scrubber import PART_READ, ClaimVerdict, Form
from worker.stream.slices import scrub_slice
from worker.x12.read.segments import is_x12

OUTCOME_COLUMNS: Final = (
    ("outcome", pa.string()),
    ("disposition", pa.string()),
    ("control_number", pa.string()),
    ("outcome_id", pa.string()),
    ("dead_letter_reason", pa.string()),
    ("dead_letter_flaws", pa.list_(pa.string())),
)
"""The columns of a row: the outcome as on the topic, byte for byte, and what it is found by.

`disposition` is scrubbed, rejected or pended; of what is not a claim dead-lettered, with the reason of the dead letter
and a sentence for each flaw and its place; of an empty cell skipped. `control_number` is the patient control number.
"""

_SLICE_CLAIMS: Final = 250
_SLICE_BYTES: Final = 1024 * 1024
_BATCH_BYTES: Final = 32 * 1024 * 1024
"""Bytes of outcomes after which a batch is handed on: a claim may have a megabyte, and its outcome several."""


class ArchiveError(ClaimscrubError):
    """An archive cannot be scrubbed; the message names the column or the folder, and quotes no claim."""


@dataclass(frozen=True, slots=True)
class ArchiveJob:
    """What is the same for all claims of an archive, on every machine.

    Attributes:
        column: The column with a message in each row, as text or bytes.
        day: The day on which the claims count as received.
        day_column: A column with a day for each row; where it is empty, or there is none, `day` counts.
        kept: Columns that each outcome keeps of its row.
        config: The folder with payers, guides and reference tables, on each machine; the shipped one if None.
        user_edits: The folder with a user's own edits, on each machine.
        profile: Hold every claim to this payer profile instead of the payer's own.
        ruleset, reference: The digests of rules and tables that a process must have; empty where none is asked for.
    """

    column: str
    day: date
    day_column: str | None = None
    kept: tuple[str, ...] = ()
    config: str | None = None
    user_edits: str | None = None
    profile: str | None = None
    ruleset: str = ""
    reference: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the archive that are read, each once."""
        return tuple(dict.fromkeys((self.column, *([self.day_column] if self.day_column else []), *self.kept)))

    def pinned(self, pipeline: Pipeline) -> "ArchiveJob":
        """Return the job for processes that have the rules and tables of this pipeline, and no others."""
        return replace(self, ruleset=pipeline.ruleset, reference=pipeline.snapshot.digest)

    def load(self) -> Pipeline:
        """Load what judges the claims. Raises `ConfigurationError`."""
        pipeline = build_pipeline(
            Path(self.config) if self.config else None, user_edits=Path(self.user_edits) if self.user_edits else None
        )
        return pipeline.under(self.profile) if self.profile else pipeline


def scrub_batches(job: ArchiveJob, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield the outcomes of the claims in some batches: a row for each claim, in their order.

    A cell holds a claim as JSON, and gives one row. It may hold an X12 interchange with 837s or a FHIR resource as
    well, as a message to the worker may: it gives a row for each of its claims, and one more with the flaws where a
    part of it is not a claim. The kept columns of the cell's row come first, then `OUTCOME_COLUMNS`.

    The first call in a process loads rules and tables, and the others use them again. It is to be called in the main
    thread: a claim has the time that it has in `claimscrub check`, and signals end it.

    Raises:
        ArchiveError: When a column is missing or of another type, or this process has other rules or tables than the
            job names.
        ConfigurationError: When rules or tables cannot be loaded.
    """
    scrubber, budget = _loaded(job.config, job.user_edits, job.profile)
    _refuse_other(job, scrubber)
    for batch in batches:
        yield from _scrub_batch(job, scrubber, budget, batch)


@lru_cache(maxsize=1)
def _loaded(config: str | None, user_edits: str | None, profile: str | None) -> tuple[PipelineScrubber, ClaimBudget]:
    """What scrubs in this process, which is loaded once."""
    pipeline = ArchiveJob("", date.min, config=config, user_edits=user_edits, profile=profile).load()
    budget = ClaimBudget(CLAIM_BUDGET_S, hang_s=None)
    budget.install()
    return PipelineScrubber(pipeline), budget


def _refuse_other(job: ArchiveJob, scrubber: PipelineScrubber) -> None:
    for what, wanted in (("ruleset", job.ruleset), ("reference", job.reference)):
        if wanted and wanted != scrubber.versions[what]:
            raise ArchiveError(
                f"the {what} of this machine is {scrubber.versions[what]}, and that of the job is {wanted}: "
                "install the same claimscrub, configuration and own edits on every machine"
            )


_ReceivedMessage: TypeAlias = tuple[bytes | None, date]


def _scrub_batch(
    job: ArchiveJob, scrubber: PipelineScrubber, budget: ClaimBudget, batch: pa.RecordBatch
) -> Iterator[pa.RecordBatch]:
    messages = list(zip(_values(batch, job.column), _days(batch, job), strict=True))
    kept, rows = batch.select(list(job.kept)), _OutcomeRows()
    for place, verdict in _verdicts(scrubber, budget, messages):
        rows.add(place, verdict)
        if rows.size >= _BATCH_BYTES:
            yield rows.beside(kept)
            rows = _OutcomeRows()
    if rows.places:
        yield rows.beside(kept)


def _column(batch: pa.RecordBatch, name: str) -> Any:  # any: pyarrow's array
    found = batch.schema.get_all_field_indices(name)
    if len(found) != 1:
        raise ArchiveError(f"column {name}: {'is missing' if not found else 'comes more than once'}")
    return batch.column(found[0])


_TEXTS: Final = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_string_view,
    pa.types.is_binary_view,
)


def _values(batch: pa.RecordBatch, name: str) -> list[bytes | None]:
    column = _column(batch, name)
    if not any(is_of(column.type) for is_of in _TEXTS):
        raise ArchiveError(f"column {name}: is {column.type}, and claims are text or bytes")
    values: list[bytes | None] = column.cast(pa.large_binary()).to_pylist()
    return values


def _days(batch: pa.RecordBatch, job: ArchiveJob) -> list[date]:
    if job.day_column is None:
        return [job.day] * len(batch)
    column = _column(batch, job.day_column)
    if not pa.types.is_date(column.type):
        raise ArchiveError(f"column {job.day_column}: is {column.type}, and days of receipt are dates")
    return [each or job.day for each in column.to_pylist()]


def _verdicts(
    scrubber: PipelineScrubber, budget: ClaimBudget, messages: Sequence[_ReceivedMessage]
) -> Iterator[tuple[int, ClaimVerdict]]:
    """Yield each verdict with the place of its message."""
    for form, found in groupby(range(len(messages)), lambda place: _form(messages[place][0])):
        if form is not Form.CLAIM:
            for place in found:
                value, day = messages[place]
                for verdict in _each(scrubber, budget, value or b"", form, day):
                    yield place, verdict
            continue
        for places in _slices(found, messages):
            verdicts = scrub_slice(
                scrubber, budget, [messages[place] for place in places], partial(verdict_of_failure, scrubber.versions)
            )
            yield from zip(places, verdicts, strict=True)


def _form(value: bytes | None) -> Form:
    if value is None:
        return Form.CLAIM
    if is_x12(value):
        return Form.INTERCHANGE
    return Form.RESOURCE if says_resource(value) else Form.CLAIM


def _slices(places: Iterable[int], messages: Sequence[_ReceivedMessage]) -> Iterator[list[int]]:
    """Yield the places in portions that are scrubbed together."""
    portion, size = list[int](), 0
    for place in places:
        portion.append(place)
        size += len(messages[place][0] or b"")
        if len(portion) == _SLICE_CLAIMS or size >= _SLICE_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _each(scrubber: PipelineScrubber, budget: ClaimBudget, value: bytes, form: Form, day: date) -> list[ClaimVerdict]:
    """Return the verdicts on the claims of an interchange or a resource: all of them, or the reason why none."""
    try:
        claims = each_within(budget, scrubber.scrub_each(value, form, received_on=day))
        return [verdict for verdict in claims if verdict is not PART_READ]
    except OverBudgetError:
        sentence = "A part of it takes longer than a claim may."
        return [dead(DeadLetterReason.MESSAGE_LIMIT, DeadLetterStage.EDIT, scrubber.versions, sentence)]
    except Exception as error:  # noqa: BLE001 - one message must not take the others with it
        return [verdict_of_failure(scrubber.versions, error)]


class _NumberedInformation(msgspec.Struct, rename="camel"):
    patient_control_number: str | None = None


class _NumberedClaim(msgspec.Struct, rename="camel"):
    claim_information: _NumberedInformation


class _NumberedOutcome(msgspec.Struct):
    claim: _NumberedClaim


_OUTCOME: Final = msgspec.json.Decoder(_NumberedOutcome)


def _control_number(outcome: bytes) -> str | None:
    return _OUTCOME.decode(outcome).claim.claim_information.patient_control_number


@dataclass(slots=True)
class _OutcomeRows:
    """Rows that are not handed on yet, column by column; `size` is the bytes of their outcomes."""

    places: list[int] = field(default_factory=list)
    outcomes: list[bytes | None] = field(default_factory=list)
    dispositions: list[str] = field(default_factory=list)
    control_numbers: list[str | None] = field(default_factory=list)
    outcome_ids: list[str | None] = field(default_factory=list)
    reasons: list[str | None] = field(default_factory=list)
    flaws: list[tuple[str, ...] | None] = field(default_factory=list)
    size: int = 0

    def add(self, place: int, verdict: ClaimVerdict) -> None:
        """Add the verdict on the message at a place, or on one of its claims."""
        letter = verdict.dead_letter
        self.places.append(place)
        self.outcomes.append(verdict.value)
        self.dispositions.append(verdict.disposition)
        self.control_numbers.append(None if verdict.value is None else _control_number(verdict.value))
        self.outcome_ids.append(verdict.outcome_id)
        self.reasons.append(letter.reason.value if letter else None)
        self.flaws.append(letter.first_flaws if letter else None)
        self.size += len(verdict.value or b"")

    def beside(self, kept: pa.RecordBatch) -> pa.RecordBatch:
        """Return them as a batch, beside what is kept of their messages."""
        made = (
            self.outcomes,
            self.dispositions,
            self.control_numbers,
            self.outcome_ids,
            self.reasons,
            self.flaws,
        )
        of_messages = kept.take(pa.array(self.places, pa.int32())) if kept.num_columns else kept
        columns = [pa.array(values, kind) for values, (_, kind) in zip(made, OUTCOME_COLUMNS, strict=True)]
        names = [*of_messages.schema.names, *(name for name, _ in OUTCOME_COLUMNS)]
        return pa.RecordBatch.from_arrays([*of_messages.columns, *columns], names)
