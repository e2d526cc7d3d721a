"""Claims in Arrow batches have the outcomes of `claimscrub check`, byte for byte, whatever the batches are like."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inputs.malformed import malformed
from tests.unit.x12.files import FILES, recounted
from worker.archive import batches
from worker.archive.batches import OUTCOME_COLUMNS, ArchiveError, ArchiveJob, scrub_batches
from worker.bootstrap import build_pipeline
from worker.cli.commands import claimscrub
from worker.errors import ConfigurationError
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import AS_OF, demo_claims
from worker.stream.pipeline_scrubber import PipelineScrubber
from worker.x12.read.segments import is_x12

ROOT: Final = Path(__file__).parents[3]
JOB: Final = ArchiveJob("claim", AS_OF)
MALFORMED: Final = [each for each in malformed() if not is_x12(each.value or b"")]
CLAIMS: Final = [each.value for each in demo_claims(60) if each.value]


@cache
def pipeline() -> Pipeline:
    """The shipped rules and tables."""
    return build_pipeline()


def batch(values: Sequence[bytes | None], kind: Any = None, **more: Sequence[object]) -> pa.RecordBatch:  # any: a type
    """A batch with claims, and other columns."""
    made = pa.array(values, pa.binary()).cast(kind or pa.binary())
    return pa.RecordBatch.from_pydict({"claim": made, **more})


def scrubbed(job: ArchiveJob, *given_batches: pa.RecordBatch) -> list[dict[str, Any]]:  # any: values of a row
    """The rows of outcomes of some batches."""
    return [row for made in scrub_batches(job, given_batches) for row in made.to_pylist()]


def checked(path: Path, *options: str) -> list[str]:
    """The outcomes that `claimscrub check` writes for a file."""
    arguments = ["check", "--format", "jsonl", "--as-of", str(AS_OF), "--processes", "1", *options, str(path)]
    return CliRunner().invoke(claimscrub, arguments).stdout.splitlines()


def outcomes(rows: Iterable[dict[str, Any]]) -> list[str]:  # any: values of a row
    """The outcomes of rows that have one."""
    return [row["outcome"] for row in rows if row["outcome"] is not None]


@pytest.mark.parametrize(
    "kind",
    [pa.binary(), pa.string(), pa.large_binary(), pa.large_string(), pa.binary_view(), pa.string_view()],
    ids=str,
)
def test_outcomes_are_those_of_check(kind: Any, tmp_path: Path) -> None:  # any: a type of pyarrow
    """As text or as bytes."""
    file = tmp_path / "claims.jsonl"
    claims = [value for value in CLAIMS if _is_utf8(value)]
    file.write_bytes(b"\n".join(claims) + b"\n")

    rows = scrubbed(JOB, batch(claims, kind))

    assert outcomes(rows) == checked(file)
    assert len(rows) == len(claims)


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return b"\n" not in value


def test_a_row_says_what_its_outcome_says() -> None:
    """So that nobody has to read JSON to find it."""
    for row in scrubbed(JOB, batch(CLAIMS)):
        assert list(row) == [name for name, _ in OUTCOME_COLUMNS]
        if row["outcome"] is None:
            assert (row["disposition"], row["dead_letter_reason"] is None) == ("dead-lettered", False)
            assert (row["outcome_id"], row["control_number"]) == (None, None)
            continue
        outcome = json.loads(row["outcome"])
        assert row["disposition"] == outcome["disposition"]
        assert row["outcome_id"] == outcome["outcomeId"]
        assert row["control_number"] == outcome["claim"]["claimInformation"]["patientControlNumber"]
        assert (row["dead_letter_reason"], row["dead_letter_flaws"]) == (None, None)


@pytest.mark.parametrize(
    ("number", "expected"),
    [('"SYN-1"', "SYN-1"), ('"SYN \\u00e9\\""', 'SYN é"'), ("null", None)],
)
def test_a_control_number_is_that_of_the_claim(number: str, expected: str | None) -> None:
    """Without what JSON escapes in it."""
    claim = orjson.loads(CLAIMS[0])
    claim["claimInformation"]["patientControlNumber"] = "MARK"
    value = orjson.dumps(claim).replace(b'"MARK"', number.encode())

    assert [row["control_number"] for row in scrubbed(JOB, batch([value]))] == [expected]


def test_what_is_not_a_claim_is_a_row_with_the_reason_of_the_worker() -> None:
    """And the claims around it have their outcomes."""
    scrubber = PipelineScrubber(pipeline())
    values = [value for each in MALFORMED for value in (each.value, CLAIMS[0])]

    rows = scrubbed(JOB, batch(values))

    alone = scrubbed(JOB, batch(CLAIMS[:1]))[0]
    assert rows[1::2] == [alone] * len(MALFORMED)
    for each, row in zip(MALFORMED, rows[::2], strict=True):
        verdict = scrubber.scrub(each.value, received_on=AS_OF)
        letter = verdict.dead_letter
        assert row["disposition"] == verdict.disposition
        assert row["dead_letter_reason"] == (letter and letter.reason.value)
        assert row["dead_letter_flaws"] == (letter and list(letter.first_flaws))


def test_an_empty_cell_is_a_row_as_well() -> None:
    """So that rows are as many as claims were."""
    rows = scrubbed(JOB, batch([None, CLAIMS[0], b""]))

    assert [row["disposition"] for row in rows] == ["skipped", rows[1]["disposition"], "dead-lettered"]
    assert (rows[0]["dead_letter_reason"], rows[2]["dead_letter_reason"]) == (None, "empty")


def test_an_interchange_gives_a_row_for_each_claim_and_one_for_what_is_none(tmp_path: Path) -> None:
    """As the worker answers it, with the outcomes of `check`; each with what is kept of the message."""
    sound, broken = FILES["many"], recounted(FILES["many"].replace("LX*1~\n", "", 1))
    (tmp_path / "sound.837").write_text(sound)
    (tmp_path / "broken.837").write_text(broken)
    job = ArchiveJob("claim", AS_OF, kept=("file",))

    rows = scrubbed(job, batch([sound.encode(), broken.encode(), CLAIMS[0]], file=["sound", "broken", "json"]))

    for file in ("sound", "broken"):
        expected = checked(tmp_path / f"{file}.837")
        assert len(expected) > 1
        assert outcomes(row for row in rows if row["file"] == file) == expected
    (flawed,) = [row for row in rows if row["disposition"] == "dead-lettered"]
    assert (flawed["file"], flawed["dead_letter_reason"]) == ("broken", "x12-claim")
    assert "Segment" in flawed["dead_letter_flaws"][0]
    assert rows[-1]["file"] == "json"


def test_a_bundle_gives_a_row_for_each_claim() -> None:
    """With the outcomes of `check`."""
    bundle = ROOT / "tests/unit/fhir/bundle.json"

    assert outcomes(scrubbed(JOB, batch([bundle.read_bytes()]))) == checked(bundle)


def test_a_day_of_its_own_counts_where_a_row_has_one() -> None:
    """Else that of the job."""
    early = date(2026, 3, 2)
    job = ArchiveJob("claim", AS_OF, day_column="received")

    rows = scrubbed(job, batch([CLAIMS[0]] * 2, received=pa.array([early, None], pa.date32())))

    assert [json.loads(row["outcome"])["receivedOn"] for row in rows] == [str(early), str(AS_OF)]


@given(
    cuts=st.lists(st.integers(0, len(CLAIMS)), max_size=6),
    slice_claims=st.integers(1, 40),
    slice_bytes=st.sampled_from([1, 20_000, 1_000_000]),
    batch_bytes=st.sampled_from([1, 30_000, 10_000_000]),
)
@settings(max_examples=8, deadline=None)
def test_how_claims_are_cut_into_batches_changes_no_byte(
    cuts: list[int], slice_claims: int, slice_bytes: int, batch_bytes: int
) -> None:
    """Neither in what comes, nor in what is scrubbed together, nor in what is handed on."""
    places = sorted({0, *cuts, len(CLAIMS)})
    parts = [batch(CLAIMS[a:b], row=range(a, b)) for a, b in pairwise(places)]
    job = ArchiveJob("claim", AS_OF, kept=("row",))
    whole = scrubbed(job, batch(CLAIMS, row=range(len(CLAIMS))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "_SLICE_CLAIMS", slice_claims)
        patch.setattr(batches, "_SLICE_BYTES", slice_bytes)
        patch.setattr(batches, "_BATCH_BYTES", batch_bytes)

        assert scrubbed(job, *parts, batch([], row=[])) == whole
    assert [row["row"] for row in whole] == list(range(len(CLAIMS)))


def test_a_batch_of_outcomes_is_handed_on_before_it_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the type that was promised."""
    monkeypatch.setattr(batches, "_BATCH_BYTES", 30_000)

    made = list(scrub_batches(JOB, [batch(CLAIMS)]))

    assert len(made) > 3
    assert {each.schema for each in made} == {pa.schema(list(OUTCOME_COLUMNS))}


def test_a_process_loads_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many parts of an archive it scrubs."""
    loaded = 0

    def build(*_: object, **__: object) -> Pipeline:
        nonlocal loaded
        loaded += 1
        return pipeline()

    monkeypatch.setattr(batches, "build_pipeline", build)
    alone = ArchiveJob("claim", AS_OF, profile="medicare-part-b")  # under it nothing else is loaded here

    for _ in range(3):
        scrubbed(alone, batch(CLAIMS[:1]))

    assert loaded == 1


@pytest.mark.parametrize(
    ("job", "given_batch", "sentence"),
    [
        (JOB, pa.RecordBatch.from_pydict({"other": [b"{}"]}), "column claim: is missing"),
        (JOB, pa.RecordBatch.from_arrays([pa.array([b"{}"])] * 2, ["claim", "claim"]), "comes more than once"),
        (JOB, pa.RecordBatch.from_pydict({"claim": [1]}), "column claim: is int64, and claims are text or bytes"),
        (
            ArchiveJob("claim", AS_OF, day_column="on"),
            pa.RecordBatch.from_pydict({"claim": [b"{}"], "on": ["2026-03-02"]}),
            "column on: is string, and days of receipt are dates",
        ),
        (ArchiveJob("claim", AS_OF, ruleset="0" * 12), batch([]), "the ruleset of this machine is"),
        (ArchiveJob("claim", AS_OF, reference="0" * 12), batch([]), "the reference of this machine is"),
    ],
    ids=["no column", "two columns", "numbers", "days as text", "other rules", "other tables"],
)
def test_what_cannot_be_scrubbed_is_said(job: ArchiveJob, given_batch: pa.RecordBatch, sentence: str) -> None:
    """With the column or the digest, before a claim is judged."""
    with pytest.raises(ArchiveError, match=sentence):
        scrubbed(job, given_batch)


def test_a_process_with_the_rules_of_the_job_works() -> None:
    """The other side of a digest that differs."""
    assert len(scrubbed(JOB.pinned(pipeline()), batch(CLAIMS[:2]))) == 2


def test_a_profile_is_that_of_every_claim() -> None:
    """One that is not there is said."""
    rows = scrubbed(ArchiveJob("claim", AS_OF, profile="medicaid"), batch(CLAIMS[:5]))

    assert {json.loads(each)["versions"]["profile"] for each in outcomes(rows)} == {"medicaid"}
    with pytest.raises(ConfigurationError, match="nobody"):
        scrubbed(ArchiveJob("claim", AS_OF, profile="nobody"), batch([]))


def test_a_message_that_fails_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a dead letter that may be our fault, as in the worker."""

    def break_on(self: PipelineScrubber, value: bytes, *_: object, **__: object) -> object:
        raise RuntimeError(value)

    monkeypatch.setattr(PipelineScrubber, "scrub_each", break_on)

    rows = scrubbed(JOB, batch([CLAIMS[0], b'{"resourceType": "Claim"}', CLAIMS[0]]))

    assert rows[0] == rows[2]
    assert (rows[0]["outcome"] is None, rows[1]["dead_letter_reason"]) == (False, "internal-error")
