"""The ways in which a fetch fails."""

from worker.errors import ClaimscrubError


class NotFetchedError(ClaimscrubError):
    """A page or a file did not come; the sentence names its address and says why."""


class InterruptedFetchError(NotFetchedError):
    """It did not come this time: a further attempt may go on where this one ended."""


class LicenseAskedError(NotFetchedError):
    """The publisher asks for the acceptance of a license first, which is for a person to decide."""

    def __init__(self, address: str, wanted: str) -> None:
        super().__init__(f"{address}: {wanted} must be accepted first")
        self.address = address
        self.wanted = wanted
