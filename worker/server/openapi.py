"""The OpenAPI 3.1 document of the API, with the schemas of the published models."""

from functools import lru_cache
from typing import Any, Final

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from schemas.claim import Claim
from schemas.outcome import Outcome
from worker.bootstrap import version

Json = dict[str, Any]
"""Any JSON object."""

_REF: Final = "#/components/schemas/{model}"
_PROBLEM: Final[Json] = {
    "type": "object",
    "description": "Problem details (RFC 9457). No member holds a value of the claim.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "a path of this server that says more"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string", "description": "the reason that the worker's dead letter would have"},
        "stage": {"type": "string"},
        "place": {"type": "string", "description": "line, segment or entry of a body with several claims"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {"path": {"type": "string", "description": "JSON path"}, "detail": {"type": "string"}},
            },
        },
    },
}
_CLAIM_BODY: Final[Json] = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Claim"}},
        "application/fhir+json": {"schema": {"type": "object", "description": "FHIR R4 Claim or Bundle"}},
        "application/edi-x12": {"schema": {"type": "string", "description": "837P and 837I (005010)"}},
        "application/x-ndjson": {"schema": {"type": "string", "description": "one claim per line, streamed"}},
    },
}


def _parameter(name: str, description: str, where: str = "query", schema: Json | None = None) -> Json:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": description,
        "schema": schema or {"type": "string"},
    }


def _answers(content: Json, description: str) -> Json:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "200": {"description": description, "content": content},
        "default": {"description": "there is no answer, and why", "content": problem},
    }


def _any_json(description: str) -> Json:
    return _answers({"application/json": {"schema": {}}}, description)


_DAY: Final[Json] = {"type": "string", "format": "date"}
_PATHS: Final[Json] = {
    "/v1/scrub": {
        "post": {
            "operationId": "scrub",
            "summary": "Scrub one claim or many; nothing of them is kept.",
            "description": "A body with one claim is answered with its outcome, byte for byte as the worker writes it; "
            "one with several with a line for each: an outcome, or problem details. The same claim on the same day "
            "under the same rules has the same outcomeId and the same bytes.",
            "parameters": [
                _parameter("profile", "hold every claim to this payer profile instead of the payer's own"),
                _parameter("asOf", "the day the claims count as received on; today if absent", schema=_DAY),
            ],
            "requestBody": _CLAIM_BODY,
            "responses": _answers(
                {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}},
                    "application/x-ndjson": {"schema": {"type": "string"}},
                },
                "the outcome, or a line for each claim",
            ),
        }
    },
    "/v1/convert": {
        "post": {
            "operationId": "convert",
            "summary": "Write claims as JSON or as X12 interchanges of 837P and 837I.",
            "description": "Of outcomes, one per line, the clean claims are written. `notes` names what the other form "
            "cannot hold, `problems` what was not read or not written.",
            "parameters": [
                _parameter("to", "the form", schema={"enum": ["json", "x12"]}) | {"required": True},
                _parameter("sender", "ISA06 and GS02 of claims that did not come as X12"),
                _parameter("receiver", "ISA08 and GS03 of such claims"),
                _parameter("test", "`true` marks them as test claims (ISA15 T)"),
                _parameter("anyOutcome", "`true` also writes the claims of rejected and pended outcomes"),
            ],
            "requestBody": _CLAIM_BODY,
            "responses": _answers(
                {"application/json": {"schema": {}}, "application/edi-x12": {"schema": {"type": "string"}}},
                "the claims, with notes and problems; with `Accept: application/edi-x12` the interchange alone",
            ),
        }
    },
    "/v1/acknowledge": {
        "post": {
            "operationId": "acknowledge",
            "summary": "Answer a submitter: TA1 and 999 for 837s, 277CA for outcomes, one per line.",
            "parameters": [_parameter("format", "x12, or the same as JSON", schema={"enum": ["x12", "json"]})],
            "requestBody": {
                "required": True,
                "content": {
                    "application/edi-x12": {"schema": {"type": "string"}},
                    "application/x-ndjson": {"schema": {}},
                },
            },
            "responses": _answers(
                {"application/edi-x12": {"schema": {"type": "string"}}, "application/json": {"schema": {}}},
                "the answer",
            ),
        }
    },
    "/v1/edits": {"get": {"operationId": "edits", "summary": "List every edit.", "responses": _any_json("the edits")}},
    "/v1/edits/{id}": {
        "get": {
            "operationId": "edit",
            "summary": "Explain one edit.",
            "parameters": [_parameter("id", "WST-01, or its name", "path")],
            "responses": _any_json("the edit"),
        }
    },
    "/v1/codes/{code}": {
        "get": {
            "operationId": "code",
            "summary": "Say what the tables hold on a code or drug on a date of service.",
            "parameters": [
                _parameter("code", "a code of any kind that claims hold, or a name", "path"),
                _parameter("on", "the date of service; today if absent", schema=_DAY),
            ],
            "responses": _any_json("a section for each kind of code that it can be"),
        }
    },
    "/v1/profiles": {
        "get": {
            "operationId": "profiles",
            "summary": "List the payer profiles.",
            "responses": _any_json("the profiles"),
        }
    },
    "/v1/profiles/{name}": {
        "get": {
            "operationId": "profile",
            "summary": "Show a profile with all that it inherits.",
            "parameters": [_parameter("name", "of the profile", "path")],
            "responses": _any_json("the profile"),
        }
    },
    "/healthz": {"get": {"operationId": "health", "summary": "Whether it answers.", "responses": _any_json("alive")}},
    "/readyz": {"get": {"operationId": "readiness", "summary": "Whether it scrubs.", "responses": _any_json("ready")}},
    "/metrics": {
        "get": {
            "operationId": "metrics",
            "summary": "Metrics for Prometheus.",
            "responses": _answers({"text/plain": {"schema": {"type": "string"}}}, "the metrics"),
        }
    },
}


def document() -> Json:
    """Return the document."""
    models: list[tuple[type[BaseModel], Any]] = [(Claim, "validation"), (Outcome, "serialization")]
    _, definitions = models_json_schema(models, by_alias=True, ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "claimscrub",
            "version": version(),
            "summary": "Finds what a payer would reject in a claim, before the payer does.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "paths": _PATHS,
        "components": {
            "schemas": {**definitions["$defs"], "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


@lru_cache(maxsize=1)
def openapi() -> bytes:
    """Return the document as JSON."""
    return orjson.dumps(document())
