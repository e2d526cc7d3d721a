"""How two verdicts on a claim differ: nothing for the same, and the mirror when they are exchanged."""

from hypothesis import given
from hypothesis import strategies as st

from worker.pipeline.comparison import ClaimDifference, FindingChange, JudgedClaim, compared

FOUND = st.tuples(
    st.sampled_from(["WST-01", "UNT-03", "USR-01"]), st.sampled_from(["warn", "pend", "reject"]), st.sampled_from("ab")
)
JUDGED = st.builds(
    JudgedClaim,
    st.sampled_from(["scrubbed", "rejected", "pended", "dead-lettered"]),
    st.lists(FOUND, max_size=5).map(tuple),
    st.lists(st.sampled_from(["DOS-01", "NDC-02"]), max_size=3).map(tuple),
)


def mirrored(difference: ClaimDifference | None) -> ClaimDifference | None:
    """The same difference with before and after exchanged."""
    if difference is None:
        return None
    before, after, new, gone, undecided, decided = difference
    return ClaimDifference(after, before, gone, new, decided, undecided)


@given(JUDGED)
def test_a_verdict_does_not_differ_from_itself(one: JudgedClaim) -> None:
    """Whatever was found."""
    assert compared(one, one) is None


@given(JUDGED, JUDGED)
def test_the_other_way_round_is_the_mirror(one: JudgedClaim, other: JudgedClaim) -> None:
    """What is new is gone then, and what flips flips back."""
    assert compared(other, one) == mirrored(compared(one, other))


@given(JUDGED, JUDGED)
def test_what_is_new_and_gone_leads_from_one_to_the_other(one: JudgedClaim, other: JudgedClaim) -> None:
    """No finding is lost, and none counted twice."""
    difference = compared(one, other) or ClaimDifference(one.disposition, other.disposition)
    left = list(one.findings)
    for each in difference.gone:
        left.remove(each)

    assert sorted([*left, *difference.new]) == sorted(other.findings)


def test_findings_that_only_change_their_severity_are_both() -> None:
    """The edit is named twice: with what it was and with what it is."""
    before = JudgedClaim("rejected", (("UNT-01", "reject", "$.a"),))
    after = JudgedClaim("pended", (("UNT-01", "pend", "$.a"),), ("DOS-01",))

    difference = compared(before, after)

    assert difference is not None
    assert (difference.is_flip, difference.direction) == (True, "rejected-to-pended")
    assert difference.changes == (
        ("UNT-01", FindingChange.NEW, "pend"),
        ("UNT-01", FindingChange.GONE, "reject"),
        ("DOS-01", FindingChange.UNDECIDED, ""),
    )


def test_the_order_of_findings_and_how_often_data_lacked_is_no_difference() -> None:
    """Neither changes what anybody has to do."""
    findings = (("UNT-01", "reject", "$.a"), ("WST-01", "warn", "$.b"))

    one = JudgedClaim("rejected", findings, ("DOS-01",))
    other = JudgedClaim("rejected", findings[::-1], ("DOS-01", "DOS-01"))

    assert compared(one, other) is None
