"""A claim that repeats its codes is compared by the pair, and each line is reported once."""

from datetime import date

import orjson

from schemas.outcome import Outcome
from worker.pipeline.scrub import Pipeline
from worker.samples import synthetic
from worker.samples.synthetic import Json

DAY = "20240812"
BEFORE_THE_LIST = "20240630"


def _outcome(pipeline: Pipeline, lines: list[Json]) -> Outcome:
    outcome = pipeline.scrub(orjson.dumps(synthetic.claim(lines)), date(2024, 9, 1)).outcome
    assert outcome is not None
    return outcome


def test_pair_names_the_first_line_that_nothing_lifts(pipeline: Pipeline) -> None:
    """Of three lines of the other code one carries 59: the pair with the next one is flagged all the same."""
    lines = [
        synthetic.line("96413", on=DAY, modifiers=["59"]),
        synthetic.line("96413", on=DAY),
        synthetic.line("96413", on=DAY),
        synthetic.line("96372", on=DAY),
    ]

    found = [each for each in _outcome(pipeline, lines).findings if each.edit == "BND-01"]

    assert [(each.at.line, each.facts["column1Line"]) for each in found] == [(4, "2")]


def test_pair_is_not_flagged_where_all_lines_of_the_other_code_lift_it(pipeline: Pipeline) -> None:
    """59 on each of two lines of the other code lifts the pair, which is reported once."""
    lines = [synthetic.line("96413", on=DAY, modifiers=["59"])] * 2 + [synthetic.line("96372", on=DAY)]

    outcome = _outcome(pipeline, lines)

    assert "BND-01" not in {each.edit for each in outcome.findings}
    assert [each.line for each in outcome.coverage.bypassed if each.edit == "BND-01"] == [3]


def test_day_before_the_list_is_one_gap(pipeline: Pipeline) -> None:
    """However often the other code is on the claim, what is not known of the pair is one thing."""
    lines = [synthetic.line("96413", on=BEFORE_THE_LIST)] * 3 + [synthetic.line("96372", on=BEFORE_THE_LIST)]

    gaps = [each for each in _outcome(pipeline, lines).coverage.no_data if each.edit == "BND-01"]

    assert [(each.line, each.missing) for each in gaps] == [(4, "NCCI pairs before 2024-07-01")]
