"""The guides: what the model refuses, and what the shipped ones hold."""

from pathlib import Path
from typing import Any

import pytest

from schemas.documentation import REPORT_TYPE, Element
from worker.bootstrap import build_pipeline, default_config_directory
from worker.edits.catalogue import load_edits
from worker.edits.rules.checklist import DOCUMENT, IN_WORDS
from worker.errors import ConfigurationError
from worker.payers.guide import Evidence, Guide, RecordItem, guides_by_code
from worker.pipeline.scrub import Pipeline

DRUGS_WITH_A_CHECKLIST = {"J2353": "DOC-02", "J2357": "DOC-03", "J9022": "DOC-04", "J2323": "DOC-05", "J0897": "DOC-06"}
SOUND: dict[str, Any] = {"hcpcs": "J2353", "drug": "octreotide"}
INDICATIONS: dict[str, Any] = {"prefixes": ["E220"], "evidence": "label", "complete": False, "source": "the label"}


def test_a_guide_needs_no_more_than_code_and_drug() -> None:
    """A guide may hold diagnoses only, or a checklist only, or neither yet."""
    guide = Guide.model_validate(SOUND)

    assert guide.record == ()
    assert guide.indications is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"hcpcs": "j2353"},
        {"hcpcs": "J23530"},
        {"indication": INDICATIONS},
        {"indications": INDICATIONS | {"prefixes": []}},
        {"indications": INDICATIONS | {"evidence": "hearsay"}},
        {"indications": {key: value for key, value in INDICATIONS.items() if key != "complete"}},
        {"record": [{"element": "shoe-size", "why": "Nobody asks."}]},
        {"record": [{"element": "route"}]},
        {"record": [{"element": "route", "why": "It is asked.", "when_waste": True}]},
    ],
)
def test_a_guide_with_a_misspelt_or_missing_word_is_refused(wrong: dict[str, Any]) -> None:
    """An item that is not understood must not be passed over."""
    with pytest.raises(ValueError, match="validation error"):
        Guide.model_validate(SOUND | wrong)


def test_one_of_several_elements_satisfies_an_item() -> None:
    """The element comes first, then those that would do as well."""
    item = RecordItem(element=Element.PRIOR_THERAPY, or_else=(Element.CONTRAINDICATION,), why="It is asked.")

    assert item.accepted == (Element.PRIOR_THERAPY, Element.CONTRAINDICATION)


def test_every_shipped_guide_is_in_the_file_of_its_code(pipeline: Pipeline) -> None:
    """`explain J2353` and a reader look in the same place; a code of the same kind is under `also` there."""
    files = {file.stem for file in (default_config_directory() / "guides").glob("*.yaml")}

    assert files == {code for code, guide in pipeline.guides.items() if code not in guide.also}


def test_a_guide_holds_for_the_codes_of_its_kind() -> None:
    """Each has it under its own code."""
    guides = guides_by_code([Guide.model_validate(SOUND | {"also": ["J2354"]})])

    assert {code: guide.hcpcs for code, guide in guides.items()} == {"J2353": "J2353", "J2354": "J2354"}


def test_a_code_has_one_guide() -> None:
    """With two, one of them would be passed over in silence."""
    twice = [
        Guide.model_validate(SOUND),
        Guide.model_validate({"hcpcs": "J2354", "also": ["J2353"], "drug": "another"}),
    ]

    with pytest.raises(ConfigurationError, match="J2353 is in the guides of octreotide and another"):
        guides_by_code(twice)


def test_the_checklists_are_those_of_the_documentation_edits(pipeline: Pipeline) -> None:
    """A checklist that no edit reads would never be asked for."""
    checklists = {hcpcs: guide.checklist for hcpcs, guide in pipeline.guides.items() if guide.checklist}

    assert checklists == DRUGS_WITH_A_CHECKLIST
    assert set(checklists.values()) <= {edit.id for edit in load_edits()}


def test_the_shipped_checklists_say_why_and_from_where(pipeline: Pipeline) -> None:
    """A clerk is told why an element is asked for."""
    for hcpcs in DRUGS_WITH_A_CHECKLIST:
        guide = pipeline.guides[hcpcs]
        assert guide.record_source, hcpcs
        assert all(item.why.endswith(".") for item in guide.record), hcpcs


def test_the_shipped_diagnoses_are_prefixes_without_dot_that_exist(pipeline: Pipeline) -> None:
    """Each prefix stands for at least one code that is billable in the years we hold."""
    years = [codes for _, codes in pipeline.snapshot.tables.diagnoses.years]
    for hcpcs, guide in pipeline.guides.items():
        items = [prefix for item in guide.record for prefix in item.diagnoses]
        for prefix in (*(guide.indications.prefixes if guide.indications else ()), *items):
            assert any(code.startswith(prefix) for codes in years for code in codes), (hcpcs, prefix)


def test_no_shipped_list_of_diagnoses_may_reject(pipeline: Pipeline) -> None:
    """None of them is a coverage article's whole list, so DOC-01 only warns."""
    for guide in pipeline.guides.values():
        assert guide.indications is None or not (
            guide.indications.complete and guide.indications.evidence is Evidence.COVERAGE_ARTICLE
        )


def test_the_shipped_guides_are_of_codes_that_the_drug_table_knows(pipeline: Pipeline) -> None:
    """So are the codes that are mistaken for them."""
    known = set(pipeline.snapshot.tables.drugs.rows)
    for hcpcs, guide in pipeline.guides.items():
        assert {hcpcs, *guide.confusable} <= known, hcpcs


def test_every_element_has_words_and_every_report_type_a_document() -> None:
    """Whatever a guide asks for can be said to a clerk."""
    assert set(IN_WORDS) == set(Element)
    assert set(REPORT_TYPE.values()) <= set(DOCUMENT)


def test_off_and_no_are_words_in_the_configuration(tmp_path: Path) -> None:
    """YAML 1.1 reads them as false, which would turn `off:` and `documentation: off` into nonsense."""
    shipped = default_config_directory()
    for part in ("guides", "reference"):
        (tmp_path / part).symlink_to(shipped / part)
    (tmp_path / "payers").mkdir()
    (tmp_path / "payers" / "one.yaml").write_text(
        "name: one\ntitle: One\nmedicare: false\napplies_to: {otherwise: true}\ndocumentation: off\n"
        "edits: {WST-01: {off: {reason: no, owner: on}}}\n",
        "utf-8",
    )

    profile = build_pipeline(tmp_path).profiles.named("one")

    assert profile.documentation == "off"
    assert profile.edits["WST-01"].off is not None
    assert (profile.edits["WST-01"].off.reason, profile.edits["WST-01"].off.owner) == ("no", "on")
