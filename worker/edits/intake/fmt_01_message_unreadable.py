from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, Verdict, message_edit, predicts


@message_edit(
    "FMT-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A3", status=("481",), carc=("16",), rarc=("N34", "MA130")),
    citation=Citation(source="RFC 8259 (JSON) and the schema of the claim message; in X12 the envelope, ISA to IEA"),
)
def message_unreadable(_message: bytes, _: Context) -> Verdict | list[Verdict] | None:
    """The message is not a claim: its bytes cannot be read as one, or have a different version.

    Why: what cannot be read cannot be judged, and dropping it would lose a claim without a trace. It goes to the dead
    letter topic unchanged, with the reason and the stage in its headers. That is decided while the message is read,
    before there is a payer: no profile can switch it off, and no outcome lists it.

    Flagged: text that is not JSON; a key sent twice; a message of schema version 4; bytes that are not UTF-8.

    Accepted: a claim that can be read, whatever is wrong with it: an unreadable date or amount is reported by FMT-03, a
    missing element by FMT-02.

    To do: Send the message again, as a claim that can be read; nothing of this one was scrubbed.
    """
    return None
