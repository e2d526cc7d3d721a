"""What a claim's verdict rests on: tables that cover its days, tables carried forward, and tables without an answer."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from schemas.outcome import Basis, BasisLevel, CarriedTable
from worker.edits.codes.bill_types import BILL_TYPES, OUTPATIENT_MUE, DrugPayment
from worker.edits.codes.places import DISPENSED_TO, PAID_UNDER_OPPS
from worker.edits.drugs.ndc_form import NDC_QUALIFIER
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.reference.tables.answer import NotCovered
from worker.reference.tables.edition import Edition
from worker.reference.tables.rows import CareSetting
from worker.reference.tables.snapshot import Snapshot

FULL: Final = Basis(level=BasisLevel.FULL)


def care_setting(claim: ClaimFacts) -> CareSetting:
    """The setting whose part of a table a claim is held to."""
    return "outpatient_hospital" if claim.is_institutional else "practitioner"


def carried_table(edition: Edition, on: date) -> CarriedTable | None:
    """How an edition that answers on a day is carried; None when it covers the day."""
    if edition.covers(on) or edition.in_force_to is None:
        return None
    age = (on - edition.in_force_to).days
    return CarriedTable(edition=f"{edition.table}@{edition.name}", ended=edition.in_force_to, age_days=age)


class AskedTables(NamedTuple):
    """What decides on what a verdict rests: the tables that a claim is held to, each with a day of it."""

    tables: frozenset[tuple[str, date]]
    setting: CareSetting
    lacks_drugs: bool


def asked_tables(claim: ClaimFacts) -> AskedTables:
    """The tables that a claim is held to.

    Counted are diagnosis codes, places of service, drug codes, units of a day, containers where a line names a package
    or waste, and OPPS status where it decides payment. Prices only warn.
    """
    lacks_drugs = NotCovered in [type(line.code.drug_answer) for line in claim.lines]
    return AskedTables(frozenset(_asked(claim)), care_setting(claim), lacks_drugs)


def basis_of(asked: AskedTables, snapshot: Snapshot) -> Basis:
    """What a verdict rests on."""
    carried: dict[str, CarriedTable] = {}
    missing = {"drugs"} if asked.lacks_drugs else set()
    setting = asked.setting
    for table, on in asked.tables:
        reached = snapshot.reach(table, on, setting)
        if reached.edition is None:
            missing.add(table)
        elif reached.is_carried and (told := carried_table(reached.edition, on)):
            # Of several days the one that is furthest from the edition.
            carried[table] = max(told, carried.get(table, told), key=lambda each: each.age_days)
    if not carried and not missing:
        return FULL
    level = BasisLevel.PARTIAL if missing else BasisLevel.CARRIED
    return Basis(
        level=level, carried=tuple(carried[table] for table in sorted(carried)), missing=tuple(sorted(missing))
    )


def _asked(claim: ClaimFacts) -> Iterator[tuple[str, date]]:
    """The tables that a claim is held to, each with a day of it."""
    first = claim.first_service
    if first and claim.diagnoses:
        yield "icd10cm", first
    if first and not claim.is_institutional:
        yield "place_of_service", first
    for line in claim.drug_lines:
        if line.on is None or line.drug is None:
            continue
        if line.facility in OUTPATIENT_MUE if line.is_institutional else line.place not in DISPENSED_TO:
            yield "mue", line.on
        if line.is_waste or line.attests_no_waste or _names_package(line):
            yield "containers", line.on
        if _is_paid_by_status(line):
            yield "opps_status", line.on


def _is_paid_by_status(line: LineFacts) -> bool:
    if not line.is_institutional:
        return line.place in PAID_UNDER_OPPS
    bill = BILL_TYPES.get(line.facility or "")
    return bill is not None and bill.payment is DrugPayment.BY_OPPS_STATUS


def _names_package(line: LineFacts) -> bool:
    package = line.line.drug_identification
    return package is not None and package.service_id_qualifier == NDC_QUALIFIER
