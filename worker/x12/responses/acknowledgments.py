"""The claims of one 277CA (ASC X12N 005010X214), each with what became of it on the way in."""

from collections.abc import Iterator
from functools import cache
from typing import Final

from worker.x12.layout.responses import (
    ACKNOWLEDGED_PATIENT,
    ACKNOWLEDGED_PROVIDER,
    ACKNOWLEDGED_RECEIVER,
    ACKNOWLEDGED_SOURCE,
)
from worker.x12.layout.rows import Json
from worker.x12.layout.structure import parsed
from worker.x12.layout.structure_277ca import CLAIM_ACKNOWLEDGMENT
from worker.x12.read.events import Envelope, SegmentFlaw
from worker.x12.read.places import Place, Places, response_places
from worker.x12.read.segments import Segment
from worker.x12.responses.content import ResponseContent
from worker.x12.responses.records import AcknowledgedClaim, AcknowledgedLine
from worker.x12.responses.values import (
    UnreadableAnswerError,
    day_of,
    optional_amount,
    period_of,
    revenue_code_of,
    service_of,
    statuses_of,
)

_LEVELS: Final = {"20": "2000A", "21": "2000B", "19": "2000C", "PT": "2000D"}
_DEPTH: Final = {code: depth for depth, code in enumerate(_LEVELS)}
_PATIENT: Final = "PT"


@cache
def _walks() -> tuple[Places, dict[str, Place]]:
    layouts = (ACKNOWLEDGED_SOURCE, ACKNOWLEDGED_RECEIVER, ACKNOWLEDGED_PROVIDER, ACKNOWLEDGED_PATIENT)
    return response_places(parsed(CLAIM_ACKNOWLEDGMENT), layouts)


class ClaimAcknowledgments(ResponseContent[AcknowledgedClaim]):
    """One 277CA: its hierarchy of source, receiver, providers and patients."""

    turning = frozenset({"HL"})

    def __init__(self, envelope: Envelope, first: int, *, is_refused: bool = False) -> None:
        super().__init__(envelope, first, _walks(), is_refused=is_refused)
        self._code = ""
        self._numbers: list[str] = []
        self._levels: list[Json] = []

    def take(self, segment: Segment) -> Iterator[AcknowledgedClaim | SegmentFlaw]:
        """Yield the claims of the level that a segment brings to its end, and what is wrong."""
        yield from self._close(segment)
        number, parent, code = [*segment.elements[1:4], "", "", ""][:3]
        depth = _DEPTH.get(code)
        if segment.flaw is not None or depth is None or not number or self._parent(depth) != parent:
            # Whose level it is cannot be said; what hangs on it is not given out either.
            del self._numbers[depth or 0 :], self._levels[depth or 0 :]
            self._code = ""
            self._begin("2000D", segment.number)
            self._spoil(segment, segment.flaw or "Its HL is of no level of a 277CA, or names no level around it.")
            self._code = code
            return
        del self._numbers[depth:], self._levels[depth:]
        self._numbers.append(number)
        self._code = code
        self._begin(_LEVELS[code], segment.number)
        self.absorb(segment)

    def end(self, segment: Segment, doubt: str | None = None) -> Iterator[AcknowledgedClaim | SegmentFlaw]:
        """Yield the claims of the last level."""
        yield from self._close(segment, doubt)

    def _parent(self, depth: int) -> str | None:
        """The number that HL02 must have; None when the level around it is not in force."""
        if depth == 0:
            return ""
        return self._numbers[depth - 1] if depth <= len(self._numbers) else None

    def _close(self, segment: Segment, doubt: str | None = None) -> Iterator[AcknowledgedClaim | SegmentFlaw]:
        yield from self._finish(segment, doubt)
        code, self._code = self._code, ""
        if not self._is_sound:
            self.refused += code == _PATIENT
            if code and code != _PATIENT and self._numbers:
                # A level that may say something else is not in force, and nothing on it.
                del self._numbers[_DEPTH.get(code, 0) :], self._levels[_DEPTH.get(code, 0) :]
            return
        if code and code != _PATIENT:
            self._levels.append(self._values())
            return
        for part in self._values().get("claims", ()):
            yield from self._claim(part)

    def _claim(self, part: Json) -> Iterator[AcknowledgedClaim | SegmentFlaw]:
        try:
            claim = self._claim_of(part)
        except UnreadableAnswerError as error:
            self.refused += 1
            yield self._refusal(self._at, "TRN", str(error))
            return
        self.given += 1
        yield claim

    def _claim_of(self, part: Json) -> AcknowledgedClaim:
        statuses = statuses_of(part)
        if not part.get("controlNumber") or not statuses:
            raise UnreadableAnswerError("The patient's level does not say which claim it is, or what became of it.")
        source, provider = self._levels[0], self._levels[2]
        begin, end = period_of(part)
        first = part["statuses"][0]
        return AcknowledgedClaim(
            self._at,
            part["controlNumber"],
            day_of(first, "on") or day_of(source, "processedOn"),
            optional_amount(first, "charge", "STC04"),
            statuses,
            part.get("payerControlNumber", ""),
            part.get("clearinghouseNumber", ""),
            provider.get("providerId", "") if provider.get("providerQualifier") == "XX" else "",
            source.get("payerId", ""),
            begin,
            end,
            tuple(map(_line_of, part.get("lines", ()))),
        )


def _line_of(part: Json) -> AcknowledgedLine:
    service = service_of(part, "procedure")
    begin, end = period_of(part)
    return AcknowledgedLine(
        service,
        revenue_code_of(part, service),
        optional_amount(part, "charge", "SVC02"),
        part.get("controlNumber", ""),
        begin,
        end,
        statuses_of(part),
    )
