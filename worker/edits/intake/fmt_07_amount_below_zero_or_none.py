from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.services import may_be_drug
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

MOST_DECIMALS = 3
RATES: Final = "002"
"""The beginning of the revenue codes of case-mix rates (0022 to 0024)."""
STATE_SUPPLIED = "SL"


@claim_edit(
    "FMT-07",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("402", "583"), carc=("16",), rarc=("M79",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), SV102 and SV104; 005010X223A2 (837I), SV203 and SV205"),
    looks_for=Trait.ODD_AMOUNT,
    kinds=BOTH_KINDS,
    sometimes=(predicts(category="A7", status=("697", "476"), carc=("16",), rarc=("M53",)),),
)
def amount_below_zero_or_none(claim: ClaimFacts, _: Context) -> list[Verdict]:
    """A line has a charge below zero, no units or fewer, or a unit count finer than a thousandth.

    Why: a claim bills what was done; credits are sent as a void or a replacement of the claim.

    Flagged: a charge of -10.00; 0 units; 1.0005 units. A charge of 0.00 is a warning, since some payers accept it for
    a drug that cost nothing and others ask for 0.01.

    Accepted: 0.00 with SL, for a vaccine that the state supplies; a charge of 0.01; 0.5 units; 1.5000 units, which is
    1.5; on a facility's claim, a charge of 0.00, which states that a service has no charge of its own, and the lines of
    rates (revenue code 002x), whose units count days.

    To do: Send the charge of the line.

    To do: For a drug that cost nothing, send what the payer asks for: 0.00 or 0.01.

    To do: Send at most … decimals.

    To do: Send the number of units that were given or discarded, above zero.
    """
    verdicts: list[Verdict] = []
    for line, charge in zip(claim.lines, claim.charges, strict=True):
        if facility := line.line.institutional_service:
            charge = None if charge == 0 else charge  # noqa: PLW2901 - a facility states a rate's lines without charge
            if (facility.service_line_revenue_code or "").startswith(RATES):
                continue
        if (charge is not None and charge <= 0) or not _is_billable(line.units):
            verdicts += _flaws(line, charge, line.units)
    return verdicts


@lru_cache(maxsize=1024)
def _is_billable(units: Decimal | None) -> bool:
    return units is None or (units > 0 and _decimals(units) <= MOST_DECIMALS)


def _flaws(line: LineFacts, charge: Decimal | None, units: Decimal | None) -> Iterator[Verdict]:
    if charge == 0 and STATE_SUPPLIED in line.modifiers:
        yield Bypassed(f"modifier {STATE_SUPPLIED}", line.number)
    elif charge is not None and charge <= 0:
        yield Flaw(
            message=f"{line.hcpcs}: the line charge is {charge:f}.",
            hint="Send the charge of the line."
            if charge or not may_be_drug(line)
            else "For a drug that cost nothing, send what the payer asks for: 0.00 or 0.01.",
            at=in_line(line, "lineItemChargeAmount"),
            facts={"procedureCode": line.hcpcs, "lineCharge": charge},
            severity=None if charge else Severity.WARN,
        )
    if units is not None and units <= 0:
        yield _units(line, units, "476", "Send the number of units that were given or discarded, above zero.")
    elif units is not None and _decimals(units.normalize()) > MOST_DECIMALS:
        yield _units(line, units, "697", f"Send at most {MOST_DECIMALS} decimals.")


def _decimals(units: Decimal) -> int:
    exponent = units.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _units(line: LineFacts, units: Decimal, status: str, hint: str) -> Flaw:
    return Flaw(
        message=f"{line.hcpcs}: the unit count is {units:f}.",
        hint=hint,
        at=in_line(line, "serviceUnitCount"),
        facts={"procedureCode": line.hcpcs, "units": units},
        predicted=predicts(
            category="A7", status=("476",) if status == "476" else (status, "476"), carc=("16",), rarc=("M53",)
        ),
    )
