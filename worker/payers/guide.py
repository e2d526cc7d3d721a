"""A guide: the record that one drug needs, and its indications."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.documentation import Element
from worker.errors import ConfigurationError


class Evidence(StrEnum):
    """How well a fact of a guide is supported; only a Medicare coverage article can reject a claim."""

    COVERAGE_ARTICLE = "coverage-article"
    LABEL = "label"
    PAYER_POLICY = "payer-policy"
    UNVERIFIED = "unverified"


class GuideEntry(BaseModel):
    """A part of a guide: closed, so that a misspelled key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordItem(GuideEntry):
    """One element that the record must hold, or one of several that would do."""

    element: Element
    or_else: tuple[Element, ...] = Field(default=(), description="elements of which one would do as well")
    diagnoses: tuple[str, ...] = Field(
        default=(), description="ICD-10-CM prefixes without dot for which alone it is asked; empty for all"
    )
    when_wasted: bool = Field(default=False, description="asked only when a JW line bills a discarded amount")
    why: str

    @property
    def accepted(self) -> tuple[Element, ...]:
        """The elements of which one satisfies the item."""
        return (self.element, *self.or_else)


class Indications(GuideEntry):
    """The diagnoses for which the drug is given."""

    prefixes: tuple[str, ...] = Field(min_length=1, description="ICD-10-CM prefixes without dot")
    evidence: Evidence
    complete: bool = Field(description="whether the list is the publisher's whole list")
    source: str
    effective: date | None = None


class Interval(GuideEntry):
    """The shortest time between two doses, as far as the source states it."""

    days: int = Field(ge=1, le=3660)
    evidence: Evidence
    source: str
    note: str | None = Field(default=None, description="which product, indication or phase it is the interval of")


class Administration(GuideEntry):
    """The codes by which the drug is commonly given; payers differ, so that no edit checks a claim against them."""

    codes: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{5}$")], ...] = Field(min_length=1)
    evidence: Evidence
    source: str


class StepTherapy(GuideEntry):
    """What payers commonly want tried first; a payer's own wish is in its profile."""

    tried_first: tuple[str, ...] = Field(min_length=1, description="drugs or kinds of treatment, in words")
    evidence: Evidence
    source: str


LevelTwoCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{4}$")]


class Guide(GuideEntry):
    """One drug under its true HCPCS code."""

    hcpcs: LevelTwoCode
    also: tuple[LevelTwoCode, ...] = Field(default=(), description="codes of its kind for which it holds as well")
    drug: str
    checklist: str | None = Field(default=None, description="the edit that holds a claim to the record list")
    record: tuple[RecordItem, ...] = ()
    record_source: str | None = None
    indications: Indications | None = None
    interval: Interval | None = None
    administration: Administration | None = None
    step_therapy: StepTherapy | None = None
    confusable: tuple[str, ...] = Field(default=(), description="codes that are mistaken for this one")
    notes: str | None = None


def guides_by_code(guides: Iterable[Guide]) -> dict[str, Guide]:
    """The guide of each code, with that code as its own. Raises `ConfigurationError` for a code with two guides."""
    by_code: dict[str, Guide] = {}
    for guide in guides:
        for code in (guide.hcpcs, *guide.also):
            if code in by_code:
                raise ConfigurationError(f"guides: {code} is in the guides of {by_code[code].drug} and {guide.drug}")
            by_code[code] = guide.model_copy(update={"hcpcs": code})
    return by_code
