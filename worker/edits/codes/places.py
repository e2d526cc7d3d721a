"""Places of service in which Medicare pays for drugs by other rules than in the office.

Source: CMS place of service code set; for suppliers, the places in which the DME contractors pay for drugs.
"""

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
