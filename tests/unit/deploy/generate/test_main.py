"""What is generated from the contracts is up to date and fits together."""

import importlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.generate import __main__ as generate
from schemas.claim import Claim
from schemas.dead_letter import HEADER_MEANINGS
from schemas.topics import TOPICS
from tests.unit.pipeline.claim_members import claim_with
from worker.pipeline.steps.known_members import members_of_model

SCHEMAS = generate.DIRECTORY / "json"
EXAMPLES = sorted((generate.DIRECTORY / "examples").glob("*.json"))
DOCUMENT: dict[str, Any] = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text("utf-8"))


def validator(schema: dict[str, Any]) -> Any:  # a validator of jsonschema, whose module is found at run time
    """What checks documents against a schema. Importing it is dear, and only the process that runs these tests does."""
    return importlib.import_module("jsonschema").Draft202012Validator(schema)


def schema_of(example: Path) -> dict[str, Any]:
    """The schema that an example must fit: its name begins with the schema's."""
    if example.stem == "dead-letter":
        headers = DOCUMENT["components"]["messages"]["dead-letter"]["headers"]
        return {"type": "object", "properties": {"headers": headers}, "required": ["key", "headers", "value"]}
    is_whole = (SCHEMAS / f"{example.stem}.schema.json").exists()
    name = example.stem if is_whole else example.stem.split("-")[0]
    schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return schema


def references(node: Any, path: str = "#") -> Iterator[tuple[str, str]]:
    """Every $ref below a node, with where it is."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield path, value
            else:
                yield from references(value, f"{path}/{key}")
    if isinstance(node, list):
        for place, value in enumerate(node):
            yield from references(value, f"{path}/{place}")


def resolved(reference: str, document: Any) -> Any:
    """What a $ref of a document points to; fails if it points nowhere."""
    file, _, pointer = reference.partition("#")
    node = document if not file else json.loads((SCHEMAS / file).read_text("utf-8"))
    for step in filter(None, pointer.split("/")):
        node = node[step]
    return node


def test_the_files_on_disk_are_up_to_date() -> None:
    """After a change of the contracts or of an edit's words: `python -m deploy.generate`."""
    assert generate.differing() == []


def test_the_generator_writes_what_it_then_finds_up_to_date(tmp_path: Path) -> None:
    """A file that is no longer generated is removed."""
    examples = tmp_path / "schemas" / "examples"
    examples.mkdir(parents=True)
    (examples / "left-over.json").write_text("{}")

    changed = generate.write(tmp_path)

    assert "schemas/examples/left-over.json" in changed
    assert "worker/edits/README.md" in changed
    assert generate.differing(tmp_path) == []
    assert not (examples / "left-over.json").exists()


def test_a_misspelt_option_is_refused() -> None:
    """Nothing is written by accident."""
    assert generate.main(["--chekc"], io.StringIO()) == 2


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.schema.json")), ids=lambda file: file.stem)
def test_every_schema_is_a_sound_schema(file: Path) -> None:
    """It fits the 2020-12 dialect, says what it is, and every $ref in it resolves."""
    schema = json.loads(file.read_text("utf-8"))

    validator(schema).check_schema(schema)
    assert schema["$schema"] == generate.DIALECT
    assert schema["title"]
    assert schema["description"]
    for _, reference in references(schema):
        assert resolved(reference, schema)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_fits_its_schema(file: Path) -> None:
    """The examples are what the schemas describe."""
    problems = [error.message for error in validator(schema_of(file)).iter_errors(json.loads(file.read_text("utf-8")))]

    assert problems == []


@pytest.mark.parametrize("disposition", ["scrubbed", "rejected", "pended"])
def test_the_examples_of_outcomes_are_what_their_names_say(disposition: str) -> None:
    """One outcome of each kind."""
    outcome = json.loads((generate.DIRECTORY / "examples" / f"outcome-{disposition}.json").read_text("utf-8"))

    assert outcome["disposition"] == disposition
    assert bool(outcome["findings"]) == (disposition != "scrubbed")


def test_the_schema_of_a_claim_refuses_what_is_none() -> None:
    """A claim without its claim information is not a claim; a field that we do not know is kept."""
    of_claims = validator(json.loads((SCHEMAS / "claim.schema.json").read_text("utf-8")))

    assert not of_claims.is_valid({"controlNumber": "1"})
    assert not of_claims.is_valid({"claimInformation": {"claimChargeAmount": "a lot"}})
    assert of_claims.is_valid({"claimInformation": {}, "somethingElse": {"of": "theirs"}})


def test_every_reference_in_the_asyncapi_document_resolves() -> None:
    """Within the document and into the schemas beside it."""
    for path, reference in references(DOCUMENT):
        assert resolved(reference, DOCUMENT), path


def test_the_asyncapi_document_describes_every_topic() -> None:
    """A channel a topic with name, PHI note and key, and its operations from the worker's point of view."""
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT["info"].keys() >= {"title", "version"}
    channels = DOCUMENT["channels"]
    assert {channels[topic.role]["address"] for topic in TOPICS} == {topic.name for topic in TOPICS}
    for topic in TOPICS:
        channel = channels[topic.role]
        assert channel["x-phi"] is topic.has_phi
        assert topic.key in channel["description"]
        operations = [
            operation
            for operation in DOCUMENT["operations"].values()
            if operation["channel"]["$ref"] == f"#/channels/{topic.role}"
        ]
        actions = {"in": {"receive"}, "out": {"send"}, "both": {"send", "receive"}}[topic.direction]
        assert {operation["action"] for operation in operations} == actions


def test_an_operation_names_messages_of_its_own_channel() -> None:
    """AsyncAPI 3.0 asks that the messages of an operation are those of its channel."""
    for operation in DOCUMENT["operations"].values():
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")


def test_every_message_has_payload_headers_and_content_type() -> None:
    """A reader needs no other source."""
    for name, message in DOCUMENT["components"]["messages"].items():
        assert message.keys() >= {"name", "title", "contentType", "headers", "payload"}, name


def test_the_dead_letter_headers_are_all_described() -> None:
    """The contract's own list is the one in the document."""
    headers = DOCUMENT["components"]["messages"]["dead-letter"]["headers"]

    assert list(headers["properties"]) == list(HEADER_MEANINGS)


def test_the_schemas_accept_members_that_a_later_version_adds() -> None:
    """To a claim, where they are kept and named, and to an outcome, where a reader passes over them."""
    claim, outcome = (json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8")) for name in ("claim", "outcome"))

    assert [name for name, part in _objects(claim) if part.get("additionalProperties") is not True] == []
    assert [name for name, part in _objects(outcome) if part.get("additionalProperties") is False] == []


def _objects(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "the message", schema
    yield from ((name, part) for name, part in schema["$defs"].items() if part["type"] == "object")


def test_the_schema_of_claims_takes_null_for_what_may_be_absent() -> None:
    """As the worker does; only the claim itself may not be absent."""
    of_claims = validator(json.loads((SCHEMAS / "claim.schema.json").read_text("utf-8")))
    claims = {
        member: {"claimInformation": {}} | claim_with(member, None)
        for member in members_of_model(Claim)
        if member != ("claimInformation",)
    }

    assert [member for member, claim in claims.items() if not of_claims.is_valid(claim)] == []
    assert not of_claims.is_valid({"claimInformation": None})


def test_a_kind_of_message_without_a_model_is_reported() -> None:
    """With the place to add it; else the AsyncAPI document would refer to a schema that is not there."""
    message = replace(TOPICS[0].message, name="review")

    with pytest.raises(ValueError, match=r"kind review .* MODELS in deploy/generate/__main__\.py"):
        generate.message_schemas([replace(TOPICS[0], message=message)])
