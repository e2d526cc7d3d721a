"""The settings of one worker: fields that fit together, and what follows from them."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import SecretStr, model_validator

from schemas.topics import HISTORY_MARGIN_DAYS, Topic, TopicNames, topics_under
from worker.settings.environment import SettingsError, read_environment
from worker.settings.fields import HistoryMode, SettingsFields
from worker.settings.rules import broken_rules


class Settings(SettingsFields):
    """The settings of one worker; each is the CLAIMSCRUB_ variable of the same name."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if problems := broken_rules(self):
            raise ValueError("\n".join(problems))
        return self

    @property
    def topics(self) -> TopicNames:
        """Return the topic names in force."""
        return TopicNames(self.topic_prefix, self.history_series)

    @property
    def topics_in_use(self) -> tuple[Topic, ...]:
        """Return the topics that a worker with these settings reads or writes."""
        return tuple(
            topic.kept_days(self.history_days + HISTORY_MARGIN_DAYS) if topic.role == "history" else topic
            for topic in topics_under(self.topic_prefix, self.history_series)
            if topic.needs is None or self._is_asked_for(topic)
        )

    def _is_asked_for(self, topic: Topic) -> bool:
        setting = getattr(self, topic.needs or "")
        return setting not in {None, False, "off"} if topic.needs_value is None else setting == topic.needs_value

    @property
    def judged_topic(self) -> str:
        """Return the name of the topic from which claims are scrubbed."""
        return self.topics.by_patient if self.history is HistoryMode.ROUTED else self.topics.inbound

    @property
    def consumed_topics(self) -> tuple[str, ...]:
        """Return the names of the topics whose partitions the group shares out."""
        decisions = () if self.history is HistoryMode.OFF else (self.topics.decisions,)
        documents = (self.topics.documentation,) if self.late_documentation else ()
        return tuple(dict.fromkeys((self.topics.inbound, self.judged_topic, *decisions, *documents)))

    @property
    def written_topics(self) -> tuple[str, ...]:
        """Return the names of the topics that a worker with these settings writes."""
        written = [topic.name for topic in self.topics_in_use if topic.direction != "in"]
        # Decisions and documents come in on topics of their own, and are handed on to where claims are judged.
        routed_to = () if self.history is HistoryMode.OFF else (self.judged_topic,)
        return tuple(dict.fromkeys((*written, *routed_to)))

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of the day of receipt."""
        return ZoneInfo(self.time_zone)

    def today(self) -> date:
        """Return the day of receipt of what comes now."""
        return self.as_of or datetime.now(self.zone).date()

    @property
    def digest(self) -> str:
        """Return a digest of all settings, so that two workers can be compared; no secret is among them."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    def sasl_password(self) -> SecretStr:
        """Read the password; each connection reads it again, so that it can be rotated."""
        if self.sasl_password_file is None:
            raise SettingsError("CLAIMSCRUB_SASL_PASSWORD_FILE: needed for SASL")
        return SecretStr(self.sasl_password_file.read_text(encoding="utf-8").strip())

    def registry_login(self) -> SecretStr | None:
        """Read what the registry is to be shown in the header Authorization; None when it asks for nothing."""
        if self.registry_token_file is not None:
            return SecretStr(f"Bearer {self.registry_token_file.read_text(encoding='utf-8').strip()}")
        if self.registry_username is None or self.registry_password_file is None:
            return None
        password = self.registry_password_file.read_text(encoding="utf-8").strip()
        return SecretStr(f"Basic {b64encode(f'{self.registry_username}:{password}'.encode()).decode()}")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings in an environment; empty variables count as not set.

        Raises:
            SettingsError: With every problem at once, and never with a value: it may be a secret.
        """
        return read_environment(cls, environ)
