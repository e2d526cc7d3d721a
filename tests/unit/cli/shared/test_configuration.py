"""What commands are told of the configuration: edits by their ids, and where it is."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from worker.bootstrap import shipped_config_directory
from worker.cli.commands import claimscrub
from worker.cli.shared.configuration import known_edits


@pytest.mark.parametrize(("wrong", "near"), [("NOPE-1", ""), ("WST-1", "; did you mean WST-1"), ("wst-01", "WST-01?")])
def test_an_edit_that_does_not_exist_is_an_error(wrong: str, near: str) -> None:
    """Nobody waits for what no claim can have; nothing is asked of a broker."""
    for command in (["replay", "rejected"], ["tail", "rejected"]):
        result = CliRunner(env={"CLAIMSCRUB_BOOTSTRAP_SERVERS": "127.0.0.1:1"}).invoke(
            claimscrub, [*command, "--edit", wrong]
        )

        assert (result.exit_code, result.stdout) == (2, "")
        assert f"there is no edit '{wrong}'" in result.stderr
        assert near in result.stderr


def test_our_edits_and_ids_for_own_edits_are_known() -> None:
    """A reader need not have the folder of the edits that the workers have."""
    assert known_edits(("WST-01", "USR-07")) == {"WST-01", "USR-07"}


def test_commands_look_where_the_worker_does(tmp_path: Path) -> None:
    """Under the worker's settings a runbook's command shows the worker's profiles and tables."""
    (tmp_path / "payers").mkdir()
    (tmp_path / "payers" / "mine.yaml").write_text(
        "name: mine\ntitle: Mine\nmedicare: false\napplies_to: {otherwise: true}\n"
    )
    for part in ("guides", "reference"):
        (tmp_path / part).symlink_to(shipped_config_directory() / part)
    there = {"CLAIMSCRUB_CONFIG_DIR": str(tmp_path)}

    profiles = CliRunner(env=there).invoke(claimscrub, ["profiles", "check"])
    tables = CliRunner(env={"CLAIMSCRUB_CONFIG_DIR": str(tmp_path / "gone")}).invoke(
        claimscrub, ["reference", "status"]
    )

    assert profiles.stdout == "1 profile without a problem: mine\n"
    assert (tables.exit_code, str(tmp_path / "gone" / "reference") in tables.stderr) == (2, True)
