from collections.abc import Iterator
from typing import Final

from schemas.outcome import Citation, Location, Severity
from schemas.records import ReportInformation
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

ON_REQUEST: Final = "AA"
SENT: Final = frozenset({"BM", "EL", "EM", "FT", "FX"})  # by mail, electronically, by e-mail, by file transfer, by fax
CLAIM: Final = "$.claimInformation.claimSupplementalInformation"


@claim_edit(
    "DOC-07",
    severity=Severity.PEND,
    predicted=predicts(category="A6", status=("489",), carc=("252",), rarc=("M127",)),
    citation=Citation(source="ASC X12N 005010X222A1", section="2300 and 2400 PWK, attachment control number PWK06"),
    needs=Trait.ATTACHMENT,
    kinds=BOTH_KINDS,
)
def attachment_without_number(claim: ClaimFacts, _: Context) -> list[Verdict]:
    """An attachment is announced as sent, without the control number by which the payer could find it.

    Why: attachments travel apart from the claim. The number (PWK06) is on both, and brings them together.

    Flagged: PWK with report type 03, transmission FX, and no control number.

    Accepted: a number; the id of an attachment uploaded to the clearinghouse (attachmentId); AA, available on request,
    which needs none. Whether the attachment arrived is not seen here.

    To do: Give the attachment a control number and send it here (PWK06) and on the attachment itself.
    """
    announced = [
        (report, where) for report, where in _reports(claim) if report.attachment_transmission_code != ON_REQUEST
    ]
    verdicts: list[Verdict] = []
    if not announced:
        verdicts.append(DoesNotApply())
    for report, where in announced:
        if report.attachment_control_number or report.attachment_id:
            continue
        if report.attachment_transmission_code not in SENT:
            verdicts.append(NoData("attachment transmission code", where.line))
            continue
        verdicts.append(
            Flaw(
                message=f"An attachment (report type {report.attachment_report_type_code or 'not given'}) "
                "is sent without "
                "a control number.",
                hint="Give the attachment a control number and send it here (PWK06) and on the attachment itself.",
                at=where,
                facts={
                    "reportType": report.attachment_report_type_code or "not given",
                    "transmission": report.attachment_transmission_code,
                },
            )
        )
    return verdicts


def _reports(claim: ClaimFacts) -> Iterator[tuple[ReportInformation, Location]]:
    whole = claim.claim.claim_information.claim_supplemental_information
    if whole and whole.report_information:
        yield whole.report_information, _of_claim("reportInformation")
    for place, report in enumerate(whole.report_informations if whole else ()):
        yield report, _of_claim(f"reportInformations[{place}]")
    for line in claim.lines:
        for place, report in enumerate(line.line.service_line_supplemental_information):
            at = in_line(line, "line")
            path = f"{at.json_path}.serviceLineSupplementalInformation[{place}].attachmentControlNumber"
            yield report, at.model_copy(update={"json_path": path, "x12": "2400 PWK06", "cms1500_box": None})


def _of_claim(name: str) -> Location:
    return Location(json_path=f"{CLAIM}.{name}.attachmentControlNumber", x12="2300 PWK06")
