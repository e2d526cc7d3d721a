"""What the tables know of a procedure code on a day, looked up once for all claims."""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final, TypeAlias

from worker.edits.drugs.containers import marketed_on, sizes_of
from worker.edits.facts.traits import traits_of_code
from worker.reference.tables.answer import Answer, Found, NotInForce
from worker.reference.tables.rows import Container, Drug
from worker.reference.tables.snapshot import Snapshot

KEPT: Final = 4096
"""Codes and days that are kept; two months of 70 codes a day."""


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
        self.written: dict[str, tuple[bytes, bytes]] = {}

    @cached_property
    def marketed(self) -> tuple[Container, ...]:
        """The containers on the crosswalk of that day, none when they or their contents are not known."""
        return (
            () if self.on is None or self.drug is None else marketed_on(self.on, self.drug, self.hcpcs, self._snapshot)
        )

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
