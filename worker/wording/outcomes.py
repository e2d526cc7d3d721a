"""Parts of an outcome, each in one line."""

from decimal import Decimal

from schemas.outcome import Amount, Basis, CarriedTable, Prediction
from worker.wording.counts import counted


def basis_in_words(basis: Basis) -> str:
    """Return what a verdict rests on, in one line."""
    parts = [f"no table {table} for these days" for table in basis.missing]
    parts += [earlier_in_words(each) for each in basis.carried]
    return f"Basis: {basis.level.value}" + (f" ({'; '.join(parts)})" if parts else "")


def earlier_in_words(carried: CarriedTable) -> str:
    """Return the edition of a table that is carried forward, and how long before the day of service it ended."""
    return f"{carried.edition}, which ended {counted(carried.age_days, 'day')} before"


def predicted_codes(predicted: Prediction) -> str:
    """Return the remittance and 277CA codes in one line."""
    parts = [
        f"{name} {' '.join(codes)}" for name, codes in (("CARC", predicted.carc), ("RARC", predicted.rarc)) if codes
    ]
    status = ":".join(filter(None, (predicted.claim_status_category, "+".join(predicted.claim_status))))
    entity = f" entity {predicted.entity}" if predicted.entity else ""
    return ", ".join([*parts, f"277CA {status}{entity}"])


def counted_decimal(count: Decimal, one: str) -> str:
    """Return a decimal count with its noun."""
    return f"{count:f} {one}" if count == 1 else f"{count:f} {one}s"


def amount(of: Amount) -> str:
    """Return an amount with its unit."""
    return f"{of.amount:f} {of.unit}"
