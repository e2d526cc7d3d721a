"""Two configurations over the same claims: what differs, and that neither sees anything of the other."""

import argparse
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.catalogue.compare import inputs_of
from tests.unit.pipeline.test_comparison import mirrored
from worker.bootstrap import build_pipeline, shipped_config_directory
from worker.cli.compare.portion import ComparedClaim, CompareJob, GivenClaim, compare_portion
from worker.cli.compare.sides import ComparedConfiguration
from worker.cli.shared.claim_files import ClaimInput
from worker.pipeline.scrub import Pipeline

ASKED = argparse.Namespace(claims=100, errors=1, demo=200, mutants=100, seed=3)
STEPS = [pytest.param(1, id="all", marks=pytest.mark.whole), pytest.param(4, id="a fourth")]


@pytest.fixture(scope="module")
def catalogue() -> list[GivenClaim]:
    """Claims of every kind: valid ones, each known error, worked examples, X12, FHIR, and damaged ones."""
    given = [each for each in inputs_of(ASKED) if "value" in each]
    found = [
        (ClaimInput("catalogue", each["kind"], each["value"].encode("latin-1")), each["received"]) for each in given
    ]
    claims = [GivenClaim(claim, date.fromisoformat(day)) for claim, day in found]
    assert len(claims) > 700
    return claims


def over(job: CompareJob, claims: list[GivenClaim]) -> Iterator[ComparedClaim]:
    """What a comparison makes of claims, a portion at a time."""
    waiting = iter(claims)
    while portion := list(islice(waiting, 250)):
        yield from compare_portion(job, portion)


def test_a_configuration_does_not_differ_from_itself(catalogue: list[GivenClaim]) -> None:
    """On the whole catalogue, loaded twice."""
    job = CompareJob(ComparedConfiguration("shipped", None), ComparedConfiguration("again", shipped_config_directory()))
    assert job.before.load() is not job.after.load()
    compared = list(over(job, catalogue))

    assert len(compared) == len(catalogue)
    assert [each for each in compared if each.difference is not None] == []
    assert sum(each.letter is None for each in compared) > 600


@pytest.mark.parametrize("step", STEPS)
def test_the_other_way_round_is_the_mirror(catalogue: list[GivenClaim], candidate: Path, step: int) -> None:
    """Every flip of A to B is a flip of B to A, with what is new gone."""
    home, other = ComparedConfiguration("shipped", None), ComparedConfiguration("candidate", candidate)

    forth = list(over(CompareJob(home, other), catalogue[::step]))
    back = list(over(CompareJob(other, home), catalogue[::step]))

    assert any(each.difference and each.difference.is_flip for each in forth)
    assert [each.difference for each in back] == [mirrored(each.difference) for each in forth]
    assert [each.profiles[::-1] for each in back] == [each.profiles for each in forth]
    assert [each.charge for each in back] == [each.charge for each in forth]


@pytest.mark.parametrize("step", STEPS)
def test_configurations_beside_each_other_write_what_each_writes_alone(
    catalogue: list[GivenClaim], candidate: Path, step: int
) -> None:
    """In turns of any length, with tables, profiles and caches of their own: byte for byte."""
    claims = catalogue[::step]
    alone = {name: _alone(config, claims) for name, config in (("a", None), ("b", candidate))}
    pipelines = {"a": build_pipeline(), "b": build_pipeline(candidate)}
    beside: dict[str, list[bytes | None]] = {"a": [], "b": []}
    chance, done = Random(0), {"a": 0, "b": 0}
    while min(done.values()) < len(claims):
        name = chance.choice("ab")
        part = claims[done[name] : done[name] + chance.randint(1, 40)]
        beside[name] += _scrubbed(pipelines[name], part)
        done[name] += len(part)

    assert beside == alone
    assert alone["a"] != alone["b"]


def _alone(config: Path | None, claims: list[GivenClaim]) -> list[bytes | None]:
    return _scrubbed(build_pipeline(config), claims)


def _scrubbed(pipeline: Pipeline, claims: list[GivenClaim]) -> list[bytes | None]:
    return [each.message for each in pipeline.scrub_many([(one.found.value, one.received_on) for one in claims])]
