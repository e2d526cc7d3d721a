"""The unit tests mirror the modules: who looks for the test of a module, or for what a test is about, finds it by name.

A test module is `test_<module>.py` or `test_<module>_<aspect>.py` in the folder of its module; a package counts as one.
"""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from tests.syntax import syntax_of

ROOT: Final = Path(__file__).parents[2]
UNIT: Final = ROOT / "tests" / "unit"
ROOMS: Final = (ROOT / "worker", ROOT, ROOT / "tests")
"""`tests/unit/x12` is about `worker/x12`, `unit/schemas` about `schemas`, `unit/bench` about `tests/bench`."""

MOST_LINES_UNTESTED: Final = 100
"""A longer module with functions has a test of its name, or a line below."""

ABOUT_MORE_THAN_A_MODULE: Final = {
    "mirror": "this one",
    "names": "every class and exception",
    "words": "all prose",
    "pages": "every page of documentation",
    "patterns": "every regular expression of the tree",
}
TESTED_ELSEWHERE: Final = {
    "agents/learning": "tests/stream/test_learner.py",
    "archive/spark": "tests/spark/test_archive.py",
    "agents/remembering": "tests/unit/agents/test_routing.py",
    "cases": "tests/unit/cli/test_test.py",
    "cli/acknowledge": "tests/unit/cli/test_convert.py",
    "cli/dead_letters": "tests/stream/test_replay.py",
    "cli/compare": "tests/unit/cli/compare/test_command.py",
    "cli/demo": "tests/unit/cli/demo/test_command.py",
    "cli/explain": "tests/unit/cli/explain/test_command.py",
    "cli/reference": "tests/unit/cli/reference/test_command.py",
    "cli/history": "tests/stream/test_history_show.py",
    "cli/replay": "tests/stream/test_replay.py",
    "cli/shared/selection": "tests/stream/test_replay.py",
    "cli/shared/topic_claims": "tests/stream/test_compare_topic.py",
    "cli/topics": "tests/kafka/test_schema_registry.py",
    "cli/text/outcome": "tests/unit/cli/check/test_command.py",
    "edits/drugs/packages": "tests/edits/cases/procedures/hcp_06.yaml",
    "edits/drugs/dose_kinds": "tests/edits/cases/waste/wst_01.yaml",
    "edits/edit": "tests/edits/test_catalogue.py",
    "edits/facts": "tests/edits/cases",
    "edits/rules/checklist": "tests/edits/cases/documentation",
    "fhir": "tests/unit/fhir/test_reading_systematic.py",
    "learning": "tests/unit/learning/test_learner.py",
    "kafka/obstacle": "tests/kafka/test_secure_broker.py",
    "kafka/replay": "tests/stream/test_replay.py",
    "kafka/topic_ids": "tests/kafka/test_created_again.py",
    "kafka/unpacking": "tests/unit/kafka/test_record_batches.py",
    "kafka/read": "tests/unit/cli/test_tail.py",
    "observe/recorder": "tests/unit/observe/test_metrics.py",
    "pipeline/steps/enrich": "tests/edits/worked_examples",
    "pipeline/steps/gather": "tests/edits/cases",
    "pipeline/steps/outcome": "tests/edits/cases",
    "pipeline/steps/schema_flaws": "tests/unit/pipeline/steps/test_decode.py",
    "pipeline/steps/unread": "tests/unit/pipeline/steps/test_known_members.py",
    "reference/build/building": "tests/unit/reference/build/test_loading.py",
    "reference/files": "tests/unit/reference/build/test_loading.py",
    "reference/importing": "tests/unit/reference/importing/test_published.py",
    "reference/tables": "tests/unit/reference/tables/test_snapshot.py",
    "samples": "tests/unit/samples/test_claims.py",
    "server": "tests/unit/server/test_api.py",
    "cli/serve": "tests/unit/server/test_run.py",
    "shadow_process": "tests/stream/test_shadow.py",
    "settings/fields": "tests/unit/settings/test_settings.py",
    "stream/lifecycle": "tests/stream/test_worker.py",
    "stream/scrubber": "tests/unit/agents/test_verdicts.py",
    "stream/shadow": "tests/stream/test_shadow.py",
    "wording": "tests/unit/cli/explain/test_command.py",
    "x12/answer": "tests/unit/x12/answer/test_ack_999.py",
    "x12/layout": "tests/unit/x12/test_layout.py",
    "x12/responses": "tests/unit/x12/responses/test_read.py",
    "x12/read": "tests/unit/x12/read/test_interchanges_systematic.py",
    "x12/write": "tests/unit/x12/write/test_claims.py",
}
"""Modules without a test of their name, or folders of such, and where they are tested. The list only shrinks."""

TESTS: Final = sorted(UNIT.rglob("test_*.py"))
EDIT: Final = re.compile(r"worker/edits/\w+/[a-z]+_\d\d_\w+\.py")
"""An edit has its cases in `tests/edits/cases`, and a test of its own asks for them."""


def subject(test: Path) -> str:
    """What a test module is about, below the room: `x12/read/interchanges` or `x12/read/interchanges_damage`."""
    return (test.parent.relative_to(UNIT) / test.stem.removeprefix("test_")).as_posix()


def names_a_module(test: Path) -> bool:
    """Whether the subject of a test module is a module or a package, or an aspect of one."""
    words = test.stem.removeprefix("test_").split("_")
    folders = [room / test.parent.relative_to(UNIT) for room in ROOMS]
    names = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
    return any(
        (folder / f"{name}.py").is_file() or (folder / f"__{name}__.py").is_file() or (folder / name).is_dir()
        for folder in folders
        for name in names
    )


def untested() -> list[str]:
    """The long modules of the worker that have functions and no test of their name."""
    subjects = [subject(test) for test in TESTS]
    found = []
    for module in sorted((ROOT / "worker").rglob("*.py")):
        text = module.read_text("utf-8")
        name = module.relative_to(ROOT / "worker").with_suffix("").as_posix()
        if text.count("\n") <= MOST_LINES_UNTESTED or EDIT.fullmatch(module.relative_to(ROOT).as_posix()):
            continue
        has_functions = any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(syntax_of(module))
        )
        if has_functions and not any(each == name or each.startswith(f"{name}_") for each in subjects):
            found.append(name)
    return found


def entry_of(module: str) -> str | None:
    """The line of the list that speaks of a module: its own, or that of its folder."""
    return next((entry for entry in TESTED_ELSEWHERE if module == entry or module.startswith(f"{entry}/")), None)


@pytest.mark.parametrize("test", TESTS, ids=subject)
def test_a_test_module_is_named_after_what_it_tests(test: Path) -> None:
    """A name of another kind is listed with its reason, and only such a one is."""
    assert names_a_module(test) is (subject(test) not in ABOUT_MORE_THAN_A_MODULE)


def test_a_long_module_has_a_test_of_its_name_or_a_line_in_the_list() -> None:
    """A module that nobody tests is not found by looking at the tests."""
    assert [module for module in untested() if entry_of(module) is None] == []


def test_the_list_has_no_line_that_is_not_needed() -> None:
    """A module that has a test of its name by now leaves the list; what the list names exists."""
    needed = {entry_of(module) for module in untested()}

    assert [entry for entry in TESTED_ELSEWHERE if entry not in needed] == []
    assert [place for place in TESTED_ELSEWHERE.values() if not (ROOT / place).exists()] == []
