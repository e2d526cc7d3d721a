"""Who may ask: by which name, from which page, and with which token."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from secrets import token_bytes
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from worker.observe.hosts import is_asked_for
from worker.server.intake import RequestRefusedError

COOKIE: Final = "claimscrub"
SIGN_IN: Final = "/sign-in"
OPEN_PATHS: Final = ("/healthz", "/readyz", SIGN_IN, "/static/")
"""What is answered without a token: nothing of it depends on a claim or the configuration."""


@dataclass(frozen=True, slots=True)
class FrontGate:
    """Lets a request in, or says why not.

    `names` are those by which a port on loopback may be asked, empty when it is open to others; `token` is what a
    client must show, None when nothing is asked for.
    """

    names: frozenset[str]
    token: str | None = None
    is_secure: bool = False
    _secret: bytes = field(default_factory=lambda: token_bytes(32), repr=False)

    def check(self, request: web.BaseRequest) -> None:
        """Return if a request may be answered. Raises `RequestRefusedError`."""
        host = request.headers.get("Host", "")
        if self.names and not is_asked_for(host, self.names):
            raise RequestRefusedError(
                HTTPStatus.MISDIRECTED_REQUEST, "misdirected", "This server is asked by a name of loopback only."
            )
        if request.method == "POST" and not self._is_own_page(request, host):
            raise RequestRefusedError(
                HTTPStatus.FORBIDDEN, "other-origin", "Only this server's own pages may post to it."
            )
        if self.token is not None and not request.path.startswith(OPEN_PATHS) and not self._is_known(request):
            raise RequestRefusedError(
                HTTPStatus.UNAUTHORIZED, "unauthorized", "This server asks for a token: Authorization: Bearer TOKEN."
            )

    @staticmethod
    def _is_own_page(request: web.BaseRequest, host: str) -> bool:
        """Whether a request comes from no page, or from one of this server."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = request.headers.get("Origin")
        return origin is None or (origin != "null" and urlsplit(origin).netloc.lower() == host.lower())

    def _is_known(self, request: web.BaseRequest) -> bool:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.is_token(shown.strip()):
            return True
        return _is_same(request.cookies.get(COOKIE, ""), self.session())

    def is_token(self, shown: str) -> bool:
        """Whether this is the token."""
        return self.token is not None and _is_same(shown, self.token)

    def session(self) -> str:
        """Return what a browser that has shown the token is known by, until this server ends."""
        return hmac.new(self._secret, (self.token or "").encode(), sha256).hexdigest()

    def cookie(self) -> str:
        """Return the header that leaves the session in a browser."""
        secure = "; Secure" if self.is_secure else ""
        return f"{COOKIE}={self.session()}; Path=/; HttpOnly; SameSite=Strict{secure}"


def _is_same(shown: str, secret: str) -> bool:
    # A header may hold bytes other than UTF-8, which aiohttp escapes.
    return hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), secret.encode())
