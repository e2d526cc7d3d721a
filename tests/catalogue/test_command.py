"""`python -m tests.catalogue` looks at what it was asked for, and never finds fault with nothing."""

import re

import pytest

from tests.catalogue.__main__ import main


@pytest.mark.parametrize("name", ["FMT-04", "total_off_by_a_cent"])
def test_one_error_is_looked_at_alone(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By its edit or by its own name."""
    assert main(["--mutations", "--claims", "2", "--only", name]) == 0

    assert "ok  FMT-04 total_off_by_a_cent: found 2 of 2\n1 known errors" in capsys.readouterr().out


def test_every_claim_is_counted_in_a_month(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of the months that the tables cover one by one, those of other months in one number."""
    main(["--claims", "80"])

    title, *rows = capsys.readouterr().out.partition("claims of each month ")[2].splitlines()
    said = re.fullmatch(r"from 2024-01 to 2026-12, (\d+) of others; the fewest (\d+), in .*:", title)
    assert said is not None
    others, fewest = said.groups()
    months = [int(count) for row in rows[:3] for count in row.split()[1:]]
    assert [row.split()[0] for row in rows[:3]] == ["2024", "2025", "2026"]
    assert (len(months), sum(months) + int(others), min(months)) == (36, 80, int(fewest))


@pytest.mark.parametrize("arguments", [[], ["--stories"]])
def test_each_portion_says_how_far_the_run_has_come(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last line names all that was asked for."""
    monkeypatch.setattr("tests.catalogue.__main__.PORTION", 20)

    main(["--claims", "40", *arguments])

    first, last = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"\d+ of 40 claims after \d+ s", first)
    assert re.fullmatch(r"\d+ of 40 claims after \d+ s", last)
    assert int(first.split()[0]) < int(last.split()[0])


@pytest.mark.parametrize("arguments", [["--mutations", "--only", "FMT-99"], ["--only", "FMT-04"]])
def test_a_choice_of_nothing_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown name would be a run that finds nothing wrong; so would a choice among valid claims."""
    with pytest.raises(SystemExit, match="2"):
        main(arguments)

    assert "error: " in capsys.readouterr().err
