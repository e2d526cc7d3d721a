"""A payer profile: which edits apply to a payer's claims, how severely and with which options."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import Field

from schemas.outcome import Severity
from worker.errors import ConfigurationError
from worker.payers.suppression import Setting, Suppression, SuppressionEnd, SwitchOff


class DocumentationMode(StrEnum):
    """How a claim is checked against the record checklists."""

    REQUIRED = "required"
    WHEN_SENT = "when-sent"
    OFF = "off"


class ApplyFixes(StrEnum):
    """Which mechanical corrections the worker makes itself; unsafe ones are never among them."""

    NONE = "none"
    SAFE = "safe"


class EditSetting(Setting):
    """The settings of a profile for one edit."""

    severity: Severity | None = None
    off: SwitchOff | None = None
    options: dict[str, Any] = Field(default_factory=dict)  # validated by the model that the edit declares


class AppliesTo(Setting):
    """The claims that a profile is for. A payer id is a better match than a filing code."""

    filing_codes: tuple[str, ...] = Field(default=(), description="X12 SBR09, for instance MB")
    payer_ids: tuple[str, ...] = ()
    canonical_payer_id: str | None = Field(
        default=None,
        min_length=1,
        description="the id under which earlier claims are remembered where all of `payer_ids` are ids of one payer",
    )
    otherwise: bool = Field(default=False, description="also every claim that no other profile is for")


class Profile(Setting):
    """One payer or line of business."""

    name: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str
    extends: str | None = Field(default=None, description="the profile whose settings apply where this one has none")
    medicare: bool = Field(description="whether Medicare's own rules bind this payer")
    applies_to: AppliesTo = AppliesTo()
    documentation: DocumentationMode = DocumentationMode.WHEN_SENT
    apply_fixes: ApplyFixes = ApplyFixes.NONE
    carried: Severity = Field(
        default=Severity.WARN,
        description="the most severe effect of a finding that rests on a table carried forward from an earlier edition",
    )
    edits: dict[str, EditSetting] = Field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()

    def setting(self, edit_id: str) -> EditSetting:
        """This profile's settings for an edit; all defaults when it has none."""
        return self.edits.get(edit_id, NOTHING_SAID)

    def suppression_ends(self) -> Iterator[SuppressionEnd]:
        """Those of its suppressions that have a last day: for all claims, then for some lines."""
        for edit_id, setting in self.edits.items():
            if setting.off and setting.off.until:
                yield SuppressionEnd(self.name, edit_id, setting.off.owner, setting.off.until)
        for each in self.suppressions:
            if each.until:
                yield SuppressionEnd(self.name, each.edit, each.owner, each.until)

    def last_days(self) -> tuple[date, ...]:
        """The days after which a suppression lapses, in order."""
        return tuple(sorted({each.until for each in self.suppression_ends()}))

    def on(self, day: date) -> "Profile":
        """This profile without the suppressions that ended before a day: their edits are on again."""
        if not any(each.has_lapsed(day) for each in self.suppression_ends()):
            return self
        on_again = {
            edit_id: setting.model_copy(update={"off": None})
            for edit_id, setting in self.edits.items()
            if setting.off and setting.off.has_lapsed(day)
        }
        left = tuple(each for each in self.suppressions if not each.has_lapsed(day))
        return self.model_copy(update={"edits": self.edits | on_again, "suppressions": left})


NOTHING_SAID = EditSetting()


class ProfileError(ConfigurationError):
    """The profiles do not fit together; `problems` holds one sentence for each problem."""


class Profiles:
    """All profiles, with the choice of the one that a claim falls under."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self._by_name: dict[str, Profile] = {}
        self._by_payer: dict[str, Profile] = {}
        self._by_filing_code: dict[str, Profile] = {}
        fallbacks: list[Profile] = []
        problems: list[str] = []
        for profile in profiles:
            applies_to = profile.applies_to
            problems += _claim_keys(self._by_name, (profile.name,), profile, "name")
            problems += _claim_keys(self._by_payer, applies_to.payer_ids, profile, "payer id")
            problems += _claim_keys(self._by_filing_code, applies_to.filing_codes, profile, "filing code")
            if applies_to.otherwise:
                fallbacks.append(profile)
        if len(fallbacks) != 1:
            names = ", ".join(profile.name for profile in fallbacks) or "none"
            problems.append(f"exactly one profile must set applies_to.otherwise; here: {names}")
        if problems:
            raise ProfileError(*problems)
        self._fallback = fallbacks[0]

    def __iter__(self) -> Iterator[Profile]:
        return iter(self._by_name.values())

    def suppression_ends(self) -> list[SuppressionEnd]:
        """The suppressions of all profiles that have a last day, the first to end first."""
        ends = (end for profile in self for end in profile.suppression_ends())
        return sorted(ends, key=lambda end: (end.until, end.profile, end.edit))

    def named(self, name: str) -> Profile:
        """The profile of that name. Raises `ProfileError` with the known names."""
        if name not in self._by_name:
            raise ProfileError(f"there is no profile {name!r}; there are: {', '.join(sorted(self._by_name))}")
        return self._by_name[name]

    def for_claim(self, payer_id: str | None, filing_code: str | None) -> Profile:
        """The profile for a payer id [NM1*PR-09] and a filing code [SBR09]; the better match wins."""
        by_payer = self._by_payer.get(payer_id or "")
        return by_payer or self._by_filing_code.get(filing_code or "", self._fallback)

    def payer_of(self, payer_id: str | None) -> str | None:
        """The one id of a payer that has several [NM1*PR-09], where a profile says so; else the id that was given."""
        profile = self._by_payer.get(payer_id or "")
        return (profile.applies_to.canonical_payer_id if profile else None) or payer_id


def _claim_keys(index: dict[str, Profile], keys: Iterable[str], profile: Profile, kind: str) -> Iterator[str]:
    for key in keys:
        if key in index:
            yield f"{kind} {key!r} is claimed by both {index[key].name} and {profile.name}"
        index[key] = profile
