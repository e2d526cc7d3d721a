"""Profiles that extend one another."""

from typing import Any

import pytest

from worker.payers.inheritance import inheritance_problems, inherited

PARENT: dict[str, Any] = {
    "name": "parent",
    "title": "Parent",
    "medicare": True,
    "documentation": "required",
    "applies_to": {"filing_codes": ["MB"]},
    "edits": {"A-01": {"severity": "warn", "options": {"one": 1, "two": 2}}, "A-02": {"off": {"reason": "r"}}},
    "suppressions": [{"edit": "A-03"}],
}


def child(**says: Any) -> dict[str, Any]:
    """What a profile comes to that extends the parent and says this itself."""
    own = {"name": "child", "title": "Child", "extends": "parent"} | says
    return inherited({"parent": PARENT, "child": own}, "child")


def test_what_a_profile_does_not_say_holds_as_in_its_parent() -> None:
    """All but name, title and the claims that are its own."""
    merged = child()

    assert (merged["name"], merged["title"], merged["medicare"]) == ("child", "Child", True)
    assert merged["documentation"] == "required"
    assert "applies_to" not in merged
    assert merged["edits"] == PARENT["edits"]
    assert merged["suppressions"] == PARENT["suppressions"]


def test_edits_are_merged_one_by_one() -> None:
    """Severity and off replace, options are merged by name."""
    merged = child(
        edits={"A-01": {"options": {"two": 3, "three": 4}}, "A-02": {"off": None}, "A-04": {"severity": "pend"}}
    )

    assert merged["edits"] == {
        "A-01": {"severity": "warn", "options": {"one": 1, "two": 3, "three": 4}},
        "A-02": {"off": None},
        "A-04": {"severity": "pend"},
    }


def test_the_suppressions_of_both_count() -> None:
    """A child cannot forget its parent's."""
    assert child(suppressions=[{"edit": "A-05"}])["suppressions"] == [{"edit": "A-03"}, {"edit": "A-05"}]


def test_a_grandparent_is_inherited_from() -> None:
    """The nearest word counts."""
    family: dict[str, dict[str, Any]] = {
        "a": {"name": "a", "documentation": "off", "medicare": True},
        "b": {"name": "b", "documentation": "required", "extends": "a"},
        "c": {"name": "c", "extends": "b"},
    }

    merged = inherited(family, "c")

    assert (merged["documentation"], merged["medicare"]) == ("required", True)


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ({"a": None, "b": "a", "c": "b"}, []),
        ({"a": "z", "b": None}, ["profile a extends z, which does not exist; there are: b"]),
        ({"a": "z", "b": "a"}, ["profile a extends z, which does not exist; there are: b"]),
        ({"a": "a"}, ["profile a extends itself: a extends a"]),
        (
            {"a": "b", "b": "a", "c": "a"},
            ["profile a extends itself: a extends b extends a", "profile b extends itself: b extends a extends b"],
        ),
    ],
)
def test_parents_that_cannot_be_followed_are_told(parents: dict[str, str | None], expected: list[str]) -> None:
    """Once each, at the profile that is wrong."""
    documents = {name: {"name": name, "extends": parent} for name, parent in parents.items()}

    assert list(inheritance_problems(documents)) == expected
