"""Downloads over HTTP: resumed where they broke off, not repeated where nothing changed, and never past a license."""

import asyncio
import zipfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final, Literal, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec

from worker.cli.reference.fetch.errors import InterruptedFetchError, LicenseAskedError, NotFetchedError
from worker.cli.reference.fetch.kept import KeptFile, KeptFiles, checksum
from worker.reference.fetching.delivered import HEAD_BYTES, asks_for_a_license, flaw_of, is_page, page_in_words
from worker.reference.fetching.listing import ListedFile
from worker.reference.fetching.publications import Publication, PublisherTable

MOST_PAGE_BYTES: Final = 10_000_000
CHUNK_BYTES: Final = 65_536
CONNECT_S: Final = 30.0
SOME_LICENSE: Final = "a license"
PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})

OnBytes = Callable[[str, int, int | None], None]
"""Called with the name of a file, the bytes that have come, and how many there will be where that is known."""
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for the next bytes, and before each further attempt, in seconds."""

    read_s: float
    pauses_s: tuple[float, ...]

    @classmethod
    def of(cls, read_s: float) -> "Patience":
        """Three further attempts, after pauses that grow with the patience: 1, 3 and 10 seconds for a minute."""
        return cls(read_s, (read_s / 60, read_s / 20, read_s / 6))


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that is at hand. `before` is the checksum of another file that the same address gave out earlier."""

    path: Path
    bytes: int
    sha256: str
    state: Literal["fetched", "unchanged", "changed"]
    before: str = ""

    def in_words(self) -> str:
        """What has become of it, with its checksum."""
        if self.state == "unchanged":
            return f"unchanged, nothing was downloaded (sha256 {self.sha256})"
        if self.state == "changed":
            return f"CHANGED at the same address (sha256 {self.sha256}, before {self.before})"
        return f"downloaded (sha256 {self.sha256})"


@asynccontextmanager
async def downloads(
    table: PublisherTable, kept: KeptFiles, patience: Patience, version: str
) -> AsyncIterator["Downloads"]:
    """Downloads over one session, through the proxy that the environment names (HTTPS_PROXY, HTTP_PROXY, NO_PROXY)."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=patience.read_s)
    # A file that is compressed on the way could not be resumed by its bytes.
    headers = {"User-Agent": f"claimscrub/{version} (reference fetch)", "Accept-Encoding": "identity"}
    async with aiohttp.ClientSession(timeout=timeout, headers=headers, trust_env=True) as session:
        yield Downloads(session, table, kept, patience)


class Downloads:
    """The pages and files of publishers."""

    def __init__(
        self, session: aiohttp.ClientSession, table: PublisherTable, kept: KeptFiles, patience: Patience
    ) -> None:
        self._session = session
        self._table = table
        self._kept = kept
        self._patience = patience
        self._pages: dict[str, str] = {}

    async def page(self, address: str) -> str:
        """The text of a page, asked for once. Raises `NotFetchedError`."""
        if address not in self._pages:
            self._pages[address] = await self._repeated(address, lambda: self._page(address), reaches=False)
        return self._pages[address]

    async def file(self, publication: Publication, listed: ListedFile, progress: OnBytes) -> Arrival:
        """A file; the one that is kept already if the publisher says that it has not changed.

        Raises `NotFetchedError`, and `LicenseAskedError` where a person must decide.
        """
        if wanted := self._table.license_at(listed.address):
            raise LicenseAskedError(listed.address, wanted)
        _refuse_elsewhere(listed.address, publication.page)
        return await self._repeated(listed.address, lambda: self._file(publication, listed, progress), reaches=True)

    async def _repeated(self, address: str, attempt: Callable[[], Awaitable[Result]], *, reaches: bool) -> Result:
        """`reaches`: the publisher has been reached before, so that it may be again in a moment."""
        pauses = iter(self._patience.pauses_s)
        while True:
            try:
                return await attempt()
            except (InterruptedFetchError, aiohttp.ClientError, TimeoutError, OSError) as error:
                pause = next(pauses, None)
                is_final = isinstance(error, aiohttp.InvalidURL | aiohttp.TooManyRedirects)
                is_out_of_reach = isinstance(error, aiohttp.ClientConnectorError) and not reaches
                if pause is None or is_final or is_out_of_reach:
                    raise _told(address, error, self._patience) from None
            await asyncio.sleep(pause)

    async def _page(self, address: str) -> str:
        async with self._session.get(address) as response:
            self._refuse_other_way(response, address)
            _refuse_status(response, address)
            content = await response.content.read(MOST_PAGE_BYTES)
            while len(content) < MOST_PAGE_BYTES and (more := await response.content.read(MOST_PAGE_BYTES)):
                content += more
        if not is_page(content[:HEAD_BYTES]):
            raise NotFetchedError(f"{address}: expected a web page that lists files, found none")
        return content.decode("utf-8", "replace")

    async def _file(self, publication: Publication, listed: ListedFile, progress: OnBytes) -> Arrival:
        address = listed.address
        whole = await asyncio.to_thread(self._kept.whole, address)
        begun = None if whole else self._begun(address)
        headers = _only_if_changed(whole) if whole else _only_the_rest(self._kept.partial(begun)) if begun else {}
        if begun:
            headers["If-Range"] = begun.etag or begun.modified
        async with self._session.get(address, headers=headers) as response:
            self._refuse_other_way(response, publication.page)
            if whole and (response.status == HTTPStatus.NOT_MODIFIED or _is_the_same(response, whole)):
                return Arrival(self._kept.path(whole), whole.bytes, whole.sha256, "unchanged")
            if begun and response.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                self._kept.partial(begun).unlink(missing_ok=True)
                raise InterruptedFetchError(f"{address}: the rest of the file was refused")
            _refuse_status(response, address)
            await self._refuse_page(response, address)
            file = KeptFile(
                kind=publication.kind,
                name=listed.name,
                etag=response.headers.get("ETag", ""),
                modified=response.headers.get("Last-Modified", ""),
            )
            size = await self._take(response, file, address, publication.bytes[1], progress)
        return await asyncio.to_thread(self._keep, publication, address, file, size)

    def _begun(self, address: str) -> KeptFile | None:
        """A download of which a part is there, and can be told from another file that may be there by now."""
        file = self._kept.get(address)
        has_part = file is not None and self._kept.partial(file).is_file()
        # A weak entity tag does not speak for single bytes (RFC 9110, section 13.1.5).
        is_known = file is not None and bool((file.etag and not file.etag.startswith("W/")) or file.modified)
        return file if file is not None and has_part and is_known and not file.sha256 else None

    async def _take(
        self, response: aiohttp.ClientResponse, file: KeptFile, address: str, most: int, progress: OnBytes
    ) -> int:
        partial = self._kept.partial(file)
        done = 0
        if response.status == HTTPStatus.PARTIAL_CONTENT:
            done = partial.stat().st_size
            if not response.headers.get("Content-Range", "").startswith(f"bytes {done}-"):
                partial.unlink()
                raise InterruptedFetchError(f"{address}: another part of the file came than the one asked for")
        total = done + response.content_length if response.content_length is not None else None
        earlier = self._kept.get(address)
        if earlier is None or not earlier.sha256:
            self._kept.put(address, file)
        partial.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("ab" if done else "wb") as part:
            progress(file.name, done, total)
            async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                part.write(chunk)
                done += len(chunk)
                progress(file.name, done, total)
                if done > most:
                    break
        if done > most:
            partial.unlink()
            raise NotFetchedError(f"{address}: expected at most {most:,} bytes, found more")
        return done

    def _keep(self, publication: Publication, address: str, file: KeptFile, size: int) -> Arrival:
        partial = self._kept.partial(file)
        with partial.open("rb") as content:
            head = content.read(HEAD_BYTES)
        if flaw := flaw_of(publication, file.name, head, size) or _zip_flaw(partial):
            partial.unlink()
            raise NotFetchedError(f"{address}: {flaw}")
        earlier = self._kept.get(address)
        before = earlier.sha256 if earlier else ""
        found = checksum(partial)
        partial.replace(self._kept.path(file))
        fetched = datetime.now(UTC).isoformat(timespec="seconds")
        self._kept.put(address, msgspec.structs.replace(file, bytes=size, sha256=found, fetched=fetched))
        state: Literal["fetched", "changed"] = "changed" if before not in {"", found} else "fetched"
        return Arrival(self._kept.path(file), size, found, state, before if state == "changed" else "")

    def _refuse_other_way(self, response: aiohttp.ClientResponse, page: str) -> None:
        """A redirect must not lead to a license, to another publisher, or out of the encrypted connection."""
        for step in (*response.history, response):
            if wanted := self._table.license_at(str(step.url)):
                raise LicenseAskedError(str(step.url), wanted)
        _refuse_elsewhere(str(response.url), page)

    async def _refuse_page(self, response: aiohttp.ClientResponse, address: str) -> None:
        if response.content_type not in {"text/html", "application/xhtml+xml"}:
            return
        head = await response.content.read(HEAD_BYTES)
        if asks_for_a_license(head):
            raise LicenseAskedError(address, SOME_LICENSE)
        raise NotFetchedError(f"{address}: expected a file, found {page_in_words(head)}")


def _refuse_elsewhere(address: str, page: str) -> None:
    here, there = urlsplit(page), urlsplit(address)
    if here.scheme == "https" != there.scheme:
        raise NotFetchedError(f"{address}: expected an encrypted address, as that of the page {page}")
    domain = (here.hostname or "").removeprefix("www.")
    host = there.hostname or ""
    if host != domain and not host.endswith(f".{domain}"):
        raise NotFetchedError(f"{address}: expected an address of {domain}, whose page {page} leads there")


def _refuse_status(response: aiohttp.ClientResponse, address: str) -> None:
    if response.status in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
        return
    problem = f"{address}: the publisher answered {response.status} {response.reason or ''}".rstrip()
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status in PASSING:
        raise InterruptedFetchError(problem)
    raise NotFetchedError(problem)


def _only_if_changed(whole: KeptFile) -> dict[str, str]:
    if whole.etag:
        return {"If-None-Match": whole.etag}
    return {"If-Modified-Since": whole.modified} if whole.modified else {}


def _only_the_rest(partial: Path) -> dict[str, str]:
    return {"Range": f"bytes={partial.stat().st_size}-"}


def _is_the_same(response: aiohttp.ClientResponse, whole: KeptFile) -> bool:
    """Whether a publisher that heeds no conditions says by the headers that it is the file that is kept."""
    if response.status != HTTPStatus.OK or response.content_length != whole.bytes:
        return False
    named = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
    return named == (whole.etag, whole.modified) != ("", "")


def _zip_flaw(path: Path) -> str | None:
    if not path.name.lower().removesuffix(".part").endswith(".zip"):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError) as error:
        return f"expected a whole zip, found one that cannot be read ({error}); it may be truncated"
    return f"expected a whole zip, found {broken} broken in it" if broken else None


def _told(address: str, error: Exception, patience: Patience) -> NotFetchedError:
    if isinstance(error, NotFetchedError):
        return error
    if isinstance(error, TimeoutError):
        return InterruptedFetchError(f"{address}: nothing came for {patience.read_s:g} seconds")
    if isinstance(error, aiohttp.ClientConnectorError | OSError):
        return InterruptedFetchError(f"{address}: cannot be reached ({error})")
    return InterruptedFetchError(f"{address}: broke off ({error or type(error).__name__})")
