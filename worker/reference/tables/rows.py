"""One row of each reference table."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

CareSetting = Literal["practitioner", "outpatient_hospital"]
ExclusionSeverity = Literal["reject", "warn"]


@dataclass(frozen=True, slots=True)
class Drug:
    """A HCPCS code for a physician-administered drug and the unit it is billed in.

    `effective_from` None: the publisher's date is not in our sources, and the code is known only since
    `known_from`, the start of the earliest publication that holds it. Before that we do not know.
    `single_dose` None: unknown, to be decided per container; the table never says False by silence.
    `routes` holds only routes with a named source.
    """

    hcpcs: str
    drug_class: str
    generic_name: str | None
    brands: tuple[str, ...]
    short_description: str | None
    unit_amount: Decimal | None
    unit: str | None
    unit_up_to: bool | None
    unit_text: str | None
    routes: tuple[str, ...]
    single_dose: bool | None
    coverage_code: str | None
    effective_from: date | None
    effective_to: date | None
    known_from: date | None
    successor: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """The generic name, if known, then the brands."""
        return (self.generic_name, *self.brands) if self.generic_name else self.brands


@dataclass(frozen=True, slots=True)
class Container:
    """A vial, syringe or kit: one NDC under one HCPCS code, and the billing units it holds.

    A package holds `package_qty` items; an item (vial, syringe) holds `units_per_item` billing units.
    """

    ndc11: str
    hcpcs: str
    brand: str
    labeler: str
    package_size: Decimal | None
    package_qty: Decimal | None
    units_per_item: Decimal | None
    units_per_package: Decimal | None


@dataclass(frozen=True, slots=True)
class WasteDuty:
    """The dates from which JW or JZ is due on a code whose containers are all single-dose."""

    hcpcs: str
    jw_from: date
    jz_usable_from: date
    required_from: date
    returned_from: date


@dataclass(frozen=True, slots=True)
class MueLimit:
    """The most units of a code for one patient on one day; `value` 0 means none at all.

    `mai` 1 counts a line, 2 a day without exception, 3 a day unless the record justifies more.
    """

    hcpcs: str
    setting: CareSetting
    value: int
    mai: int
    rationale: str


@dataclass(frozen=True, slots=True)
class AspLimit:
    """The Medicare Part B payment limit for one billing unit."""

    hcpcs: str
    payment_limit: Decimal


@dataclass(frozen=True, slots=True)
class OppsStatus:
    """How Medicare pays the code in a hospital outpatient department."""

    hcpcs: str
    status: str


@dataclass(frozen=True, slots=True)
class Modifier:
    """A two-character modifier; `is_modifier` False marks a code known to be none."""

    code: str
    type: str
    valid_on: tuple[str, ...]
    is_modifier: bool
    effective_from: date | None
    effective_to: date | None
    meaning: str
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class ModifierExclusion:
    """Modifiers of which one line carries at most one."""

    codes: tuple[str, ...]
    severity: ExclusionSeverity
    why: str


@dataclass(frozen=True, slots=True)
class DiagnosisCode:
    """A billable ICD-10-CM code, without the dot."""

    code: str


@dataclass(frozen=True, slots=True)
class PlaceOfService:
    """A place of service; `facility` None is a code that CMS has not assigned."""

    code: str
    facility: bool | None
    name: str
