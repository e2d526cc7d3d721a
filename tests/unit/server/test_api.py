"""The API has the worker's verdicts, byte for byte, and says why there is none."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from typing import Final

import orjson
import pytest
from click.testing import CliRunner

from schemas.outcome import Outcome
from tests.inputs.hostile import claim_with
from tests.inputs.malformed import malformed
from tests.unit.server.conftest import Served
from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.cases.files import load_cases
from worker.cli.commands import claimscrub
from worker.pipeline.forms import says_resource
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF, demo_claims
from worker.samples.institutional import as_bill
from worker.samples.synthetic import claim, line
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.stream.scrubber import PART_READ, Form
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

ROOT: Final = Path(__file__).parents[3]
NDJSON: Final = "application/x-ndjson"
X12: Final = "application/edi-x12"


def of_cases() -> Iterator[bytes]:
    """The claims of the cases of edits, of every family."""
    cases = load_cases(ROOT / "tests" / "edits" / "cases")
    yield from (orjson.dumps(case.claim) for case in cases)


def as_worker(pipeline: Pipeline, value: bytes, form: Form = Form.CLAIM) -> list[bytes]:
    """The outcomes that the worker would publish for a message."""
    scrubber = PipelineScrubber(pipeline)
    if form is Form.CLAIM:
        verdicts = [scrubber.scrub(value, received_on=AS_OF)]
    else:
        verdicts = [each for each in scrubber.scrub_each(value, form, received_on=AS_OF) if each is not PART_READ]
    return [each.value for each in verdicts if each.value is not None]


def test_claims_of_every_edit_have_the_workers_outcomes(server: Served, pipeline: Pipeline) -> None:
    """As lines of one request."""
    claims = list(of_cases())
    answer = server.scrub(b"\n".join(claims), NDJSON)

    assert (answer.status, answer.headers["Content-Type"]) == (200, NDJSON)
    assert len(claims) > 1500
    assert answer.lines == [as_worker(pipeline, each)[0] for each in claims]


def test_demo_claims_have_the_bytes_of_check(server: Served, tmp_path: Path) -> None:
    """Also in one request each; what is not a claim is a problem at its place."""
    messages = list(islice(demo_claims(200), 200))
    sound = [each.value for each in messages if each.expected is not None]
    file = tmp_path / "claims.jsonl"
    file.write_bytes(b"\n".join(sound) + b"\n")
    given = ["check", "--format", "jsonl", "--as-of", AS_OF.isoformat(), str(file)]
    checked = CliRunner().invoke(claimscrub, given).stdout_bytes.splitlines()

    assert server.scrub(b"\n".join(sound), NDJSON).lines == checked
    assert [server.scrub(each).body for each in sound[:25]] == checked[:25]


def test_claims_in_x12_have_the_workers_outcomes(server: Served, pipeline: Pipeline) -> None:
    """Professional and institutional ones, known by content type or by their ISA."""
    demo = [json.loads(each.value) for each in demo_claims(60) if each.expected is not None]
    bills = [as_bill(each, "131") for each in demo[:10]]
    for claims in (demo, bills):
        interchange = b"".join(write_837(claims, Defaults(datetime(2026, 3, 31, tzinfo=UTC), "", "", "P")))
        expected = as_worker(pipeline, interchange, Form.INTERCHANGE)

        assert len(expected) > len(claims) * 3 // 4  # some are wrong in ways that X12 cannot hold
        assert server.scrub(interchange, X12).lines == expected
        assert server.scrub(interchange, "application/octet-stream").lines == expected


def test_claims_in_fhir_have_the_workers_outcomes(server: Served, pipeline: Pipeline) -> None:
    """A Bundle has a line for each claim, a Claim alone its outcome."""
    bundle = (ROOT / "tests/unit/fhir/bundle.json").read_bytes()
    alone = next(
        entry["resource"] for entry in json.loads(bundle)["entry"] if entry["resource"]["resourceType"] == "Claim"
    )

    for kind in ("application/fhir+json", "application/json", "text/plain"):
        assert server.scrub(bundle, kind).lines == as_worker(pipeline, bundle, Form.RESOURCE)
    answer, expected = server.scrub(orjson.dumps(alone)), as_worker(pipeline, orjson.dumps(alone), Form.RESOURCE)
    assert expected == ([answer.body] if answer.status == 200 else [])
    in_line = b" ".join(bundle.split(b"\n"))
    in_lines = server.scrub(in_line + b"\n" + claim_with(1, ""), NDJSON).lines
    assert in_lines == [*as_worker(pipeline, in_line, Form.RESOURCE), *as_worker(pipeline, claim_with(1, ""))]


def test_the_same_claim_again_is_the_same_outcome(server: Served) -> None:
    """By its outcome id, and every byte; another day is another id."""
    value = claim_with(1, "")
    first, again = server.scrub(value), server.scrub(value)
    later = server.scrub(value, query="?asOf=2026-04-01")

    assert first.body == again.body
    assert Outcome.read(later.body).outcome_id != Outcome.read(first.body).outcome_id


def test_a_profile_can_be_named(server: Served, pipeline: Pipeline) -> None:
    """As by `check --profile`; an unknown one is refused with those that there are."""
    value = orjson.dumps(claim([line("J9050", units=1)]))
    scrubbed = pipeline.under("commercial").scrub(value, AS_OF)
    refused = server.scrub(value, query="?profile=none")

    assert server.scrub(value, query="?profile=commercial").body == scrubbed.message
    assert (refused.status, refused.headers["Content-Type"]) == (400, "application/problem+json")
    assert "commercial" in refused.document["detail"]


def test_what_is_no_claim_has_the_reason_of_its_dead_letter(server: Served, pipeline: Pipeline) -> None:
    """As problem details, with the JSON paths; what is one has its outcome."""
    for each in malformed():
        if not each.value or len(each.value) > MAX_MESSAGE_BYTES or says_resource(each.value):
            continue
        scrubbed, answer = pipeline.scrub(each.value, AS_OF), server.scrub(each.value)
        if scrubbed.dead_letter is None:
            assert answer.body == scrubbed.message, each
            continue
        found = answer.document
        assert found["reason"] == scrubbed.dead_letter.reason.value, each
        assert answer.status == found["status"] >= 400, each
        written = [": ".join(filter(None, (flaw.get("path"), flaw["detail"]))) for flaw in found.get("errors", ())]
        assert written == list(scrubbed.dead_letter.first_flaws), each


def test_a_problem_names_the_path_and_no_value(server: Served) -> None:
    """RFC 9457, with a type that can be read."""
    answer = server.scrub(b'{"claimInformation": {"claim_charge_amount": "Zq7Canary"}}')

    assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert answer.document["errors"][0]["path"] == "$.claimInformation.claim_charge_amount"
    assert "Canary" not in answer.body.decode()
    assert (
        server.get(answer.document["type"]).body
        == b"schema: it is JSON, but its fields do not have the form of a claim.\n"
    )


def test_a_broken_line_spoils_no_other(server: Served) -> None:
    """Its problem is at its place, with its line."""
    good = claim_with(1, "")
    lines = server.scrub(b"\n".join([good, b"{", b"", good]), NDJSON).lines

    assert lines[0] == lines[2]
    assert json.loads(lines[1])["place"] == "line 2"
    assert json.loads(lines[1])["status"] == 422


def test_a_flawed_segment_is_a_problem_at_its_place(server: Served) -> None:
    """Where the worker has one dead letter for the message."""
    demo = [json.loads(each.value) for each in demo_claims(4)]
    interchange = b"".join(write_837(demo, Defaults(datetime(2026, 3, 31, tzinfo=UTC), "", "", "P")))
    broken = interchange.replace(b"NM1*IL*", b"NM1*ZZ*", 1)
    problems = [
        json.loads(each) for each in server.scrub(broken, X12).lines if b'"problems' in each or b'"/problems' in each
    ]

    assert problems
    assert all(each["reason"].startswith("x12-") for each in problems)


@pytest.mark.parametrize(
    ("kind", "body", "status", "name"),
    [
        ("application/xml", b"<claim/>", 415, "unsupported-content-type"),
        ("application/cloudevents+json", b"{}", 415, "unsupported-content-type"),
        ("application/json", b" " * (MAX_MESSAGE_BYTES + 1), 413, "too-large"),
        (NDJSON, b" " * MAX_MESSAGE_BYTES + b"x" * 10, 200, ""),
        (X12, b"no x12", 200, ""),
    ],
)
def test_limits_and_content_types(server: Served, kind: str, body: bytes, status: int, name: str) -> None:
    """What is not even looked into is named; a stream says it in its last line."""
    answer = server.scrub(body, kind)

    assert answer.status == status
    problem = json.loads(answer.lines[-1])
    assert problem["type"].startswith("/problems/")
    assert not name or problem["type"] == f"/problems/{name}"


def test_the_longest_message_is_read(server: Served) -> None:
    """A byte more is not."""
    value = claim_with(1, "")
    longest = value + b" " * (MAX_MESSAGE_BYTES - len(value))

    assert server.scrub(longest).status == 200
    assert server.scrub(longest + b" ").status == 413


def test_converting_and_back_is_the_same_claim(server: Served) -> None:
    """JSON to X12 to JSON; what has no segment is named."""
    value = orjson.dumps(claim([line("J9050", units=1)], record=[]))
    to_x12 = server.ask("POST", "/v1/convert?to=x12", value)
    raw = server.ask("POST", "/v1/convert?to=x12", value, Accept=X12)
    back = server.ask("POST", "/v1/convert?to=json", raw.body, Content_Type=X12)

    assert to_x12.document["x12"].startswith("ISA*")
    assert raw.headers["Content-Type"] == X12
    information = back.document["claims"][0]["claimInformation"]
    assert information["serviceLines"][0]["professionalService"]["procedureCode"] == "J9050"
    assert (to_x12.document["problems"], back.document["problems"]) == ([], [])
    assert server.ask("POST", "/v1/convert", value).status == 400
    assert server.ask("POST", "/v1/convert?to=json", b"{").status == 422


def test_a_claim_that_would_change_is_not_written(server: Served) -> None:
    """Its neighbor is; the refusal has its place."""
    sound, odd = claim([line("J9050")]), claim([line("J9050")])
    odd["billing"] = {}
    body = b"\n".join(map(orjson.dumps, (odd, sound)))
    answer = server.ask("POST", "/v1/convert?to=x12", body, Content_Type=NDJSON).document

    assert answer["x12"].count("CLM*") == 1
    assert [each["place"] for each in answer["problems"]] == ["Line 1"]


def test_acknowledgments_are_those_of_the_command(server: Served) -> None:
    """A 999 for an interchange, a 277CA for outcomes, and a problem for neither."""
    demo = [json.loads(each.value) for each in demo_claims(3)]
    interchange = b"".join(write_837(demo, Defaults(datetime(2026, 3, 31, tzinfo=UTC), "", "", "P")))
    outcomes = server.scrub(interchange, X12).body

    assert b"ST*999*" in server.ask("POST", "/v1/acknowledge", interchange, Content_Type=X12).body
    assert b"ST*277*" in server.ask("POST", "/v1/acknowledge", outcomes, Content_Type=NDJSON).body
    as_json = server.ask("POST", "/v1/acknowledge?format=json", outcomes, Content_Type=NDJSON)
    assert as_json.headers["Content-Type"] == "application/json"
    assert server.ask("POST", "/v1/acknowledge", b"{}").status == 422


def test_edits_codes_and_profiles_are_those_of_the_commands(server: Served) -> None:
    """The same documents; what there is not is a 404 with near misses."""
    run = CliRunner().invoke
    assert server.get("/v1/edits").document == json.loads(run(claimscrub, ["edits", "--format", "json"]).stdout)
    explained = json.loads(run(claimscrub, ["explain", "J2357", "--on", "2026-03-02", "--format", "json"]).stdout)
    assert server.get("/v1/codes/J2357?on=2026-03-02").document["sections"] == explained["sections"]
    edit = json.loads(run(claimscrub, ["explain", "WST-01", "--format", "json"]).stdout)["edit"]
    assert server.get("/v1/edits/WST-01").document == edit
    shown = json.loads(run(claimscrub, ["profiles", "show", "medicare-part-b", "--format", "json"]).stdout)
    assert server.get("/v1/profiles/medicare-part-b").document == shown
    assert [each["name"] for each in server.get("/v1/profiles").document]
    assert server.get("/v1/edits/WST-99").status == 404
    assert server.get("/v1/profiles/none").status == 404
    assert server.get("/v1/codes/J2357?on=yesterday").status == 400
    assert server.get("/v1/codes/%3Cb%3E").status == 404


def test_health_and_metrics(server: Served) -> None:
    """Ready once the tables are loaded; counted by outcome, by route, and without a label of a claim."""
    server.scrub(claim_with(1, ""))
    metrics = server.get("/metrics").body.decode()

    assert server.get("/healthz").document == {"alive": True}
    assert server.get("/readyz").document == {"reference_loaded": True, "not_stopping": True}
    assert 'claimscrub_requests_total{route="scrub",status="2xx"}' in metrics
    assert 'claimscrub_claims_total{outcome="scrubbed"}' in metrics


@pytest.mark.parametrize("path", ["/v1/scrub", "/v1/edits", "/nowhere", "/v1/nowhere", "/problems/none"])
def test_other_methods_and_paths_are_refused(server: Served, path: str) -> None:
    """With problem details, and nothing of the request."""
    for method in ("PUT", "DELETE", "OPTIONS"):
        answer = server.ask(method, path)
        assert answer.status in (404, 405)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert path not in answer.body.decode().replace("/problems/", "")


def test_a_stream_answers_while_it_comes_in(server: Served) -> None:
    """The first outcome is there before the second claim is sent."""
    line_ = claim_with(1, "") + b"\n"
    piece = b"%x\r\n%b\r\n" % (len(line_), line_)
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.putrequest("POST", "/v1/scrub")
        connection.putheader("Content-Type", NDJSON)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        connection.send(piece)
        with connection.getresponse() as response:
            first = response.readline()
            connection.send(piece + b"0\r\n\r\n")

            assert Outcome.read(first).outcome_id
            assert response.read() == first
