"""What the libraries below the worker cannot read, on the embedded broker."""

from pathlib import Path

import pytest

from schemas import dead_letter as dlq
from schemas.dead_letter import DeadLetterReason
from tests.stream.hostile_bytes import is_read_past
from tests.stream.support import claim
from tests.stream.test_replay import run
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.system]


async def test_a_record_that_no_library_reads_costs_its_own_offset(exactly_once: Settings, tmp_path: Path) -> None:
    """Today the partition fails there forever; the commands fail there too."""
    first, *others = await is_read_past(exactly_once, tmp_path)

    said = dict(first.headers)
    assert first.value == claim(90)
    assert said[dlq.HEADER_REASON] == DeadLetterReason.HEADER_NOT_UTF8.encode()
    assert (said[dlq.HEADER_VALUE], said[dlq.HEADER_HEADERS]) == (b"copied", b"escaped")
    assert said["name\\xff"] == b"2"
    for each in others:
        said = dict(each.headers)
        assert said[dlq.HEADER_REASON] == DeadLetterReason.UNREADABLE.encode()
        assert said[dlq.HEADER_VALUE] == b"omitted"
        assert dlq.HEADER_VALUE_SHA256 not in said
    shown = await run(exactly_once, "tail", "inbound", "--from-start", "--max", "5", "--format", "jsonl")
    assert (shown.returncode, len(shown.stdout.splitlines())) == (0, 5)
    listed = await run(exactly_once, "dead-letters", "list")
    assert (listed.returncode, "header-not-utf8" in listed.stdout) == (0, True)
    replayed = await run(exactly_once, "dead-letters", "replay", "--send", COLUMNS="120")
    assert (replayed.returncode, "not kept in full" in replayed.stdout) == (0, True)
