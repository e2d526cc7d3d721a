"""A worker over the fake scrubber without one of its protections, to see that its storm can fail.

Run as `python -m tests.kafka.weakened_worker PROTECTION`.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from tests.stream.fake_worker import load
from worker.agents import AGENTS
from worker.kafka import writers
from worker.kafka.coordinators import Coordinators
from worker.kafka.protocol import GroupMember, OwnRequest, txn_offset_commit
from worker.settings import Settings
from worker.stream import run
from worker.stream.committer import Committer
from worker.stream.run import run_worker

NOBODY = (-1, "", None)
"""The generation, member and fixed name that earlier requests have: every broker takes it from anyone."""


def without_generation() -> None:
    """Commit offsets as nobody, and fence nobody: what aiokafka has, with ids of a process."""

    def as_nobody(producer: Any, member: GroupMember, offsets: Any, *, is_v2: bool) -> OwnRequest:  # Any: its
        return txn_offset_commit(producer, GroupMember(member.group, *NOBODY), offsets, is_v2=is_v2)

    vars(writers)["txn_offset_commit"] = as_nobody
    without_fence()


def without_fence() -> None:
    """Leave the transactions of the dead to the broker."""

    async def fence_nobody(*_: object, **__: object) -> bool:
        return False

    Committer._has_fenced_the_dead = fence_nobody  # type: ignore[method-assign]  # noqa: SLF001 -- a weakness is not public


def without_stable_offsets() -> None:
    """Read an offset as it is, though a transaction is about to change it; and fence nobody, which would end that."""
    stored = Coordinators.offsets

    async def as_it_is(self: Coordinators, group: str, places: Any, **_: object) -> Any:  # Any: as it
        return await stored(self, group, places, is_stable=False)

    Coordinators.offsets = as_it_is  # type: ignore[method-assign]  # see above
    without_fence()


def without_a_look_at_the_group() -> None:
    """Join whoever is there: as where a worker of an earlier release joins between the look and the own joining."""

    async def seems_own(_runtime: object) -> bool:
        return True

    vars(run)["has_own_group"] = seems_own


WEAKNESSES: dict[str, Callable[[], None]] = {
    "generation": without_generation,
    "fence": without_fence,
    "stable": without_stable_offsets,
    "group": without_a_look_at_the_group,
}

if __name__ == "__main__":
    WEAKNESSES[sys.argv[1]]()
    sys.exit(run_worker(Settings.from_environment(os.environ), load, AGENTS, app_version="1.2.3"))
