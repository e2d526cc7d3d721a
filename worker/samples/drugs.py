"""The drugs of the demo claims: how each is really given, billed and documented."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from worker.samples.synthetic import Json, element, line

INJECTION: Final = "96372"
INFUSION: Final = "96365"
CHEMO: Final = "96413"
BLADDER: Final = "51720"


@dataclass(frozen=True, slots=True)
class Dose:
    """One way in which a drug is given: the dose, the containers opened for it, and the codes around it.

    `opened` holds the containers as the documentation element writes them, separated by blanks; empty where they are
    multi-dose or not known. `ndc` is that of one container, on the crosswalk of January to March 2026.
    """

    code: str
    name: str
    dose: str
    unit: str
    units: int
    diagnoses: tuple[str, ...]
    administration: str
    route: str
    price: str
    opened: str = ""
    discarded: str = ""
    discarded_units: int = 0
    ndc: str = ""
    attests: bool = True

    @property
    def modifiers(self) -> tuple[str, ...]:
        """JZ where nothing is discarded of a single-dose container."""
        return ("JZ",) if self.attests and not self.discarded_units else ()

    def lines(self, on: str) -> list[Json]:
        """The drug, what was discarded of it, and its administration."""
        made = [self.line(self.units, self.modifiers, on)]
        if self.discarded_units:
            made.append(self.line(self.discarded_units, ("JW",), on))
        return [*made, line(self.administration, charge="148.00", on=on)]

    def line(self, units: int, modifiers: tuple[str, ...], on: str) -> Json:
        """One line of the drug; its NDC quantity is that of the containers opened."""
        charge = f"{units * Decimal(self.price):.2f}"
        ndc, opened = self.ndc or None, str(self.containers)
        return line(self.code, units=units, modifiers=modifiers, charge=charge, on=on, ndc=ndc, ndc_units=opened)

    @property
    def containers(self) -> int:
        """How many containers were opened; one where that is not known."""
        return sum(int(each.partition("x")[0]) for each in self.opened.split() if "x" in each) or 1

    def record(self) -> list[Json]:
        """Everything that a payer might ask of the record of this administration."""
        made = [element("dose-administered", self.dose, self.unit, 1), element("route", self.route)]
        made += [element("containers-opened", each, self.unit, 1) for each in self.opened.split()]
        if self.discarded:
            made.append(element("amount-discarded", self.discarded, self.unit, 1))
            made.append(element("discard-reason", "remainder of a single-dose container"))
        return [*made, *(element(name, value) for name, value in RECORD.items())]


RECORD: Final = {
    "adverse-reaction": "none",
    "administration-end": "10:45",
    "administration-start": "10:05",
    "bisphosphonate-history": "alendronate 2021 to 2024, stopped for reflux",
    "body-weight": "80 kg",
    "calcium-vitamin-d": "1,000 mg and 800 IU daily",
    "clinical-findings": "on file",
    "contraindication": "none",
    "diagnosis-statement": "on file",
    "dosing-frequency": "as labelled",
    "formulation": "as labelled",
    "ige-level": "210 IU/mL",
    "indication": "on file",
    "jc-virus-antibody": "negative",
    "lot-number": "SYN001",
    "medical-necessity": "on file",
    "patient-response": "stable",
    "pre-infusion-assessment": "on file",
    "prior-therapy": "on file",
    "service-date": "on file",
    "short-acting-response": "tolerated",
    "touch-enrolment": "enrolled",
    "treatment-plan": "on file",
}

OCTREOTIDE: Final = Dose(
    "J2353", "octreotide", "30", "mg", 30, ("E220",), INJECTION, "IM", "165.00", "1x30", ndc="00078082581"
)
OMALIZUMAB: Final = Dose(
    "J2357", "omalizumab", "150", "mg", 30, ("J4550",), INJECTION, "SC", "48.00", "1x150", ndc="50242004062"
)
ATEZOLIZUMAB: Final = Dose(
    "J9022", "atezolizumab", "1200", "mg", 120, ("C3490",), CHEMO, "IV", "84.00", "1x1200", ndc="50242091701"
)
NATALIZUMAB: Final = Dose(
    "J2323", "natalizumab", "300", "mg", 300, ("G35A",), CHEMO, "IV", "27.00", "1x300", ndc="64406000801"
)
DENOSUMAB: Final = Dose(
    "J0897", "denosumab", "60", "mg", 60, ("M810",), INJECTION, "SC", "29.00", "1x60", ndc="55513071001"
)
BELIMUMAB: Final = Dose(
    "J0490", "belimumab", "700", "mg", 70, ("M3210",), INFUSION, "IV", "55.00", "1x400 3x120", "60", 6
)
MARGETUXIMAB: Final = Dose(
    "J9353", "margetuximab", "1050", "mg", 210, ("C50911",), CHEMO, "IV", "48.00", "5x250", "200", 40,
    "74527002202",
)  # fmt: skip
RESLIZUMAB: Final = Dose(
    "J2786", "reslizumab", "240", "mg", 240, ("J8283",), INFUSION, "IV", "11.00", "3x100", "60", 60, "59310061031"
)

FIVE: Final = (OCTREOTIDE, OMALIZUMAB, ATEZOLIZUMAB, NATALIZUMAB, DENOSUMAB)
"""The drugs whose records are held to a checklist."""

WASTED: Final = (MARGETUXIMAB, RESLIZUMAB)

DRUGS: Final = (
    *FIVE,
    *WASTED,
    Dose("J0897", "denosumab", "120", "mg", 120, ("C7951",), INJECTION, "SC", "29.00", "1x120", ndc="55513073001"),
    Dose("J2356", "tezepelumab", "210", "mg", 210, ("J4550",), INJECTION, "SC", "20.00", "1x210", ndc="55513011201"),
    Dose("J2329", "ublituximab", "450", "mg", 450, ("G35A",), CHEMO, "IV", "62.00", "3x150", ndc="73150015006"),
    Dose("J3397", "vestronidase", "230", "mg", 230, ("E7629",), INFUSION, "IV", "230.00", "23x10"),
    Dose("J2354", "octreotide", "100", "mcg", 4, ("E220",), INJECTION, "SC", "4.00", attests=False),
    Dose("J1932", "lanreotide", "120", "mg", 120, ("E220",), INJECTION, "SC", "36.00", "1x120", ndc="69097087067"),
    Dose("J2182", "mepolizumab", "100", "mg", 100, ("J4550",), INJECTION, "SC", "35.00", "1x100", ndc="00173088101"),
    Dose("J9271", "pembrolizumab", "200", "mg", 200, ("C3490",), CHEMO, "IV", "57.00", "2x100", ndc="00006302602"),
    Dose("J9357", "valrubicin", "800", "mg", 4, ("D090",), BLADDER, "intravesical", "990", "4x200", ndc="24201010104"),
    Dose("J0490", "belimumab", "400", "mg", 40, ("M3210",), INFUSION, "IV", "55.00", "1x400", ndc="49401010201"),
    Dose("J3110", "teriparatide", "20", "mcg", 2, ("M810",), INJECTION, "SC", "46.00", attests=False),
    Dose("J3489", "zoledronic acid", "5", "mg", 5, ("M810",), INFUSION, "IV", "30.00", "1x5", ndc="00078043561"),
)  # fmt: skip
"""Every code of the five drugs and of those they are mistaken for. None of the claims they make is flawed."""

MISTAKEN: Final = (
    ("J2356", "omalizumab", "Xolair", "J4550"),
    ("J9353", "atezolizumab", "Tecentriq", "C3490"),
    ("J2329", "natalizumab", "Tysabri", "G35A"),
    ("J3397", "denosumab", "Prolia", "M810"),
)
"""Codes under which another drug's name is billed."""
