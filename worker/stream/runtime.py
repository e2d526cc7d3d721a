"""What one running worker consists of, handed to the agents."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from worker.observe.health import HealthState
from worker.observe.recorder import Recorder
from worker.observe.traces import Spans
from worker.settings import Settings
from worker.stream.budget import ClaimBudget
from worker.stream.committer import Committer
from worker.stream.dead_letter_limit import DeadLetterLimit
from worker.stream.exit_codes import ExitCode
from worker.stream.faust_transport import Faust, Group
from worker.stream.history.histories import Histories
from worker.stream.lanes import Lanes
from worker.stream.records import Provenance
from worker.stream.scrubber import LoadedScrubber
from worker.stream.shadow.shadow import Shadow

Log = Any
"""structlog's bound logger, whose library only `worker.observe` imports."""


@dataclass(slots=True, eq=False)
class Runtime:
    """The parts of one worker, and whether it is to end."""

    settings: Settings
    app: Faust
    group: Group
    lanes: Lanes
    committer: Committer
    loaded: LoadedScrubber
    """What scrubs, tables and all; swapped as a whole, so whoever reads it twice may see two."""
    provenance: Provenance
    recorder: Recorder
    health: HealthState
    log: Log
    budget: ClaimBudget
    limit: DeadLetterLimit
    histories: Histories | None = None
    """The memories of earlier claims; none unless they are wanted."""
    shadow: Shadow | None = None
    """What judges beside what is loaded; none unless it is wanted."""
    spans: Spans | None = None
    """Where spans go; none unless they are wanted."""
    chores: list[Callable[[], Coroutine[object, object, None]]] = field(default_factory=list)
    """What agents have done beside messages, for as long as the worker serves."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    exit_code: ExitCode = ExitCode.STOPPED

    def end(self, code: ExitCode) -> None:
        """Take no more messages and leave with an exit code; the first call decides."""
        if not self.ended.is_set():
            self.exit_code = code
            self.ended.set()
