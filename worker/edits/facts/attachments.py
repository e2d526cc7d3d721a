"""The attachments that a claim announces: for the whole claim, or for one line (PWK)."""

from collections.abc import Iterable

from schemas.records import Claim, ReportInformation
from worker.edits.facts.claim import LineFacts


def announced(claim: Claim, lines: Iterable[LineFacts]) -> tuple[ReportInformation, ...]:
    """The attachments of the claim and of these lines, with an empty one left out."""
    whole = claim.claim_information.claim_supplemental_information
    reports: list[ReportInformation] = []
    if whole:
        reports += [whole.report_information] if whole.report_information else []
        reports += whole.report_informations
    reports += [report for line in lines for report in line.line.service_line_supplemental_information]
    return tuple(report for report in reports if report.attachment_report_type_code)
