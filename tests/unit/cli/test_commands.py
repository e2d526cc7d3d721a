"""The list of commands: it is whole, costs no import of them, and each says how it ends."""

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from tests.syntax import syntax_of
from worker.cli.commands import COMMANDS, Command, claimscrub

ROOT: Final = Path(__file__).parents[3]
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
    assert command.get_short_help_str(limit=500) == listed.summary, (
        "the summary in worker/cli/commands.py is the first sentence of the command's docstring"
    )


def test_every_command_is_listed() -> None:
    """A module that declares a command, and is not in the list, cannot be called."""
    declared = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in sorted((ROOT / "worker/cli").rglob("*.py"))
        if _declares_a_command(syntax_of(file))
    }

    assert declared - {listed.module for listed in COMMANDS} == set(), (
        "add a line to COMMANDS in worker/cli/commands.py"
    )
    assert len(declared) > len(COMMANDS) / 2


def _declares_a_command(module: ast.Module) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == "command" for node in module.body)


def _all_of(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from _all_of(found, f"{name} {below}")
    else:
        yield name, command


@pytest.mark.parametrize(("name", "command"), [pytest.param(*each, id=each[0]) for each in _all_of(claimscrub, "")])
def test_a_command_says_with_which_code_it_ends(name: str, command: click.Command) -> None:
    """Those of every command are in the help of `claimscrub`; one that chooses others names them."""
    assert command.callback is not None
    source = inspect.getsource(inspect.unwrap(command.callback))

    assert "sys.exit(" not in source or "xit code" in (command.help or ""), (
        f"`claimscrub{name}` calls sys.exit: say `Exit code N: when` in its docstring, as worker/cli/test.py does"
    )


def test_the_list_of_commands_imports_none_of_them() -> None:
    """It is shown before a Kafka client would be loaded."""
    done = subprocess.run([sys.executable, "-c", _IMPORTED_BY_HELP], capture_output=True, text=True, check=True)

    assert all(f"  {listed.name} " in done.stdout for listed in COMMANDS)
    assert {"faust", "aiokafka", "pydantic", "worker.bootstrap"} & set(done.stderr.split()) == set()


@pytest.mark.parametrize(("name", "command"), [pytest.param(*each, id=each[0]) for each in _all_of(claimscrub, "")])
def test_no_line_of_a_help_is_broken_in_80_columns(name: str, command: click.Command) -> None:
    """Click wraps sentences; lists, exit codes and examples are wrapped where they are written."""
    help_text = command.get_help(click.Context(command, info_name=name, terminal_width=80))

    assert [line for line in help_text.splitlines() if len(line) > 80] == []
