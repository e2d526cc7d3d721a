"""Whether a claim is checked against the record: the payer profile decides how strictly it is required."""

from collections.abc import Iterable

from schemas.documentation import Element
from worker.edits.edit import Context, NoData
from worker.payers.profile import DocumentationMode


def record_not_asked(context: Context, line: int | None = None) -> NoData | None:
    """Why the record cannot be judged; None when the claim can be checked against it.

    A record that is not required lacks nothing as long as none was sent.
    """
    if context.profile.documentation is DocumentationMode.OFF:
        return NoData("documentation, for which this profile does not ask", line)
    if context.claim.documentation is None and context.profile.documentation is not DocumentationMode.REQUIRED:
        return NoData("documentation", line)
    return None


def not_told_apart(elements: Iterable[Element], context: Context, line: int | None = None) -> NoData | None:
    """Why it is not known whether a drug's record lacks these elements; None when it is.

    An amount recorded for the whole claim belongs to one of its drugs, but the record does not say which.
    """
    told = {
        entry.element
        for entry in context.claim.documentation or ()
        if entry.value and not entry.provider_control_number
    }
    unclear = next((each for each in elements if each in told), None)
    return NoData(f"documentation {unclear.value} of the lines of the drug", line) if unclear else None
