"""Answers are joined with the claim that they are about, and with no other; findings get the result that follows."""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

import orjson
import pytest

from tests.unit.learning.sent import AUT_01, WST_01, outcome
from tests.unit.x12.responses.files import HEAD_277CA, NPI, file_277ca, file_835, file_999, remittance
from worker.learning.document import document_of, over_profiles, read_precision
from worker.learning.joining import NotJoined
from worker.learning.learner import EditKey, Learned, Learner
from worker.learning.sent import NotAnOutcomeError, sent_claim
from worker.x12.responses.read import read_responses

WST = EditKey("medicare-part-b", "WST-01")


def claim(
    first: Sequence[str] = ("CAS*CO*45*80",),
    paid: str = "120",
    *,
    clp: str = "CLP*SYN-1*1*300*{total}**MB*PAYER-1*11*1",
    service: str = "HC:J0490:JZ",
    number: str = "REF*6R*L1",
) -> list[str]:
    """A claim on an 835 of two lines, of which the second one is paid in full."""
    return [
        clp.format(total=int(paid) + 100),
        "NM1*QC*1*SYNTHETIC*PERSON****MI*SYNMEMBER1",
        *(f"SVC*{service}*200*{paid}", "DTM*472*20260302", *(each for each in first if each.startswith("CAS"))),
        *([number] if number else []),
        *(each for each in first if each.startswith("LQ")),
        *("SVC*HC:96365*100*100", "DTM*472*20260302", "REF*6R*L2"),
    ]


PAID = claim()
DENIED = claim(("CAS*CO*16*200", "LQ*HE*N822"), "0")
DENIED_OTHERWISE = claim(("CAS*CO*50*200",), "0")
CUT = claim(("CAS*CO*16*50", "CAS*CO*45*30", "LQ*HE*N822"))
OF_PATIENT = claim(("CAS*PR*1*200",), "0")
TAKEN_BACK = [
    "CLP*SYN-1*22*-300*-100**MB*PAYER-1*11*1",
    "NM1*QC*1*SYNTHETIC*PERSON****MI*SYNMEMBER1",
    *("SVC*HC:J0490:JZ*-200*0", "DTM*472*20260302", "CAS*CO*16*-200", "REF*6R*L1"),
    *("SVC*HC:96365*-100*-100", "DTM*472*20260302", "REF*6R*L2"),
]


def file(*claims: Sequence[str], on: str = "20260410", trace: str = "SYNTRACE1", npi: str = NPI) -> str:
    """An 835 with these claims."""
    return file_835(remittance(claims, "0", on=on, trace=trace)).replace(f"XX*{NPI}", f"XX*{npi}")


def learn(outcomes: Iterable[bytes], *answers: str) -> Learned:
    """What is learned."""
    learner = Learner()
    for answer in answers:
        for each in read_responses(io.BytesIO(answer.encode())):
            learner.add_answer(each)
    for value in outcomes:
        learner.add_outcome(value)
    return learner.learned()


def results(learned: Learned, key: EditKey = WST) -> dict[str, int]:
    """How the findings of an edit ended."""
    return {result.value: count for result, count in learned.edits[key].results.items() if count}


@pytest.mark.parametrize(
    ("answer", "result", "denied"),
    [
        (DENIED, "confirmed as predicted", "200"),
        (DENIED_OTHERWISE, "confirmed otherwise", "200"),
        (CUT, "confirmed as predicted", "50"),
        (claim(("CAS*CO*16*200",), "0"), "confirmed otherwise", "200"),
        (claim(("CAS*CO*16*200", "LQ*HE*M76"), "0"), "confirmed otherwise", "200"),
        (PAID, "paid all the same", "0"),
        (OF_PATIENT, "paid all the same", "0"),
        (claim(("CAS*CO*16*50", "CAS*CO*45*30")), "paid all the same", "0"),
    ],
    ids=[
        "denied",
        "for another reason",
        "cut",
        "no remark",
        "another remark",
        "paid",
        "patient owes it",
        "cut no RARC",
    ],
)
def test_a_finding_of_a_line_gets_the_result_of_its_line(answer: list[str], result: str, denied: str) -> None:
    """A predicted CARC counts with a predicted RARC where there are any."""
    learned = learn([outcome(WST_01)], file(answer))

    assert results(learned) == {result: 1}
    assert learned.edits[WST].denied == Decimal(denied)
    assert learned.edits[WST].days == Counter({37: 1})


def test_another_line_says_nothing_of_a_finding() -> None:
    """The line of the finding is paid, the other one is denied."""
    answer = [*claim(paid="200", first=())[:-3], "SVC*HC:96365*100*0", "DTM*472*20260302", "CAS*CO*16*100", "REF*6R*L2"]
    answer[0] = answer[0].replace("*300*300*", "*300*200*")

    learned = learn([outcome(WST_01)], file(answer))

    assert results(learned) == {"paid all the same": 1}
    assert learned.counts["denialsWithoutFinding"] == 1
    assert learned.denied_without_finding == Decimal(100)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (claim(("CAS*CO*197*200",), "0"), "confirmed as predicted"),
        (DENIED, "paid all the same"),
        (PAID, "paid all the same"),
        (
            [
                "CLP*SYN-1*4*300*0**MB*PAYER-1*11*1",
                "CAS*CO*50*300",
                "NM1*QC*1*SYNTHETIC*PERSON****MI*SYNMEMBER1",
            ],
            "confirmed otherwise",
        ),
    ],
    ids=["a line as predicted", "a line otherwise", "paid", "all of it"],
)
def test_a_finding_of_the_claim_gets_the_result_of_the_claim(answer: list[str], result: str) -> None:
    """One line of several that is refused for another reason says nothing of the claim as a whole."""
    learned = learn([outcome(AUT_01)], file(answer))

    assert results(learned, EditKey("medicare-part-b", "AUT-01")) == {result: 1}


def test_a_denial_that_is_taken_back_and_paid_is_recovered() -> None:
    """The finding was right; what was paid at last is counted beside what was refused."""
    later = file(TAKEN_BACK, PAID, on="20260501", trace="SYNTRACE2")

    learned = learn([outcome(WST_01)], later, file(DENIED))

    assert results(learned) == {"confirmed as predicted": 1}
    assert (learned.edits[WST].denied, learned.edits[WST].recovered) == (Decimal(200), Decimal(120))
    assert (learned.counts["reversals"], learned.counts["reversalsOfUnknownPayments"]) == (1, 0)
    assert learned.paid == Decimal(220)


def test_a_payment_that_is_taken_back_alone_decides_nothing() -> None:
    """Nobody knows yet what comes of it; a reversal of what was never seen is counted."""
    taken_back = learn([outcome(WST_01)], file(DENIED_OTHERWISE), file(TAKEN_BACK, on="20260501"))
    alone = learn([outcome(WST_01)], file(TAKEN_BACK))

    assert results(taken_back) == {"confirmed otherwise": 1}
    assert results(alone) == {"undecided": 1}
    assert alone.edits[WST].at_risk == Decimal(200)
    assert alone.counts["reversalsOfUnknownPayments"] == 1


def test_a_file_that_is_read_twice_says_nothing_twice() -> None:
    """Counted, and left alone."""
    learned = learn([outcome(WST_01)], file(DENIED), file(DENIED))

    assert results(learned) == {"confirmed as predicted": 1}
    assert (learned.counts["answersTwice"], learned.denied) == (1, Decimal(200))


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ([outcome(WST_01, number="SYN-2")], NotJoined.UNKNOWN),
        ([outcome(WST_01, npi="1999999992")], NotJoined.CONTRADICTED),
        ([outcome(WST_01, services=(("L1", "J0490:JZ", "201"), ("L2", "96365", "100")))], NotJoined.CONTRADICTED),
        ([outcome(WST_01), outcome(outcome_id="2", services=(("L1", "J0490:JZ", "200"), ("L3", "96365", "100")))],
         NotJoined.AMBIGUOUS),
    ],
    ids=["another number", "another provider", "another amount", "two claims"],
)  # fmt: skip
def test_an_answer_that_fits_no_claim_or_two_is_counted(made: list[bytes], reason: NotJoined) -> None:
    """No finding gets a result from it."""
    answer = claim(number="")
    learned = learn(made, file(answer[:-1]))

    assert learned.counts[f"{reason}Answers"] == 1
    assert learned.counts["joinedAnswers"] == 0
    assert results(learned) == {"unanswered": 1}


def test_a_claim_of_another_day_is_another_claim() -> None:
    """The days of service of the answer are not those of the claim."""
    answer = [each.replace("20260302", "20260303") for each in DENIED]

    assert learn([outcome(WST_01)], file(answer)).counts["contradictedAnswers"] == 1


def test_the_lines_tell_a_corrected_claim_from_the_one_before() -> None:
    """Both have the number, the provider, the amount and the day; only one has the modifier that was decided on."""
    before = outcome(WST_01, services=(("L1", "J0490", "200"), ("L2", "96365", "100")))
    corrected = outcome(outcome_id="2", received_on="2026-03-05")

    learned = learn([before, corrected], file(PAID))

    assert learned.counts["joinedAnswers"] == 1
    assert results(learned) == {"unanswered": 1}


def test_a_claim_that_was_judged_twice_is_one_claim() -> None:
    """The later verdict counts, whichever is read first; one that supersedes another counts before it."""
    early, late = outcome(WST_01), outcome(outcome_id="2", received_on="2026-03-06")
    superseding = outcome(outcome_id="3", supersedes="outcome-1", services=(("L1", "J0490:JZ", "200"),))

    for made in ([early, late], [late, early], [early, superseding]):
        learned = learn(made, file(DENIED))

        assert learned.counts["judgedAgain"] == 1
        assert results(learned) == {}


def test_an_unanswered_claim_that_was_judged_twice_is_counted_once() -> None:
    """Its charge is at risk once."""
    learned = learn([outcome(WST_01), outcome(WST_01, outcome_id="2")], file(DENIED).replace("SYN-1", "SYN-9"))

    assert results(learned) == {"unanswered": 1}
    assert learned.edits[WST].at_risk == Decimal(200)


def test_lines_that_fit_two_are_not_guessed() -> None:
    """Two like lines without control numbers: the denial of one is a denial of a line that nobody knows."""
    services = (("", "J0490:JZ", "100"), ("", "J0490:JZ", "100"))
    answer = [
        "CLP*SYN-1*1*200*100**MB*PAYER-1*11*1",
        "NM1*QC*1*SYNTHETIC*PERSON****MI*SYNMEMBER1",
        *("SVC*HC:J0490:JZ*100*0", "DTM*472*20260302", "CAS*CO*16*100", "LQ*HE*N822"),
        *("SVC*HC:J0490:JZ*100*100", "DTM*472*20260302"),
    ]

    learned = learn([outcome(WST_01, services=services)], file(answer))

    assert results(learned) == {"undecided": 1}
    assert (learned.counts["linesNotJoined"], learned.counts["denialsOfUnknownLines"]) == (2, 1)


@pytest.mark.parametrize(
    ("status", "result"),
    [("A6:453", "confirmed as predicted"), ("A7:453", "confirmed otherwise"), ("A2:20", "undecided")],
)
def test_a_277ca_confirms_by_its_status(status: str, result: str) -> None:
    """A rejection with the predicted category and code, or with others; what is accepted is not decided."""
    answer = (
        *HEAD_277CA,
        "HL*4*3*PT",
        "NM1*QC*1*SYNTHETIC*PERSON****MI*SYNMEMBER1",
        "TRN*2*SYN-1",
        f"STC*{status}*20260306*U*300",
        "DTP*472*D8*20260302",
    )

    assert results(learn([outcome(WST_01)], file_277ca(answer))) == {result: 1}


def test_a_999_that_names_the_claim_confirms_it() -> None:
    """The transaction was refused for errors in the claim."""
    answer = ("AK1*HC*7", "AK2*837*0001", "IK3*SV1*22*2400*8", "CTX*CLM01:SYN-1", "IK5*R*5", "AK9*R*1*1*0")

    learned = learn([outcome(WST_01)], file_999(answer))

    assert results(learned) == {"confirmed otherwise": 1}
    assert learned.counts["refusedTransactions"] == 1


def test_denials_without_a_finding_are_listed_by_payer_code_and_reason() -> None:
    """The costliest first; of claims there is nothing else."""
    learned = learn([outcome()], file(DENIED))

    assert document_of(learned)["denials"] == [
        {
            "payer": "MEDICARE-B",
            "profile": "medicare-part-b",
            "source": "835",
            "code": "J0490",
            "reasons": "16",
            "remarks": "N822",
            "statuses": "",
            "denials": 1,
            "denied": "200.00",
        }
    ]


@pytest.mark.parametrize("text", ["SYNTHETIC PATIENT", "J04 PATIENT", "'=1+1"])
def test_what_is_no_code_is_not_written(text: str) -> None:
    """A name in the place of a code stays out of what is written."""
    services = (("L1", text, "200"), ("L2", "96365", "100"))

    learned = learn([outcome(services=services)], file(claim(("CAS*CO*16*200",), "0", service=f"HC:{text}")))

    assert document_of(learned)["denials"][0]["code"] == "not a code"


def test_the_precision_of_a_document_is_read_again() -> None:
    """By profile and edit, and over all profiles."""
    other = outcome(WST_01, number="SYN-2", versions={"profile": "commercial"}, outcome_id="2")
    learned = learn([outcome(WST_01), other], file(DENIED, [each.replace("SYN-1", "SYN-2") for each in PAID]))

    found = read_precision(orjson.dumps(document_of(learned)))

    assert found[WST].precision == 1.0
    assert found[EditKey("commercial", "WST-01")].precision == 0.0
    assert over_profiles(list(found.values())).precision == 0.5
    assert over_profiles(list(found.values())).denied == Decimal(200)


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b'{"outcomeId": "SYNTHETIC PATIENT"}', outcome()[:-9], b"\xff"])
def test_what_is_no_outcome_is_refused_without_a_word_of_it(value: bytes) -> None:
    """The error names a member at most."""
    with pytest.raises(NotAnOutcomeError) as error:
        sent_claim(value)

    assert "PATIENT" not in str(error.value)


def test_what_is_kept_of_a_claim_is_what_answers_name() -> None:
    """Numbers, amounts, days and services; no name and no member."""
    kept = sent_claim(outcome(WST_01))

    assert (kept.control_number, kept.npi, kept.charge, kept.begin) == ("SYN-1", NPI, Decimal(300), date(2026, 3, 2))
    assert "PATIENT" not in repr(kept)
    assert "1EG4TE5MK73" not in repr(kept)
