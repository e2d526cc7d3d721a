"""A worker with a trivial scrubber, run as `python -m tests.stream.fake_worker`, so that it can be killed."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256

from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from worker.agents import AGENTS
from worker.settings import Settings
from worker.stream.run import run_worker
from worker.stream.scrubber import ClaimVerdict, Destination, Form, LoadedScrubber, ReferenceEdition

VERSIONS: Mapping[str, str] = {"ruleset": "rules-1", "reference": "tables-1", "profile": "default"}
EDIT_IDS = ("TST-01", "TST-02")
BROKEN = "broken"
"""An argument of the program: a deployment that fails on claims with a "padding"."""

DISPOSITIONS: tuple[Destination, ...] = ("scrubbed", "rejected", "pended")


def expected_disposition(number: int) -> Destination:
    """Return where the claim of a number goes."""
    return DISPOSITIONS[number % 3]


class FakeScrubber:
    """Decides by the number in {"id": number}; {"sleep": s} blocks, "raise" raises, "grow" grows, "kill" kills."""

    def scrub(self, value: bytes | None, *, received_on: date) -> ClaimVerdict:
        """Return a verdict that is a pure function of the value and the day."""
        try:
            claim = json.loads(value or b"")
        except ValueError:
            dead = DeadLetter(DeadLetterReason.NOT_JSON, DeadLetterStage.DECODE)
            return ClaimVerdict("dead-lettered", dead_letter=dead, versions=VERSIONS)
        if "sleep" in claim:
            time.sleep(claim["sleep"])
        if "kill" in claim:
            os.kill(os.getpid(), signal.SIGKILL)
        if "raise" in claim:
            raise RuntimeError(claim["raise"])
        if "padding" in claim and BROKEN in sys.argv:
            raise RuntimeError(BROKEN)
        disposition = expected_disposition(claim["id"])
        outcome = {"claim": claim, "disposition": disposition, "receivedOn": received_on.isoformat()}
        if "grow" in claim:
            outcome["padding"] = "x" * claim["grow"]
        body = json.dumps(outcome, sort_keys=True).encode()
        return ClaimVerdict(
            disposition,
            value=body,
            outcome_id=sha256(body).hexdigest(),
            findings=(("TST-01", "reject"),) if disposition == "rejected" else (),
            no_data=("TST-02",) if disposition == "pended" else (),
            basis="partial" if disposition == "scrubbed" else "full",
            tables=(("mue", "missing"),) if disposition == "scrubbed" else (),
            lines=1,
            stage_seconds={"decode": 0.00001, "check": 0.00002},
            versions=VERSIONS,
        )

    def scrub_many(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ClaimVerdict]:
        """Scrub one after the other, and fail as the first that fails."""
        return [self.scrub(value, received_on=day) for value, day in messages]

    def scrub_each(self, value: bytes, form: Form, *, received_on: date) -> Iterator[ClaimVerdict]:  # noqa: ARG002 - the seam
        """Take each line for a claim."""
        for line in value.splitlines():
            yield self.scrub(line, received_on=received_on)


def load() -> LoadedScrubber:
    """Load the fake scrubber."""
    edition = ReferenceEdition("ndc", "2025q1", date(2025, 1, 1), date(2025, 3, 31))
    return LoadedScrubber(FakeScrubber(), edit_ids=EDIT_IDS, editions=(edition,), versions=VERSIONS)


if __name__ == "__main__":
    sys.exit(run_worker(Settings.from_environment(os.environ), load, AGENTS, app_version="1.2.3"))
