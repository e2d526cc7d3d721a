"""Whether the record may be held against a claim: the payer profile decides how strictly it is asked for."""

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
