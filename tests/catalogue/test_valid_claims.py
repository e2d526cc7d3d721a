"""No valid claim is held, whatever the drug, the day, the payer and the place."""

from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalogue.draft import ClaimTraits
from tests.catalogue.scrubbing import outcome_of, scrub_all
from tests.catalogue.supply import Supply
from tests.catalogue.valid_claims import ValidClaims
from worker.pipeline.scrub import Pipeline

SAMPLES = [pytest.param(1500, id="1,500 claims", marks=pytest.mark.whole), pytest.param(500, id="500 claims")]
"""The larger one has more than there are drug codes, each of which leads a claim before any leads a second one."""


@pytest.mark.parametrize("claims", SAMPLES)
def test_a_sample_of_valid_claims_is_scrubbed(pipeline: Pipeline, valid_claims: ValidClaims, claims: int) -> None:
    """No edit rejects, pends or fails on a claim that is right by the published rules."""
    account = scrub_all(pipeline, valid_claims.many(claims))

    assert dict(account.dispositions) == {"scrubbed": claims}, account.examples
    assert dict(account.errors) == {}


def test_an_amount_told_of_the_whole_claim_holds_no_drug(pipeline: Pipeline, valid_claims: ValidClaims) -> None:
    """A record that names no lines is not held to lack what it tells, though nobody knows of which drug it tells it."""
    wanted = ClaimTraits(codes=tuple(valid_claims.guides), documented=True)
    claims = [valid_claims.make(Random(seed), wanted) for seed in range(200)]
    shared = [made for made in claims if len({given.code for given in made.drugs}) > 1]
    assert len(shared) > 50

    for made in shared:
        record = [entry | {"providerControlNumber": None} for entry in made.document["documentation"]]
        outcome = outcome_of(pipeline, made, made.document | {"documentation": record})

        assert outcome.disposition.value == "scrubbed", outcome.findings


def test_the_sample_holds_every_drug_code(valid_claims: ValidClaims) -> None:
    """Each code leads a claim before any of them leads a second one."""
    supply = valid_claims.supply

    led = [made.drugs[0].code for made in valid_claims.many(len(supply.codes), seed=1)]

    assert sorted(supply.codes) == sorted(led)


def test_the_claims_are_as_manifold_as_real_ones(valid_claims: ValidClaims) -> None:
    """The sample has all years, many places and payers, and claims of one line as of fifty."""
    sample = list(valid_claims.many(2000, seed=3))
    lines = {len(made.document["claimInformation"]["serviceLines"]) for made in sample}

    assert set(range(2017, 2027)) <= {given.on.year for made in sample for given in made.drugs}
    assert {1, 50} <= lines
    assert {"12", "13", "85"} <= {
        made.document["claimInformation"]["placeOfServiceCode"] for made in sample if "attending" in made.document
    }
    assert max(lines) == 50
    assert len({made.place for made in sample}) > 25
    assert {True, False} == {made.payer.medicare_rules for made in sample}
    assert {True, False} == {"documentation" in made.document for made in sample}
    assert any(given.waste_line for made in sample for given in made.drugs)
    assert any(given.dose.attests for made in sample for given in made.drugs)
    assert min(given.on for made in sample for given in made.drugs) < date(2017, 1, 1)


def test_the_same_seed_gives_the_same_claim(valid_claims: ValidClaims) -> None:
    """A claim that is found wrong can be made again."""
    first, second = (valid_claims.make(Random(7)) for _ in range(2))

    assert first == second


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_seed_gives_a_claim_that_is_scrubbed(
    pipeline: Pipeline, valid_claims: ValidClaims, data: st.DataObject
) -> None:
    """The claims are a strategy for other properties, too."""
    made = data.draw(valid_claims.strategy())

    assert outcome_of(pipeline, made).disposition.value == "scrubbed"


def test_every_code_is_in_force_on_its_day(valid_claims: ValidClaims) -> None:
    """The generator's own promise about dates, by the drugs table."""
    supply: Supply = valid_claims.supply

    wrong = [
        (given.code, given.on)
        for made in valid_claims.many(500, seed=3)
        for given in made.drugs
        if not supply.in_force(given.code, given.on)
    ]

    assert wrong == []
