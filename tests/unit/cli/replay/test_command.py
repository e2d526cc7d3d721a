"""`claimscrub replay` beside a memory of earlier claims."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from worker.cli.commands import claimscrub


def replay(tmp_path: Path, mode: str, *arguments: str) -> Result:
    """Run the command against no broker."""
    memory = {"CLAIMSCRUB_HISTORY": mode, "CLAIMSCRUB_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    if mode != "off":
        assert CliRunner().invoke(claimscrub, ["history", "key", str(tmp_path / "key")]).exit_code == 0
        memory |= {
            "CLAIMSCRUB_HISTORY_KEY_FILE": str(tmp_path / "key"),
            "CLAIMSCRUB_HISTORY_DIR": str(tmp_path / "memory"),
        }
    return CliRunner(env=memory).invoke(claimscrub, ["replay", *arguments])


@pytest.mark.parametrize(
    ("mode", "arguments"),
    [("off", ["pended", "--send"]), ("routed", ["rejected", "--send"]), ("keyed", ["scrubbed", "--send"])],
    ids=["no memory", "rejected claims are not remembered", "remembered claims carry where they were first"],
)
def test_every_replay_goes_to_the_broker(tmp_path: Path, mode: str, arguments: list[str]) -> None:
    """Which is not there: exit code 69."""
    assert replay(tmp_path, mode, *arguments).exit_code == 69
