"""The waste ledger as the outcome tells it."""

from decimal import Decimal
from functools import lru_cache

from schemas.outcome import Amount, ContainerCount, WasteLedgerEntry
from worker.edits.containers import KEPT, Combination
from worker.edits.facts import ClaimFacts, DrugDay
from worker.edits.ledger import Ledger, ledger_of
from worker.edits.record import Unknown


def waste_ledger(facts: ClaimFacts) -> tuple[WasteLedgerEntry, ...] | None:
    """One entry a drug and date of which there is something to say; None when there is none."""
    ledgers = (ledger_of(day) for day in facts.drug_days)
    return tuple(_entry(ledger) for ledger in ledgers if ledger) or None


def _entry(ledger: Ledger) -> WasteLedgerEntry:
    day = ledger.day
    return WasteLedgerEntry(
        hcpcs=day.hcpcs,
        service_date=day.on,
        lines=tuple(line.number for line in day.lines),
        modifiers=tuple(modifier for modifier in ("JW", "JZ") if any(modifier in line.modifiers for line in day.lines)),
        dose_given=_amount(day.dose_given, day),
        dose_discarded=_amount(day.dose_discarded, day),
        expected_given=ledger.expected_given,
        expected_discarded=ledger.expected_wasted,
        within_one_unit=ledger.within_one_unit,
        billed_given=day.units_given if day.given else None,
        billed_discarded=day.units_wasted if day.wasted else None,
        containers_marketed=ledger.marketed,
        containers_opened=_counts(ledger.opened),
        containers_least_waste=_counts(ledger.least),
        unavoidable_discarded=ledger.unavoidable,
    )


def _amount(amount: Decimal | Unknown, day: DrugDay) -> Amount | None:
    return None if isinstance(amount, Unknown) or day.drug.unit is None else Amount(amount=amount, unit=day.drug.unit)


@lru_cache(maxsize=KEPT)
def _counts(combination: Combination | None) -> tuple[ContainerCount, ...] | None:
    if combination is None:
        return None
    return tuple(ContainerCount(units=round(size, 3).normalize(), count=number) for size, number in combination.counts)
