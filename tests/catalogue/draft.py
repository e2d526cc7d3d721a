"""A valid claim in the making: day by day, drug by drug."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import Final

from tests.catalogue import administration
from tests.catalogue.administration import (
    NOT_GIVEN_BY_STAFF,
    PUMP_REFILL,
    SIDED,
    ProcedureLine,
    most_of,
    services_of,
    told_apart,
)
from tests.catalogue.diagnoses import KIDNEY_FAILURE, NOT_ON_DIALYSIS, ON_DIALYSIS, DiagnosisPicker
from tests.catalogue.doses import JZ_EXISTS_FROM, DrugDose, Reporting, choose_dose, package_quantity
from tests.catalogue.parties import SamplePayer
from tests.catalogue.records import Given
from tests.catalogue.supply import COUNTS_GRAMS, Supply, is_unlisted
from worker.reference.tables.rows import CareSetting, Container, Drug
from worker.samples.synthetic import Json, line

MOST_LINES: Final = 50
MOST_DIAGNOSES: Final = 12
CEILING: Final = Decimal("99999.99")
"""The highest total of a Medicare claim (First Coast, claims above $99,999.99, 2025-06-16)."""
DRUGS_A_DAY: Final = 8
BOTH_340B_FROM, ONE_340B_FROM = date(2018, 1, 1), date(2025, 1, 1)
SUPPLIERS_FROM, SUPPLIERS_DISCARD_FROM = date(2024, 1, 1), date(2025, 1, 1)
"""Suppliers that do not administer: JZ and JW (Noridian DME, policy article revisions of 2025-05-22)."""
JW_DUE_FROM: Final = date(2017, 1, 1)
WITHOUT_WASTE_MODIFIERS: Final = frozenset({"21", "51", "61", "50", "72"})
PACKAGING: Final = frozenset({"19", "22", "24"})
ESA: Final = frozenset({"J0881", "J0882", "J0885", "J0886", "Q4081", "Q5105", "Q5106"})
"""Drugs that are billed to Medicare with the last blood count (Pub. 100-04, chapter 17, section 80.8)."""
ESA_REASON: Final = frozenset({"J0881", "J0885", "J0888", "Q5106"})
INSULIN_FOR_PUMPS, MONTHS_OF_INSULIN_FROM = ("J1811", "J1813", "J1817"), date(2023, 5, 1)
IN_STUDIES_ONLY, IN_STUDIES_ONLY_FROM = frozenset({"J0172", "J0174", "J0175"}), date(2022, 4, 7)
"""Antibodies against amyloid, which Medicare covers in registries and trials only (NCD 200.3)."""
EXAMINED_IN_A_STUDY: Final = "Z006"
VISIT_ADD_ON_FROM: Final = date(2024, 1, 1)
ROUTE_WANTED: Final = frozenset({"J0129", "J3262"})
VISITS: Final = ("99203", "99204", "99212", "99213", "99214", "99215")
VISIT_PLACES: Final = frozenset({"11", "19", "20", "22", "49", "71"})
OTHER_SERVICES: Final = tuple(
    """36415 80048 80053 80061 80076 81001 82306 82607 82728 82784 83540 83615 83735 84100 84443 84550 85025 85610 85652
    85730 86140 86200 86431 86480 87340 93000 94010 71046""".split()  # noqa: SIM905 - a block of codes
)


@dataclass(frozen=True)
class ClaimTraits:
    """What the claim has to be like; everything else is left to chance."""

    codes: tuple[str, ...] = ()
    medicare: bool | None = None
    documented: bool | None = None
    wasted: bool | None = None
    visit: bool | None = None
    between: tuple[date, date] | None = None
    places: tuple[str, ...] = ()
    few_lines: bool = False
    dispensed: bool | None = None
    facility: bool | None = None
    alone: bool = False


@dataclass(frozen=True)
class _Bill:
    """What the lines of one drug share: the price of a unit, the package, the diagnoses pointed to."""

    price: Decimal
    package: Container | None
    pointed: list[int]


class ClaimDraft:
    """A claim in the making."""

    def __init__(
        self,
        supply: Supply,
        diagnoses: DiagnosisPicker,
        random: Random,
        *,
        payer: SamplePayer,
        place: str,
        wanted: ClaimTraits,
        dispensed: bool,
        facility: bool,
        continues: bool,
    ) -> None:
        self.continues = continues
        self.dispensed, self.facility = dispensed, facility
        self._setting: CareSetting = "outpatient_hospital" if facility else "practitioner"
        self.attests_policy = not wanted.alone and random.random() < 0.03
        self.random, self.payer, self.place, self.wanted = random, payer, place, wanted
        self.lines: list[Json] = []
        self.drugs: list[Given] = []
        self.diagnoses: list[str] = []
        self.services: list[str] = []
        self.given_today: list[Given] = []
        self.days: list[date] = []
        self.gender = random.choice("FFMMU") if random.random() < 0.98 else "U"
        self.total = Decimal(0)
        self._supply, self._choose = supply, diagnoses
        self._side = random.choice(("RT", "LT"))
        self.in_study = False
        self.has_laboratory = not wanted.alone and random.random() < 0.1
        self._of_340b = random.choice(("JG", "TB")) if random.random() < 0.1 and not wanted.alone else None

    def goes_with(self, diagnosis: str) -> bool:
        """Whether a further diagnosis may be coded together with those of the claim."""
        return not self._supply.exclude_each_other(diagnosis, self.diagnoses, min(self.days))

    def begin_day(self, on: date) -> None:
        """Nothing is given yet."""
        self.given_today = []
        self.days.append(on)

    def may_give(self, code: str) -> bool:
        """Whether another drug fits the claim, the payer and the place."""
        drug = self._supply.drugs[code]
        if len(self.given_today) >= DRUGS_A_DAY or any(given.code == code for given in self.given_today):
            return False
        if self.payer.medicare_rules and not self._supply.is_payable_by_medicare(code, supplied=False):
            return False
        if self.facility and self.payer.medicare_rules and not self._supply.is_payable_to_hospital(code):
            return False
        if self.place == "24" and self.payer.medicare_rules:
            return False
        return not is_unlisted(drug)

    def give(self, code: str, on: date) -> bool:
        """Add the lines of one drug; False when it cannot be billed validly here."""
        drug = self._supply.drugs[code]
        if code in NOT_ON_DIALYSIS and KIDNEY_FAILURE in self.diagnoses:
            return False
        if code in ON_DIALYSIS and any(given.code in NOT_ON_DIALYSIS for given in self.drugs):
            return False
        manner = NOT_GIVEN_BY_STAFF if self.dispensed else administration.way(drug, self.random)
        if manner == administration.CELLS_UNTIL_2024 and on.year > 2024:
            manner = administration.CELLS_FROM_2025
        if code in administration.INFLUENZA and self.payer.medicare_rules:
            manner = "G0008"
        if not self._study_is_shown(code, on, manner):
            return False
        same_way = sum(given.way == manner for given in self.given_today)
        # Two lines of the drug, one of its service, those of the drugs before it, and a visit.
        if same_way >= most_of(manner) or len(self.lines) + len(self.given_today) + 5 > MOST_LINES:
            return False
        dose = self._dose(code, on)
        pointed = self._pointed(code, on, manner) if dose else None
        if dose is None or pointed is None:
            return False
        parts = dose.parts if not self.wanted.alone and self.random.random() < 0.7 else (dose,)
        package = self._package(drug, dose, on)
        if len(parts) > 1:
            return self._give_in_parts(parts, drug, on, manner, pointed)
        if package is None and self.payer.wants_ndc and not is_unlisted(drug):
            return False
        price = self._price(code, dose.given + dose.discarded)
        modifiers = self._modifiers(code, on, manner)
        bill = _Bill(price, package, pointed)
        attested = (*modifiers, "JZ") if dose.attests else modifiers
        number = self._line(drug, on, dose.given, attested, bill)
        wasted = self._line(drug, on, dose.discarded, (*modifiers, "JW"), bill) if dose.discarded else None
        codes = tuple(self.diagnoses[place - 1] for place in pointed)
        made = Given(drug, on, dose, manner, number, wasted, codes)
        self.drugs.append(made)
        self.given_today.append(made)
        return True

    def _study_is_shown(self, code: str, on: date, manner: str) -> bool:
        """Show the study of a drug that Medicare covers in studies only; False when there is no room for it."""
        if not self.payer.medicare_rules or code not in IN_STUDIES_ONLY or on < IN_STUDIES_ONLY_FROM:
            return True
        if EXAMINED_IN_A_STUDY not in self.diagnoses:
            # The drug's own diagnosis comes first.
            chosen = self._choose.choose(code, on, self.gender, self.random, manner=manner, side=self._side)
            if chosen is None or len(self.diagnoses) + 2 > MOST_DIAGNOSES:
                return False
            if self._supply.exclude_each_other(chosen, (*self.diagnoses, EXAMINED_IN_A_STUDY), on):
                return False
            self.diagnoses += [each for each in (chosen, EXAMINED_IN_A_STUDY) if each not in self.diagnoses]
        self.in_study = True
        return True

    def _give_in_parts(
        self, parts: tuple[DrugDose, ...], drug: Drug, on: date, manner: str, pointed: list[int]
    ) -> bool:
        """Add a line for each kind of container, each with its NDC; the JW line is with the last."""
        modifiers = self._modifiers(drug.hcpcs, on, manner)
        price = self._price(drug.hcpcs, sum(part.given + part.discarded for part in parts))
        wasted_at = parts[-1].discarded and len(self.lines) + len(parts) + 1
        if len(self.lines) + len(parts) + len(self.given_today) + 4 > MOST_LINES:
            return False
        codes = tuple(self.diagnoses[place - 1] for place in pointed)
        # A container used up beside one of which some was discarded: JZ speaks of its own line (two preparations).
        apart = bool(wasted_at) and on >= JZ_EXISTS_FROM and self.random.random() < 0.5
        made: list[Given] = []
        for part in parts:
            attested = part.attests or (apart and not part.discarded)
            marks = (*modifiers, "JZ") if attested else modifiers
            bill = _Bill(price, part.container, pointed)
            number = self._line(drug, on, part.given, marks, bill)
            made.append(Given(drug, on, part, manner, number, wasted_at or None, codes))
        if wasted_at:
            self._line(drug, on, parts[-1].discarded, (*modifiers, "JW"), _Bill(price, parts[-1].container, pointed))
        self.drugs += made
        self.given_today += made[:1]
        return True

    def end_day(self, on: date, target: int) -> None:
        """Add what the drugs were given through, sometimes a visit, and other services up to the target.

        A claim that continues another has the rest of its units alone.
        """
        if self.continues:
            return
        ways = [given.way for given in self.given_today]
        services = told_apart(
            services_of(ways, self._side, self.random),
            lambda other, code: self._supply.snapshot.is_ncci_pair(other, code, "practitioner"),
            on,
        )
        self.services += [service.code for service in services]
        for service in services:
            self._other(
                service.code, on, service.units, service.modifiers, Decimal(self.random.randint(2000, 60000)) / 100
            )
        self._vaccinate(on, services)
        wants_visit = self.wanted.visit if self.wanted.visit is not None else self.random.random() < 0.2
        if wants_visit and not self.facility and self.place in VISIT_PLACES and len(self.lines) < MOST_LINES:
            self._other(self.random.choice(VISITS), on, 1, ("25",) if services else (), Decimal("148.50"))
            if not services and on >= VISIT_ADD_ON_FROM and len(self.lines) < MOST_LINES and self.random.random() < 0.5:
                self._other("G2211", on, 1, (), Decimal("16.00"))
        if self.has_laboratory and not self.facility and len(self.lines) < MOST_LINES:
            self._other("85018", on, 1, ("QW",), Decimal("4.00"))
        if self.place in VISIT_PLACES and self.random.random() < 0.5 and not self.wanted.few_lines:
            for code in self.random.sample(OTHER_SERVICES, max(0, min(target - len(self.lines), len(OTHER_SERVICES)))):
                self._other(code, on, 1, (), Decimal(self.random.randint(100, 9900)) / 100)

    def _vaccinate(self, on: date, services: list[ProcedureLine]) -> None:
        """Sometimes give a vaccine beside the drugs: to Medicare by its own code, to others by the general one."""
        given = {service.code for service in services}
        if self.wanted.alone or self.random.random() > 0.05 or self.place not in VISIT_PLACES:
            return
        code, giving = self.random.choice(tuple(administration.PREVENTIVE.items()))
        giving = giving if self.payer.medicare_rules else "90471"
        if self.dispensed or giving in given or len(self.lines) > MOST_LINES - 3:
            return
        self._other(code, on, 1, (), Decimal("62.40"))
        self._other(giving, on, 1, (), Decimal("31.20"))
        services.append(ProcedureLine(giving))

    def _other(self, code: str, on: date, units: int, modifiers: tuple[str, ...], charge: Decimal) -> None:
        if self.payer.fee_for_service and self.total + charge > CEILING:
            charge = Decimal("1.00")
        pointers = [str(self.random.randint(1, min(len(self.diagnoses), 12)))]
        self._add(
            line(code, units=units, modifiers=modifiers, charge=f"{charge:.2f}", on=f"{on:%Y%m%d}", pointers=pointers)
        )

    def _line(
        self,
        drug: Drug,
        on: date,
        units: int,
        modifiers: tuple[str, ...],
        bill: _Bill,
    ) -> int:
        made = line(
            drug.hcpcs,
            units=units,
            modifiers=modifiers,
            charge=f"{bill.price * units:.2f}",
            on=f"{on:%Y%m%d}",
            pointers=[str(place) for place in bill.pointed],
            description=self._description(drug),
        )
        if bill.package:
            quantity, measure = package_quantity(drug, bill.package, units)
            made["drugIdentification"] = _package(bill.package.ndc11, str(quantity), measure)
        elif is_unlisted(drug):
            made["drugIdentification"] = _package("99999000901", str(units), "UN")
            made["additionalNotes"] = "Zynthetimab 50 mg intravenous, invoice on file"
        if drug.hcpcs in ESA and (self.payer.medicare_rules or self.random.random() < 0.5):
            result = {
                "measurementReferenceIdentificationCode": "TR",
                "measurementQualifier": self.random.choice(("R1", "R2")),
            }
            made["testResults"] = [result | {"testResults": self.random.choice(("9.8", "10.0", "31.2"))}]
        if self.continues:
            made["additionalNotes"] = "CLAIM 2 OF 2, UNITS BEYOND 99999.99 ON CLAIM 1"
        if self.random.random() < 0.03:
            made["professionalService"]["placeOfServiceCode"] = self.place
        return self._add(made)

    def _add(self, made: Json) -> int:
        self.lines.append(made)
        self.total += Decimal(made["professionalService"]["lineItemChargeAmount"])
        return len(self.lines)

    def _description(self, drug: Drug) -> str | None:
        if is_unlisted(drug):
            return "Zynthetimab 50 mg IV"
        names = [name for name in (*drug.names, drug.short_description) if name]
        return self.random.choice(names)[:80] if names and self.random.random() < 0.4 else None

    def _dose(self, code: str, on: date) -> DrugDose | None:
        limit = self._supply.limit(code, self._setting, on)
        is_limited = self.payer.medicare_rules and self._supply.limit_applies(code, self._setting, on)
        if is_limited and limit and not limit.value and not self.dispensed:
            return None  # of that quarter Medicare pays no unit
        most = limit.value if limit and limit.value else None
        if is_unlisted(self._supply.drugs[code]) and code != COUNTS_GRAMS:
            most = 1  # the dose is in the description
        wanted = self.wanted.wasted if not self.drugs else None
        if self.dispensed and on < SUPPLIERS_DISCARD_FROM:
            wanted = False
        reporting = self._reporting(code, on)
        dose = choose_dose(code, on, self._supply, self.random, reporting=reporting, most=most, wasted=wanted)
        if dose is None and most != 1 and not is_limited:
            dose = choose_dose(
                code,
                on,
                self._supply,
                self.random,
                reporting=reporting,
                most=most if most == 1 else None,
                wasted=wanted,
            )
        return dose

    def _reporting(self, code: str, on: date) -> Reporting:
        drug = self._supply.drugs[code]
        if code in administration.VACCINES or drug.drug_class == "vaccine_or_ig_cpt":
            return "left out"
        if not self.payer.medicare_rules:
            return "as the practice likes"
        packaged = self.place in PACKAGING and self._supply.is_packaged(code, on) is not False
        if self.place in WITHOUT_WASTE_MODIFIERS or packaged or self._is_denied(code):
            return "left out"
        if self.dispensed and on < SUPPLIERS_FROM:
            return "left out"
        bound = self._supply.is_listed_single_dose(code) and on >= JW_DUE_FROM
        return "due" if bound else "as the practice likes"

    def _is_denied(self, code: str) -> bool:
        """Whether the line is billed to Medicare to be denied, for a second payer to see."""
        return self.payer.medicare_rules and self._supply.is_excluded_by_law(code)

    def _pointed(self, code: str, on: date, manner: str) -> list[int] | None:
        fitting = [place for place, known in enumerate(self.diagnoses, 1) if self._choose.fits(code, known)]
        if not fitting or (len(self.diagnoses) < MOST_DIAGNOSES and self.random.random() < 0.2):
            chosen = self._choose.choose(code, on, self.gender, self.random, manner=manner, side=self._side)
            if chosen is None or (chosen not in self.diagnoses and len(self.diagnoses) >= MOST_DIAGNOSES):
                return None
            if chosen not in self.diagnoses:
                if self._supply.exclude_each_other(chosen, self.diagnoses, on):
                    return None
                self.diagnoses.append(chosen)
            fitting = [self.diagnoses.index(chosen) + 1]
        others = [place for place in range(1, len(self.diagnoses) + 1) if place != fitting[0]]
        self.random.shuffle(others)
        return [fitting[0], *others[: self.random.choice((0, 0, 1, 3))]]

    def _package(self, drug: Drug, dose: DrugDose, on: date) -> Container | None:
        if dose.opened:
            package = dose.container
        else:
            sizes = [each for each in self._supply.sizes(drug.hcpcs, on).containers if each.units_per_item]
            package = self.random.choice(sizes) if sizes else None
        return package if self.payer.wants_ndc or self.random.random() < 0.6 else None

    def _price(self, code: str, units: int) -> Decimal:
        known = self._supply.price(code)
        price = (known or Decimal(self.random.randint(20, 8000)) / 100) * Decimal(self.random.randint(105, 250)) / 100
        if self.payer.fee_for_service:
            price = min(price, (CEILING - self.total) / 3 / units)
        return max(price.quantize(Decimal("0.01")), Decimal("0.01"))

    def _modifiers(self, code: str, on: date, manner: str) -> tuple[str, ...]:
        made: list[str] = ["GY"] if self._is_denied(code) else []
        if self.attests_policy:
            made.append("KX")
        if code in ESA_REASON:
            made.append("EC")
        if self.continues:
            made.append("76")
        if manner == PUMP_REFILL:
            made.append("KD")
        if code in INSULIN_FOR_PUMPS and on >= MONTHS_OF_INSULIN_FROM:
            made.append("JK")
        if self.payer.medicare_rules and code in IN_STUDIES_ONLY and on >= IN_STUDIES_ONLY_FROM:
            made.append("Q0")
        if code in ROUTE_WANTED:
            made.append("JA")
        if manner in SIDED:
            made.append(self._side)
        if self._of_340b and on >= BOTH_340B_FROM and manner != NOT_GIVEN_BY_STAFF:
            made.append(self._of_340b if on < ONE_340B_FROM else "TB")
        return tuple(made)


def _package(ndc: str, quantity: str, measure: str) -> Json:
    return {
        "serviceIdQualifier": "N4",
        "nationalDrugCode": ndc,
        "nationalDrugUnitCount": quantity,
        "measurementUnitCode": measure,
    }
