"""The shapes of options that are lists, and that each has a description and an example that fits."""

import pytest
from pydantic import BaseModel

from worker.edits.authorization._approvals import Approval, Approvals
from worker.edits.catalogue import load_edits
from worker.edits.edit import Options
from worker.edits.modifiers.mod_07_discount_purchase_not_told import CoveredEntities
from worker.edits.ndc.ndc_07_ndc_obsolete import EndedNdcs
from worker.edits.option_shapes import columns_of, from_rows, item_model, list_options

KINDS = list(dict.fromkeys(edit.options for edit in load_edits() if edit.options))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_list_has_a_description_and_an_example_that_fits(kind: type[Options]) -> None:
    """`explain` shows both, and a reader copies the example."""
    for name, field in list_options(kind):
        assert field.description, name
        assert field.examples, name
        assert kind.model_validate({name: field.examples[0]})


@pytest.mark.parametrize(
    ("kind", "name", "item", "columns"),
    [
        (Approvals, "approvals", Approval, ("number", "codes", "first_day", "last_day", "most_units")),
        (CoveredEntities, "covered_entity_npis", None, ("covered_entity_npis",)),
        (EndedNdcs, "ended", None, ("ended", "value")),
    ],
)
def test_a_list_has_columns(
    kind: type[Options], name: str, item: type[BaseModel] | None, columns: tuple[str, ...]
) -> None:
    """Those of its members, its own name where they are texts, and a second one for a mapping."""
    field = dict(list_options(kind))[name]

    assert item_model(field.annotation) is item
    assert columns_of(name, field) == columns


def test_rows_become_members() -> None:
    """An empty cell is left out; a bar separates the members of a list."""
    field = dict(list_options(Approvals))["approvals"]

    assert from_rows(field, [{"number": "PA1", "codes": "J0897|J1745", "most_units": ""}]) == [
        {"number": "PA1", "codes": ["J0897", "J1745"]}
    ]
