"""The figures that must not depend on the event loop: they are worked out when Prometheus asks."""

import time
from collections.abc import Callable

from worker.observe.health import HealthState
from worker.observe.metrics import READINESS
from worker.observe.recorder import Recorder


def watch_process(recorder: Recorder, health: HealthState) -> None:
    """Show at each scrape whether the loop turns and which parts are ready; no broker has answered yet."""
    recorder.since("broker_silent_seconds", time.time())
    recorder.compute("event_loop_silent_seconds", health.silence_s)
    for part in READINESS:
        recorder.compute("ready", _readiness(health, part), part)


def _readiness(health: HealthState, part: str) -> Callable[[], float]:
    return lambda: float(health.readiness()[part])
