"""Which words of a text name a drug, and which are of no use to tell drugs apart."""

from datetime import date

import pytest

from worker.edits.drugs.ingredients import named_itself, share_ingredient
from worker.reference.tables.answer import Found
from worker.reference.tables.rows import Drug
from worker.reference.tables.snapshot import Snapshot

ON = date(2026, 3, 2)


def drug(snapshot: Snapshot, hcpcs: str) -> Drug:
    """The drug behind a code."""
    answer = snapshot.drug(hcpcs, ON)
    assert isinstance(answer, Found)
    return answer.row


@pytest.mark.parametrize(
    ("hcpcs", "text", "is_named"),
    [
        ("J1745", "Infliximab 100 mg vial", True),
        ("J1745", "INFLIXIMAB-dyyb", True),
        ("J1745", "injection, not otherwise classified", False),
        ("J1745", "", False),
        ("J9400", "ziv-aflibercept", True),
        ("J9400", "aflibercept", True),
        ("J2357", "infliximab", False),
    ],
)
def test_a_text_names_a_drug_by_a_telling_word(snapshot: Snapshot, hcpcs: str, text: str, *, is_named: bool) -> None:
    """In any case, with or without the letters of a biologic; aflibercept will do for ziv-aflibercept."""
    assert named_itself(drug(snapshot, hcpcs), text) is is_named


def test_a_biosimilar_shares_the_ingredient_of_its_reference(snapshot: Snapshot) -> None:
    """Q5103 is an infliximab; omalizumab is another drug."""
    infliximab = drug(snapshot, "J1745")

    assert share_ingredient(infliximab, drug(snapshot, "Q5103"), snapshot) is True
    assert share_ingredient(infliximab, drug(snapshot, "J2357"), snapshot) is False
