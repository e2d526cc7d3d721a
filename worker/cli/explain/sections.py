"""Shows what is known of a code, one section for each kind of code that it can be."""

from typing import Final

from rich.console import Console
from rich.text import Text

from worker.cli.shared.console import say
from worker.wording.section import Section

_LABEL_WIDTH: Final = 20


def show_section(console: Console, section: Section) -> None:
    """Write a section: its title, and its labeled lines below each other."""
    say(console, Text(section.title, "bold"))
    for label, text in section.lines:
        say(console, Text(f"{label:<{_LABEL_WIDTH}}", "cyan").append(text, "default"), 2)
    console.print()
