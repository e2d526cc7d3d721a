"""What is learned from the answers of a payer that decides by stated rules is what that payer decided."""

import io
from datetime import date
from decimal import Decimal

import pytest

from schemas.outcome import Outcome
from tests.catalogue.payer import SyntheticPayer, Truth
from worker.bootstrap import build_pipeline
from worker.learning.document import denial_rows, document_of
from worker.learning.learner import Learned, Learner
from worker.samples.claims import AS_OF, demo_claims
from worker.x12.responses.read import read_responses

CLAIMS = 1_000
ON = date(2026, 4, 15)


@pytest.fixture(scope="module")
def outcomes() -> list[bytes]:
    """The outcomes of claims of the demo, as they are published."""
    pipeline = build_pipeline()
    results = [pipeline.scrub(each.value, AS_OF) for each in demo_claims(CLAIMS)]
    return [result.message for result in results if result.message is not None]


def learn(outcomes: list[bytes], *answers: str) -> Learned:
    """What is learned of outcomes from answers."""
    learner = Learner()
    for answer in answers:
        for each in read_responses(io.BytesIO(answer.encode())):
            learner.add_answer(each)
    for outcome in outcomes:
        learner.add_outcome(outcome)
    return learner.learned()


@pytest.fixture(scope="module")
def simulated(outcomes: list[bytes]) -> tuple[Learned, Truth]:
    """What is learned, and what the payer decided."""
    payer = SyntheticPayer(seed=20260415, npi=Outcome.read(outcomes[0]).claim["billing"]["npi"])
    for value in outcomes:
        payer.take(Outcome.read(value))
    return learn(outcomes, payer.remittances(ON), payer.acknowledgment(ON)), payer.truth


def test_every_result_of_every_edit_is_the_payers(simulated: tuple[Learned, Truth]) -> None:
    """Confirmed as predicted, confirmed otherwise, paid all the same, unanswered: each to the last finding."""
    learned, truth = simulated

    found = {
        (key.profile, key.edit): {k.value: n for k, n in t.results.items() if n} for key, t in learned.edits.items()
    }

    assert found == {key: dict(results) for key, results in truth.results.items()}
    assert len(found) > 30
    assert sum(tally.confirmed for tally in learned.edits.values()) > 100


def test_the_precision_of_every_edit_is_the_payers(simulated: tuple[Learned, Truth]) -> None:
    """It is the share of findings that the payer confirmed among those that it decided."""
    learned, truth = simulated
    for key, tally in learned.edits.items():
        results = truth.results[key.profile, key.edit]
        confirmed = results["confirmed as predicted"] + results["confirmed otherwise"]
        decided = confirmed + results["paid all the same"]

        assert tally.precision == (confirmed / decided if decided else None)


def test_the_dollars_of_every_edit_are_the_payers(simulated: tuple[Learned, Truth]) -> None:
    """What was refused, and what of it was paid after it had been taken back."""
    learned, truth = simulated

    denied = {(key.profile, key.edit): tally.denied for key, tally in learned.edits.items() if tally.denied}
    recovered = {(key.profile, key.edit): tally.recovered for key, tally in learned.edits.items() if tally.recovered}

    assert denied == {key: amount for key, amount in truth.denied.items() if amount}
    assert recovered == {key: amount for key, amount in truth.recovered.items() if amount}
    assert sum(recovered.values(), Decimal(0)) > 0


def test_denials_that_nothing_foretold_are_the_payers(simulated: tuple[Learned, Truth]) -> None:
    """By code, with the reason and the remark that the payer gave."""
    learned, truth = simulated
    by_code: dict[str, int] = {}
    for key, tally in learned.denials.items():
        by_code[key.code] = by_code.get(key.code, 0) + tally.count

    assert by_code == dict(truth.unforetold)
    assert {(key.reasons, key.remarks) for key in learned.denials if key.source == "835"} == {("197", "N210")}


def test_every_answer_is_joined(simulated: tuple[Learned, Truth]) -> None:
    """None is left over, and each payment that is taken back is known."""
    learned, truth = simulated
    counts = learned.counts

    assert counts["answeredClaims"] == truth.answered
    assert counts["joinedAnswers"] == counts["remittedClaims"] + counts["acknowledgedClaims"]
    assert (counts["reversals"], counts["reversalsOfUnknownPayments"]) == (truth.reversals, 0)
    assert (counts["flaws"], counts["remittancesOutOfBalance"], counts["linesNotJoined"]) == (0, 0, 0)


def test_nothing_of_a_claim_is_in_what_is_written(simulated: tuple[Learned, Truth], outcomes: list[bytes]) -> None:
    """No control number, member, name, day or outcome id of any claim is in the document."""
    learned, _ = simulated
    text = repr(document_of(learned)) + repr(list(denial_rows(learned)))
    for value in outcomes:
        outcome = Outcome.read(value)
        subscriber = outcome.claim.get("subscriber", {})
        number = outcome.claim["claimInformation"].get("patientControlNumber") or "none"
        for token in (outcome.outcome_id, number, subscriber.get("memberId"), subscriber.get("dateOfBirth")):
            assert not token or str(token) not in text
