"""A publisher on this machine: an HTTP server that gives out pages and files, and can be as difficult as real ones."""

import hashlib
import io
import re
import threading
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from worker.reference.importing.published import PublishedFile

ASP = "/medicare/payment/part-b-drugs/asp-pricing-files"
NCCI = "/medicare/coding-billing/national-correct-coding-initiative-ncci-edits"
MUE = f"{NCCI}/medicare-ncci-medically-unlikely-edits-mues"
PTP = f"{NCCI}/medicare-ncci-procedure-procedure-ptp-edits"
AOC = f"{NCCI}/medicare-ncci-add-code-edits"
HCPCS = "/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update"
OPPS = "/medicare/payment/prospective-payment-systems/hospital-outpatient-pps/quarterly-addenda-updates"
ICD10CM = "/medicare/coding-billing/icd-10-codes"

LICENSE_PAGE = b"""<!DOCTYPE html><html><head><title>License for Use of Current Procedural Terminology</title></head>
<body>End User Point and Click Agreement: CPT codes are copyright. <button>I Accept</button></body></html>"""


@dataclass
class Answer:
    """What is given out at an address.

    Attributes:
        body: All of it.
        kind: Its content type.
        status: The status of the answer to a request without conditions.
        redirect: Where it leads instead.
        etag: Its entity tag; by default a checksum of the body, empty for none.
        modified: When it was last modified; empty for none.
        heeds_ranges: Whether a part is given out when one is asked for.
        heeds_conditions: Whether "not modified" is ever said.
        breaks: For each of the first answers, after how many bytes the connection is closed.
        stalls: For each of the first answers, after how many bytes nothing more comes until the publisher closes.
        slow: In pieces of so many bytes.
        failures: The statuses of the first answers.
    """

    body: bytes = b""
    kind: str = "application/zip"
    status: int = 200
    redirect: str = ""
    etag: str | None = None
    modified: str = "Wed, 16 Sep 2026 12:00:00 GMT"
    heeds_ranges: bool = True
    heeds_conditions: bool = True
    breaks: list[int] = field(default_factory=list)
    stalls: list[int] = field(default_factory=list)
    slow: int = 0
    failures: list[int] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """The entity tag that is sent."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"' if self.etag is None else self.etag


class Publisher:
    """The server: `answers` by path with query, `requests` as method, path and headers of each that came."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.is_closing = threading.Event()
        handler = type("Handler", (_Handler,), {"publisher": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def base(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def page(self, path: str, *links: str) -> None:
        """Give out a page with these links, as CMS writes them."""
        anchors = "\n".join(
            f'<li><a href="{link}" data-entity-type="media"><span>File</span> (ZIP)</a></li>' for link in links
        )
        text = f'<!DOCTYPE html>\n<html lang="en"><head><title>CMS</title></head><body><ul>{anchors}</ul></body></html>'
        self.answers[path] = Answer(text.encode(), "text/html; charset=UTF-8", etag="")

    def zip(self, name: str, *files: PublishedFile, **how: object) -> str:
        """Give out a zip of these files, and return its path."""
        path = f"/files/zip/{name}"
        self.answers[path] = Answer(zipped(files), **how)  # type: ignore[arg-type]  # the fields of an answer
        return path

    def asked(self, path: str) -> list[dict[str, str]]:
        """The headers of each request for a path."""
        return [headers for _, asked, headers in self.requests if asked == path]

    def close(self) -> None:
        """End the server."""
        self.is_closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def zipped(files: Iterable[PublishedFile]) -> bytes:
    """A zip of the files in a folder, with the workbook that CMS puts beside them."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("the same.xlsx", b"PK workbook", zipfile.ZIP_STORED)
        for file in files:
            archive.writestr(f"folder/{file.name}", file.content)
    return content.getvalue()


class _Handler(BaseHTTPRequestHandler):
    publisher: Publisher
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Write nothing."""

    def do_GET(self) -> None:
        """Answer a request."""
        self.publisher.requests.append(("GET", self.path, dict(self.headers)))
        answer = self.publisher.answers.get(self.path)
        if self.path.startswith("http://"):
            self._forward()
        elif answer is None:
            self._send(404, b"<!DOCTYPE html><title>Page not found | CMS</title>", {"Content-Type": "text/html"})
        elif answer.failures:
            self._send(answer.failures.pop(0), b"", {})
        elif answer.redirect:
            self._send(302, b"", {"Location": answer.redirect})
        else:
            self._give(answer)

    def _give(self, answer: Answer) -> None:
        headers = {"Content-Type": answer.kind, "ETag": answer.tag, "Last-Modified": answer.modified}
        asked = dict(self.headers)
        known = asked.get("If-None-Match") == answer.tag if answer.tag else False
        known = known or (bool(answer.modified) and asked.get("If-Modified-Since") == answer.modified)
        if answer.heeds_conditions and known:
            self._send(304, b"", headers)
            return
        wanted = re.fullmatch(r"bytes=(\d+)-", asked.get("Range", ""))
        start = int(wanted[1]) if wanted and answer.heeds_ranges else 0
        if start and asked.get("If-Range") not in {None, answer.tag, answer.modified}:
            start = 0
        if start >= len(answer.body) and start:
            self._send(416, b"", headers)
            return
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(answer.body) - 1}/{len(answer.body)}"
        self._send(206 if start else answer.status, answer.body[start:], headers, answer)

    def _send(self, status: int, body: bytes, headers: dict[str, str], answer: Answer | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if answer and answer.breaks:
            self.wfile.write(body[: answer.breaks.pop(0)])
            self.close_connection = True
        elif answer and answer.stalls:
            self.wfile.write(body[: answer.stalls.pop(0)])
            self.wfile.flush()
            self.publisher.is_closing.wait()
            self.close_connection = True
        elif answer and answer.slow:
            for at in range(0, len(body), answer.slow):
                self.wfile.write(body[at : at + answer.slow])
                self.wfile.flush()
                self.publisher.is_closing.wait(0.05)
        else:
            self.wfile.write(body)

    def _forward(self) -> None:
        """Be a proxy: ask the publisher itself, and hand over what it says."""
        there = urlsplit(self.path)
        connection = HTTPConnection(str(there.hostname), there.port or 80)
        connection.request("GET", there.path, headers={k: v for k, v in self.headers.items() if k != "Host"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        self._send(answer.status, body, {k: v for k, v in answer.getheaders() if k in {"Content-Type", "ETag"}})


@contextmanager
def running() -> Iterator[Publisher]:
    """A publisher that is ended at the end."""
    publisher = Publisher()
    try:
        yield publisher
    finally:
        publisher.close()
