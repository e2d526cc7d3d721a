"""Reads outcomes of files or topics, adds them up and writes the report."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from worker.analysis.database import Told
from worker.analysis.errors import AnalysisError
from worker.analysis.figures import figures_of
from worker.analysis.files import whole
from worker.analysis.forms import write_csv, write_junit, write_markdown, write_parquet, write_sarif
from worker.analysis.page import rendered
from worker.analysis.report import report_page
from worker.analysis.store import OutcomeStore
from worker.cli.shared.broker import on_broker, read_settings, say_unreadable
from worker.cli.shared.claim_paths import STDIN, refuse_no_file
from worker.cli.shared.progress import progress_of_steps
from worker.edits.edit import AnyEdit
from worker.kafka.read import OLDEST, Record, StartingPoint, tail
from worker.kafka.spans import spans_of
from worker.kafka.topics import missing_topics
from worker.settings import Settings
from worker.wording.counts import counted

SUFFIXES: Final = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".parquet")
_PORTION_BYTES: Final = 8 * 1024 * 1024
_NAMED: Final = 3
"""Files whose names fit into a sentence."""


@dataclass(frozen=True, slots=True)
class OutcomeReading:
    """Where outcomes are read: files, or the topics with the times between which they were written."""

    paths: tuple[str, ...]
    is_of_topics: bool
    since: datetime | None
    until: datetime | None

    @property
    def in_words(self) -> str:
        """Say where."""
        if not self.is_of_topics:
            named = ", ".join(Path(path).name for path in self.paths[:_NAMED])
            return named + (" and others" if len(self.paths) > _NAMED else "")
        ends = [
            f"{word} {each:%Y-%m-%d %H:%M} UTC" for word, each in (("from", self.since), ("before", self.until)) if each
        ]
        return " ".join(["the topics of outcomes", *ends])


@dataclass(frozen=True, slots=True)
class ReportRun:
    """A report that is to be made."""

    reading: OutcomeReading
    output: Path
    form: str
    title: str
    memory: str
    scratch: Path | None
    edits: Sequence[AnyEdit]
    reveal: bool


def make_report(run: ReportRun) -> tuple[int, list[str]]:
    """Make it; return of how many outcomes it is, and what was passed over, in sentences.

    Raises `AnalysisError`, `ClaimFileError` and `OSError`.
    """
    files = list(_files(run.reading.paths))
    with progress_of_steps() as step, OutcomeStore(run.scratch, run.memory, reveal=run.reveal) as store:
        if run.reading.is_of_topics:
            settings = read_settings()
            on_broker(settings, _read_topics(settings, run.reading, store, step("reading topics")))
        else:
            _read_files(files, store, step("reading"))
        twice, superseded = store.count(step("telling them apart"))
        passed_over = store.not_outcomes.in_words("line is", "lines are")
        ((outcomes,),) = store.rows("SELECT count(*) FROM counted")
        if not outcomes:
            raise AnalysisError("\n".join(["there is no outcome in what was read", *passed_over]))
        notes = [*passed_over]
        if twice:
            notes.append(f"{counted(twice, 'outcome')} came twice and {'counts' if twice == 1 else 'count'} once.")
        if superseded:
            notes.append(
                f"{counted(superseded, 'outcome')} left out, whose place a later one of the same claim has taken."
            )
        with whole(run.output, private=run.reveal) as made:
            _write(run, made, store, notes, step)
    return int(outcomes), passed_over


def _write(run: ReportRun, made: Path, store: OutcomeStore, notes: Sequence[str], step: Callable[[str], Told]) -> None:
    if run.form in {"html", "md"}:
        figures = figures_of(store, run.edits, step("adding up"))
        page = report_page(run.title, run.reading.in_words, figures, notes)
        if run.form == "md":
            write_markdown(made, page.title, page.sentence, figures, page.notes)
        else:
            made.write_text(rendered(page, run.edits), "utf-8", "backslashreplace")
    elif run.form == "csv":
        write_csv(made, store, step("writing"))
    elif run.form == "parquet":
        write_parquet(made, store, step("writing"))
    elif run.form == "sarif":
        write_sarif(made, store, run.edits)
    else:
        write_junit(made, store)


def _files(paths: Sequence[str]) -> Iterator[str]:
    """Yield files; of folders those whose names end as outcomes' do. Raises `ClaimFileError` and `AnalysisError`."""
    for path in paths:
        if path == STDIN:
            raise AnalysisError("-: outcomes are read of files, more than once; write them to one")
        if not Path(path).is_dir():
            refuse_no_file(path)
            yield path
            continue
        inside = sorted(
            str(Path(folder) / name)
            for folder, _, names in os.walk(path)
            for name in names
            if name.lower().endswith(SUFFIXES) and not name.startswith(".")
        )
        if not inside:
            raise AnalysisError(f"{path}: no file in it ends with {', '.join(SUFFIXES)}")
        yield from inside


def _read_files(files: Sequence[str], store: OutcomeStore, told: Told) -> None:
    sizes = [max(1, Path(file).stat().st_size) for file in files]
    before = 0
    for file, size in zip(files, sizes, strict=True):
        store.read_file(file, partial(_tell, told, before / sum(sizes), size / sum(sizes)))
        before += size


def _tell(told: Told, before: float, share: float, done: float) -> None:
    told(before + done * share)


async def _read_topics(settings: Settings, reading: OutcomeReading, store: OutcomeStore, told: Told) -> None:
    topics = [settings.topics.scrubbed, settings.topics.rejected, settings.topics.pended]
    if missing := await missing_topics(settings, topics):
        raise AnalysisError(f"{', '.join(missing)}: missing on the broker; `claimscrub topics create` makes them")
    start = OLDEST if reading.since is None else StartingPoint(since_ms=_milliseconds(reading.since))
    until = None if reading.until is None else _milliseconds(reading.until)
    total = sum(span.end - span.oldest for span in await spans_of(settings, topics)) or 1
    portion: list[Record] = []
    size = read = 0
    async for record in tail(settings, topics, start=start, follow=False):
        say_unreadable(record)
        read += 1
        if record.value is None or (until is not None and record.timestamp_ms >= until):
            continue
        portion.append(record)
        size += len(record.value)
        if size >= _PORTION_BYTES:
            _add(store, portion)
            portion, size = [], 0
            told(min(1.0, read / total))
    _add(store, portion)
    told(1.0)


def _add(store: OutcomeStore, portion: Sequence[Record]) -> None:
    if portion:
        first, last = portion[0], portion[-1]
        where = f"{first.topic} {first.partition}/{first.offset} to {last.topic} {last.partition}/{last.offset}"
        store.read_messages((record.content or b"" for record in portion), lambda: f"among {where}")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
