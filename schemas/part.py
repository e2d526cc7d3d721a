"""The form that all parts of an inbound message share."""

from typing import Any, Final

from pydantic import AliasGenerator, BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

_NULL: Final = {"type": "null"}
_SAID_OF_MEMBER: Final = ("default", "description", "title")


class Part(BaseModel):
    """A part of a claim: immutable, unknown fields kept, no value ever shown in an error.

    Only the camelCase names are read: with a second name for one thing, two systems would read two claims in a message.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        coerce_numbers_to_str=True,
        alias_generator=AliasGenerator(alias=to_camel),
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the JSON Schema of the part, in which each member that may be absent may be null as well."""
        reference = handler(core)
        schema = handler.resolve_ref_schema(reference)
        required = schema.get("required", ())
        for name, of_member in schema["properties"].items():
            if name not in required:
                schema["properties"][name] = _or_null(of_member)
        return reference


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if _NULL in schema.get("anyOf", ()):
        return schema
    said = {name: value for name, value in schema.items() if name in _SAID_OF_MEMBER}
    return {"anyOf": [{name: value for name, value in schema.items() if name not in said}, _NULL]} | said


def without_nulls(document: dict[str, Any]) -> dict[str, Any]:  # any JSON
    """Return a document without the members that are null: they mean what absent ones do. Entries of lists stay."""
    return {name: _without_nulls(value) for name, value in document.items() if value is not None}


def _without_nulls(value: Any) -> Any:  # any JSON
    if isinstance(value, dict):
        return without_nulls(value)
    return [_without_nulls(entry) for entry in value] if isinstance(value, list) else value
