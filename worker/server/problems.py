"""Problem details (RFC 9457): why there is no outcome, in words, with JSON paths and without a value of the message."""

import re
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

import orjson

from schemas.dead_letter import DeadLetterReason
from worker.server.frames import Reply
from worker.wording.dead_letter_reasons import in_words

CONTENT_TYPE: Final = "application/problem+json"
_PLACED: Final = re.compile(r"(?P<path>\$[^\s:]*): (?P<detail>.+)", re.DOTALL)
_STATUS: Final = MappingProxyType(
    {
        DeadLetterReason.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        DeadLetterReason.MESSAGE_LIMIT: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        DeadLetterReason.UNSUPPORTED_CONTENT_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        DeadLetterReason.OVER_BUDGET: HTTPStatus.INTERNAL_SERVER_ERROR,
        DeadLetterReason.CRASH_LOOP: HTTPStatus.INTERNAL_SERVER_ERROR,
        DeadLetterReason.INTERNAL_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
    }
)


def status_of(reason: DeadLetterReason) -> HTTPStatus:
    """Return the status of a reason: 500 where the fault may be ours, else that of a request that is not right."""
    return _STATUS.get(reason, HTTPStatus.UNPROCESSABLE_ENTITY)


def of_reason(reason: DeadLetterReason, stage: str = "", flaws: tuple[str, ...] = (), place: str = "") -> bytes:
    """Return the problem of a message or a part of one that is not a claim."""
    problem: dict[str, Any] = {  # any JSON: our own
        "type": f"/problems/{reason.value}",
        "title": f"There is no outcome: {in_words(reason)}.",
        "status": status_of(reason).value,
        "reason": reason.value,
    }
    if stage:
        problem["stage"] = stage
    if place:
        problem["place"] = place
    if flaws:
        problem["detail"] = flaws[0]
        problem["errors"] = [_error(each) for each in flaws]
    return orjson.dumps(problem)


def _error(sentence: str) -> dict[str, str]:
    placed = _PLACED.fullmatch(sentence)
    return placed.groupdict() if placed else {"detail": sentence}


def of_request(status: HTTPStatus, detail: str, name: str) -> bytes:
    """Return the problem of a request that is not answered, whatever it holds."""
    return orjson.dumps({"type": f"/problems/{name}", "title": status.phrase, "status": status.value, "detail": detail})


def failed(reason: DeadLetterReason) -> Reply:
    """Return the reply that says that nothing could be made."""
    return Reply(of_reason(reason), CONTENT_TYPE, status_of(reason).value)


def refused(detail: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST, name: str = "bad-request") -> Reply:
    """Return the reply that refuses a request, and says why."""
    return Reply(of_request(status, detail, name), CONTENT_TYPE, status.value)
