"""The waste ledger as the outcome shows it."""

from decimal import Decimal
from functools import lru_cache

from schemas.outcome import Amount, ContainerCount, WasteLedgerEntry
from worker.edits.drugs.containers import KEPT, Combination
from worker.edits.drugs.ledger import ledger_of
from worker.edits.facts.claim import ClaimFacts, DrugDay, Likeness
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import WASTE
from worker.pipeline.kept import Kept
from worker.pipeline.likeness import ALIKE


class LedgerWriter:
    """Writes the ledgers of claims that were gathered with one snapshot.

    Days that are alike have the same ledger but for the numbers of their lines, so that it is worked out once and kept.
    """

    def __init__(self) -> None:
        self._known: Kept[Likeness, WasteLedgerEntry | None] = Kept(ALIKE)

    def write(self, facts: ClaimFacts) -> tuple[WasteLedgerEntry, ...] | None:
        """One entry a drug and date of which there is something to say; None when there is none."""
        entries = [self._entry(day) for day in facts.drug_days]
        return tuple(entry for entry in entries if entry is not None) or None

    def _entry(self, day: DrugDay) -> WasteLedgerEntry | None:
        if day.likeness is None:
            return _entry(day)
        if day.likeness not in self._known:
            self._known.keep(day.likeness, _entry(day))
        entry = self._known[day.likeness]
        if entry is None or entry.lines == day.numbers:
            return entry
        return entry.model_copy(update={"lines": day.numbers})


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
