"""The ruleset digest covers what can change a verdict: our code, profiles, guides and a user's own edits."""

from pathlib import Path

import pytest

import schemas
import worker
from worker.bootstrap import default_config_directory
from worker.configuration.digest import own_code_digest, ruleset_digest
from worker.configuration.documents import read_all
from worker.payers.guide import Guide

PACKAGES = tuple(Path(package.__path__[0]) for package in (worker, schemas))
GUIDES = read_all(default_config_directory() / "guides", Guide)


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The two packages, to be changed."""
    folder = tmp_path_factory.mktemp("packages")
    for package in PACKAGES:
        for file in package.rglob("*.py"):
            copy = folder / file.relative_to(package.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    return tuple(folder / package.name for package in PACKAGES)


@pytest.fixture(scope="module")
def unchanged(copies: tuple[Path, ...]) -> str:
    """The digest before anything is changed."""
    return own_code_digest(copies, None)


def with_change(copies: tuple[Path, ...], file: str, text: str, instead: str) -> str:
    """The digest while one file reads otherwise."""
    path = copies[0].parent / file
    before = path.read_text("utf-8")
    assert text in before
    path.write_text(before.replace(text, instead, 1), "utf-8")
    try:
        return own_code_digest(copies, None)
    finally:
        path.write_text(before, "utf-8")


@pytest.mark.parametrize(
    ("file", "text", "instead"),
    [
        ("worker/pipeline/steps/outcome.py", "Disposition.PENDED", "Disposition.REJECTED"),
        ("worker/fhir/systems.py", "http", "https"),
        ("schemas/part.py", "frozen=True", "frozen=False"),
    ],
)
def test_code_that_can_change_a_verdict_counts(
    copies: tuple[Path, ...], unchanged: str, file: str, text: str, instead: str
) -> None:
    """Reading a claim in another way changes verdicts as an edit does."""
    assert with_change(copies, file, text, instead) != unchanged


@pytest.mark.parametrize(
    ("file", "text", "instead"),
    [
        ("worker/edits/waste/wst_02_both_waste_modifiers.py", '"""', '"""Surely '),
        ("worker/cli/tail.py", "Ctrl-C", "Ctrl-D"),
    ],
)
def test_other_code_and_docstrings_do_not_count(
    copies: tuple[Path, ...], unchanged: str, file: str, text: str, instead: str
) -> None:
    """An explanation that was reworded, or the command line, leaves the ids of outcomes alone."""
    assert with_change(copies, file, text, instead) == unchanged


def test_a_guide_counts_and_its_place_does_not() -> None:
    """Which file a guide is in decides nothing."""
    whole = ruleset_digest("code", GUIDES, None)

    assert ruleset_digest("code", GUIDES[::-1], None) == whole
    assert ruleset_digest("code", GUIDES[1:], None) != whole
    assert ruleset_digest("other code", GUIDES, None) != whole


def test_the_kept_digest_is_the_one_worked_out(tmp_path: Path) -> None:
    """The next start reads it; another code has another name there."""
    made = [own_code_digest(PACKAGES, cache) for cache in (None, tmp_path, tmp_path)]

    assert len(set(made)) == 1
    assert [kept.suffix for kept in tmp_path.iterdir()] == [".ruleset"]


def test_a_file_beside_the_edits_of_a_user_need_not_be_python(tmp_path: Path) -> None:
    """Files that begin with an underscore are not loaded, and still count."""
    (tmp_path / "_draft.py").write_text("def")
    one = ruleset_digest("code", GUIDES, tmp_path)
    (tmp_path / "_draft.py").write_text("class")

    assert ruleset_digest("code", GUIDES, tmp_path) != one
