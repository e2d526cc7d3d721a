"""The exit codes of a worker, so that an orchestrator can tell a bad setting from a broker that is away."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Why the worker left."""

    STOPPED = 0
    """It was asked to stop and did."""

    CRASHED = 1
    """An unexpected error; a restart resumes from the committed offset."""

    STOP_DEADLINE = 3
    """It was asked to stop, and was not done within the grace period."""

    BROKER_UNREACHABLE = 69
    """No broker answered or let us in at the start; or a topic is missing, has too few partitions, or was replaced.

    Likewise a schema registry that is needed."""

    NOT_LOADABLE = 70
    """The reference tables, the profiles, the guides or the edits could not be loaded."""

    DELIVERY_UNCERTAIN = 75
    """A batch may or may not have been delivered; a restart resumes from the committed offset."""

    HISTORY_BROKEN = 76
    """The memory of earlier claims cannot be read, restored or written; nothing is judged without it."""

    SETTINGS = 78
    """A setting is wrong, the port is taken, or the memory limit is too low."""
