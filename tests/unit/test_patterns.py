"""No regular expression of the tree takes more than its share of a longer text."""

import math
import re
import signal
import time
from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest

from tests.unit.patterns import Use, all_uses, attacks

SHORTEST: Final = 2_000
"""Characters at 1x; the growth is looked at from there to 4x."""
_LIKE_TWICE: Final = 8.0
"""Four times the text takes a linear pattern 4 times as long, a quadratic one 16 times."""
_TOO_SHORT_TO_COMPARE_S: Final = 0.01
_HANGS_AFTER_S: Final = 20.0
_FURTHER_TRIES: Final = 4
"""Each of them measures a careless pattern's longest text once more, which is nearly all that its test costs."""
_SHORTEST_TO_MEASURE_S: Final = 1e-6


@cache
def uses() -> tuple[Use, ...]:
    """Those of the tree, which are looked for in the one process that runs the tests of them."""
    return tuple(all_uses())


class HangsError(Exception):
    """A pattern does not come back."""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    """End a pattern that does not come back; the engine lets signals in."""

    def interrupt(*_: object) -> None:
        raise HangsError

    before = signal.signal(signal.SIGPROF, interrupt)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


def seconds(pattern: re.Pattern[Any], method: str, text: str) -> float:
    """Return the processor time that a pattern takes for a text, all matches of it where there can be many."""
    subject = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
    begun = time.process_time()
    if method in ("match", "fullmatch"):
        getattr(pattern, method)(subject)
    else:
        deque(pattern.finditer(subject), maxlen=0)
    return max(time.process_time() - begun, _SHORTEST_TO_MEASURE_S)


def steep(pattern: re.Pattern[Any], methods: frozenset[str]) -> str | None:
    """Return how and by what text a pattern takes more than its share at 4x; None when by none."""
    for start, piece, end in attacks(pattern):
        short, long = (start + piece * (SHORTEST * times // len(piece)) + end for times in (1, 4))
        for method in sorted({each if each in ("match", "fullmatch") else "search" for each in methods}):
            growth = _least_growth(pattern, method, short, long)
            if growth > _LIKE_TWICE:
                return (
                    f"{method} of {start!r} + {piece!r} repeated + {end!r}: 4 times the text takes {growth:.0f} times"
                )
    return None


def _least_growth(pattern: re.Pattern[Any], method: str, short: str, long: str) -> float:
    """Return by how much time grows with the text: others on the machine may lengthen it, and not time after time."""
    growth = _growth(pattern, method, short, long)
    for _ in range(_FURTHER_TRIES):
        if growth <= _LIKE_TWICE or math.isinf(growth):
            break
        growth = min(growth, _growth(pattern, method, short, long))
    return growth


def _growth(pattern: re.Pattern[Any], method: str, short: str, long: str) -> float:
    signal.setitimer(signal.ITIMER_PROF, _HANGS_AFTER_S)
    try:
        taken = seconds(pattern, method, long)
        if taken < _TOO_SHORT_TO_COMPARE_S:
            return 1.0
        return taken / min(seconds(pattern, method, short) for _ in range(3))
    except HangsError:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def test_no_pattern_takes_more_than_its_share_of_a_longer_text() -> None:
    """Texts that nearly match are tried in the ways in which the source uses each pattern."""
    found = {str(use): steep(use.pattern, use.methods) for use in uses()}

    assert {use: problem for use, problem in found.items() if problem} == {}


@pytest.mark.parametrize(
    "careless",
    [r'"(?:[^"\\]|\\.)*"', r"\s+$", r"eff\w*[\s_-]+\d", r"HCPC[A-Z]*.*WEB", rb'"(?:[^"\\]|\\.)*"|[\[\]{}]'],
)
def test_a_careless_pattern_is_found(careless: str | bytes) -> None:
    """What the test above is worth: patterns that are known to be quadratic."""
    assert steep(re.compile(careless), frozenset({"search"}))


def test_the_patterns_of_the_tree_are_found() -> None:
    """Those that were seen to be quadratic among them, with the ways in which they are used."""
    by_place = {use.place.partition(":")[0]: use for use in uses()}

    assert len(uses()) > 100
    assert "finditer" in by_place["worker/cli/shared/claim_files.py"].methods
