"""Why a memory of earlier claims cannot be used."""

from worker.errors import ClaimscrubError


class HistoryError(ClaimscrubError):
    """The memory of a partition cannot be used; the message says where it is, and what would be right."""


class OtherHistoryError(HistoryError):
    """The memory was written under another key file, or with another count of partitions."""


class BrokenHistoryError(HistoryError):
    """The changelog does not lead to the committed position, or the store takes nothing."""


class MemoryInUseError(HistoryError):
    """Somebody uses a memory that is to be changed as a whole."""
