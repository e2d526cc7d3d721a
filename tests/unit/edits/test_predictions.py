"""The codes that findings predict: each is known to the table of codes, and each pairing says where it comes from."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pytest

import worker.edits
from tests.syntax import syntax_of
from worker.edits.catalogue import load_edits
from worker.edits.edit import AnyEdit
from worker.edits.predictions import STATED, why_predicted
from worker.pipeline.scrub import Pipeline
from worker.reference.tables.answer import Found
from worker.reference.tables.code_set_rows import CodeSet

EDITS = load_edits()
ON = date(2026, 3, 2)
CODE_SETS: Final[dict[str, CodeSet]] = {
    "carc": "carc",
    "rarc": "rarc",
    "category": "claim_status_category",
    "status": "claim_status",
}


def predicted() -> Iterator[tuple[str, str, str]]:
    """Yield file, keyword and code of each code that is written in a call of `predicts`, in a case of an edit too."""
    for file in sorted(Path(worker.edits.__path__[0]).rglob("*.py")):
        for node in ast.walk(syntax_of(file)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "predicts":
                for keyword in node.keywords:
                    for each in ast.walk(keyword.value):
                        if isinstance(each, ast.Constant) and isinstance(each.value, str) and keyword.arg in CODE_SETS:
                            yield file.name, keyword.arg, each.value


def test_every_code_that_is_predicted_is_in_force(pipeline: Pipeline) -> None:
    """The table holds the codes of X12's and CMS's lists that were active; a code that is not there is a slip."""
    codes = list(predicted())
    unknown = [
        (file, keyword, code)
        for file, keyword, code in codes
        if not isinstance(pipeline.snapshot.remark_code(CODE_SETS[keyword], code, ON), Found)
    ]

    assert len(codes) > len(EDITS)
    assert unknown == []


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.id)
def test_every_prediction_says_where_it_comes_from(edit: AnyEdit) -> None:
    """Either what a payer states, or the meaning of the codes, which is our reading of it."""
    why = why_predicted(edit.id)

    assert why
    assert (edit.id in STATED) is ("ours" not in why)


def test_what_payers_state_is_of_edits_that_there_are() -> None:
    """A row of an edit that is gone would be passed over."""
    assert STATED.keys() - {edit.id for edit in EDITS} == set()
