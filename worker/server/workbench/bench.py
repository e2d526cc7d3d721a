"""The page at `/`: a claim that is posted to it, judged and shown as its form, and scrubbed again once corrected."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Final

import orjson

from schemas.outcome import Outcome
from worker.pipeline.fixes import patch
from worker.pipeline.scrub import Pipeline, ScrubResult
from worker.samples.synthetic import RECEIVED_ON
from worker.server.answers import Desk
from worker.server.frames import DeskQuestion, Reply
from worker.server.workbench.changes import FIX, OfferedFix, corrected, offered, with_boxes
from worker.server.workbench.examples import EXAMPLES
from worker.server.workbench.filled import FilledForm, PlacedFinding, filled, placed_findings
from worker.server.workbench.lines import is_of_lines, with_lines
from worker.server.workbench.pasted import PastedClaim, read_paste
from worker.server.workbench.rendering import page
from worker.server.workbench.trial import ProfileTrial, trial_of
from worker.server.workbench.vials import VialRow, rows_of
from worker.wording import dead_letter_reasons, locations
from worker.wording.outcomes import basis_in_words, predicted_codes
from worker.x12.write.claims import write_837
from worker.x12.write.covers import Defaults

MOST_SHOWN: Final = 50
"""Claims of one paste that are judged and listed."""

_BOX: Final = "box:"
_CORRECTING: Final = ("boxes", "fixes")
"""What buttons of the form ask for, besides other lines."""
_SHOWN_ONLY: Final = "T"
"""ISA15 of what is shown: a text that is copied from here is not taken for a submission."""


@dataclass(frozen=True, slots=True)
class JudgedPaste:
    """A claim of a paste with what became of it."""

    place: str
    number: str
    disposition: str
    value: bytes | None
    result: ScrubResult | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BenchView:
    """What the page shows of the chosen claim."""

    outcome: Outcome
    form: FilledForm
    fixes: tuple[OfferedFix, ...]
    found: tuple[PlacedFinding, ...]
    vials: tuple[VialRow, ...]
    basis: str
    x12: str
    x12_usage: str
    x12_notes: tuple[str, ...]
    json_text: str
    claim_text: str


def workbench(desk: Desk, asked: DeskQuestion) -> Reply:
    """Answer a request for the page; its options are the fields of its form."""
    given = asked.options
    # The form always names an example, and shows it only when its button is pressed; a link has no button.
    is_example = (
        given.get("do", "" if "which" in given else "example") == "example" and given.get("example") in EXAMPLES
    )
    # Of a day on which it would have been sent; tables and filing limits of today are another matter.
    day = date.fromisoformat(RECEIVED_ON) if is_example else _day(given)
    pipeline, trial = _pipeline(desk, given)
    text = EXAMPLES[given["example"]].text if is_example else given.get("claim", "").replace("\r\n", "\n")
    read = read_paste(text)
    pasted, text = read.claims, read.text
    # An outcome is judged as it was, unless another day was chosen; the text is then its claim, for any day.
    if read.day and given.get("day", "") in ("", given["today"]):
        day = read.day
    which = given.get("which", "")[:4]
    chosen = int(which) if which.isascii() and which.isdigit() else 0
    said = list(read.said)
    if _is_correcting(given) and pasted:
        chosen = min(chosen, len(pasted) - 1)
        value = pasted[chosen].value
        if value is not None:
            changed = _corrected(pipeline, value, given, day)
            if is_of_lines(given.get("do", "")):
                lines = with_lines(changed, given["do"])
                changed = lines.document
                said.append(lines.said)
            text = patch.write(changed, indent=True).decode()
            pasted, chosen = (PastedClaim("", patch.write(changed)),), 0
    judged = [_judge(pipeline, each, day) for each in pasted[:MOST_SHOWN]]
    chosen = min(chosen, max(len(judged) - 1, 0))
    view = _view(judged[chosen]) if judged else None
    return page(
        "workbench.html",
        notices=(*said, *_notices(given, pasted)),
        text=text,
        day=day.isoformat(),
        profile=given.get("profile", ""),
        profiles=[(each.name, each.title) for each in desk.pipeline.profiles],
        examples=EXAMPLES,
        example=given.get("example", ""),
        judged=judged,
        chosen=chosen,
        more=max(len(pasted) - MOST_SHOWN, 0),
        view=view,
        trial=trial,
        profile_text=given.get("profileText", "").replace("\r\n", "\n"),
        in_words=locations.in_words,
        predicted=predicted_codes,
    )


def _day(given: dict[str, str]) -> date:
    try:
        return date.fromisoformat(given.get("day", ""))
    except ValueError:
        return date.fromisoformat(given["today"])


def _is_correcting(given: dict[str, str]) -> bool:
    """Whether a button asks for the claim as it is in the boxes, with or without more."""
    asked = given.get("do", "")
    return asked in _CORRECTING or is_of_lines(asked)


def _notices(given: dict[str, str], pasted: tuple[PastedClaim, ...]) -> Iterator[str]:
    """Yield why a button did nothing."""
    if (given.get("do") == "scrub" or _is_correcting(given)) and not pasted:
        yield "There is no claim to scrub."
    elif given.get("do") == "fixes" and not any(name.startswith(FIX) and on == "on" for name, on in given.items()):
        yield "No correction was chosen."


def _pipeline(desk: Desk, given: dict[str, str]) -> tuple[Pipeline, ProfileTrial | None]:
    """Return what judges: the payer's own profile, the one that was chosen, or the one that is tried."""
    if given.get("profileText", "").strip():
        trial = trial_of(desk, given["profileText"])
        return trial.pipeline or desk.pipeline, trial
    known = {profile.name for profile in desk.pipeline.profiles}
    if given.get("profile") in known:
        return desk.pipeline.under(given["profile"]), None
    return desk.pipeline, None


def _corrected(pipeline: Pipeline, value: bytes, given: dict[str, str], day: date) -> Any:  # any JSON
    """Return a claim with what was written into its boxes, and with the corrections that were chosen."""
    try:
        document = patch.read(value)
    except ValueError:
        return {}
    boxes = {name.removeprefix(_BOX): text for name, text in given.items() if name.startswith(_BOX)}
    written = with_boxes(document, boxes)
    if given["do"] != "fixes":
        return written
    # What is offered goes by the claim that was shown, before anything was written into its boxes.
    outcome = pipeline.scrub(value, day).outcome
    chosen = [each for each in offered(document, outcome.findings if outcome else ()) if given.get(each.name) == "on"]
    return corrected(written, chosen)


def _judge(pipeline: Pipeline, pasted: PastedClaim, day: date) -> JudgedPaste:
    if pasted.value is None:
        return JudgedPaste(pasted.place, "", "unreadable", None, None, (pasted.problem,))
    result = pipeline.scrub(pasted.value, day)
    if result.dead_letter is not None or result.disposition is None:
        letter = result.dead_letter
        words = (
            f"This is not a claim: {dead_letter_reasons.in_words(letter.reason)}." if letter else "There is nothing."
        )
        flaws = letter.first_flaws if letter else ()
        return JudgedPaste(pasted.place, "", "unreadable", pasted.value, None, (words, *flaws))
    document = orjson.loads(pasted.value)
    number = str(document.get("claimInformation", {}).get("patientControlNumber") or "no control number")
    return JudgedPaste(pasted.place, number, result.disposition.value, pasted.value, result)


def _view(judged: JudgedPaste) -> BenchView | None:
    outcome = judged.result.outcome if judged.result else None
    if outcome is None or judged.value is None or judged.result is None or judged.result.message is None:
        return None
    document = patch.read(judged.value)
    notes: list[str] = []
    moment = datetime.combine(outcome.received_on, time.min, UTC)
    written = b"".join(
        write_837(
            [orjson.loads(judged.value)],
            Defaults(moment, "", "", _SHOWN_ONLY),
            lambda _, path: notes.append(f"{path} has no segment"),
            lambda _, why: notes.append(f"is not written, because its meaning would change: {why}"),
        )
    )
    form, fixes = filled(document, outcome.findings), offered(document, outcome.findings)
    return BenchView(
        outcome=outcome,
        form=form,
        fixes=fixes,
        found=placed_findings(form, {id(each.finding): each.waits_for for each in fixes}),
        vials=rows_of(outcome.waste_ledger),
        basis=basis_in_words(outcome.basis),
        x12=written.decode("utf-8", "replace").replace("~", "~\n")
        if b"\n" not in written
        else written.decode("utf-8", "replace"),
        x12_usage=_usage_in_words(document),
        x12_notes=tuple(notes),
        json_text=patch.write(patch.read(judged.result.message), indent=True).decode(),
        claim_text=patch.write(document, indent=True).decode(),
    )


def _usage_in_words(document: Any) -> str:  # any JSON
    """Return why ISA15 is what it is, and where it is set."""
    own = document.get("usageIndicator")
    if own:
        return f"ISA15 is {own}, as usageIndicator of the claim says."
    return (
        f"ISA15 is {_SHOWN_ONLY} (test), since this text is for looking at, and no submission. "
        "claimscrub convert --to x12 writes P (production), with --test T; usageIndicator of a claim goes before both."
    )
