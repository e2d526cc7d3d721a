"""Where the codes come from that a finding predicts: 277CA status, CARC and RARC.

An edit declares the codes themselves (`predicts`), and one of its cases may have codes of its own. The lists of X12 and
CMS say what each code means; which codes a payer would pair with a flaw is stated for few.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_BY_MEANING: Final = (
    "X12 and CMS, lists of reason, remark and status codes, June 2024, by their meaning; the pairing is ours"
)

STATED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "MOD-06": "Palmetto GBA, HCPCS modifier EC: none of EA, EB and EC comes back with CARC 16 and MA130",
        "MOD-03": "Palmetto GBA, HCPCS modifier EC: two of EA, EB and EC are CARC 16, MA130 and N63; others by "
        "X12, CARC 4",
        "DOC-10": "Palmetto GBA, HCPCS modifier EC: without hemoglobin or hematocrit it is CARC 16, MA130 and N764",
        "IDN-07": "X12, CARC 18, which payers give an exact duplicate",
        "DUP-01": "X12, CARC 18, which payers give an exact duplicate",
        "DUP-02": "X12, CARC 18, which payers give an exact duplicate",
        "DAT-04": "X12, CARC 29, which payers give a claim after the time limit",
        "BND-01": "CMS, National Correct Coding Initiative: the second code of a pair comes back with CARC 97 or 236",
    }
)
"""What a payer or a code list states for one edit, by its id."""


def why_predicted(edit_id: str) -> str:
    """Where the codes of an edit come from, in words."""
    return STATED.get(edit_id, _BY_MEANING)
