"""The trees of our own files are read whole, whatever is collected meanwhile."""

import gc
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from tests.syntax import syntax_of


class _LeftOpen:
    """Garbage that reports itself when it is collected, as a client does that nobody closed."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        raise ResourceWarning


def _report(left: Any) -> None:  # Any: what the hook is given
    traceback.format_exception(left.exc_type, left.exc_value, left.exc_traceback)


def _deeply(frames: int, file: Path) -> None:
    """The depth counts: the parse that points at a line begins deeper than the one amid which it comes."""
    if frames:
        _deeply(frames - 1, file)
        return
    garbage = [_LeftOpen() for _ in range(50)]
    del garbage
    syntax_of(file)


def test_a_report_of_what_was_left_open_does_not_come_amid_a_parse(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a collector that runs all the time; it does so again afterwards."""
    monkeypatch.setattr(sys, "unraisablehook", _report)
    syntax_of.cache_clear()
    before = gc.get_threshold()
    gc.set_threshold(300, 2, 2)
    try:
        _deeply(20, Path(__file__))
        gc.collect()
    finally:
        gc.set_threshold(*before)

    assert gc.isenabled()
