"""The waste ledger as the outcome shows it."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.json import Encoder

from schemas.values import in_digits
from worker.edits.drugs.containers import KEPT, Combination
from worker.edits.drugs.ledger import ledger_of
from worker.edits.facts.claim import ClaimFacts, DrugDay
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import WASTE

_ENCODER: Final = Encoder()


Amounts: TypeAlias = tuple[dict[str, object], ...]


class _WrittenLedger(Struct, omit_defaults=True, rename="camel", gc=False):
    """A `WasteLedgerEntry`, with its members and their order; what is not known is not written."""

    hcpcs: str
    service_date: date
    lines: list[int]
    modifiers: list[str]
    dose_given: dict[str, str] | None = None
    dose_discarded: dict[str, str] | None = None
    expected_given: str | None = None
    expected_discarded: str | None = None
    within_one_unit: bool | None = None
    billed_given: str | None = None
    billed_discarded: str | None = None
    containers_marketed: list[str] | None = None
    containers_opened: Amounts | None = None
    containers_least_waste: Amounts | None = None
    unavoidable_discarded: str | None = None


def ledgers(facts: ClaimFacts) -> bytes:
    """Return one `WasteLedgerEntry` a drug and date of which there is something to say, as written."""
    entries = map(_entry, facts.drug_days)
    return b",".join([entry for entry in entries if entry])


def _entry(day: DrugDay) -> bytes:
    ledger = ledger_of(day)
    if ledger is None:
        return b""
    carried = {modifier for line in day.lines for modifier in line.modifiers}
    return _ENCODER.encode(
        _WrittenLedger(
            hcpcs=day.hcpcs,
            service_date=day.on,
            lines=[line.number for line in day.lines],
            modifiers=[modifier for modifier in WASTE if modifier in carried],
            dose_given=_dose(day.dose_given, day),
            dose_discarded=_dose(day.dose_discarded, day),
            expected_given=_plain(ledger.expected_given),
            expected_discarded=_plain(ledger.expected_wasted),
            within_one_unit=ledger.within_one_unit,
            billed_given=_plain(day.units_given) if day.given else None,
            billed_discarded=_plain(day.units_wasted) if day.wasted else None,
            containers_marketed=list(map(in_digits, ledger.marketed)),
            containers_opened=_counts(ledger.opened),
            containers_least_waste=_counts(ledger.least),
            unavoidable_discarded=_plain(ledger.unavoidable),
        )
    )


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else in_digits(amount)


def _dose(amount: Decimal | Unknown, day: DrugDay) -> dict[str, str] | None:
    if isinstance(amount, Unknown) or day.drug.unit is None:
        return None
    return {"amount": in_digits(amount), "unit": day.drug.unit}


@lru_cache(maxsize=KEPT)
def _counts(combination: Combination | None) -> Amounts | None:
    if combination is None:
        return None
    sizes = [(in_digits(round(size, 3).normalize()), count) for size, count in combination.counts]
    return tuple([{"units": size, "count": count} for size, count in sizes])
