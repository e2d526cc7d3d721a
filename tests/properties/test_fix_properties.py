"""What must hold for every safe correction: its finding is gone, nothing else came, and the patch says it all."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.part import without_nulls
from tests.properties.test_pipeline_properties import broken_claims
from tests.unit.pipeline.claim_members import members_of
from worker.pipeline.fixes.fixes import make_fixes, new_findings
from worker.pipeline.fixes.patch import apply
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.known_members import PUBLISHED
from worker.samples.synthetic import RECEIVED_ON, claim, element, line

RECEIVED = date.fromisoformat(RECEIVED_ON)
EXAMPLES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Code, milligrams of a unit, units in a package, and the NDC of that package as it is printed.
DRUGS = (("J1745", 10, 10, "57894-030-01"), ("J2357", 5, 30, "50242-040-62"))
NEEDLESS = ("26", "TC", "JG", "JZ", "KX")


@st.composite
def correctable_claims(draw: Callable[..., Any]) -> dict[str, Any]:
    """A claim for whole containers of a drug, with flaws for which there are safe corrections."""
    code, unit, content, ndc = draw(st.sampled_from(DRUGS))
    packages = draw(st.integers(1, 12))
    units = packages * content
    drug = line(
        code,
        units=units,
        modifiers=draw(st.lists(st.sampled_from(NEEDLESS), max_size=4, unique=True)),
        charge="4000.00",
        ndc=draw(st.sampled_from([None, ndc])),
        ndc_units=str(packages),
    )
    record = [
        element("dose-administered", str(units * unit), "mg", 1),
        draw(
            st.sampled_from(
                [element("amount-discarded", "0", "mg", 1), element("containers-opened", str(units * unit), "mg", 1)]
            )
        ),
    ]
    diagnoses = draw(st.sampled_from([["M0579"], ["M05.79"], ["M0579", "L40.50"]]))
    return claim([drug, line("96413")], diagnoses=diagnoses, record=draw(st.sampled_from([None, record])))


@EXAMPLES
@given(document=correctable_claims())
def test_a_safe_correction_removes_its_finding_and_adds_none(pipeline: Pipeline, document: dict[str, Any]) -> None:
    """Whatever else is wrong with the claim."""
    value = json.dumps(document).encode()
    before = pipeline.scrub(value, RECEIVED).outcome
    assert before is not None

    made = make_fixes(value, before.findings)
    after = pipeline.scrub(made.value, RECEIVED).outcome

    assert after is not None
    assert made.skipped == ()
    assert new_findings(before.findings, after.findings) == ()
    assert len(after.findings) <= len(before.findings) - len(made.findings)
    assert json.loads(made.value) == apply(document, made.patch)


@EXAMPLES
@given(value=broken_claims())
def test_no_claim_makes_a_correction_raise(pipeline: Pipeline, value: bytes) -> None:
    """A correction that does not fit is skipped, and what is made can be read as a claim again."""
    outcome = pipeline.scrub(value, RECEIVED).outcome
    if outcome is None:
        return

    made = make_fixes(value, outcome.findings, unsafe=True)

    assert pipeline.scrub(made.value, RECEIVED).outcome is not None


def with_nulls(part: Any, names: Iterator[str]) -> Any:
    """A part with null members: each of its own parts has some that it would not have otherwise."""
    if isinstance(part, list):
        return [with_nulls(entry, names) for entry in part]
    if not isinstance(part, dict):
        return part
    nulls = {name: None for name in islice(names, 2) if name not in part}
    return nulls | {name: with_nulls(member, names) for name, member in part.items()}


@EXAMPLES
@given(document=correctable_claims(), seed=st.randoms(use_true_random=False))
def test_null_members_change_no_finding_and_no_correction(
    pipeline: Pipeline, document: dict[str, Any], seed: Random
) -> None:
    """What is null is absent, to the edits and to what corrects a claim."""
    names = sorted({name for member in members_of(PUBLISHED) for name in member} | {"nobodyReadsThis"})
    odd = with_nulls(document, iter(lambda: seed.choice(names), None))
    plain, nulls = (pipeline.scrub(json.dumps(each).encode(), RECEIVED).outcome for each in (document, odd))
    assert plain is not None
    assert nulls is not None

    made = make_fixes(json.dumps(odd).encode(), nulls.findings)
    expected = make_fixes(json.dumps(document).encode(), plain.findings)

    assert (nulls.findings, nulls.not_read) == (plain.findings, None)
    assert [finding.edit for finding in made.findings] == [finding.edit for finding in expected.findings]
    assert without_nulls(json.loads(made.value)) == json.loads(expected.value)
