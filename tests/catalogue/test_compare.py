"""What `python -m tests.catalogue compare` says of two outcomes that differ."""

import json

from tests.catalogue.compare import differences

OUTCOME = {
    "disposition": "rejected",
    "findings": [{"edit": "FMT-04", "message": "one"}, {"edit": "WST-01", "message": "two"}],
    "coverage": {"passed": ["ADM-01", "WST-02"], "noData": [{"edit": "DX-01", "missing": "a table"}]},
    "enrichment": [{"line": 1}],
}


def found(**changes: object) -> list[tuple[str, str]]:
    """Where an outcome with other members differs from the one above."""
    return [where for where, _, _ in differences(json.dumps(OUTCOME), json.dumps(OUTCOME | changes))]


def test_equal_outcomes_do_not_differ() -> None:
    """Each is compared whole."""
    assert found() == []


def test_a_finding_differs_by_its_edit() -> None:
    """The other finding is the same."""
    findings = [{"edit": "FMT-04", "message": "one"}, {"edit": "WST-01", "message": "another"}]

    assert found(findings=findings) == [("finding", "WST-01")]


def test_the_order_of_findings_counts() -> None:
    """The worst one is first."""
    assert found(findings=OUTCOME["findings"][::-1]) == [("finding", "order")]  # type: ignore[index]  # it is a list


def test_coverage_differs_by_the_list_and_the_edit() -> None:
    """The other lists are the same."""
    coverage = {"passed": ["ADM-01"], "noData": [{"edit": "DX-01", "missing": "another table"}]}

    assert sorted(found(coverage=coverage)) == [("coverage", "noData DX-01"), ("coverage", "passed WST-02")]


def test_any_other_member_differs_by_its_name() -> None:
    """Also one that only one of them has."""
    expected = [("order of members", ""), ("member", "enrichment"), ("member", "patch")]
    assert found(enrichment=[], patch=[]) == expected


def test_a_dead_letter_is_no_outcome() -> None:
    """The reason is shown as it is."""
    where, _, _ = next(differences("DeadLetter(empty)", json.dumps(OUTCOME)))

    assert where == ("dead letter", "")
