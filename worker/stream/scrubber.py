"""The seam between the stream and the pipeline: bytes in, one verdict out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, Protocol

from schemas.dead_letter import DeadLetter
from worker.payers.suppression import SuppressionEnd


class Form(StrEnum):
    """In which form a message holds its claims."""

    CLAIM = "claim"
    """One claim message, as JSON."""
    INTERCHANGE = "interchange"
    """X12 with 837s."""
    RESOURCE = "resource"
    """A FHIR Claim, or a Bundle with claims."""


Destination = Literal["scrubbed", "rejected", "pended", "dead-lettered", "skipped"]


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
        lines: How many service lines the claim has.
        billed: The total charge of the claim in dollars; None when it has none that can be read.
        stage_seconds: Seconds spent in decode, enrich, check, decide and encode.
        versions: The ruleset, reference and profile in force.
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
    lines: int = 0
    billed: Decimal | None = None
    stage_seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class ReferenceEdition:
    """One edition of a reference table that is loaded, for the metrics.

    `trusted_to` is the last day on which its rows are carried forward; None when they are not.
    """

    table: str
    edition: str
    in_force_from: date | None = None
    in_force_to: date | None = None
    rows: int = 0
    trusted_to: date | None = None


@dataclass(frozen=True, slots=True)
class LoadedScrubber:
    """A scrubber with its reference data loaded, and what ops want to know about it.

    Attributes:
        scrubber: What scrubs.
        edit_ids: The ids of all edits, which are the closed label set of the metrics on edits.
        profiles: The names of all payer profiles, which are the closed label set of the metrics on payers.
        editions: The editions of the reference tables that are loaded.
        versions: The ruleset, reference and profile in force, for dead letters that `scrub` never saw.
        edit_words: What each edit looks for, in plain words.
        suppression_ends: The suppressions of its profiles that have a last day.
        source: Where a running worker gets new tables and rules from; None when it scrubs with these to its end.
        loaded_from: "compiled", or "read" from the files of the tables; "read-not-kept" if the next start must too.
    """

    scrubber: Scrubber
    edit_ids: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    editions: tuple[ReferenceEdition, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    edit_words: Mapping[str, str] = field(default_factory=dict)
    suppression_ends: tuple[SuppressionEnd, ...] = ()
    source: "Source | None" = None
    loaded_from: Literal["compiled", "read", "read-not-kept"] = "read"


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
