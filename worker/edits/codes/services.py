"""The codes through which a drug is given, by how: numbers of CPT codes, in our own words."""

from typing import Final

from worker.edits.codes.ranges import CodeRange, within
from worker.edits.facts.claim import ClaimFacts, DrugDay, LineFacts
from worker.edits.facts.traits import Trait

ORDINARY: Final[tuple[CodeRange, ...]] = (("96365", "96379"),)
CHEMOTHERAPY: Final[tuple[CodeRange, ...]] = (("96401", "96549"),)

INJECTED: Final = frozenset({"96372", "96401", "96402"})
"""Under the skin or into a muscle."""
INFUSED: Final = frozenset(
    {
        "96365",
        "96366",
        "96367",
        "96368",
        "96374",
        "96375",
        "96376",
        "96409",
        "96411",
        "96413",
        "96415",
        "96416",
        "96417",
    }
)
"""Into a vein, as a push or over time."""
INTO_THE_EYE: Final = frozenset({"67028"})

INITIAL: Final = frozenset({"96360", "96365", "96374", "96409", "96413"})
"""The first service through one access to a vein; whatever follows has add-on codes."""
APART: Final = frozenset({"59", "XE", "XP", "XS", "XU"})
"""Modifiers that say that a service was another encounter, provider or site."""

REPEATED: Final = APART | {"76", "77", "91"}
"""Modifiers that say that a service was done again on purpose."""

CONTINUES: Final = frozenset({"59", "76"})
"""Modifiers by which contractors know the lines of a claim that continues another one, split at the highest charge."""

VISITS: Final[tuple[CodeRange, ...]] = (("99202", "99205"), ("99212", "99215"))
MAY_BE_A_DRUG: Final = ("J", "Q", "C", "A9", "S0")
PHARMACY: Final = ("25", "26", "63")
"""The beginnings of the revenue codes of pharmacy, intravenous therapy and drugs, without the leading zero."""
DRUGS_OF_CPT: Final[tuple[CodeRange, ...]] = (("90281", "90399"), ("90476", "90759"))


def may_be_drug(line: LineFacts) -> bool:
    """Whether a line bills a drug, or something that our table of drugs may just not know.

    A facility bills many drugs by a revenue code of the pharmacy alone.
    """
    if (facility := line.line.institutional_service) and not line.hcpcs:
        return (facility.service_line_revenue_code or "").lstrip("0").startswith(PHARMACY)
    return bool(line.drug) or line.hcpcs.startswith(MAY_BE_A_DRUG) or within(line.hcpcs, DRUGS_OF_CPT)


def given_on(day: DrugDay, claim: ClaimFacts) -> tuple[LineFacts, ...] | None:
    """The lines through which the drug was given; None when another drug of that day may have been given by them."""
    given = []
    for line in claim.lines:
        if line.hcpcs == day.hcpcs or not line.covers(day.on):
            continue
        if line.traits & Trait.INJECTION_OR_INFUSION or line.hcpcs in INTO_THE_EYE:
            given.append(line)
        elif may_be_drug(line):
            return None
    return tuple(given)
