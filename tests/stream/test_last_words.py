"""Whatever ends a start is one line with the cause in words, written before the process is gone, and an exit code."""

import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.stream.forks import ForkedWorker
from tests.stream.support import REAL_WORKER, ROOT
from worker.settings import Settings
from worker.stream.exit_codes import ExitCode

pytestmark = [pytest.mark.timeout(600)]


class _OnPort(ForkedWorker):
    """A worker on a port that the test chose."""

    port = "0"

    @classmethod
    def environment(cls, settings: Settings) -> dict[str, str]:
        """Return the environment of the worker."""
        return ForkedWorker.environment(settings) | {"CLAIMSCRUB_HTTP_PORT": cls.port}


def end_of(folder: Path, worker: type[ForkedWorker] = ForkedWorker, **settings: Any) -> tuple[int, dict[str, Any]]:
    """Return the exit code of a worker that cannot start, and its one critical line."""
    with worker(Settings(**settings), folder, "worker", REAL_WORKER) as started:
        code = started.process.wait(90)
        (line,) = [each for each in started.log_lines() if each["level"] == "critical"]
        assert [each["exit_code"] for each in started.events("stopped")] == [code]
    return code, line


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """Before, the process left with 1 and without a word."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, line = end_of(tmp_path, type("OnTaken", (_OnPort,), {"port": str(port)}))

    assert code == ExitCode.SETTINGS
    assert (line["event"], line["host"], line["port"]) == ("port-not-open", "127.0.0.1", port)
    assert line["problem"].startswith("another process listens there")


def test_a_host_of_the_port_that_nobody_knows(tmp_path: Path) -> None:
    """The name is a setting, so it is named."""
    code, line = end_of(tmp_path, http_host="nowhere.invalid")

    assert (code, line["event"], line["host"]) == (ExitCode.SETTINGS, "port-not-open", "nowhere.invalid")


def test_a_memory_limit_that_is_too_small(tmp_path: Path) -> None:
    """Said before anything fails for lack of it."""
    code, line = end_of(tmp_path, memory_limit_mib=20)

    assert code == ExitCode.SETTINGS
    assert line["problem"].startswith("CLAIMSCRUB_MEMORY_LIMIT_MIB is 20; at least ")


def test_a_syntax_error_in_an_own_edit(tmp_path: Path) -> None:
    """With file and line."""
    edit = tmp_path / "edits" / "bad.py"
    edit.parent.mkdir()
    edit.write_text("def (")

    code, line = end_of(tmp_path, edits_dir=edit.parent)

    assert (code, line["event"]) == (ExitCode.REFERENCE_BROKEN, "reference-broken")
    assert line["problem"].startswith(f"{edit}: line 1 ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x: [", "not YAML"),
        (
            "suppressions:\n  - {edit: WST-02, reason: a test, owner: me, until: 2020-01-01, when: {codes: [J0897]}}\n",
            "2020-01-01",
        ),
    ],
    ids=["broken", "suppression"],
)
def test_a_profile_that_is_broken_or_has_a_suppression_that_is_over(tmp_path: Path, text: str, problem: str) -> None:
    """With the file, and what is wrong in it."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config)
    profile = config / "payers" / "commercial.yaml"
    profile.write_text(profile.read_text() + "\n" + text)

    code, line = end_of(tmp_path, config_dir=config)

    assert (code, line["event"]) == (ExitCode.REFERENCE_BROKEN, "reference-broken")
    assert "commercial" in line["problem"]
    assert problem in line["problem"]
