"""How far a memory is, as it is committed beside an offset."""

from dataclasses import replace
from datetime import date

import pytest

from worker.stream.history.position import HistoryPosition, read_position

POSITION = HistoryPosition(12, "ab12cd34", 24, date(2026, 11, 30), 5)


def test_a_position_is_one_word() -> None:
    """It is read back as it was."""
    assert POSITION.word() == "history=12:ab12cd34:24:2026-11-30:5"
    assert read_position(POSITION.word()) == POSITION
    assert POSITION.after(3).records == 15


def test_the_series_of_a_copy_is_in_it() -> None:
    """A release that knows of none reads the position of the first one as ever."""
    copied = replace(POSITION, series=2)

    assert copied.word() == "history=12:ab12cd34:24:2026-11-30:5:s2"
    assert read_position(copied.word()) == copied


@pytest.mark.parametrize("word", ["", "history=", "history=1:ab:24:2026-13-01:0", "history=-1:ab:24:2026-11-30:0"])
def test_a_word_that_is_not_ours_is_none(word: str) -> None:
    """What another program wrote says nothing."""
    assert read_position(word) is None
