"""The services through which the drugs of one day are given.

One initial service a day and access, the others sequential: CMS Claims Processing Manual, chapter 4, section 230.2.
Visits beside them carry modifier 25: NCCI policy manual, chapter 11.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

from worker.reference.tables.rows import Drug

X_MODIFIERS_FROM: Final = date(2015, 1, 1)
NOT_GIVEN_BY_STAFF: Final = "taken by the patient"
BY_ROUTE: Final = {
    "intravitreal": "67028",
    "intra-articular": "20610",
    "intravesical": "51720",
    "intrathecal": "96450",
    "intracameral": "66030",
    "ophthalmic": "66984",
    "topical": "96567",
    "implant": "11981",
    "inhalation": "94640",
}
PUMP_REFILL: Final = "62370"
FILLED_INTO_PUMPS: Final = ("J0475", "J2274")
DEVICES: Final = dict.fromkeys(("J7296", "J7297", "J7298", "J7300", "J7301", "J7302", "Q9984"), "58300")
CELLS: Final = ("Q2040", "Q2041", "Q2042", "Q2053", "Q2054", "Q2055", "Q2056", "Q2057", "Q2058")
CELLS_UNTIL_2024, CELLS_FROM_2025 = "0540T", "38228"
VACCINES: Final = ("90632", "90675", "90714", "90715", "Q2034", "Q2035", "Q2036", "Q2037", "Q2038", "Q2039")
INFLUENZA: Final = ("Q2034", "Q2035", "Q2036", "Q2037", "Q2038", "Q2039")
PREVENTIVE: Final = {"90656": "G0008", "90662": "G0008", "90732": "G0009", "90677": "G0009", "90746": "G0010"}
"""Vaccines with the codes by which Medicare pays for giving them (Pub. 100-04, chapter 18, section 10.2.1)."""
OTHERS: Final = {"90586": "51720", "J7330": "27412", "J7401": "31237", "J7402": "31237", "Q2043": "36511"}
INITIAL: Final = {"96413": "96417", "96409": "96411", "96365": "96367", "96374": "96375"}
"""Initial services in the order of their rank, each with the sequential one."""
INJECTIONS: Final = ("96372", "96401")
WITH_TIMES: Final = frozenset({"96365", "96367", "96413", "96417"})
SIDED: Final = frozenset({"67028", "20610"})


@dataclass(frozen=True)
class ProcedureLine:
    """One procedure line."""

    code: str
    units: int = 1
    modifiers: tuple[str, ...] = ()


def way(drug: Drug, random: Random) -> str:  # noqa: C901, PLR0911 - one answer for each kind of product
    """The code of the service by which a drug is given, or `NOT_GIVEN_BY_STAFF`."""
    code, kind = drug.hcpcs, drug.drug_class
    if code in CELLS:
        return CELLS_UNTIL_2024
    if code in VACCINES:
        return "90471"
    if chosen := DEVICES.get(code) or OTHERS.get(code):
        return chosen
    if code in FILLED_INTO_PUMPS and random.random() < 0.5:
        return PUMP_REFILL
    if "oral" in drug.routes or kind in {"inhalation_dme", "oral_anticancer"} or code in {"J7303", "J7304"}:
        return NOT_GIVEN_BY_STAFF
    for route in drug.routes:
        if route in BY_ROUTE:
            return BY_ROUTE[route]
    if kind in {"contrast", "radiopharm_or_contrast"} or code in {"Q9982", "Q9983"}:
        return random.choice(("70553", "74177"))
    injected = {"SC", "IM"} & set(drug.routes)
    infused = "IV" in drug.routes
    if kind == "antineoplastic":
        if injected:
            return "96401"
        return "96413" if infused else random.choice(("96413", "96413", "96409"))
    if injected and not infused:
        return "96372"
    return random.choice(("96365", "96374")) if infused else random.choice(("96372", "96365", "96374"))


def services_of(ways: Sequence[str], side: str, random: Random) -> list[ProcedureLine]:
    """The services of one day for drugs given in these ways; no two lines are alike."""
    counts = Counter(each for each in ways if each != NOT_GIVEN_BY_STAFF)
    made: list[ProcedureLine] = []
    initial = next((code for code in INITIAL if counts[code]), None)
    for code, sequential in INITIAL.items():
        further = counts[code] - (code == initial)
        if code == initial:
            made.append(ProcedureLine(code))
        if further > 0:
            made.append(ProcedureLine(sequential, further))
    for code in INJECTIONS:
        # NCCI pairs an injection with an infusion of the day; 59 says that it was a separate one.
        beside = initial or (code == "96401" and counts["96372"])
        marks = (("59",), ("59", "76")) if beside else ((), ("59",), ("76",))
        made += [ProcedureLine(code, 1, mark) for mark in marks[: counts[code]]]
    for code, count in counts.items():
        if code in INITIAL or code in INJECTIONS:
            continue
        if code == "90471":
            made += [ProcedureLine("90471"), ProcedureLine("90472", count - 1)][: min(count, 2)]
        else:
            made.append(ProcedureLine(code, 1, (side,) if code in SIDED else ()))
    random.shuffle(made)
    return made


def told_apart(
    services: Sequence[ProcedureLine], is_paired: Callable[[str, str], bool], on: date
) -> list[ProcedureLine]:
    """The services, each with a modifier for a separate one where it is not paid beside another (NCCI, indicator 1)."""
    again = ("XU",) if on >= X_MODIFIERS_FROM else ("59", "76")
    codes = {each.code for each in services}
    made: list[ProcedureLine] = []
    for each in services:
        if any(is_paired(other, each.code) for other in codes) and not {"59", "XU"}.intersection(each.modifiers):
            used = any("59" in other.modifiers for other in services if other.code == each.code)
            each = replace(each, modifiers=(again if used else ("59",)) + each.modifiers)  # noqa: PLW2901
        made.append(each)
    return made


def most_of(code: str) -> int:
    """How many drugs of one day can be given in this way on one claim without two lines that look alike."""
    return 3 if code in INJECTIONS else 8
