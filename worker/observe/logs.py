"""Log lines as JSON on stdout: allowed keys only, no exception texts, and never in the way of the loop.

A claim is PHI, and so is much of what libraries say about a message they failed on: Faust logs keys
and values, exception texts quote their input. So a line holds only keys of the list below, and a
library's record shrinks to who said it, where, how bad, and the class of the exception.
"""

import contextlib
import logging
import queue
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, BinaryIO, Final, TextIO

import orjson
import structlog

ALLOWED_KEYS: Final = frozenset(
    {
        "asked_by",
        "at",
        "audit",
        "bytes",
        "claims",
        "count",
        "crashes",
        "digest",
        "directory",
        "disposition",
        "edit",
        "edition",
        "event",
        "exception",
        "exit_code",
        "file",
        "findings",
        "generation",
        "host",
        "instance",
        "last_offset",
        "level",
        "line",
        "lines",
        "logger",
        "login",
        "no_data",
        "not_read",
        "offset",
        "operator",
        "outcome_id",
        "partition",
        "partitions",
        "port",
        "problem",
        "profile",
        "reason",
        "reference",
        "result",
        "revision",
        "ruleset",
        "seconds",
        "settings",
        "share",
        "signal",
        "stage",
        "table",
        "timestamp",
        "topic",
        "until",
        "version",
    }
)
MAX_STRING: Final = 256
MAX_PROBLEM: Final = 4096
"""Of `problem`, which is ours, and may be a sentence for each thing that is wrong with a configuration."""
_QUEUE_RECORDS: Final = 10_000
_GATHER_S: Final = 0.05
_GATHER_LINES: Final = 1000
_SECONDS_BETWEEN_REPEATS: Final = 1.0
_MOST_REPEATS_REMEMBERED: Final = 1000
_LOGGER_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]")

DropCounter = Callable[..., None]
"""Called with a metric and its labels when a record or a field is dropped; `Recorder.count` fits."""

Event = MutableMapping[str, Any]  # Any: structlog's own type of an event dictionary


class LineWriter:
    """Writes lines to stdout on a thread of its own; a full queue drops lines instead of waiting."""

    def __init__(self, stream: BinaryIO, on_drop: Callable[[], None]) -> None:
        self._stream = stream
        self._on_drop = on_drop
        self._lines: queue.Queue[bytes | None] = queue.Queue(_QUEUE_RECORDS)
        self._thread = threading.Thread(target=self._write_all, name="log-writer", daemon=True)
        self._thread.start()

    def msg(self, line: bytes) -> None:
        """Queue one line."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._on_drop()

    # structlog calls the method that the level is named after.
    debug = info = warning = error = critical = msg

    def close(self, timeout_s: float = 1.0) -> None:
        """Write what is queued, as far as stdout takes it within a time."""
        try:
            self._lines.put(None, timeout=timeout_s)
        except queue.Full:
            return
        self._thread.join(timeout_s)

    def _write_all(self) -> None:
        is_open = True
        while is_open:
            lines = [self._lines.get()]
            # A thread that wakes for each line takes the interpreter from the event loop each time.
            if lines[0] is not None:
                time.sleep(_GATHER_S)
            with contextlib.suppress(queue.Empty):
                while lines[-1] is not None and len(lines) < _GATHER_LINES:
                    lines.append(self._lines.get_nowait())
            is_open = lines[-1] is not None
            try:
                self._write(b"".join(line for line in lines if line is not None))
            except (OSError, ValueError):
                # A closed or broken stdout must not end the thread: claims go on without their lines.
                for _ in lines:
                    self._on_drop()

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            written = self._stream.write(left)
            if not written:  # a stdout that does not wait, and is full
                raise BlockingIOError
            left = left[written:]


def unbuffered(stream: TextIO) -> BinaryIO:
    """Stdout or stderr without Python's buffer.

    What is in the buffer is seen by nobody. At exit Python writes it out: on a full disk that makes the exit code 120,
    and it aborts the process where a thread waits for a pipe that nobody reads.
    """
    return open(stream.fileno(), "wb", buffering=0, closefd=False)


class LibraryHandler(logging.Handler):
    """Turns a library's log record into our form, without its message; see the module."""

    def __init__(self, log: structlog.typing.FilteringBoundLogger, on_drop: Callable[[], None]) -> None:
        super().__init__()
        self._log = log
        self._on_drop = on_drop
        self._last: dict[tuple[str, str], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Log the record's logger, place, level and exception class, once a second for each logger."""
        key = (record.name, record.levelname)
        moment = time.monotonic()
        if moment - self._last.get(key, -_SECONDS_BETWEEN_REPEATS) < _SECONDS_BETWEEN_REPEATS:
            self._on_drop()
            return
        if len(self._last) > _MOST_REPEATS_REMEMBERED:
            self._last.clear()
        self._last[key] = moment
        self._log.log(
            record.levelno,
            "library-record",
            logger=_LOGGER_NAME.sub("?", record.name),
            at=f"{record.module}:{record.lineno}",
            exception=_exception_class(record),
        )


def _exception_class(record: logging.LogRecord) -> str | None:
    if record.exc_info and record.exc_info[0] is not None:
        return record.exc_info[0].__name__
    arguments = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
    return next((type(each).__name__ for each in arguments if isinstance(each, BaseException)), None)


class Logs:
    """The log of one worker and its writer."""

    def __init__(self, level: str, on_drop: DropCounter, stream: BinaryIO | None = None) -> None:
        self._writer = LineWriter(
            unbuffered(sys.stdout) if stream is None else stream,
            lambda: on_drop("log_records_dropped_total", "blocked"),
        )
        self._on_drop = on_drop
        severity = logging.getLevelNamesMapping()[level.upper()]
        self.log: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            self._writer,
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                self._allow,
                _render,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(severity),
            cache_logger_on_first_use=True,
        )
        self._severity = severity

    def take_over_libraries(self) -> None:
        """Route every stdlib logger here: what libraries log reaches stdout in no other way."""
        handler = LibraryHandler(self.log, lambda: self._on_drop("log_records_dropped_total", "repeated"))
        # Below INFO the libraries log whole messages, and only building the record already costs 6 %.
        logging.disable(logging.INFO)
        root = logging.getLogger()
        root.handlers[:] = [handler]
        root.setLevel(max(self._severity, logging.WARNING))
        for logger in list(logging.Logger.manager.loggerDict.values()):
            if isinstance(logger, logging.Logger):
                logger.handlers.clear()
                logger.propagate = True
        logging.captureWarnings(capture=True)
        # The interpreter prints what nobody caught, with the text of the exception.
        threading.excepthook = lambda caught: self._note_uncaught(caught.exc_type)
        sys.excepthook = lambda kind, *_: self._note_uncaught(kind)
        sys.unraisablehook = lambda caught: self._note_uncaught(caught.exc_type)

    def _note_uncaught(self, kind: type[BaseException]) -> None:
        self.log.critical("uncaught", exception=kind.__name__)

    def close(self) -> None:
        """Write what is queued."""
        self._writer.close()

    def _allow(self, _logger: object, _method: str, event: Event) -> Event:
        kept: Event = {}
        for key, value in event.items():
            if key not in ALLOWED_KEYS:
                self._on_drop("log_fields_dropped_total")
                continue
            if value is None:
                continue
            most = MAX_PROBLEM if key == "problem" else MAX_STRING
            kept[key] = value if isinstance(value, int | float) else str(value)[:most]
        return kept


def _render(_logger: object, _method: str, event: Event) -> bytes:
    return orjson.dumps(event) + b"\n"
