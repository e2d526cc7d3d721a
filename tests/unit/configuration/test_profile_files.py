"""The profiles of a folder: read together, and everything that is wrong with them told at once."""

from pathlib import Path

import pytest

from worker.bootstrap import default_config_directory
from worker.configuration.profile_files import read_profiles
from worker.edits.catalogue import load_edits
from worker.payers.profile import ApplyFixes, DocumentationMode, ProfileError, Profiles

EDITS = load_edits()
BASE = "name: base\ntitle: Base\nmedicare: true\ndocumentation: required\napplies_to: {otherwise: true}\n"
OWNED = "reason: agreed, owner: billing"


def read(folder: Path, **files: str) -> Profiles:
    """The profiles in files of these texts."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return read_profiles(folder, EDITS)


def problems(folder: Path, **files: str) -> list[str]:
    """What is wrong with profiles of these texts."""
    with pytest.raises(ProfileError) as caught:
        read(folder, **files)
    return [problem.removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_a_profile_inherits_what_it_does_not_say(tmp_path: Path) -> None:
    """Even whether Medicare's rules bind the payer."""
    mine = "name: mine\ntitle: Mine\nextends: base\napply_fixes: safe\nedits: {WST-01: {severity: warn}}\n"

    profile = read(tmp_path, base=BASE, mine=mine).named("mine")

    assert (profile.medicare, profile.documentation) == (True, DocumentationMode.REQUIRED)
    assert (profile.apply_fixes, profile.applies_to.otherwise) == (ApplyFixes.SAFE, False)


def test_all_problems_of_all_profiles_are_told_together(tmp_path: Path) -> None:
    """One start, one list."""
    mine = """
name: mine
title: Mine
extends: nobody
edits:
  WST-99: {severity: warn}
  WST-02: {options: {limit: 1}}
  FMT-01: {severity: warn}
suppressions:
  - {edit: XXX-01, when: {codes: [J0897]}, reason: agreed, owner: billing}
"""

    told = problems(tmp_path, base=BASE, mine=mine)

    assert told == [
        "mine.yaml: profile mine names edits that do not exist: WST-99, XXX-01",
        "mine.yaml: profile mine names FMT-01, decided before a claim has a payer",
        "mine.yaml: profile mine, edit WST-02: this edit has no options",
        "profile mine extends nobody, which does not exist; there are: base",
    ]


def test_files_that_cannot_be_read_are_told_with_the_others(tmp_path: Path) -> None:
    """A parent that is in one of them is not told as missing."""
    told = problems(
        tmp_path,
        base=BASE,
        broken="name: [",
        misspelt="name: misspelt\ntitle: M\nmedicare: false\nedit: {}\n",
        mine="name: mine\ntitle: Mine\nextends: misspelt\nedits: {WST-99: {}}\n",
    )

    assert [problem.partition(":")[0] for problem in told] == [
        "broken.yaml",
        "misspelt.yaml",
        "mine.yaml",
    ]


def test_a_problem_of_a_parent_is_told_once(tmp_path: Path) -> None:
    """The child inherits it, but did not make it."""
    base = f"{BASE}edits: {{WST-99: {{off: {{{OWNED}}}}}}}\n"

    told = problems(tmp_path, base=base, mine="name: mine\ntitle: Mine\nextends: base\n")

    assert told == ["base.yaml: profile base names edits that do not exist: WST-99"]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("{}", "names no codes, diagnoses or places; to silence the edit for every claim say `off`"),
        ("{codes: [J08]}", "suppressions.0.when.codes.0"),
        ("{diagnoses: [M05.79]}", "suppressions.0.when.diagnoses.0"),
        ("{places: [11]}", "suppressions.0.when.places.0"),
        ("{payers: [X]}", "suppressions.0.when.payers"),
    ],
)
def test_a_suppression_that_is_not_understood_is_refused(tmp_path: Path, when: str, words: str) -> None:
    """It must not silence more than was meant."""
    told = problems(tmp_path, base=f"{BASE}suppressions: [{{edit: WST-01, when: {when}, {OWNED}}}]\n")

    assert len(told) == 1
    assert words in told[0]


def test_a_suppression_that_has_ended_is_read(tmp_path: Path) -> None:
    """It lapses, and does not stop the start."""
    suppression = f"{{edit: WST-01, when: {{codes: [J0897]}}, {OWNED}, until: 2020-01-01}}"

    profile = read(tmp_path, base=f"{BASE}suppressions: [{suppression}]\n").named("base")

    assert [each.edit for each in profile.suppression_ends()] == ["WST-01"]


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    """The files are named."""
    assert problems(tmp_path, one=BASE, two=BASE) == ["name 'base' is claimed by both one.yaml and two.yaml"]


def test_the_example_of_the_readme_is_a_profile(tmp_path: Path) -> None:
    """It extends the shipped one and uses every setting that it tells of."""
    shipped = default_config_directory()
    text = (shipped / "README.md").read_text("utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    files = {file.stem: file.read_text("utf-8") for file in (shipped / "payers").glob("*.yaml")}

    profile = read(tmp_path, **files, mine=example).named("my-plan")

    assert profile.extends == "commercial"
    assert profile.setting("UNT-01").severity == "warn"
    assert profile.setting("UNT-03").off is not None
    assert [each.edit for each in profile.suppressions] == ["ADM-01"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("WTS-05", "WTS-05 (WST-05 may be meant)"),
        ("wst-05", "wst-05 (WST-05 may be meant)"),
        ("WST-99", "WST-99"),
    ],
)
def test_an_edit_that_is_nearly_one_is_named(written: str, said: str, tmp_path: Path) -> None:
    """Where it is clear which: most ids are one digit apart."""
    told = problems(tmp_path, base=BASE.replace("edits: {}", "") + f"\nedits: {{{written}: {{}}}}\n")

    assert any(each.endswith(f"names edits that do not exist: {said}") for each in told), told
