"""A claim as its form: what is in which box, and where findings are."""

from itertools import islice
from typing import Any

import orjson
import pytest

from schemas.outcome import Finding
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF, demo_claims
from worker.samples.institutional import as_bill
from worker.samples.synthetic import claim, line
from worker.server.workbench.filled import FilledForm, filled


def form_of(pipeline: Pipeline, document: dict[str, Any]) -> tuple[FilledForm, tuple[Finding, ...]]:
    """A claim on its form, and its findings."""
    outcome = pipeline.scrub(orjson.dumps(document), AS_OF).outcome
    assert outcome is not None
    return filled(document, outcome.findings), outcome.findings


def test_every_finding_of_demo_claims_is_in_one_box_of_its_form(pipeline: Pipeline) -> None:
    """On the box that the finding names, where it names one; claims of both kinds, each box with an id of its own."""
    sent = [orjson.loads(each.value) for each in islice(demo_claims(800), 800) if each.expected is not None]
    seen = 0
    for document in [*sent, *(as_bill(each, "131") for each in sent[:200])]:
        form, findings = form_of(pipeline, document)
        boxes = list(form.boxes())
        placed = [(box, found) for box in boxes for found in box.findings]

        assert len({box.ident for box in boxes}) == len(boxes)
        assert sorted(found.edit for _, found in placed) == sorted(each.edit for each in findings)
        if form.name == "CMS-1500":
            odd = [(box.layout.number, found.at) for box, found in placed if not _fits(box.layout.number, found)]
            assert odd == []
        seen += len(placed)
    assert seen > 400


def _fits(number: str, found: Finding) -> bool:
    """Whether a box is the one that a finding names; a place of the whole line, or of no box, may be any."""
    named = found.at.cms1500_box
    return named in (None, number, "24") or (named or "").rstrip("ab") == number.rstrip("ab") or number == "record"


def test_boxes_show_what_the_claim_holds(pipeline: Pipeline) -> None:
    """Modifiers and pointers in one text each, diagnoses by their letters, nothing for what lacks."""
    document = claim([line("J9050", units=3, modifiers=("JZ", "RT"), pointers=("1", "2"))], diagnoses=("C719", "D330"))
    form, _ = form_of(pipeline, document)
    texts = {field.path.rpartition(".")[2]: field.text for box in form.boxes() for field in box.fields}
    diagnoses = next(box for box in form.top if box.layout.number == "21")

    assert texts["procedureModifiers"] == "JZ RT"
    assert texts["diagnosisCodePointers"] == "1 2"
    assert texts["nationalDrugCode"] == ""
    assert [(each.label, each.text) for each in diagnoses.fields] == [
        ("diagnosis A", "C719"),
        ("diagnosis B", "D330"),
        ("one more diagnosis, C", ""),
    ]


def test_a_bill_of_a_facility_is_on_the_ub04(pipeline: Pipeline) -> None:
    """With its type of bill and revenue codes."""
    form, _ = form_of(pipeline, as_bill(claim([line("J9050")], diagnoses=("C719", "D330")), "131"))
    texts = {box.layout.number: [field.text for field in box.fields] for box in form.boxes()}

    assert form.name == "UB-04"
    assert texts["4"] == ["13", "1"]
    assert texts["67"] == ["C719", "D330", ""]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"claimInformation": {}},
        {"claimInformation": {"serviceLines": [{}]}},
        {
            "claimInformation": {
                "serviceLines": [{"institutionalService": {"a": 1}}],
                "otherDiagnosisInformationList": 3,
            }
        },
        {"documentation": 3},
    ],
)
def test_a_claim_with_holes_has_a_form(document: dict[str, Any]) -> None:
    """Its boxes are empty."""
    assert {field.text for box in filled(document, ()).boxes() for field in box.fields} == {""}


def test_many_lines_are_cut(pipeline: Pipeline) -> None:
    """And counted; a finding on one of those is shown all the same."""
    document = claim([line("J9050", modifiers=("JW", "JZ")) for _ in range(70)])
    form, findings = form_of(pipeline, document)

    assert (len(form.lines), form.more_lines) == (60, 10)
    assert sum(len(box.findings) for box in form.boxes()) == len(findings)
