"""The command's list of commands costs no import of them."""

import subprocess
import sys

import click
import pytest

from worker.cli.commands import MODULES, SUMMARIES, claimscrub

_IMPORTED_BY_HELP = """
import sys
from worker.cli.commands import claimscrub
try:
    claimscrub(["--help"])
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_summary_is_what_the_command_says_of_itself(name: str) -> None:
    """The list and the command's own help begin alike."""
    assert isinstance(claimscrub, click.Group)
    command = claimscrub.get_command(click.Context(claimscrub), name)

    assert command is not None
    assert command.get_short_help_str(limit=500) == SUMMARIES[name]


def test_the_list_of_commands_imports_none_of_them() -> None:
    """It is shown before a Kafka client would be loaded."""
    done = subprocess.run([sys.executable, "-c", _IMPORTED_BY_HELP], capture_output=True, text=True, check=True)

    assert all(f"  {name} " in done.stdout for name in MODULES)
    assert {"faust", "aiokafka", "pydantic", "worker.bootstrap"} & set(done.stderr.split()) == set()
