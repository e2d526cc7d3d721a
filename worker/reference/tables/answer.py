"""The answers that a reference table can give about one key on one date of service.

Only `Found` and `NotInForce` are knowledge about the key, so only these two can reject a claim. `Carried` is a `Found`
of an earlier edition: what rests on it alone is no more than a warning, unless a payer profile says otherwise.
`Absent` and `NotCovered` are facts about our tables, not about the claim.
"""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeAlias, TypeVar

from worker.reference.tables.edition import Edition

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """The row is in force on that date; its content can reject a claim."""

    row: Row
    edition: Edition


@dataclass(frozen=True, slots=True)
class Carried(Found[Row]):
    """The row of the last edition before that date, in a table that says how long its rows are trusted beyond it.

    No edition covers the date; `edition.in_force_to` is the last day for which the publisher spoke.
    """


@dataclass(frozen=True, slots=True)
class NotInForce(Generic[Row]):
    """The key exists, but not on that date; this can reject a claim.

    `valid_from` and `valid_to` are the first and last day it is in force; None means open on that side.
    """

    row: Row
    edition: Edition
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Absent:
    """The edition in force on that date has no such key.

    Our tables are partial, so this never rejects a claim by itself: the edit has no data, which is not a pass.
    """

    edition: Edition


@dataclass(frozen=True, slots=True)
class NotCovered:
    """We hold no data for that date; this never rejects a claim and never counts as a pass.

    `covers_from` and `covers_to` are the outer bounds of what we hold; None means open, or nothing at all. `spans` are
    the first and last days of each stretch without a hole; empty where there is one stretch or none.
    """

    covers_from: date | None
    covers_to: date | None
    spans: tuple[tuple[date, date | None], ...] = ()


Answer: TypeAlias = Found[Row] | NotInForce[Row] | Absent | NotCovered
