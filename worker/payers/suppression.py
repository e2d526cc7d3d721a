"""Suppressions: an edit off for all claims, or for the claims and lines described."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

CodeOrRange: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{5}(-[A-Z0-9]{5})?$")]
"""A procedure code or a range of them: `J0897`, `J9000-J9999`."""
DiagnosisPrefix: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9A-Z]{0,6}$")]
PlaceCode: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]


class Setting(BaseModel):
    """A part of a profile: closed, so that a misspelled key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SwitchOff(Setting):
    """Why an edit is switched off, by whom and until when."""

    reason: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    until: date | None = None

    def has_lapsed(self, day: date) -> bool:
        """Whether it ended before a day; on its last day it holds."""
        return self.until is not None and self.until < day


class LineFilter(Setting):
    """The lines that a suppression is for; all that is given must hold."""

    codes: tuple[CodeOrRange, ...] = Field(default=(), description="procedure codes, or ranges such as J9000-J9999")
    diagnoses: tuple[DiagnosisPrefix, ...] = Field(
        default=(), description="ICD-10-CM prefixes without dot; one diagnosis that the line points to is enough"
    )
    places: tuple[PlaceCode, ...] = Field(default=(), description="places of service")

    @model_validator(mode="after")
    def _is_narrow(self) -> Self:
        if not (self.codes or self.diagnoses or self.places):
            raise ValueError("names no codes, diagnoses or places; to silence the edit for every claim say `off`")
        return self

    def matches(self, code: str, diagnoses: Iterable[str], place: str | None) -> bool:
        """Whether a line with this code, these diagnoses and this place is meant."""
        if self.codes and not any(len(code) == 5 and each[:5] <= code <= each[-5:] for each in self.codes):  # noqa: PLR2004
            return False
        if self.diagnoses and not any(diagnosis.startswith(self.diagnoses) for diagnosis in diagnoses):
            return False
        return not self.places or place in self.places


@dataclass(frozen=True, slots=True)
class SuppressionEnd:
    """A suppression that has a last day: of which profile and edit, whose it is, and that day."""

    profile: str
    edit: str
    owner: str
    until: date

    def has_lapsed(self, day: date) -> bool:
        """Whether it ended before a day; on its last day it holds."""
        return self.until < day

    def in_words(self, day: date) -> str:
        """One sentence for whoever keeps the profile, as of a day."""
        what = f"profile {self.profile}: the suppression of {self.edit} by {self.owner}"
        if self.has_lapsed(day):
            return f"{what} ended on {self.until}, so {self.edit} is on again; renew it or remove it"
        return f"{what} ends on {self.until}; {self.edit} is on again the day after"


class Suppression(SwitchOff):
    """An edit that is silenced for some lines: why, by whom and until when."""

    edit: str
    when: LineFilter
