"""What is learned as records come is what is learned of all of them at once, in whatever order they come."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from tests.unit.learning.sent import AUT_01, WST_01, outcome
from tests.unit.learning.test_learner import DENIED, DENIED_OTHERWISE, PAID, TAKEN_BACK, file, learn
from tests.unit.x12.responses.files import FULL_277CA, FULL_999
from worker.learning.continuous import MOST_OF_A_NUMBER, ContinuousLearner, Totals
from worker.learning.deciding import FindingResult
from worker.learning.learner import Learned, Learner
from worker.learning.sent import NotAnOutcomeError
from worker.learning.store import LearningStore

DAY = date(2026, 5, 1)


def numbered(claim: Sequence[str], number: str) -> list[str]:
    """The same answer about another claim."""
    return [each.replace("SYN-1", number) for each in claim]


OUTCOMES = [
    outcome(WST_01, AUT_01),
    outcome(WST_01, number="SYN-2", outcome_id="2"),
    outcome(WST_01, number="SYN-3", outcome_id="3"),
    outcome(number="SYN-4", outcome_id="4"),
    outcome(WST_01, number="SYN-5", outcome_id="5"),
    outcome(WST_01, number="SYN-5", outcome_id="6", services=(("L1", "J0490:JZ", "200"), ("L9", "96365", "100"))),
]
ANSWERS = [
    file(DENIED, numbered(DENIED_OTHERWISE, "SYN-2"), numbered(DENIED, "SYN-4")),
    file(TAKEN_BACK, PAID, on="20260501", trace="SYNTRACE2"),
    file(numbered(PAID, "SYN-9"), numbered(PAID, "SYN-5")[:-1], trace="SYNTRACE3"),
    FULL_277CA,
    FULL_999,
]


def of(totals: Totals) -> tuple[object, ...]:
    """Totals that can be compared: what is zero is not there."""
    sums = (totals.denied, totals.recovered, totals.at_risk)
    return (
        {key: count for key, count in totals.findings.items() if count},
        *({key: amount for key, amount in each.items() if amount} for each in sums),
        {key: count for key, count in totals.denials.items() if count},
        totals.denied_without_finding,
        {key: count for key, count in totals.answers.items() if count},
    )


@pytest.fixture
def at_once() -> Totals:
    """What is learned of all at once."""
    totals = Totals()
    totals.add(learn(OUTCOMES, *ANSWERS), 1)
    return totals


def test_there_is_something_of_each_kind(at_once: Totals) -> None:
    """Else the comparisons below would not say much."""
    results = Counter[FindingResult]()
    for (_, result), count in at_once.findings.items():
        results[result] += count

    assert set(results) >= set(FindingResult) - {FindingResult.UNDECIDED}
    assert sum(at_once.recovered.values(), Decimal(0)) > 0
    assert all(at_once.answers[name] for name in ("joinedAnswers", "unknownAnswers", "ambiguousAnswers"))


@pytest.mark.parametrize("seed", range(8))
def test_the_order_does_not_matter(seed: int, at_once: Totals, tmp_path: Path) -> None:
    """Neither does what comes twice, nor where the process ended in between: what was not kept is read again."""
    random = Random(seed)
    every: list[bytes | str] = [*OUTCOMES, *ANSWERS]
    records = [*every, *random.sample(every, 4)]
    random.shuffle(records)
    store = LearningStore(tmp_path)
    learner = ContinuousLearner(store)
    kept = 0
    while kept < len(records):
        taken = random.randint(1, 4)
        for record in records[kept : kept + taken]:
            learner.take_outcome(record) if isinstance(record, bytes) else learner.take_response(record.encode())
        if random.random() < 0.3:
            store.close()
            store = LearningStore(tmp_path)
            learner = ContinuousLearner(store)
            continue
        kept += taken
        learner.has_read("topic", 0, kept - 1)
        learner.keep(DAY)

    assert store.places() == {("topic", 0): kept}
    assert of(learner.totals) == of(at_once)
    store.close()


def test_what_is_old_is_forgotten(tmp_path: Path) -> None:
    """It is counted no longer, and nothing of it is in the file."""
    store = LearningStore(tmp_path)
    learner = ContinuousLearner(store)
    learner.take_outcome(OUTCOMES[0])
    learner.keep(date(2026, 1, 1))
    learner.take_outcome(OUTCOMES[1])
    learner.keep(date(2026, 1, 2))

    learner.forget(date(2026, 1, 11), days=9)

    assert learner.totals.findings["WST-01", FindingResult.UNANSWERED] == 1
    assert len(list(store.all())) == 1
    store.close()


def test_a_number_that_is_used_again_and_again_stays_small(tmp_path: Path) -> None:
    """The oldest claims and answers of it are dropped."""
    store = LearningStore(tmp_path)
    learner = ContinuousLearner(store)
    for number in range(MOST_OF_A_NUMBER + 5):
        learner.take_outcome(outcome(outcome_id=str(number), services=((f"L{number}", "J0490", "200"),)))
        learner.take_response(file(PAID, trace=f"SYNTRACE{number}").encode())
    learner.keep(DAY)

    (known,) = store.all()
    assert (len(known.claims), len(known.remitted)) == (MOST_OF_A_NUMBER, MOST_OF_A_NUMBER)
    store.close()


@pytest.mark.parametrize("value", [b"", b"{}", b"SYNTHETIC PATIENT"])
def test_what_is_no_answer_is_refused(value: bytes, tmp_path: Path) -> None:
    """Nothing of it is said."""
    store = LearningStore(tmp_path)
    with pytest.raises(NotAnOutcomeError) as error:
        ContinuousLearner(store).take_response(value)
    store.close()

    assert "PATIENT" not in str(error.value)


def test_flaws_of_an_answer_are_counted(tmp_path: Path) -> None:
    """What is sound in it is taken."""
    store = LearningStore(tmp_path)
    broken = numbered(DENIED, "SYN-2")
    text = file(DENIED, [each.replace("CAS*CO*16*200", "CAS*CO*16*1") for each in broken])

    assert ContinuousLearner(store).take_response(text.encode()) == 1
    store.close()


def test_a_record_is_joined_with_its_number_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since what was joined before is at hand until it is kept."""
    joined = list[int]()
    whole = Learner.learned

    def counted(learner: Learner) -> Learned:
        joined.append(1)
        return whole(learner)

    monkeypatch.setattr(Learner, "learned", counted)
    store = LearningStore(tmp_path)
    learner = ContinuousLearner(store)
    learner.take_outcome(OUTCOMES[1])
    of_the_first = len(joined)
    for trace in range(10):
        learner.take_response(file(numbered(PAID, "SYN-2"), trace=f"SYNTRACE{trace}").encode())
    store.close()

    assert len(joined) == of_the_first + 10
