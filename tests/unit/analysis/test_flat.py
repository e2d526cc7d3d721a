"""What becomes of an outcome's members in a flat row: money, days, ids and drugs in their form, or nothing."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.values import as_money
from tests.unit.analysis.conftest import finding, outcome
from worker.analysis.flat import FLAT
from worker.analysis.store import OutcomeStore

MOST = Decimal("99999999.99")


@pytest.fixture(scope="module")
def store() -> Iterator[OutcomeStore]:
    """A store that is emptied by each use."""
    with OutcomeStore() as made:
        yield made


def flat(store: OutcomeStore, *outcomes: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of outcomes, by their columns."""
    store.connection.execute("DELETE FROM outcomes")
    store.read_messages([json.dumps(each).encode() for each in outcomes], lambda: "here")
    rows = store.rows("SELECT * FROM outcomes ORDER BY outcome_id")
    return [dict(zip(FLAT, row, strict=True)) for row in rows]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.decimals(-10, 10**9, places=2).map(str),
            st.text("0123456789.-e ", max_size=12),
            st.sampled_from(["99999999.99", "100000000.00", "0", ".5", "5.", "1e3", "", " 7.10 ", "+1", "1,000.00"]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_a_charge_is_read_as_the_pipeline_reads_it(store: OutcomeStore, texts: list[str]) -> None:
    """One that cannot be on an 837P, or below zero, counts for no dollars, as in the worker's metrics."""
    rows = flat(store, *(outcome(number, charge=text) for number, text in enumerate(texts)))

    read = [as_money(text.strip()) for text in texts]
    assert [row["charge"] for row in rows] == [
        amount if isinstance(amount, Decimal) and 0 <= amount <= MOST else None for amount in read
    ]


def test_a_number_is_a_charge_like_its_text(store: OutcomeStore) -> None:
    """JSON numbers are in the claim as they were sent."""
    rows = flat(
        store, outcome(1, charge=5098.0), outcome(2, charge=12), outcome(3, charge=True), outcome(4, charge=0.001)
    )

    assert [row["charge"] for row in rows] == [Decimal("5098.00"), Decimal("12.00"), None, None]


@given(st.dates(date(1990, 1, 1), date(2027, 3, 20)))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_week_begins_on_monday(store: OutcomeStore, day: date) -> None:
    """The week is that of the first service."""
    (row,) = flat(store, outcome(1, day=f"{day:%Y%m%d}"))

    assert row["week"] == day - timedelta(days=day.weekday())


@pytest.mark.parametrize("day", ["19891231", "20270321", "20260230", "2026-03-02", "", "x", None])
def test_a_day_that_is_none_has_no_week(store: OutcomeStore, day: str | None) -> None:
    """Nor has one of another century, or of more than a year after the claim was received."""
    assert flat(store, outcome(1, day=day))[0]["week"] is None


def test_an_institutional_claim_has_its_codes_and_days(store: OutcomeStore) -> None:
    """A line without a day falls back to the statement."""
    made = outcome(1)
    information = made["claim"]["claimInformation"]
    information["claimDateInformation"] = {"statementBeginDate": "20260311"}
    information["serviceLines"] = [{"institutionalService": {"procedureCode": "j1745", "lineItemChargeAmount": "5"}}]

    (row,) = flat(store, made)

    assert (row["drug"], row["week"]) == ("J1745", date(2026, 3, 9))


@pytest.mark.parametrize(
    ("member", "value", "kept"),
    [
        ("npi", "1234567893", True),
        ("npi", "12345678931", False),
        ("npi", "JANE DOE", False),
        ("payer", "MEDICARE-B", True),
        ("payer", "87726", True),
        ("payer", "=HYPERLINK()", False),
        ("payer", "<b>", False),
        ("payer", "x" * 81, False),
        ("payer", {"a": 1}, False),
    ],
)
def test_a_text_of_the_claim_is_kept_in_the_form_of_an_id_only(
    store: OutcomeStore, member: str, value: Any, *, kept: bool
) -> None:
    """Whatever else somebody wrote there does not get into figures."""
    (row,) = flat(store, outcome(1, **{member: value}))

    assert row[member] == (value if kept else None)


def test_the_drug_is_the_one_that_charges_most(store: OutcomeStore) -> None:
    """Of those in the tables; where there is none, of the J and Q codes."""
    made = outcome(1)
    lines = [
        {"serviceDate": "20260304", "professionalService": {"procedureCode": code, "lineItemChargeAmount": charge}}
        for code, charge in (("96413", "900"), ("J2357", "90.50"), ("J1745", "100"), ("J9999", "500"))
    ]
    made["claim"]["claimInformation"]["serviceLines"] = lines
    made["enrichment"] = [{"line": 2, "hcpcs": "J2357"}, {"line": 3, "hcpcs": "J1745", "drugName": "infliximab"}]
    unknown = {**made, "outcomeId": f"{2:032x}", "enrichment": []}
    none = outcome(3, code="99213")
    none["enrichment"] = []

    rows = flat(store, made, unknown, none)

    assert [row["drug"] for row in rows] == ["J1745", "J9999", None]
    assert rows[0]["drug_name"] == "infliximab"


def test_what_was_missing_is_kept_without_days(store: OutcomeStore) -> None:
    """So it can be counted, and no date of service is in it."""
    made = outcome(1)
    made["coverage"]["noData"] = [{"edit": "UNT-07", "missing": "units in a package of J0897 on 2026-02-04", "line": 1}]

    assert flat(store, made)[0]["no_data"] == [{"edit": "UNT-07", "missing": "units in a package of J0897", "line": 1}]


def test_what_speaks_of_a_patient_is_read_only_to_be_revealed() -> None:
    """The control number of the claim, and what a finding says of it."""
    made = outcome(1, "rejected", finding())
    with OutcomeStore() as plain, OutcomeStore(reveal=True) as revealing:
        (hidden,), (shown,) = flat(plain, made), flat(revealing, made)

    assert (hidden["control_number"], hidden["findings"][0]["message"]) == (None, None)
    assert (shown["control_number"], shown["findings"][0]["message"]) == ("PCN-1", "WST-01 speaks.")
