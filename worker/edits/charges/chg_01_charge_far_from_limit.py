from decimal import Decimal

from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, DoesNotApply, Flaw, NoData, Options, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.reference.tables.answer import Found


class ChargeRange(Options):
    """How far above Medicare's payment limit a charge is implausible: both the factor and the excess in dollars."""

    most_times_limit: Decimal = Field(default=Decimal(10), gt=1)
    least_excess: Decimal = Field(default=Decimal(1000), ge=0)


@drug_line_edit(
    "CHG-01",
    severity=Severity.WARN,
    predicted=predicts(category="A2", status=("178",), carc=("45",), rarc=("M79",)),
    citation=Citation(source="CMS, Medicare Part B drug payment limits (ASP pricing file) of the quarter"),
    options=ChargeRange,
)
def charge_far_from_limit(line: LineFacts, context: Context) -> Verdict | None:
    """The charge of a drug line is far above what Medicare pays for its units.

    Why: a charge ten times the limit usually means that units and charge do not belong together.

    Flagged: J2353 x 20 for 60,000.00, where Medicare pays about 4,000.

    Accepted: less than ten times the limit, or less than 1,000 dollars above it: both are our own measures, not a
    published rule, and can be set in the payer profile. A charge of 0.01, which contractors prescribe for a drug that
    cost nothing; one of 0.00 is reported by FMT-07.

    To do: Compare the units and the charge; one of them may belong to another line or another billing unit.

    To do: If the drug was free, say so in a note (NTE); else send the charge.
    """
    charge = context.claim.charge_of(line)
    if charge is None or charge <= 0:
        return DoesNotApply()
    answer = line.code.payment_limit
    if not isinstance(answer, Found) or line.units is None or line.units <= 0:
        return NoData("payment limit of the code" if line.units else "unit count", line.number)
    options, allowed = context.options(ChargeRange), answer.row.payment_limit * line.units
    if charge > allowed * options.most_times_limit and charge - allowed >= options.least_excess:
        shown = round(allowed, 2)
        return Flaw(
            message=f"{line.hcpcs}: the charge of {charge:f} is more than {options.most_times_limit:f} times the "
            f"{shown:f} that Medicare pays for the units.",
            hint="Compare the units and the charge; one of them may belong to another line or another billing unit.",
            at=in_line(line, "lineItemChargeAmount"),
            facts={"procedureCode": line.hcpcs, "lineCharge": charge, "billedUnits": line.units},
        )
    return None
