"""The other pages: codes by date of service, edits, and profiles with all that they inherit."""

from datetime import date

import yaml

from worker.reference.build.endings import endings
from worker.server.answers import Desk
from worker.server.frames import DeskQuestion, Reply
from worker.server.workbench.rendering import page
from worker.server.workbench.trial import payers_of
from worker.wording.code import sections_of, unknown_in_words
from worker.wording.edits import edit_as_json, source_of
from worker.wording.outcomes import predicted_codes
from worker.wording.profiles import lines_of
from worker.wording.search import edit_called, near_misses, sections_about


def codes(desk: Desk, asked: DeskQuestion) -> Reply:
    """Show all that the tables hold on a code or a drug on a day, and the edits that speak of it."""
    wanted = asked.options.get("code", "").strip()[:80]
    try:
        day = date.fromisoformat(asked.options.get("on", ""))
    except ValueError:
        day = date.fromisoformat(asked.options["today"])
    pipeline = desk.pipeline
    sections = (sections_of(wanted, day, pipeline) or tuple(sections_about(wanted, day, pipeline))) if wanted else ()
    near = near_misses(wanted, pipeline.edits, pipeline.snapshot) if wanted and not sections else ()
    speak = [edit for edit in pipeline.edits if wanted and wanted.upper() in edit.explanation.upper()]
    return page(
        "codes.html",
        wanted=wanted,
        day=day.isoformat(),
        sections=[each for each in sections if each.is_known] or sections,
        unknown=unknown_in_words(wanted, day, sections) if wanted else "",
        near=near,
        speak=speak,
        editions=sorted(pipeline.snapshot.editions, key=lambda each: (each.table, str(each.in_force_from))),
        ended=endings(pipeline.snapshot.editions, day),
    )


def edits(desk: Desk, asked: DeskQuestion) -> Reply:
    """Show the catalogue, or one edit."""
    wanted = asked.options.get("id", "")
    pipeline = desk.pipeline
    edit = edit_called(wanted, pipeline.edits) if wanted else None
    return page(
        "edits.html",
        status=404 if wanted and edit is None else 200,
        wanted=wanted,
        edits=pipeline.edits,
        edit=edit,
        said=edit_as_json(edit, pipeline.profiles) if edit else None,
        source=source_of,
        predicted=predicted_codes,
    )


def profiles(desk: Desk, asked: DeskQuestion) -> Reply:
    """Show the profiles, one with all that it inherits, and its file to try changes on."""
    wanted = asked.options.get("name", "")
    known = {profile.name: profile for profile in desk.pipeline.profiles}
    profile = known.get(wanted)
    return page(
        "profiles.html",
        status=404 if wanted and profile is None else 200,
        wanted=wanted,
        profiles=tuple(known.values()),
        profile=profile,
        lines=tuple(lines_of(profile, desk.pipeline.edits)) if profile else (),
        text=_file_of(desk, wanted) if profile else "",
    )


def _file_of(desk: Desk, name: str) -> str:
    for file in sorted(payers_of(desk).glob("*.yaml")):
        text = file.read_text("utf-8")
        document = yaml.safe_load(text)
        if isinstance(document, dict) and document.get("name") == name:
            return text
    return ""
