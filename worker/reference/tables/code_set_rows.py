"""One row of each table that lists codes: HCPCS Level II, tissue products, taxonomy, remarks."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

CodeSet = Literal["carc", "rarc", "claim_status_category", "claim_status"]
TaxonomySection = Literal["individual", "non-individual"]
BodySide = Literal["right", "left"]


@dataclass(frozen=True, slots=True)
class HcpcsCode:
    """A HCPCS Level II code of any kind, so that a code of no drug differs from one that does not exist.

    `effective_from` None: the code is known only since `known_from`, the start of the earliest publication that holds
    it, or only its termination is.
    """

    hcpcs: str
    short_description: str | None
    coverage_code: str | None
    effective_from: date | None
    effective_to: date | None
    known_from: date | None = None


@dataclass(frozen=True, slots=True)
class SkinSubstitute:
    """A HCPCS code for a tissue product, billed by area, volume or weight.

    JW and JZ are wrong after `waste_modifiers_to`; up to that day the contractor decides. `effective_from` None: the
    code is known only since `known_from`, the start of the earliest publication that holds it.
    """

    hcpcs: str
    brands: tuple[str, ...]
    short_description: str
    unit_amount: Decimal
    unit: str
    coverage_code: str | None
    effective_from: date | None
    effective_to: date | None
    known_from: date | None
    waste_modifiers_to: date | None


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the crosswalk that has no eleven-digit NDC: the maker's own identifier under one HCPCS code."""

    product_id: str
    hcpcs: str
    brand: str
    labeler: str
    package_size: Decimal | None
    package_qty: Decimal | None
    units_per_item: Decimal | None
    units_per_package: Decimal | None


@dataclass(frozen=True, slots=True)
class ExcludesNote:
    """An Excludes1 note: codes below `place` are not coded together with codes below `excluded`.

    Both are a code or the beginning of codes, without dots, or a range such as `A15-A19`. `in_block`: what is excluded
    is in the block of the tabular list in which the note is.
    """

    place: str
    excluded: str
    in_block: bool


@dataclass(frozen=True, slots=True)
class TaxonomyCode:
    """A provider taxonomy code, whether a person or an organization holds it, and the days on which it was listed.

    `effective_from` None: the code is in the first version that we hold, or older.
    """

    code: str
    section: TaxonomySection
    effective_from: date | None = None
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class RemarkCode:
    """A reason, remark or status code that our findings predict, in our own words."""

    code_set: CodeSet
    code: str
    meaning: str


@dataclass(frozen=True, slots=True)
class DiagnosisSide:
    """Beginning of diagnosis codes that all name one side of the body."""

    prefix: str
    side: BodySide
