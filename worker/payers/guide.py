"""A guide: what must be documented for one drug, and what the drug is for."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from schemas.documentation import Element


class Evidence(StrEnum):
    """How well a fact of a guide is supported; only a Medicare coverage article can reject a claim."""

    COVERAGE_ARTICLE = "coverage-article"
    LABEL = "label"
    PAYER_POLICY = "payer-policy"
    UNVERIFIED = "unverified"


class Entry(BaseModel):
    """A part of a guide: closed, so that a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordItem(Entry):
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


class Indications(Entry):
    """The diagnoses for which the drug is given."""

    prefixes: tuple[str, ...] = Field(min_length=1, description="ICD-10-CM prefixes without dot")
    evidence: Evidence
    complete: bool = Field(description="whether the list is the publisher's whole list")
    source: str
    effective: date | None = None


class Guide(Entry):
    """One drug under its true HCPCS code."""

    hcpcs: str = Field(pattern=r"^[A-Z]\d{4}$")
    drug: str
    checklist: str | None = Field(default=None, description="the edit that holds a claim to the record list")
    record: tuple[RecordItem, ...] = ()
    record_source: str | None = None
    indications: Indications | None = None
    confusable: tuple[str, ...] = Field(default=(), description="codes that are mistaken for this one")
    notes: str | None = None
