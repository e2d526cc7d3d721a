"""The environment of the tests and of what they start: this machine's, without what changes how our commands behave.

PYTHONUNBUFFERED hides output that is written too late, a proxy keeps requests from loopback, and settings of a worker
that an operator has exported belong to that worker.
"""

import os
from typing import Final

_GROUPS: Final = ("CLAIMSCRUB_", "PYTHON")
_SINGLE: Final = frozenset(
    {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
)
_KEPT: Final = frozenset({"CLAIMSCRUB_X12_SAMPLES", "PYTHONPATH", "PYTHON_IMAGE"})
"""What a developer says to the tests, and where modules are."""


def changes_commands(name: str) -> bool:
    """Return whether a variable may change what our commands do or write."""
    return name not in _KEPT and (name.startswith(_GROUPS) or name.upper() in _SINGLE)


def plain_environment() -> dict[str, str]:
    """Return this process's environment without the variables that change commands."""
    return {name: value for name, value in os.environ.items() if not changes_commands(name)}
