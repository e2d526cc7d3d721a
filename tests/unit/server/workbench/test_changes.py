"""What is written into boxes changes the claim there, and nowhere else."""

import orjson
import pytest

from worker.pipeline.fixes import patch
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF
from worker.samples.drugs import OCTREOTIDE
from worker.samples.synthetic import SERVICE_DATE, claim, line
from worker.server.workbench.changes import offered, with_boxes
from worker.server.workbench.filled import filled

SERVICE = "claimInformation.serviceLines.0.professionalService"


def test_boxes_as_they_are_change_nothing() -> None:
    """Byte for byte, numbers in their digits."""
    value = orjson.dumps(claim([line("J9050", units=3, modifiers=("JZ",), ndc="00000000001")]))
    value = value.replace(b'"30.00"', b"30.00")
    document = patch.read(value)
    written = {field.path: field.text for box in filled(document, ()).boxes() for field in box.fields}

    assert patch.write(with_boxes(document, written)) == value


@pytest.mark.parametrize(
    ("path", "text", "steps", "expected"),
    [
        (f"{SERVICE}.procedureCode", " J1745 ", ("procedureCode",), "J1745"),
        (f"{SERVICE}.procedureModifiers", "JW  RT", ("procedureModifiers",), ["JW", "RT"]),
        (f"{SERVICE}.procedureModifiers", "", ("procedureModifiers",), None),
        (f"{SERVICE}.compositeDiagnosisCodePointers.diagnosisCodePointers", "1 2",
         ("compositeDiagnosisCodePointers", "diagnosisCodePointers"), ["1", "2"]),
        (f"{SERVICE}.description", "x" * 201, ("description",), None),
        ("claimInformation.serviceLines.7.professionalService.procedureCode", "J1745", ("procedureCode",), "J9050"),
        ("__proto__.x", "J1745", ("procedureCode",), "J9050"),
    ],
)  # fmt: skip
def test_a_box_changes_its_member(path: str, text: str, steps: tuple[str, ...], expected: object) -> None:
    """A list is written with blanks; what is empty is left out; what is nowhere, too long or no path is not written."""
    found = with_boxes(claim([line("J9050", modifiers=("JZ",))]), {path: text})
    found = found["claimInformation"]["serviceLines"][0]["professionalService"]
    for step in steps:
        found = found.get(step) if isinstance(found, dict) else None

    assert found == expected


def test_members_that_lack_are_made() -> None:
    """With the objects that they are in; the claim that was given stays as it is."""
    document = claim([line("J9050")])
    path = "claimInformation.claimSupplementalInformation.priorAuthorizationNumber"
    changed = with_boxes(document, {path: "A1"})

    assert changed["claimInformation"]["claimSupplementalInformation"] == {"priorAuthorizationNumber": "A1"}
    assert "claimSupplementalInformation" not in document["claimInformation"]


def test_corrections_are_offered_as_differences(pipeline: Pipeline) -> None:
    """Those that fit the claim."""
    document = claim(OCTREOTIDE.lines(SERVICE_DATE), diagnoses=OCTREOTIDE.diagnoses, record=OCTREOTIDE.record())
    del document["claimInformation"]["serviceLines"][0]["professionalService"]["procedureModifiers"]
    outcome = pipeline.scrub(orjson.dumps(document), AS_OF).outcome
    assert outcome is not None
    (fix,) = offered(document, outcome.findings)

    assert fix.is_safe
    assert any(kind == "added" and '"JZ"' in text for kind, text in fix.lines)
    assert offered({}, outcome.findings) == ()
