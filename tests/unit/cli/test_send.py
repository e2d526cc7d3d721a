"""Where claims go that their sender places."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.inputs.malformed import sound
from worker.bootstrap import identities
from worker.cli import send
from worker.cli.shared import broker
from worker.history.key import read_key, write_key
from worker.settings import Settings


def settings(tmp_path: Path, mode: str) -> Settings:
    """Return the settings of a sender."""
    key_file = tmp_path / "key"
    if not key_file.exists():
        write_key(key_file)
    return Settings.model_validate({"history": mode, "history_key_file": key_file})


def test_a_sender_places_claims_where_the_workers_look_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the same identity and the same key file; what names nobody goes where its key does."""
    keyed = settings(tmp_path, "keyed")

    async def counts(_settings: Settings, names: list[str]) -> dict[str, int]:
        return dict.fromkeys(names, 6)

    monkeypatch.setattr(broker, "partition_counts", counts)
    monkeypatch.setattr(broker, "on_broker", lambda _settings, work: asyncio.run(work))
    place = send._placement(keyed)  # noqa: SLF001 -- what the command sends by
    assert place is not None
    value = json.dumps(sound()).encode()
    identity = identities(keyed)(value)
    assert identity is not None

    assert place(value) == read_key(tmp_path / "key").partition(identity, 6)
    assert (place(b"{"), place(None)) == (None, None)


@pytest.mark.parametrize("mode", ["off", "routed"])
def test_nobody_else_places_claims(tmp_path: Path, mode: str) -> None:
    """Workers do, or nobody needs to."""
    assert send._placement(settings(tmp_path, mode)) is None  # noqa: SLF001 -- as above
