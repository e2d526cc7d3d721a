"""The paths of the API, and what each of them answers."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Any, Final, TypeAlias

import orjson
from aiohttp import web

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from worker.observe.recorder import Recorder
from worker.server.answers import JSON, NDJSON
from worker.server.connections import ALWAYS, NOTHING_LOADED
from worker.server.frames import DeskQuestion, PostedClaim, PostedVerdict, Reply, SplitMessage, SplitParts
from worker.server.intake import LINES, RequestRefusedError, form_of, lines_of, media_type, whole_body
from worker.server.openapi import openapi
from worker.server.pool import ScrubPool, TooBusyError
from worker.server.problems import CONTENT_TYPE, of_reason, of_request, status_of
from worker.stream.scrubber import Form
from worker.wording.dead_letter_reasons import WORDS

WINDOW: Final = 64
"""Claims of one request that are under way at a time; so one with many leaves room for the others."""
WRITE_S: Final = 30.0
"""For a client to read what was written before."""
_MESSAGES_AT_ONCE: Final = 4
"""Interchanges and bundles whose claims are held in memory at a time; others wait."""
_OUTCOMES_TIMES: Final = 16
"""A body of outcomes or of an interchange to convert may be so many times as long as a claim message."""
_NO_CLAIM: Final = "There is no claim in it."
_CODE: Final = re.compile(r"[A-Za-z0-9.:_ -]{1,80}")


Placed: TypeAlias = "tuple[str, asyncio.Future[PostedVerdict]]"
"""A claim of a request by its place, and where its verdict will be."""


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """How long a message, and the outcomes of one, may be, in bytes; how many claims one may hold."""

    message_bytes: int
    outcome_bytes: int


@dataclass(slots=True)
class Api:
    """Answers requests for `/v1/...`, health and metrics."""

    pool: ScrubPool
    recorder: Recorder
    limits: ServerLimits
    today: Callable[[], date]
    is_stopping: bool = False
    _messages: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_MESSAGES_AT_ONCE))

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse | None:
        """Return the answer, or None when no such path is the API's. Raises `RequestRefusedError`, `TooBusyError`."""
        path, method = request.path, request.method
        posts = {"/v1/scrub": self._scrub, "/v1/convert": self._convert, "/v1/acknowledge": self._acknowledge}
        if path in posts:
            _allow(method, "POST")
            return await posts[path](request)
        if path.startswith("/v1/") or path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
            _allow(method, "GET", "HEAD")
            return await self._get(path, request)
        if path.startswith("/problems/"):
            _allow(method, "GET", "HEAD")
            return _problem_page(path.removeprefix("/problems/"))
        return None

    async def _get(  # noqa: PLR0911 - an answer a path
        self, path: str, request: web.BaseRequest
    ) -> web.StreamResponse | None:
        match path.strip("/").split("/"):
            case ["healthz"]:
                return sent(Reply(b'{"alive":true}'))
            case ["readyz"]:
                ready = {"reference_loaded": bool(self.pool.loaded.reference), "not_stopping": not self.is_stopping}
                return sent(Reply(orjson.dumps(ready), JSON, 200 if all(ready.values()) else 503))
            case ["metrics"]:
                body, content_type = self.recorder.exposition(request.headers.get("Accept", ""))
                return sent(Reply(body, content_type))
            case ["openapi.json"]:
                return sent(Reply(openapi()))
            case ["v1", "edits"]:
                return await self.ask(DeskQuestion("edits"))
            case ["v1", "edits", wanted]:
                return await self.ask(DeskQuestion("edits", {"id": _subject(wanted)}))
            case ["v1", "codes", wanted]:
                day = day_in(request.query.get("on"), "on") or self.today()
                return await self.ask(DeskQuestion("code", {"code": _subject(wanted), "on": day.isoformat()}))
            case ["v1", "profiles"]:
                return await self.ask(DeskQuestion("profiles"))
            case ["v1", "profiles", wanted]:
                return await self.ask(DeskQuestion("profiles", {"name": _subject(wanted)}))
        return None

    async def ask(self, asked: DeskQuestion) -> web.StreamResponse:
        """Return the answer of a process."""
        reply = await self.pool.ask(asked)
        if not isinstance(reply, Reply):
            raise TypeError("a question has a reply")
        return sent(reply)

    async def _convert(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await whole_body(request, self.limits.message_bytes * _OUTCOMES_TIMES)
        options = {
            **_texts(request),
            "form": _form_word(media_type(request)),
            "accept": request.headers.get("Accept", ""),
        }
        return await self.ask(DeskQuestion("convert", options, body))

    async def _acknowledge(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await whole_body(request, self.limits.message_bytes * _OUTCOMES_TIMES)
        return await self.ask(DeskQuestion("acknowledge", _texts(request), body))

    async def _scrub(self, request: web.BaseRequest) -> web.StreamResponse:
        given = self.given(request.query.get("profile"), request.query.get("asOf"))
        if media_type(request) in LINES:
            return await self._stream(request, self._of_lines(request, given))
        body = await whole_body(request, self.limits.message_bytes)
        form = form_of(media_type(request), body)
        if form is Form.CLAIM:
            return self._single(await self.scrub(PostedClaim(body, *given)))
        async with self._messages:
            parts = await self.split(body, form)
            if parts.limit:
                raise RequestRefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "message-limit", parts.limit)
            if form is Form.RESOURCE and len(parts.parts) == 1 and not parts.parts[0].place:
                # A Claim alone, not in a Bundle.
                return self._single(await self._of_part(parts.parts[0], given))
            return await self._stream(request, self._of_parts(parts, given))

    def given(self, profile: str | None, day: str | None) -> tuple[date, str | None]:
        """Return the day and the profile that a request asks for. Raises `RequestRefusedError`."""
        if profile and profile not in self.pool.loaded.profiles:
            known = ", ".join(self.pool.loaded.profiles)
            raise RequestRefusedError(
                HTTPStatus.BAD_REQUEST, "unknown-profile", f"There is no such profile; there are: {known}."
            )
        return day_in(day, "asOf") or self.today(), profile or None

    async def scrub(self, claim: PostedClaim) -> PostedVerdict:
        """Return the verdict on a claim, counted."""
        if len(claim.value) > self.limits.message_bytes:
            return PostedVerdict("dead-lettered", reason="too-large", stage="size")
        return self._bounded(await self.pool.scrub(claim))

    def _bounded(self, verdict: PostedVerdict) -> PostedVerdict:
        """Count a verdict; one whose outcome the worker could not send is the dead letter that it would be there."""
        if verdict.value is not None and len(verdict.value) > self.limits.outcome_bytes:
            too_large, stage = DeadLetterReason.OUTPUT_TOO_LARGE, DeadLetterStage.PRODUCE
            verdict = PostedVerdict("dead-lettered", reason=too_large.value, stage=stage.value)
        recorder = self.recorder
        recorder.count("claims_total", verdict.disposition)
        if verdict.reason:
            recorder.count("dead_letters_total", verdict.reason, verdict.stage)
        else:
            recorder.count("claims_by_payer_total", verdict.profile, verdict.disposition)
            recorder.count("claims_basis_total", verdict.basis)
        for edit, severity in verdict.findings:
            recorder.count("findings_total", edit, severity)
        for edit in verdict.no_data:
            recorder.count("no_data_total", edit)
        for edit in verdict.edit_errors:
            recorder.count("edit_errors_total", edit)
        for stage_name, seconds in verdict.stage_seconds.items():
            recorder.observe("stage_seconds", seconds, stage_name)
        return verdict

    async def split(self, value: bytes, form: Form) -> SplitParts:
        """Return the claims of a message of another form."""
        parts = await self.pool.ask(SplitMessage(value, form))
        if not isinstance(parts, SplitParts):
            raise TypeError("a message is split into parts")
        return parts

    async def _of_part(self, part: Any, given: tuple[date, str | None]) -> PostedVerdict:  # any: see `ClaimPart`
        if part.value is None:
            return PostedVerdict("dead-lettered", reason=part.reason, stage=part.stage, flaws=(part.sentence,))
        return await self.scrub(PostedClaim(part.value, *given))

    async def _of_parts(
        self, parts: SplitParts, given: tuple[date, str | None], line: str = ""
    ) -> AsyncIterator[Placed]:
        if parts.limit:
            yield _settled(PostedVerdict("dead-lettered", reason="message-limit", stage="decode", flaws=(parts.limit,)))
        elif not parts.parts:
            yield _settled(PostedVerdict("dead-lettered", reason="empty", stage="decode", flaws=(_NO_CLAIM,)))
        for part in parts.parts:
            place = ", ".join(filter(None, (line, part.place)))
            yield place, asyncio.ensure_future(self._of_part(part, given))

    async def _of_lines(self, request: web.BaseRequest, given: tuple[date, str | None]) -> AsyncIterator[Placed]:
        number = 0
        async for line in lines_of(request, self.limits.message_bytes):
            number += 1
            if form_of("", line) is Form.RESOURCE:
                parts = await self.split(line, Form.RESOURCE)
                async for each in self._of_parts(parts, given, f"line {number}"):
                    yield each
            else:
                yield f"line {number}", asyncio.ensure_future(self.scrub(PostedClaim(line, *given)))

    def _single(self, verdict: PostedVerdict) -> web.StreamResponse:
        if verdict.value is not None:
            return sent(Reply(verdict.value))
        reason = DeadLetterReason(verdict.reason)
        return sent(Reply(of_reason(reason, verdict.stage, verdict.flaws), CONTENT_TYPE, status_of(reason).value))

    async def _stream(self, request: web.BaseRequest, verdicts: AsyncIterator[Placed]) -> web.StreamResponse:
        """Write one line for each claim, in their order and as soon as it is known, as fast as the client reads."""
        response = web.StreamResponse(headers=NOTHING_LOADED | {"Content-Type": NDJSON})
        await response.prepare(request)
        waiting: asyncio.Queue[Placed | None] = asyncio.Queue(WINDOW)
        taking = asyncio.create_task(_take_all(verdicts, waiting))
        try:
            while (each := await waiting.get()) is not None:
                await _write(response, _line_of(each[0], await each[1]))
            await taking
        except RequestRefusedError as error:
            await _write(response, of_request(error.status, error.detail, error.name))
            response.force_close()
        except TooBusyError:
            await _write(response, of_request(HTTPStatus.SERVICE_UNAVAILABLE, "Too much waits already.", "too-busy"))
            response.force_close()
        finally:
            taking.cancel()
            while not waiting.empty():
                if (left := waiting.get_nowait()) is not None:
                    left[1].cancel()
        await response.write_eof()
        return response


async def _take_all(verdicts: AsyncIterator[Placed], waiting: "asyncio.Queue[Placed | None]") -> None:
    """Hand on what comes in as far as there is room, and the end of it, however it ends."""
    try:
        async for each in verdicts:
            await waiting.put(each)
    finally:
        await waiting.put(None)


def _line_of(place: str, verdict: PostedVerdict) -> bytes:
    return verdict.value if verdict.value is not None else _problem_of(verdict, place)


async def _write(response: web.StreamResponse, *lines: bytes) -> None:
    async with asyncio.timeout(WRITE_S):
        await response.write(b"".join(line + b"\n" for line in lines))


def _settled(verdict: PostedVerdict) -> tuple[str, "asyncio.Future[PostedVerdict]"]:
    future: asyncio.Future[PostedVerdict] = asyncio.get_running_loop().create_future()
    future.set_result(verdict)
    return "", future


def _problem_of(verdict: PostedVerdict, place: str) -> bytes:
    return of_reason(DeadLetterReason(verdict.reason), verdict.stage, verdict.flaws, place)


def sent(reply: Reply) -> web.Response:
    """Return a reply as a response, with the headers that every one has."""
    policy = reply.headers.get("Content-Security-Policy")
    headers = (ALWAYS if policy else NOTHING_LOADED) | reply.headers | {"Content-Type": reply.content_type}
    return web.Response(body=reply.body, status=reply.status, headers=headers)


def _allow(method: str, *allowed: str) -> None:
    if method not in allowed:
        raise RequestRefusedError(
            HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed", f"Ask with {' or '.join(allowed)}."
        )


def _subject(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise RequestRefusedError(HTTPStatus.NOT_FOUND, "not-found", "There is nothing of that name.")
    return text


def day_in(text: str | None, name: str) -> date | None:
    """Return a day that a request gives as YYYY-MM-DD; None when it gives none. Raises `RequestRefusedError`."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        detail = f"`{name}` is a day, as 2026-03-20."
        raise RequestRefusedError(HTTPStatus.BAD_REQUEST, "bad-day", detail) from None


def _texts(request: web.BaseRequest) -> dict[str, str]:
    return {name: value[:100] for name, value in request.query.items()}


def _form_word(kind: str) -> str:
    if kind in LINES:
        return "lines"
    return {"application/edi-x12": "interchange", "application/fhir+json": "resource"}.get(kind, "")


def _problem_page(name: str) -> web.Response:
    known = {reason.value: words for reason, words in WORDS.items()}
    if name not in known:
        raise RequestRefusedError(HTTPStatus.NOT_FOUND, "not-found", "There is no such problem.")
    return sent(Reply(f"{name}: {known[name]}.\n".encode(), "text/plain; charset=utf-8"))
