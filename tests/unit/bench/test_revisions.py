"""This tree is measured beside an earlier revision."""

import json
from pathlib import Path

import pytest

from tests.bench import at_revision
from tests.bench.revisions import ROOT, checked_out, compared, measured
from worker.reference.tables.snapshot import Snapshot


def test_the_ratio_is_that_of_each_round() -> None:
    """A slow minute touches both of a round; a figure that only one of them has is left out."""
    before = [{"start": 1.0, "gone": 1.0}, {"start": 10.0, "gone": 1.0}, {"start": 2.0, "gone": 1.0}]
    after = [{"start": 2.0, "new": 1.0}, {"start": 20.0, "new": 1.0}, {"start": 3.0, "new": 1.0}]

    assert compared(before, after) == [("start", 2.0, 3.0, 2.0)]


def test_a_revision_that_is_not_known_is_told(tmp_path: Path) -> None:
    """With what git says of it."""
    with pytest.raises(SystemExit, match="no-such-revision: not a revision with worker, schemas, config"):
        checked_out("no-such-revision", tmp_path)


def test_another_tree_than_the_one_to_be_measured_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder lets the installed package run in its place."""
    child = tmp_path / "child.py"
    child.write_text(f"print({json.dumps({'tree': str(ROOT / 'worker' / 'bootstrap.py'), 'figures': {}})!r})")
    monkeypatch.setattr("tests.bench.revisions.CHILD", child)
    (tmp_path / "empty").mkdir()

    assert measured(ROOT, tmp_path / "cache") == {}
    with pytest.raises(RuntimeError, match="ran in place of"):
        measured(tmp_path / "empty", tmp_path / "cache")


def test_a_tree_that_cannot_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what it wrote."""
    child = tmp_path / "child.py"
    child.write_text("raise SystemExit('no tables')")
    monkeypatch.setattr("tests.bench.revisions.CHILD", child)

    with pytest.raises(RuntimeError, match="no tables"):
        measured(ROOT, tmp_path / "cache")


@pytest.mark.parametrize("name", at_revision.QUESTIONS)
def test_every_question_is_one_that_the_tables_answer_today(snapshot: Snapshot, name: str) -> None:
    """On a day that they cover: a miss would be another measurement."""
    answer = getattr(snapshot, name)(*at_revision.QUESTIONS[name])

    assert answer
    assert type(answer).__name__ in {"Found", "tuple", "frozenset"}
