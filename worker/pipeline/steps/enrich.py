"""The entries of the tables in force on the date of service for each drug line."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

import orjson

from schemas.outcome import Amount, CarriedTable, ContainerSize, LineEnrichment, MueValue, WasteReporting
from schemas.values import in_digits
from worker.edits.facts.basis import care_setting, carried_table
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.code import CodeOnDay
from worker.pipeline.rules.plan import written
from worker.reference.tables.answer import Absent, Answer, Carried, Found, NotCovered, NotInForce
from worker.reference.tables.rows import CareSetting, Container, Drug, MueLimit, WasteDuty

Row = TypeVar("Row")
_NO_UNITS: Final = b',"units":"0"'


@dataclass
class _Sources:
    """Which edition answered for each table, and why a table did not answer."""

    editions: dict[str, str] = field(default_factory=dict)
    no_data: dict[str, str] = field(default_factory=dict)
    carried: list[CarriedTable] = field(default_factory=list)

    def row(self, table: str, answer: Answer[Row], on: date) -> Row | None:
        """The row in force, if any; notes where the answer came from."""
        match answer:
            case Found(row, edition):
                self.editions[table] = edition.name
                if isinstance(answer, Carried) and (carried := carried_table(edition, on)):
                    self.carried.append(carried)
                return row
            case NotInForce(_, edition, valid_from, valid_to):
                self.editions[table] = edition.name
                self.no_data[table] = f"in force from {valid_from or 'the start'} to {valid_to or 'now'} only"
            case Absent(edition):
                self.editions[table] = edition.name
                self.no_data[table] = "not in the table"
            case NotCovered():
                self.no_data[table] = "the loaded editions do not cover this date of service"
        return None


def enrich(facts: ClaimFacts) -> bytes:
    """Return the enrichment of every drug line as written, in the order of the lines."""
    setting = care_setting(facts)
    entries = []
    for line in facts.drug_lines:
        drug, code = line.drug, line.code
        if drug is None or code.on is None:
            continue
        known = code.written.get(setting)
        if known is None:
            known = code.written[setting] = _around_units(code, drug, code.on, setting)
        before, after = known
        own = line.control_number
        entries.append(
            b'{"line":%d%b%b%b%b'
            % (
                line.number,
                b"" if own is None else b',"providerControlNumber":%b' % orjson.dumps(own),
                before,
                _units(line.units, drug),
                after,
            )
        )
    return b",".join(entries)


def _around_units(code: CodeOnDay, drug: Drug, on: date, setting: CareSetting) -> tuple[bytes, bytes]:
    """Return what is written of a code on a day before the units of a line, and what after them."""
    sources = _Sources()
    sources.row("drugs", code.drug_answer or NotCovered(None, None), on)
    containers = sources.row("containers", code.containers, on)
    mue = sources.row("mue", code.mue(setting), on)
    opps = sources.row("opps_status", code.opps_status, on)
    asp = sources.row("asp_limits", code.payment_limit, on)
    duty = sources.row("waste_duty", code.waste_duty, on)
    known = written(
        LineEnrichment(
            line=0,
            units=Decimal(0),
            hcpcs=code.hcpcs,
            service_date=on,
            in_force=isinstance(code.drug_answer, Found),
            drug_name=drug.generic_name,
            brands=drug.brands,
            description=drug.short_description,
            drug_class=drug.drug_class,
            billing_unit=_amount(drug.unit_amount, drug),
            containers=None if containers is None else _sizes(containers, drug),
            single_dose=drug.single_dose,
            waste_reporting=_waste_reporting(duty, on),
            mue=_mue(mue),
            opps_status=opps.status if opps else None,
            asp_payment_limit=asp.payment_limit if asp else None,
            effective_from=drug.effective_from,
            effective_to=drug.effective_to,
            successor=drug.successor,
            editions=sources.editions,
            no_data=sources.no_data,
            carried=tuple(sources.carried),
        )
    )
    before, _, after = known.removeprefix(b'{"line":0').partition(_NO_UNITS)
    return before, after


def _units(units: Decimal | None, drug: Drug) -> bytes:
    """Return units and dose of a line as written."""
    if units is None:
        return b""
    dose = _dose(units, drug)
    if dose is None:
        return b',"units":"%b"' % in_digits(units).encode()
    return b',"units":"%b","dose":{"amount":"%b","unit":%b}' % (
        in_digits(units).encode(),
        in_digits(dose).encode(),
        orjson.dumps(drug.unit),
    )


def _amount(amount: Decimal | None, drug: Drug) -> Amount | None:
    return None if amount is None or drug.unit is None else Amount(amount=amount, unit=drug.unit)


def _dose(units: Decimal | None, drug: Drug) -> Decimal | None:
    # "Up to 20 mg" is one unit for any dose of 1 to 20 mg: the units do not show the dose.
    if units is None or drug.unit_amount is None or drug.unit_up_to:
        return None
    return None if drug.unit is None else units * drug.unit_amount


def _sizes(containers: tuple[Container, ...], drug: Drug) -> tuple[ContainerSize, ...]:
    brands: dict[Decimal, set[str]] = {}
    for container in containers:
        if container.units_per_item is not None:
            brands.setdefault(container.units_per_item, set()).add(container.brand)
    return tuple(
        ContainerSize(units=units, dose=_amount(_dose(units, drug), drug), brands=tuple(sorted(brands[units])))
        for units in sorted(brands)
    )


def _waste_reporting(duty: WasteDuty | None, on: date) -> WasteReporting:
    if duty is None:
        basis = "not on the CMS list of single-dose codes, which is not exhaustive: decide by the container's label"
        return WasteReporting(listed=False, required=None, basis=basis)
    basis = f"on the CMS JW/JZ list: JW or JZ required for dates of service from {duty.required_from}"
    return WasteReporting(listed=True, required=on >= duty.required_from, basis=basis)


def _mue(limit: MueLimit | None) -> MueValue | None:
    if limit is None:
        return None
    return MueValue(value=limit.value, adjudication_indicator=limit.mai, setting=limit.setting)
