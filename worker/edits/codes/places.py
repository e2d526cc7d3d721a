"""Places of service in which Medicare pays for drugs by other rules than in the office.

Source: CMS place of service code set; for suppliers, the places in which the DME contractors pay for drugs.
"""

from types import MappingProxyType
from typing import Final

INPATIENT: Final = frozenset({"21", "51", "61"})
"""Inpatient hospital, inpatient psychiatric facility, inpatient rehabilitation facility: no drug is paid by itself."""

ALL_INCLUSIVE_CLINICS: Final = frozenset({"50", "72"})
"""Federally qualified health center and rural health clinic: the visit's rate covers the drug."""

PAID_UNDER_OPPS: Final = frozenset({"19", "22", "24"})
"""Hospital outpatient departments and surgical centers: packaged drugs are not paid by themselves."""

DISPENSED_TO: Final = frozenset(
    {"01", "04", "09", "12", "13", "14", "16", "31", "32", "33", "54", "55", "56", "65"},
)
"""Pharmacies, homes and residences: a supplier may bill the drug there without administering it."""

OUTPATIENT_FACILITIES: Final = frozenset({"13", "14", "85"})
"""Facility types that CMS compares with the outpatient MUE: hospital outpatient, other, critical access hospital."""

PLACE_OF_FACILITY: Final = MappingProxyType(
    {"11": "21", "12": "21", "13": "22", "18": "21", "71": "72", "77": "50", "83": "24"},
)
"""The place of service that a facility type (first digits of the type of bill) stands for, where one does.

Source: NUBC type of bill as used in CMS Claims Processing Manual (Pub. 100-04), chapter 25: 11x and 12x hospital
inpatient, 13x hospital outpatient, 18x swing bed, 71x rural health clinic, 77x federally qualified health center, 83x
ambulatory surgery in a hospital. A critical access hospital (85x) is not paid under OPPS and stands for none.
"""
