"""Drugs named in free text."""

import pytest

from worker.reference.tables.snapshot import Snapshot


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("omalizumab", ["J2357", "Q5154"]),
        ("Xolair", ["J2357"]),
        ("XOLAIR 150 mg/mL prefilled syringe", ["J2357"]),
        ("atezolizumab", ["J9022", "J9024"]),
        ("natalizumab", ["J2323", "Q5134"]),
        ("denosumab", ["J0897", "Q5136", "Q5157", "Q5158", "Q5159", "Q5162"]),
        ("octreotide", ["J2353", "J2354"]),
        ("tezepelumab", ["J2356"]),
        ("Tezepelumab-ekko", ["J2356"]),
        ("vestronidase alfa", ["J3397"]),
        ("eculizumab", ["J1299", "J1300", "Q5139", "Q5151", "Q5152"]),
        ("natalizumab-sztn", ["Q5134"]),
    ],
)
def test_a_generic_name_its_stem_or_a_brand_names_the_drug(snapshot: Snapshot, text: str, codes: list[str]) -> None:
    """Names match as whole words without regard to case, with or without the biologic's suffix."""
    assert [drug.hcpcs for drug in snapshot.drugs_named(text)] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [("Tecentriq", ["J9022"]), ("Tecentriq Hybreza", ["J9024"]), ("Sandostatin LAR Depot", ["J2353"])],
)
def test_the_longest_name_wins(snapshot: Snapshot, text: str, codes: list[str]) -> None:
    """A brand that extends another brand is not taken for the shorter one."""
    assert [drug.hcpcs for drug in snapshot.drugs_named(text)] == codes


@pytest.mark.parametrize(
    "text", ["", "injection", "sodium chloride 0.9% injection", "acetate depot", "preomalizumabs", "urea", "vial, 5 mg"]
)
def test_ordinary_words_and_parts_of_words_name_nothing(snapshot: Snapshot, text: str) -> None:
    """Salts, vehicles, forms, short names and longer words around a name are not names."""
    assert snapshot.drugs_named(text) == ()


def test_every_drug_in_a_text_is_named_once(snapshot: Snapshot) -> None:
    """Two drugs in one text come back sorted by code, however often they occur there."""
    named = snapshot.drugs_named("tezepelumab then Xolair, tezepelumab")

    assert [drug.hcpcs for drug in named] == ["J2356", "J2357"]
