"""What a verdict rests on follows from the days of the claim and the tables that such claims are held to."""

import json
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from schemas.outcome import BasisLevel, Disposition, Outcome, Severity
from worker.pipeline.scrub import Pipeline
from worker.samples.synthetic import claim, line

MONTHS = [date(year, month, 15) for year in (2024, 2025, 2026) for month in range(1, 13)][:-1]


def scrubbed(pipeline: Pipeline, on: date, *lines: Mapping[str, Any], **changes: Any) -> Outcome:
    """The outcome of a claim for services of one day, received ten days later."""
    dated = [dict(each) | {"serviceDate": f"{on:%Y%m%d}"} for each in lines]
    outcome = pipeline.scrub(json.dumps(claim(dated, **changes)).encode(), on + timedelta(days=10)).outcome
    assert outcome is not None
    return outcome


@pytest.mark.parametrize("on", MONTHS, ids=lambda day: f"{day:%Y-%m}")
def test_a_sound_claim_of_each_month_goes_out_and_says_what_it_rests_on(pipeline: Pipeline, on: date) -> None:
    """Four vials of infliximab in the office: nothing holds it; the limit of a day is what months lack."""
    outcome = scrubbed(pipeline, on, line("J1745", units=40, modifiers=["JZ"]), line("96413"))

    expected = {
        (2024, range(1, 7)): (BasisLevel.PARTIAL, ("mue", "place_of_service")),
        (2024, range(7, 10)): (BasisLevel.FULL, ()),
        (2024, range(10, 13)): (BasisLevel.CARRIED, ()),
        (2025, range(1, 10)): (BasisLevel.CARRIED, ()),
        (2025, range(10, 13)): (BasisLevel.PARTIAL, ("mue",)),
        (2026, range(1, 4)): (BasisLevel.PARTIAL, ("mue",)),
        (2026, range(4, 13)): (BasisLevel.CARRIED, ()),
    }
    (told,) = [basis for (year, months), basis in expected.items() if on.year == year and on.month in months]
    assert outcome.disposition is Disposition.SCRUBBED, outcome.findings
    assert (outcome.basis.level, outcome.basis.missing) == told


@pytest.mark.parametrize("on", MONTHS, ids=lambda day: f"{day:%Y-%m}")
def test_no_month_lets_the_newcomer_s_claim_pass_in_silence(pipeline: Pipeline, on: date) -> None:
    """A diagnosis that does not exist, another drug's NDC and a thousandfold dose: rejected, and the rest is told."""
    lines = (line("J1745", units=40000, modifiers=["JZ"], ndc="50242004062"), line("96413"))

    outcome = scrubbed(pipeline, on, *lines, diagnoses=["Q9Z9"])

    worst = {finding.edit: finding.severity for finding in reversed(outcome.findings)}
    assert outcome.disposition is Disposition.REJECTED
    assert worst["DX-01"] is Severity.REJECT
    assert worst["NDC-06"] is (Severity.REJECT if on < date(2026, 4, 1) else Severity.WARN)
    assert ("UNT-03" in worst) == ("mue" not in outcome.basis.missing)


def test_a_claim_without_drugs_is_held_to_fewer_tables(pipeline: Pipeline) -> None:
    """No limit of a drug and no container is asked for."""
    assert scrubbed(pipeline, date(2025, 11, 1), line("99213")).basis.level is BasisLevel.FULL


def test_a_claim_over_two_quarters_rests_on_the_worse_of_them(pipeline: Pipeline) -> None:
    """The edition that is further away is named."""
    first, last = date(2026, 9, 30), date(2026, 10, monthrange(2026, 10)[1])
    lines = [line("J1745", units=40, modifiers=["JZ"]) | {"serviceDate": f"{on:%Y%m%d}"} for on in (first, last)]

    outcome = pipeline.scrub(json.dumps(claim(lines)).encode(), date(2026, 11, 10)).outcome

    assert outcome is not None
    told = {each.edition: each.age_days for each in outcome.basis.carried}
    assert told == {"containers@2026q1": (last - date(2026, 3, 31)).days, "mue@2026q3": 31}


def test_a_drug_code_before_its_first_publication_is_told(pipeline: Pipeline) -> None:
    """Whether it was in force is not known, so that the verdict is not whole."""
    outcome = scrubbed(pipeline, date(2025, 6, 30), line("J0166", units=3), line("96372"))

    assert "drugs" in outcome.basis.missing
    assert "HCP-01" in outcome.coverage.unverified
