"""Records sent beside the outcomes of a message, where the operator wants them: clean claims as 837s, answers in X12.

The outcomes of one message are known together, so that what is made of them leaves in their transaction. It is a
function of the message and its verdicts: a repetition gives the same bytes.
"""

import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from schemas.outcome import Outcome
from worker.errors import ClaimscrubError
from worker.kafka.messages import JSON_CONTENT_TYPE, X12_CONTENT_TYPE, InboundMessage
from worker.pipeline.steps.decode import read_json
from worker.settings import Acknowledgements, Settings
from worker.stream.records import OutgoingRecord, Provenance, cloud_event, correlation, form_of, size
from worker.stream.scrubber import ClaimVerdict, Form
from worker.x12.answer import ack_999 as structure
from worker.x12.answer import status_277ca as status_answer
from worker.x12.answer.ack_999 import answers_of, write_999, write_ta1
from worker.x12.answer.claim_status import Submissions
from worker.x12.answer.status_277ca import write_277ca
from worker.x12.read.interchanges import read_837
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

_IDS: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:claimscrub:reply")


class ReplyTooLargeError(ClaimscrubError):
    """A reply does not fit into a record."""


@dataclass(frozen=True, slots=True)
class ReplyOptions:
    """The operator's choice of records beside the outcomes."""

    submissions: bool
    acknowledgements: Acknowledgements

    @classmethod
    def of(cls, settings: Settings) -> "ReplyOptions":
        """Return the choice in the settings."""
        return cls(settings.submit_x12, settings.acknowledge)

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to make."""
        return not self.submissions and self.acknowledgements is Acknowledgements.OFF


class Replies:
    """Collects what becomes of the claims of one message, and makes the records of it."""

    def __init__(self, message: InboundMessage, wanted: ReplyOptions, provenance: Provenance, moment: datetime) -> None:
        """`moment` is when the replies were made, in the words of their envelopes: when the message was sent."""
        self._message = message
        self._wanted = wanted
        self._provenance = provenance
        self._moment = moment
        # Senders of JSON read outcomes; only X12 names a submitter who waits for an answer in X12.
        is_acknowledging = wanted.acknowledgements is not Acknowledgements.OFF
        self._is_whole = is_acknowledging and form_of(message) is Form.INTERCHANGE
        self._is_answered = self._is_whole or (is_acknowledging and message.is_of_interchange)
        self._clean: list[dict[str, Any]] = []  # any JSON
        self._submissions = Submissions()
        self._unwritten: set[int] = set()

    def add(self, scrubbed: ClaimVerdict) -> None:
        """Take the verdict on a claim."""
        if scrubbed.value is None:
            return
        if self._wanted.submissions and scrubbed.disposition == "scrubbed":
            self._clean.append(read_json(scrubbed.value)["claim"])
        if self._is_answered:
            self._submissions.add(Outcome.read(scrubbed.value))

    def records(self) -> list[OutgoingRecord]:
        """Return the records. Raises `ReplyTooLargeError`."""
        records = list(self._records())
        if any(size(record) > self._provenance.record_limit for record in records):
            raise ReplyTooLargeError
        return records

    def _records(self) -> Iterator[OutgoingRecord]:
        topics = self._provenance.topics
        if self._clean:
            written = b"".join(write_837(self._clean, Defaults(self._moment), refused=self._note_unwritten))
            if written:
                yield self._record(topics.submit, "submission.837", X12_CONTENT_TYPE, written)
        if self._is_answered:
            for kind, content_type, value in self._answers():
                yield self._record(topics.acknowledgements, f"acknowledgement.{kind}", content_type, value)

    def _note_unwritten(self, place: int, reason: str) -> None:  # noqa: ARG002 - see write_837
        self._unwritten.add(place)

    @property
    def unwritten(self) -> int:
        """How many clean claims an 837 cannot say unchanged, so that they are not among the submissions."""
        return len(self._unwritten)

    def _answers(self) -> Iterator[tuple[str, bytes, bytes]]:
        """The answers on the structure, and then on the claims: kind, content type, and bytes."""
        # Where a claim was routed here alone, the structure of its interchange was answered by who routed it.
        answers = answers_of(read_837(io.BytesIO((self._message.value or b"") if self._is_whole else b"")))
        for refused in answers.refused:
            self._submissions.add_refused(refused, self._moment.date())
        submissions = self._submissions.all()
        if self._wanted.acknowledgements is Acknowledgements.JSON:
            if self._is_whole:
                yield "structure", JSON_CONTENT_TYPE, orjson.dumps(structure.as_json(answers))
            if submissions:
                yield "277ca", JSON_CONTENT_TYPE, orjson.dumps(status_answer.as_json(submissions))
            return
        moment = self._moment
        for kind, texts in (
            ("ta1", write_ta1(answers, moment)),
            ("999", write_999(answers, moment)),
            ("277ca", write_277ca(submissions, moment)),
        ):
            if text := "".join(texts):
                yield kind, X12_CONTENT_TYPE, text.encode()

    def _record(self, topic: str, kind: str, content_type: bytes, value: bytes) -> OutgoingRecord:
        message = self._message
        again = f"/{message.judged_before}" if message.judged_before else ""
        reply = uuid.uuid5(_IDS, f"{message.place}/{kind}{again}")
        headers = [*cloud_event(str(reply), kind, message, self._provenance), ("content-type", content_type)]
        headers.extend(correlation(message, self._provenance))
        return OutgoingRecord(topic, message.partition, message.key, value, tuple(headers))
