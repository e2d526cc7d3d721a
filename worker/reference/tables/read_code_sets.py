"""Turn the cells of the tables that list codes into their rows."""

from typing import Final

from worker.reference.files.cells import Cells
from worker.reference.tables.code_set_rows import (
    BodySide,
    CodeSet,
    DiagnosisSide,
    ExcludesNote,
    HcpcsCode,
    Product,
    RemarkCode,
    SkinSubstitute,
    TaxonomyCode,
    TaxonomySection,
)
from worker.reference.tables.read_rows import known_from

CODE_SETS: Final[tuple[CodeSet, ...]] = ("carc", "rarc", "claim_status_category", "claim_status")
SIDES: Final[tuple[BodySide, ...]] = ("right", "left")
SECTIONS: Final[tuple[TaxonomySection, ...]] = ("individual", "non-individual")


def read_hcpcs_code(cells: Cells) -> HcpcsCode:
    """One row of `hcpcs`."""
    effective_from, effective_to = cells.maybe_day("effective_from"), cells.maybe_day("effective_to")
    cells.in_order(effective_from, effective_to, "effective_to")
    return HcpcsCode(
        hcpcs=cells.text("hcpcs"),
        short_description=cells.maybe_text("short_description"),
        coverage_code=cells.maybe_text("coverage_code"),
        effective_from=effective_from,
        effective_to=effective_to,
        known_from=known_from(cells),
    )


def read_skin_substitute(cells: Cells) -> SkinSubstitute:
    """One row of `skin_substitutes`."""
    effective_from, effective_to = cells.maybe_day("effective_from"), cells.maybe_day("effective_to")
    cells.in_order(effective_from, effective_to, "effective_to")
    return SkinSubstitute(
        hcpcs=cells.text("hcpcs"),
        brands=cells.items("brands"),
        short_description=cells.text("short_description"),
        unit_amount=cells.decimal("unit_amount"),
        unit=cells.text("unit"),
        coverage_code=cells.maybe_text("coverage_code"),
        effective_from=effective_from,
        effective_to=effective_to,
        known_from=known_from(cells),
        waste_modifiers_to=cells.maybe_day("waste_modifiers_to"),
    )


def read_product(cells: Cells) -> Product:
    """One row of `products`."""
    return Product(
        product_id=cells.text("product_id"),
        hcpcs=cells.text("hcpcs"),
        brand=cells.text("brand"),
        labeler=cells.text("labeler"),
        package_size=cells.maybe_decimal("package_size"),
        package_qty=cells.maybe_decimal("package_qty"),
        units_per_item=cells.maybe_decimal("units_per_item"),
        units_per_package=cells.maybe_decimal("units_per_package"),
    )


def read_exclusion(cells: Cells) -> ExcludesNote:
    """One row of `icd10cm_exclusions`."""
    return ExcludesNote(
        place=cells.text("place"),
        excluded=cells.text("excluded"),
        in_block=bool(cells.maybe_yes_no("in_block")),
    )


def read_taxonomy_code(cells: Cells) -> TaxonomyCode:
    """One row of `taxonomy`."""
    effective_from, effective_to = cells.maybe_day("effective_from"), cells.maybe_day("effective_to")
    cells.in_order(effective_from, effective_to, "effective_to")
    return TaxonomyCode(
        code=cells.text("code"),
        section=cells.one_of("section", SECTIONS),
        effective_from=effective_from,
        effective_to=effective_to,
    )


def read_remark_code(cells: Cells) -> RemarkCode:
    """One row of `remark_codes`."""
    return RemarkCode(
        code_set=cells.one_of("code_set", CODE_SETS), code=cells.text("code"), meaning=cells.text("meaning")
    )


def read_diagnosis_side(cells: Cells) -> DiagnosisSide:
    """One row of `diagnosis_sides`."""
    return DiagnosisSide(prefix=cells.text("prefix"), side=cells.one_of("side", SIDES))
