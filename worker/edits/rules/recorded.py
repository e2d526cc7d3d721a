"""Whether the record may be held against a claim: the payer profile decides how strictly it is asked for."""

from collections.abc import Iterable

from schemas.documentation import Element
from worker.edits.edit import Context, NoData
from worker.payers.profile import DocumentationMode


def record_not_asked(context: Context, line: int | None = None) -> NoData | None:
    """Why the record cannot be judged; None when the claim can be held to it.

    A record that need not be sent can lack nothing as long as nobody sent one.
    """
    if context.profile.documentation is DocumentationMode.OFF:
        return NoData("documentation, for which this profile does not ask", line)
    if context.claim.documentation is None and context.profile.documentation is not DocumentationMode.REQUIRED:
        return NoData("documentation", line)
    return None


def not_told_apart(elements: Iterable[Element], context: Context, line: int | None = None) -> NoData | None:
    """Why a drug's record cannot be said to lack these elements; None when it can.

    An amount told of the whole claim, on which several drugs were given, is one of them; nobody can tell of which.
    """
    told = {
        entry.element
        for entry in context.claim.documentation or ()
        if entry.value and not entry.provider_control_number
    }
    unclear = next((each for each in elements if each in told), None)
    return NoData(f"documentation {unclear.value} of the lines of the drug", line) if unclear else None
