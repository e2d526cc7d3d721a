"""The edits of a user: loaded from a folder, part of the rule set, and refused in a sentence when broken."""

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import worker.api  # noqa: F401 -- what own edits import is there before they are loaded
from worker.bootstrap import build_pipeline, default_config_directory, load_scrubber
from worker.cli.commands import claimscrub
from worker.configuration.user_edits import load_user_edits
from worker.errors import ConfigurationError
from worker.settings import Settings

_PARTS = (default_config_directory() / "README.md").read_text("utf-8")
EXAMPLE = _PARTS.split("```python\n")[1].split("```")[0]
CASES = _PARTS.split("```yaml\n")[2].split("```")[0]


@pytest.fixture
def edits(tmp_path: Path) -> Path:
    """A folder with the edit of the README."""
    folder = tmp_path / "edits"
    folder.mkdir()
    (folder / "charge_above_contract.py").write_text(EXAMPLE)
    for path in (folder, *folder.iterdir()):
        path.chmod(path.stat().st_mode & ~(stat.S_IWGRP | stat.S_IWOTH))  # whatever the umask of who tests
    return folder


def run(*arguments: str | Path, **environment: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(claimscrub, [str(each) for each in arguments], env=environment)


def test_the_example_of_the_readme_is_an_edit_and_its_cases_hold(edits: Path, tmp_path: Path) -> None:
    """What a user copies works."""
    cases = tmp_path / "cases"
    cases.mkdir()
    (cases / "usr_01.yaml").write_text(CASES)

    result = run("test", cases, "--edits", edits)

    assert (result.exit_code, result.stdout) == (0, "2 cases of 1 edit: 2 as expected, 0 not.\n")


def test_an_edit_of_a_user_is_listed_and_explained_beside_ours(edits: Path) -> None:
    """By option or by variable."""
    listed = run("edits", CLAIMSCRUB_EDITS_DIR=str(edits)).stdout
    in_full = run("edits", "--format", "json", CLAIMSCRUB_EDITS_DIR=str(edits)).stdout
    explained = run("explain", "USR-01", "--edits", edits).stdout

    assert "USR-01" in listed
    assert "WST-01" in listed
    assert "charge-above-contract" in in_full
    assert "Attach the invoice, or correct the charge." in explained


def test_an_edit_of_a_user_is_switched_like_any_other(edits: Path, tmp_path: Path) -> None:
    """A profile may name it where it is loaded, and only there."""
    config = tmp_path / "config"
    config.mkdir()
    for part in ("guides", "reference"):
        (config / part).symlink_to(default_config_directory() / part)
    (config / "payers").mkdir()
    (config / "payers" / "one.yaml").write_text(
        "name: one\ntitle: One\nmedicare: true\napplies_to: {otherwise: true}\nedits: {USR-01: {severity: warn}}\n"
    )

    with_it = run("profiles", "show", "one", "--config", config, "--edits", edits)
    without = run("profiles", "check", "--config", config)

    assert "USR-01 charge-above-contract: warn" in with_it.stdout
    assert (without.exit_code, "names edits that do not exist: USR-01" in without.stderr) == (2, True)


def test_a_user_s_edits_are_part_of_the_ruleset(edits: Path) -> None:
    """A changed file gives other outcome ids, and so does none."""
    digests = {build_pipeline().ruleset}
    digests.add(build_pipeline(user_edits=edits).ruleset)
    (edits / "_shared.py").write_text("LIMIT = 1\n")
    digests.add(build_pipeline(user_edits=edits).ruleset)

    assert len(digests) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("USR-01", "WST-01"), "WST-01 is not an id for your own edit; those are USR-01 to"),
        (lambda text: text.replace("USR-01", "USR-1"), "USR-1 is not an id"),
        (lambda _: "", "declares 0 edits"),
        (lambda text: text.replace("def charge", "def charge above"), "is not Python"),
        (lambda text: f"1 / 0\n{text}", "line 1: ZeroDivisionError: division by zero"),
        (lambda text: f"import nowhere\n{text}", "; import what an edit needs from worker.api"),
        (
            lambda text: text.replace('"""A drug', '"A drug').split("    Why")[0].replace('"A drug', "x = 1  # "),
            "has no",
        ),
    ],
    ids=["our id", "short id", "no edit", "syntax", "raises", "import", "no docstring"],
)
def test_a_broken_file_is_told_in_a_sentence(edits: Path, change: Callable[[str], str], words: str) -> None:
    """The file is named; there is no traceback."""
    file = edits / "charge_above_contract.py"
    file.write_text(change(EXAMPLE))

    with pytest.raises(ConfigurationError) as caught:
        load_user_edits(edits)

    assert str(caught.value).startswith(str(file))
    assert words in str(caught.value)
    assert (result := run("edits", "--edits", edits)).exit_code == 2
    assert words in result.stderr


def test_one_id_in_two_files_is_refused_with_all_other_problems(edits: Path) -> None:
    """Every broken file is told at once."""
    (edits / "again.py").write_text(EXAMPLE)
    (edits / "empty.py").write_text("")

    with pytest.raises(ConfigurationError) as caught:
        load_user_edits(edits)

    assert len(caught.value.problems) == 2


def test_a_folder_that_is_not_there_is_told() -> None:
    """A mistyped variable does not silently drop the edits."""
    assert "no such folder of edits" in run("edits", CLAIMSCRUB_EDITS_DIR="/no/such/folder").stderr


@pytest.mark.parametrize("right", [stat.S_IWGRP, stat.S_IWOTH], ids=["group", "others"])
@pytest.mark.parametrize("name", [".", "charge_above_contract.py", "_parts", "_parts/shared.py", "_parts/shared.pyc"])
def test_what_others_may_write_is_refused_and_not_run(
    edits: Path, monkeypatch: pytest.MonkeyPatch, name: str, right: int
) -> None:
    """The folder, each file that is run or can be imported, and each folder between; nothing of it is run."""
    (edits / "_parts").mkdir(mode=0o755)
    for helper in ("shared.py", "shared.pyc"):
        (edits / "_parts" / helper).touch(mode=0o644)
    (edits / "says.py").write_text("import pathlib\npathlib.Path(__file__).with_name('ran').touch()\n" + EXAMPLE)
    path = edits / name
    path.chmod(path.stat().st_mode | right)

    with pytest.raises(ConfigurationError, match="chmod go-w") as caught:
        load_user_edits(edits)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [str(path)]
    assert not (edits / "ran").exists()
    (edits / "says.py").unlink()
    assert run("edits", "--edits", edits).exit_code == 2
    assert "USR-01" in run("edits", "--edits", edits, CLAIMSCRUB_ALLOW_WRITABLE_EDITS="true").stdout
    monkeypatch.setenv("CLAIMSCRUB_ALLOW_WRITABLE_EDITS", "no")
    assert run("edits", "--edits", edits).exit_code == 2


def test_what_is_not_run_may_be_written_by_others(edits: Path) -> None:
    """Notes beside the edits do no harm."""
    (edits / "notes.txt").touch()
    (edits / "notes.txt").chmod(0o666)

    assert [edit.id for edit in load_user_edits(edits)] == ["USR-01"]


def test_a_worker_goes_by_its_setting(edits: Path) -> None:
    """As the commands do by the same variable."""
    edits.chmod(0o777)
    given = {"CLAIMSCRUB_EDITS_DIR": str(edits)}

    with pytest.raises(ConfigurationError, match="CLAIMSCRUB_ALLOW_WRITABLE_EDITS=true"):
        load_scrubber(Settings.from_environment(given))
    assert load_scrubber(Settings.from_environment(given | {"CLAIMSCRUB_ALLOW_WRITABLE_EDITS": "true"}))


_WITH_HELPER = """
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from _limit import LIMIT
"""


def test_two_folders_with_files_of_the_same_names_are_kept_apart(tmp_path: Path) -> None:
    """Each edit keeps its own helper, whichever folder was loaded last, and nothing of them is left behind."""
    before = list(sys.path), {name for name in sys.modules if not name.startswith("claimscrub.")}
    found = {}
    for name, limit in (("one", 1), ("other", 2)):
        folder = tmp_path / name
        folder.mkdir(mode=0o755)
        for file, text in (("_limit.py", f"LIMIT = {limit}\n"), ("edit.py", _WITH_HELPER + EXAMPLE)):
            (folder / file).write_text(text)
            (folder / file).chmod(0o644)
        found[name] = load_user_edits(folder)[0]
    modules = {name: sys.modules[edit.module] for name, edit in found.items()}

    assert {name: module.LIMIT for name, module in modules.items()} == {"one": 1, "other": 2}
    assert modules["one"] is not modules["other"]
    assert list(sys.path) == before[0]
    assert {name for name in sys.modules if not name.startswith("claimscrub.")} == before[1]
