"""How Medicare pays for a drug on a facility's bill, by facility type: the first two digits of the type of bill.

A facility type is not a place of service, though some digits are the same. Source: CMS Claims Processing Manual
(Pub. 100-04), chapters 1 and 25, and the chapter of each kind of facility, as named in the table; CMS, Discarded Drugs
and Biologicals, for the bills on which JW and JZ are due.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from types import MappingProxyType
from typing import Final


class DrugPayment(Enum):
    """How Medicare pays for a drug on a kind of bill."""

    BY_ITSELF = auto()
    BY_OPPS_STATUS = auto()
    IN_A_RATE = auto()


@dataclass(frozen=True, slots=True)
class BillType:
    """One facility type: how its drugs are paid, in words for a message, and where its rule is written.

    `waste_from` is the first day on which JW and JZ are due on it; None: that of each drug. Of one that `is_remembered`
    no text was at hand, so that its rule can warn only.
    """

    payment: DrugPayment
    name: str
    source: str
    waste_from: date | None = None
    is_remembered: bool = False


BILL_TYPES: Final[Mapping[str, BillType]] = MappingProxyType(
    {
        "11": BillType(DrugPayment.IN_A_RATE, "a hospital inpatient bill", "Pub. 100-04, chapter 3"),
        # Part B of a hospital's inpatients, for whom Part A does not pay: separately payable as for outpatients.
        "12": BillType(
            DrugPayment.BY_OPPS_STATUS, "a Part B bill of a hospital inpatient", "Pub. 100-04, chapter 4, section 240"
        ),
        "13": BillType(DrugPayment.BY_OPPS_STATUS, "a hospital outpatient bill", "Pub. 100-04, chapter 4"),
        "18": BillType(
            DrugPayment.IN_A_RATE, "a swing bed bill", "Pub. 100-04, chapter 3, section 60", is_remembered=True
        ),
        "21": BillType(
            DrugPayment.IN_A_RATE, "a skilled nursing inpatient bill", "Pub. 100-04, chapter 6", is_remembered=True
        ),
        "71": BillType(DrugPayment.IN_A_RATE, "a rural health clinic bill", "Pub. 100-04, chapter 9"),
        "72": BillType(
            DrugPayment.BY_ITSELF,
            "a dialysis facility bill",
            "Pub. 100-04, chapter 8; CMS-1782-F (ESRD PPS of 2024) for JW and JZ",
            waste_from=date(2025, 1, 1),
        ),
        "77": BillType(DrugPayment.IN_A_RATE, "a federally qualified health center bill", "Pub. 100-04, chapter 9"),
        "81": BillType(DrugPayment.IN_A_RATE, "a hospice bill", "Pub. 100-04, chapter 11", is_remembered=True),
        "82": BillType(DrugPayment.IN_A_RATE, "a hospice bill", "Pub. 100-04, chapter 11", is_remembered=True),
        "85": BillType(DrugPayment.BY_ITSELF, "a critical access hospital bill", "Pub. 100-04, chapter 4, section 250"),
        "87": BillType(
            DrugPayment.IN_A_RATE, "an opioid treatment program bill", "Pub. 100-04, chapter 39", is_remembered=True
        ),
    }
)
"""The facility types whose rule is known; of the others, such as 22x, 34x, 74x to 76x and 83x, nothing is."""

OUTPATIENT_MUE: Final = frozenset({"13", "14", "85"})
"""Facility types that CMS compares with the outpatient MUE: hospital outpatient, other, critical access hospital."""
REMEMBERED_MUE: Final = frozenset({"14", "85"})
"""Those of them of which that is only remembered."""
