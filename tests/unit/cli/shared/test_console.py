"""What a terminal gets to see of text that others wrote."""

import ast
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

import worker.cli
from tests.syntax import syntax_of
from worker.cli.commands import claimscrub
from worker.cli.shared.console import SafeConsole, echo, echo_json, echo_text, out, say

HOSTILE: Final = "A\x1b]0;owned\x07\x9b31mB\u202eC\u2066D\u200bE\rF\x00"
ESCAPED: Final = "A\\x1b]0;owned\\x07\\x9b31mB\\u202eC\\u2066D\\u200bE\\rF\\x00"
LEFT_BY_RICH: Final = ESCAPED.replace("\\x07", "").replace("\\r", "")
"""rich takes out what moves the cursor or rings, and nothing else."""

OBEYED: Final = frozenset("\x1b\x07\x9b\u202e\u2066\u200b\r\x00")
PACKAGE: Final = Path(worker.cli.__file__).parent
CONSOLE: Final = PACKAGE / "shared" / "console.py"
_NO_TEXT: Final = frozenset({"isatty", "flush"})


class _Terminal(io.TextIOWrapper):
    """A terminal, as far as a program asks."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")

    def isatty(self) -> bool:
        """Say so."""
        return True

    def seen(self) -> str:
        """Return what was written."""
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode()


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> _Terminal:
    """Put a terminal on stdout."""
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    return terminal


def _in_a_table(console: SafeConsole) -> None:
    table = Table(HOSTILE)
    table.add_row(HOSTILE, style="red")
    console.print(table)


@pytest.mark.parametrize(
    "show",
    [
        lambda console: console.print(HOSTILE),
        lambda console: console.print(Text(HOSTILE, "bold"), soft_wrap=True),
        lambda console: say(console, HOSTILE, 4),
        lambda console: console.print(Padding(HOSTILE, 2)),
        _in_a_table,
    ],
)
@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_console_obeys_its_own_styles_only(show: Callable[[SafeConsole], None], *, is_terminal: bool) -> None:
    """Whatever is shown, and however it is laid out."""
    file = io.StringIO()
    show(SafeConsole(file=file, force_terminal=is_terminal, color_system=None, width=400))

    assert any(shown in file.getvalue() for shown in (ESCAPED, LEFT_BY_RICH))
    assert OBEYED.isdisjoint(file.getvalue())


def test_a_console_keeps_its_own_styles() -> None:
    """Colour on a terminal is ours."""
    terminal = _Terminal()
    console = SafeConsole(file=terminal, force_terminal=True, color_system="standard")
    console.print(Text("red\x1b[0m", "red"))

    assert terminal.seen().startswith("\x1b[31mred")
    assert re.sub(r"\x1b\[\d+m", "", terminal.seen()) == "red\\x1b[0m\n"


def test_a_line_of_text_shows_what_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Line breaks are those of the command."""
    terminal = on_terminal(monkeypatch)
    echo(f"{HOSTILE}\nnext")
    echo_text(f"ISA*{HOSTILE}~\n")
    out().print("end")

    assert terminal.seen() == f"{ESCAPED}\nnext\nISA*{ESCAPED}~\nend\n"


@pytest.mark.parametrize("text", [HOSTILE, "\U000e0041", "é 名", "\x7f\x85"])
def test_json_is_escaped_on_a_terminal_and_left_alone_elsewhere(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """On a terminal it means the same; a file or a pipe gets every byte."""
    line = json.dumps({"text": text}, ensure_ascii=False, indent=1).encode()
    terminal = on_terminal(monkeypatch)
    echo_json(line)

    assert OBEYED.isdisjoint(terminal.seen())
    assert all(character.isprintable() or character == "\n" for character in terminal.seen())
    assert json.loads(terminal.seen()) == {"text": text}

    monkeypatch.setattr(sys, "stdout", piped := io.TextIOWrapper(io.BytesIO()))
    echo_json(line)
    assert isinstance(piped.buffer, io.BytesIO)
    assert piped.buffer.getvalue() == line + b"\n"


@pytest.mark.parametrize("command", ["check", "send", "convert"])
def test_the_name_of_a_file_is_shown_in_an_error(command: str, tmp_path: Path) -> None:
    """A name may hold anything but a slash and a NUL."""
    name = HOSTILE.replace("\x00", "")
    arguments = [command, str(tmp_path / f"{name}.json"), *(["--to", "json"] if command == "convert" else [])]
    result = CliRunner().invoke(claimscrub, arguments, env={"CLAIMSCRUB_BOOTSTRAP_SERVERS": "127.0.0.1:1"})

    assert result.exit_code != 0
    assert OBEYED.isdisjoint(result.output)


def _ways_out(file: Path) -> Iterator[str]:
    for node in ast.walk(syntax_of(file)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "Console"):
            yield f"{file.relative_to(PACKAGE)}:{node.lineno}: {node.func.id}"
        if not isinstance(node, ast.Attribute):
            continue
        if ast.unparse(node) in ("click.echo", "click.secho", "click.echo_via_pager"):
            yield f"{file.relative_to(PACKAGE)}:{node.lineno}: {ast.unparse(node)}"
        if ast.unparse(node.value) in ("sys.stdout", "sys.stderr") and node.attr not in _NO_TEXT:
            yield f"{file.relative_to(PACKAGE)}:{node.lineno}: {ast.unparse(node)}"


def test_nothing_is_written_but_through_the_console() -> None:
    """A new command cannot forget to escape."""
    found = [way for file in sorted(PACKAGE.rglob("*.py")) if file != CONSOLE for way in _ways_out(file)]

    assert found == [], "write with `echo`, `say` or `out()` of worker.cli.shared.console, which escape what is shown"
    assert list(_ways_out(CONSOLE))
