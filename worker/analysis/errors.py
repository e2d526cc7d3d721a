"""Why an analysis ends."""

from worker.errors import ClaimscrubError


class AnalysisError(ClaimscrubError):
    """Outcomes cannot be read, or figures not be made of them; the message names the file and what would be right."""
