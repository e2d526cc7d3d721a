"""What does not fit a model is said by field, with what would be right, and no name of a class."""

from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from worker.configuration.model_flaws import model_flaws
from worker.payers.profile import Profile


class Size(StrEnum):
    """Of a test."""

    SMALL = "small"
    LARGE = "large"


class Inner(BaseModel):
    """Likewise."""

    model_config = ConfigDict(extra="forbid")
    size: Size | None = None
    until: date | None = None
    note: str = Field(default="x", min_length=1)


class Outer(BaseModel):
    """Likewise."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(pattern="^[a-z]+$")
    is_open: bool = True
    count: int = Field(default=0, ge=0)
    inner: dict[str, Inner] = Field(default_factory=dict)
    more: tuple[Inner, ...] = ()
    one: Inner | None = None

    @field_validator("name")
    @classmethod
    def _is_no_fox(cls, name: str) -> str:
        if name == "fox":
            raise ValueError("a fox is not let in")
        return name


FIELDS = "fields, each as `name: value`"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("foo", f"the whole of it: expected {FIELDS}; found 'foo'"),
        (None, f"the whole of it: expected {FIELDS}; found nothing"),
        ({}, "name: this field is missing; add it"),
        ({"name": "Foo"}, "name: expected text of the form ^[a-z]+$; found 'Foo'"),
        ({"name": 3}, "name: expected text, in quotes where it looks like a number; found 3"),
        ({"name": "fox"}, "name: a fox is not let in"),
        ({"name": "a", "is_open": "perhaps"}, "is_open: expected true or false; found 'perhaps'"),
        ({"name": "a", "count": -1}, "count: expected greater than or equal to 0; found -1"),
        ({"name": "a", "count": True, "more": 3}, "more: expected a list, such as [one, another]; found 3"),
        ({"name": "a", "inner": {"b": 3}}, f"inner.b: expected {FIELDS}; found 3"),
        ({"name": "a", "inner": []}, f"inner: expected {FIELDS}; found an empty list"),
        ({"name": "a", "inner": {"b": {"size": "off"}}}, "inner.b.size: expected 'small' or 'large'; found 'off'"),
        ({"name": "a", "one": {"until": "soon"}}, "one.until: expected a day such as 2026-03-31; found 'soon'"),
        ({"name": "a", "one": {"note": ""}}, "one.note: expected something, not nothing; found ''"),
        ({"name": "a", "one": {"seize": 1}}, "one.seize: there is no such field; size may be meant"),
        ({"name": "a", "inner": {"b": {"x": 1}}}, "inner.b.x: there is no such field; there are: size, until, note"),
        ({"name": "a", "more": [{}, {"x": 1}]}, "more.1.x: there is no such field; there are: size, until, note"),
        ({"name": "z" * 50 + "1"}, f"name: expected text of the form ^[a-z]+$; found '{'z' * 39}…"),
    ],
)
def test_a_field_that_does_not_fit_is_named(document: Any, expected: str) -> None:  # any YAML
    """With what belongs there and what is there."""
    with pytest.raises(ValidationError) as refused:
        Outer.model_validate(document)

    assert list(model_flaws(refused.value, Outer)) == [expected]


def test_every_flaw_of_a_profile_is_a_sentence_of_its_own() -> None:
    """None of them names a class, or asks for an input."""
    wrong = {"name": "A B", "medicare": "maybe", "edits": {"WST-01": 3}, "applies_to": [], "suppressions": [{"on": 1}]}
    with pytest.raises(ValidationError) as refused:
        Profile.model_validate(wrong)
    found = list(model_flaws(refused.value, Profile))

    assert len(found) == refused.value.error_count() > 6
    assert {each.split(":")[0] for each in found} >= {"name", "medicare", "edits.WST-01", "applies_to", "title"}
    assert not any(word in each for each in found for word in ("nput", "instance", "EditSetting", "AppliesTo"))
