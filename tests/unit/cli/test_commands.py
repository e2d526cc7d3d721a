"""The command's list of commands costs no import of them."""

import subprocess
import sys

import click
import pytest

from worker.cli.commands import COMMANDS, Command, claimscrub

_IMPORTED_BY_HELP = """
import sys
from worker.cli.commands import claimscrub
try:
    claimscrub(["--help"])
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("listed", COMMANDS, ids=lambda command: command.name)
def test_a_summary_is_what_the_command_says_of_itself(listed: Command) -> None:
    """The list and the command's own help begin alike."""
    assert isinstance(claimscrub, click.Group)
    command = claimscrub.get_command(click.Context(claimscrub), listed.name)

    assert command is not None
    assert command.get_short_help_str(limit=500) == listed.summary


def test_the_list_of_commands_imports_none_of_them() -> None:
    """It is shown before a Kafka client would be loaded."""
    done = subprocess.run([sys.executable, "-c", _IMPORTED_BY_HELP], capture_output=True, text=True, check=True)

    assert all(f"  {listed.name} " in done.stdout for listed in COMMANDS)
    assert {"faust", "aiokafka", "pydantic", "worker.bootstrap"} & set(done.stderr.split()) == set()
