"""`claimscrub reference publish` sends a notice of a folder that is good, and of no other, and says who did."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from schemas.reference_update import ReferenceNotice
from tests.unit.reference.small_folder import change
from worker.bootstrap import default_config_directory, read_rules
from worker.cli.commands import claimscrub
from worker.cli.reference import publish as reference_publish
from worker.reference.build.loading import load
from worker.settings import Settings


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[ReferenceNotice]:
    """The notices that a broker would have got."""
    notices: list[ReferenceNotice] = []

    async def send(_: Settings, notice: ReferenceNotice) -> None:
        notices.append(notice)

    monkeypatch.setattr(reference_publish, "send_notice", send)
    monkeypatch.setattr(reference_publish, "on_broker", lambda _, work: asyncio.run(work))
    return notices


def publish(*arguments: str | Path, **settings: str) -> Result:
    """Run the command under some settings."""
    return CliRunner(env=settings).invoke(claimscrub, ["reference", "publish", *map(str, arguments)])


def test_the_notice_names_the_folder_and_its_digest(small: Path, sent: list[ReferenceNotice]) -> None:
    """What is printed is what is sent."""
    digest = load(small).digest

    result = publish(small)

    assert result.exit_code == 0
    assert sent == [ReferenceNotice(directory=str(small.resolve()), digest=digest)]
    assert result.stdout == f"Digest {digest}\nAnnounced {small.resolve()} on reference.updates.v1.\n"


def test_rules_are_announced_with_their_digest(small: Path, sent: list[ReferenceNotice], tmp_path: Path) -> None:
    """What the workers would say their ruleset is; rules that do not fit are not announced."""
    ruleset = read_rules().ruleset
    config = tmp_path / "config"
    (config / "payers").mkdir(parents=True)
    (config / "guides").symlink_to(default_config_directory() / "guides")
    (config / "payers" / "mine.yaml").write_text("name: mine\ntitle: Mine\nmedicare: false\nedits: {WST-99: {}}\n")

    good, broken = publish(small, "--rules"), publish(small, "--rules", "--config", config)

    assert (good.exit_code, broken.exit_code) == (0, 2)
    assert [notice.ruleset for notice in sent] == [ruleset]
    assert f", rules {ruleset}\n" in good.stdout
    assert "profile mine names edits that do not exist: WST-99" in broken.stderr


def test_the_workers_may_see_the_folder_elsewhere(small: Path, sent: list[ReferenceNotice]) -> None:
    """In a container the same folder has another path."""
    publish(small, "--seen-as", "/etc/claimscrub/reference-2026q2")

    assert [notice.directory for notice in sent] == ["/etc/claimscrub/reference-2026q2"]


def test_a_broken_folder_is_not_announced(small: Path, sent: list[ReferenceNotice]) -> None:
    """Exit code 1, and a sentence with file, row and column."""
    change(small, "modifier_exclusions/2024-07.csv", "JW|JZ", "JW|ZZ")

    result = publish(small)

    assert (result.exit_code, sent) == (1, [])
    assert "modifier_exclusions/2024-07.csv: row 4, column codes" in result.output


def test_a_relative_path_means_nothing_to_a_worker(small: Path, sent: list[ReferenceNotice]) -> None:
    """It is refused before it is sent."""
    result = publish(small, "--seen-as", "reference-2026q2")

    assert (result.exit_code, sent) == (2, [])
    assert "must be absolute" in result.output


def test_who_published_what_is_on_record(small: Path, sent: list[ReferenceNotice], tmp_path: Path) -> None:
    """One line for each notice, in the file; on stderr where no file is set."""
    file = tmp_path / "audit.jsonl"
    settings = {"CLAIMSCRUB_AUDIT_FILE": str(file), "CLAIMSCRUB_OPERATOR": "pharmacy billing"}

    results = [publish(small, **settings), publish(small, **settings)]
    told = publish(small, CLAIMSCRUB_OPERATOR="pharmacy billing").stderr

    lines = [json.loads(line) for line in (*file.read_text().splitlines(), told)]
    assert [datetime.fromisoformat(line.pop("at")).tzinfo is not None for line in lines] == [True] * 3
    assert lines == [
        {
            "operator": "pharmacy billing",
            "action": "reference-published",
            "topic": "reference.updates.v1",
            "directory": notice.directory,
            "digest": notice.digest,
        }
        for notice in sent
    ]
    assert [result.stderr for result in results] == ["", ""]


def test_a_notice_that_cannot_be_audited_is_not_sent(small: Path, sent: list[ReferenceNotice], tmp_path: Path) -> None:
    """The command ends with a sentence instead."""
    result = publish(small, CLAIMSCRUB_AUDIT_FILE=str(tmp_path / "no such folder" / "audit"))

    assert (result.exit_code, sent) == (1, [])
    assert "CLAIMSCRUB_AUDIT_FILE cannot be written" in result.stderr


def test_what_is_not_announced_is_not_on_record(small: Path, sent: list[ReferenceNotice], tmp_path: Path) -> None:
    """A broken folder, and a path that means nothing."""
    file = tmp_path / "audit.jsonl"
    publish(small, "--seen-as", "reference-2026q2", CLAIMSCRUB_AUDIT_FILE=str(file))
    change(small, "modifier_exclusions/2024-07.csv", "JW|JZ", "JW|ZZ")
    publish(small, CLAIMSCRUB_AUDIT_FILE=str(file))

    assert (file.exists(), sent) == (False, [])


def test_the_example_of_the_contract_is_a_notice() -> None:
    """What other teams copy is accepted."""
    example = Path(__file__).parents[4] / "schemas/examples/reference-update.json"

    assert ReferenceNotice.model_validate(json.loads(example.read_text("utf-8")))
