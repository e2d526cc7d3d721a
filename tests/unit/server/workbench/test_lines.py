"""Lines and diagnoses that are added to a claim are where they belong, and nothing else changes."""

import copy
from typing import Any

import pytest

from worker.samples.institutional import as_bill
from worker.samples.synthetic import claim, line
from worker.server.workbench.changes import with_boxes
from worker.server.workbench.filled import filled
from worker.server.workbench.lines import is_of_lines, next_diagnosis, with_lines

CLAIM = claim([line("J9050", units=3), line("96413", on="20260303")], diagnoses=("C719", "D330"))


def lines_of(document: Any) -> list[Any]:  # any JSON
    """The lines of a claim."""
    found: list[Any] = document["claimInformation"]["serviceLines"]
    return found


def test_a_line_is_added_at_the_end_on_the_day_of_the_last_one() -> None:
    """Of the kind of the others; the claim that was given stays as it is."""
    before = copy.deepcopy(CLAIM)
    added = with_lines(CLAIM, "line-add")
    bill = with_lines(as_bill(CLAIM, "131"), "line-add")

    assert lines_of(added.document)[:2] == lines_of(CLAIM)
    assert lines_of(added.document)[2]["serviceDate"] == "20260303"
    assert "professionalService" in lines_of(added.document)[2]
    assert "institutionalService" in lines_of(bill.document)[2]
    assert added.said == "Line 3 was added: fill in its boxes and scrub again. The total charge is as it was."
    assert before == CLAIM


def test_a_copy_follows_its_line_without_its_name() -> None:
    """So that what the record says of the one is not said of the other."""
    copied = with_lines(CLAIM, "line-copy-0")
    first, second, third = lines_of(copied.document)

    assert (first, third) == tuple(lines_of(CLAIM))
    assert second == {name: value for name, value in first.items() if name != "providerControlNumber"}
    assert copied.said.startswith("Line 2 is a copy of line 1")


def test_a_line_is_removed_unless_it_is_the_only_one() -> None:
    """Which is said."""
    removed = with_lines(CLAIM, "line-remove-0")
    only = with_lines(removed.document, "line-remove-0")

    assert lines_of(removed.document) == lines_of(CLAIM)[1:]
    assert (only.document, only.said) == (removed.document, "A claim has at least one line; it was not removed.")


@pytest.mark.parametrize("asked", ["line-copy-2", "line-remove-2", "line-copy-999", "line-remove--1", "line-", "add"])
def test_a_line_that_is_not_there_is_left_alone(asked: str) -> None:
    """As is whatever no button asks for."""
    assert with_lines(CLAIM, asked).document == CLAIM


@pytest.mark.parametrize("document", [{}, {"claimInformation": 3}, [], None, "x"])
def test_what_is_no_claim_has_no_lines(document: Any) -> None:  # any JSON
    """It is said, and stays as it is."""
    assert with_lines(document, "line-add").document == document


def test_a_claim_without_lines_gets_one_and_999_are_enough() -> None:
    """Both sides of the boundary."""
    none = with_lines({"claimInformation": {}}, "line-add").document
    many = {"claimInformation": {"serviceLines": [line("J9050")] * 998}}
    full = with_lines(many, "line-copy-0").document

    assert len(lines_of(none)) == 1
    assert len(lines_of(full)) == 999
    assert with_lines(full, "line-add").document == full
    assert with_lines(full, "line-copy-0").said == "A claim has at most 999 lines."


@pytest.mark.parametrize("asked", ["line-add", "line-copy-0", "line-copy-12", "line-remove-998"])
def test_buttons_of_lines_are_known(asked: str) -> None:
    """And nothing else is."""
    assert is_of_lines(asked)
    assert not is_of_lines(f"{asked}x")
    assert not is_of_lines(asked.removeprefix("line-"))


def test_one_more_diagnosis_is_written_behind_the_last() -> None:
    """With its qualifier; the first is the principal one."""
    third = with_boxes(CLAIM, {next_diagnosis(CLAIM, is_bill=False): " G35 "})
    empty = claim([line("J9050")], diagnoses=())
    first = with_boxes(empty, {next_diagnosis(empty, is_bill=False): "G35"})
    bill = as_bill(claim([line("J9050")], diagnoses=("C719",)), "131")
    other = with_boxes(bill, {next_diagnosis(bill, is_bill=True): "D330"})
    another = with_boxes(other, {next_diagnosis(other, is_bill=True): "G35"})

    assert third["claimInformation"]["healthCareCodeInformation"][2:] == [
        {"diagnosisTypeCode": "ABF", "diagnosisCode": "G35"}
    ]
    assert first["claimInformation"]["healthCareCodeInformation"] == [
        {"diagnosisTypeCode": "ABK", "diagnosisCode": "G35"}
    ]
    assert other["claimInformation"]["otherDiagnosisInformationList"] == [
        [{"qualifierCode": "ABF", "otherDiagnosisCode": "D330"}]
    ]
    assert another == as_bill(claim([line("J9050")], diagnoses=("C719", "D330", "G35")), "131")


@pytest.mark.parametrize("place", [3, 12, 99])
def test_no_diagnosis_is_written_with_a_gap_before_it(place: int) -> None:
    """Only the next one is."""
    path = f"claimInformation.healthCareCodeInformation.{place}.diagnosisCode"

    assert with_boxes(CLAIM, {path: "G35"}) == CLAIM


def test_the_form_offers_one_more_diagnosis_up_to_twelve() -> None:
    """Box 21 has the letters A to L."""
    for count, offered in ((2, 3), (11, 12), (12, 12)):
        document = claim([line("J9050")], diagnoses=["C719"] * count)
        box = next(each for each in filled(document, ()).top if each.layout.number == "21")
        assert len(box.fields) == offered


def test_values_of_the_record_can_be_changed() -> None:
    """Each in its place, whichever elements beside it cannot be shown."""
    document = CLAIM | {"documentation": [3, {"element": "dose-administered", "value": "30", "unit": "mg"}]}
    (element,) = filled(document, ()).elements
    changed = with_boxes(document, {element.value.path: "60", element.unit.path: "mg"})

    assert (element.name, element.value.text) == ("dose-administered", "30")
    assert changed["documentation"] == [3, {"element": "dose-administered", "value": "60", "unit": "mg"}]
