"""Answers every request: lets it in, finds what answers it, and says in one form why nothing does."""

import time
from http import HTTPStatus
from typing import Final

from aiohttp import web

from worker.observe.recorder import Recorder
from worker.server.api import Api, sent
from worker.server.frames import Reply
from worker.server.gate import FrontGate
from worker.server.intake import RequestRefusedError
from worker.server.pages import Pages
from worker.server.pool import TooBusyError
from worker.server.problems import CONTENT_TYPE, of_request

_ROUTES: Final = {"v1": "", "healthz": "health", "readyz": "health", "metrics": "health"}
_MORE: Final = {
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "1"},
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": 'Bearer realm="claimscrub"'},
}


class HttpService:
    """What a connection's requests are answered by."""

    def __init__(self, gate: FrontGate, api: Api, pages: Pages, recorder: Recorder) -> None:
        self._gate = gate
        self._api = api
        self._pages = pages
        self._recorder = recorder

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Return the answer to a request, whatever it is."""
        began, route = time.perf_counter(), _route(request.path)
        self._recorder.count("requests_open")
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        try:
            response = await self._answer(request)
            status = response.status
        finally:
            self._recorder.count("requests_open", amount=-1)
            self._recorder.count("requests_total", route, f"{status // 100}xx")
            self._recorder.observe("request_seconds", time.perf_counter() - began, route)
        return response

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            self._gate.check(request)
            found = await self._api.answer(request) or await self._pages.answer(request)
        except RequestRefusedError as error:
            return _refused(error)
        except TooBusyError:
            busy = "Too many claims wait already; ask again in a second."
            return _refused(RequestRefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "too-busy", busy))
        except TimeoutError:
            # A client that does not read: there is nobody to answer.
            request.protocol.force_close()
            return web.Response(status=HTTPStatus.REQUEST_TIMEOUT.value)
        return found or _refused(RequestRefusedError(HTTPStatus.NOT_FOUND, "not-found", "There is no such page."))


def _refused(error: RequestRefusedError) -> web.Response:
    body = of_request(error.status, error.detail, error.name)
    response = sent(Reply(body, CONTENT_TYPE, error.status.value, _MORE.get(error.status, {})))
    # What was not read of the request is not waited for.
    response.force_close()
    return response


def _route(path: str) -> str:
    first, _, rest = path.strip("/").partition("/")
    named = _ROUTES.get(first, "page")
    if named:
        return named
    name = rest.partition("/")[0]
    return name if name in ("scrub", "convert", "acknowledge", "edits", "codes", "profiles") else "other"
