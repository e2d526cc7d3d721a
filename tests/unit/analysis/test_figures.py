"""What outcomes add up to, beside the same sums done claim by claim."""

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.analysis.conftest import finding, outcome
from worker.analysis import figures as module
from worker.analysis.figures import COSTLIEST, OutcomeFigures, figures_of
from worker.analysis.store import OutcomeStore
from worker.edits.catalogue import load_edits

EDITS = ("WST-01", "UNT-02", "DOC-05")
HOLDS = {"reject", "pend"}


def figures(*outcomes: dict[str, Any] | bytes, reveal: bool = False) -> OutcomeFigures:
    """The figures of outcomes."""
    values = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in outcomes]
    with OutcomeStore(reveal=reveal) as store:
        store.read_messages(values, lambda: "here")
        store.count()
        return figures_of(store, load_edits())


def held_by_edit(found: OutcomeFigures) -> dict[str, tuple[int, int, int, int]]:
    """Claims, cents, and both of those that the edit alone holds, of what each edit holds."""
    cells, names = found.cells["edits"], found.cells["dimensions"]["edit"]["values"]
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for place, edit in enumerate(cells["edit"]):
        if cells["severity"][place] < 2:
            sum_ = sums[names[edit]["key"]]
            for part, name in enumerate(("claims", "cents", "aloneClaims", "aloneCents")):
                sum_[part] += cells[name][place]
    return {edit: (a, b, c, d) for edit, (a, b, c, d) in sums.items()}


def sums(found: OutcomeFigures, dimension: str, *, held: bool = False) -> dict[str, int]:
    """The cents of each value of a dimension."""
    cells, values = found.cells["claims"], found.cells["dimensions"][dimension]["values"]
    made: dict[str, int] = defaultdict(int)
    for place, key in enumerate(cells[dimension]):
        if not held or cells["disposition"][place]:
            made[values[key]["key"]] += cells["cents"][place]
    return dict(made)


def one_by_one(outcomes: list[dict[str, Any]]) -> dict[str, tuple[int, int, int, int]]:
    """What `held_by_edit` has, worked out claim by claim."""
    made: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for each in outcomes:
        cents = int(Decimal(each["claim"]["claimInformation"].get("claimChargeAmount") or 0) * 100)
        holding = {found["edit"] for found in each["findings"] if found["severity"] in HOLDS}
        for edit in holding:
            alone = int(len(holding) == 1)
            for part, more in enumerate((1, cents, alone, alone * cents)):
                made[edit][part] += more
    return {edit: (a, b, c, d) for edit, (a, b, c, d) in made.items()}


def test_the_figures_of_synthetic_claims_are_those_counted_one_by_one(synthetic_outcomes: tuple[bytes, ...]) -> None:
    """By edit, disposition, payer, provider and drug."""
    read = [json.loads(each) for each in synthetic_outcomes]
    readable = [
        each for each in read if not str(each["claim"]["claimInformation"]["claimChargeAmount"]).startswith("-")
    ]

    found = figures(*synthetic_outcomes)

    assert held_by_edit(found) == one_by_one(readable)
    assert found.claims == len(read)
    by_payer: dict[str, int] = defaultdict(int)
    for each in readable:
        by_payer[each["claim"]["tradingPartnerServiceId"]] += int(
            Decimal(each["claim"]["claimInformation"]["claimChargeAmount"]) * 100
        )
    assert sums(found, "payer") == by_payer
    for dimension in ("payer", "npi", "drug", "week", "disposition"):
        assert sum(sums(found, dimension).values()) == found.billed * 100
        assert sum(sums(found, dimension, held=True).values()) == found.held.billed * 100


made_findings = st.lists(
    st.builds(
        finding,
        edit=st.sampled_from(EDITS),
        severity=st.sampled_from(["reject", "pend", "warn"]),
        line=st.sampled_from([None, 1, 2]),
    ),
    max_size=5,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(made_findings, st.decimals(0, 1000, places=2), st.sampled_from(["A", "B", None])),
        min_size=1,
        max_size=12,
    )
)
def test_any_findings_add_up(given_claims: list[tuple[list[dict[str, Any]], Decimal, str | None]]) -> None:
    """An edit with several findings on a claim holds its charge once; what warns holds none."""
    outcomes = []
    for number, (found, charge, payer) in enumerate(given_claims):
        worst = {each["severity"] for each in found}
        disposition = "rejected" if "reject" in worst else "pended" if "pend" in worst else "scrubbed"
        outcomes.append(outcome(number, disposition, *found, charge=str(charge), payer=payer))

    made = figures(*outcomes)

    assert held_by_edit(made) == one_by_one(outcomes)
    assert sum(sums(made, "payer").values()) == made.billed * 100
    kept = made.cells["findings"]
    assert len({*zip(kept["outcome"], kept["edit"], strict=True)}) == len(kept["outcome"])
    assert kept["cents"] == sorted(kept["cents"], reverse=True)


def test_the_costliest_findings_of_each_edit_are_kept() -> None:
    """So that those of all edits together are among them, and a filter by edit is never left without."""
    many = [outcome(number, "rejected", finding(), charge=f"{number}.00") for number in range(1, COSTLIEST + 11)]
    one = outcome(900, "pended", finding("DOC-05", "pend", None), finding("UNT-02", "warn"), charge="0.50")

    kept = figures(*many, one).cells["findings"]

    assert kept["cents"] == [*(100 * number for number in range(COSTLIEST + 10, 10, -1)), 50]
    assert kept["line"][-1] is None
    assert kept["severity"] == [0] * COSTLIEST + [1]
    assert "message" not in kept


def test_what_is_to_be_revealed_is_with_the_costliest_findings() -> None:
    """And nowhere else."""
    kept = figures(outcome(1, "rejected", finding()), reveal=True).cells["findings"]

    assert (kept["controlNumber"], kept["message"]) == (["PCN-1"], ["WST-01 speaks."])


def test_claims_without_a_charge_are_counted() -> None:
    """They add nothing to the dollars."""
    found = figures(outcome(1, charge="much"), outcome(2, charge="-5"), outcome(3))

    assert (found.without_charge, found.claims, found.billed) == (2, 3, Decimal("100.00"))


def test_what_had_no_data_is_counted_once_a_claim() -> None:
    """With the charges that passed for it."""
    gap = {"edit": "UNT-03", "missing": "MUE table"}
    lines = outcome(1) | {"coverage": {"noData": [gap | {"line": 1}, gap | {"line": 2}]}}

    found = figures(lines, outcome(2, "rejected", finding()))

    assert [(each.edit, each.missing, each.claims, each.passed) for each in found.gaps] == [
        ("UNT-03", "MUE table", 2, Decimal("100.00"))
    ]
    assert found.all_gaps == 1


def test_too_many_cells_are_put_together_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that hold least are `others`, and weeks become longer periods."""
    outcomes = [
        outcome(
            number, "rejected", finding(), payer=f"P{number}", charge=f"{number}.00", day=f"2026{1 + number % 3:02}15"
        )
        for number in range(1, 101)
    ]
    fine = figures(*outcomes)
    monkeypatch.setattr(module, "MOST_CELLS", 12)
    coarse = figures(*outcomes)

    assert (fine.level.named, fine.level.period) == (60, "week")
    assert coarse.level.period != "week"
    assert "others" in sums(coarse, "payer")
    assert "P100" in sums(coarse, "payer")
    assert sum(sums(coarse, "payer").values()) == sum(sums(fine, "payer").values()) == fine.billed * 100
    assert held_by_edit(coarse) == held_by_edit(fine)
    assert coarse.cells["findings"]["payerName"] == fine.cells["findings"]["payerName"]


def test_what_is_not_known_has_a_name() -> None:
    """A claim without a payer, a provider, a drug or a week is not lost."""
    found = figures(outcome(1, payer=None, npi=None, code="99213", day=None) | {"enrichment": []})

    assert {
        name: each["values"][0]["label"]
        for name, each in found.cells["dimensions"].items()
        if name in {"payer", "drug"}
    } == {"payer": "not known", "drug": "none"}
    assert sums(found, "week") == {"": 10_000}
