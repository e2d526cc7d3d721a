"""Log lines: allowed keys only, no texts of exceptions, never in the way."""

import ast
import io
import json
import logging
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.syntax import syntax_of
from worker.observe.logs import ALLOWED_KEYS, Logs

PHI = "Jane Doe 123-45-6789"
ROOT = Path(__file__).parents[3]
LEVELS = ("debug", "info", "warning", "error", "critical")


class _Drops:
    def __init__(self) -> None:
        self.counts: Counter[tuple[str, ...]] = Counter()

    def __call__(self, *labels: str) -> None:
        self.counts[labels] += 1


@pytest.fixture
def stdlib_logging() -> Iterator[None]:
    """Put the handlers and hooks of the test run back."""
    hooks = (threading.excepthook, sys.excepthook, sys.unraisablehook)
    root = logging.getLogger()
    before = (root.handlers[:], root.level, root.manager.disable)
    yield
    threading.excepthook, sys.excepthook, sys.unraisablehook = hooks
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    logging.disable(before[2])
    logging.captureWarnings(capture=False)


def _lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_key_that_is_not_allowed_is_dropped_and_counted() -> None:
    """A field that may name a person does not reach the line."""
    stream, drops = io.BytesIO(), _Drops()
    logs = Logs("info", drops, stream)

    logs.log.info("claim", partition=3, patient=PHI)
    logs.close()

    (line,) = _lines(stream)
    assert (line["event"], line["partition"], line["level"]) == ("claim", 3, "info")
    assert PHI not in stream.getvalue().decode()
    assert drops.counts["log_fields_dropped_total",] == 1


def test_a_forged_line_stays_inside_its_string_and_long_strings_are_cut() -> None:
    """One call is one line, whatever the value holds."""
    stream = io.BytesIO()
    logs = Logs("info", _Drops(), stream)

    logs.log.info("claim", reason='\n{"event":"forged"}\u2028\x1b' + "x" * 1000, problem="x" * 5000)
    logs.close()

    (line,) = _lines(stream)
    assert (len(line["reason"]), len(line["problem"])) == (256, 4096)


def _logged_keys(file: Path) -> Iterator[tuple[str, str]]:
    """Yield where the code logs a field by name, and the name."""
    for node in ast.walk(syntax_of(file)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS):
            continue
        if not ast.unparse(node.func.value).endswith("log"):
            continue
        yield from ((f"{file.name}:{node.lineno}", each.arg) for each in node.keywords if each.arg)


def test_every_field_that_the_code_logs_by_name_is_allowed() -> None:
    """Otherwise it would be missing from its line, and an alert would fire for it."""
    logged = [each for file in (ROOT / "worker").rglob("*.py") for each in _logged_keys(file)]

    assert len(logged) > 100
    assert [each for each in logged if each[1] not in ALLOWED_KEYS] == []


def test_an_exception_leaves_its_class_only() -> None:
    """Neither the text of an exception nor its traceback is logged."""
    stream = io.BytesIO()
    logs = Logs("info", _Drops(), stream)

    try:
        int(PHI)
    except ValueError:
        logs.log.exception("failed", exception="ValueError")
    logs.close()

    (line,) = _lines(stream)
    assert line["exception"] == "ValueError"
    assert PHI not in stream.getvalue().decode()


@pytest.mark.usefixtures("stdlib_logging")
def test_a_librarys_record_loses_its_message() -> None:
    """Of what a library logs we keep who, where, how bad, and the class of the exception."""
    stream, drops = io.BytesIO(), _Drops()
    logs = Logs("info", drops, stream)
    logs.take_over_libraries()

    logging.getLogger("faust.topics").error("send k=%r v=%r: %r", PHI, PHI, RuntimeError(PHI))
    logging.getLogger("faust.topics").error("again %s", PHI)
    logging.getLogger("faust.topics").info("quiet %s", PHI)
    logs.close()

    (line,) = _lines(stream)
    assert (line["logger"], line["level"], line["exception"]) == ("faust.topics", "error", "RuntimeError")
    assert line["at"].startswith("test_logs:")
    assert PHI not in stream.getvalue().decode()
    assert drops.counts["log_records_dropped_total", "repeated"] == 1


@pytest.mark.usefixtures("stdlib_logging")
def test_what_nobody_caught_leaves_its_class_only(capsys: pytest.CaptureFixture[str]) -> None:
    """An exception that ends a thread is one of our log lines, and its text is printed nowhere."""
    stream = io.BytesIO()
    logs = Logs("info", _Drops(), stream)
    logs.take_over_libraries()

    thread = threading.Thread(target=int, args=(PHI,))
    thread.start()
    thread.join()
    logs.close()

    (line,) = _lines(stream)
    assert (line["event"], line["exception"]) == ("uncaught", "ValueError")
    assert PHI not in capsys.readouterr().err


class _Blocked(io.RawIOBase):
    def __init__(self) -> None:
        self.gate = threading.Event()

    def write(self, line: Any) -> int:  # Any: any buffer
        self.gate.wait(10)
        return len(line)


def test_a_blocked_stdout_drops_lines_and_blocks_no_one() -> None:
    """With stdout stuck the calls return, and what does not fit the queue is counted."""
    stream, drops = _Blocked(), _Drops()
    logs = Logs("info", drops, stream)  # type: ignore[arg-type]

    for _ in range(11_100):
        logs.log.info("claim")

    assert drops.counts["log_records_dropped_total", "blocked"] >= 99
    stream.gate.set()
    logs.close()
