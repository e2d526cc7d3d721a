"""The body of a request: within which limits it is read, and in which form it holds claims."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from aiohttp import StreamReader, web

from worker.errors import ClaimscrubError
from worker.pipeline.forms import says_resource
from worker.stream.scrubber import Form
from worker.x12.read.segments import is_x12

BODY_S: Final = 30.0
"""For a whole body, and for each line of a body of lines."""

LINES: Final = frozenset({"application/x-ndjson", "application/jsonl", "application/ndjson"})
_X12: Final = "application/edi-x12"
_UNSAID: Final = frozenset({"", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"})
"""What clients send where nobody has told them what the body is."""


class RequestRefusedError(ClaimscrubError):
    """A request that is not answered: its status, a name, and a sentence that holds nothing of the request."""

    def __init__(self, status: HTTPStatus, name: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.name, self.detail = status, name, detail


def media_type(request: web.BaseRequest) -> str:
    """Return the media type of a body, without its parameters."""
    return request.headers.get("Content-Type", "").split(";")[0].strip().lower()


def form_of(kind: str, value: bytes) -> Form:
    """Return in which form a body holds its claims, as the worker does for a message.

    Its media type decides; without one, X12 is known by its ISA. FHIR is known by its resourceType as well.
    Raises `RequestRefusedError` for a media type that holds no claims.
    """
    if kind == _X12 or (kind in _UNSAID and is_x12(value)):
        return Form.INTERCHANGE
    is_json = kind == "application/json" or (kind.endswith("+json") and not kind.startswith("application/cloudevents"))
    if not is_json and kind not in _UNSAID:
        raise RequestRefusedError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported-content-type",
            "A body is application/json, application/fhir+json, application/edi-x12, or application/x-ndjson with one "
            "claim per line.",
        )
    if kind == "application/fhir+json" or says_resource(value):
        return Form.RESOURCE
    return Form.CLAIM


async def whole_body(request: web.BaseRequest, most: int, within_s: float = BODY_S) -> bytes:
    """Return a body. Raises `RequestRefusedError` for one that is too long, or too slow."""
    if (request.content_length or 0) > most:
        raise _too_long(most)
    await _go_on(request)
    pieces, size = list[bytes](), 0
    try:
        async with asyncio.timeout(within_s):
            while piece := await request.content.readany():
                pieces.append(piece)
                size += len(piece)
                if size > most:
                    raise _too_long(most)
    except TimeoutError:
        raise _too_slow() from None
    return b"".join(pieces)


async def lines_of(request: web.BaseRequest, most: int, within_s: float = BODY_S) -> AsyncIterator[bytes]:
    """Yield the lines of a body, without those that are blank. Raises `RequestRefusedError` as `whole_body`."""
    await _go_on(request)
    held, looked_through = bytearray(), 0
    content: StreamReader = request.content
    while True:
        end = held.find(b"\n", looked_through)
        if end >= 0:
            line = bytes(held[:end]).strip()
            del held[: end + 1]
            looked_through = 0
            if line:
                yield line
            continue
        looked_through = len(held)
        if len(held) > most:
            raise _too_long(most)
        try:
            async with asyncio.timeout(within_s):
                piece = await content.readany()
        except TimeoutError:
            raise _too_slow() from None
        if not piece:
            break
        held += piece
    if line := bytes(held).strip():
        yield line


async def _go_on(request: web.BaseRequest) -> None:
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def _too_long(most: int) -> RequestRefusedError:
    return RequestRefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-large",
        f"A message has at most {most:,} bytes; send many claims one per line, as application/x-ndjson.",
    )


def _too_slow() -> RequestRefusedError:
    return RequestRefusedError(HTTPStatus.REQUEST_TIMEOUT, "too-slow", "The body did not come in time.")
