"""Writes to the terminal: color and wrapping where there is one, plain lines everywhere else.

Everything that a command writes goes through here, so that no text of a message, of a file or of a file's name reaches
a terminal with characters that it would obey: a test looks for other ways out.
"""

import json
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Final

import click
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.text import Text

from worker.wording.escapes import printable_lines

EXIT_ALL_SCRUBBED: Final = 0
EXIT_SOME_NOT: Final = 1
EXIT_UNREADABLE: Final = 2
_ENDED_BY_SIGTERM: Final = 143
"""128 and the number of SIGTERM, as a shell has it."""

DISPOSITION_STYLE: Final = {
    "scrubbed": "bold green",
    "rejected": "bold red",
    "pended": "bold yellow",
    "dead-lettered": "bold magenta",
}
SEVERITY_STYLE: Final = {"reject": "bold red", "pend": "bold yellow", "warn": "bold cyan"}

DAY: Final = click.DateTime(["%Y-%m-%d", "%Y%m%d"])


class SafeConsole(Console):
    """A console that obeys its own styles only: other control and bidi characters are shown as escapes."""

    def render_str(self, text: str, **how: Any) -> Text:  # Any: as rich takes it, by name
        """Return the text of a string, escaped before anything measures it."""
        return super().render_str(printable_lines(text), **how)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of what is to be shown."""
        safe = _safe(renderable) if isinstance(renderable, Text) else renderable
        for segment in super().render(safe, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(printable_lines(segment.text), segment.style)


def _safe(text: Text) -> Text:
    """Escape before the text is laid out, which would cut off what escapes make longer."""
    strange = [place for place, each in enumerate(text.plain) if not (each.isprintable() or each == "\n")]
    if not strange:
        return text
    safe = text.blank_copy()
    for piece in text.divide(sorted({at for place in strange for at in (place, place + 1)})):
        shown = printable_lines(piece.plain)
        safe.append_text(piece if shown == piece.plain else Text(shown, piece.style))
    return safe


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let a command that is asked to end delete its temporary files first, as it does at Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(_ENDED_BY_SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def out() -> Console:
    """Return a console on stdout."""
    return SafeConsole(file=sys.stdout, highlight=False, markup=False, emoji=False)


def err() -> Console:
    """Return a console on stderr."""
    return SafeConsole(file=sys.stderr, highlight=False, markup=False, emoji=False)


def today() -> date:
    """Return the day in this machine's time zone."""
    return datetime.now(UTC).astimezone().date()


def echo(text: str = "", *, is_error: bool = False) -> None:
    """Write lines of text."""
    click.echo(printable_lines(text), err=is_error)


def echo_json(line: bytes, *, is_error: bool = False) -> None:
    r"""Write JSON and a line break: byte for byte to a file or a pipe, and with `\\uXXXX` to a terminal."""
    stream = sys.stderr if is_error else sys.stdout
    if stream.isatty():
        text = line.decode("utf-8", "replace")
        line = "\n".join("".join(map(_shown_in_json, each)) for each in text.split("\n")).encode()
    stream.buffer.write(line + b"\n")


def _shown_in_json(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def echo_text(text: str) -> None:
    """Write text that is for a program: as it is to a file or a pipe, and with escapes to a terminal."""
    echo_bytes(text.encode())


def echo_bytes(written: bytes) -> None:
    """Write bytes that are for a program, in whatever encoding; as `echo_text`."""
    is_shown = sys.stdout.isatty()
    sys.stdout.buffer.write(
        printable_lines(written.decode(errors="backslashreplace")).encode() if is_shown else written
    )


def pass_on(text: str, *, is_error: bool = False) -> None:
    """Write what a console rendered elsewhere, with its styles."""
    (sys.stderr if is_error else sys.stdout).write(text)


def say(console: Console, text: str | Text, indent: int = 0) -> None:
    """Write one paragraph: wrapped under its indent on a terminal, on one line elsewhere."""
    written = _safe(Text(text) if isinstance(text, str) else text)
    if console.is_terminal:
        console.print(Padding(written, (0, 0, 0, indent), expand=False))
    else:
        console.print(Text(" " * indent).append_text(written), soft_wrap=True)
