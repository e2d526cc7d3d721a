"""What the guides say besides record and diagnoses: intervals, administrations, earlier therapy."""

import pytest

from worker.payers.guide import Evidence, Guide
from worker.pipeline.scrub import Pipeline

SIMILAR = ("J2354", "J1932", "J2182", "J2786", "J9271", "J9357", "J2357", "J0490", "J0897", "J3110", "J3489")
WITH_INTERVAL = ("J0897", "J1930", "J1932", "J2323", "J2329", "J2353", "J2356", "J2357", "J3397", "J9353")


@pytest.mark.parametrize("hcpcs", SIMILAR)
def test_each_code_that_is_easily_confused_has_a_guide(pipeline: Pipeline, hcpcs: str) -> None:
    """It names the codes that it is mistaken for."""
    assert pipeline.guides[hcpcs].confusable


@pytest.mark.parametrize("hcpcs", WITH_INTERVAL)
def test_an_interval_that_was_read_says_where(pipeline: Pipeline, hcpcs: str) -> None:
    """Only such an interval may ever reject."""
    interval = pipeline.guides[hcpcs].interval

    assert interval is not None
    assert interval.evidence is not Evidence.UNVERIFIED
    assert interval.source


def test_what_was_not_read_says_so(pipeline: Pipeline) -> None:
    """A fact from memory names no publication."""
    for guide in pipeline.guides.values():
        for part in (guide.interval, guide.administration, guide.step_therapy, guide.indications):
            if part and part.evidence is Evidence.UNVERIFIED:
                assert "read" in part.source, guide.hcpcs


@pytest.mark.parametrize(
    "wrong",
    [
        {"interval": {"days": 0, "evidence": "label", "source": "the label"}},
        {"interval": {"days": 28, "evidence": "label"}},
        {"administration": {"codes": [], "evidence": "label", "source": "the label"}},
        {"administration": {"codes": ["9641"], "evidence": "label", "source": "the label"}},
        {"step_therapy": {"tried_first": [], "evidence": "label", "source": "the label"}},
    ],
)
def test_a_fact_without_value_or_source_is_refused(wrong: dict[str, object]) -> None:
    """An interval of no days or a code of four digits is a slip."""
    with pytest.raises(ValueError, match="validation error"):
        Guide.model_validate({"hcpcs": "J2353", "drug": "octreotide"} | wrong)
