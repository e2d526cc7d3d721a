"""Every command of README, of deploy/README, of the upgrade chapter and of the runbooks, as a reader would run it.

An installed copy runs them outside the checkout, beside an embedded broker and a worker. What a reader brings along is
written by `_bring`; what differs from the page is in `REPLACED`, and what is not run, with the reason, in `NOT_RUN`.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import pytest

from tests.deploy.promtool import needs
from tests.environment import plain_environment
from tests.installed import install
from worker.kafka.embedded import embedded_broker
from worker.samples.claims import AS_OF, demo_claims

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]  # it ends a test that hangs, and nothing else

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
DEPLOY: Final = ROOT / "deploy" / "README.md"
UPGRADING: Final = ROOT / "deploy" / "upgrading.md"
RUNBOOKS: Final = sorted((ROOT / "deploy" / "runbooks").glob("ClaimScrubber*.md"))

_BLOCK: Final = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_PROGRAM: Final = re.compile(r"claimscrub (worker|learner|serve|demo --keep)\b")
_CLAIMS: Final = 60
_WAIT_S: Final = 300.0

NOT_RUN: Final = {
    "make demo": "tests/unit/cli/demo runs what it runs",
    "make test": "it is what runs this",
    "make drill": "it takes minutes; it runs by itself",
    "make pictures": "it takes minutes; it runs by itself",
    "make check-deploy": "the gate of .ci/run",
    "make test-image": "the gate of .ci/run",
    "python3 -m venv venv": "the gate `wheel` of .ci/run installs from the lock files",
    "venv/bin/pip install": "the gate `wheel` of .ci/run installs from the lock files",
    "PYTHON_IMAGE=": "needs a container engine; deploy/README.md says so",
    "PORT=9464": "tests/deploy/test_alerts.py and `make pictures` run Prometheus with these rules",
    "prometheus --config.file": "tests/deploy/test_alerts.py and `make pictures` run Prometheus with these rules",
    "sed -e": "it writes the settings for that Prometheus",
    "curl -s http://127.0.0.1:9090": "asks that Prometheus; tests/deploy/test_dashboards.py asks more",
    "claimscrub history load": "all workers must be stopped: tests/stream/test_history_load.py runs it",
    "claimscrub history repartition": "all workers must be stopped: tests/stream/test_repartition.py runs it",
    "claimscrub history drop-series": "there is a second series only then: tests/stream/test_repartition.py runs it",
    "claimscrub history rotate": "all workers must be stopped: tests/stream/test_repartition.py runs it",
    "pip install 'claimscrub[spark]'": "`make test-spark` installs it from its lock file",
    "claimscrub archive": "needs Spark: tests/spark/test_archive.py runs it",
    "claimscrub report outcomes -o": "reads what Spark has written: tests/spark/test_archive.py runs it",
    "release-0.": "tests/kafka/test_upgrade.py runs them, on Apache Kafka",
    "sleep 15": "tests/kafka/test_upgrade.py runs it, between two of those",
}
"""Beginnings of commands that are not run here, and why."""

REPLACED: Final = {
    "--until 2026-04-01": "--until 2999-04-01",  # outcomes are written on the day of the test
    "CLAIMSCRUB_HTTP_PORT=9465 ": "",  # every port is one that the system chose
    "claimscrub serve": "claimscrub serve --port 0",
    "reference fetch": "reference fetch --offline",  # no test asks a publisher
    "your-overlay": str(ROOT / "deploy" / "kubernetes" / "overlays" / "evaluation"),
}
"""What is written otherwise, beside addresses and the id of a pended claim."""

ALLOWED: Final = {
    "claimscrub check": {0, 1},  # not every claim is scrubbed
    "claimscrub compare --topic": {2},  # one message of the topic is not a claim
    "claimscrub compare": {0, 1},  # some flip
    "claimscrub reference fetch": {3},  # nothing was downloaded
    "claimscrub lag": {0},
    "claimscrub doctor": {0},
}
"""Exit codes other than 0 that a page promises."""


def commands(page: Path) -> list[str]:
    """Return the commands of a page, each on one line."""
    blocks = _BLOCK.findall(page.read_text("utf-8"))
    return [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


class Done(NamedTuple):
    """A command that was run, its exit code, and all that it wrote."""

    line: str
    code: int
    said: str


class Reader:
    """Somebody with an installed copy, a folder and a broker, who types what a page says.

    Attributes:
        folder: Where the reader is.
        environment: What was exported.
    """

    def __init__(self, folder: Path, broker: str) -> None:
        self.folder = folder
        self._broker = broker
        self._running: dict[str, tuple[subprocess.Popen[bytes], Path]] = {}
        self._ports = {"9464": "", "8837": ""}
        self.environment = plain_environment() | {
            "PATH": f"{folder / 'venv' / 'bin'}:{os.environ['PATH']}",
            "KUBECONFIG": str(folder / "kubeconfig"),
            "CLAIMSCRUB_BOOTSTRAP_SERVERS": broker,
            "CLAIMSCRUB_HTTP_PORT": "0",
            "CLAIMSCRUB_CONFIG_DIR": str(folder / "config"),
            "CLAIMSCRUB_AUDIT_FILE": str(folder / "audit.log"),
            "CLAIMSCRUB_AS_OF": AS_OF.isoformat(),
            # This broker never gives up on a dead member; a fixed name lets its next life take over.
            "CLAIMSCRUB_INSTANCE_ID": "worker-0",
        }
        self.environment.pop("PYTHONPATH", None)

    def type(self, line: str) -> Done:
        """Run a command as the page has it, but for `REPLACED`; a program that does not end is left running."""
        shown = self._as_run(line)
        if found := _PROGRAM.search(shown):
            return Done(line, *self._start(found[1], shown))
        done = subprocess.run(
            ["bash", "-c", f"{shown}\ncode=$?\nenv -0 > .exported\nexit $code"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_WAIT_S,
        )
        if line.startswith("export "):
            pairs = (each.partition("=") for each in (self.folder / ".exported").read_text().split("\0") if each)
            self.environment = {name: value for name, _, value in pairs if name not in {"_", "SHLVL", "PWD"}}
        return Done(line, done.returncode, done.stdout + done.stderr)

    def _as_run(self, line: str) -> str:
        for written, meant in REPLACED.items():
            line = line.replace(written, meant)
        line = re.sub(r"127\.0\.0\.1:(9092|19092)", self._broker, line)
        for port, meant in self._ports.items():
            line = line.replace(f"127.0.0.1:{port}", f"127.0.0.1:{meant}")
        if "3214b755" in line:
            (first, *_) = json.loads("[" + ",".join(self._pended().splitlines()) + "]")
            line = line.replace("3214b755", first["id"])
        return line

    def _pended(self) -> str:
        self.type("claimscrub send pended.json")
        deadline = time.monotonic() + _WAIT_S
        while not (found := self.type("claimscrub pended list --format jsonl")).said.startswith("{"):
            assert time.monotonic() < deadline, found
            time.sleep(0.5)
        return found.said

    def _start(self, name: str, line: str) -> tuple[int, str]:
        self.stop(name)
        log = self.folder / f"{name.split(maxsplit=1)[0]}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {line}"], cwd=self.folder, env=self.environment, stdout=file,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self._running[name] = process, log
        deadline = time.monotonic() + _WAIT_S
        while not (port := _port(log.read_text("utf-8", "replace"))) or not _is_there(name, port, log):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        self._ports |= {"worker": {"9464": port}, "serve": {"8837": port}}.get(name, {})
        return 0, log.read_text()

    def stop(self, name: str) -> None:
        """Ask a program to leave, which it does with 0; nothing where it does not run."""
        if name in self._running:
            process, log = self._running.pop(name)
            process.send_signal(signal.SIGTERM)
            assert process.wait(_WAIT_S) == 0, log.read_text()

    def end(self) -> None:
        """End whatever still runs, which ends what it started."""
        for process, _ in self._running.values():
            process.terminate()
            process.wait()


def _port(log: str) -> str:
    found = re.search(r'(?:"port": ?|http://127\.0\.0\.1:|metrics on port )(\d+)', log)
    return found[1] if found else ""


def _is_there(name: str, port: str, log: Path) -> bool:
    """Whether a program does what it was started for: a demo when it says that it stays, another when it is ready."""
    return "stay until Ctrl-C" in log.read_text("utf-8", "replace") if name == "demo --keep" else _is_ready(port)


def _is_ready(port: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/readyz", timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _bring(folder: Path) -> list[str]:
    """Write what a reader has: the files of the repository that pages name, claims, an edit, a record; return names."""
    for name in ("config", "schemas", "tests/edits/worked_examples", "tests/unit/fhir/bundle.json"):
        (shutil.copytree if (ROOT / name).is_dir() else _copy)(ROOT / name, folder / name)
    shutil.copytree(ROOT / "tests/edits/cases/waste", folder / "cases")
    git = ("git", "-c", "user.name=reader", "-c", "user.email=reader@example.com")
    for subject in ("first", "second"):
        (folder / "config" / "notes").write_text(subject)
        for words in (("init", "-q"), ("add", "config"), ("commit", "-q", "-m", subject)):
            subprocess.run([*git, *words], cwd=folder, check=True)
    claims = [each.value.decode() for each in islice(demo_claims(_CLAIMS), _CLAIMS) if each.expected]
    (folder / "claims.jsonl").write_text("\n".join(claims) + "\n")
    (folder / "message.json").write_text(claims[0])
    pended = json.loads((ROOT / "schemas/examples/outcome-pended.json").read_text("utf-8"))
    (folder / "pended.json").write_text(json.dumps(pended["claim"]))
    table = duckdb.connect()
    table.execute("create table claims (claim varchar)")
    table.executemany("insert into claims values (?)", [[each] for each in claims])
    table.execute(f"copy claims to '{folder / 'archive.parquet'}' (format parquet)")
    for name in ("mine", "none"):
        (folder / name).mkdir()
    (own,) = re.findall(
        r"^```python\n(.*?)^```$", (ROOT / "config" / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    (folder / "mine" / "own.py").write_text(own)
    record = {"documentation": [{"element": "ige-level", "value": "320", "unit": "IU", "providerControlNumber": "L1"}]}
    (folder / "record.json").write_text(json.dumps(record))
    for name in ("sasl-username", "sasl-password", "ca.pem"):
        (folder / name).write_text(name)
    server = {"name": "none", "cluster": {"server": "https://127.0.0.1:1"}}
    context = {"name": "none", "context": {"cluster": "none", "user": "none"}}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [server],
        "contexts": [context],
        "users": [{"name": "none", "user": {"token": "none"}}],
    }
    (folder / "kubeconfig").write_text(json.dumps(config | {"current-context": "none"}))
    return sorted({name for each in claims for name in _names(json.loads(each))})


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _names(claim: dict[str, dict[str, str]]) -> Iterator[str]:
    """Yield what identifies the patient of a claim."""
    for party in (claim.get("subscriber", {}), claim.get("dependent", {})):
        yield from (party[name] for name in ("memberId", "lastName", "dateOfBirth") if party.get(name))
    yield claim["claimInformation"]["patientControlNumber"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder with an installed copy as `venv` and `.venv`, and with what a reader has; and who the patients are."""
    folder = tmp_path_factory.mktemp("reader")
    install(ROOT, folder / "venv")
    (folder / ".venv").symlink_to("venv")
    return folder, _bring(folder)


@pytest.fixture(scope="module")
def reader(place: tuple[Path, list[str]]) -> Iterator[Reader]:
    """A reader whose worker has scrubbed some claims."""
    with embedded_broker() as broker:
        reader = Reader(place[0], broker)
        try:
            for line in ("claimscrub topics create", "claimscrub worker", "claimscrub send claims.jsonl"):
                assert reader.type(line).code == 0
            reader.type("printf broken > broken.json")
            reader.type("claimscrub send broken.json")
            deadline = time.monotonic() + _WAIT_S
            while (waiting := reader.type("claimscrub lag --most 0")).code:
                assert time.monotonic() < deadline, waiting
            yield reader
        finally:
            reader.end()


def refused(done: Done) -> bool:
    """Whether a command did what no page promises."""
    if done.line.startswith("kubectl "):
        # There is no cluster: a line that kubectl understands ends where it looks for one.
        return "127.0.0.1:1" not in done.said
    words = re.sub(r"^\.?(venv/bin/)?", "", done.line)
    codes = next((each for start, each in ALLOWED.items() if words.startswith(start)), {0})
    return done.code not in codes


def run(reader: Reader, page: Path, seen: dict[str, Done]) -> list[Done]:
    """Run the commands of a page that can be run here; of what does not end, only the worker is left running.

    What other pages have had run is in `seen`, and is not run again; the README's reader runs everything.
    """
    done = []
    for line in commands(page):
        if line.startswith(tuple(NOT_RUN)):
            continue
        if line not in seen or page == README:
            seen[line] = reader.type(line)
        done.append(seen[line])
    for name in ("serve", "learner", "demo --keep"):
        reader.stop(name)
    return done


@pytest.mark.broker
@needs("kubectl", "kubernetes-client")
def test_the_commands_of_deploy_do_what_their_pages_say(reader: Reader, place: tuple[Path, list[str]]) -> None:
    """Each ends as promised; and where one shows who a patient is, the page says that it prints PHI."""
    assert reader.type("claimscrub history key history.key").code == 0  # as the README says
    seen: dict[str, Done] = {}
    for page in (*RUNBOOKS, UPGRADING, DEPLOY):
        done = run(reader, page, seen)

        assert (page.name, [each for each in done if refused(each)]) == (page.name, [])
        patients = [each.line for each in done if any(name in each.said for name in place[1])]
        assert (page.name, patients) == (page.name, []) or "PHI" in page.read_text("utf-8")
    assert len(seen) > 40


@pytest.mark.broker
@pytest.mark.whole
def test_the_commands_of_the_readme_do_what_it_says(reader: Reader) -> None:
    """In their order, with what each leaves behind for the next."""
    (reader.folder / "history.key").unlink(missing_ok=True)
    done = run(reader, README, {})

    assert [each for each in done if refused(each)] == []
    assert len(done) > 40


def test_what_is_not_run_is_there() -> None:
    """No exception outlives its command."""
    lines = [line for page in (README, DEPLOY, UPGRADING, *RUNBOOKS) for line in commands(page)]

    assert [start for start in NOT_RUN if not any(line.startswith(start) for line in lines)] == []
