"""A worker over a scrubber that takes a little of the processor, always as much: what is measured is delivery.

Run by its path, so that it runs over the code of an earlier release as well.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256

from worker.agents import AGENTS
from worker.settings import Settings
from worker.stream.run import run_worker
from worker.stream.scrubber import ClaimVerdict, Destination, Form, LoadedScrubber

ADDITIONS = 15_000
"""About 200 microseconds."""

PADDING = 1.6
"""An outcome is so many times longer than its claim, beside it: with the pipeline 8,937 bytes over 3,405."""

VERSIONS = {"ruleset": "rules-1", "reference": "tables-1", "profile": "default"}
DISPOSITIONS: tuple[Destination, ...] = ("scrubbed", "rejected", "pended")


class BusyScrubber:
    """Adds numbers up, and returns the claim with as much beside it as the pipeline has to say."""

    def scrub(self, value: bytes | None, *, received_on: date) -> ClaimVerdict:  # noqa: ARG002 -- the seam
        """Return a verdict that is a pure function of the value."""
        sum(range(ADDITIONS))
        claim = value or b"{}"
        digest = sha256(claim).hexdigest()
        body = b'{"claim":' + claim + b',"padding":"' + b"x" * round(len(claim) * PADDING) + b'"}'
        disposition = DISPOSITIONS[int(digest, 16) % len(DISPOSITIONS)]
        return ClaimVerdict(disposition, value=body, outcome_id=digest, lines=1, versions=VERSIONS)

    def scrub_many(self, messages: Sequence[tuple[bytes | None, date]]) -> list[ClaimVerdict]:
        """Scrub one after the other, which costs the same."""
        return [self.scrub(value, received_on=day) for value, day in messages]

    def scrub_each(self, value: bytes, form: Form, *, received_on: date) -> Iterator[ClaimVerdict]:  # noqa: ARG002 -- the seam
        """Take the whole for a claim."""
        yield self.scrub(value, received_on=received_on)


def load() -> LoadedScrubber:
    """Load nothing."""
    return LoadedScrubber(BusyScrubber(), versions=VERSIONS)


if __name__ == "__main__":
    sys.exit(run_worker(Settings.from_environment(os.environ), load, AGENTS, app_version="1.2.3"))
