"""The seam between the stream and the pipeline: bytes in, one verdict out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from schemas.dead_letter import DeadLetter
from worker.history.decisions import Decision
from worker.history.view import History
from worker.payers.suppression import SuppressionEnd
from worker.pipeline.late_documents import LateJoin
from worker.pipeline.steps.edit_failure import EditFailure


class Form(StrEnum):
    """In which form a message holds its claims."""

    CLAIM = "claim"
    """One claim message, as JSON."""
    INTERCHANGE = "interchange"
    """X12 with 837s."""
    RESOURCE = "resource"
    """A FHIR Claim, or a Bundle with claims."""


Destination = Literal["scrubbed", "rejected", "pended", "dead-lettered", "skipped", "routed"]
"""`routed` is a claim that goes to the partition of its patient, to be judged there."""


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """The result for one message, or for one claim of several in a message.

    Attributes:
        disposition: Where the message goes; `skipped` for a tombstone.
        value: The outcome message as JSON bytes; None when dead-lettered or skipped.
        outcome_id: The deterministic id of the outcome; None when dead-lettered or skipped.
        dead_letter: Why, if dead-lettered.
        findings: (edit id, severity) of every finding, for the metrics and the log line.
        no_data: The ids of the edits that had no data to decide.
        basis: How far the tables reach into the days of the claim: full, carried or partial; empty for no claim.
        tables: Each table that was carried or missing, with which of the two.
        not_read: How many members of the claim are not read.
        edit_errors: The ids of the edits that failed with an error of their own.
        failures: How they failed; a message may quote the claim.
        lines: How many service lines the claim has.
        billed: The total charge of the claim in dollars; None when it has none that can be read.
        stage_seconds: Seconds spent in decode, enrich, check, decide and encode.
        versions: The ruleset, reference and profile in force.
        entry: By what the claim is remembered; None when it is not.
        decision: Of a payer's decision what it met, a value of `Met`; empty of any other message.
        route: Whose claim a routed one is.
        seen: What was known of the patient before the claim; None when nothing could be, or nobody asks for it.
    """

    disposition: Destination
    value: bytes | None = None
    outcome_id: str | None = None
    dead_letter: DeadLetter | None = None
    findings: tuple[tuple[str, str], ...] = ()
    no_data: tuple[str, ...] = ()
    basis: str = ""
    tables: tuple[tuple[str, str], ...] = ()
    not_read: int = 0
    edit_errors: tuple[str, ...] = ()
    failures: Sequence[EditFailure] = ()
    lines: int = 0
    billed: Decimal | None = None
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    entry: bytes | None = None
    decision: str = ""
    route: "ReadMessage | None" = None
    seen: History | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A message that was read and not yet judged.

    Attributes:
        verdict: What it is where it is not a claim; None when it is one.
        person: The 16 bytes under which the patient is known; None when the claim does not say enough, or is none.
        claim: What judges it needs to know; of late documentation the document.
        decision: What a payer decided of a claim; None of a claim.
        is_document: Whether it is late documentation.
    """

    verdict: ClaimVerdict | None
    person: bytes | None = None
    claim: Any = field(default=None, repr=False)  # any: it is handed back to the scrubber that made it
    decision: Decision | None = None
    is_document: bool = False

    @property
    def is_decision(self) -> bool:
        """Whether it is a payer's decision on a claim."""
        return self.decision is not None


PART_READ: Final = ClaimVerdict("skipped")
"""Yielded in place of a verdict for a part of a message that is not a claim; the dead letter at the end reports it."""


class Scrubber(Protocol):
    """What scrubs messages: synchronous, pure and total."""

    def scrub(self, value: bytes | None, *, received_on: date) -> ClaimVerdict:
        """Return the verdict on one message received on a day."""
        ...

    def scrub_many(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ClaimVerdict]:
        """Return the verdicts on messages, each with the day it was received on: those of `scrub`, but faster.

        Raises where one of several takes more than it may: it is not known which. `worker.stream.slices` then scrubs
        them one by one.
        """
        ...

    def scrub_each(self, value: bytes, form: Form, *, received_on: date) -> Iterator[ClaimVerdict]:
        """Yield the verdict on each claim of a message of another form, and one dead letter when a part is not a claim.

        At least one verdict is yielded, and `PART_READ` for each part that is not a claim. Between two of them the
        caller may do something else, or stop.
        """
        ...


class ClaimReader(Protocol):
    """What scrubs in two steps, with what is known of a patient between them."""

    def read(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ReadMessage]:
        """Return messages as they are before they are judged; raises as `Scrubber.scrub_many`."""
        ...

    def route(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ReadMessage]:
        """Return whose claims messages are, which are judged elsewhere; raises as `Scrubber.scrub_many`.

        Only as much is read as says that, so that a message that is not a claim may pass for one: whoever judges it
        finds out.
        """
        ...

    def control(self, read: ReadMessage) -> bytes:
        """Return the mark of the patient control number of a claim with a person."""
        ...

    def read_decision(self, value: bytes) -> ReadMessage:
        """Return a payer's decision, or why it is none. Raises as `Scrubber.scrub_many`."""
        ...

    def judge(self, claims: Sequence[tuple[ReadMessage, History | None]]) -> list[ClaimVerdict]:
        """Return the verdict on each claim, given what is known of its patient before it.

        No claim sees another one of these. Raises as `Scrubber.scrub_many`.
        """
        ...

    def read_document(self, value: bytes) -> ReadMessage:
        """Return whose claim late documentation is about, or why it is none. Raises as `Scrubber.scrub_many`."""
        ...

    def read_late(self, value: bytes, received_on: date, late: LateJoin) -> ReadMessage:
        """Return a claim that is judged once more, with what came after it; raises as `Scrubber.scrub_many`."""
        ...

    def route_each(self, value: bytes, form: Form, *, received_on: date) -> Iterator[ClaimVerdict]:
        """Yield each claim of a message of another form as a routed one; otherwise as `Scrubber.scrub_each`."""
        ...


@dataclass(frozen=True, slots=True)
class ReferenceEdition:
    """One edition of a reference table that is loaded, for the metrics.

    `trusted_to` is the last day on which its rows are carried forward; None when they are not. `has_no_later`: no later
    edition could be had when the tables were put together.
    """

    table: str
    edition: str
    in_force_from: date | None = None
    in_force_to: date | None = None
    rows: int = 0
    trusted_to: date | None = None
    has_no_later: bool = False


@dataclass(frozen=True, slots=True)
class LoadedScrubber:
    """A scrubber with its reference data loaded, and what ops want to know about it.

    Attributes:
        scrubber: What scrubs.
        edit_ids: The ids of all edits, which are the closed label set of the metrics on edits.
        profiles: The names of all payer profiles, which are the closed label set of the metrics on payers.
        editions: The editions of the reference tables that are loaded.
        reader: The scrubber where it can scrub in two steps; None when it cannot.
        versions: The ruleset, reference and profile in force, for dead letters that `scrub` never saw.
        edit_words: What each edit looks for, in plain words.
        suppression_ends: The suppressions of its profiles that have a last day.
        source: Where a running worker gets new tables and rules from; None when it scrubs with these to its end.
        loaded_from: "compiled", or "read" from the files of the tables; "read-not-kept" if the next start must too.
    """

    scrubber: Scrubber
    reader: ClaimReader | None = None
    edit_ids: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    editions: tuple[ReferenceEdition, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    edit_words: Mapping[str, str] = field(default_factory=dict)
    suppression_ends: tuple[SuppressionEnd, ...] = ()
    source: "Source | None" = None
    loaded_from: Literal["compiled", "read", "read-not-kept"] = "read"


def reader_of(loaded: LoadedScrubber) -> ClaimReader:
    """Return what scrubs in two steps. Raises `RuntimeError` where nothing does."""
    if loaded.reader is None:
        raise RuntimeError("a scrubber that cannot have a memory")
    return loaded.reader


@dataclass(frozen=True, slots=True)
class Source:
    """Where a running worker gets other reference tables from, and its rules anew.

    Attributes:
        home: The folder that is loaded at the start, and again when the operator asks.
        root: A notice may name folders below this one only.
        load_tables: Makes the scrubber over the tables of a folder; profiles, guides and edits stay as they are.
        load_all: The same, with profiles, guides and a user's own edits read again from where they were configured.
            Both raise `worker.errors.ConfigurationError`, and are called on a thread.
    """

    home: Path
    root: Path
    load_tables: Callable[[Path], LoadedScrubber]
    load_all: Callable[[Path], LoadedScrubber]


ScrubberFactory = Callable[[], LoadedScrubber]
"""Loads the reference data and builds the scrubber; called once, when the worker starts."""
