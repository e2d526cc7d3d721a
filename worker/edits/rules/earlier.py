"""What edits on earlier claims have in common: what they need, which of them speaks, and what a finding names."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from schemas.outcome import Severity
from worker.edits.edit import Configuration, Context, Lacks, NoData
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.earlier import EarlierClaims
from worker.history.entry import DECIDED, EarlierClaim

PENDING_DAYS: Final = 30
"""Days in which a payer cannot be taken to have returned a claim: Medicare pays clean claims in 30, 42 U.S.C. 1395u(c).

Afterwards a claim may have been returned as unprocessable (MA130), which is then sent anew, and nobody said so here.
"""
SENT_TWICE, LINE_SENT_TWICE = "IDN-07", "DUP-01"
_NO_MEMORY: Final = "a memory of earlier claims"


def without_memory(configuration: Configuration) -> str | None:
    """An edit that decides nothing where no claims are remembered."""
    return None if configuration.remembers else _NO_MEMORY


def without_memory_or(other: Lacks) -> Lacks:
    """An edit that needs earlier claims, and something else as well."""

    def lacks(configuration: Configuration) -> str | None:
        return without_memory(configuration) or other(configuration)

    return lacks


def earlier_claims(context: Context) -> EarlierClaims:
    """The claims before this one. Raises `TypeError` where an edit asks for them without `without_memory`."""
    earlier = context.earlier
    if earlier is None:
        raise TypeError("an edit on earlier claims needs `lacks=without_memory`")
    return earlier


def is_sent_twice(context: Context) -> bool:
    """Whether IDN-07 reports the claim, so that no other edit need compare it with its first copy."""
    return earlier_claims(context).sent_before is not None and _is_on(SENT_TWICE, context)


def is_repeated(context: Context, *lines: LineFacts) -> bool:
    """Whether IDN-07 or DUP-01 reports one of these lines: what is sent again is one finding, not one of each edit."""
    earlier = earlier_claims(context)
    if earlier.is_new:
        return False
    if is_sent_twice(context):
        return True
    repeated = earlier.repeated
    return any(line.number in repeated for line in lines) and _is_on(LINE_SENT_TWICE, context)


def _is_on(edit: str, context: Context) -> bool:
    return context.profile.setting(edit).off is None


def unless_known(context: Context, since: date | None, line: int | None = None) -> NoData | None:
    """Return no data where the memory begins after that day; None when nothing can have been missed."""
    missing = earlier_claims(context).lacks(since)
    return None if missing is None else _no_data(missing, line)


_no_data: Final = lru_cache(maxsize=4096)(NoData)
"""Where the memory is young, most edits on earlier claims say the same of every claim."""


def of_duplicate(earlier: EarlierClaim, context: Context) -> Severity | None:
    """How severe it is to send again what is on a claim: less when that one may have been returned by now."""
    is_decided = earlier.state in DECIDED
    is_recent = (context.received_on - earlier.received_on).days <= PENDING_DAYS
    return None if is_decided or is_recent else Severity.WARN


def named(earlier: EarlierClaim) -> Mapping[str, object]:
    """The facts by which an earlier claim is found: the beginning of its outcome's id, and the mark of its number."""
    return {
        "earlierOutcome": earlier.outcome.hex(),
        "earlierControlMark": earlier.control.hex(),
        "earlierReceivedOn": earlier.received_on,
    }
