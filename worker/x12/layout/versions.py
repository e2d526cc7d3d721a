"""Which implementation guides are read: by ST03, and by GS08 where a transaction does not say."""

from types import MappingProxyType
from typing import Final

from schemas.claim import ClaimKind

GUIDES: Final = MappingProxyType({"005010X222": ClaimKind.PROFESSIONAL, "005010X223": ClaimKind.INSTITUTIONAL})
"""The guides; errata (A1, A2, A3) change no segment that the layout names."""

USUAL_VERSION: Final = MappingProxyType(
    {ClaimKind.PROFESSIONAL: "005010X222A1", ClaimKind.INSTITUTIONAL: "005010X223A2"},
)
"""The versions adopted under HIPAA: 45 CFR 162.1102(c)."""


def kind_of(version: str) -> ClaimKind | None:
    """Return what a version holds; None when it is not read here."""
    return GUIDES.get(version[:10])


def refusal_of(version: str) -> str:
    """Return in one sentence why a version is not read."""
    if version.startswith("004010"):
        return "The version is 004010, which was replaced by 005010; send 005010X222A1 or 005010X223A2."
    if version.startswith("005010X224"):
        return "This is a dental 837; professional (005010X222) and institutional (005010X223) claims are read."
    return "The version is neither 005010X222 (professional) nor 005010X223 (institutional)."
