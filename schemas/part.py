"""The form that all parts of an inbound message share."""

from pydantic import AliasGenerator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Part(BaseModel):
    """A part of a claim: immutable, camelCase on the wire, unknown fields kept, no value ever shown in an error."""

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        coerce_numbers_to_str=True,
        alias_generator=AliasGenerator(alias=to_camel),
        populate_by_name=True,
    )
