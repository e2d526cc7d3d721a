"""What tests start does not depend on what a developer or a machine has exported."""

import os
import subprocess
import sys

import pytest

from tests.environment import changes_commands, plain_environment


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("PYTHONUNBUFFERED", True),
        ("PYTHONPATH", False),
        ("PYTHON_IMAGE", False),
        ("CLAIMSCRUB_BOOTSTRAP_SERVERS", True),
        ("CLAIMSCRUB_X12_SAMPLES", False),
        ("http_proxy", True),
        ("HTTPS_PROXY", True),
        ("PATH", False),
        ("XDG_CACHE_HOME", False),
    ],
)
def test_what_changes_commands_is_left_out(monkeypatch: pytest.MonkeyPatch, name: str, *, changes: bool) -> None:
    """Settings of a worker, switches of Python, and proxies; not what says where things are."""
    monkeypatch.setenv(name, "1")

    assert changes_commands(name) == changes
    assert (name in plain_environment()) != changes


def test_a_program_that_a_test_starts_has_nothing_of_it() -> None:
    """Whatever the machine has exported; the variables of the tests themselves were removed before the first one."""
    program = "import os; print(*os.environ)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    # readline, which pytest imports, sets these two again, beside `os.environ`.
    assert not {name for name in done.stdout.split() if changes_commands(name)} - {"COLUMNS", "LINES"}
    assert "PATH" in os.environ
