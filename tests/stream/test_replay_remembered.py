"""Remembered claims that are replayed do not count as earlier claims of themselves, on the embedded broker."""

from pathlib import Path

import pytest

from tests.kafka.history_storms import read_all, with_memory
from tests.kafka.replayed import scrub_replay_and_copy
from tests.stream.forks import ForkedWorker
from tests.stream.test_real_worker import as_of
from worker.settings import HistoryMode, Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]


@pytest.mark.parametrize("mode", [HistoryMode.ROUTED, HistoryMode.KEYED])
async def test_what_is_remembered_is_replayed_in_its_own_place(
    mode: HistoryMode, exactly_once: Settings, tmp_path: Path
) -> None:
    """Twice, with the same outcome each time; a copy that is none is found."""
    settings = with_memory(as_of(exactly_once), tmp_path, mode)

    found = await scrub_replay_and_copy(settings, tmp_path, ForkedWorker)

    assert found.edits == [[], [], [], [], [], ["IDN-07"]]
    assert len(found.ids) == 3
    # One of each of the two claims that went out, however often they were judged.
    keys = {each.key for each in await read_all(settings, settings.topics.history)}
    assert len(keys) == 2
