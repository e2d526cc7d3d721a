"""What the tables know of a procedure code on a day, looked up once for all claims."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final, TypeAlias, TypeVar

from worker.edits.drugs.containers import marketed, sizes_of
from worker.edits.facts.traits import traits_of_code
from worker.reference.tables.answer import Answer, Found, NotCovered, NotInForce
from worker.reference.tables.rows import AspLimit, CareSetting, Container, Drug, MueLimit, OppsStatus, WasteDuty
from worker.reference.tables.snapshot import Snapshot

KEPT: Final = 4096
"""Codes and days that are kept; two months of 70 codes a day."""

Row = TypeVar("Row")
Siblings: TypeAlias = tuple[tuple[Container, Drug], ...] | None
"""The rows of a package with their drugs, where they are those of the same ingredient as a code's."""


class CodeOnDay:
    """A code on a day. `on` is None when a line has no date that can be read.

    `drug` is the drug behind the code, in force on that day or not; None when it is not one as far as the tables know,
    and `drug_answer` says how they know. `traits` are those that follow from the code. `siblings` are those of the
    packages (NDC) on the crosswalk that were billed with it. `written` is what was written of it into an outcome, by
    whoever wrote it.
    """

    def __init__(self, hcpcs: str, on: date | None, snapshot: Snapshot) -> None:
        self.hcpcs, self.on, self._snapshot = hcpcs, on, snapshot
        self.drug_answer: Answer[Drug] | None = snapshot.drug(hcpcs, on) if on and hcpcs else None
        known = isinstance(self.drug_answer, (Found, NotInForce))
        self.drug: Drug | None = self.drug_answer.row if known else None  # type: ignore[union-attr]  # it has a row
        self.traits = traits_of_code(hcpcs)
        self.siblings: dict[str, Siblings] = {}
        self.written: dict[CareSetting, tuple[bytes, bytes]] = {}
        self._limits: dict[CareSetting, Answer[MueLimit]] = {}

    @cached_property
    def containers(self) -> Answer[tuple[Container, ...]]:
        """The containers on the crosswalk of that day."""
        return self._answer(self._snapshot.containers_of)

    @cached_property
    def waste_duty(self) -> Answer[WasteDuty]:
        """The dates of the duty to report JW or JZ."""
        return self._answer(self._snapshot.waste_duty)

    @cached_property
    def opps_status(self) -> Answer[OppsStatus]:
        """The OPPS status indicator."""
        return self._answer(self._snapshot.opps_status)

    @cached_property
    def payment_limit(self) -> Answer[AspLimit]:
        """The Part B payment limit for one unit."""
        return self._answer(self._snapshot.asp_limit)

    def mue(self, setting: CareSetting) -> Answer[MueLimit]:
        """The medically unlikely edit in a setting."""
        limit = self._limits.get(setting)
        if limit is None:
            limit = self._limits[setting] = self._answer(lambda code, on: self._snapshot.mue(code, setting, on))
        return limit

    def _answer(self, question: Callable[[str, date], Answer[Row]]) -> Answer[Row]:
        """Ask a table for the code on that day; without a day there is no data."""
        return NotCovered(None, None) if self.on is None else question(self.hcpcs, self.on)

    @cached_property
    def marketed(self) -> tuple[Container, ...]:
        """The containers on the crosswalk of that day, none when they or their contents are not known."""
        return () if self.drug is None else marketed(self.containers, self.drug)

    @cached_property
    def marketed_sizes(self) -> tuple[Decimal, ...]:
        """The billing units in each, each once, smallest first."""
        return sizes_of(self.marketed)


class Codes:
    """The codes and days that were asked for with the tables of one snapshot; all are forgotten when they are many."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[tuple[str, date | None], CodeOnDay] = {}

    def of(self, hcpcs: str, on: date | None) -> CodeOnDay:
        """What is known of a code on a day."""
        known = self._known.get((hcpcs, on))
        if known is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            known = self._known[hcpcs, on] = CodeOnDay(hcpcs, on, self._snapshot)
        return known
