"""What must hold for every input, however odd."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.outcome import Disposition, Outcome, Severity
from tests.inputs.malformed import sound
from worker.pipeline.scrub import Pipeline, ScrubResult
from worker.samples import synthetic

RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)
EXAMPLES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "0", "-1", "20260230", "JW", "JZ", "J2357", "96372", "99999", "1E400", "M0579", "N4", "\u0000", "G35"]
    )
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(document: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # any JSON
    """Every path to a value in the document."""
    members: list[tuple[Any, Any]] = []
    if isinstance(document, dict):
        members = list(document.items())
    elif isinstance(document, list):
        members = list(enumerate(document))
    return [path for key, value in members for path in ((*before, key), *places(value, (*before, key)))]


PLACES = places(sound() | {"documentation": [synthetic.element("dose-administered", "400", "mg", 1)]})


@st.composite
def broken_claims(draw: Callable[..., Any]) -> bytes:
    """A sound claim with one to four values replaced by anything."""
    document: Any = sound() | {"documentation": [synthetic.element("dose-administered", "400", "mg", 1)]}
    for _ in range(draw(st.integers(1, 4))):
        *steps, last = draw(st.sampled_from(PLACES))
        place = document
        try:
            for step in steps:
                place = place[step]
            place[last] = draw(json_values)
        except (TypeError, KeyError, IndexError):
            continue  # an earlier replacement took this place away
    return json.dumps(document).encode()


def account(scrubbed: ScrubResult) -> None:
    """Exactly one of an outcome and a dead letter, and the outcome agrees with itself."""
    assert (scrubbed.outcome is None) != (scrubbed.dead_letter is None)
    if (outcome := scrubbed.outcome) is None:
        return
    assert outcome.coverage.errors == ()
    severities = {finding.severity for finding in outcome.findings}
    expected = Disposition.SCRUBBED
    if Severity.REJECT in severities:
        expected = Disposition.REJECTED
    elif Severity.PEND in severities:
        expected = Disposition.PENDED
    assert expected is outcome.disposition
    assert {finding.edit for finding in outcome.findings} <= set(outcome.coverage.failed)


@EXAMPLES
@given(value=st.binary(max_size=400))
def test_any_bytes_end_in_exactly_one_place(pipeline: Pipeline, value: bytes) -> None:
    """No bytes make the pipeline raise."""
    account(pipeline.scrub(value, RECEIVED))


@EXAMPLES
@given(value=broken_claims())
def test_a_broken_claim_ends_in_exactly_one_place(pipeline: Pipeline, value: bytes) -> None:
    """No value in any place makes the pipeline or one of its edits raise."""
    account(pipeline.scrub(value, RECEIVED))


@EXAMPLES
@given(value=broken_claims())
def test_the_outcome_message_holds_the_claim_as_it_came(pipeline: Pipeline, value: bytes) -> None:
    """The message is one line of JSON that reads as an Outcome and carries the claim unchanged."""
    scrubbed = pipeline.scrub(value, RECEIVED)
    if scrubbed.message is None:
        return

    assert b"\n" not in scrubbed.message
    read = json.loads(scrubbed.message)
    assert json.loads(value) == read["claim"]
    assert scrubbed.outcome is not None
    # Readers pass over what they do not know; we write nothing that we do not declare.
    assert Outcome.model_validate(read, extra="forbid").outcome_id == scrubbed.outcome.outcome_id


@EXAMPLES
@given(value=broken_claims(), seed=st.integers(0, 1000))
def test_two_spellings_of_one_claim_have_one_id(pipeline: Pipeline, value: bytes, seed: int) -> None:
    """Order of keys and blanks between tokens do not make another claim."""
    first = pipeline.scrub(value, RECEIVED)
    second = pipeline.scrub(json.dumps(_shuffled(json.loads(value), random.Random(seed)), indent=2).encode(), RECEIVED)

    assert (first.outcome is None) == (second.outcome is None)
    if first.outcome and second.outcome:
        assert first.outcome == second.outcome


def _shuffled(value: Any, chance: random.Random) -> Any:  # any JSON
    if isinstance(value, dict):
        items = [(key, _shuffled(member, chance)) for key, member in value.items()]
        chance.shuffle(items)
        return dict(items)
    return [_shuffled(member, chance) for member in value] if isinstance(value, list) else value


@EXAMPLES
@given(cents=st.lists(st.integers(0, 10**9), min_size=2, max_size=8))
def test_charges_that_add_up_to_the_cent_are_balanced(pipeline: Pipeline, cents: list[int]) -> None:
    """Money is added exactly, whatever its digits; one cent more is unbalanced."""
    charges = [Decimal(amount) / 100 for amount in cents]
    lines = [synthetic.line("99213", charge=f"{charge:.2f}") for charge in charges]
    balanced = synthetic.claim(lines, total=f"{sum(charges):.2f}")
    cent_more = synthetic.claim(lines, total=f"{sum(charges) + Decimal('0.01'):.2f}")

    outcomes = [pipeline.scrub(json.dumps(made).encode(), RECEIVED).outcome for made in (balanced, cent_more)]

    assert [outcome is not None and "FMT-04" in outcome.coverage.failed for outcome in outcomes] == [False, True]


def test_another_process_with_another_hash_seed_writes_the_same_bytes(pipeline: Pipeline) -> None:
    """The message depends on the claim, the tables and the day alone."""
    document = synthetic.claim(
        [synthetic.line("J2356", units=30, modifiers=["JN", "26"], description="omalizumab"), synthetic.line("99213")],
        diagnoses=["G35"],
        record=[],
    )
    program = (
        "import json, sys; from datetime import date; from worker.bootstrap import build_pipeline;"
        "scrubbed = build_pipeline().scrub(sys.stdin.buffer.read(), date.fromisoformat(sys.argv[1]));"
        "sys.stdout.buffer.write(scrubbed.message)"
    )
    value = json.dumps(document).encode()

    others = [
        subprocess.run(
            [sys.executable, "-c", program, synthetic.RECEIVED_ON],
            input=value,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert [pipeline.scrub(value, RECEIVED).message] * 2 == others
