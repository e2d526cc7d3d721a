"""The published shapes of a claim are read as one."""

import copy
from typing import Any

import pytest

from schemas.claim import Claim
from schemas.shapes import in_one_shape


def information(document: dict[str, Any]) -> Any:
    """The claimInformation of a document in the one shape."""
    return in_one_shape(document)["claimInformation"]


def test_providers_are_where_their_type_says() -> None:
    """Each in the part of its role; what has no role stays in the list."""
    document = {
        "providers": [
            {"providerType": "BillingProvider", "npi": "1"},
            {"providerType": "AttendingProvider", "npi": "2"},
            {"providerType": "Stranger", "npi": "3"},
        ]
    }

    assert in_one_shape(document) == {
        "billing": {"npi": "1"},
        "attending": {"npi": "2"},
        "providers": [{"providerType": "Stranger", "npi": "3"}],
    }


def test_a_second_provider_of_a_role_stays_where_it_is() -> None:
    """Nobody can say which one counts."""
    document = {"billing": {"npi": "1"}, "providers": [{"providerType": "BillingProvider", "npi": "2"}]}

    assert in_one_shape(document) == document


def test_a_type_that_contradicts_its_place_stays() -> None:
    """So that it is reported."""
    document = {"rendering": {"providerType": "ReferringProvider"}}

    assert in_one_shape(document) == document


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"conditionCodes": [{"conditionCode": "10"}]}, {"conditionCodesList": [[{"conditionCode": "10"}]]}),
        ({"valueInformationList": [{"valueCode": "48"}]}, {"valueInformationList": [[{"valueCode": "48"}]]}),
        ({"valueInformationList": [[{"valueCode": "48"}]]}, {"valueInformationList": [[{"valueCode": "48"}]]}),
        (
            {"otherSubscriberInformation": {"policyNumber": "P1"}},
            {"otherSubscriberInformation": [{"insuranceGroupOrPolicyNumber": "P1"}]},
        ),
        (
            {"serviceLines": [{"lineItemControlNumber": "L1", "institutionalService": {}, "description": "D"}]},
            {"serviceLines": [{"providerControlNumber": "L1", "institutionalService": {"description": "D"}}]},
        ),
        (
            {"serviceLines": [{"lineAdjudicationInformation": [{"lineAdjustment": [{"claimAdjustmentDetails": []}]}]}]},
            {
                "serviceLines": [
                    {"lineAdjudicationInformation": [{"claimAdjustmentInformation": [{"adjustmentDetails": []}]}]}
                ]
            },
        ),
    ],
)
def test_another_shape_is_the_same_claim(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """And the message that was given is not changed."""
    document = {"claimInformation": given}
    before = copy.deepcopy(document)

    assert information(document) == expected
    assert document == before


def test_a_claim_in_the_shape_of_the_schema_is_the_same_object() -> None:
    """Most claims are; nothing is copied."""
    document = {"billing": {"npi": "1"}, "claimInformation": {"serviceLines": [{"serviceDate": "20260302"}]}}

    assert in_one_shape(document) is document


def test_a_claim_is_read_in_any_shape() -> None:
    """The edits see who bills, operates, and pays first."""
    claim = Claim.model_validate(
        {
            "providers": [{"providerType": "BillingProvider", "npi": "1234567893"}],
            "operatingPhysician": {"npi": "1245319599"},
            "claimInformation": {"otherSubscriberInformation": {"claimFilingIndicatorCode": "MB"}},
        }
    )

    assert claim.billing is not None
    assert claim.operating is not None
    assert (claim.billing.npi, claim.operating.npi) == ("1234567893", "1245319599")
    assert claim.claim_information.other_subscriber_information[0].claim_filing_indicator_code == "MB"
