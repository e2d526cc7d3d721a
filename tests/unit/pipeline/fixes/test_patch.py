"""JSON Patch as far as corrections need it."""

from typing import Any

import pytest

from worker.pipeline.fixes.patch import PatchError, apply, read, write


@pytest.mark.parametrize(
    ("document", "operation", "expected"),
    [
        ({"a": 1}, {"op": "add", "path": "/b", "value": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"op": "add", "path": "/a", "value": 2}, {"a": 2}),
        ({"a": [1, 3]}, {"op": "add", "path": "/a/1", "value": 2}, {"a": [1, 2, 3]}),
        ({"a": [1]}, {"op": "add", "path": "/a/1", "value": 2}, {"a": [1, 2]}),
        ({"a": []}, {"op": "add", "path": "/a/-", "value": [1]}, {"a": [[1]]}),
        ({"a": {"b": [1, 2]}}, {"op": "remove", "path": "/a/b/0"}, {"a": {"b": [2]}}),
        ({"a": 1, "b": 2}, {"op": "remove", "path": "/b"}, {"a": 1}),
        ({"a": [{"b": 1}]}, {"op": "replace", "path": "/a/0/b", "value": None}, {"a": [{"b": None}]}),
        ({"a/b": 1, "m~n": 2}, {"op": "replace", "path": "/a~1b", "value": 3}, {"a/b": 3, "m~n": 2}),
        ({"a/b": 1, "m~n": 2}, {"op": "remove", "path": "/m~0n"}, {"a/b": 1}),
        ({"": 1}, {"op": "replace", "path": "/", "value": 2}, {"": 2}),
        ({"a": 1}, {"op": "replace", "path": "", "value": [1]}, [1]),
        ({"a": "x"}, {"op": "test", "path": "/a", "value": "x"}, {"a": "x"}),
        ({"a": [1, {"b": 2}]}, {"op": "test", "path": "/a/1", "value": {"b": 2}}, {"a": [1, {"b": 2}]}),
    ],
)
def test_an_operation_changes_one_place(document: Any, operation: dict[str, Any], expected: Any) -> None:
    """As RFC 6902 says."""
    assert apply(document, [operation]) == expected


@pytest.mark.parametrize(
    ("document", "operation"),
    [
        ({"a": 1}, {"op": "remove", "path": "/b"}),
        ({"a": 1}, {"op": "replace", "path": "/b", "value": 2}),
        ({"a": 1}, {"op": "add", "path": "/b/c", "value": 2}),
        ({"a": "x"}, {"op": "add", "path": "/a/b", "value": 2}),
        ({"a": [1]}, {"op": "add", "path": "/a/2", "value": 2}),
        ({"a": [1]}, {"op": "replace", "path": "/a/1", "value": 2}),
        ({"a": [1]}, {"op": "remove", "path": "/a/-"}),
        ({"a": [1]}, {"op": "remove", "path": "/a/00"}),
        ({"a": [1]}, {"op": "remove", "path": "/a/-1"}),
        ({"a": 1}, {"op": "test", "path": "/a", "value": 2}),
        ({"a": 1}, {"op": "test", "path": "/b", "value": 1}),
        ({"a": 1}, {"op": "move", "path": "/a", "from": "/b"}),
        ({"a": 1}, {"op": "remove", "path": "a"}),
        ({"a": 1}, {"op": "remove", "path": ""}),
    ],
)
def test_an_operation_that_does_not_fit_is_refused(document: Any, operation: dict[str, Any]) -> None:
    """The error names the place, and the document stays as it is."""
    before = write(document)

    with pytest.raises(PatchError):
        apply(document, [{"op": "add", "path": "/new", "value": 1}, operation])

    assert write(document) == before


def test_what_is_not_patched_keeps_its_spelling() -> None:
    """Numbers keep their digits, and text its characters."""
    value = b'{"a":1.50,"b":[10000000000000000001,-0.0,1E2],"c":"\xc3\xa9\\n","d":null,"e":true}'

    assert write(apply(read(value), [{"op": "replace", "path": "/e", "value": False}])) == value.replace(
        b"true", b"false"
    )


def test_a_number_is_not_the_text_of_its_digits() -> None:
    """A patch made for text leaves a claim alone that writes a number there."""
    with pytest.raises(PatchError, match="test /a: another value"):
        apply(read(b'{"a":26}'), [{"op": "test", "path": "/a", "value": "26"}])
