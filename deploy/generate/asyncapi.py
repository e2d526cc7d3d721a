"""Describes every topic as an AsyncAPI 3.0 document, from the worker's point of view."""

from typing import Any, Final

from schemas.contract import CONTRACT_VERSION, schema_id
from schemas.dead_letter import (
    HEADER_FIRST,
    HEADER_FLAWS,
    HEADER_MEANINGS,
    HEADER_OFFSET,
    HEADER_PART,
    HEADER_PARTITION,
    HEADER_REASON,
    HEADER_REPLAYS,
    HEADER_STAGE,
    HEADER_TOPIC,
    DeadLetterReason,
    DeadLetterStage,
)
from schemas.topics import CLAIM, TOPICS, MessageKind, Topic

Document = dict[str, Any]
"""Any JSON object."""

_CLOUD_EVENT: Final[Document] = {
    "ce_specversion": {"type": "string", "const": "1.0", "description": "CloudEvents version"},
    "ce_id": {"type": "string", "description": "the outcome id, or of a dead letter an id made of its place of origin"},
    "ce_source": {"type": "string", "description": "/claimscrub/ and the inbound topic"},
    "ce_type": {
        "type": "string",
        "description": "claimscrub.{kind}.v1: claim.{disposition}, submission.837 or acknowledgement.{kind}",
    },
    "ce_time": {"type": "string", "format": "date-time", "description": "timestamp of the inbound message"},
    "ce_dataschema": {"type": "string", "const": schema_id("outcome"), "description": "of outcomes: their schema"},
}
_TRACEPARENT: Final[Document] = {"type": "string", "description": "W3C trace context, handed on as it came"}
_CORRELATION: Final[Document] = {
    HEADER_TOPIC: {"type": "string", "description": "topic of the message that it was made from"},
    HEADER_PARTITION: {"type": "string", "pattern": r"^\d+$", "description": "partition of that message"},
    HEADER_OFFSET: {"type": "string", "pattern": r"^\d+$", "description": "offset of that message"},
    HEADER_PART: {
        "type": "string",
        "pattern": r"^\d+$",
        "description": "which claim of that message, from 0 on, where it may hold several",
    },
    "ce_correlationid": {"type": "string", "description": "of that message, as it came"},
    "ce_causationid": {"type": "string", "description": "ce_id of that message"},
    HEADER_REPLAYS: {"type": "string", "pattern": r"^\d+$", "description": "how often that message was replayed"},
    HEADER_FIRST: {
        "type": "string",
        "description": "of a replay, where its claim was seen first: topic/partition/offset and, of several, /part",
    },
}
_CONTENT_TYPE: Final[Document] = {"type": "string", "const": "application/json"}
_CONTENT_TYPE_OF_CLAIMS: Final[Document] = {
    "type": "string",
    "examples": ["application/json", "application/fhir+json", "application/edi-x12"],
    "description": "absent, JSON by any of its names, or X12; without it X12 is known by its ISA, and FHIR is known by "
    "its resourceType wherever JSON may be",
}
_ABSENT_AT_TIMES: Final = frozenset({HEADER_FLAWS, HEADER_FIRST})
_KEYED_BY_TEXT: Final[Document] = {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}}
_ACTIONS: Final = {"in": ("receive",), "out": ("send",), "both": ("send", "receive")}


def asyncapi() -> Document:
    """Return the document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "claimscrub",
            "version": CONTRACT_VERSION,
            "description": (
                "Professional claims go in, one outcome per claim comes out. Every inbound message ends on exactly one "
                "of the scrubbed, rejected, pended and dead-letter topics, in the partition that it came from."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.role: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{action}-{topic.role}": _operation(topic, action)
            for topic in TOPICS
            for action in _ACTIONS[topic.direction]
        },
        "components": {
            "messages": {topic.message.name: _message(topic.message) for topic in TOPICS},
            "messageTraits": {
                "cloudEvent": {
                    "headers": {
                        "type": "object",
                        "properties": _CLOUD_EVENT,
                        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
                    }
                },
                "correlation": {
                    "headers": {
                        "type": "object",
                        "properties": _CORRELATION,
                        "required": [HEADER_TOPIC, HEADER_PARTITION, HEADER_OFFSET],
                    }
                },
            },
        },
    }


def _channel(topic: Topic) -> Document:
    name = topic.message.name
    phi = "Values are PHI: access and retention follow HIPAA." if topic.has_phi else "Values hold no PHI."
    return {
        "address": topic.name,
        "title": topic.role,
        "description": f"{topic.meaning} {phi} Keys and headers never hold PHI. The key is {topic.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": topic.cleanup_policy.split(","),
                    "retention.ms": topic.retention_ms,
                    "max.message.bytes": topic.max_message_bytes,
                    **{name: int(value) for name, value in topic.more_config},
                },
                "bindingVersion": "0.5.0",
            }
        },
        "x-phi": topic.has_phi,
    }


def _operation(topic: Topic, action: str) -> Document:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.role}"},
        "summary": topic.meaning,
        "messages": [{"$ref": f"#/channels/{topic.role}/messages/{topic.message.name}"}],
    }


def _message(message: MessageKind) -> Document:
    document: Document = {"name": message.name, "title": message.title}
    if message.summary:
        document["summary"] = message.summary
    if message.is_event:
        # A dead letter has the headers of its message, and headers of its own for the place.
        traits = ("cloudEvent",) if message.form == "bytes" else ("cloudEvent", "correlation")
        document["traits"] = [{"$ref": f"#/components/messageTraits/{trait}"} for trait in traits]
    return document | {"json": _json, "x12": _x12, "bytes": _bytes}[message.form](message)


def _json(message: MessageKind) -> Document:
    content_type = _CONTENT_TYPE_OF_CLAIMS if message == CLAIM else _CONTENT_TYPE
    return {
        "contentType": "application/json",
        "headers": {"type": "object", "properties": {"traceparent": _TRACEPARENT, "content-type": content_type}},
        "payload": {"$ref": f"./{message.name}.schema.json"},
        "bindings": _KEYED_BY_TEXT,
    }


def _x12(_: MessageKind) -> Document:
    content_type: Document = {"type": "string", "enum": ["application/edi-x12", "application/json"]}
    return {
        "contentType": "application/edi-x12",
        "headers": {"type": "object", "properties": {"traceparent": _TRACEPARENT, "content-type": content_type}},
        "payload": {"type": "string"},
        "bindings": _KEYED_BY_TEXT,
    }


def _bytes(_: MessageKind) -> Document:
    return {
        "description": (
            f"Whoever sends the message again cuts the headers at {next(iter(HEADER_MEANINGS))}. No header holds an "
            "exception text, since that can hold parts of a claim."
        ),
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "properties": {name: _dead_letter_header(name) for name in HEADER_MEANINGS},
            "required": [name for name in HEADER_MEANINGS if name not in _ABSENT_AT_TIMES],
        },
        "payload": {"type": "string", "format": "binary", "description": "whatever bytes came in"},
        "bindings": _KEYED_BY_TEXT,
    }


def _dead_letter_header(name: str) -> Document:
    header: Document = {"type": "string", "description": HEADER_MEANINGS[name]}
    if name == HEADER_REASON:
        header["enum"] = [reason.value for reason in DeadLetterReason]
    if name == HEADER_STAGE:
        header["enum"] = [stage.value for stage in DeadLetterStage]
    return header
