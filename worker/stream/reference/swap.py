"""Swaps tables and rules under a running worker: built beside the old, verified, then put in their place.

The rules are the profiles with their lists, the guides and a user's own edits. They are read again on SIGHUP, and on a
notice that announces their digest.

The swap is one assignment to `Runtime.loaded`, which the claims agent reads once a message: no claim is
scrubbed with a mix. What is broken or not as announced is refused whole, and all of the old stays.

One build runs at a time. Of the requests that wait the newest goes first; when it is refused, the one
before it gets its turn. So all workers reach the newest good tables, whatever they missed.
"""

import asyncio
import re
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR
from typing import Final, Literal

from schemas.reference_update import read_notice
from worker.errors import ConfigurationError
from worker.reference.build.loading import CHECKSUMS
from worker.reference.errors import ReferenceDataError
from worker.stream.reference.loaded import report_loaded, warn_of_lapsed
from worker.stream.runtime import Runtime
from worker.stream.scrubber import LoadedScrubber, Source

MOST_WAITING: Final = 16
"""More requests than that do not come from an operator; the oldest go unanswered."""

_FILE: Final = re.compile(r"[A-Za-z0-9_]+(/[A-Za-z0-9._-]+)?")

Result = Literal["loaded", "unchanged", "superseded", "rejected"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the old tables and rules stay, in words that quote neither a notice nor a table."""

    reason: Literal[
        "not-below-root",
        "no-such-directory",
        "no-checksums",
        "broken",
        "rules-broken",
        "digest-mismatch",
        "ruleset-mismatch",
        "unreadable",
    ]
    exception: str | None = None
    problem: str | None = None
    """The file of tables that is broken, or what `claimscrub profiles check` says of the rules."""


@dataclass(frozen=True, slots=True)
class _Request:
    number: int
    directory: Path
    digest: str | None
    """What the tables must be; none when the operator's own configuration is read again."""
    ruleset: str | None
    """What the rules must be; none when they are not announced."""


class ReferenceSwap:
    """A request for new tables and rules, and its result."""

    def __init__(self, runtime: Runtime) -> None:
        """`runtime` has loaded what can be loaded anew: what is loaded has a source."""
        self._runtime = runtime
        self._waiting: deque[_Request] = deque()
        self._last_number = 0
        self._has_begun = asyncio.Event()
        self._is_wanted = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    def offer(self, value: bytes) -> None:
        """Take the bytes of a notice, which may come from anyone who can write to the topic."""
        notice = read_notice(value)
        if notice is None:
            self._count("rejected")
            self._runtime.log.error("reference-rejected", audit=True, asked_by="notice", reason="not-a-notice")
            return
        self._ask(Path(notice.directory), notice.digest, notice.ruleset)

    def reload(self) -> None:
        """Read all that is configured again, whatever it holds: tables, profiles, guides and own edits."""
        self._ask(self._source.home, None, None)

    def begin(self) -> None:
        """Start to build: the notices of the past are all here, so the newest goes first."""
        self._has_begun.set()

    async def settled(self) -> None:
        """Wait until every request so far is answered."""
        await self._has_begun.wait()
        await self._is_idle.wait()

    async def run(self) -> None:
        """Answer requests, one at a time."""
        await self._has_begun.wait()
        while True:
            await self._is_wanted.wait()
            request = self._waiting.pop()
            result = await self._answer(request)
            self._count(result)
            shadow = self._runtime.shadow
            # A signal asks for the shadow's own folder too, which may have changed where nothing else did.
            if shadow is not None and (result == "loaded" or request.digest is None):
                shadow.reload(request.directory if result == "loaded" else None)
            if result != "rejected":
                self._drop_before(request.number)
            if not self._waiting:
                self._is_wanted.clear()
                self._is_idle.set()

    @property
    def _source(self) -> Source:
        # The rules that were read last stay under the next tables.
        source = self._runtime.loaded.source
        if source is None:
            raise RuntimeError("a scrubber that cannot be loaded anew")
        return source

    def _ask(self, directory: Path, digest: str | None, ruleset: str | None) -> None:
        self._last_number += 1
        self._waiting.append(_Request(self._last_number, directory, digest, ruleset))
        if len(self._waiting) > MOST_WAITING:
            self._drop_before(self._waiting[1].number)
        self._is_idle.clear()
        self._is_wanted.set()

    def _drop_before(self, number: int) -> None:
        while self._waiting and self._waiting[0].number < number:
            self._waiting.popleft()
            self._count("superseded")

    async def _answer(self, request: _Request) -> Result:
        runtime = self._runtime
        now = runtime.loaded.versions
        if request.digest == now["reference"] and request.ruleset in (None, now["ruleset"]):
            return "unchanged"
        started = time.perf_counter()
        # On a thread, so that claims and heartbeats go on; a file system that hangs holds up only this.
        built = await asyncio.to_thread(self._build, request)
        seconds = round(time.perf_counter() - started, 3)
        # Whoever may write to the topic, or signal the process: neither is identified further.
        asked_by = "sighup" if request.digest is None else "notice"
        if isinstance(built, Refusal):
            runtime.log.error(
                "configuration-rejected" if built.reason.startswith("rule") else "reference-rejected",
                audit=True,
                asked_by=asked_by,
                directory=request.directory,
                digest=request.digest,
                reason=built.reason,
                exception=built.exception,
                problem=built.problem,
                seconds=seconds,
            )
            return "rejected"
        digest, ruleset = built.versions["reference"], built.versions["ruleset"]
        if (digest, ruleset) == (now["reference"], now["ruleset"]):
            return "unchanged"
        before, runtime.loaded = runtime.loaded, built
        report_loaded(runtime.recorder, built, before)
        warn_of_lapsed(runtime.log, built, runtime.settings.as_of)
        runtime.log.info(
            "reference-swapped",
            audit=True,
            asked_by=asked_by,
            directory=request.directory,
            digest=digest,
            ruleset=ruleset,
            seconds=seconds,
        )
        return "loaded"

    def _build(self, request: _Request) -> LoadedScrubber | Refusal:
        """Return what a request asks for, or why not; never raise: a notice must not end the worker."""
        try:
            return self._read(request)
        except ReferenceDataError as broken:
            return Refusal("broken", "ReferenceDataError", _file(broken))
        except ConfigurationError as broken:
            return Refusal("rules-broken", type(broken).__name__, str(broken))
        except Exception as error:  # noqa: BLE001 -- whatever a folder does to us, the old tables are good
            return Refusal("unreadable", type(error).__name__)

    def _read(self, request: _Request) -> LoadedScrubber | Refusal:
        if request.digest is None:
            return self._source.load_all(request.directory)
        real = folder_below(self._source.root, request.directory)
        if isinstance(real, Refusal):
            return real
        built = (self._source.load_all if request.ruleset else self._source.load_tables)(real)
        if built.versions["reference"] != request.digest:
            return Refusal("digest-mismatch")
        is_announced = request.ruleset in (None, built.versions["ruleset"])
        return built if is_announced else Refusal("ruleset-mismatch")

    def _count(self, result: Result) -> None:
        self._runtime.recorder.count("reference_updates_total", result)


def folder_below(root: Path, directory: Path) -> Path | Refusal:
    """Return the real path of the folder of tables that a notice names, if it is below the root.

    Links are followed first. A folder without checksums is refused before anything else in it is read: it
    could be a whole disk. Raises `OSError` for a name that the disk cannot hold, or a folder that may not be read.
    """
    real = directory.resolve()
    if root.resolve() not in real.parents:
        return Refusal("not-below-root")
    try:
        # Not `is_dir`: since Python 3.14 it is false for every error of the disk, also for one that does not mean
        # absence.
        is_directory = S_ISDIR(real.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        is_directory = False
    if not is_directory:
        return Refusal("no-such-directory")
    return real if (real / CHECKSUMS).is_file() else Refusal("no-checksums")


def _file(broken: ReferenceDataError) -> str | None:
    """Return the file that the first problem names; its sentence may quote a cell."""
    name = broken.problems[0].partition(":")[0] if broken.problems else ""
    return name if _FILE.fullmatch(name) else None
