"""Diagnoses that go with the drug, the patient's sex and the fiscal year."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from random import Random
from typing import Final

from tests.catalogue.supply import Supply
from worker.payers.guide import Guide

CHAPTERS: Final = tuple("ABCDEFGHIJKLMNRST")
"""All but pregnancy, the newborn, congenital and external causes and the factors of chapter Z."""
NEVER_FIRST: Final = tuple(
    """B95 B96 B97 D63 D77 E08 F02 F06 G13 G53 G55 G59 G63 G73 G94 G99 H22 H28 H32 H36 H42 I32 I39 I41 I43 I52 I68 I79
    J17 J91 J99 K23 K67 K77 K87 L14 L45 L54 L62 L86 L99 M01 M02 M03 M14 M36 M49 M63 M90 N08 N16 N22 N29 N33 N37 N51 N74
    R65 T07""".split()  # noqa: SIM905 - a block of codes
)
"""Codes that follow the disease they come with, by ICD-10-CM's own "code first" notes."""
EFFECT: Final = re.compile(r"T(?:3[6-9]|4\d|50)(?:.[0-9A-Z][56].|.[56]X.)")
"""Adverse effects and underdosing of drugs, which follow what they did (guidelines, I.C.19.e.5)."""
WOMEN: Final = (
    "C51",
    "C52",
    "C53",
    "C54",
    "C55",
    "C56",
    "C57",
    "C58",
    "D25",
    "D26",
    "D27",
    "D28",
    "D39",
    "N7",
    "N8",
    "N9",
    "E28",
)
MEN: Final = ("C60", "C61", "C62", "C63", "D29", "D40", "N4", "N50", "N51", "N52", "N53", "E29")
NEVER_WITH_ESA: Final = ("D45", "D50", "D51", "D52", "D531", "D55", "D58", "D59", "D6481", "C92", "C94")
"""Causes of anemia with which Medicare denies epoetin and its kind (Pub. 100-04, chapter 17, section 80.12)."""
LATER: Final = ("W19XXXA", "Z7901", "Z79899", "I10", "E119", "Y92009", "Z9221")
"""Codes that may follow any other, of many fiscal years."""


BY_SERVICE: Final = {"67028": ("H30", "H34", "H35"), "20610": ("M17", "M25", "M70")}
"""Diagnoses of the part of the body that is injected."""
SIDES: Final = {"RT": "right", "LT": "left"}
ON_DIALYSIS: Final = frozenset(
    """J0601 J0602 J0603 J0604 J0605 J0607 J0608 J0609 J0615 J0879 J0882 J0884 J0886 J0887 J0889 J0890 J0892 J0899
    J0901 J0911 J3591 Q0139 Q4081 Q5105 Q9972""".split()  # noqa: SIM905 - a block of codes
)
"""Drug codes for patients with kidney failure on dialysis, by their HCPCS descriptors."""
NOT_ON_DIALYSIS: Final = frozenset("J0881 J0883 J0885 J0888 J0891 J0898 Q0138 Q5106 Q9973".split())  # noqa: SIM905
"""Drug codes for all other patients."""
KIDNEY_FAILURE: Final = "N186"


class DiagnosisPicker:
    """Chooses diagnoses."""

    def __init__(self, supply: Supply, guides: Mapping[str, Guide]) -> None:
        self._supply = supply
        self._guides = guides
        self._pool = lru_cache(maxsize=None)(self._pool_of)

    def choose(self, code: str, on: date, gender: str, random: Random, *, manner: str, side: str) -> str | None:
        """A diagnosis for which the drug is given, never of the other side; None when there is none for this sex.

        `manner` is the service by which the drug is given, `side` the modifier of the side that is treated.
        """
        if code in ON_DIALYSIS:
            return KIDNEY_FAILURE
        guide = self._guides.get(code)
        prefixes = guide.indications.prefixes if guide and guide.indications else BY_SERVICE.get(manner, CHAPTERS)
        pool = self._pool(prefixes, self._supply.fiscal_year(on), gender)
        drawn = (random.choice(pool) for _ in range(20 if pool else 0))
        return next((each for each in drawn if self._supply.side(each) in {None, SIDES[side]}), None)

    def fits(self, code: str, diagnosis: str) -> bool:
        """Whether a diagnosis of the claim is one for which the drug is given."""
        if code in ON_DIALYSIS:
            return diagnosis == KIDNEY_FAILURE
        guide = self._guides.get(code)
        return guide is None or guide.indications is None or diagnosis.startswith(guide.indications.prefixes)

    def _pool_of(self, prefixes: tuple[str, ...], year: int, gender: str) -> tuple[str, ...]:
        other_sex = {"F": MEN, "M": WOMEN}.get(gender, (*MEN, *WOMEN))
        excluded = (*NEVER_FIRST, *NEVER_WITH_ESA, *other_sex, KIDNEY_FAILURE, "Z", "V", "W", "X", "Y", "O")
        known = self._supply.billable(prefixes, year)
        return tuple(code for code in known if not code.startswith(excluded) and not EFFECT.fullmatch(code))
