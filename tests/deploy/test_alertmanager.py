"""Where alerts go, and which hold each other back, asked of a real Alertmanager."""

import contextlib
import json
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.promtool import PROMETHEUS, needs
from tests.deploy.test_alerts import ALERTS, NAMES

CONFIG = PROMETHEUS / "alertmanager.yaml"
_READY_S = 600.0
"""Nothing is decided by it: it ends a test whose event never comes."""

SEVERITIES = {name: {rule["labels"]["severity"] for rule in ALERTS if rule["alert"] == name} for name in NAMES}
INHIBITED = [
    ("BrokerSilent", "page", "CommitFailing", "ticket"),
    ("BrokerSilent", "page", "LatencyBudgetBurn", "page"),
    ("DeadLetterLimit", "page", "DeadLetterSpike", "page"),
    ("Stalled", "page", "LatencyBudgetBurn", "page"),
    ("LatencyBudgetBurn", "page", "LatencyBudgetBurn", "ticket"),
]

pytestmark = needs("prometheus-alertmanager", "prometheus-alertmanager")


class Alertmanager:
    """An Alertmanager that runs."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/api/v2/alerts"

    def tell(self, job: str, name: str, severity: str) -> None:
        """Let an alert fire."""
        labels = {"alertname": f"ClaimScrubber{name}", "severity": severity, "job": job}
        request = urllib.request.Request(  # noqa: S310 - loopback
            self._url, json.dumps([{"labels": labels}]).encode(), {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=60).close()  # noqa: S310 - loopback

    def is_heard(self, job: str, name: str, severity: str) -> bool | None:
        """Return whether somebody hears of an alert, or it is held back; none while that is not decided."""
        with urllib.request.urlopen(self._url, timeout=60) as answer:  # noqa: S310 - loopback
            alerts = json.load(answer)
        wanted = {"alertname": f"ClaimScrubber{name}", "severity": severity, "job": job}
        (found,) = [each for each in alerts if each["labels"] == wanted]
        state = found["status"]["state"]
        return None if state == "unprocessed" else bool(state == "active")

    def decides(self, job: str, name: str, severity: str) -> bool:
        """Wait until it is decided whether somebody hears of an alert."""
        deadline = time.monotonic() + _READY_S
        while (is_heard := self.is_heard(job, name, severity)) is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return is_heard


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alertmanager]:
    """A real Alertmanager with our configuration, all of whose alerts are grouped at once."""
    folder = tmp_path_factory.mktemp("alertmanager")
    config = folder / "alertmanager.yaml"
    config.write_text(re.sub(r"group_wait: \d+s", "group_wait: 0s", CONFIG.read_text("utf-8")))
    with running(config, folder) as url:
        yield Alertmanager(url)


@contextlib.contextmanager
def running(config: Path, folder: Path) -> Iterator[str]:
    """Run an Alertmanager on loopback and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        "prometheus-alertmanager",
        f"--config.file={config}",
        f"--storage.path={folder}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    with (folder / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _READY_S
        while not is_ready(url):
            assert process.poll() is None, "Alertmanager left"
            assert time.monotonic() < deadline, "Alertmanager did not answer"
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(60)


def is_ready(url: str) -> bool:
    """Whether Alertmanager answers."""
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=2) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.parametrize("pair", INHIBITED, ids=lambda pair: f"{pair[0]}-{pair[2]}")
def test_what_follows_from_something_told_is_held_back(
    alertmanager: Alertmanager, pair: tuple[str, str, str, str]
) -> None:
    """The cause is heard; its consequence is for the same job, and for no other."""
    source, source_severity, target, severity = pair
    job = f"{source}-{target}"
    alertmanager.tell(job, source, source_severity)
    for each in (job, f"not-{job}"):
        alertmanager.tell(each, target, severity)

    assert alertmanager.decides(job, source, source_severity)
    assert not alertmanager.decides(job, target, severity)
    assert alertmanager.decides(f"not-{job}", target, severity)


def test_every_alert_that_is_named_exists() -> None:
    """An inhibition of nothing would never be noticed, and those tried above are of alerts with these severities."""
    text = re.sub(r"\\\n\s*", "", CONFIG.read_text("utf-8"))
    named = {
        f"ClaimScrubber{name}"
        for group in re.findall(r"ClaimScrubber(?:\(([^)]*)\)|(\w+))", text)
        for name in "".join(group).split("|")
    }

    assert named
    assert named <= set(NAMES)
    for source, source_severity, target, severity in INHIBITED:
        assert source_severity in SEVERITIES[f"ClaimScrubber{source}"]
        assert severity in SEVERITIES[f"ClaimScrubber{target}"]
