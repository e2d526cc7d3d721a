"""Cross-table checks: references to missing rows, and values outside a plausible range."""

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Final, TypeVar

from worker.reference.files.held_rows import FIRST_ROW
from worker.reference.tables.declared import LoadedTable, LoadedTables
from worker.reference.tables.diagnoses import Diagnoses
from worker.reference.tables.edition import Edition
from worker.reference.tables.packed_pairs import PackedPairs
from worker.reference.tables.policy_rows import LocalCoverage
from worker.reference.tables.rows import Drug, Modifier, WasteDuty
from worker.reference.tables.table_set import Tables

Row = TypeVar("Row")

PROCEDURE: Final = re.compile(r"[A-Z0-9]{5}")
NDC: Final = re.compile(r"\d{11}")
MODIFIER: Final = re.compile(r"[A-Z0-9]{2}")
DIAGNOSIS: Final = re.compile(r"[A-Z][0-9][0-9A-Z]{1,5}")
DIAGNOSES: Final = re.compile(r"[A-Z][0-9A-Z]{2,6}(-[A-Z][0-9A-Z]{2,6})?")
PLACE: Final = re.compile(r"\d{2}")
TAXONOMY: Final = re.compile(r"[A-Z0-9]{9}X")
SIDED_DIAGNOSIS: Final = re.compile(r"[A-Z]\d[A-Z0-9]{2,5}")


def nonsense(loaded: LoadedTables) -> Iterator[str]:
    """Sentences that name file, row and column; none when the tables make sense together."""
    yield from _misshapen(loaded)
    yield from _unknown_codes(loaded)
    yield from _amounts(loaded)
    yield from _drugs(loaded)
    yield from _modifiers(loaded)
    yield from _exclusions(loaded)
    yield from _each(loaded.of(Tables.waste_duty), _waste_dates)
    yield from _hints(loaded)
    yield from _each(loaded.of(Tables.local_coverage), _coverage)


def _misshapen(loaded: LoadedTables) -> Iterator[str]:
    shapes: Iterable[Iterator[str]] = (
        _shaped(loaded.of(Tables.drugs), "hcpcs", PROCEDURE, lambda row: row.hcpcs),
        _shaped(loaded.of(Tables.hcpcs_codes), "hcpcs", PROCEDURE, lambda row: row.hcpcs),
        _shaped(loaded.of(Tables.skin_substitutes), "hcpcs", PROCEDURE, lambda row: row.hcpcs),
        _shaped(loaded.of(Tables.asp_limits), "hcpcs", PROCEDURE, lambda row: row.hcpcs),
        _shaped(loaded.of(Tables.mue), "hcpcs", PROCEDURE, lambda row: row.hcpcs),
        _shaped(loaded.of(Tables.opps_status), "hcpcs", PROCEDURE, lambda row: row.hcpcs),
        _shaped(loaded.of(Tables.ncci_pairs), "column1", PROCEDURE, lambda row: row.column1),
        _shaped(loaded.of(Tables.ncci_pairs), "column2", PROCEDURE, lambda row: row.column2),
        _shaped(loaded.of(Tables.add_on_codes), "add_on", PROCEDURE, lambda row: row.add_on),
        _shaped(loaded.of(Tables.add_on_codes), "primary", PROCEDURE, lambda row: row.primary),
        _shaped(loaded.of(Tables.exclusions), "place", DIAGNOSES, lambda row: row.place),
        _shaped(loaded.of(Tables.exclusions), "excluded", DIAGNOSES, lambda row: row.excluded),
        _shaped(loaded.of(Tables.containers), "ndc11", NDC, lambda row: row.ndc11),
        _shaped(loaded.of(Tables.container_labels), "ndc11", NDC, lambda row: row.ndc11),
        _shaped(loaded.of(Tables.modifiers), "code", MODIFIER, lambda row: row.code),
        _shaped(loaded.of(Tables.diagnosis_sides), "prefix", SIDED_DIAGNOSIS, lambda row: row.prefix),
        _shaped(loaded.of(Tables.places_of_service), "code", PLACE, lambda row: row.code),
        _shaped(loaded.of(Tables.taxonomy), "code", TAXONOMY, lambda row: row.code),
    )
    for problems in shapes:
        yield from problems


def _unknown_codes(loaded: LoadedTables) -> Iterator[str]:
    drugs = {drug.hcpcs for _, rows in loaded.of(Tables.drugs).editions for drug in rows}
    tissue = {product.hcpcs for _, rows in loaded.of(Tables.skin_substitutes).editions for product in rows}
    known = drugs | tissue | {code.hcpcs for _, rows in loaded.of(Tables.hcpcs_codes).editions for code in rows}
    yield from _known(loaded.of(Tables.containers), known, lambda row: row.hcpcs)
    yield from _known(loaded.of(Tables.products), known, lambda row: row.hcpcs)
    yield from _known(loaded.of(Tables.waste_duty), known, lambda row: row.hcpcs)
    yield from _known(loaded.of(Tables.self_administered), known, lambda row: row.hcpcs)
    yield from _known(loaded.of(Tables.expert_hints), known, lambda row: row.hcpcs)
    yield from _known(loaded.of(Tables.local_coverage), known, lambda row: row.hcpcs)


def _amounts(loaded: LoadedTables) -> Iterator[str]:
    yield from _positive(loaded.of(Tables.containers), "units_per_item", lambda row: row.units_per_item)
    yield from _positive(loaded.of(Tables.products), "units_per_item", lambda row: row.units_per_item)
    yield from _positive(loaded.of(Tables.asp_limits), "payment_limit", lambda row: row.payment_limit)
    yield from _positive(loaded.of(Tables.drugs), "unit_amount", lambda row: row.unit_amount)
    yield from _positive(loaded.of(Tables.skin_substitutes), "unit_amount", lambda row: row.unit_amount)


def _drugs(loaded: LoadedTables) -> Iterator[str]:
    by_code = {drug.hcpcs: drug for _, rows in loaded.of(Tables.drugs).editions for drug in rows}

    def of_drug(drug: Drug) -> Iterator[tuple[str, str]]:
        successor = by_code.get(drug.successor or "")
        if drug.successor and (successor is None or successor is drug):
            yield "successor", f"expected another code of this table, found {drug.successor}"
        if drug.successor and drug.effective_to is None:
            yield "effective_to", f"expected the last day of a code with the successor {drug.successor}, found nothing"
        if (drug.unit_amount is None) != (drug.unit is None):
            yield "unit", f"expected with unit_amount or not at all, found {drug.unit_amount} {drug.unit}"

    yield from _each(loaded.of(Tables.drugs), of_drug)


def _modifiers(loaded: LoadedTables) -> Iterator[str]:
    known = {row.code for _, rows in loaded.of(Tables.modifiers).editions for row in rows if row.is_modifier}

    def of_modifier(row: Modifier) -> Iterator[tuple[str, str]]:
        if row.successor and (row.successor not in known or row.successor == row.code):
            yield "successor", f"expected another modifier of this table, found {row.successor}"

    yield from _each(loaded.of(Tables.modifiers), of_modifier)


def _exclusions(loaded: LoadedTables) -> Iterator[str]:
    known = {row.code for _, rows in loaded.of(Tables.modifiers).editions for row in rows if row.is_modifier}
    for edition, rows in loaded.of(Tables.modifier_exclusions).editions:
        for number, row in enumerate(rows, FIRST_ROW):
            if len(set(row.codes)) != len(row.codes) or len(row.codes) <= 1:
                yield _at(edition, number, "codes", f"expected two or more modifiers, each once, found {row.codes}")
            for code in sorted(set(row.codes) - known):
                yield _at(edition, number, "codes", f"expected modifiers of the table modifiers, found {code}")


def _waste_dates(duty: WasteDuty) -> Iterator[tuple[str, str]]:
    days = (duty.jw_from, duty.jz_usable_from, duty.required_from, duty.returned_from)
    if list(days) != sorted(days):
        yield "returned_from", f"expected four dates in order, found {', '.join(map(str, days))}"


def _hints(loaded: LoadedTables) -> Iterator[str]:
    diagnoses = Diagnoses(loaded.of(Tables.diagnoses).editions)
    for edition, rows in loaded.of(Tables.expert_hints).editions:
        for number, row in enumerate(rows, FIRST_ROW):
            for prefix in row.diagnosis_prefixes:
                if not diagnoses.has_code_below(prefix):
                    problem = f"expected the beginning of a billable code, found {prefix}"
                    yield _at(edition, number, "diagnosis_prefixes", problem)


def _coverage(row: LocalCoverage) -> Iterator[tuple[str, str]]:
    for column, codes in (("covered", row.covered), ("not_covered", row.not_covered)):
        for code in codes:
            if not DIAGNOSIS.fullmatch(code):
                yield column, f"expected the form {DIAGNOSIS.pattern}, found {code!r}"
    for code in sorted({*row.covered}.intersection(row.not_covered)):
        yield "not_covered", f"expected no diagnosis of the column covered, found {code}"


def _shaped(table: LoadedTable[Row], column: str, shape: re.Pattern[str], value: Callable[[Row], str]) -> Iterator[str]:
    for edition, rows in table.editions:
        if isinstance(rows, PackedPairs):  # their codes were looked at when they were read
            continue
        for number, row in enumerate(rows, FIRST_ROW):
            if not shape.fullmatch(value(row)):
                yield _at(edition, number, column, f"expected the form {shape.pattern}, found {value(row)!r}")


def _known(table: LoadedTable[Row], known: set[str], value: Callable[[Row], str]) -> Iterator[str]:
    for edition, rows in table.editions:
        for number, row in enumerate(rows, FIRST_ROW):
            if value(row) not in known:
                expected = "expected a code of drugs, skin_substitutes or hcpcs"
                yield _at(edition, number, "hcpcs", f"{expected}, found {value(row)}")


def _positive(table: LoadedTable[Row], column: str, value: Callable[[Row], Decimal | None]) -> Iterator[str]:
    for edition, rows in table.editions:
        for number, row in enumerate(rows, FIRST_ROW):
            amount = value(row)
            if amount is not None and amount <= 0:
                yield _at(edition, number, column, f"expected more than 0, found {amount}")


def _each(table: LoadedTable[Row], flaws: Callable[[Row], Iterator[tuple[str, str]]]) -> Iterator[str]:
    for edition, rows in table.editions:
        for number, row in enumerate(rows, FIRST_ROW):
            for column, problem in flaws(row):
                yield _at(edition, number, column, problem)


def _at(edition: Edition, number: int, column: str, problem: str) -> str:
    return f"{edition.path}: row {number}, column {column}: {problem}"
