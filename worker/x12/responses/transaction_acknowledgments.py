"""The transactions that a 999 (ASC X12C 005010X231A1) answers."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from worker.x12.layout.responses import ACKNOWLEDGED_GROUP, ACKNOWLEDGED_RESULT, ACKNOWLEDGED_TRANSACTION
from worker.x12.layout.rows import Json
from worker.x12.layout.structure import parsed
from worker.x12.layout.structure_999 import IMPLEMENTATION_ACKNOWLEDGMENT
from worker.x12.read.events import Envelope, SegmentFlaw
from worker.x12.read.places import Place, Places, response_places
from worker.x12.read.segments import Segment
from worker.x12.responses.content import ResponseContent
from worker.x12.responses.records import AcknowledgedTransaction

_BEGINNINGS: Final = {"AK2": "2000", "IK5": "2000-end", "AK9": "summary"}
_CLAIM_NUMBER: Final = "CLM01"


@cache
def _walks() -> tuple[Places, dict[str, Place]]:
    layouts = (ACKNOWLEDGED_GROUP, ACKNOWLEDGED_TRANSACTION, ACKNOWLEDGED_RESULT)
    return response_places(parsed(IMPLEMENTATION_ACKNOWLEDGMENT), layouts)


class TransactionAcknowledgments(ResponseContent[AcknowledgedTransaction]):
    """One 999."""

    turning = frozenset(_BEGINNINGS)

    def __init__(self, envelope: Envelope, first: int, *, is_refused: bool = False) -> None:
        super().__init__(envelope, first, _walks(), is_refused=is_refused)
        self._loop = "header"
        self._group = ""
        self._transaction: Json | None = None
        self._of_transaction = 0

    def take(self, segment: Segment) -> Iterator[AcknowledgedTransaction | SegmentFlaw]:
        """Yield the answer that a segment brings to its end, and what is wrong."""
        yield from self._close(segment)
        self._loop = _BEGINNINGS[segment.elements[0]]
        if self._loop != "2000-end" and self._of_transaction:
            yield self._without_result()
        if self._loop == "2000":
            self._of_transaction = segment.number
        self._begin(self._loop, segment.number)
        if segment.flaw is None:
            self.absorb(segment)

    def end(self, segment: Segment, doubt: str | None = None) -> Iterator[AcknowledgedTransaction | SegmentFlaw]:
        """Yield the last answer."""
        yield from self._close(segment, doubt)
        if self._of_transaction:
            yield self._without_result()

    def _without_result(self) -> SegmentFlaw:
        at, self._of_transaction, self._transaction = self._of_transaction, 0, None
        self.refused += 1
        return self._refusal(at, "AK2", "What became of its transaction is not said: IK5 is missing.")

    def _close(self, segment: Segment, doubt: str | None = None) -> Iterator[AcknowledgedTransaction | SegmentFlaw]:
        yield from self._finish(segment, doubt)
        loop, self._loop = self._loop, ""
        values = self._values()
        if loop == "header":
            self._group = values.get("groupControlNumber", "")
        elif loop == "2000":
            self._transaction = values if self._is_sound else None
        elif loop == "2000-end":
            yield from self._result(values)

    def _result(self, values: Json) -> Iterator[AcknowledgedTransaction | SegmentFlaw]:
        transaction, self._transaction = self._transaction, None
        at, self._of_transaction = self._of_transaction, 0
        code, number = values.get("code"), (transaction or {}).get("controlNumber")
        # What comes behind an IK5 belongs to a transaction whose AK2 is lost, so that the IK5 may be another's.
        is_alone = not self._part.notes
        if transaction is None or not (code and number and self._group and self._is_sound and is_alone):
            self.refused += 1
            if self._spoiled is None and not self.is_refused:
                yield self._refusal(
                    self._at, "IK5", "It does not say of which transaction it is, or what became of it."
                )
            return
        self.given += 1
        errors = transaction.get("errors", ())
        yield AcknowledgedTransaction(
            at,
            self._group,
            number,
            code,
            tuple(_error(each) for each in errors),
            tuple(
                each["contextValue"]
                for error in errors
                for each in error.get("contexts", ())
                if each.get("context") == _CLAIM_NUMBER and each.get("contextValue")
            ),
        )


def _error(part: Json) -> str:
    return " ".join(filter(None, (part.get("code"), part.get("segment"), part.get("loop"))))
