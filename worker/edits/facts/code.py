"""What the tables know of a procedure code on a day, looked up once for all claims."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from schemas.values import Text, Unreadable, as_day
from worker.edits.codes.diagnoses import OF_ONE_SEX, why_never_first
from worker.edits.drugs.containers import marketed, sizes_of
from worker.edits.drugs.ingredients import UNLISTED
from worker.edits.facts.traits import Trait, traits_of_code, traits_of_modifiers
from worker.reference.tables.answer import Answer, Found, NotCovered, NotInForce
from worker.reference.tables.rows import AspLimit, CareSetting, Container, Drug, MueLimit, OppsStatus, WasteDuty
from worker.reference.tables.snapshot import Snapshot

KEPT: Final = 4096
"""Codes and days that are kept; two months of 70 codes a day."""
KEPT_AS_SENT: Final = 4 * KEPT
"""The same with modifiers."""

DEPOT: Final = re.compile(r"(?<!non-)\bdepot\b", re.IGNORECASE)

Row = TypeVar("Row")
Siblings: TypeAlias = tuple[tuple[Container, Drug], ...] | None
"""The rows of a package with their drugs, where they are those of the same ingredient as a code's."""


class CodeOnDay:
    """A code on a day. `on` is None when a line has no date that can be read.

    `drug` is the drug behind the code, in force on that day or not; None when it is not one as far as the tables know,
    and `drug_answer` says how they know. `traits` are those that follow from the code. `siblings` are those of the
    packages (NDC) on the crosswalk that were billed with it. `written` is what was written of it into an outcome, and
    `rules` are those that look at a subject with it, by whoever wrote or chose them.
    """

    def __init__(self, hcpcs: str, on: date | None, snapshot: Snapshot) -> None:
        self.hcpcs, self.on, self._snapshot = hcpcs, on, snapshot
        self.drug_answer: Answer[Drug] | None = snapshot.drug(hcpcs, on) if on and hcpcs else None
        known = isinstance(self.drug_answer, (Found, NotInForce))
        self.drug: Drug | None = self.drug_answer.row if known else None  # type: ignore[union-attr]  # it has a row
        self.traits = traits_of_code(hcpcs)
        self.siblings: dict[str, Siblings] = {}
        self.written: dict[CareSetting, tuple[bytes, bytes]] = {}
        self.rules: dict[object, Any] = {}  # Any: the chooser's own
        self._limits: dict[CareSetting, Answer[MueLimit]] = {}
        self._rows: dict[str, tuple[Container, ...]] = {}

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

    @cached_property
    def routes(self) -> frozenset[str]:
        """By which routes the drug is given: by the table, else as a depot, else by the unverified hints.

        What is to stay in the tissue, as the descriptor of a depot says, never goes into a vein.
        """
        if self.drug is None or self.drug.routes:
            return frozenset(self.drug.routes if self.drug else ())
        if DEPOT.search(f"{self.drug.generic_name} {self.drug.short_description}"):
            return frozenset({"SC", "IM"})
        hint = self._answer(self._snapshot.expert_hint)
        return frozenset(hint.row.routes if isinstance(hint, Found) else ())

    @cached_property
    def excluded_by(self) -> tuple[frozenset[str], frozenset[str]]:
        """The contractors that list it as self-administered: however it is given, and by its route."""
        answer = self._answer(self._snapshot.self_administered)
        rows = answer.row if isinstance(answer, Found) else ()
        however_given = frozenset(row.contractor for row in rows if row.scope == "self-administered")
        return however_given, frozenset(row.contractor for row in rows if row.scope == "by-route")

    def mue(self, setting: CareSetting) -> Answer[MueLimit]:
        """The medically unlikely edit in a setting."""
        limit = self._limits.get(setting)
        if limit is None:
            limit = self._limits[setting] = self._answer(lambda code, on: self._snapshot.mue(code, setting, on))
        return limit

    def rows_of(self, ndc: str) -> tuple[Container, ...]:
        """The rows of a package on the crosswalk of that day that are under the code."""
        rows = self._rows.get(ndc)
        if rows is None:
            answer = self._snapshot.container(ndc, self.on) if self.on else None
            listed = answer.row if isinstance(answer, Found) else ()
            rows = self._rows[ndc] = tuple(row for row in listed if row.hcpcs == self.hcpcs)
        return rows

    def lists(self, ndc: str) -> bool:
        """Whether a package is under the code, which is in force and of one drug."""
        is_of_one = self.drug is not None and self.drug.drug_class != UNLISTED
        return bool(is_of_one and isinstance(self.drug_answer, Found) and self.rows_of(ndc))

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


class BilledCode(NamedTuple):
    """What a line bills: its code on its first day, its modifiers in capitals, and the traits of both."""

    code: CodeOnDay
    modifiers: tuple[str, ...]
    traits: int


class Codes:
    """The codes and diagnoses that were asked for by day, as they were sent; all are forgotten when they are many."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[tuple[str, date | None], CodeOnDay] = {}
        self._diagnoses: dict[tuple[str, date | None], int] = {}
        self._billed: dict[tuple[Text, Text, tuple[Text, ...]], BilledCode] = {}

    def of(self, hcpcs: str, on: date | None) -> CodeOnDay:
        """What is known of a code on a day."""
        known = self._known.get((hcpcs, on))
        if known is None:
            if len(self._known) >= KEPT:
                self._known.clear()
                self._billed.clear()
            known = self._known[hcpcs, on] = CodeOnDay(hcpcs, on, self._snapshot)
        return known

    def billed(self, hcpcs: Text, day: Text, modifiers: tuple[Text, ...]) -> BilledCode:
        """What a line bills, by its code, its first day and its modifiers as they were sent."""
        known = self._billed.get((hcpcs, day, modifiers))
        if known is None:
            if len(self._billed) >= KEPT_AS_SENT:
                self._billed.clear()
            known = self._read(hcpcs, day, modifiers)
            self._billed[hcpcs, day, modifiers] = known
        return known

    def _read(self, hcpcs: Text, day: Text, modifiers: tuple[Text, ...]) -> BilledCode:
        begin, read = as_day(day), tuple([modifier.upper() for modifier in modifiers if modifier])
        on = begin if isinstance(begin, date) else None
        code = self.of((hcpcs or "").upper(), on)
        traits = code.traits | traits_of_modifiers(read)
        if not all(self._is_modifier(each, on) for each in read):
            traits |= Trait.DOUBTFUL_MODIFIER
        if len(modifiers) > 1:
            traits |= Trait.SEVERAL_MODIFIERS
        if isinstance(begin, Unreadable):
            traits |= Trait.UNREADABLE
        return BilledCode(code, read, traits)

    def traits_of_diagnosis(self, code: str, on: date | None) -> int:
        """The traits of a claim that follow from a diagnosis and the first day of service."""
        traits = self._diagnoses.get((code, on))
        if traits is None:
            if len(self._diagnoses) >= KEPT:
                self._diagnoses.clear()
            is_billable = on is not None and isinstance(self._snapshot.diagnosis(code, on), Found)
            traits = 0 if is_billable else Trait.DOUBTFUL_DIAGNOSIS
            traits |= Trait.NEVER_FIRST if why_never_first(code) else 0
            traits |= Trait.OF_ONE_SEX if code.startswith(OF_ONE_SEX) else 0
            self._diagnoses[code, on] = traits
        return traits

    def _is_modifier(self, modifier: str, on: date | None) -> bool:
        answer = self._snapshot.modifier(modifier, on) if on else None
        return isinstance(answer, Found) and answer.row.is_modifier
