"""Answers requests for pages: what they show is made by a scrubbing process, what they are made of is kept here."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from importlib.resources import files
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from worker.server.api import Api, sent
from worker.server.connections import ALWAYS
from worker.server.frames import DeskQuestion, Reply
from worker.server.gate import SIGN_IN, FrontGate
from worker.server.intake import RequestRefusedError, media_type, whole_body
from worker.server.workbench.rendering import POLICY, page

MOST_FIELDS: Final = 20_000
_FORM: Final = "application/x-www-form-urlencoded"
_TIMES: Final = 4
"""A claim may take so many times its bytes in the body of a form, where it is escaped and boxes repeat it."""
_KINDS: Final = MappingProxyType(
    {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
)


def _static() -> Mapping[str, Reply]:
    """Return what pages load, by its path."""
    headers = {"Content-Security-Policy": POLICY}
    return {
        f"/static/{each.name}": Reply(each.read_bytes(), kind, headers=headers)
        for each in files("worker.server.workbench").joinpath("static").iterdir()
        if (kind := _KINDS.get(f".{each.name.rpartition('.')[2]}"))
    }


class Pages:
    """The workbench, and the other pages."""

    def __init__(self, api: Api, gate: FrontGate) -> None:
        self._api = api
        self._gate = gate
        self._static = _static()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse | None:
        """Return the answer to a request for a page; None when there is no such page."""
        if request.path == SIGN_IN:
            return await self._sign_in(request)
        if request.path == "/" and request.method == "POST":
            return await self._ask("workbench", await self._fields(request))
        if request.method not in ("GET", "HEAD"):
            return None
        if (kept := self._static.get(request.path)) is not None:
            return sent(kept)
        return await self._look_up(request)

    async def _look_up(self, request: web.BaseRequest) -> web.StreamResponse | None:
        query = {name: value[:100] for name, value in request.query.items()}
        match request.path.strip("/").split("/"):
            case [""]:
                # A link names an example, a profile and a day; a claim is only ever posted.
                return await self._ask("workbench", {name: query[name] for name in _LINKED if name in query})
            case ["codes"]:
                return await self._ask("codes-page", query)
            case ["edits", *wanted] if len(wanted) <= 1:
                return await self._ask("edits-page", {"id": "".join(wanted)})
            case ["profiles", *wanted] if len(wanted) <= 1:
                return await self._ask("profiles-page", {"name": "".join(wanted)})
        return None

    async def _ask(self, name: str, options: Mapping[str, str]) -> web.StreamResponse:
        today: date = self._api.today()
        return await self._api.ask(DeskQuestion(name, {**options, "today": today.isoformat()}))

    async def _fields(self, request: web.BaseRequest) -> dict[str, str]:
        if media_type(request) != _FORM:
            detail = "A page posts a form; claims of programs go to /v1/scrub."
            raise RequestRefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported-content-type", detail)
        body = await whole_body(request, self._api.limits.message_bytes * _TIMES)
        try:
            pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            detail = f"A form is UTF-8, and has at most {MOST_FIELDS:,} fields."
            raise RequestRefusedError(HTTPStatus.BAD_REQUEST, "bad-request", detail) from None
        return dict(pairs)

    async def _sign_in(self, request: web.BaseRequest) -> web.StreamResponse | None:
        """Leave a session in a browser that shows the token."""
        if request.method in ("GET", "HEAD"):
            return sent(page("sign_in.html", is_wrong=False))
        if request.method != "POST":
            return None
        if not self._gate.is_token((await self._fields(request)).get("token", "").strip()):
            return sent(page("sign_in.html", HTTPStatus.UNAUTHORIZED.value, is_wrong=True))
        headers = ALWAYS | {"Location": "/", "Set-Cookie": self._gate.cookie(), "Content-Security-Policy": POLICY}
        return web.Response(status=HTTPStatus.SEE_OTHER.value, headers=headers)


_LINKED: Final = ("example", "profile", "day")
