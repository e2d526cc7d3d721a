"""The claims of the demo are the same each time, and wrong in the ways that they say."""

from itertools import islice

import pytest

from schemas.outcome import Severity
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF, GARBLED, SampleMessage, demo_claims
from worker.samples.drugs import DRUGS, MISTAKEN
from worker.samples.mistakes import FLAWS

COUNT = 2000
CLAIMS = tuple(demo_claims(COUNT))


def _described(planted: SampleMessage) -> str:
    return f"{planted.flaw or 'sound'}-{planted.expected or 'no-claim'}"


def test_the_same_seed_gives_the_same_bytes() -> None:
    """A demo can be repeated, and a shorter one is the beginning of a longer one."""
    assert tuple(demo_claims(500)) == CLAIMS[:500]
    assert tuple(islice(demo_claims(500, seed=1), 100)) != CLAIMS[:100]


def test_about_half_are_sound_and_one_in_a_hundred_is_no_claim() -> None:
    """The mix is the one that the help text promises."""
    sound = sum(planted.flaw is None for planted in CLAIMS)
    garbled = sum(planted.expected is None for planted in CLAIMS)

    assert 0.45 * COUNT <= sound <= 0.55 * COUNT
    assert garbled == COUNT // 100


def test_every_drug_and_every_flaw_takes_part() -> None:
    """The codes of the articles, those they are mistaken for, and every planted flaw."""
    text = b"\n".join(planted.value for planted in CLAIMS)

    assert [drug.code for drug in DRUGS if drug.code.encode() not in text] == []
    assert {code for code, *_ in MISTAKEN} <= {drug.code for drug in DRUGS}
    assert {planted.flaw for planted in CLAIMS} == {None, *(flaw.edit for flaw in FLAWS), *GARBLED}


@pytest.mark.parametrize("kind", sorted({_described(planted) for planted in CLAIMS}))
def test_the_pipeline_agrees_with_what_was_planted(kind: str, pipeline: Pipeline) -> None:
    """Each claim goes where it was meant to go, for the flaw that was planted."""
    differing = set()
    for planted in CLAIMS:
        if _described(planted) != kind:
            continue
        scrubbed = pipeline.scrub(planted.value, AS_OF)
        disposition = scrubbed.outcome.disposition.value if scrubbed.outcome else None
        if scrubbed.dead_letter:
            found = [scrubbed.dead_letter.reason.value]
        else:
            found = [finding.edit for finding in scrubbed.outcome.findings] if scrubbed.outcome else []
        is_found = planted.flaw is None or any(edit.startswith(planted.flaw) for edit in found)
        if disposition != planted.expected or not is_found:
            differing.add((disposition, tuple(found)))

    assert differing == set()


def test_no_sound_claim_is_held_back(pipeline: Pipeline) -> None:
    """A sound claim meets warnings at most."""
    held = {
        (finding.edit, finding.message)
        for planted in CLAIMS
        if planted.flaw is None
        for finding in (pipeline.scrub(planted.value, AS_OF).outcome or pytest.fail("no outcome")).findings
        if finding.severity is not Severity.WARN
    }

    assert held == set()
