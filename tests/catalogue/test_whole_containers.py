"""Whole containers billed rightly are never flagged, and containers billed as units are found."""

import pytest

from tests.catalogue.whole_containers import main, measure
from worker.pipeline.scrub import Pipeline

EVERY = 120


def test_containers_and_units_are_told_apart(pipeline: Pipeline) -> None:
    """A share of the packages; `python -m tests.catalogue.whole_containers` bills all of them."""
    account = measure(pipeline, every=EVERY)

    assert account.right == account.wrong > 1000
    assert account.can_be_told > account.wrong / 2
    assert account.is_sound, f"{account}: {account.examples}"


def test_help_bills_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Who asks how it is used waits for no packages."""
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])

    assert "--every" in capsys.readouterr().out


def test_processes_count_the_same_as_one(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    """The editions that processes share are added up."""
    ended = main(["--every", "1500", "--processes", "2"])

    assert (ended, capsys.readouterr().out) == (0, f"{measure(pipeline, every=1500)}\n")
