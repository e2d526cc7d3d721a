"""Drugs that make the body form red blood cells, and what Medicare's claims for them say of the anemia."""

from typing import Final

OUTSIDE_DIALYSIS: Final = frozenset({"J0881", "J0885", "Q5106"})
"""Codes that carry EA, EB or EC (CMS Claims Processing Manual, Pub. 100-04, chapter 17, section 80.9)."""
ON_DIALYSIS: Final = frozenset({"J0882", "J0886", "Q4081", "Q5105"})
FROM_CHEMOTHERAPY, FROM_RADIOTHERAPY, FROM_NEITHER = "EA", "EB", "EC"
REASONS: Final = frozenset({FROM_CHEMOTHERAPY, FROM_RADIOTHERAPY, FROM_NEITHER})
