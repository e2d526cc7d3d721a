"""What a comparison adds up to, and the page of it."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import pytest

from worker.analysis.comparison import COSTLIEST, ComparedSide, ComparisonFigures, comparison_page
from worker.analysis.page import rendered
from worker.bootstrap import all_edits
from worker.pipeline.comparison import ClaimDifference

SIDES = (ComparedSide("config", "r1", "t1"), ComparedSide("candidate", "r2", "t1"))
EDITS = ("UNT-01", "WST-01", "USR-01")
DISPOSITIONS = ("scrubbed", "rejected", "pended", "dead-lettered")


class Given(NamedTuple):
    """A claim that was compared."""

    claim: str
    payer: str
    charge: Decimal | None
    difference: ClaimDifference | None


def some(random: Random, number: int) -> list[Given]:
    """Claims that differ in every way."""
    made = []
    for place in range(number):
        charge = random.choice([None, Decimal(0), Decimal("99.99"), Decimal(100), Decimal(random.randint(1, 20_000))])
        difference = None
        if random.random() < 0.8:
            new, gone = (
                tuple(
                    [
                        (random.choice(EDITS), random.choice(("reject", "pend")), "$")
                        for _ in range(random.randint(0, 2))
                    ]
                )
                for _ in range(2)
            )
            before, after = random.choices(DISPOSITIONS, k=2)
            undecided = tuple(random.sample(EDITS, random.randint(0, 1)))
            difference = ClaimDifference(before, after, new, gone, undecided)
        made.append(Given(f"claims.jsonl, line {place}", random.choice(("commercial", "medicare")), charge, difference))
    return made


def added(given: Sequence[Given]) -> tuple[ComparisonFigures, dict[str, Any]]:
    """The figures of claims, and what the page has of them."""
    figures = ComparisonFigures()
    for each in given:
        figures.add(*each)
    return figures, figures.as_json({})


def dollars(given: Sequence[Given]) -> Decimal:
    """Their charges."""
    return sum((each.charge or Decimal(0) for each in given), Decimal(0))


@pytest.mark.parametrize("seed", range(5))
def test_cells_add_up_to_the_claims(seed: int) -> None:
    """All of them, those that flip, and those of each edit."""
    given = some(Random(seed), 400)
    figures, json = added(given)
    flips = [each for each in given if each.difference and each.difference.is_flip]

    assert (figures.claims, figures.flips, figures.charges) == (400, len(flips), dollars(flips))
    assert figures.uncharged == sum(each.charge is None for each in flips)
    assert sum(json["claims"]["claims"]) == 400
    assert Decimal(sum(json["claims"]["cents"])) / 100 == dollars(given)
    cells = json["claims"]
    marked = [cents for goes, cents in zip(cells["goes"], cells["cents"], strict=True) if goes]
    assert Decimal(sum(marked)) / 100 == dollars(flips)
    values = json["dimensions"]["edit"]["values"]
    for edit in EDITS:
        of_it = [
            each for each in given if each.difference and edit in {change[0] for change in each.difference.changes}
        ]
        found = zip(json["edits"]["edit"], json["edits"]["claims"], strict=True)
        assert sum(claims for place, claims in found if values[place]["key"] == edit) == len(of_it)


@pytest.mark.parametrize("seed", range(5))
def test_the_costliest_are_there_under_every_filter(seed: int) -> None:
    """Those of each edit, payer and charge, and of any two of them, as if all claims were looked at."""
    given = some(Random(seed), 1_500)
    flips = [each for each in given if each.difference and each.difference.is_flip]
    _, json = added(given)
    rows, dimensions = json["findings"], json["dimensions"]
    shown = {claim: place for place, claim in enumerate(rows["claim"])}

    assert len(flips) > COSTLIEST
    assert [each or -1 for each in rows["cents"]] == sorted((each or -1 for each in rows["cents"]), reverse=True)
    for edit in ("", *EDITS):
        for payer in ("commercial", "medicare"):
            wanted = [
                each
                for each in flips
                if each.payer == payer and (not edit or edit in {change[0] for change in each.difference.changes})  # type: ignore[union-attr]
            ]
            wanted.sort(key=lambda each: -1 if each.charge is None else each.charge, reverse=True)
            for each in wanted[:COSTLIEST]:
                place = shown[each.claim]
                assert dimensions["payer"]["values"][rows["payer"][place]]["key"] == payer
                assert not edit or edit in {dimensions["edit"]["values"][one]["key"] for one in rows["edit"][place]}


def test_what_an_edit_says_otherwise_is_one_sentence_for_each_claim() -> None:
    """So that a claim is in one row of each edit."""
    new, gone = ("UNT-01", "pend", "$.a"), ("UNT-01", "reject", "$.a")
    differences = {
        "reject → pend": ClaimDifference("rejected", "pended", (new,), (gone,)),
        "new pend": ClaimDifference("scrubbed", "pended", (new,)),
        "reject gone": ClaimDifference("rejected", "scrubbed", (), (gone,)),
        "pend, elsewhere in the claim": ClaimDifference("pended", "pended", (new,), (("UNT-01", "pend", "$.b"),)),
        "undecided": ClaimDifference("pended", "pended", undecided=("UNT-01",)),
        "reject gone, decided": ClaimDifference("pended", "pended", gone=(gone,), decided=("UNT-01",)),
    }
    _, json = added([Given(words, "p", Decimal(1), each) for words, each in differences.items()])

    assert {each["change"] for each in json["dimensions"]["edit"]["values"]} == set(differences)
    assert json["findings"]["why"][0] == [("UNT-01", "new pend at $.a"), ("UNT-01", "gone reject at $.a")]


@pytest.mark.parametrize(
    ("charge", "band"),
    [
        (None, "no charge"),
        ("0", "under $100"),
        ("99.99", "under $100"),
        ("100", "$100 to $1,000"),
        ("999.99", "$100 to $1,000"),
        ("1000", "$1,000 to $10,000"),
        ("9999.99", "$1,000 to $10,000"),
        ("10000", "$10,000 and more"),
    ],
)
def test_a_claim_is_in_the_band_of_its_charge(charge: str | None, band: str) -> None:
    """The lower bound belongs to it."""
    _, json = added([Given("c", "p", None if charge is None else Decimal(charge), None)])

    assert [each["label"] for each in json["dimensions"]["charge"]["values"]] == [band]


def test_the_page_explains_the_edits_and_escapes_what_it_shows() -> None:
    """An edit that nobody knows is named; nothing of a name of a file is taken for HTML."""
    flip = ClaimDifference("rejected", "pended", (("UNT-01", "pend", "$"),), (("USR-01", "reject", "$"),))
    figures, _ = added([Given("<b>.jsonl, line 1", "p", Decimal(5), flip)])
    page = rendered(
        comparison_page("<b>.jsonl", SIDES, figures, ("2 rows not read.",), all_edits(None)), all_edits(None)
    )

    assert "1 claim from &lt;b&gt;.jsonl: 1 flip ($5.00), 0 differ in findings only." in page
    assert '<article id="edit-UNT-01">' in page
    assert '<article id="edit-USR-01">' in page
    assert "<b>.jsonl" not in page
    assert "2 rows not read." in page
    assert "controlNumber" not in page.split('id="figures"')[1].split("</script>")[0]


def test_nothing_differs() -> None:
    """The page says so."""
    figures, json = added([])

    assert comparison_page("x", SIDES, figures, (), ()).sentence.startswith("0 claims from x: 0 flip")
    assert json["findings"]["claim"] == []
