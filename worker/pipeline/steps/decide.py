"""From findings to the disposition of the claim."""

from collections.abc import Iterable

from schemas.outcome import Disposition, Finding, Severity


def decide(findings: Iterable[Finding]) -> Disposition:
    """The worst finding decides: one to reject rejects, else one to pend pends; warnings let the claim pass."""
    severities = {finding.severity for finding in findings}
    if Severity.REJECT in severities:
        return Disposition.REJECTED
    if Severity.PEND in severities:
        return Disposition.PENDED
    return Disposition.SCRUBBED
