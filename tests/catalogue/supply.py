"""What the reference tables know of each drug code, arranged for somebody who wants to bill it rightly."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from random import Random
from typing import Final, TypeVar

from worker.reference.tables.answer import Answer, Found, NotCovered
from worker.reference.tables.edition import Edition
from worker.reference.tables.rows import CareSetting, Container, Drug, MueLimit, WasteDuty
from worker.reference.tables.snapshot import Snapshot

Row = TypeVar("Row")
FIRST_DAY, LAST_DAY = date(2017, 1, 1), date(2026, 12, 31)
COVERED_FROM, COVERED_TO = date(2024, 1, 1), date(2026, 12, 31)
"""The days on which at least one table that changes by the quarter or the year has an edition."""

NOT_PAYABLE: Final = frozenset("IMS")
"""HCPCS coverage codes: not payable by Medicare, not covered by Medicare, not covered by law."""
ALSO_UNLISTED: Final = frozenset(
    {"90399", "90749", "A4641", "A9699", "C9399", "J7199", "J7599", "J7699", "J7799", "J8597"}
)
"""Codes "not otherwise classified" that the table of drugs has among other kinds."""
COUNTS_GRAMS: Final = "J1599"
CONTENT_BY_LOT: Final = frozenset({"J0256"})
SELF_GIVEN: Final = frozenset(
    """J0135 J0139 J0593 J0599 J0801 J0802 J1324 J1438 J1595 J1675 J1744 J1811 J1812 J1813 J1814 J1815 J1817 J1826 J1830
    J2170 J2941 J3030 J3031 J3110 J3355 J3357 J7172 J7173 J7174 J9212 J9213 J9216 Q3027 Q3028 Q5131 Q5132 Q5137 Q5140
    Q5141 Q5142 Q5143 Q5144 Q5145 Q9996 Q9998 Q9999""".split()  # noqa: SIM905 - a block of codes
)
"""Drugs that patients usually inject themselves, which Medicare contractors exclude or want a route for."""
SUPPLIED: Final = frozenset({"inhalation_dme", "oral_anticancer", "immunosuppressive"})


def is_unlisted(drug: Drug) -> bool:
    """Whether the code stands for any drug without a code of its own."""
    return drug.drug_class == "noc_unlisted" or drug.hcpcs in ALSO_UNLISTED


@dataclass(frozen=True)
class Sizes:
    """The single-dose containers of a code: whether the crosswalk of the day lists them, or another edition's."""

    containers: tuple[Container, ...]
    of_the_day: bool


class Supply:
    """Drugs, dates, containers, limits and diagnoses, all answered by the reference tables."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        held = ((code, snapshot.tables.drugs.latest(code)) for code in sorted(snapshot.tables.drugs.rows))
        self.drugs: Mapping[str, Drug] = {code: self._with_routes(drug) for code, drug in held if drug}
        self._containers = lru_cache(maxsize=None)(self._containers_on)

    def _with_routes(self, drug: Drug) -> Drug:
        """The drug with the routes of the hints where its descriptor names none."""
        hints = self.snapshot.tables.expert_hints
        answers = [hints.answer(drug.hcpcs, edition.in_force_from) for edition in hints.editions]
        known = next((answer.row.routes for answer in reversed(answers) if isinstance(answer, Found)), ())
        return drug if drug.routes else replace(drug, routes=known)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Every drug code."""
        return tuple(self.drugs)

    def in_force(self, code: str, on: date) -> bool:
        """Whether the code is known to be in force on a day."""
        return isinstance(self.snapshot.drug(code, on), Found)

    def day_for(self, code: str, random: Random, *, covered: bool) -> date:
        """A day from 2017 to 2026 on which the code is in force; in its last years where it ended before."""
        drug = self.drugs[code]
        first = max(drug.effective_from or drug.known_from or FIRST_DAY, FIRST_DAY)
        last = min(drug.effective_to or LAST_DAY, LAST_DAY)
        if last < first:  # ended before 2017
            first = max(drug.effective_from or date.min, last - timedelta(days=700))
        if covered and max(first, COVERED_FROM) <= min(last, COVERED_TO):
            first, last = max(first, COVERED_FROM), min(last, COVERED_TO)
        edges = (first, last)
        day = first + timedelta(days=random.randint(0, (last - first).days))
        return random.choice(edges) if random.random() < 0.05 else day

    def duty(self, code: str, on: date) -> WasteDuty | None:
        """The duty to report JW or JZ; None for a code that is not on the CMS list."""
        answer = self.snapshot.waste_duty(code, on)
        return answer.row if isinstance(answer, Found) else None

    def is_listed_single_dose(self, code: str) -> bool:
        """Whether CMS lists the code as one whose containers are all single-dose."""
        return code in self.snapshot.tables.waste_duty.rows

    def is_multi_dose(self, container: Container, on: date) -> bool:
        """Whether the label of the container says that it is for several doses, of which nothing is discarded."""
        label = self.snapshot.container_label(container.ndc11, on)
        return isinstance(label, Found) and label.row.kind == "multi-dose"

    def sizes(self, code: str, on: date) -> Sizes:
        """The containers that the crosswalk lists; of a quarter without an edition, those of another quarter."""
        return self._containers(code, on)

    def _containers_on(self, code: str, on: date) -> Sizes:
        answer = self.snapshot.containers_of(code, on)
        if not isinstance(answer, NotCovered):
            return Sizes(answer.row if isinstance(answer, Found) else (), of_the_day=True)
        known = self._of_any_edition(
            self.snapshot.tables.containers["hcpcs"].editions, code, self.snapshot.containers_of
        )
        return Sizes(known or (), of_the_day=False)

    def limit(self, code: str, setting: CareSetting = "practitioner", on: date | None = None) -> MueLimit | None:
        """The medically unlikely edit of the day; of a day whose quarter is not held, that of another quarter."""
        if on is not None and isinstance(answer := self.snapshot.mue(code, setting, on), Found):
            return answer.row
        editions = self.snapshot.tables.mue[setting].editions
        return self._of_any_edition(editions, code, lambda code, on: self.snapshot.mue(code, setting, on))

    def _of_any_edition(
        self, editions: Iterable[Edition], code: str, ask: Callable[[str, date], Answer[Row]]
    ) -> Row | None:
        """What the latest edition that holds the code says."""
        answers = [ask(code, edition.in_force_from) for edition in editions]
        return next((answer.row for answer in reversed(answers) if isinstance(answer, Found)), None)

    def limit_applies(self, code: str, setting: CareSetting, on: date) -> bool:
        """Whether the limit is known to be in force on the day."""
        return isinstance(self.snapshot.mue(code, setting, on), Found)

    def is_payable_by_medicare(self, code: str, *, supplied: bool) -> bool:
        """Whether Medicare pays the code, given in an office or supplied to the patient's home."""
        drug, limit = self.drugs[code], self.limit(code)
        if self.is_excluded_by_law(code):
            return False
        if limit is None or limit.value > 0:
            return True
        # The practitioner's limit is 0 since suppliers bill these, under a table of their own.
        return supplied and drug.drug_class in {"oral_anticancer", "immunosuppressive"}

    def is_payable_to_hospital(self, code: str) -> bool:
        """Whether a hospital may bill the code to Medicare at all."""
        limit = self.limit(code, "outpatient_hospital")
        return limit is None or limit.value > 0

    def is_excluded_by_law(self, code: str) -> bool:
        """Whether Part B never pays the code, so that GY says that its denial is expected."""
        return self.drugs[code].coverage_code in NOT_PAYABLE or code in SELF_GIVEN

    def is_packaged(self, code: str, on: date) -> bool | None:
        """Whether OPPS packages the drug; None when the tables do not say that it is or that it is paid."""
        answer = self.snapshot.opps_status(code, on)
        status = answer.row.status if isinstance(answer, Found) else ""
        return {"N": True, "G": False, "K": False, "K1": False}.get(status)

    def price(self, code: str) -> Decimal | None:
        """The payment limit of one unit, of any quarter."""
        editions = self.snapshot.tables.asp_limits.editions
        limit = self._of_any_edition(editions, code, self.snapshot.asp_limit)
        return limit.payment_limit if limit else None

    def price_on(self, code: str, on: date) -> Decimal | None:
        """The payment limit of one unit on a day."""
        answer = self.snapshot.asp_limit(code, on)
        return answer.row.payment_limit if isinstance(answer, Found) else None

    def side(self, diagnosis: str) -> str | None:
        """The side of the body that a diagnosis names."""
        answer = self.snapshot.diagnosis_side(diagnosis, LAST_DAY)
        return answer.row.side if isinstance(answer, Found) else None

    def fiscal_year(self, on: date) -> int:
        """The place of the ICD-10-CM year of the day, or of the nearest one that is known."""
        years = self.snapshot.tables.diagnoses.years
        covering = [place for place, (edition, _) in enumerate(years) if edition.covers(on)]
        return covering[0] if covering else 0 if on < years[0][0].in_force_from else len(years) - 1

    def exclude_each_other(self, one: str, others: Iterable[str], on: date) -> bool:
        """Whether a diagnosis is never coded together with one of the others, in the year of the day."""
        return any(
            isinstance(answer, Found) and second.startswith((*answer.row.in_block, *answer.row.elsewhere))
            for other in others
            for first, second in ((one, other), (other, one))
            if (answer := self.snapshot.never_together(first, on))
        )

    def billable(self, prefixes: tuple[str, ...], year: int) -> tuple[str, ...]:
        """ICD-10-CM codes of a fiscal year below the prefixes."""
        codes = self.snapshot.tables.diagnoses.years[year][1]
        return tuple(code for code in codes if code.startswith(prefixes))
