"""`make drill`: things go wrong for real, and the alert meant for each is the only one that wakes somebody.

Each drill has a broker, a real worker and Debian's Prometheus of its own, on loopback. All run at the same time.
"""

import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.deploy.promtool import RULES
from tests.drill.drills import DRILLS, Drill
from tests.drill.rules import SPEED, write_faster
from tests.drill.scene import Scene, scene
from worker.cli.shared.broker import quiet_clients

LIMIT_S: Final = 240.0
_AFTERWARDS_S: Final = 15.0
_QUIET_S: Final = 120.0
_POLL_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Result:
    """How a drill went."""

    drill: Drill
    seconds: float | None
    pages: frozenset[str]
    """Every page that fired, at any time."""

    @property
    def problem(self) -> str | None:
        """What is wrong, in a sentence; None when nothing is."""
        meant = self.drill.alert
        if meant is not None and self.seconds is None:
            return f"{meant[0]} did not fire within {LIMIT_S:.0f} s"
        others = self.pages - ({meant[0]} if meant else set())
        return f"woke somebody as well: {', '.join(sorted(others))}" if others else None


def run(drill: Drill, rules: Path, home: Path) -> Result:
    """Let it go wrong, and watch the alerts."""
    folder = home / drill.name.replace(" ", "-")
    folder.mkdir()
    with scene(folder, rules, dict(drill.prepare(folder))) as set_up:
        drill.happen(set_up)
        return _watched(drill, set_up)


def _watched(drill: Drill, set_up: Scene) -> Result:
    started = time.monotonic()
    end = started + (LIMIT_S if drill.alert else _QUIET_S)
    pages: set[str] = set()
    seconds: float | None = None
    while time.monotonic() < end:
        firing = set_up.prometheus.firing()
        pages |= {name for name, severity in firing if severity == "page"}
        if drill.alert in firing and seconds is None:
            seconds = time.monotonic() - started
            end = time.monotonic() + _AFTERWARDS_S
        time.sleep(_POLL_S)
    return Result(drill, seconds, frozenset(pages))


def main() -> int:
    """Run every drill and say how each went; return the exit code."""
    home = Path(tempfile.mkdtemp(prefix="claimscrub-drill-"))
    rules = write_faster(RULES, home / "rules.yaml")
    print(f"Ranges and waits of the rules run {SPEED} times faster; at most {LIMIT_S:.0f} s a drill.", flush=True)  # noqa: T201
    with quiet_clients(), ThreadPoolExecutor(len(DRILLS)) as pool:
        results = list(pool.map(lambda drill: run(drill, rules, home), DRILLS))
    for result in results:
        told = result.problem
        after = "nobody was woken"
        if result.drill.alert is not None and result.seconds is not None:
            after = f"{result.drill.alert[0]} ({result.drill.alert[1]}) after {result.seconds:.0f} s"
        print(f"{'WRONG' if told else 'good':5}  {result.drill.name}: {told or after}")  # noqa: T201
    is_good = not any(result.problem for result in results)
    if is_good:
        shutil.rmtree(home, ignore_errors=True)
    print("Every alert that was meant fired, and no other page did." if is_good else f"The logs are in {home}.")  # noqa: T201
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
