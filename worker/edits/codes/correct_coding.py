"""Who compares the codes of a claim with those of the National Correct Coding Initiative, and what lifts a pair.

Sources: NCCI Policy Manual for Medicare Services, chapter I, section E, for the modifiers, as findacode.com repeats its
list ("NCCI-associated modifiers", read 2026-11-30); CR 11168 for 59 and the X modifiers on the code of column 1. Of the
types of bill that the Integrated Outpatient Code Editor compares only that of hospital outpatients was read of; the
others are remembered.
"""

from datetime import date
from typing import Final

from schemas.outcome import Severity
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.reference.tables.rows import CareSetting

OF_A_VISIT: Final = frozenset({"24", "25", "57"})
"""Modifiers of a visit that was more than the procedure includes."""
APART: Final = frozenset({"59", "XE", "XP", "XS", "XU"})
"""A separate encounter, practitioner or site."""
OF_EITHER: Final = frozenset({"27", "58", "78", "79", "91"})
"""A return to the operating room, a staged or an unrelated procedure, several visits, a repeated test."""
OF_A_SITE: Final = frozenset(
    """E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LT RT LC LD LM RC
    RI""".split()  # noqa: SIM905 - a block of codes reads better than a list of quotes
)
"""Where on the body."""
APART_ON_EITHER_FROM: Final = date(2019, 7, 1)

OFFICE_VISITS: Final[tuple[CodeRange, ...]] = (("99202", "99205"), ("99211", "99215"), ("99242", "99245"))
"""The visits and consultations that EM-01 and EM-02 report."""
_VISITS: Final[tuple[CodeRange, ...]] = (
    ("92002", "92014"),
    ("99202", "99499"),
    ("G0402", "G0402"),
    ("G0438", "G0439"),
    ("G0463", "G0463"),
    ("G0466", "G0470"),
)
_OUTPATIENT: Final = "13"
_REMEMBERED_BILLS: Final = frozenset({"12", "14", "22", "23", "34", "74", "75", "76"})


def setting_of(claim: ClaimFacts) -> CareSetting | None:
    """Which of the two lists of pairs a claim is compared with; None for bills that are compared with none."""
    if not claim.is_institutional:
        return "practitioner"
    facility = claim.claim.claim_information.place_of_service_code
    return "outpatient_hospital" if facility == _OUTPATIENT or facility in _REMEMBERED_BILLS else None


def mild_if_remembered(claim: ClaimFacts) -> Severity | None:
    """A warning for a bill of which we only remember that it is compared; None, the edit's own severity, for others."""
    is_sure = not claim.is_institutional or claim.claim.claim_information.place_of_service_code == _OUTPATIENT
    return None if is_sure else Severity.WARN


def is_visit(code: str) -> bool:
    """Whether a code is a visit of any kind, of which `OF_A_VISIT` says that it was more than a procedure includes.

    A whole list of pairs, as `claimscrub reference import ptp` reads it, holds all of them.
    """
    return within(code, _VISITS)


def of_one_provider(claim: ClaimFacts, one: LineFacts, other: LineFacts) -> bool:
    """Whether two lines are of one provider: on a bill the facility, else who performed them."""
    return claim.is_institutional or claim.rendering_npi(one) == claim.rendering_npi(other)
