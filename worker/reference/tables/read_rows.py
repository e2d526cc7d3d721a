"""Turn the cells of each table's file into its rows."""

import re
from datetime import date
from typing import Final

from worker.reference.files.cells import Cells
from worker.reference.tables.rows import (
    AspLimit,
    CareSetting,
    Container,
    Drug,
    ExclusionSeverity,
    Modifier,
    ModifierExclusion,
    MueLimit,
    OppsStatus,
    PlaceOfService,
    WasteDuty,
)

SETTINGS: Final[tuple[CareSetting, ...]] = ("practitioner", "outpatient_hospital")
SEVERITIES: Final[tuple[ExclusionSeverity, ...]] = ("reject", "warn")
ADJUDICATION_INDICATORS: Final = frozenset({1, 2, 3})
QUARTER: Final = re.compile(r".*_(\d{4})q([1-4])")
MONTH: Final = re.compile(r".*_(\d{4})_(0[1-9]|1[0-2])")


def read_drug(cells: Cells) -> Drug:
    """One row of `drugs`."""
    effective_from, effective_to = cells.maybe_day("effective_from"), cells.maybe_day("effective_to")
    cells.in_order(effective_from, effective_to, "effective_to")
    return Drug(
        hcpcs=cells.text("hcpcs"),
        drug_class=cells.text("class"),
        generic_name=cells.maybe_text("generic_name"),
        brands=cells.items("brands"),
        short_description=cells.maybe_text("short_description"),
        unit_amount=cells.maybe_decimal("unit_amount"),
        unit=cells.maybe_text("unit"),
        unit_up_to=cells.maybe_yes_no("unit_up_to"),
        unit_text=cells.maybe_text("unit_text"),
        routes=cells.items("routes"),
        single_dose=cells.maybe_yes_no("single_dose"),
        coverage_code=cells.maybe_text("coverage_code"),
        effective_from=effective_from,
        effective_to=effective_to,
        known_from=known_from(cells),
        successor=cells.maybe_text("successor"),
    )


def read_container(cells: Cells) -> Container:
    """One row of `containers`."""
    return Container(
        ndc11=cells.text("ndc11"),
        hcpcs=cells.text("hcpcs"),
        brand=cells.text("brand"),
        labeler=cells.text("labeler"),
        package_size=cells.maybe_decimal("package_size"),
        package_qty=cells.maybe_decimal("package_qty"),
        units_per_item=cells.maybe_decimal("units_per_item"),
        units_per_package=cells.maybe_decimal("units_per_package"),
    )


def read_waste_duty(cells: Cells) -> WasteDuty:
    """One row of `waste_duty`."""
    return WasteDuty(
        hcpcs=cells.text("hcpcs"),
        jw_from=cells.day("jw_from"),
        jz_usable_from=cells.day("jz_usable_from"),
        required_from=cells.day("required_from"),
        returned_from=cells.day("returned_from"),
    )


def read_mue(cells: Cells) -> MueLimit:
    """One row of `mue`."""
    mai = cells.whole("mai")
    if mai not in ADJUDICATION_INDICATORS:
        cells.note("mai", f"expected 1, 2 or 3, found {mai}")
    return MueLimit(
        hcpcs=cells.text("hcpcs"),
        setting=cells.one_of("setting", SETTINGS),
        value=cells.whole("value"),
        mai=mai,
        rationale=cells.text("rationale"),
    )


def read_asp_limit(cells: Cells) -> AspLimit:
    """One row of `asp_limits`."""
    return AspLimit(hcpcs=cells.text("hcpcs"), payment_limit=cells.decimal("payment_limit"))


def read_opps_status(cells: Cells) -> OppsStatus:
    """One row of `opps_status`."""
    return OppsStatus(hcpcs=cells.text("hcpcs"), status=cells.text("status"))


def read_modifier(cells: Cells) -> Modifier:
    """One row of `modifiers`."""
    effective_from, effective_to = cells.maybe_day("effective_from"), cells.maybe_day("effective_to")
    cells.in_order(effective_from, effective_to, "effective_to")
    return Modifier(
        code=cells.text("code"),
        type=cells.text("type"),
        valid_on=cells.items("valid_on"),
        is_modifier=cells.one_of("status", ("modifier", "not-a-modifier")) == "modifier",
        effective_from=effective_from,
        effective_to=effective_to,
        meaning=cells.text("meaning"),
        successor=cells.maybe_text("successor"),
    )


def read_modifier_exclusion(cells: Cells) -> ModifierExclusion:
    """One row of `modifier_exclusions`."""
    return ModifierExclusion(
        codes=cells.items("codes"), severity=cells.one_of("severity", SEVERITIES), why=cells.text("why")
    )


def read_place_of_service(cells: Cells) -> PlaceOfService:
    """One row of `place_of_service`."""
    return PlaceOfService(code=cells.text("code"), facility=cells.maybe_yes_no("facility"), name=cells.text("name"))


def known_from(cells: Cells) -> date | None:
    """The first day of the earliest publication that holds the code."""
    days = []
    for publication in cells.items("first_seen"):
        if quarter := QUARTER.fullmatch(publication):
            days.append(date(int(quarter[1]), int(quarter[2]) * 3 - 2, 1))
        elif month := MONTH.fullmatch(publication):
            days.append(date(int(month[1]), int(month[2]), 1))
        else:
            cells.note("first_seen", f"expected names like asp_2025q4 or list_2025_02, found {publication!r}")
    return min(days, default=None)
