"""Answers that need the tables: conversion, acknowledgment, edits, codes and profiles, as JSON or X12."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import orjson

from schemas.outcome import Disposition, Outcome
from worker.pipeline.forms import ClaimDocument, interchange_claims, resource_claims, says_resource
from worker.pipeline.scrub import Pipeline
from worker.pipeline.steps.decode import (
    UnreadableClaimError,
    claim_of_outcome,
    read_json,
    refuse_other_forms,
    write_json,
)
from worker.server.frames import DeskQuestion, Reply
from worker.server.problems import CONTENT_TYPE, of_reason, refused, status_of
from worker.wording.code import sections_of
from worker.wording.edits import described, edit_as_json
from worker.wording.profiles import plain
from worker.wording.search import edit_called, near_misses, sections_about
from worker.x12.answer import ack_999 as structure
from worker.x12.answer import status_277ca as status_answer
from worker.x12.answer.ack_999 import answers_of, write_999, write_ta1
from worker.x12.answer.claim_status import submissions_of
from worker.x12.answer.status_277ca import write_277ca
from worker.x12.read.interchanges import read_837
from worker.x12.read.segments import is_x12
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

X12: Final = "application/edi-x12"
NDJSON: Final = "application/x-ndjson"
JSON: Final = "application/json"
Json = dict[str, Any]
"""Any JSON object."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a process answers from: the pipeline, its configuration folder, and how long a claim message may be."""

    pipeline: Pipeline
    config: Path | None
    most_bytes: int


@dataclass(slots=True)
class _ReadDocuments:
    """Claims of a body, and what of it was not read, refused or lost, each with its place."""

    documents: list[Json]
    places: list[str]
    problems: list[Json]
    notes: list[Json]


def json_reply(document: object, status: int = 200) -> Reply:
    """Return a reply in JSON."""
    return Reply(orjson.dumps(document), JSON, status)


def convert(_: Desk, asked: DeskQuestion) -> Reply:
    """Write claims in another form; what the other form cannot hold is named beside them."""
    to = asked.options.get("to", "")
    if to not in ("json", "x12"):
        return refused("`to` is json or x12, as in POST /v1/convert?to=x12.")
    try:
        read = _documents(asked)
    except UnreadableClaimError as error:
        letter = error.letter
        body = of_reason(letter.reason, letter.stage.value, letter.first_flaws)
        return Reply(body, CONTENT_TYPE, status_of(letter.reason).value)
    if to == "json":
        if asked.options.get("accept") == NDJSON and not read.problems:
            return Reply(b"".join(write_json(each) + b"\n" for each in read.documents), NDJSON)
        claims = [orjson.Fragment(write_json(each)) for each in read.documents]
        return json_reply({"claims": claims, "notes": read.notes, "problems": read.problems})

    def note(place: int, path: str) -> None:
        read.notes.append({"place": read.places[place - 1], "path": path, "detail": "has no segment"})

    def refuse(place: int, why: str) -> None:
        detail = f"is not written, because its meaning would change: {why}"
        read.problems.append({"place": read.places[place - 1], "detail": detail})

    moment = datetime.now(UTC).astimezone()
    usage = "T" if asked.options.get("test") == "true" else "P"
    defaults = Defaults(moment, asked.options.get("sender", ""), asked.options.get("receiver", ""), usage)
    written = b"".join(write_837(read.documents, defaults, note, refuse))
    if asked.options.get("accept") == X12 and written and not read.problems:
        return Reply(written, X12, headers={"Claimscrub-Notes": str(len(read.notes))})
    text = written.decode("utf-8", "surrogateescape")
    try:
        text.encode()
    except UnicodeEncodeError:
        return refused("These claims are written in Windows-1252: ask with Accept: application/edi-x12.",
                       HTTPStatus.NOT_ACCEPTABLE, "not-acceptable")  # fmt: skip
    return json_reply({"x12": text, "notes": read.notes, "problems": read.problems})


def _documents(asked: DeskQuestion) -> _ReadDocuments:
    """Read claims of any form, or outcomes one per line. Raises `UnreadableClaimError` where none can be read."""
    read = _ReadDocuments([], [], [], [])
    body = asked.body
    kind = asked.options.get("form", "")
    if kind == "interchange" or (not kind and is_x12(body)):
        _take_parts(read, interchange_claims(body))
    elif kind == "resource" or (not kind and says_resource(body)):
        _take_parts(read, resource_claims(body))
    else:
        lines = body.splitlines() if kind == "lines" else [body]
        for number, line in enumerate(lines, 1):
            if line.strip():
                _take_line(read, line, f"Line {number}" if kind == "lines" else "", asked)
    return read


def _take_parts(read: _ReadDocuments, parts: Iterator[Any]) -> None:  # any: the two kinds of parts share no class
    for each in parts:
        if isinstance(each, ClaimDocument):
            read.documents.append(each.document)
            read.places.append(each.place)
            for path in each.document.get("fhirOrigin", {}).get("unmapped", ()):
                read.notes.append({"place": each.place, "path": path, "detail": "has no place in the message"})
        else:
            read.problems.append({"reason": each.letter.reason.value, "detail": each.sentence})


def _take_line(read: _ReadDocuments, line: bytes, place: str, asked: DeskQuestion) -> None:
    try:
        document = read_json(line)
        if "outcomeId" in document:
            any_outcome = asked.options.get("anyOutcome") == "true"
            if not any_outcome and document.get("disposition") != Disposition.SCRUBBED:
                read.notes.append({"place": place, "detail": "its outcome is not scrubbed, so it is left out"})
                return
            document = claim_of_outcome(document)
        refuse_other_forms(document)
    except UnreadableClaimError as error:
        if not place:
            raise
        read.problems.append(
            {"place": place, "reason": error.letter.reason.value, "errors": list(error.letter.first_flaws)}
        )
        return
    read.documents.append(document)
    read.places.append(place or "The claim")


def acknowledge(_: Desk, asked: DeskQuestion) -> Reply:
    """Answer a submitter: TA1 and 999 for 837s, 277CA for outcomes, one per line."""
    moment = datetime.now(UTC).astimezone()
    wants_json = asked.options.get("format", "x12") == "json"
    if is_x12(asked.body):
        answers = answers_of(read_837(io.BytesIO(asked.body)))
        if wants_json:
            return json_reply(structure.as_json(answers))
        return Reply("".join((*write_ta1(answers, moment), *write_999(answers, moment))).encode(), X12)
    outcomes = list[Outcome]()
    for number, line in enumerate(asked.body.splitlines(), 1):
        if not line.strip():
            continue
        try:
            outcomes.append(Outcome.read(line))
        except ValueError:
            return refused(f"Line {number} is not an outcome, and the body is not X12.",
                           HTTPStatus.UNPROCESSABLE_ENTITY, "not-an-outcome")  # fmt: skip
    submissions = submissions_of(outcomes)
    if wants_json:
        return json_reply(status_answer.as_json(submissions))
    return Reply("".join(write_277ca(submissions, moment)).encode(), X12)


def edits(desk: Desk, asked: DeskQuestion) -> Reply:
    """List the catalogue, or describe one edit by its id or name."""
    wanted = asked.options.get("id")
    if wanted is None:
        return json_reply([described(edit) for edit in desk.pipeline.edits])
    edit = edit_called(wanted, desk.pipeline.edits)
    if edit is None:
        return _unknown(desk, wanted)
    return json_reply(edit_as_json(edit, desk.pipeline.profiles))


def _unknown(desk: Desk, wanted: str) -> Reply:
    near = near_misses(wanted, desk.pipeline.edits, desk.pipeline.snapshot)
    more = f" Near to it: {', '.join(near)}." if near else ""
    return refused(f"There is nothing of that name.{more}", HTTPStatus.NOT_FOUND, "not-found")


def code(desk: Desk, asked: DeskQuestion) -> Reply:
    """Say all that the tables hold on a code or a drug on a day."""
    wanted, day = asked.options.get("code", ""), date.fromisoformat(asked.options["on"])
    sections = sections_of(wanted, day, desk.pipeline) or tuple(sections_about(wanted, day, desk.pipeline))
    if not sections:
        return _unknown(desk, wanted)
    shown = [each for each in sections if each.is_known] or sections
    return json_reply({"subject": wanted, "on": day, "sections": [each.as_json() for each in shown]})


def profiles(desk: Desk, asked: DeskQuestion) -> Reply:
    """List the profiles, or describe one with all that it inherits."""
    wanted = asked.options.get("name")
    known = {profile.name: profile for profile in desk.pipeline.profiles}
    if wanted is None:
        return json_reply(
            [{"name": each.name, "title": each.title, "extends": each.extends} for each in known.values()]
        )
    if wanted not in known:
        detail = f"There is no such profile; there are: {', '.join(sorted(known))}."
        return refused(detail, HTTPStatus.NOT_FOUND, "not-found")
    return json_reply(plain(known[wanted], desk.pipeline.edits))


QUESTIONS: Final = MappingProxyType[str, Callable[[Desk, DeskQuestion], Reply]](
    {
        "convert": convert,
        "acknowledge": acknowledge,
        "edits": edits,
        "code": code,
        "profiles": profiles,
    }
)
"""What may be asked, by name."""
