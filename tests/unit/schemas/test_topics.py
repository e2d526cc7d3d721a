"""A topic is declared once, as a member; its role and its full name follow from that."""

import pytest

from schemas.topics import TOPICS, Topic, TopicNames, topics_under
from worker.settings import Settings


def test_every_member_is_a_topic_in_the_order_of_declaration() -> None:
    """What is only a variant of another topic has a role and a name of its own."""
    assert [topic.role for topic in TOPICS][:5] == ["inbound", "scrubbed", "rejected", "pended", "dead-letter"]
    assert [getattr(TopicNames, topic.role.replace("-", "_")) for topic in TOPICS] == list(TOPICS)
    assert len({topic.name for topic in TOPICS}) == len({topic.role for topic in TOPICS}) == len(TOPICS)


def test_a_prefix_is_part_of_each_full_name() -> None:
    """The names that the worker uses are those that it declares."""
    names = TopicNames("blue.")

    assert names.dead_letter == "blue.claims.dead-letter.v1"
    assert [topic.name for topic in topics_under("blue.")] == [
        getattr(names, topic.role.replace("-", "_")) for topic in TOPICS
    ]


def test_what_is_remembered_is_kept_for_as_long_as_asked_for() -> None:
    """A compacted topic that also deletes; PHI, as what was derived from identifiers is."""
    topic = TopicNames.history

    assert topic.has_phi
    assert topic.config["cleanup.policy"] == "compact,delete"
    assert topic.config["max.compaction.lag.ms"] == "86400000"
    assert topic.kept_days(2).config["retention.ms"] == str(2 * 86_400_000)
    assert topic.kept_days(2).name == topic.name


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.needs], ids=lambda topic: topic.role)
def test_an_optional_topic_needs_a_setting_that_is_off_by_default(topic: Topic) -> None:
    """A misspelt setting would fail at the start of every worker."""
    assert topic.needs in Settings.model_fields, f"add the field {topic.needs} to worker/settings/fields.py"
    assert topic.role not in {each.role for each in Settings().topics_in_use}


def test_a_copied_memory_has_topics_of_its_own() -> None:
    """All others stay what they are."""
    first, second = topics_under("blue."), topics_under("blue.", 2)

    changed = [after.name for before, after in zip(first, second, strict=True) if before.name != after.name]
    assert changed == ["blue.claims.by-patient.v1.s2", "blue.claims.history.v1.s2", "blue.claims.pending.v1.s2"]
    names = TopicNames("blue.", 2)
    assert changed == [names.by_patient, names.history, names.pending]
