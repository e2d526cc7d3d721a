"""The waste ledger as the outcome shows it."""

from decimal import Decimal
from functools import lru_cache

import orjson

from worker.edits.drugs.containers import KEPT, Combination
from worker.edits.drugs.ledger import ledger_of
from worker.edits.facts.claim import ClaimFacts, DrugDay
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import WASTE


def ledgers(facts: ClaimFacts) -> bytes:
    """Return one `WasteLedgerEntry` a drug and date of which there is something to say, as written."""
    entries = map(_entry, facts.drug_days)
    return b",".join([entry for entry in entries if entry])


def _entry(day: DrugDay) -> bytes:
    ledger = ledger_of(day)
    if ledger is None:
        return b""
    carried = {modifier for line in day.lines for modifier in line.modifiers}
    entry = {
        "hcpcs": day.hcpcs,
        "serviceDate": day.on,
        "lines": [line.number for line in day.lines],
        "modifiers": [modifier for modifier in WASTE if modifier in carried],
        "doseGiven": _dose(day.dose_given, day),
        "doseDiscarded": _dose(day.dose_discarded, day),
        "expectedGiven": _plain(ledger.expected_given),
        "expectedDiscarded": _plain(ledger.expected_wasted),
        "withinOneUnit": ledger.within_one_unit,
        "billedGiven": _plain(day.units_given) if day.given else None,
        "billedDiscarded": _plain(day.units_wasted) if day.wasted else None,
        "containersMarketed": [_plain(size) for size in ledger.marketed],
        "containersOpened": _counts(ledger.opened),
        "containersLeastWaste": _counts(ledger.least),
        "unavoidableDiscarded": _plain(ledger.unavoidable),
    }
    return orjson.dumps({name: value for name, value in entry.items() if value is not None})


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount, "f")


def _dose(amount: Decimal | Unknown, day: DrugDay) -> dict[str, str | None] | None:
    if isinstance(amount, Unknown) or day.drug.unit is None:
        return None
    return {"amount": _plain(amount), "unit": day.drug.unit}


@lru_cache(maxsize=KEPT)
def _counts(combination: Combination | None) -> tuple[dict[str, object], ...] | None:
    if combination is None:
        return None
    return tuple([{"units": _plain(round(size, 3).normalize()), "count": count} for size, count in combination.counts])
