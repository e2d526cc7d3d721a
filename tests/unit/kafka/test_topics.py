"""What is said of topics whose settings on the broker differ from their declaration."""

import pytest

from schemas.topics import MAX_OUTCOME_BYTES, Topic, TopicNames, topics_under
from worker.kafka.topics import TopicFlaw, config_flaws, flaws

INBOUND = TopicNames.inbound
SCRUBBED = TopicNames.scrubbed


def said(topic: str, **config: str) -> list[str]:
    """Return what is said of one topic with settings; a dot in a name is written as an underscore."""
    configs = {topic: {name.replace("_", "."): value for name, value in config.items()}}
    return [each.problem for each in config_flaws(topics_under(), configs, MAX_OUTCOME_BYTES)]


@pytest.mark.parametrize(
    ("size", "is_said"), [(INBOUND.max_message_bytes, False), (INBOUND.max_message_bytes + 1, True)]
)
def test_an_inbound_topic_that_takes_more_than_declared_is_reported(size: int, is_said: bool) -> None:  # noqa: FBT001 -- a parameter
    """A larger batch unpacks to more."""
    assert bool(said(INBOUND.name, max_message_bytes=str(size))) is is_said


@pytest.mark.parametrize(("packing", "is_said"), [("producer", False), ("uncompressed", False), ("gzip", True)])
def test_an_inbound_topic_that_packs_again_is_reported(packing: str, is_said: bool) -> None:  # noqa: FBT001 -- a parameter
    """Kept as sent, or plain, which makes the broker refuse what unpacks to too much."""
    assert bool(said(INBOUND.name, compression_type=packing)) is is_said


@pytest.mark.parametrize(("size", "is_said"), [(MAX_OUTCOME_BYTES, False), (MAX_OUTCOME_BYTES - 1, True)])
def test_an_outcome_topic_that_takes_less_than_the_worker_sends_is_reported(size: int, is_said: bool) -> None:  # noqa: FBT001 -- a parameter
    """An outcome that does not fit becomes a dead letter."""
    assert bool(said(SCRUBBED.name, max_message_bytes=str(size))) is is_said


@pytest.mark.parametrize(("count", "are_said"), [(24, False), (23, True), (25, True)])
@pytest.mark.parametrize("judged", [TopicNames.by_patient, TopicNames.inbound], ids=["routed", "keyed"])
def test_a_memory_has_as_many_partitions_as_where_claims_are_judged(
    judged: Topic,
    count: int,
    are_said: bool,  # noqa: FBT001 -- a parameter
) -> None:
    """Else a patient's memory would be kept by a worker that does not judge the patient's claims."""
    history = TopicNames.history
    topics = (INBOUND, history) if judged is INBOUND else (INBOUND, judged, history)
    counts = {INBOUND.name: 6} | {judged.name: 24, history.name: count}

    said = [each for each in flaws(topics, counts) if each.topic == history.name]
    problem = f"has {count} partitions, but {judged.name} has 24; they must have as many"
    assert said == ([TopicFlaw(history.name, problem, is_fatal=True)] if are_said else [])


def test_what_a_broker_does_not_say_is_no_flaw() -> None:
    """A broker without descriptions of its topics."""
    assert config_flaws(topics_under(), {}, MAX_OUTCOME_BYTES) == ()


@pytest.mark.parametrize(("count", "is_fatal"), [(5, True), (7, False)])
def test_an_outcome_topic_with_fewer_partitions_keeps_a_worker_from_starting(count: int, is_fatal: bool) -> None:  # noqa: FBT001 -- a parameter
    """The outcomes of the partitions beyond would have nowhere to go; too many only look odd."""
    topics = topics_under()
    counts = {topic.name: 6 for topic in topics} | {SCRUBBED.name: count}

    assert flaws(topics, counts) == (
        TopicFlaw(SCRUBBED.name, f"has {count} partitions, but {INBOUND.name} has 6", is_fatal=is_fatal),
    )
