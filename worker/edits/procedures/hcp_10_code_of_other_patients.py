from types import MappingProxyType
from typing import Final

from schemas.outcome import Citation, Fix, Severity
from worker.edits.codes.dialysis import Patients, patients_of
from worker.edits.edit import BOTH_KINDS, Configuration, Context, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.rules.correction import replaced, unsafe
from worker.reference.tables.answer import Found
from worker.reference.tables.snapshot import Snapshot

KIDNEY_FAILURE, ON_DIALYSIS, ACUTE_INJURY = "N186", "Z992", "N17"
DIALYSIS_BILL: Final = "72"
# The same product for the other patients, by the descriptors of HCPCS.
_PAIRS: Final = (
    *(("J0882", "J0881"), ("Q4081", "J0885"), ("J0887", "J0888"), ("Q5105", "Q5106"), ("Q0139", "Q0138")),
    *(("J0884", "J0883"), ("J0892", "J0891"), ("J0899", "J0898")),
)
COUNTERPART: Final = MappingProxyType({one: other for pair in _PAIRS for one, other in (pair, pair[::-1])})


def _names_patients(code: str, configuration: Configuration) -> bool:
    return patients_of(code, configuration.snapshot) is not None


@drug_line_edit(
    "HCP-10",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("507", "255"), carc=("16",), rarc=("N657", "M76")),
    citation=Citation(
        source="CMS, HCPCS Level II descriptors; Medicare Benefit Policy Manual (Pub. 100-02), chapter 11; ICD-10-CM, "
        "N18.6 and Z99.2"
    ),
    about=_names_patients,
    kinds=BOTH_KINDS,
    fixes=("unsafe",),
)
def code_of_other_patients(line: LineFacts, context: Context) -> Verdict | None:
    """The code is for patients on dialysis and the claim shows none, or it is for others and the claim shows dialysis.

    Why: several drugs have one code for patients with kidney failure on dialysis and one for all others, often with
    another unit; the first belongs to the rate of the dialysis facility.

    Flagged: J0882 with N18.30 only; J0881 with N18.6 and Z99.2, or on a bill of a dialysis facility (72X). As a
    warning: J0881 with N18.6 or Z99.2 alone.

    Accepted: J0882 with N18.6 or Z99.2, or on such a bill; J0881 with N18.4; with an acute injury (N17), which is not
    kidney failure even on dialysis.

    To do: Bill … and recount the units if the diagnoses are right; else correct them.

    To do: Verify the diagnoses and the code.
    """
    claim = context.claim
    has_failure, has_dialysis = KIDNEY_FAILURE in claim.diagnoses, ON_DIALYSIS in claim.diagnoses
    is_facility = claim.is_institutional and claim.claim.claim_information.place_of_service_code == DIALYSIS_BILL
    patients = patients_of(line.hcpcs, context.snapshot)
    if patients is Patients.ON_DIALYSIS:
        if has_failure or has_dialysis or is_facility:
            return None
        shown, severity = "neither N18.6 nor Z99.2", None
    else:
        if any(diagnosis.startswith(ACUTE_INJURY) for diagnosis in claim.diagnoses):
            return None
        if not (has_failure or has_dialysis or is_facility):
            return None
        signs = (("N18.6", has_failure), ("Z99.2", has_dialysis), ("type of bill 72X", is_facility))
        shown = " and ".join(sign for sign, is_shown in signs if is_shown)
        severity = None if is_facility or (has_failure and has_dialysis) else Severity.WARN
    other = COUNTERPART.get(line.hcpcs)
    return Flaw(
        message=f"{line.hcpcs} is for {patients}; the claim shows {shown}.",
        hint=f"Bill {other} and recount the units" + " if the diagnoses are right; else correct them."
        if other
        else "Verify the diagnoses and the code.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "shown": shown, "codeOfTheOthers": other or ""},
        severity=severity,
        fix=_fix(line, other, context.snapshot),
    )


def _fix(line: LineFacts, other: str | None, snapshot: Snapshot) -> Fix | None:
    """The other code, where it counts in the same unit."""
    written = line.line.service.procedure_code
    if other is None or written is None or line.on is None or line.drug is None:
        return None
    answer = snapshot.drug(other, line.on)
    is_same_unit = isinstance(answer, Found) and (answer.row.unit_amount, answer.row.unit) == (
        line.drug.unit_amount,
        line.drug.unit,
    )
    return unsafe(replaced(in_line(line, "procedureCode"), written, other)) if is_same_unit else None
