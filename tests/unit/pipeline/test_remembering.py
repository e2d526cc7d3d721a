"""Claims of a patient are judged one after the other, each knowing those before it."""

from collections.abc import Sequence
from datetime import date

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.dead_letter import DeadLetterReason
from schemas.outcome import Disposition, HistoryWindow
from worker.history.decisions import Decision, decode_known, encode_decision, is_on_a_claim
from worker.history.entry import EarlierState, decode
from worker.history.key import HistoryKey
from worker.history.view import History, history_of
from worker.pipeline.remembering import scrub_in_order
from worker.pipeline.scrub import Pipeline, ScrubResult
from worker.samples import synthetic

KEY = HistoryKey(bytes(32), bytes(32))
RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)
BEGIN = date(2025, 3, 1)


class ListMemory:
    """Remembers in lists, and counts what it was asked."""

    def __init__(self) -> None:
        self.entries: dict[bytes, list[bytes]] = {}
        self.asked = 0

    def history(self, person: bytes, received_on: date) -> History:
        """All that was remembered of a person."""
        self.asked += 1
        return history_of(self.entries.get(person, ()), since=BEGIN, until=received_on)

    def remember(self, person: bytes, received_on: date, entry: bytes) -> None:
        """Keep it."""
        assert decode(entry).received_on == received_on
        self.entries.setdefault(person, []).append(entry)

    def decide(self, person: bytes, received_on: date, decision: Decision) -> bool:  # noqa: ARG002 - the seam
        """Keep it."""
        known = self.entries.setdefault(person, [])
        known.append(encode_decision(decision))
        return is_on_a_claim([decode_known(each) for each in known[:-1]], decision)


def claim(member: str = "M1", number: str = "A1", units: int = 40, payer: str = "P1") -> bytes:
    """A sound claim of a member, on a day of its own for each count of units."""
    on = f"202603{units - 38:02}"
    lines = [synthetic.line("J1745", units=units, modifiers=["JZ"], on=on), synthetic.line("96413", on=on)]
    document = synthetic.claim(lines, number=number, payer=payer, filing_code="CI")
    document["subscriber"]["memberId"] = member
    return orjson.dumps(document)


def scrubbed(pipeline: Pipeline, values: Sequence[bytes | None], memory: ListMemory | None = None) -> list[ScrubResult]:
    """What became of messages of one day, in order."""
    return scrub_in_order(pipeline.remembering(KEY), [(each, RECEIVED) for each in values], memory or ListMemory())


def windows(results: Sequence[ScrubResult]) -> list[HistoryWindow | None]:
    """The window of each outcome."""
    return [each.outcome.coverage.history if each.outcome else None for each in results]


def test_a_claim_knows_those_of_the_same_patient_before_it(pipeline: Pipeline) -> None:
    """In one batch as in the next one, and nobody else's."""
    memory = ListMemory()

    first = scrubbed(pipeline, [claim("M1", "A1"), claim("M2", "B1"), claim("M1", "A2", 41)], memory)
    then = scrubbed(pipeline, [claim("m-1", "A3", 42)], memory)

    assert [each.claims for each in windows([*first, *then]) if each] == [0, 0, 1, 2]
    assert windows(then) == [HistoryWindow(since=BEGIN, until=RECEIVED, claims=2)]


def test_without_a_memory_nothing_is_added_to_outcome_and_id(pipeline: Pipeline) -> None:
    """So that the ids of those who remember nothing stay."""
    plain = pipeline.scrub(claim(), RECEIVED)
    (remembering,) = scrubbed(pipeline, [claim()])

    assert plain.message is not None
    assert plain.outcome is not None
    assert b'"history"' not in plain.message
    assert plain.remember is None
    assert plain.outcome.coverage.history is None
    assert remembering.outcome_id != plain.outcome_id


def test_the_id_is_that_of_what_was_known(pipeline: Pipeline) -> None:
    """The same claim after the same claims has the same id, after others another one."""
    again = [scrubbed(pipeline, [claim("M1", "A1"), claim("M1", "A2", 41)])[1].outcome_id for _ in range(2)]
    other = scrubbed(pipeline, [claim("M1", "A1", 39), claim("M1", "A2", 41)])[1].outcome_id
    alone = scrubbed(pipeline, [claim("M1", "A2", 41)])[0].outcome_id

    assert again[0] == again[1]
    assert len({again[0], other, alone}) == 3


def test_a_rejected_claim_is_not_remembered_and_a_pended_one_is_held(pipeline: Pipeline) -> None:
    """The first went nowhere, and of the second nobody knows."""
    rejected = orjson.loads(claim(number="A1"))
    rejected["billing"]["npi"] = "1234567890"
    pended = orjson.loads(claim(number="A2")) | {"documentation": []}
    service = pended["claimInformation"]["serviceLines"][0]["professionalService"]
    service["procedureCode"] = "J2357"
    memory = ListMemory()

    values = [orjson.dumps(rejected), orjson.dumps(pended), claim("M1", "A3")]
    results = scrubbed(pipeline, values, memory)

    assert [each.disposition for each in results] == ["rejected", "pended", "scrubbed"]
    ((held, out),) = memory.entries.values()
    assert [decode(held).state, decode(out).state] == [EarlierState.HELD, EarlierState.OUT]
    assert decode(out).outcome.hex() == (results[2].outcome_id or "")[:16]


def test_a_claim_of_nobody_is_judged_and_says_what_it_lacks(pipeline: Pipeline) -> None:
    """It is remembered for nobody."""
    memory = ListMemory()

    results = scrubbed(pipeline, [claim(payer=""), claim(payer="")], memory)

    assert windows(results) == [HistoryWindow(missing="the payer's id")] * 2
    assert (memory.entries, memory.asked) == ({}, 0)


def test_a_pipeline_that_remembers_says_where_nobody_looked_anything_up(pipeline: Pipeline) -> None:
    """Never a pass for want of a look."""
    outcome = pipeline.remembering(KEY).scrub(claim(), RECEIVED).outcome

    assert outcome is not None
    assert outcome.coverage.history == HistoryWindow(missing="earlier claims, which were not looked up")


def test_what_is_not_a_claim_keeps_its_place(pipeline: Pipeline) -> None:
    """Dead letters and tombstones among claims."""
    results = scrubbed(pipeline, [None, b"{", claim(), b"", claim("M1", "A2", 41)])

    assert [each.disposition and each.disposition.value for each in results] == [
        None,
        None,
        "scrubbed",
        None,
        "scrubbed",
    ]
    assert [each.dead_letter is not None for each in results] == [False, True, False, True, False]


@pytest.mark.parametrize("kept", ["under", "remembering"])
def test_a_profile_for_all_claims_stays(pipeline: Pipeline, kept: str) -> None:
    """In whichever order the two are asked for."""
    one = pipeline.under("commercial")
    chosen = one.remembering(KEY) if kept == "under" else pipeline.remembering(KEY).under("commercial")

    assert chosen.scrub(claim(), RECEIVED).profile == "commercial"


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 3), st.integers(39, 41)), max_size=8),
    st.integers(0, 8),
)
def test_a_batch_is_the_same_as_one_by_one(pipeline: Pipeline, claims: list[tuple[str, int, int]], cut: int) -> None:
    """Byte for byte, wherever the batches are cut."""
    values = [claim(member, f"A{number}", units) for member, number, units in claims]
    single, batched = ListMemory(), ListMemory()

    one_by_one = [scrubbed(pipeline, [each], single)[0].message for each in values]
    together = [*scrubbed(pipeline, values[:cut], batched), *scrubbed(pipeline, values[cut:], batched)]

    assert [each.message for each in together] == one_by_one
    assert batched.entries == single.entries


def decision(what: str, number: str = "A1", member: str = "M1") -> bytes:
    """A payer's decision of the day on a claim as above."""
    return orjson.dumps(synthetic.decision_on(orjson.loads(claim(member, number)), what, RECEIVED))


def test_a_decision_between_two_claims_is_known_to_the_second_and_not_to_the_first(pipeline: Pipeline) -> None:
    """What the payer returned may be sent again; what it denied may not."""
    freed = scrubbed(pipeline, [claim(), decision("returned"), claim()])
    denied = scrubbed(pipeline, [claim(), decision("denied"), claim()])
    of_another = scrubbed(pipeline, [claim(), decision("returned", member="M2"), claim()])

    assert [each.disposition for each in freed] == [Disposition.SCRUBBED, None, Disposition.SCRUBBED]
    assert [each.disposition for each in denied] == [Disposition.SCRUBBED, None, Disposition.REJECTED]
    assert [each.disposition for each in of_another] == [Disposition.SCRUBBED, None, Disposition.REJECTED]
    assert [made[1].is_decided for made in (freed, denied, of_another)] == [True, True, False]


def test_what_was_decided_changes_the_id_of_the_next_outcome_and_what_changes_nothing_does_not(
    pipeline: Pipeline,
) -> None:
    """The id is that of what was seen."""
    after = {
        name: scrubbed(pipeline, [claim(), *between, claim("M1", "A2", 41)])[-1].outcome_id
        for name, between in {
            "nothing": [],
            "on another claim": [decision("paid", "A9")],
            "paid": [decision("paid")],
            "paid twice": [decision("paid")] * 2,
        }.items()
    }

    assert after["nothing"] == after["on another claim"]
    assert after["paid"] == after["paid twice"] != after["nothing"]


def test_a_claim_that_we_rejected_never_went_out_and_its_correction_is_no_duplicate(pipeline: Pipeline) -> None:
    """Nothing of it is remembered, whatever the payer is said to have decided."""
    wrong = claim().replace(b"1234567893", b"1234567890")

    results = scrubbed(pipeline, [wrong, claim(), decision("returned"), wrong, claim()])

    ends = [each.disposition for each in results]
    assert ends == [Disposition.REJECTED, Disposition.SCRUBBED, None, Disposition.REJECTED, Disposition.SCRUBBED]
    assert windows(results)[1] == HistoryWindow(since=BEGIN, until=RECEIVED, claims=0)


@pytest.mark.parametrize(
    ("value", "flaws"),
    [
        (b'{"claim": {}, "decision": "paid"}', 5),
        (decision("lost"), 1),
        (decision("paid").replace(b'"on"', b'"at"'), 2),
        (decision("paid").replace(b"20260320", b"20260230"), 1),
        (decision("paid").replace(b'"npi":"1234567893"', b'"npi":""'), 1),
    ],
)
def test_a_decision_that_cannot_be_read_is_a_dead_letter_without_a_value(
    value: bytes, flaws: int, pipeline: Pipeline
) -> None:
    """Each sentence names the place."""
    (made,) = scrubbed(pipeline, [value])

    assert made.dead_letter is not None
    assert made.dead_letter.reason is DeadLetterReason.SCHEMA
    assert len(made.dead_letter.flaws) == flaws
    assert all(each.startswith("$.") for each in made.dead_letter.flaws)
    assert not any(text in str(made.dead_letter.flaws) for text in ("M1", "A1", "lost", "20260230"))


def test_a_claim_that_is_not_judged_is_remembered_as_if_it_had_gone_out(pipeline: Pipeline) -> None:
    """But for the id of its outcome; without a day of receipt it counts as received on its last day of service."""
    remembering = pipeline.remembering(KEY)
    _, (read,) = remembering.read_many([(claim("M1", "A1", 42), RECEIVED)])
    (result,) = remembering.judge_many([(read, None)])

    judged = decode(result.remember or b"")
    assert remembering.as_remembered(read, RECEIVED) == judged._replace(outcome=bytes(8))
    undated = remembering.as_remembered(read, None)
    assert undated is not None
    assert undated == judged._replace(outcome=bytes(8), received_on=date(2026, 3, 4))
    with pytest.raises(RuntimeError, match="without a memory"):
        pipeline.as_remembered(read, RECEIVED)
