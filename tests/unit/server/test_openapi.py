"""The document of the API is OpenAPI 3.1, has every path that is answered, and the published schemas."""

import json
import re
from typing import Any, Final

import jsonschema
import pytest

from tests.inputs.hostile import claim_with
from tests.unit.server.conftest import Served
from worker.server.openapi import document

BASE: Final = "https://json-schema.org/draft/2020-12/schema"


def refs(part: Any) -> list[str]:  # any JSON
    """Every reference in a document."""
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [each for value in part.values() for each in refs(value)]
    return [each for value in part for each in refs(value)] if isinstance(part, list) else []


def test_every_reference_leads_somewhere() -> None:
    """And every schema is one."""
    made = document()
    schemas = made["components"]["schemas"]

    assert made["openapi"] == "3.1.0"
    assert {each.removeprefix("#/components/schemas/") for each in refs(made)} <= schemas.keys()
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert len({operation["operationId"] for path in made["paths"].values() for operation in path.values()}) == 11


def test_every_path_is_answered(server: Served) -> None:
    """None of them is unknown to the server, and a parameter of a path is in its name."""
    for path, operations in server.get("/openapi.json").document["paths"].items():
        names = set(re.findall(r"{(\w+)}", path))
        for method, operation in operations.items():
            given = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
            assert given == names
            asked = server.ask(method.upper(), re.sub(r"{\w+}", "WST-01", path), b"{}" if method == "post" else None)
            assert asked.status != 405
            assert asked.document["type"] != "/problems/method-not-allowed" if asked.status == 422 else True


@pytest.mark.parametrize(("name", "body"), [("Outcome", claim_with(1, "")), ("Problem", b"{")])
def test_answers_have_the_schema_that_is_given(server: Served, name: str, body: bytes) -> None:
    """An outcome, and a problem."""
    schemas = document()["components"]["schemas"]
    whole = {"$schema": BASE, "$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}

    jsonschema.Draft202012Validator(whole).validate(json.loads(server.scrub(body).body))
