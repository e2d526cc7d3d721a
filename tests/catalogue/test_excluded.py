"""What an edit declares of where it has nothing to say is true: it is called there all the same."""

import argparse
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import orjson
import pytest

from tests.bench.patients import claims_of_patients
from tests.catalogue.compare import add_inputs, inputs_of
from tests.catalogue.excluded import left_out_called, scrub_given
from tests.catalogue.stories import Stories, tell
from tests.catalogue.supply import Supply
from tests.catalogue.valid_claims import ValidClaims
from worker.edits.edit import AnyEdit
from worker.edits.facts.traits import Trait
from worker.history.key import HistoryKey
from worker.history.memory import ClaimMemory
from worker.history.store import SqliteHistory
from worker.pipeline.remembering import scrub_in_order
from worker.pipeline.scrub import Pipeline
from worker.samples import synthetic
from worker.samples.claims import AS_OF


@pytest.mark.whole
def test_nothing_is_left_out_that_would_say_something(pipeline: Pipeline) -> None:
    """Over the cases of the edits, worked examples, X12 and FHIR, the demo, damaged, valid and broken claims."""
    parser = argparse.ArgumentParser()
    add_inputs(parser)
    few = parser.parse_args(["--claims", "200", "--errors", "1", "--demo", "300", "--mutants", "500"])

    with left_out_called() as said:
        for each in inputs_of(few):
            scrub_given(each, pipeline)

    assert said == []


def test_nothing_is_left_out_in_the_light_of_earlier_claims(pipeline: Pipeline) -> None:
    """Over stories of patients, each with a mistake, under a memory that reaches back to all of them."""
    stories = Stories(pipeline, ValidClaims(Supply(pipeline.snapshot), pipeline.guides))

    with left_out_called() as said:
        tell(stories, count(31), 150)

    assert said == []


@pytest.mark.parametrize("days", [0, 20, 200, 366, 400, 5000])
def test_nothing_is_left_out_whatever_the_memory_reaches_back_to(pipeline: Pipeline, days: int) -> None:
    """Claims of the demo and the synthetic one, of patients who come again, some of them sent twice."""
    key, day = HistoryKey(bytes(32), bytes(32)), AS_OF
    values = [*claims_of_patients(60, 6), *claims_of_patients(12, 6)]

    with left_out_called() as said, closing(SqliteHistory(None, key="k", since=day - timedelta(days=days))) as store:
        scrub_in_order(pipeline.remembering(key), [(each, day) for each in values], ClaimMemory(store))

    assert said == []


def _declared_otherwise(pipeline: Pipeline, edit: str, **declared: object) -> Pipeline:
    edits: list[AnyEdit] = [replace(each, **declared) if each.id == edit else each for each in pipeline.edits]  # type: ignore[arg-type]  # fields of an edit
    return Pipeline(
        edits=edits,
        profiles=pipeline.profiles,
        guides=pipeline.guides,
        snapshot=pipeline.snapshot,
        ruleset=pipeline.ruleset,
        clock=lambda: 0.0,
        max_bytes=1_000_000,
    )


@pytest.mark.parametrize(
    ("edit", "declared", "told"),
    [
        ("UNT-01", {"looks_for": Trait.STUDY}, "UNT-01 counts as passed"),
        ("UNT-01", {"looks_for": lambda *_: None}, "UNT-01 counts as not applying"),
        ("UNT-01", {"needs": Trait.STUDY}, "UNT-01 counts as not applying"),
        ("ADM-01", {"looks_for": Trait.STUDY}, "ADM-01 counts as passed"),
    ],
)
def test_a_wrong_declaration_is_noticed(pipeline: Pipeline, edit: str, declared: dict[str, object], told: str) -> None:
    """Of half a unit of a drug that nobody gives."""
    claim = synthetic.claim([synthetic.line("J1745", units="1.5", modifiers=["JZ"])], diagnoses=["M0579"])

    with left_out_called() as said:
        _declared_otherwise(pipeline, edit, **declared).scrub(orjson.dumps(claim), date(2026, 3, 20))

    assert [each for each in said if each.startswith(told)]
