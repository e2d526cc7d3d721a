"""The entries of the tables in force on the date of service for each drug line."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from schemas.outcome import Amount, ContainerSize, LineEnrichment, MueValue, WasteReporting
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.pipeline.kept import Kept
from worker.reference.tables.answer import Absent, Answer, Found, NotCovered, NotInForce
from worker.reference.tables.rows import CareSetting, Container, Drug, MueLimit, WasteDuty
from worker.reference.tables.snapshot import Snapshot

Row = TypeVar("Row")
KEPT: Final = 8192
"""Codes and days whose facts are kept; a year of 20 codes a day fits."""


@dataclass
class _Sources:
    """Which edition answered for each table, and why a table did not answer."""

    editions: dict[str, str] = field(default_factory=dict)
    no_data: dict[str, str] = field(default_factory=dict)

    def row(self, table: str, answer: Answer[Row]) -> Row | None:
        """The row in force, if any; notes where the answer came from."""
        match answer:
            case Found(row, edition):
                self.editions[table] = edition.name
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


class Enricher:
    """Enriches drug lines from one snapshot.

    What the tables know of a code on a day is looked up once and kept, since claims repeat their codes and days; the
    snapshot never changes, so a kept answer is never stale.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: Kept[tuple[str, date, CareSetting, str], LineEnrichment] = Kept(KEPT)

    def enrich(self, facts: ClaimFacts) -> tuple[LineEnrichment, ...]:
        """The enrichment of every drug line, in the order of the lines."""
        setting: CareSetting = "outpatient_hospital" if facts.is_institutional else "practitioner"
        return tuple(
            self._enrich(line, line.drug, line.on, setting) for line in facts.drug_lines if line.drug and line.on
        )

    def _enrich(self, line: LineFacts, drug: Drug, on: date, setting: CareSetting) -> LineEnrichment:
        # Equal units may be written differently, 40 and 40.0, and are shown as they were.
        key = line.hcpcs, on, setting, str(line.units)
        known = self._known.get(key) or self._known.keep(key, self._look_up(line, drug, on, setting))
        return known.model_copy(update={"line": line.number, "provider_control_number": line.control_number})

    def _look_up(self, line: LineFacts, drug: Drug, on: date, setting: CareSetting) -> LineEnrichment:
        sources = _Sources()
        answer = self._snapshot.drug(line.hcpcs, on)
        sources.row("drugs", answer)
        containers = sources.row("containers", self._snapshot.containers_of(line.hcpcs, on))
        mue = sources.row("mue", self._snapshot.mue(line.hcpcs, setting, on))
        opps = sources.row("opps_status", self._snapshot.opps_status(line.hcpcs, on))
        asp = sources.row("asp_limits", self._snapshot.asp_limit(line.hcpcs, on))
        duty = sources.row("waste_duty", self._snapshot.waste_duty(line.hcpcs, on))
        return LineEnrichment(
            line=0,
            units=line.units,
            dose=_dose(line.units, drug),
            hcpcs=line.hcpcs,
            service_date=on,
            in_force=isinstance(answer, Found),
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
        )


def _amount(amount: Decimal | None, drug: Drug) -> Amount | None:
    return None if amount is None or drug.unit is None else Amount(amount=amount, unit=drug.unit)


def _dose(units: Decimal | None, drug: Drug) -> Amount | None:
    # "Up to 20 mg" is one unit for any dose of 1 to 20 mg: the units do not show the dose.
    if units is None or drug.unit_amount is None or drug.unit_up_to:
        return None
    return _amount(units * drug.unit_amount, drug)


def _sizes(containers: tuple[Container, ...], drug: Drug) -> tuple[ContainerSize, ...]:
    brands: dict[Decimal, set[str]] = {}
    for container in containers:
        if container.units_per_item is not None:
            brands.setdefault(container.units_per_item, set()).add(container.brand)
    return tuple(
        ContainerSize(units=units, dose=_dose(units, drug), brands=tuple(sorted(brands[units])))
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
