"""Answers signals from the first moment of `claimscrub worker`, before anything large is imported.

Importing takes a second or more. By default Python ends at SIGTERM and SIGHUP without a line, and with an exit code
that an orchestrator counts as a failure.
"""

import json
import os
import signal
from datetime import UTC, datetime
from types import FrameType
from typing import Final, NoReturn

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def answer_early_signals() -> None:
    """Until the worker takes the signals itself: end with 0 and a line when asked to stop; note SIGHUP with a line."""
    for number in STOP_SIGNALS:
        signal.signal(number, _leave)
    signal.signal(signal.SIGHUP, _go_on)


def ignore_signals() -> None:
    """Ignore what asks for a stop or a reload, for a worker that is about to exit."""
    for number in (*STOP_SIGNALS, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    ignore_signals()
    _say("stopped", exit_code=0)
    # Nothing is in flight yet, and an exception raised in the middle of an import could be swallowed there.
    os._exit(0)


def _go_on(_number: int, _frame: FrameType | None) -> None:
    # The tables are read later than this, so the request is met by the start itself.
    _say("reload-not-needed")


def _say(event: str, **facts: int) -> None:
    line = {"event": event, **facts, "level": "info", "timestamp": datetime.now(UTC).isoformat()}
    try:
        os.write(1, json.dumps(line).encode() + b"\n")
    except OSError:
        return  # a closed stdout must not keep a worker from stopping
