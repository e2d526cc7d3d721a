"""`claimscrub learner` on the embedded broker: outcomes and answers become metrics, once each, and name nobody."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.cli.learn.test_command import TOKENS
from tests.unit.learning.sent import AUT_01, WST_01, outcome
from tests.unit.learning.test_learner import DENIED, PAID, TAKEN_BACK, file
from worker.agents.learning import LearningAgent
from worker.cli.commands import claimscrub
from worker.edits.catalogue import load_edits
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.learning.store import FILE_NAME, LearningStore
from worker.observe.health import HealthState
from worker.observe.learning_metrics import LEARNING_CATALOGUE
from worker.observe.recorder import Recorder
from worker.settings import Settings

pytestmark = [pytest.mark.broker, pytest.mark.timeout(150)]


def learning(settings: Settings, folder: Path) -> Settings:
    """The settings of a learner."""
    return settings.model_copy(update={"learn": True, "learn_dir": folder})


async def send(settings: Settings, topic: str, *values: bytes | str) -> None:
    """Send messages to a topic."""
    await send_claims(settings, [each.encode() if isinstance(each, str) else each for each in values], topic=topic)


async def learned(settings: Settings) -> Recorder:
    """The metrics of a learner that has read to the end."""
    recorder = Recorder([edit.id for edit in load_edits()], catalogue=LEARNING_CATALOGUE)
    assert settings.learn_dir is not None
    with closing(LearningStore(settings.learn_dir)) as store:
        health = HealthState(parts=("broker_answers",))
        await LearningAgent(settings, store, recorder, health).follow(lambda: False, to_end=True)
    return recorder


def findings(recorder: Recorder) -> dict[tuple[str, ...], float]:
    """The series of findings that are not zero."""
    return {labels: count for labels, count in recorder.by_label("learned_findings").items() if count}


async def test_answers_become_the_precision_of_edits(exactly_once: Settings, tmp_path: Path) -> None:
    """In whatever order topics are read; a restart counts nothing twice, and goes on where it was."""
    settings = learning(exactly_once, tmp_path)
    topics = settings.topics
    await create_topics(settings)
    await send(settings, topics.responses, file(DENIED), b"no interchange")
    # As a worker writes it under CLAIMSCRUB_SCHEMA_IDS=envelope.
    await send(settings, topics.rejected, b"\0\0\0\0\7" + outcome(WST_01, AUT_01), b"{}")

    first = await learned(settings)
    again = await learned(settings)
    await send(settings, topics.responses, file(TAKEN_BACK, PAID, on="20260501", trace="SYNTRACE2"))
    later = await learned(settings)

    expected = {("WST-01", "predicted"): 1, ("AUT-01", "paid"): 1}
    assert findings(first) == findings(again) == findings(later) == expected
    assert first.value("learned_denied_dollars", "WST-01") == 200
    assert (first.value("learned_recovered_dollars", "WST-01"), later.value("learned_recovered_dollars", "WST-01")) == (
        0,
        120,
    )
    assert first.value("learned_unreadable_total") == 2
    assert again.total("learned_outcomes_total") == again.total("learned_responses_total") == 0
    assert later.value("learned_answers", "joined") == 3


async def test_no_word_of_a_patient_is_on_the_page(exactly_once: Settings, tmp_path: Path) -> None:
    """Edits and closed sets are the only labels; an edit that nobody knows is `other`."""
    settings = learning(exactly_once, tmp_path)
    await create_topics(settings)
    await send(settings, settings.topics.responses, file(DENIED))
    await send(settings, settings.topics.rejected, outcome(WST_01, {**WST_01, "edit": "SYNTHETIC PATIENT"}))

    page = (await learned(settings)).exposition("")[0].decode()

    assert 'claimscrub_learned_findings{edit="WST-01",result="predicted"} 1.0' in page
    assert 'claimscrub_learned_findings{edit="other",result="predicted"} 1.0' in page
    assert not [token for token in (*TOKENS, "SYNTHETIC") if token in page]


def run(environment: dict[str, str], *arguments: str) -> Result:
    """Run a command."""
    return CliRunner(env=environment).invoke(claimscrub, arguments)


def environment_of(settings: Settings, folder: Path, more: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """The variables of a learner."""
    return {
        "CLAIMSCRUB_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
        "CLAIMSCRUB_TOPIC_PREFIX": settings.topic_prefix,
        "CLAIMSCRUB_LEARN": "true",
        "CLAIMSCRUB_LEARN_DIR": str(folder),
        "CLAIMSCRUB_HTTP_PORT": "0",
        **dict(more),
    }


def test_the_command_reads_what_send_has_sent(exactly_once: Settings, tmp_path: Path) -> None:
    """From files to the store; a topic that is missing is named."""
    environment = environment_of(exactly_once, tmp_path / "learner")
    answers = tmp_path / "answers.835"
    answers.write_text(file(DENIED))

    missing = run(environment, "learner", "--to-end")
    created = run(environment, "topics", "create")
    sent = run(environment, "send", "--responses", str(answers))
    learned = run(environment, "learner", "--to-end")

    assert (missing.exit_code, "is missing on the broker" in missing.stderr) == (1, True)
    assert created.exit_code == 0
    assert (sent.exit_code, "1 message sent to" in sent.stderr + sent.stdout) == (0, True)
    assert (learned.exit_code, learned.stderr) == (0, "")
    with closing(LearningStore(tmp_path / "learner")) as store:
        assert [len(known.remitted) for known in store.all()] == [1]


@pytest.mark.parametrize(
    ("more", "code", "sentence"),
    [
        ((("CLAIMSCRUB_LEARN", "false"),), 78, "CLAIMSCRUB_LEARN: set it to true"),
        ((("CLAIMSCRUB_LEARN_DIR", ""),), 78, "CLAIMSCRUB_LEARN_DIR to a folder"),
        ((), 76, "move it away"),
    ],
    ids=["not asked for", "no folder", "a broken file"],
)
def test_what_is_wrong_is_said(
    more: tuple[tuple[str, str], ...], code: int, sentence: str, exactly_once: Settings, tmp_path: Path
) -> None:
    """Each with its exit code."""
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 200)

    result = run(environment_of(exactly_once, tmp_path, more), "learner", "--to-end")

    assert result.exit_code == code
    assert sentence in result.stderr


def test_answers_are_sent_where_they_are_read_only(exactly_once: Settings, tmp_path: Path) -> None:
    """And as whole files."""
    answers = tmp_path / "answers.835"
    answers.write_text(file(DENIED))
    off = environment_of(exactly_once, tmp_path, [("CLAIMSCRUB_LEARN", "false")])

    unread = run(off, "send", "--responses", str(answers))
    mixed = run(environment_of(exactly_once, tmp_path), "send", "--responses", "--decisions", str(answers))

    assert (unread.exit_code, "nobody reads the topic" in unread.output) == (2, True)
    assert (mixed.exit_code, "leave out --as-interchange and --decisions" in mixed.output) == (2, True)


async def test_it_is_ready_when_the_broker_has_answered(exactly_once: Settings, tmp_path: Path) -> None:
    """Not before, as on its port."""
    settings = learning(exactly_once, tmp_path)
    await create_topics(settings)
    recorder, health = Recorder(catalogue=LEARNING_CATALOGUE), HealthState(parts=("broker_answers",))
    with closing(LearningStore(tmp_path)) as store:
        agent = LearningAgent(settings, store, recorder, health)
        before = health.readiness()
        await agent.follow(lambda: health.readiness()["broker_answers"])

    assert (before, health.readiness()) == ({"broker_answers": False}, {"broker_answers": True})
