"""`claimscrub compare`, as an analyst and as CI run it."""

import csv
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.cli.compare.conftest import CHANGED
from tests.unit.configuration.test_user_edits import EXAMPLE
from worker.bootstrap import shipped_config_directory
from worker.cli.commands import claimscrub
from worker.samples.drugs import OMALIZUMAB
from worker.samples.synthetic import RECEIVED_ON, SERVICE_DATE, claim

NUMBER = "SYN-HALF"


def half_a_unit() -> dict[str, object]:
    """A claim that bills half a unit of a drug."""
    drug, administration = OMALIZUMAB.lines(SERVICE_DATE)
    drug["professionalService"]["serviceUnitCount"] = "30.5"
    return claim([drug, administration], diagnoses=OMALIZUMAB.diagnoses, number=NUMBER)


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """A file with a sound claim and one that the candidate judges differently."""
    sound = claim(OMALIZUMAB.lines(SERVICE_DATE), diagnoses=OMALIZUMAB.diagnoses)
    file = tmp_path / "claims.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in (sound, half_a_unit())))
    return file


def run(*arguments: str | Path, as_of: str = RECEIVED_ON) -> Result:
    """Run the command as of the day of the synthetic claims."""
    return CliRunner().invoke(claimscrub, ["compare", "--as-of", as_of, *map(str, arguments)])


def test_a_claim_that_flips_is_named_with_the_edit_and_its_charge(claims: Path, candidate: Path) -> None:
    """And the command ends with 1; the text fits 80 columns and is the same each time."""
    result = run(claims, "--config", candidate, "--against", shipped_config_directory())
    again = run(claims, "--config", candidate, "--against", shipped_config_directory())

    assert result.exit_code == 1, result.output
    assert "2 claims: 1 flip, 0 differ in findings only." in result.stdout
    assert f"{claims}, line 2\n    rejected -> pended  $" in result.stdout
    assert "new UNT-01 pend  gone UNT-01 reject" in result.stdout
    paths = (str(candidate), str(claims), str(shipped_config_directory()))
    lines = [line for line in result.stdout.splitlines() if not any(path in line for path in paths)]
    assert max(map(len, lines)) <= 80
    assert again.stdout == result.stdout


def test_nothing_flips_between_a_configuration_and_itself(claims: Path) -> None:
    """And the command ends with 0."""
    result = run(claims, "--against", shipped_config_directory())

    assert (result.exit_code, "2 claims: 0 flip, 0 differ" in result.stdout) == (0, True)


def test_the_same_is_said_as_json_and_as_csv(claims: Path, candidate: Path) -> None:
    """JSON has the totals at its end; CSV has a row for each finding that is new or gone."""
    sides = ("--config", candidate, "--against", shipped_config_directory())
    document = json.loads(run(claims, *sides, "--format", "json").stdout)
    rows = list(csv.DictReader(run(claims, *sides, "--format", "csv").stdout.splitlines()))

    (difference,) = document["differences"]
    assert (difference["before"], difference["after"], difference["place"]) == ("rejected", "pended", "line 2")
    assert document["totals"]["flips"] == 1
    assert document["totals"]["charges"] == difference["charge"]
    assert [each["edit"] for each in difference["new"]] == ["UNT-01"]
    assert document["before"]["ruleset"] != document["after"]["ruleset"]
    assert [(each["edit"], each["change"], each["severity"]) for each in rows] == [
        ("UNT-01", "new", "pend"),
        ("UNT-01", "gone", "reject"),
    ]
    assert {each["charge"] for each in rows} == {difference["charge"]}


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_nothing_that_identifies_a_patient_is_written(claims: Path, candidate: Path, form: str) -> None:
    """Neither the number of the claim nor anything of the subscriber."""
    result = run(claims, "--config", candidate, "--against", shipped_config_directory(), "--format", form)
    subscriber = json.loads(claims.read_text().splitlines()[1])["subscriber"]
    tokens = {NUMBER, *(value for value in subscriber.values() if isinstance(value, str) and len(value) > 2)}

    assert {token for token in tokens if token in result.output} == set()


@pytest.fixture
def repository(candidate: Path, tmp_path: Path) -> Path:
    """A repository whose first commit has the shipped profiles, and whose files the candidate's and an own edit."""
    home = tmp_path / "repository"
    shutil.copytree(candidate, home / "config", symlinks=False)
    profile = home / "config" / "payers" / "medicare-part-b.yaml"
    changed = profile.read_text()
    profile.write_text(changed.removesuffix(CHANGED))
    (home / "edits").mkdir(mode=0o755)
    (home / "edits" / "usr_01.py").write_text(EXAMPLE)
    (home / "edits" / "usr_01.py").chmod(0o644)
    git = ("git", "-C", str(home), "-c", "user.name=n", "-c", "user.email=e@example.org")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "first")):
        subprocess.run((*git, *arguments), check=True, capture_output=True)
    profile.write_text(changed)
    return home


def test_a_configuration_is_compared_with_its_last_commit(claims: Path, repository: Path) -> None:
    """The folder at the revision is before, the files as they are after; own edits are taken from there as well."""
    config, edits = repository / "config", repository / "edits"

    result = run(claims, "--config", config, "--edits", edits, "--against", "HEAD")

    assert result.exit_code == 1, result.output
    assert f"before  {config} at HEAD" in result.stdout
    assert "rejected -> pended" in result.stdout


def test_own_edits_are_compared_with_none(claims: Path, repository: Path) -> None:
    """What an edit changes is the comparison without it."""
    edit = repository / "edits" / "usr_01.py"
    edit.write_text(EXAMPLE.replace("return None", "return None  # as it is"))

    result = run(claims, "--edits", repository / "edits", "--against-edits", "none", "--format", "json")

    document = json.loads(result.stdout)
    assert document["before"]["ruleset"] != document["after"]["ruleset"]
    assert {each["edit"] for each in document["totals"]["edits"]} <= {"USR-01"}


def test_every_claim_is_held_to_two_profiles(claims: Path) -> None:
    """The same tables and edits under another payer's profile."""
    result = run(claims, "--profile", "commercial", "--against-profile", "medicare-part-b")

    assert result.exit_code == 1
    assert "medicare-part-b -> commercial" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "say with what to compare"),
        (("--against", "no-such-revision"), "--against no-such-revision: neither a folder nor a git revision of"),
        (("--against", "--output=x"), "neither a folder nor a git revision of"),
        (("--against-profile", "nobody"), "nobody"),
        (("--against", ".", "--topic", "inbound"), "name files or folders, or a --topic"),
        (("--against", ".", "--column", "claim"), "--column needs Parquet"),
        (("--against", ".", "--since", "2026-01-01"), "--since and --until need --topic"),
        (("--against", "tests"), "tests: exactly one profile must set"),
    ],
)
def test_what_is_misspelt_ends_with_2_and_a_sentence(claims: Path, arguments: tuple[str, ...], words: str) -> None:
    """Nothing is written to stdout."""
    result = run(claims, *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_a_broken_revision_is_named_as_the_user_knows_it(claims: Path, repository: Path) -> None:
    """Not by the folder into which it was taken."""
    profile = repository / "config" / "payers" / "medicare-part-b.yaml"
    profile.write_text("name: [")
    git = ("git", "-C", str(repository), "-c", "user.name=n", "-c", "user.email=e@example.org")
    subprocess.run((*git, "commit", "-q", "-a", "-m", "broken"), check=True, capture_output=True)

    broken = run(claims, "--config", repository / "config", "--against", "HEAD")

    assert broken.exit_code == 2
    assert f"{repository / 'config'} at HEAD/payers/medicare-part-b.yaml" in broken.stderr


def test_what_is_not_a_claim_is_named_and_the_rest_compared(claims: Path, candidate: Path) -> None:
    """And the command ends with 2, as `check` does."""
    claims.write_bytes(b'{"claimInformation": \n' + claims.read_bytes())

    result = run(claims, "--config", candidate, "--against", shipped_config_directory())

    assert result.exit_code == 2
    assert "line 1  UNREADABLE" in result.stderr
    assert "2 claims: 1 flip" in result.stdout


def test_several_processes_write_what_one_writes(tmp_path: Path, candidate: Path) -> None:
    """In the order of the claims."""
    sound = claim(OMALIZUMAB.lines(SERVICE_DATE), diagnoses=OMALIZUMAB.diagnoses)
    lines = [json.dumps(half_a_unit() if place % 3 == 0 else sound) + "\n" for place in range(600)]
    file = tmp_path / "many.jsonl"
    file.write_text("".join(lines))
    sides = ("--config", candidate, "--against", shipped_config_directory(), "--format", "json")

    one = run(file, *sides, "--processes", "1")
    several = run(file, *sides, "--processes", "2")

    assert several.stdout_bytes == one.stdout_bytes
    assert json.loads(one.stdout)["totals"]["flips"] == 200
