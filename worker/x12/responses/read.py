"""Reads payers' answers as a stream: 835, 277CA and 999, by what each transaction says it is.

A flaw spoils as little as it can, as with 837s: an answer to a claim that may not be whole, or whose amounts do not fit
together, is not given out, and is said by its segment.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final

from worker.x12.read.events import Envelope, Level, SegmentFlaw
from worker.x12.read.interchanges import TransactionContent, TransactionRefusal, read_transactions
from worker.x12.responses.acknowledgments import ClaimAcknowledgments
from worker.x12.responses.records import Response, ResponseRead
from worker.x12.responses.remittances import Remittances
from worker.x12.responses.transaction_acknowledgments import TransactionAcknowledgments

_NONE_OF_THEM: Final = (
    "The transaction is neither an 835 (005010X221), a 277CA (005010X214) nor a 999 (005010X231) by its ST and GS08."
)


def read_responses(stream: BinaryIO) -> Iterator[ResponseRead]:
    """Yield answers and flaws in the order of the file, and the ends of transactions, groups and interchanges.

    The stream is read twice, as `worker.x12.read.interchanges.read_transactions` explains.
    """
    return read_transactions(stream, _open)


def _open(
    envelope: Envelope,
    first: int,
    is_refused: bool,  # noqa: FBT001 - see OpenTransaction
) -> TransactionContent[Response] | TransactionRefusal:
    version = envelope.said("st", 3) or envelope.said("gs", 8)
    match envelope.said("st", 1), version[:10]:
        case "835", "005010X221":
            return Remittances(envelope, first, is_refused=is_refused)
        case "277", "005010X214":
            return ClaimAcknowledgments(envelope, first, is_refused=is_refused)
        case "999", "005010X231":
            return TransactionAcknowledgments(envelope, first, is_refused=is_refused)
    return TransactionRefusal(_NONE_OF_THEM, "1")


def remedy_of(flaw: SegmentFlaw) -> str:
    """Return what to do about a flaw, in one sentence; empty where everything was read all the same."""
    if flaw.is_passed_over:
        return ""
    if flaw.level is Level.CLAIM:
        return "The answer to this claim is left out: ask the payer to send it again."
    return "Nothing of it is used: get the file again, or ask its sender for it."
