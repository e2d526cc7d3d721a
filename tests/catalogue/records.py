"""The medical record of a valid claim: the measures of each dose, and every element that a guide asks for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from schemas.documentation import Element
from tests.catalogue.administration import WITH_TIMES
from tests.catalogue.doses import DrugDose, plain
from worker.payers.guide import Guide
from worker.reference.tables.rows import Drug
from worker.samples.drugs import RECORD
from worker.samples.synthetic import Json

MEASURED: Final = frozenset({Element.DOSE_ADMINISTERED, Element.AMOUNT_DISCARDED, Element.CONTAINERS_OPENED})
VISIT: Final = "separate-visit"


@dataclass(frozen=True)
class Given:
    """One drug on one day of a claim, with the numbers of its lines, counted from 1."""

    drug: Drug
    on: date
    dose: DrugDose
    way: str
    line: int
    waste_line: int | None
    diagnoses: tuple[str, ...]

    @property
    def code(self) -> str:
        """Its HCPCS code."""
        return self.drug.hcpcs


def record_of(
    drugs: Sequence[Given], guides: Mapping[str, Guide], random: Random, services: Sequence[str]
) -> list[Json]:
    """The documentation list: each measure with its line, the rest with its line or for the whole claim."""
    by_line = len(drugs) > 1 or random.random() < 0.7
    made: list[Json] = []
    for given in drugs:
        made += _measures(given, by_line=by_line)
        for element in _asked(given, guides, random):
            made.append(_element(element.value, RECORD.get(element.value, "on file"), given.line if by_line else None))
        if given.way in WITH_TIMES:
            made += [_element(*time, given.line if by_line else None) for time in TIMES]
    if WITH_TIMES.intersection(services):
        made += [_element(*time, None) for time in TIMES]
    if random.random() < 0.3:
        made += [_element(name, value, None) for name, value in RECORD.items()]
    return made


TIMES: Final = (("administration-start", "10:05"), ("administration-end", "10:50"))


def _asked(given: Given, guides: Mapping[str, Guide], random: Random) -> list[Element]:
    guide = guides.get(given.code)
    if guide is None:
        return [random.choice((Element.ROUTE, Element.LOT_NUMBER, Element.DIAGNOSIS_STATEMENT))]
    return [
        random.choice(item.accepted)
        for item in guide.record
        if not MEASURED & {item.element}
        and (given.waste_line or not item.when_wasted)
        and (not item.diagnoses or any(code.startswith(item.diagnoses) for code in given.diagnoses))
    ]


def _measures(given: Given, *, by_line: bool) -> list[Json]:
    dose, unit = given.dose, given.drug.unit
    line = given.line if by_line else None
    at = (given.waste_line or given.line) if by_line else None
    reason = _element("discard-reason", "remainder of a single-dose container", at)
    if dose.amount is None or unit is None:
        told = [_element("dose-administered", f"{dose.given} of the label's units", line)]
        wasted = _element("amount-discarded", f"{dose.discarded} of the label's units", at)
        return [*told, wasted, reason] if dose.discarded else told
    made = [_element("dose-administered", str(dose.amount), line, unit, given.on)]
    per_unit = given.drug.unit_amount
    if per_unit and not given.drug.unit_up_to:
        sizes = Counter(plain((each.units_per_item or 0) * per_unit) for each in dose.opened)
        made += [_element("containers-opened", f"{count}x{size}", line, unit) for size, count in sizes.items()]
    if dose.waste:
        made.append(_element("amount-discarded", str(dose.waste), at, unit, given.on))
        made.append(reason)
    return made


def _element(name: str, value: str, line: int | None, unit: str | None = None, on: date | None = None) -> Json:
    made: Json = {"element": name, "value": value}
    if unit:
        made["unit"] = unit
    if line:
        made["providerControlNumber"] = f"L{line}"
    if on:
        made |= {"recordedOn": f"{on:%Y%m%d}", "source": "administration record"}
    return made
