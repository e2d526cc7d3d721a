"""Shows how far the demo is: a live view on a terminal, one line per second elsewhere."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from worker.cli.demo.metrics import Figures
from worker.cli.shared.console import DISPOSITION_STYLE

OUTCOMES: Final = ("scrubbed", "rejected", "pended", "dead-lettered")
_TOP: Final = 8
_TOP_TITLE: Final = "The findings that were made most often:"
_SECONDS_BETWEEN_LINES: Final = 1.0


@dataclass
class Progress:
    """How far the demo is."""

    total: int
    url: str
    summaries: Mapping[str, str]
    sent: int = 0
    figures: Figures = field(default_factory=Figures)
    started: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Claims a second since the first was sent."""
        return self.figures.done / max(time.monotonic() - self.started, 0.001)

    def counts(self) -> str:
        """Return the outcomes in one line."""
        return ", ".join(f"{self.figures.outcomes[name]:,} {name}" for name in OUTCOMES)


class View(Protocol):
    """What shows the progress."""

    def update(self, *, is_last: bool = False) -> None:
        """Show how far the demo is."""
        ...


@contextmanager
def shown(console: Console, progress: Progress) -> Iterator[View]:
    """Show progress for the length of a block."""
    if not console.is_terminal:
        yield _Lines(console, progress)
        return
    with Live(console=console, auto_refresh=False) as live:
        yield _Picture(live, progress)


class _Lines:
    def __init__(self, console: Console, progress: Progress) -> None:
        self._console = console
        self._progress = progress
        self._next = 0.0

    def update(self, *, is_last: bool = False) -> None:
        if time.monotonic() < self._next and not is_last:
            return
        self._next = time.monotonic() + _SECONDS_BETWEEN_LINES
        now = self._progress
        text = f"sent {now.sent:,}, done {now.figures.done:,} of {now.total:,} ({now.rate:,.0f}/s): {now.counts()}"
        self._console.print(text, soft_wrap=True)
        if is_last:
            self._console.print(f"\n{_TOP_TITLE}")
            for edit, count, words in top_findings(now):
                self._console.print(f"  {count:>6,}  {edit}  {words}", soft_wrap=True)


class _Picture:
    def __init__(self, live: Live, progress: Progress) -> None:
        self._live = live
        self._progress = progress

    def update(self, *, is_last: bool = False) -> None:  # noqa: ARG002 - the picture of the end is like any other
        self._live.update(self._draw(), refresh=True)

    def _draw(self) -> Group:
        now = self._progress
        outcomes = Table.grid(padding=(0, 2))
        for name in OUTCOMES:
            outcomes.add_row(Text(name, DISPOSITION_STYLE[name]), f"{now.figures.outcomes[name]:,}")
        findings = Table.grid(padding=(0, 2))
        for edit, count, words in top_findings(now):
            findings.add_row(f"{count:,}", Text(edit, "bold"), Text(words, overflow="ellipsis", no_wrap=True))
        return Group(
            Text(f"{now.figures.done:,} of {now.total:,} claims, {now.rate:,.0f} a second, {now.sent:,} sent"),
            ProgressBar(total=now.total, completed=now.figures.done, width=60),
            Text(),
            outcomes,
            Text(f"\n{_TOP_TITLE}"),
            findings,
            Text(f"\nmetrics: {now.url}/metrics", "dim"),
        )


def top_findings(progress: Progress) -> list[tuple[str, int, str]]:
    """Return the edits that found most, with how often and in plain words."""
    return [
        (edit, count, progress.summaries.get(edit, ""))
        for edit, count in progress.figures.findings.most_common(_TOP)
        if count
    ]
