"""The worked examples of Medicare's discarded drug policy as claims, each with the verdict that its source gives.

Sources: Noridian (modifiers JW and JZ), CGS (2023-06-27), The Rheumatologist, RTACPA (2017-08-16), CMS; example numbers
are ours. `python -m tests.edits.worked_examples.build` writes the `.jsonl` files beside this one.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from worker.samples import synthetic
from worker.samples.synthetic import element

DIRECTORY = Path(__file__).parent
RECEIVED_ON = {
    "examples.jsonl": date(2026, 3, 20),
    "examples-2025-december.jsonl": date(2025, 12, 20),
    "examples-2025.jsonl": date(2025, 3, 20),
    "examples-2024.jsonl": date(2024, 1, 20),
    "examples-2023.jsonl": date(2023, 10, 20),
    "examples-2016.jsonl": date(2016, 10, 20),
}
# Charge for one unit: a little above the payment limit of 2026 quarter 1.
RATES = {
    "J0178": "800.00",
    "J0897": "31.00",
    "J1100": "0.15",
    "J1559": "13.00",
    "J1745": "34.00",
    "J2323": "26.00",
    "J2329": "74.00",
    "J2353": "210.00",
    "J2356": "20.00",
    "J2357": "48.00",
    "J3262": "5.90",
    "J3397": "240.00",
    "J9022": "99.00",
    "J9035": "77.00",
    "J9050": "245.00",
    "J9268": "2650.00",
    "J9271": "62.00",
    "J9312": "78.00",
    "J9353": "56.00",
    "Q4101": "31.00",
}
ADMINISTRATION = "150.00"


@dataclass(frozen=True)
class Example:
    """One worked example and the edit that rejects, holds or warns of it; none for a claim without any finding."""

    number: str
    says: str
    lines: Sequence[tuple[str, dict[str, Any]]]
    diagnosis: str
    rejected_by: str | None = None
    pended_by: str | None = None
    warned_by: str | None = None
    record: Sequence[tuple[Any, ...]] | None = None
    on: str = synthetic.SERVICE_DATE
    place: str = "11"
    file: str = field(default="examples.jsonl")

    @property
    def claim(self) -> dict[str, Any]:
        """The claim as a submitter would send it."""
        record = None if self.record is None else [element(*entry) for entry in self.record]
        return synthetic.claim(
            [self._line(code, keywords) for code, keywords in self.lines],
            diagnoses=[self.diagnosis],
            record=record,
            number=f"EX-{self.number}",
            place=self.place,
        )

    def _line(self, code: str, keywords: dict[str, Any]) -> dict[str, Any]:
        units = keywords.get("units", 1)
        charge = f"{Decimal(RATES[code]) * units:f}" if code in RATES else ADMINISTRATION
        return synthetic.line(code, **{"on": self.on, "charge": charge} | keywords)


Line: TypeAlias = tuple[str, dict[str, Any]]  # the keywords of synthetic.line


def given(code: str, units: int, *modifiers: str, **more: str) -> Line:
    """A drug line."""
    return code, {"units": units, "modifiers": modifiers, **more}


INFUSION: Line = ("96413", {})
DRIP: Line = ("96365", {})
PUSH: Line = ("96409", {})
INJECTION: Line = ("96372", {})
RIGHT_EYE: Line = ("67028", {"modifiers": ["RT"]})
ARTHRITIS, LUNG, LYMPHOMA, BRAIN, HAIRY_CELL = "M0579", "C3490", "C8330", "C719", "C9140"
GRAFT: Line = ("15271", {})
ULCER, ALLERGY, IMMUNE_DEFICIENCY = "E11621", "T7840XA", "D839"
BREAST, ASTHMA, BOWEL, MULTIPLE_SCLEROSIS, MACULA = "C50911", "J4550", "C189", "G35A", "H353211"
ACROMEGALY, OSTEOPOROSIS, BONE_METASTASES, SLY = "E220", "M810", "C7951", "E7629"

OCTREOTIDE = (
    ("diagnosis-statement",),
    ("clinical-findings", "IGF-1 raised"),
    ("treatment-plan",),
    ("route", "IM"),
    ("formulation", "depot"),
    ("short-acting-response", "tolerated"),
)
OMALIZUMAB = (
    ("diagnosis-statement",),
    ("body-weight", "70", "kg"),
    ("ige-level", "250", "IU"),
    ("prior-therapy", "inhaled corticosteroid"),
    ("lot-number", "SYN0001"),
    ("dose-administered", "150", "mg", 1),
)
NATALIZUMAB = (
    ("diagnosis-statement",),
    ("prior-therapy", "interferon beta"),
    ("dose-administered", "300", "mg", 1),
    ("service-date", "20260302"),
    ("patient-response", "stable"),
    ("touch-enrolment",),
    ("jc-virus-antibody", "negative"),
)
DENOSUMAB = (
    ("diagnosis-statement",),
    ("indication",),
    ("clinical-findings", "bone density, imaging"),
    ("calcium-vitamin-d",),
    ("bisphosphonate-history", "alendronate"),
)


def dose(milligrams: str, discarded: str | None = None, containers: str | None = None) -> tuple[tuple[Any, ...], ...]:
    """What the record says of the drug on line 1 and of what was discarded, which line 2 bills if there is one."""
    told: list[tuple[Any, ...]] = [("dose-administered", milligrams, "mg", 1)]
    if discarded is not None:
        told.append(("amount-discarded", discarded, "mg", 1))
    if containers is not None:
        told.append(("containers-opened", containers, "mg", 1))
    return tuple(told)


EXAMPLES = (
    Example(
        "01",
        "350 mg from four vials of 100 mg, 10 mg a unit",
        [given("J1745", 35), given("J1745", 5, "JW"), INFUSION],
        ARTHRITIS,
        record=dose("350", "50", "4x100"),
    ),
    Example(
        "02",
        "400 mg from four vials",
        [given("J1745", 40, "JZ", ndc="57894003001", ndc_units="4"), INFUSION],
        ARTHRITIS,
        record=dose("400", "0", "4x100"),
    ),
    Example(
        "03",
        "no modifier on a single-dose drug since the duty began",
        [given("J1745", 40), INFUSION],
        ARTHRITIS,
        rejected_by="WST-01",
        on="20231002",
        file="examples-2023.jsonl",
    ),
    Example(
        "04",
        "70 mg of one vial of 100 mg, 100 mg a unit",
        [given("J9050", 1, "JZ"), INFUSION],
        BRAIN,
        record=dose("70", "30", "100"),
    ),
    Example(
        "05",
        "the same with a JW line for what is inside the unit",
        [given("J9050", 1), given("J9050", 1, "JW"), INFUSION],
        BRAIN,
        rejected_by="WST-05",
        record=dose("70", "30", "100"),
    ),
    Example(
        "06",
        "300 mg from a vial of 400 mg, where three vials of 100 mg waste nothing",
        [given("J9035", 30), given("J9035", 10, "JW"), INFUSION],
        BOWEL,
        warned_by="WST-08",
        record=dose("300", "100", "400"),
    ),
    Example(
        "07",
        "305 mg from four vials: the dose is rounded up, the waste down",
        [given("J1745", 31), given("J1745", 9, "JW"), INFUSION],
        ARTHRITIS,
        record=dose("305", "95", "4x100"),
    ),
    Example(
        "08",
        "the same with the waste rounded up",
        [given("J1745", 31), given("J1745", 10, "JW"), INFUSION],
        ARTHRITIS,
        rejected_by="WST-06",
        record=dose("305", "95", "4x100"),
    ),
    Example(
        "09",
        "77 mg of a vial of 100 mg, 10 mg a unit",
        [given("J1745", 8), given("J1745", 2, "JW"), INFUSION],
        ARTHRITIS,
        record=dose("77", "23", "100"),
    ),
    Example(
        "10",
        "7 mg of a vial of 10 mg, 10 mg a unit",
        [given("J9268", 1, "JZ", ndc="00409080101"), PUSH],
        HAIRY_CELL,
        record=dose("7", "3", "10"),
    ),
    Example(
        "11",
        "750 mg from one vial of 500 mg and three of 100 mg",
        [given("J9312", 75), given("J9312", 5, "JW"), INFUSION],
        LYMPHOMA,
        record=(*dose("750", "50", "500"), ("containers-opened", "3x100", "mg", 1)),
    ),
    Example(
        "12",
        "360 mg from four vials of 100 mg",
        [given("J1745", 36), given("J1745", 4, "JW"), INFUSION],
        ARTHRITIS,
        record=dose("360", "40", "4x100"),
    ),
    Example(
        "13",
        "331 mg of 360 mg, 1 mg a unit",
        [given("J3262", 331), given("J3262", 29, "JW"), DRIP],
        ARTHRITIS,
        record=(*dose("331", "29", "200"), ("containers-opened", "2x80", "mg", 1)),
    ),
    Example(
        "14",
        "nothing discarded, before JZ existed",
        [given("J9035", 160), INFUSION],
        BOWEL,
        on="20161006",
        file="examples-2016.jsonl",
    ),
    Example(
        "15",
        "a skin substitute with JZ, which is a supply since 2026",
        [given("Q4101", 25, "JZ"), GRAFT],
        ULCER,
        rejected_by="WST-11",
        on="20260201",
    ),
    Example(
        "16",
        "the same with a JW line",
        [given("Q4101", 20), given("Q4101", 5, "JW"), GRAFT],
        ULCER,
        rejected_by="WST-11",
        on="20260201",
    ),
    Example(
        "17",
        "one kit of 30 mg, all of it given",
        [given("J2353", 30, "JZ", ndc="00078082581"), INJECTION],
        ACROMEGALY,
        record=(*dose("30"), *OCTREOTIDE),
    ),
    Example(
        "18",
        "a kit of 30 mg for a dose of 20 mg",
        [given("J2353", 20, ndc="00078082581"), given("J2353", 10, "JW", ndc="00078082581"), INJECTION],
        ACROMEGALY,
        warned_by="WST-08",
        record=(*dose("20", "10", "30"), *OCTREOTIDE),
    ),
    Example(
        "19",
        "150 mg from a syringe, 5 mg a unit",
        [given("J2357", 30, "JZ", ndc="50242021501", ndc_measure="ML"), INJECTION],
        ASTHMA,
        record=OMALIZUMAB,
    ),
    Example(
        "20",
        "milligrams billed as units",
        [given("J2357", 150, "JZ"), INJECTION],
        ASTHMA,
        rejected_by="UNT-02",
        record=OMALIZUMAB,
    ),
    Example(
        "21",
        "225 mg of one vial of 250 mg, 5 mg a unit",
        [given("J9353", 45), given("J9353", 5, "JW"), INFUSION],
        BREAST,
        record=dose("225", "25", "250"),
    ),
    Example(
        "22A",
        "one product of two under the code: 60 mg",
        [given("J0897", 60, "JZ", ndc="55513071001", ndc_measure="ML"), INJECTION],
        OSTEOPOROSIS,
        record=(*dose("60"), ("dosing-frequency", "every 6 months"), *DENOSUMAB),
    ),
    Example(
        "22B",
        "the other product: 120 mg",
        [given("J0897", 120, "JZ"), INJECTION],
        BONE_METASTASES,
        record=(*dose("120"), ("dosing-frequency", "every 4 weeks"), *DENOSUMAB),
    ),
    Example(
        "23A",
        "natalizumab under its code",
        [given("J2323", 300, "JZ", ndc="64406000801", ndc_units="15", ndc_measure="ML"), INFUSION],
        MULTIPLE_SCLEROSIS,
        record=NATALIZUMAB,
    ),
    Example(
        "23B",
        "natalizumab under the code of ublituximab",
        [given("J2329", 300, "JZ", description="natalizumab 300 mg"), INFUSION],
        MULTIPLE_SCLEROSIS,
        rejected_by="HCP-04",
    ),
    Example(
        "24A",
        "vestronidase alfa, 230 mg from 23 vials of 10 mg",
        [given("J3397", 230, "JZ"), DRIP],
        SLY,
        record=dose("230", "0", "23x10"),
    ),
    Example(
        "24B",
        "denosumab under the code of vestronidase alfa",
        [given("J3397", 60, "JZ", description="denosumab 60 mg"), INJECTION],
        OSTEOPOROSIS,
        rejected_by="HCP-04",
    ),
    Example(
        "25A",
        "2 mg from a syringe",
        [given("J0178", 2, "JZ", "RT", ndc="61755000501", ndc_units="0.05", ndc_measure="ML"), RIGHT_EYE],
        MACULA,
        record=dose("2"),
    ),
    Example(
        "25B",
        "the same without JZ",
        [given("J0178", 2, "RT"), RIGHT_EYE],
        MACULA,
        rejected_by="WST-01",
        record=dose("2"),
    ),
    Example(
        "26A",
        "JW on a multi-dose vial",
        [given("J1100", 4), given("J1100", 1, "JW"), INJECTION],
        ALLERGY,
        rejected_by="WST-09",
        record=(*dose("4", "1"), ("formulation", "multi-dose vial", None, 1)),
    ),
    Example(
        "26B",
        "JW, and a record that does not say from which container",
        [given("J1100", 4), given("J1100", 1, "JW"), INJECTION],
        ALLERGY,
        pended_by="WST-09",
        record=dose("4", "1"),
    ),
    Example(
        "27",
        "JZ on a drug that OPPS packages",
        [given("J1100", 4, "JZ"), INJECTION],
        ALLERGY,
        rejected_by="WST-11",
        on="20251202",
        place="24",
        file="examples-2025-december.jsonl",
    ),
    Example(
        "28A",
        "dispensed without JZ before suppliers had the duty",
        [given("J1559", 100)],
        IMMUNE_DEFICIENCY,
        on="20230901",
        place="12",
        file="examples-2023.jsonl",
    ),
    Example(
        "28B",
        "the same since they have it",
        [given("J1559", 100)],
        IMMUNE_DEFICIENCY,
        rejected_by="WST-14",
        on="20240101",
        place="12",
        file="examples-2024.jsonl",
    ),
    Example(
        "29",
        "a JZ line does not speak for an unmodified one",
        [given("J9271", 200), given("J9271", 100, "JZ"), INFUSION],
        LUNG,
        rejected_by="WST-01",
        record=(("dose-administered", "300", "mg"), ("containers-opened", "3x100", "mg")),
    ),
    Example(
        "30A",
        "340B drug with TB",
        [given("J1745", 40, "TB", "JZ"), INFUSION],
        ARTHRITIS,
        record=dose("400"),
        on="20250301",
        file="examples-2025.jsonl",
    ),
    Example(
        "30B",
        "340B drug with JG, which ended",
        [given("J1745", 40, "JG", "JZ"), INFUSION],
        ARTHRITIS,
        rejected_by="MOD-02",
        record=dose("400"),
        on="20250301",
        file="examples-2025.jsonl",
    ),
    Example(
        "31A",
        "omalizumab under the code of tezepelumab",
        [given("J2356", 210, "JZ", description="omalizumab 150 mg"), INJECTION],
        ASTHMA,
        rejected_by="HCP-04",
    ),
    Example(
        "31B",
        "atezolizumab under the code of margetuximab",
        [given("J9353", 120, "JZ", description="atezolizumab 1200 mg"), INFUSION],
        LUNG,
        rejected_by="HCP-04",
    ),
)


def written() -> Iterator[tuple[str, str]]:
    """The name and the text of each file."""
    for name in RECEIVED_ON:
        claims = [json.dumps(example.claim) for example in EXAMPLES if example.file == name]
        yield name, "\n".join(claims) + "\n"


if __name__ == "__main__":
    for file_name, text in written():
        (DIRECTORY / file_name).write_text(text, "utf-8")
