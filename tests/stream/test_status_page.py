"""The status page of the real worker, by HTTP and in a browser."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest

from tests.stream.support import FAILSAFE_S
from tests.stream.test_real_worker import CANARY, planted
from worker.cli.demo.run import settings_for
from worker.cli.demo.worker import DemoWorker, running_worker
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples.claims import demo_claims
from worker.settings import ENV_PREFIX, Settings

pytestmark = [pytest.mark.broker]

CHROMIUM = shutil.which("chromium")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,1400",
    # Long enough for three answers, so that there is a rate.
    "--virtual-time-budget=7000",
)


@pytest.fixture(scope="module")
def worker(embedded: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWorker]:
    """A worker that has scrubbed demo claims and one with a token in every field about a person."""
    given = settings_for(embedded) | {"TOPIC_PREFIX": "status.", "GROUP_ID": "status"}
    settings = Settings.from_environment({ENV_PREFIX + name: value for name, value in given.items()})
    asyncio.run(create_topics(settings))
    claims = [each.value for each in demo_claims(100)]
    asyncio.run(send_claims(settings, [*claims, json.dumps(planted()).encode()]))
    with running_worker(given, tmp_path_factory.mktemp("worker") / "worker.log") as running:
        # The partitions are there after the first look at their lag.
        while done(running) < 101 or not figures(running)["partitions"]:
            running.refuse_dead()
        yield running


def get(worker: DemoWorker, path: str) -> tuple[dict[str, str], bytes]:
    """Ask the worker."""
    with urllib.request.urlopen(f"{worker.url()}{path}", timeout=FAILSAFE_S) as answer:  # noqa: S310
        return dict(answer.headers), answer.read()


def figures(worker: DemoWorker) -> dict[str, dict[str, bool]]:
    """The figures of the page."""
    document: dict[str, dict[str, bool]] = json.loads(get(worker, "/status.json")[1])
    return document


def done(worker: DemoWorker) -> int:
    """How many messages have their outcome."""
    return sum(int(each["claims"]) for each in json.loads(get(worker, "/status.json")[1])["outcomes"])


def test_the_page_lets_nothing_in_but_itself(worker: DemoWorker) -> None:
    """The policy allows the page's own script and style by their digests, and requests to the worker alone."""
    headers, page = get(worker, "/")
    (script,) = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)

    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"script-src 'sha256-{b64encode(sha256(script).digest()).decode()}'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert not re.search(rb"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page)


def test_the_figures_are_the_workers_and_no_claims(worker: DemoWorker) -> None:
    """Outcomes, findings with their words, editions and versions are there; nothing of any claim is."""
    text = get(worker, "/status.json")[1].decode()
    document = json.loads(text)

    assert sum(each["dollars"] or 0 for each in document["outcomes"]) > 1000
    assert all(each["words"] for each in document["findings"])
    assert {"table", "edition", "from", "to", "isOver"} == document["editions"][0].keys()
    assert {"table", "words", "isCarried"} == document["ended"][0].keys()
    assert document["settings"]["ruleset"]
    assert len(document["partitions"]) == 6
    assert CANARY not in text
    assert "SYNTHETIC" not in text.upper()


@pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("REQUIRE_DEPLOY_TOOLS") != "1", reason="needs `chromium` (Debian package)"
)
def test_a_browser_shows_the_figures(worker: DemoWorker, tmp_path: Path) -> None:
    """Headless Chromium runs the page under its policy: ready, a rate, outcomes, findings in plain words, tables."""
    assert CHROMIUM is not None
    seen = subprocess.run(
        [CHROMIUM, *_FLAGS, f"--user-data-dir={tmp_path}", "--dump-dom", f"{worker.url()}/"],
        capture_output=True,
        text=True,
        check=True,
        timeout=FAILSAFE_S,
    ).stdout
    cells = re.sub(r"<[^>]+>", "|", seen)

    assert '<span id="state" role="status" class="good">ready</span>' in seen
    assert re.search(r'id="rate">[0-9]', seen)
    assert re.search(r"\|scrubbed\|+\d+\|+[0-9.]+ %\|+\$", cells)
    document = json.loads(get(worker, "/status.json")[1])
    for found in document["findings"]:
        assert f"|{found['edit']}|" in cells
        assert found["words"] in unescape(cells)
    for ended in document["ended"]:
        assert f"|{ended['table']}||{ended['words']}|" in cells
    assert re.search(r"\|not-json\|+decode\|+\d", cells)
    assert "hcpcs" in cells
