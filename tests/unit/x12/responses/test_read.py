"""Payers' answers are read as their guides write them, as a stream, and nothing that is uncertain is given out."""

import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TypeVar

import pytest

from tests.unit.x12.files import FILES
from tests.unit.x12.pyx12_check import objections
from tests.unit.x12.responses.files import (
    DENIED,
    FULL_277CA,
    FULL_835,
    FULL_999,
    NPI,
    OF_CLAIM,
    PAID,
    file_835,
    remittance,
)
from worker.x12.read.events import SegmentFlaw
from worker.x12.responses.read import read_responses, remedy_of
from worker.x12.responses.records import (
    AcknowledgedClaim,
    AcknowledgedTransaction,
    Adjustment,
    BilledService,
    ProviderAdjustment,
    RemittanceRead,
    RemittedClaim,
    ResponseRead,
    Status,
)

Kind = TypeVar("Kind")


def read(text: str) -> list[ResponseRead]:
    """All that is read of a file."""
    return list(read_responses(io.BytesIO(text.encode())))


def of_kind(reads: Iterable[object], kind: type[Kind]) -> list[Kind]:
    """Those of one kind."""
    return [each for each in reads if isinstance(each, kind)]


def flaws(text: str) -> list[SegmentFlaw]:
    """What is wrong in a file, but for what was read all the same."""
    return [each for each in of_kind(read(text), SegmentFlaw) if not each.is_passed_over]


@pytest.mark.parametrize("text", [FULL_835, FULL_277CA, FULL_999], ids=["835", "277CA", "999"])
def test_a_sound_file_has_no_flaw(text: str) -> None:
    """Else the damage of other tests would not be what is found."""
    assert of_kind(read(text), SegmentFlaw) == []


@pytest.mark.parametrize("text", [FULL_835, FULL_277CA], ids=["835", "277CA"])
def test_pyx12_has_no_objection_either(text: str) -> None:
    """The files of the tests are what the guides mean, by another reader as well."""
    assert objections(text) == []


def test_a_remitted_claim_is_read_with_its_lines() -> None:
    """CLP, CAS, MOA, REF and DTM of the claim; SVC, CAS, REF*6R, LQ and DTM of each line."""
    claim = of_kind(read(FULL_835), RemittedClaim)[0]

    assert (claim.control_number, claim.status, claim.charge, claim.paid) == ("SYN-1", "1", Decimal(300), Decimal(210))
    assert (claim.payer_control_number, claim.original_reference) == ("PAYER-1", "PAYER-0")
    assert (claim.remarks, claim.rendering_npi) == (("MA01", "N130"), "1999999992")
    assert (claim.begin, claim.received_on) == (date(2026, 3, 2), date(2026, 3, 5))
    assert [line.control_number for line in claim.lines] == ["L1", "L2"]
    first, second = claim.lines
    assert first.service == BilledService("HC", "J0490", ("JZ",))
    assert first.submitted == BilledService("HC", "J0491")
    assert first.remarks == ("N822", "M76")
    assert first.adjustments == (
        Adjustment("CO", "45", Decimal(20)),
        Adjustment("CO", "144", Decimal(10)),
        Adjustment("PR", "1", Decimal(10)),
        Adjustment("PR", "2", Decimal(5)),
        Adjustment("PR", "3", Decimal(5)),
    )
    assert (second.begin, second.end) == (date(2026, 3, 2), date(2026, 3, 3))


def test_six_reasons_of_one_cas_are_read() -> None:
    """A CAS has room for six; they are of the claim where no SVC comes before them."""
    claim = of_kind(read(FULL_835), RemittedClaim)[2]

    assert [(each.group, each.reason) for each in claim.adjustments] == [
        ("CO", "45"),
        *(("PR", f"{reason}") for reason in range(1, 7)),
    ]


def test_the_header_is_that_of_each_claim() -> None:
    """Payer, payee, trace and day are the transaction's."""
    first, last = of_kind(read(FULL_835), RemittedClaim)[::4]

    assert (first.remittance.payer, first.remittance.payee_npi) == ("SYNPAYER1", NPI)
    assert (first.remittance.trace, first.remittance.day) == ("SYNTRACE1", date(2026, 4, 10))
    assert (last.remittance.trace, last.remittance.day) == ("SYNTRACE2", date(2026, 4, 20))


def test_a_reversal_has_its_own_amounts() -> None:
    """CLP02 is 22, and its amounts are negative."""
    (reversal,) = [each for each in of_kind(read(FULL_835), RemittedClaim) if each.is_reversal]

    assert (reversal.charge, reversal.paid) == (Decimal(-300), Decimal(-210))


def test_provider_adjustments_are_part_of_the_balance() -> None:
    """BPR02 is the sum of what claims are paid, less what a PLB keeps."""
    ends = of_kind(read(FULL_835), RemittanceRead)

    assert ends[0].adjustments == (
        ProviderAdjustment("WO", "SYNREF", Decimal(40)),
        ProviderAdjustment("L6", "", Decimal("-2.5")),
    )
    assert [end.is_balanced for end in ends] == [True, True]


@pytest.mark.parametrize(
    ("segment", "wrong", "reason"),
    [
        ("CAS*CO*16*500", "CAS*CO*16*499.99", "Line 1 does not balance"),
        ("SVC*HC:J2357*500*0**90", "SVC*HC:J2357*500*1**90", "Line 1 does not balance"),
        ("CLP*SYN-2*4*500*0**MB*PAYER-2*11*1", "CLP*SYN-2*4*500*1**MB*PAYER-2*11*1", "The claim does not balance"),
        ("CLP*SYN-2*4*500*0**MB*PAYER-2*11*1", "CLP*SYN-2*4*5OO*0**MB*PAYER-2*11*1", "CLP03 is not an amount"),
        ("CLP*SYN-2*4*500*0**MB*PAYER-2*11*1", "CLP**4*500*0**MB*PAYER-2*11*1", "CLP does not say which claim"),
        ("SVC*HC:J2357*500*0**90", "SVC*HC:J2357**0**90", "SVC02 has no amount"),
        ("CAS*CO*16*500", "CAS*CO**500", "CAS has an amount without its reason"),
        ("NM1*QC*1*SYNTHETIC*OTHER****MI*SYNMEMBER2", "NM1*IL*1*SYNTHETIC*OTHER****MI*SYNMEMBER2", "which patient"),
        ("LQ*HE*N822", "LQ*HE*N8\a22", "control character"),
    ],
)
def test_a_claim_that_is_not_certain_is_refused_alone(segment: str, wrong: str, reason: str) -> None:
    """It is said by its segment with a remedy; the other claims are read, and the payment is said not to balance."""
    sound = file_835(remittance((PAID, DENIED, OF_CLAIM), "260"))
    before, _, after = sound.partition("CLP*SYN-2")
    text = f"{before}{(_ + after).replace(segment, wrong, 1)}"

    reads = read(text)

    assert [each.control_number for each in of_kind(reads, RemittedClaim)] == ["SYN-1", "SYN-3"]
    (flaw,) = flaws(text)
    assert reason in flaw.reason
    assert text.split("~")[flaw.segment - 1].strip()[:3] in {"CLP", "NM1", "LQ*", "PER", "DTM"}
    assert "ask the payer to send it again" in remedy_of(flaw)
    assert [end.is_balanced for end in of_kind(reads, RemittanceRead)] == [False]


@pytest.mark.parametrize(("paid", "is_balanced"), [("260", True), ("259.99", False), ("", False), ("x", False)])
def test_a_payment_that_does_not_balance_is_said(paid: str, *, is_balanced: bool) -> None:
    """Its claims are given out all the same: each of them balances."""
    text = file_835(remittance((PAID, DENIED, OF_CLAIM), paid))

    reads = read(text)

    assert [end.is_balanced for end in of_kind(reads, RemittanceRead)] == [is_balanced]
    assert len(of_kind(reads, RemittedClaim)) == 3


@pytest.mark.parametrize("text", [FULL_835, FULL_277CA, FULL_999], ids=["835", "277CA", "999"])
def test_nothing_is_given_of_a_transaction_whose_se_does_not_fit(text: str) -> None:
    """A segment may have been lost anywhere in it."""
    last = text.rpartition("SE*")
    broken = f"{last[0]}SE*9{last[2]}"

    number = sum(each.startswith("ST*") for each in text.splitlines())
    ends = [each for each in read(broken) if type(each).__name__ == "TransactionRead"]

    assert len(ends) == number
    assert flaws(broken)[-1].segment_id == "SE"
    assert len(of_kind(read(broken), RemittedClaim)) == (3 if text == FULL_835 else 0)
    assert of_kind(read(broken), AcknowledgedClaim) == []
    assert of_kind(read(broken), AcknowledgedTransaction) == []


def test_an_acknowledged_claim_is_read_with_its_statuses() -> None:
    """Control numbers, provider, statuses of STC01, 10 and 11, and lines."""
    taken, rejected = of_kind(read(FULL_277CA), AcknowledgedClaim)

    assert (taken.control_number, taken.payer_control_number, taken.is_rejected) == ("SYN-1", "PAYER-1", False)
    assert (taken.billing_npi, taken.payer, taken.on) == (NPI, "SYNPAYER1", date(2026, 3, 6))
    assert rejected.is_rejected
    assert (rejected.clearinghouse_number, rejected.charge) == ("CLEAR-2", Decimal(500))
    assert rejected.statuses == (Status("A7", "21", ""), Status("A7", "453", "85"))
    assert (rejected.begin, rejected.end) == (date(2026, 3, 3), date(2026, 3, 4))
    (line,) = rejected.lines
    assert (line.control_number, line.service.code, line.charge) == ("A1", "J2357", Decimal(500))
    assert line.statuses == (Status("A7", "218", ""),)


def test_an_acknowledged_transaction_is_read_with_its_errors() -> None:
    """AK2, IK3, CTX and IK5; the claim of an error is known where CTX names it."""
    accepted, rejected = of_kind(read(FULL_999), AcknowledgedTransaction)

    assert (accepted.group_control_number, accepted.control_number, accepted.is_accepted) == ("7", "0001", True)
    assert (rejected.control_number, rejected.code, rejected.is_accepted) == ("0002", "R", False)
    assert (rejected.errors, rejected.claims) == (("8 SV1 2400", "3 NM1 2010"), ("SYN-2",))


@pytest.mark.parametrize(
    "text",
    [
        FILES["one"],
        FULL_277CA.replace("005010X214", "005010X212"),
        FULL_835.replace("005010X221A1", "004010X091A1"),
    ],
    ids=["837", "277 on request", "835 of 4010"],
)
def test_another_transaction_is_named(text: str) -> None:
    """It is not read, and the flaw says which are."""
    found = flaws(text)

    assert {each.code for each in found} == {"1"}
    assert all("neither an 835 (005010X221)" in each.reason for each in found)
    assert all("get the file again" in remedy_of(each) for each in found)


def test_no_name_of_a_person_is_given_out() -> None:
    """No record has a place for one."""
    given = [each for text in (FULL_835, FULL_277CA) for each in read(text) if "Read" not in type(each).__name__]

    assert given
    assert not any(word in repr(given) for word in ("PERSON", "OTHER", "SYNMEMBER", "DOCTOR"))


def test_a_second_payee_leaves_the_payee_unknown() -> None:
    """The guide has one payee for each 835; whose the claims behind another one are is not guessed."""
    text = file_835(remittance((PAID, ("N1*PE*SYNTHETIC SECOND*XX*1999999992", "LX*2"), DENIED), "210"))

    first, second = of_kind(read(text), RemittedClaim)

    assert (first.remittance.payee_npi, second.remittance.payee_npi) == (NPI, "")


def test_the_separator_of_the_first_service_counts() -> None:
    """Some senders name another one in ISA16 than they use."""
    text = file_835(remittance((PAID,), "210")).replace("HC:", "HC>").replace("J0490:", "J0490>")

    (claim,) = of_kind(read(text), RemittedClaim)

    assert claim.lines[0].service == BilledService("HC", "J0490", ("JZ",))
