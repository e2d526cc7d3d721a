"""The kind of provider that a taxonomy code names, by its first characters (NUCC provider taxonomy)."""

from typing import Final

from worker.edits.facts.claim import ClaimFacts

INSTITUTIONS: Final = ("261Q", "27", "28", "29", "31", "32")
"""Clinics and surgical centers, hospital units, hospitals, laboratories, nursing and residential facilities."""

SUPPLIERS: Final = ("33", "251F")
"""Pharmacies and equipment suppliers, home infusion agencies."""

PRACTITIONERS: Final = ("20", "363", "364", "367")
"""Physicians, physician assistants, nurse practitioners and their kind."""


def bills_as_practitioner(claim: ClaimFacts) -> bool | None:
    """Whether the billing provider is a practitioner by its taxonomy; None when it has none or a different one."""
    billing = claim.claim.billing
    code = (billing.taxonomy_code or "").upper() if billing else ""
    if code.startswith(PRACTITIONERS):
        return True
    return False if code.startswith(INSTITUTIONS + SUPPLIERS) else None
