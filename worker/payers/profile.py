"""A payer profile: which edits apply to a payer's claims, how severely and with which options."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from schemas.outcome import Severity


class DocumentationMode(StrEnum):
    """How a claim is held to the record checklists."""

    REQUIRED = "required"
    WHEN_SENT = "when-sent"
    OFF = "off"


class Setting(BaseModel):
    """A part of a profile: closed, so that a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Off(Setting):
    """Why an edit is switched off, by whom and until when."""

    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    until: date | None = None


class EditSetting(Setting):
    """What a profile says about one edit."""

    severity: Severity | None = None
    off: Off | None = None
    options: dict[str, Any] = Field(default_factory=dict)  # validated by the model that the edit declares


class AppliesTo(Setting):
    """The claims that a profile is for. A payer id is a better match than a filing code."""

    filing_codes: tuple[str, ...] = Field(default=(), description="X12 SBR09, for instance MB")
    payer_ids: tuple[str, ...] = ()
    otherwise: bool = Field(default=False, description="also every claim that no other profile is for")


class Profile(Setting):
    """One payer or line of business."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    medicare: bool = Field(description="whether Medicare's own rules bind this payer")
    applies_to: AppliesTo = AppliesTo()
    documentation: DocumentationMode = DocumentationMode.WHEN_SENT
    edits: dict[str, EditSetting] = Field(default_factory=dict)

    def setting(self, edit_id: str) -> EditSetting:
        """What this profile says about an edit; all defaults when it says nothing."""
        return self.edits.get(edit_id, NOTHING_SAID)


NOTHING_SAID = EditSetting()


class ProfileError(Exception):
    """The profiles do not fit together; the message names them."""


class Profiles:
    """All profiles, with the choice of the one that a claim falls under."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._by_name: dict[str, Profile] = {}
        self._by_payer: dict[str, Profile] = {}
        self._by_filing_code: dict[str, Profile] = {}
        fallbacks: list[Profile] = []
        for profile in profiles:
            _claim_key(self._by_name, profile.name, profile, "name")
            for payer in profile.applies_to.payer_ids:
                _claim_key(self._by_payer, payer, profile, "payer id")
            for code in profile.applies_to.filing_codes:
                _claim_key(self._by_filing_code, code, profile, "filing code")
            if profile.applies_to.otherwise:
                fallbacks.append(profile)
        if len(fallbacks) != 1:
            names = ", ".join(profile.name for profile in fallbacks) or "none"
            raise ProfileError(f"exactly one profile says applies_to.otherwise; here: {names}")
        self._fallback = fallbacks[0]

    def __iter__(self) -> Iterator[Profile]:
        return iter(self._by_name.values())

    def named(self, name: str) -> Profile:
        """The profile of that name. Raises `ProfileError` with the names there are."""
        if name not in self._by_name:
            raise ProfileError(f"there is no profile {name!r}; there are: {', '.join(sorted(self._by_name))}")
        return self._by_name[name]

    def for_claim(self, payer_id: str | None, filing_code: str | None) -> Profile:
        """The profile for a payer id [NM1*PR-09] and a filing code [SBR09]; the better match wins."""
        by_payer = self._by_payer.get(payer_id or "")
        return by_payer or self._by_filing_code.get(filing_code or "", self._fallback)


def _claim_key(index: dict[str, Profile], key: str, profile: Profile, kind: str) -> None:
    if key in index:
        raise ProfileError(f"{kind} {key!r} is claimed by both {index[key].name} and {profile.name}")
    index[key] = profile
