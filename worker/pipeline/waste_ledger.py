"""The waste ledger as the outcome shows it."""

from decimal import Decimal
from functools import lru_cache

from schemas.outcome import Amount, ContainerCount, WasteLedgerEntry
from worker.edits.drugs.containers import KEPT, Combination
from worker.edits.drugs.ledger import ledger_of
from worker.edits.facts.claim import ClaimFacts, DrugDay
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import WASTE
from worker.pipeline.rules.plan import written


def ledgers(facts: ClaimFacts) -> bytes:
    """Return one entry a drug and date of which there is something to say, as written."""
    entries = map(_entry, facts.drug_days)
    return b",".join([written(entry) for entry in entries if entry is not None])


def _entry(day: DrugDay) -> WasteLedgerEntry | None:
    ledger = ledger_of(day)
    if ledger is None:
        return None
    return WasteLedgerEntry(
        hcpcs=day.hcpcs,
        service_date=day.on,
        lines=day.numbers,
        modifiers=tuple(modifier for modifier in WASTE if any(modifier in line.modifiers for line in day.lines)),
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
