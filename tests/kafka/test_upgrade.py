"""The upgrade chapter on Apache Kafka: both releases, installed, amid claims; its own commands, in its own order."""

import asyncio
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.installed import install
from tests.kafka.earlier import InstalledWorker, installed_environment, unpack_earlier
from tests.kafka.storms import LIMIT_S, has_partitions, stopped
from tests.stream.support import POLL_S, ROOT, DeliveryLedger, committed, key_of, outcomes, progress, until
from worker.kafka.send import send_claims
from worker.samples.claims import AS_OF, demo_claims
from worker.settings import DeliveryGuarantee, Settings

pytestmark = [pytest.mark.kafka]

CHAPTER = ROOT / "deploy" / "upgrading.md"
WAITING = 2_000
"""Claims that always wait, and that each release does at least."""

BEFORE, AFTER = "release-0.1.0", "release-0.2.0"
_SECTION = re.compile(r"^## (?P<title>.*?)\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def steps(title: str) -> list[str]:
    """Return the commands of a section of the chapter, in order."""
    (text,) = (found["text"] for found in _SECTION.finditer(CHAPTER.read_text("utf-8")) if found["title"] == title)
    return [line.strip() for block in _BLOCK.findall(text) for line in block.splitlines()]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both releases, each installed into an environment of its own."""
    folder = tmp_path_factory.mktemp("releases")
    unpack_earlier(folder / "tree-0.1.0")
    install(folder / "tree-0.1.0", folder / BEFORE)
    install(ROOT, folder / AFTER)
    return folder


class Operator:
    """Follows the chapter: runs its commands, and starts its workers."""

    def __init__(self, settings: Settings, releases: Path, folder: Path, stack: ExitStack) -> None:
        self._settings, self._releases, self._folder, self._stack = settings, releases, folder, stack
        self._numbers = count(1)

    async def run(self, line: str) -> str:
        """Run a command until it succeeds, as the chapter says of one that waits, and return what it wrote."""
        environment = installed_environment(self._settings)
        for _ in range(60):
            done = await asyncio.to_thread(
                subprocess.run,
                ["bash", "-o", "pipefail", "-c", line],
                cwd=self._releases,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0:
                return done.stdout
            assert "grep" in line, f"{line}\n{done.stdout}{done.stderr}"
        raise AssertionError(f"never succeeded: {line}\n{done.stdout}{done.stderr}")

    async def start(self, line: str) -> list[InstalledWorker]:
        """Start two workers by a command of the chapter, and wait until both have partitions."""
        release, *words = shlex.split(line)
        started = [
            InstalledWorker(
                self._settings, self._folder, f"worker-{next(self._numbers)}", (str(self._releases / release), *words)
            )
            for _ in range(2)
        ]
        for worker in started:
            self._stack.enter_context(worker)
            await until(lambda worker=worker: has_partitions(worker), f"{worker.name} has partitions", LIMIT_S)  # type: ignore[misc]  # mypy cannot see the default
        return started


class Senders:
    """Sends numbered claims of the demo so that some thousands always wait, until it is told that it is over."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._is_over = False
        self._sent = 0
        self._claims = (json.loads(each.value) for each in demo_claims(10**9) if each.expected)
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while not self._is_over:
            if self._sent - await committed(self._settings) > WAITING:
                await asyncio.sleep(POLL_S)
                continue
            numbers = range(self._sent, self._sent + WAITING // 4)
            claims = [
                json.dumps(claim | {"id": number}).encode()
                for number, claim in zip(numbers, self._claims, strict=False)
            ]
            self._sent += await send_claims(self._settings, claims, key=key_of)

    async def assert_claims_wait(self) -> None:
        """Fail where no claim is on its way: a change of release would then have shown nothing."""
        assert await committed(self._settings) < self._sent
        assert not self._task.done()

    async def end(self) -> int:
        """Return how many were sent, and send no more."""
        self._is_over = True
        await self._task
        return self._sent


async def leave(settings: Settings, senders: Senders, killed: InstalledWorker, asked: InstalledWorker) -> None:
    """Let a release do some of the claims, then kill one of its workers and ask the other to stop."""
    await progress(settings, await committed(settings) + WAITING, LIMIT_S)
    killed.kill()
    await senders.assert_claims_wait()
    await stopped(asked)
    await senders.assert_claims_wait()


async def test_upgrade_and_way_back_are_exact(
    settings_for: Callable[[DeliveryGuarantee], Settings], releases: Path, tmp_path: Path
) -> None:
    """0.1.0, 0.2.0 and 0.1.0 again, each left amid claims, one worker by SIGKILL: none lost, doubled, out of order."""
    settings = settings_for(DeliveryGuarantee.EXACTLY_ONCE).model_copy(update={"as_of": AS_OF})
    with ExitStack() as stack:
        operator = Operator(settings, releases, tmp_path, stack)
        await operator.run(f"{BEFORE}/bin/claimscrub topics create")
        senders = Senders(settings)
        running = await operator.start(f"{BEFORE}/bin/claimscrub worker")
        for line in (*steps("Upgrade"), *steps("Going back")):
            if "grep" in line:
                await leave(settings, senders, *running)
            if line.endswith(" worker"):
                running = await operator.start(line)
            elif line.endswith(" topics create"):
                assert "created" not in await operator.run(line), "0.2.0 needs no topic that 0.1.0 has not"
            else:
                await operator.run(line)
        await progress(settings, await committed(settings) + WAITING, LIMIT_S)
        sent = await senders.end()
        await progress(settings, sent, LIMIT_S)
        for worker in running:
            await stopped(worker)

    found = await outcomes(settings)
    ledger = DeliveryLedger.of(sent, found)
    assert (*ledger.flaws, ledger.duplicated) == (0, 0, 0, 0)
    by_the_later = sum("contract" in json.loads(each.value or b"")["versions"] for each in found)
    assert WAITING <= by_the_later <= sent - 2 * WAITING


def ended(program: Path, *words: str, **settings: str | Path) -> tuple[int, str]:
    """Run a command of an installed copy, and return its exit code and all that it wrote."""
    environment = installed_environment(Settings()) | {
        f"CLAIMSCRUB_{name}": str(each) for name, each in settings.items()
    }
    done = subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_what_a_release_refuses_of_the_other_is_what_the_chapter_says(releases: Path, tmp_path: Path) -> None:
    """0.1.0 a new setting and profiles with new edits; 0.2.0 the tables of 0.1.0, and not its profiles and guides."""
    earlier, later = (releases / name / "bin" / "claimscrub" for name in (BEFORE, AFTER))
    old, new = releases / "tree-0.1.0" / "config", ROOT / "config"
    mixed = tmp_path / "mixed"
    for part, tree in (("payers", old), ("guides", old), ("reference", new)):
        shutil.copytree(tree / part, mixed / part)

    assert ended(earlier, "worker", FORWARD_HEADERS="x-trace") == (78, "CLAIMSCRUB_FORWARD_HEADERS: no such setting\n")
    code, said = ended(earlier, "profiles", "check", "--config", str(new))
    assert (code, "names edits that do not exist" in said) == (2, True)
    code, said = ended(later, "reference", "verify", CONFIG_DIR=old)
    assert (code != 0, "add_on_codes/table.toml: expected for the table add_on_codes" in said) == (True, True)
    assert ended(later, "profiles", "check", CONFIG_DIR=mixed)[0] == 0
    names = {each.name for each in (new / "reference").iterdir() if each.is_dir()}
    added = names - {each.name for each in (old / "reference").iterdir()}
    assert all(f"`{name}`" in CHAPTER.read_text("utf-8") for name in added)
