"""What is said of options that do not fit: the member that is wrong, and what there is."""

import pytest

from worker.edits.authorization._approvals import Approvals
from worker.edits.dates.dat_05_filing_limit_near import FilingRisk
from worker.edits.edit import Options
from worker.pipeline.rules.option_flaws import flaw_of_options

APPROVAL = {"number": "PA1", "codes": ["J0897"], "first_day": "2026-01-01", "last_day": "2026-12-31"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"approvals": [APPROVAL]}, None),
        (
            {"approvals": [{"number": "PA1", "codes": ["J0897"], "from": "2026-01-01", "last_day": "2026-12-31"}]},
            "there is no option approvals[0].from; there are: number, codes, first_day, last_day, most_units",
        ),
        (
            {"approvals": [APPROVAL, {key: APPROVAL[key] for key in ("number", "codes", "first_day")}]},
            "option approvals[1].last_day is missing",
        ),
        ({"approvals": ["PA1"]}, "option approvals[0] is not a mapping"),
        ({"approvals": "PA1"}, "option approvals is not a list"),
        ({"approval": []}, "there is no option approval; there are: approvals"),
        (
            {"approvals": [APPROVAL | {"codes": ["j0897"]}]},
            "option approvals[0].codes[0] cannot be read (String should match pattern '^[A-Z0-9]{5}(-[A-Z0-9]{5})?$')",
        ),
    ],
)
def test_the_wrong_member_is_named(given: dict[str, object], told: str | None) -> None:
    """With its place in the list, counted from 0 as in a JSON path."""
    assert flaw_of_options(Approvals, given) == told


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        (None, {}, None),
        (None, {"codes": []}, "this edit has no options"),
        (FilingRisk, {"days_left": -1}, "option days_left cannot be read (Input should be greater than or equal to 0)"),
    ],
)
def test_options_of_other_kinds(kind: type[Options] | None, given: dict[str, object], told: str | None) -> None:
    """An edit without options, and a number out of range."""
    assert flaw_of_options(kind, given) == told
