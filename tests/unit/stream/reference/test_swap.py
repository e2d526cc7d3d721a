"""Which tables a running worker swaps to, which it refuses, and what it shows of that."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from schemas.reference_update import ReferenceNotice, read_notice
from worker.observe.recorder import Recorder
from worker.payers.profile import ProfileError
from worker.payers.suppression import SuppressionEnd
from worker.reference.errors import ReferenceDataError
from worker.settings import Settings
from worker.stream.reference.loaded import report_loaded, warn_of_lapsed
from worker.stream.reference.swap import MOST_WAITING, ReferenceSwap, Refusal, folder_below
from worker.stream.runtime import Runtime
from worker.stream.scrubber import LoadedScrubber, ReferenceEdition, Source

FIRST = "0" * 64
RULES, NEW_RULES = "0" * 16, "1" * 16


def digest(name: str) -> str:
    """The digest of the tables in a folder of this name."""
    return name[0] * 64


def loaded(told: str, *editions: ReferenceEdition, ruleset: str = RULES) -> LoadedScrubber:
    """A scrubber over the tables of a digest; nothing here scrubs."""
    versions = {"ruleset": ruleset, "reference": told}
    return LoadedScrubber(cast("Any", None), editions=editions, versions=versions)  # Any: never called


class Log:
    """Keeps what is logged."""

    def __init__(self) -> None:
        self.lines: list[dict[str, object]] = []

    def info(self, event: str, **fields: object) -> None:
        """Keep a line."""
        self.lines.append({"event": event, **fields})

    error = warning = info


@dataclass
class FakeShadow:
    """Keeps with which tables it was to be read again."""

    tables: list[Path | None] = field(default_factory=list)

    def reload(self, tables: Path | None = None) -> None:
        """Keep it."""
        self.tables.append(tables)


@dataclass
class FakeRuntime:
    """What the swap needs of a worker."""

    loaded: LoadedScrubber
    settings: Settings = field(default_factory=lambda: Settings(as_of=date(2026, 3, 20)))
    recorder: Recorder = field(default_factory=Recorder)
    log: Log = field(default_factory=Log)
    shadow: FakeShadow | None = None


class Bench:
    """A swap over folders that exist and tables that do not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "home"
        self.asked: list[str] = []
        self.threads: set[int] = set()
        self.most_at_once = 0
        self.started = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self._at_once = 0
        self.source = Source(self.home, root, self._load, self._load_all)
        self.runtime = FakeRuntime(replace(loaded(FIRST), source=self.source))
        self.rules_read = RULES
        """The rules in the configured folder."""
        self.swap = ReferenceSwap(cast("Runtime", self.runtime))

    def _load_all(self, directory: Path) -> LoadedScrubber:
        if self.rules_read == "broken":
            raise ProfileError("profile mine names edits that do not exist: WST-99")
        return replace(
            self._load(directory), versions={"reference": digest(directory.name), "ruleset": self.rules_read}
        )

    def _load(self, directory: Path) -> LoadedScrubber:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.asked.append(directory.name)
        self.threads.add(threading.get_ident())
        self.started.set()
        self.gate.wait(10)
        self._at_once -= 1
        if directory.name.startswith("broken"):
            raise ReferenceDataError("mue/2026q3.csv: row 3: expected a number, found JANE DOE")
        if directory.name.startswith("locked"):
            raise PermissionError("JANE DOE")
        return replace(loaded(digest(directory.name)), source=self.source)

    def notice(self, name: str, told: str | None = None, **more: str) -> bytes:
        """A notice of a folder below the root, which is there."""
        folder = self.root / name
        folder.mkdir(exist_ok=True)
        (folder / "CHECKSUMS").touch()
        return notice(folder, told or digest(name), **more)

    def counts(self) -> dict[str, float]:
        """What the metric says, without zeros."""
        results = ("loaded", "unchanged", "superseded", "rejected")
        found = {name: self.runtime.recorder.value("reference_updates_total", name) for name in results}
        return {name: count for name, count in found.items() if count}

    @property
    def reference(self) -> str:
        """The digest in force."""
        return self.runtime.loaded.versions["reference"]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer what was asked and is asked in the block."""
        task = asyncio.create_task(self.swap.run())
        self.swap.begin()
        try:
            yield
            await self.swap.settled()
        finally:
            self.gate.set()
            task.cancel()


def notice(directory: Path | str, told: str, **more: str) -> bytes:
    """The bytes of a notice."""
    return json.dumps({"directory": str(directory), "digest": told} | more).encode()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A swap that has not begun."""
    made = Bench(tmp_path)
    yield made
    made.gate.set()


async def test_the_tables_of_a_notice_take_the_place_of_the_old(bench: Bench) -> None:
    """The whole scrubber is exchanged, built on another thread, and the metrics name the digest."""
    async with bench.running():
        bench.swap.offer(bench.notice("a"))

    assert bench.reference == digest("a")
    assert bench.counts() == {"loaded": 1}
    assert threading.get_ident() not in bench.threads
    assert bench.runtime.recorder.value("reference_info", digest("a")) == 1
    assert [line["event"] for line in bench.runtime.log.lines] == ["reference-swapped"]
    assert (bench.runtime.log.lines[0]["audit"], bench.runtime.log.lines[0]["asked_by"]) == (True, "notice")


async def test_a_notice_of_what_is_loaded_builds_nothing(bench: Bench) -> None:
    """An old notice is answered without reading a file."""
    async with bench.running():
        bench.swap.offer(notice("/no/such/folder", FIRST))

    assert bench.counts() == {"unchanged": 1}
    assert bench.asked == []


Spoil = Callable[[Bench], bytes]
REFUSED: dict[str, tuple[Spoil, str]] = {
    "another digest": (lambda bench: bench.notice("a", digest("b")), "digest-mismatch"),
    "broken tables": (lambda bench: bench.notice("broken", digest("b")), "broken"),
    "a folder that cannot be read": (lambda bench: bench.notice("locked", digest("a")), "unreadable"),
    "no folder": (lambda bench: notice(bench.root / "gone", digest("a")), "no-such-directory"),
    "a file": (lambda _: notice(Path(__file__), digest("a")), "not-below-root"),
    "the root itself": (lambda bench: notice(bench.root, digest("a")), "not-below-root"),
    "the whole disk": (lambda _: notice("/", digest("a")), "not-below-root"),
    "a way out": (lambda bench: notice(bench.root / ".." / "a", digest("a")), "not-below-root"),
    "a name too long for the disk": (lambda bench: notice(bench.root / ("a" * 400), digest("a")), "unreadable"),
    "no JSON": (lambda _: b"{", "not-a-notice"),
}


@pytest.mark.parametrize(("spoil", "reason"), REFUSED.values(), ids=REFUSED)
async def test_what_is_refused_is_counted_and_the_old_tables_stay(bench: Bench, spoil: Spoil, reason: str) -> None:
    """The log names the reason and at most a file, never the text of an error; the next good notice is taken."""
    async with bench.running():
        bench.swap.offer(spoil(bench))
    before = bench.reference
    async with bench.running():
        bench.swap.offer(bench.notice("c"))

    (line, _) = bench.runtime.log.lines
    assert (before, bench.reference) == (FIRST, digest("c"))
    assert bench.counts() == {"rejected": 1, "loaded": 1}
    assert (line["event"], line["reason"]) == ("reference-rejected", reason)
    assert "JANE" not in str(line)


async def test_a_broken_table_is_named(bench: Bench) -> None:
    """The class of the error and the file are enough to find it."""
    async with bench.running():
        bench.swap.offer(bench.notice("broken", digest("b")))

    (line,) = bench.runtime.log.lines
    assert (line["exception"], line["problem"]) == ("ReferenceDataError", "mue/2026q3.csv")


async def test_the_newest_of_the_notices_of_the_past_is_taken(bench: Bench) -> None:
    """What was announced before the start is there before anything is built; the last one wins."""
    for name in "abc":
        bench.swap.offer(bench.notice(name))

    async with bench.running():
        pass

    assert (bench.asked, bench.reference) == (["c"], digest("c"))
    assert bench.counts() == {"loaded": 1, "superseded": 2}


async def test_behind_broken_notices_the_newest_good_one_is_taken(bench: Bench) -> None:
    """A worker that starts late comes to the tables that the others kept."""
    for name in ("a", "b", "broken-1", "broken-2"):
        bench.swap.offer(bench.notice(name, digest("b")))

    async with bench.running():
        pass

    assert (bench.asked, bench.reference) == (["broken-2", "broken-1", "b"], digest("b"))
    assert bench.counts() == {"loaded": 1, "rejected": 2, "superseded": 1}


async def test_one_build_at_a_time_and_a_newer_notice_supersedes_one_that_waits(bench: Bench) -> None:
    """What arrives during a build waits, and only the newest of it is built."""
    bench.gate.clear()
    async with bench.running():
        bench.swap.offer(bench.notice("a"))
        assert await asyncio.to_thread(bench.started.wait, 10)
        for name in "bcd":
            bench.swap.offer(bench.notice(name))
        bench.gate.set()

    assert (bench.asked, bench.reference, bench.most_at_once) == (["a", "d"], digest("d"), 1)
    assert bench.counts() == {"loaded": 2, "superseded": 2}


async def test_what_waits_is_bounded(bench: Bench) -> None:
    """A flood of notices costs no memory: the oldest are superseded."""
    for _ in range(MOST_WAITING + 5):
        bench.swap.offer(bench.notice("a"))

    assert bench.counts() == {"superseded": 5}


async def test_reloading_reads_the_configured_folder_whatever_its_digest(bench: Bench) -> None:
    """SIGHUP names no digest and needs no root; the same tables again are not a swap."""
    async with bench.running():
        bench.swap.reload()
    async with bench.running():
        bench.swap.reload()

    assert (bench.asked, bench.reference) == (["home", "home"], digest("home"))
    assert bench.counts() == {"loaded": 1, "unchanged": 1}


async def test_the_shadow_is_read_again_once_with_the_tables_in_force(bench: Bench) -> None:
    """After each signal, whose own folder may have changed, and after a notice that changed something."""
    shadow = bench.runtime.shadow = FakeShadow()
    async with bench.running():
        bench.swap.offer(bench.notice("a"))
    async with bench.running():
        bench.swap.offer(bench.notice("a"))
        bench.swap.offer(bench.notice("broken"))
    assert shadow.tables == [bench.root / "a"]

    async with bench.running():
        bench.swap.reload()
    async with bench.running():
        bench.swap.reload()
    bench.rules_read = "broken"
    async with bench.running():
        bench.swap.reload()

    assert shadow.tables == [bench.root / "a", bench.home, None, None]


async def test_reloading_reads_the_rules_too(bench: Bench) -> None:
    """The tables are those of before; the rules alone are a swap, and the log has their digest."""
    async with bench.running():
        bench.swap.reload()
    bench.rules_read = NEW_RULES
    async with bench.running():
        bench.swap.reload()

    assert bench.counts() == {"loaded": 2}
    assert bench.runtime.loaded.versions == {"reference": digest("home"), "ruleset": NEW_RULES}
    assert [line["ruleset"] for line in bench.runtime.log.lines] == [RULES, NEW_RULES]


async def test_broken_rules_are_refused_in_the_words_of_profiles_check(bench: Bench) -> None:
    """And with them the tables of the same request: all or nothing."""
    bench.rules_read = "broken"
    async with bench.running():
        bench.swap.reload()

    (line,) = bench.runtime.log.lines
    assert (bench.reference, bench.counts()) == (FIRST, {"rejected": 1})
    assert (line["event"], line["reason"]) == ("configuration-rejected", "rules-broken")
    assert line["problem"] == "profile mine names edits that do not exist: WST-99"


async def test_a_notice_may_announce_rules(bench: Bench) -> None:
    """Those of the tables that are loaded already count as other; rules that differ are refused with the tables."""
    bench.rules_read = NEW_RULES
    async with bench.running():
        bench.swap.offer(bench.notice("a", ruleset="2" * 16))
    refused = (bench.reference, bench.runtime.log.lines[0]["event"], bench.runtime.log.lines[0]["reason"])
    async with bench.running():
        bench.swap.offer(bench.notice("a", ruleset=NEW_RULES))
    async with bench.running():
        bench.swap.offer(bench.notice("a", ruleset=NEW_RULES))

    assert refused == (FIRST, "configuration-rejected", "ruleset-mismatch")
    assert bench.runtime.loaded.versions == {"reference": digest("a"), "ruleset": NEW_RULES}
    assert bench.counts() == {"rejected": 1, "loaded": 1, "unchanged": 1}


def test_a_suppression_that_has_ended_is_logged_and_its_last_day_is_on_the_metrics() -> None:
    """From the day after its last one."""
    ends = tuple(
        SuppressionEnd("mine", edit, "billing", date(2026, 3, day)) for edit, day in (("A-1", 19), ("B-1", 20))
    )
    with_ends, recorder, log = replace(loaded(FIRST), suppression_ends=ends, edit_ids=("A-1", "B-1")), Recorder(), Log()

    report_loaded(recorder, with_ends)
    warn_of_lapsed(cast("Any", log), with_ends, date(2026, 3, 20))  # Any: a log that only warns

    assert (
        recorder.value("suppression_until_timestamp_seconds", "mine", "A-1")
        == datetime(2026, 3, 19, tzinfo=UTC).timestamp()
    )
    (line,) = log.lines
    assert (line["event"], line["edit"]) == ("suppression-lapsed", "A-1")
    assert line["problem"] == (
        "profile mine: the suppression of A-1 by billing ended on 2026-03-19, so A-1 is on again; renew it or remove it"
    )


def test_a_link_out_of_the_root_is_followed_and_refused(tmp_path: Path) -> None:
    """Below the root is meant really."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root, outside):
        folder.mkdir()
        (folder / "CHECKSUMS").touch()
    (root / "link").symlink_to(outside)

    assert folder_below(root, root / "link") == Refusal("not-below-root")


def test_a_folder_without_checksums_is_not_read_further(tmp_path: Path) -> None:
    """It is not a reference folder and may be anything."""
    (tmp_path / "a").mkdir()

    assert folder_below(tmp_path, tmp_path / "a") == Refusal("no-checksums")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b'{"directory": "/a"}',
        b'{"digest": "' + b"a" * 64 + b'"}',
        notice("relative/folder", FIRST),
        notice("", FIRST),
        notice("/a\x00b", FIRST),
        notice("/" + "a" * 1024, FIRST),
        notice("/a", "a" * 63),
        notice("/a", "A" * 64),
        notice("/a", FIRST + "\n"),
        b'{"directory": 1, "digest": "' + b"a" * 64 + b'"}',
        b'{"directory": ["/a"], "digest": null}',
        notice("/a", FIRST) + b" " * 70_000,
        notice("/a", FIRST, ruleset="1" * 15),
    ],
)
def test_what_is_no_notice_is_none(value: bytes) -> None:
    """Bad JSON, wrong types, a relative path, half a digest: never an exception."""
    assert read_notice(value) is None


def test_a_notice_may_say_more_than_is_understood() -> None:
    """A later version may add to it."""
    found = read_notice(notice("/a", FIRST)[:-1] + b',"more":1}')

    assert found == ReferenceNotice(directory="/a", digest=FIRST)


def test_series_of_tables_that_are_gone_are_removed() -> None:
    """One digest and one set of editions are on the metrics at any time."""
    recorder = Recorder()
    old = loaded("old", ReferenceEdition("mue", "q1", date(2026, 1, 1), date(2026, 3, 31)))
    report_loaded(recorder, old)

    new = (
        ReferenceEdition("mue", "q2", date(2026, 4, 1), None, 40),
        ReferenceEdition("mue", "q3", date(2026, 7, 1), None, 2),
    )
    report_loaded(recorder, loaded("new", *new), old)

    page = recorder.exposition("")[0].decode()
    assert [
        line
        for line in page.splitlines()
        if line.startswith("claimscrub_reference_") and "{" in line and "updates" not in line
    ] == [
        'claimscrub_reference_info{digest="new"} 1.0',
        'claimscrub_reference_edition_info{edition="q2",table="mue"} 1.0',
        'claimscrub_reference_edition_info{edition="q3",table="mue"} 1.0',
        'claimscrub_reference_rows{table="mue"} 42.0',
        'claimscrub_reference_in_force_from_timestamp_seconds{table="mue"} 1.7750016e+09',
    ]


def test_a_table_answers_until_its_rows_are_trusted_no_longer() -> None:
    """The alert on stale tables begins there, and not on the last day of an edition that is carried forward."""
    recorder = Recorder()
    last, trusted_to = date(2026, 3, 31), date(2027, 4, 1)
    carried = ReferenceEdition("mue", "q1", date(2026, 1, 1), last, trusted_to=trusted_to)
    ended = ReferenceEdition("asp", "q1", date(2026, 1, 1), last)

    report_loaded(recorder, loaded("one", carried, ended))

    page = recorder.exposition("")[0].decode()
    told = {
        table: float(line.rpartition(" ")[2])
        for line in page.splitlines()
        for table in ("mue", "asp")
        if line.startswith(f'claimscrub_reference_trusted_to_timestamp_seconds{{table="{table}"}}')
    }
    assert told == {
        table: datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
        for table, day in (("mue", trusted_to), ("asp", last))
    }


def test_a_table_says_whether_a_later_edition_could_be_had() -> None:
    """Of its last edition: one that was imported since ends it."""
    recorder = Recorder()
    first = ReferenceEdition("mue", "q1", date(2026, 1, 1), date(2026, 3, 31), has_no_later=True)
    second = ReferenceEdition("mue", "q2", date(2026, 4, 1), date(2026, 6, 30))
    other = ReferenceEdition("asp", "q1", date(2026, 1, 1), date(2026, 3, 31), has_no_later=True)
    open_ended = ReferenceEdition("drugs", "1", date(2026, 1, 1), None)

    report_loaded(recorder, loaded("one", second, first, other, open_ended))

    page = recorder.exposition("")[0].decode()
    assert 'claimscrub_reference_no_later_edition{table="mue"} 0' in page
    assert 'claimscrub_reference_no_later_edition{table="asp"} 1' in page
    assert 'claimscrub_reference_no_later_edition{table="drugs"}' not in page
