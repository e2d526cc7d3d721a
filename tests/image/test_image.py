"""The image as it is shipped: built, and run hardened beside a broker on the host."""

import asyncio
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from tests.image.engine import IMAGE, Engine, EngineMissingError, base_image, engine
from tests.inputs.malformed import sound, written
from tests.stream.support import outcomes_when
from worker.kafka.embedded import embedded_broker
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples import synthetic
from worker.settings import Settings
from worker.stream.exit_codes import ExitCode

pytestmark = [pytest.mark.image, pytest.mark.timeout(1200)]

# As compose.yaml and the manifests run it.
HARDENED = (
    "--read-only",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
    "--memory=512m",
    "--tmpfs=/tmp:size=16m,mode=1777",
)
CLAIMS = 200


@pytest.fixture(scope="module")
def built() -> Engine:
    """The engine, with the image built."""
    try:
        found = engine()
        base = base_image(found)
    except EngineMissingError as error:
        if os.environ.get("REQUIRE_IMAGE") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    found.build(base)
    return found


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    """Settings of a worker beside a broker that has the topics."""
    with embedded_broker() as broker:
        made = Settings(bootstrap_servers=broker, as_of=date.fromisoformat(synthetic.RECEIVED_ON))
        asyncio.run(create_topics(made))
        yield made


def environment(settings: Settings) -> dict[str, str]:
    """The settings as variables, on a port that the system chooses."""
    given = settings.model_dump(mode="json", exclude_defaults=True) | {"http_port": 0, "memory_limit_mib": 448}
    return {f"CLAIMSCRUB_{name.upper()}": str(value) for name, value in given.items()}


def wait_for(condition: Callable[[], bool], limit_s: float = 60) -> None:
    """Wait for a condition, with a limit."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def is_ready(on: Engine, container: str) -> bool:
    """Whether the worker in a container says that it is ready."""
    starting = [line for line in on.log_lines(container) if line["event"] == "starting"]
    if not starting:
        return False
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{starting[0]['port']}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False


def test_a_hardened_worker_scrubs_claims_and_stops_in_order(built: Engine, settings: Settings) -> None:
    """Nobody in particular, without a capability, on a root that cannot be written; SIGTERM ends it with 0."""
    with built.worker(environment(settings), HARDENED) as container:
        wait_for(lambda: is_ready(built, container))
        asyncio.run(send_claims(settings, [written(sound())] * CLAIMS))
        records = asyncio.run(outcomes_when(settings, CLAIMS))
        user = built.do("exec", container, "python", "-c", "import os; print(os.getuid(), os.getgid())").split()
        writing = built.run("exec", container, "python", "-c", "open('/opt/claimscrub/x', 'w')")
        checked = built.do("exec", container, "claimscrub", "topics", "check")
        built.do("stop", "--time", "30", container, limit_s=60)
        code = int(built.do("inspect", "--format", "{{.State.ExitCode}}", container))
        lines = built.log_lines(container)

    assert {record.topic for record in records} == {settings.topics.scrubbed}
    assert len(records) == CLAIMS
    assert user == ["10001", "10001"]
    assert "Read-only file system" in writing.stderr
    assert checked.count("as declared") == len(settings.topics_in_use)
    assert code == ExitCode.STOPPED
    (loaded,) = [line for line in lines if line["event"] == "reference-loaded"]
    assert loaded["result"] == "compiled", "the worker reads its tables anew at each start"


def test_the_image_says_what_it_is_and_holds_no_tools(built: Engine) -> None:
    """Its revision is on it and in it; pip is not."""
    label = built.do("inspect", "--format", '{{index .Config.Labels "org.opencontainers.image.revision"}}', IMAGE)
    version = built.do("run", "--rm", "--network=host", *HARDENED, IMAGE, "--version")
    pip = built.run("run", "--rm", "--network=host", "--entrypoint", "python", IMAGE, "-m", "pip", "--version")

    assert label.strip() == "under-test"
    assert version.startswith("claimscrub, version ")
    assert "No module named pip" in pip.stderr


def test_a_wrong_setting_is_told_at_once(built: Engine) -> None:
    """No broker is asked; the exit code is the one for settings."""
    done = built.run("run", "--rm", "--network=host", *HARDENED, "--env", "CLAIMSCRUB_DELIVERY=maybe", IMAGE)

    assert done.returncode == ExitCode.SETTINGS
    assert "CLAIMSCRUB_DELIVERY" in done.stderr
