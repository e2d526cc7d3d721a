"""Stories of patients: valid claims after valid claims, and what is wrong in the light of an earlier one only.

Each story begins with a valid claim over some drug. What follows is right by the published rules: the next dose, a
replacement, a void and a new claim, a claim sent anew after we rejected it, another practice on the same day, the
other eye, days of one claim on two. What of it is held without a memory is not part of the story; with a memory nothing
of it may be found by an edit on earlier claims.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

import orjson

from schemas.decision import PayerDecision
from schemas.outcome import Disposition, Outcome
from tests.catalogue import parties
from tests.catalogue.draft import ClaimTraits
from tests.catalogue.mutation import LIMITS
from tests.catalogue.valid_claims import ValidClaim, ValidClaims
from worker.edits.authorization.aut_06_course_exceeded import COURSES
from worker.edits.codes.hyaluronan import HYALURONAN
from worker.edits.codes.services import INITIAL, REPEATED
from worker.history.key import HistoryKey
from worker.history.memory import ClaimMemory
from worker.history.store import SqliteHistory
from worker.pipeline.remembering import scrub_in_order
from worker.pipeline.scrub import Pipeline
from worker.reference.tables.answer import Found
from worker.samples.synthetic import Json, decision_on

ON_HISTORY: Final = frozenset(
    {
        "ADM-09",
        "AUT-05",
        "AUT-06",
        "AUT-08",
        "AUT-09",
        "AUT-10",
        "AUT-11",
        "DUP-01",
        "EM-05",
        "IDN-07",
        "POS-04",
        "RES-03",
        "RES-04",
        "UNT-09",
        "WST-15",
    }
)
"""The edits on earlier claims."""
BEGIN: Final = date(2000, 1, 1)
DAYS: Final = 20_000
KEY: Final = HistoryKey(bytes(32), bytes(32))
ESTABLISHED: Final[Mapping[str, str]] = MappingProxyType(
    {"99202": "99212", "99203": "99213", "99204": "99214", "99205": "99215"}
)
SIDES: Final[Mapping[str, str]] = MappingProxyType({"RT": "LT", "LT": "RT"})
_DATES: Final = ("serviceDate", "serviceDateEnd")


@dataclass(frozen=True)
class Told:
    """A claim of a story with the day it is received, or a payer's decision on one with the day it comes.

    `is_rejected` says that the claim is broken on purpose.
    """

    document: Json
    received_on: date
    is_rejected: bool = False
    is_decision: bool = False


Claims: TypeAlias = list[Told]


def _copy(document: Json, number: str | None = None) -> Json:
    made: Json = orjson.loads(orjson.dumps(document))
    if number is not None:
        made["claimInformation"]["patientControlNumber"] = number
    return made


def _service(line: Json) -> Json:
    made: Json = line.get("institutionalService") or line["professionalService"]
    return made


def _lines(document: Json) -> list[Json]:
    made: list[Json] = document["claimInformation"]["serviceLines"]
    return made


def _shifted(text: str, days: int) -> str:
    day = date(int(text[:4]), int(text[4:6]), int(text[6:8])) + timedelta(days=days)
    return day.strftime("%Y%m%d")


def _later(made: Told, days: int, number: str) -> Told:
    """The same services so many days later; a visit is that of a patient who is known by then."""
    document = _copy(made.document, number)
    for line in _lines(document):
        for name in _DATES:
            if line.get(name):
                line[name] = _shifted(line[name], days)
        service = _service(line)
        service["procedureCode"] = ESTABLISHED.get(service.get("procedureCode", ""), service.get("procedureCode"))
    dates = document["claimInformation"].get("claimDateInformation")
    if dates:
        for name in ("statementBeginDate", "statementEndDate"):
            dates[name] = _shifted(dates[name], days)
    return Told(document, made.received_on + timedelta(days=days))


def _referring(document: Json, frequency: str) -> Json:
    information = document["claimInformation"]
    information["claimFrequencyCode"] = frequency
    information.setdefault("claimSupplementalInformation", {})["claimControlNumber"] = "ICN1"
    return document


class Stories:
    """Makes stories from valid claims; the same seed gives the same story."""

    def __init__(self, pipeline: Pipeline, claims: ValidClaims) -> None:
        self.alone, self.claims = pipeline, claims
        self.remembering = pipeline.remembering(KEY)

    def begin(self, random: Random, wanted: ClaimTraits | None = None) -> ValidClaim:
        """A valid claim of one day, which replaces nothing."""
        return self.claims.make(random, wanted or ClaimTraits(alone=True, few_lines=random.random() < 0.7))

    def story(self, seed: int) -> Claims:
        """A claim and what follows it, all of which is right."""
        random = Random(seed)
        first = self._first(random)
        story = [first]
        for number in range(random.randint(2, 5)):
            told = [each for each in story if not each.is_decision]
            decided = [each.document for each in story if each.is_decision]
            follow = random.choice(FOLLOWERS)(self, told, first, f"S{number}", random)
            if any(each.is_decision and each.document in decided for each in follow):
                continue  # claim, decision and day are all that a decision says: it would be the same one once more
            sound = [each for each in follow if each.is_rejected or each.is_decision or self.is_sound(each)]
            # What follows a decision needs all of it.
            story += sound if len(sound) == len(follow) or not any(each.is_decision for each in follow) else []
        return sorted(story, key=lambda each: each.received_on)

    def _first(self, random: Random) -> Told:
        """A claim in which no edit on earlier claims finds anything: its own days may be closer than a drug allows."""
        while True:
            begun = self.begin(random)
            first = Told(begun.document, begun.received_on)
            if not any(finding.edit in ON_HISTORY for each in self.outcomes([first]) for finding in each.findings):
                return first

    def is_sound(self, told: Told) -> bool:
        """Whether nothing holds the claim as long as nothing is known of others."""
        outcome = self.alone.scrub(orjson.dumps(told.document), told.received_on).outcome
        return outcome is not None and outcome.disposition is Disposition.SCRUBBED

    def outcomes(self, story: Sequence[Told]) -> list[Outcome]:
        """What becomes of the claims of a story, each after those before it."""
        with closing(SqliteHistory(None, key=KEY.fingerprint, since=BEGIN)) as store:
            messages = [(orjson.dumps(each.document), each.received_on) for each in story]
            results = scrub_in_order(self.remembering, messages, ClaimMemory(store, days=DAYS))
        undecided = [each for each, told in zip(results, story, strict=True) if not told.is_decision]
        return [each.outcome for each in undecided if each.outcome is not None]

    def pause(self, document: Json, random: Random) -> int:
        """Days until the next dose of every drug of a claim may be given."""
        codes = {_service(line).get("procedureCode", "") for line in _lines(document)}
        intervals = [self.claims.guides[code].interval for code in codes if code in self.claims.guides]
        spans = [(_day(line.get("serviceDateEnd") or line["serviceDate"])) for line in _lines(document)]
        longest = (max(spans) - min(spans)).days
        if codes & HYALURONAN:
            return longest + 200 + random.randrange(30)
        return longest + max([each.days for each in intervals if each], default=7) + random.randrange(30)


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


Follower: TypeAlias = Callable[[Stories, Claims, Told, str, Random], Claims]


def next_dose(stories: Stories, story: Claims, first: Told, number: str, random: Random) -> Claims:
    """The next dose of the course, where it has one."""
    codes = {_service(line).get("procedureCode", "") for line in _lines(first.document)}
    if codes & COURSES.keys() and len(story) > 1:
        return []
    last = max(story, key=lambda each: max(_days_of(each)))
    days = (max(_days_of(last)) - max(_days_of(first))).days + stories.pause(first.document, random)
    return [_later(first, days, number)]


def _days_of(told: Told) -> list[date]:
    return [_day(line["serviceDate"]) for line in _lines(told.document)]


def replacement(_: Stories, story: Claims, first: Told, number: str, random: Random) -> Claims:
    """A correction of the last claim, under its number or another one."""
    last = max(story, key=lambda each: each.received_on)
    if last.document["claimInformation"]["claimFrequencyCode"] == "8" or last.is_rejected:
        return []
    document = _referring(_copy(last.document, number if random.random() < 0.3 else None), "7")
    return [Told(document, last.received_on + timedelta(days=20 + random.randrange(20)))]


def void_and_new(_: Stories, story: Claims, first: Told, number: str, random: Random) -> Claims:
    """The last claim taken back, and sent anew."""
    last = max(story, key=lambda each: each.received_on)
    if last.document["claimInformation"]["claimFrequencyCode"] != "1" or last.is_rejected:
        return []
    void = Told(_referring(_copy(last.document), "8"), last.received_on + timedelta(days=20))
    return [void, Told(_copy(last.document, number), last.received_on + timedelta(days=21))]


def rejected_by_us(_: Stories, story: Claims, first: Told, number: str, random: Random) -> Claims:
    """The next dose with a broken NPI, which does not go out, and then right under the same number."""
    days = (max(max(_days_of(each)) for each in story) - max(_days_of(first))).days
    right = _later(first, days + _.pause(first.document, random), number)
    wrong = _copy(right.document)
    wrong["billing"]["npi"] = "1234567890"
    return [Told(wrong, right.received_on, is_rejected=True), right] if not _is_course(first) else []


def resent_after_return(_: Stories, story: Claims, first: Told, number: str, random: Random) -> Claims:
    """The last claim, which the payer returned, sent anew under its number or another one: soon or after a month."""
    last = _last_claim(story)
    if last is None or _is_course(first):
        return []
    days = random.choice((1, 3, 14, 29, 31, 60))
    again = Told(_copy(last.document, number if random.random() < 0.5 else None), last.received_on + timedelta(days))
    return [_decided(last, PayerDecision.RETURNED, random.randrange(days + 1)), again]


def replaced_after_decision(_: Stories, story: Claims, first: Told, number: str, random: Random) -> Claims:
    """A replacement of the last claim, which the payer paid or denied, on any day after that."""
    last = _last_claim(story)
    if last is None:
        return []
    decision = random.choice((PayerDecision.PAID, PayerDecision.DENIED))
    days = random.randrange(1, 30)
    document = _referring(_copy(last.document, number if random.random() < 0.3 else None), "7")
    return [_decided(last, decision, days), Told(document, last.received_on + timedelta(days))]


def corrected_after_denial(_: Stories, story: Claims, first: Told, number: str, random: Random) -> Claims:
    """The last claim, which the payer denied, voided and sent anew."""
    last = _last_claim(story)
    if last is None or _is_course(first):
        return []
    void = Told(_referring(_copy(last.document), "8"), last.received_on + timedelta(days=20))
    again = Told(_copy(last.document, number), last.received_on + timedelta(days=21))
    return [_decided(last, PayerDecision.DENIED, 14), void, again]


def decided_early(stories: Stories, story: Claims, first: Told, number: str, random: Random) -> Claims:
    """The next dose, whose return is known before it is judged, and the same claim sent anew."""
    if _is_course(first):
        return []
    days = (max(max(_days_of(each)) for each in story) - max(_days_of(first))).days
    due = _later(first, days + stories.pause(first.document, random), number)
    return [_decided(due, PayerDecision.RETURNED, 0), due, Told(_copy(due.document), due.received_on + timedelta(1))]


def _last_claim(story: Claims) -> Told | None:
    """The claim that came last, if it is a first claim that could go out."""
    last = max(story, key=lambda each: each.received_on)
    if last.is_rejected or last.document["claimInformation"]["claimFrequencyCode"] != "1":
        return None
    return last


def _decided(told: Told, decision: PayerDecision, days: int) -> Told:
    on = told.received_on + timedelta(days)
    return Told(decision_on(told.document, decision, on), on, is_decision=True)


def _is_course(first: Told) -> bool:
    return any(_service(line).get("procedureCode") in COURSES for line in _lines(first.document))


def another_practice(_: Stories, story: Claims, first: Told, number: str, random: Random) -> Claims:
    """The same services of that day by another practice and practitioner."""
    document = _copy(first.document, number)
    document["billing"]["npi"] = parties.practitioner(random)["npi"]
    for name in ("rendering", "attending"):
        if name in document:
            document[name]["npi"] = parties.practitioner(random)["npi"]
    return [Told(document, first.received_on)] if not _is_course(first) else []


def other_side(stories: Stories, story: Claims, first: Told, number: str, random: Random) -> Claims:
    """What was done on one side, done on the other one, where the units of both are within the limit."""
    if any(_is_of_other_side(each, first) for each in story):
        return []
    document = _copy(first.document, number)
    lines = []
    for line in _lines(document):
        service, on = _service(line), _day(line["serviceDate"])
        modifiers = service.get("procedureModifiers") or []
        if not SIDES.keys() & set(modifiers):
            continue
        service["procedureModifiers"] = [SIDES.get(each, each) for each in modifiers]
        limit = stories.alone.snapshot.mue(service["procedureCode"], "practitioner", on)
        if isinstance(limit, Found) and 2 * float(service["serviceUnitCount"]) > limit.row.value:
            return []
        lines.append(line)
    if not lines:
        return []
    document["claimInformation"]["serviceLines"] = lines
    charges = sum(round(float(_service(line)["lineItemChargeAmount"]) * 100) for line in lines)
    document["claimInformation"]["claimChargeAmount"] = f"{charges / 100:.2f}"
    return [Told(document, first.received_on)]


def _is_of_other_side(told: Told, first: Told) -> bool:
    """Whether the story has the other side already: a second time it would be a duplicate."""
    same_practice = told.document["billing"]["npi"] == first.document["billing"]["npi"]
    return told is not first and same_practice and told.received_on == first.received_on


FOLLOWERS: Final[tuple[Follower, ...]] = (
    next_dose,
    next_dose,
    next_dose,
    replacement,
    void_and_new,
    rejected_by_us,
    resent_after_return,
    replaced_after_decision,
    corrected_after_denial,
    decided_early,
    another_practice,
    other_side,
)


# What is wrong in the light of an earlier claim, each with the edit that must find it.


def _sent_again(told: Told, _: Random, _stories: Stories) -> Told | None:
    return Told(_copy(told.document), told.received_on + timedelta(days=1))


def _sent_again_under_another_number(told: Told, _: Random, _stories: Stories) -> Told | None:
    is_compared = [not REPEATED.intersection(_modifiers(line)) and _code(line) for line in _lines(told.document)]
    return Told(_copy(told.document, "AGAIN"), told.received_on + timedelta(days=1)) if all(is_compared) else None


def _sent_again_after_a_month(told: Told, random: Random, _stories: Stories) -> Told | None:
    again = _sent_again_under_another_number(told, random, _stories)
    return Told(again.document, told.received_on + timedelta(days=31)) if again else None


def _sent_again_later(told: Told, _: Random, _stories: Stories) -> Told | None:
    return Told(_copy(told.document), told.received_on + timedelta(days=2))


def _returned_by_another_number(told: Told) -> Told:
    return _decided(Told(_copy(told.document, "OTHER"), told.received_on), PayerDecision.RETURNED, 1)


def _replaced(told: Told, _: Random, _stories: Stories) -> Told | None:
    return Told(_referring(_copy(told.document), "7"), told.received_on + timedelta(days=20))


def _code(line: Json) -> str:
    return str(_service(line).get("procedureCode") or "")


def _modifiers(line: Json) -> list[str]:
    return list(_service(line).get("procedureModifiers") or ())


def _initial_again(told: Told, random: Random, _stories: Stories) -> Told | None:
    """Another initial service of the day alone on a claim."""
    mine = [line for line in _lines(told.document) if _code(line) in INITIAL]
    if not mine or any(REPEATED.intersection(_modifiers(line)) for line in mine):
        return None
    document = _copy(told.document, "AGAIN")
    line = next(line for line in _lines(document) if _code(line) in INITIAL)
    _service(line)["procedureCode"] = random.choice(sorted(INITIAL - {_code(each) for each in mine}))
    return _only(document, [line], told)


def _waste_alone(told: Told, _: Random, _stories: Stories) -> Told | None:
    """A JW line on a claim of its own, after one with JZ."""
    document = _copy(told.document, "AGAIN")
    line = next((each for each in _lines(document) if "JZ" in _modifiers(each)), None)
    if line is None or REPEATED.intersection(_modifiers(line)):
        return None
    _service(line)["procedureModifiers"] = ["JW" if each == "JZ" else each for each in _modifiers(line)]
    return _only(document, [line], told)


def _new_patient_again(told: Told, random: Random, _stories: Stories) -> Told | None:
    """A new patient's visit by the same practitioner on a later day."""
    visit = next((each for each in _lines(told.document) if _code(each)[:4] in {"9920", "9921"}), None)
    if visit is None or "attending" in told.document or _code(visit) == "99211":
        return None
    later = _later(told, random.randint(1, 60), "AGAIN")
    line = next(each for each in _lines(later.document) if _code(each)[:4] == "9921")
    _service(line)["procedureCode"] = "99204"
    _service(line).pop("procedureModifiers", None)
    return _only(later.document, [line], later)


def _original_unknown(told: Told, _: Random, _stories: Stories) -> Told | None:
    """A replacement of a claim of another day and number."""
    later = _later(told, 400, "AGAIN")
    return Told(_referring(later.document, "7"), later.received_on)


def _only(document: Json, lines: list[Json], told: Told) -> Told:
    information = document["claimInformation"]
    information["serviceLines"] = lines
    charges = sum(round(float(_service(line)["lineItemChargeAmount"]) * 100) for line in lines)
    information["claimChargeAmount"] = f"{charges / 100:.2f}"
    return Told(document, told.received_on)


def _too_soon(told: Told, random: Random, stories: Stories) -> Told | None:
    """The next dose before the interval of its guide is over."""
    intervals = [
        guide.interval.days
        for line in _lines(told.document)
        if (guide := stories.claims.guides.get(_code(line))) and guide.interval and "JW" not in _modifiers(line)
    ]
    if max(intervals, default=1) < 2 or len(set(_days_of(told))) > 1:
        return None
    return _later(told, random.randint(1, max(intervals) - 1), "AGAIN")


def _over_limit(told: Told, _: Random, stories: Stories) -> Told | None:
    """Further units of a drug and day, which are within its limit by themselves only."""
    for place, line in enumerate(_lines(told.document)):
        on = _day(line["serviceDate"])
        limit = stories.alone.snapshot.mue(_code(line), "practitioner", on)
        is_given = line.get("drugIdentification") or stories.claims.supply.drugs.get(_code(line))
        if not is_given or not isinstance(limit, Found) or limit.row.mai == 1 or limit.row.value < 1:
            continue
        if float(_service(line)["serviceUnitCount"]) == limit.row.value or "GY" in _modifiers(line):
            continue
        document = _copy(told.document, "AGAIN")
        again = _lines(document)[place]
        _service(again)["serviceUnitCount"] = str(limit.row.value)
        return _only(document, [again], told)
    return None


class Slip(NamedTuple):
    """What is wrong in the light of an earlier claim: the edit that must find it, and what claim it is made of."""

    edit: str
    make: Callable[[Told, Random, Stories], Told | None]
    wanted: Callable[[Stories], ClaimTraits | None] = lambda _: None
    between: Callable[[Told], Claims] = lambda _: []
    """What comes between the two."""


def _of_guides(stories: Stories) -> ClaimTraits:
    codes = tuple(sorted(code for code, guide in stories.claims.guides.items() if guide.interval))
    return ClaimTraits(codes=codes, alone=True, few_lines=True, facility=False, dispensed=False)


def _of_limits(_: Stories) -> ClaimTraits:
    return ClaimTraits(between=LIMITS, places=("11",), alone=True, few_lines=True, facility=False, dispensed=False)


MISTAKES: Final[Mapping[str, Slip]] = MappingProxyType(
    {
        "a dose too soon": Slip("AUT-05", _too_soon, _of_guides),
        "more units than the limit of a day": Slip("UNT-09", _over_limit, _of_limits),
        "sent again": Slip("IDN-07", _sent_again),
        "sent again under another number": Slip("DUP-01", _sent_again_under_another_number),
        "sent again after a month": Slip("DUP-01", _sent_again_after_a_month),
        "sent again under another number, a month after it was denied": Slip(
            "DUP-01", _sent_again_after_a_month, between=lambda told: [_decided(told, PayerDecision.DENIED, 14)]
        ),
        "sent again after another claim was returned": Slip(
            "IDN-07", _sent_again_later, between=lambda told: [_returned_by_another_number(told)]
        ),
        "sent again after it was returned and sent anew": Slip(
            "IDN-07",
            _sent_again_later,
            between=lambda told: [
                _decided(told, PayerDecision.RETURNED, 1),
                Told(_copy(told.document), told.received_on + timedelta(1)),
            ],
        ),
        "a replacement of what was returned": Slip(
            "RES-04", _replaced, between=lambda told: [_decided(told, PayerDecision.RETURNED, 1)]
        ),
        "a second initial service": Slip("ADM-09", _initial_again),
        "waste on another claim": Slip("WST-15", _waste_alone),
        "a new patient again": Slip("EM-05", _new_patient_again),
        "an original that is not known": Slip("RES-04", _original_unknown),
    }
)


@dataclass
class StoryAccount:
    """How stories ended: claims, what was found in right ones, and which mistakes were found of how many."""

    claims: int = 0
    false: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    """Mistakes that more than one edit on earlier claims reported, where one would do."""
    examples: dict[str, str] = field(default_factory=dict)

    def merge(self, other: "StoryAccount") -> None:
        """Add the account of another process."""
        self.claims += other.claims
        for mine, theirs in (
            (self.false, other.false),
            (self.made, other.made),
            (self.missed, other.missed),
            (self.doubled, other.doubled),
        ):
            mine.update(theirs)
        self.examples = other.examples | self.examples

    @property
    def is_sound(self) -> bool:
        """Whether nothing right was found, and everything wrong was, once."""
        return not (self.false or self.missed or self.doubled)


def tell(stories: Stories, seeds: Iterator[int], claims: int) -> StoryAccount:
    """Judge stories until so many claims were judged, and a mistake after the first claim of each."""
    account = StoryAccount()
    while account.claims < claims:
        seed = next(seeds)
        story = stories.story(seed)
        claims_told = [each for each in story if not each.is_decision]
        for told, outcome in zip(claims_told, stories.outcomes(story), strict=True):
            account.claims += 1
            for finding in outcome.findings:
                if finding.edit in ON_HISTORY:
                    account.false[finding.edit] += 1
                    account.examples.setdefault(finding.edit, f"seed {seed}: {finding.message}")
            if told.is_rejected is not (outcome.disposition is Disposition.REJECTED):
                account.false["disposition"] += 1
                account.examples.setdefault("disposition", f"seed {seed}: a claim ended as {outcome.disposition}")
        _make_mistakes(stories, story, seed, account)
    return account


def _make_mistakes(stories: Stories, story: Claims, seed: int, account: StoryAccount) -> None:
    random = Random(seed)
    name = random.choice(tuple(MISTAKES))
    edit, make, wanted, between = MISTAKES[name]
    first = story[0]
    if (traits := wanted(stories)) is not None:
        begun = stories.begin(random, traits)
        first = Told(begun.document, begun.received_on)
    wrong = make(first, random, stories)
    if wrong is None:
        return
    before = between(first)
    if not all(each.is_decision or stories.is_sound(each) for each in before):
        return  # what comes between did not go out, such as a claim that is too late by now
    account.made[name] += 1
    outcome = stories.outcomes([first, *before, wrong])[-1]
    found = {each.edit for each in outcome.findings if each.edit in ON_HISTORY}
    if edit not in found and not outcome.coverage.not_reached:
        account.missed[name] += 1
        account.examples.setdefault(f"missed {name}", f"seed {seed}: {sorted(found)}")
    if found - {edit} and "sent again" in name:
        account.doubled[name] += 1
        account.examples.setdefault(f"doubled {name}", f"seed {seed}: {sorted(found)}")
