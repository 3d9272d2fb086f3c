"""Plans, facilities and people by hand: every stage lasts as long as the test says.

Time is told as people tell it: ``"Mon 08:00"`` is in the first week of a run, ``"Mon+1 08:00"`` in the second. Every
run begins on Monday 1 January 2018 at 00:00. What a test does not mention takes no time and is never short: stages
last 0 minutes, desks, beds and coordinators are many, the contractor drives day and night, one court hears all adults
every day at 09:00, weekends included, and has slots for everybody. Nobody errs: every family is grouped, every code is
right, every message arrives. ICE keeps adults for a year, nobody asks for a child, and no court gives an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache

import hypothesis
import numpy as np

from borderops import clock
from borderops.ages import birthday_minute
from borderops.config.compose import compose
from borderops.config.schema import BED_KINDS, STATIONS, Settings
from borderops.operations.facilities import (
    Designs,
    Docket,
    Facilities,
    MailRules,
    Pauses,
    ReunionRules,
    Schedule,
    Transport,
)
from borderops.operations.history import Code, History, Note, ParentNumber
from borderops.operations.monitors import check_history
from borderops.operations.numbers import LOADS, ROLLS, TABLED, TRIES, Act, Message
from borderops.operations.plan import AdultPath, CaseKind, EarlierParent, Ground, Plan
from borderops.operations.reference import simulate
from borderops.pace import PER_MINUTE, Pace
from borderops.population.people import NOBODY, People, Role, Sex, Stratum
from borderops.replication import Replication
from borderops.units import DAY, HOUR, MOMENT, NEVER, WEEK

FIRST_DAY = date(2018, 1, 1)
FIRST = clock.minute_of(FIRST_DAY)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MANY = 500
HUGE = 1_000_000
MONTH = 30 * DAY
YEAR = 365 * DAY
SMALL, GIRLS, BOYS = range(len(BED_KINDS))

HAPPENS, DOES_NOT = 0, ROLLS - 1
"""Rolls of a steering act that happens and of one that does not, at the thresholds of `facilities_of`."""

FIXED = hypothesis.settings(derandomize=True, deadline=None, database=None)
"""The same examples every time, on fast machines and on slow ones."""


# --- time ---------------------------------------------------------------------------------------------------------


def at(text: str) -> int:
    """Minute of a time such as ``"Tue 08:15"`` or ``"Tue+1 08:15"``."""
    day, time = text.split()
    weekday, _, week = day.partition("+")
    hour, minute = time.split(":")
    return FIRST + int(week or 0) * WEEK + WEEKDAYS.index(weekday) * DAY + int(hour) * HOUR + int(minute)


def _minute(when: str | int) -> int:
    return at(when) if isinstance(when, str) else when


def told(moments: Iterable[int]) -> list[str]:
    """Moments as `at` reads them; what did not happen is ``"never"``."""
    return [_tell(int(moment)) for moment in moments]


def _tell(moment: int) -> str:
    if moment == NEVER:
        return "never"
    week, rest = divmod(moment - FIRST, WEEK)
    day, minute = divmod(rest, DAY)
    later = f"+{week}" if week else ""
    return f"{WEEKDAYS[day]}{later} {minute // HOUR:02d}:{minute % HOUR:02d}"


# --- who comes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Adult:
    """An adult; ``departs`` is counted from the end of processing, ``back`` is the time of the day of the hearing.

    ``hearing_until`` and ``lapses`` are moments, a year after the first day unless the test says more; ``jail`` is
    counted in minutes from the hearing, ``asks_after`` from reaching ICE's custody.
    """

    departs: int = 0
    path: AdultPath = AdultPath.ICE
    has_old_number: bool = False
    back: str | None = None
    jail: int = 0
    declined: bool = False
    never_referred: bool = False
    hearing_until: str | None = None
    lapses: str | None = None
    other_custody: int = 0
    ice: int = YEAR
    removed: bool = False
    asks_after: int | None = None
    unfit: bool = False
    unwilling: bool = False

    @property
    def hear_by(self) -> int:
        """Latest minute of a hearing."""
        return at(self.hearing_until) if self.hearing_until else FIRST + YEAR

    @property
    def lapse_at(self) -> int:
        """Minute at which a referral without a slot is given up."""
        return at(self.lapses) if self.lapses else FIRST + YEAR

    @property
    def is_back_same_day(self) -> bool:
        """Whether the adult comes back from court."""
        return self.back is not None

    @property
    def back_minute(self) -> int:
        """Minute of the day at which the adult comes back."""
        return at(f"Mon {self.back}") - FIRST if self.back else 0

    @property
    def asks(self) -> bool:
        """Whether the adult asks for the child."""
        return self.asks_after is not None

    @property
    def ask_minutes(self) -> int:
        """Minutes until then."""
        return self.asks_after or 0


@dataclass(frozen=True)
class Child:
    """A child of ``age`` years on the first day, or born on a date; ``stay`` in minutes at pace 1.

    ``lost`` says how many of the first tries of each message are lost, request, placement and itinerary; each loss is
    ``noticed`` so many minutes later. ``rerouted`` is the time lost by a wrong itinerary, ``None`` for a right one.
    ``advocate`` is counted from the order, the other times of reunification each from the step before.
    """

    age: int = 8
    born: date | None = None
    is_girl: bool = False
    designation: int = 0
    transport: int = 0
    travel: int = 0
    stay: int = MONTH
    is_returned: bool = False
    departs: int = 0
    has_old_number: bool = False
    lost: tuple[int, int, int] = (0, 0, 0)
    noticed: int = 0
    phone: int = 0
    rerouted: int | None = None
    parent_number: ParentNumber = ParentNumber.RIGHT
    tracing: int = 0
    granted: bool = True
    request: int = 0
    found_by_review: bool = True
    advocate: int = 0
    parent_travel: int = 0
    centre_travel: int = 0
    without_notice: int = 0
    reunited_abroad: bool = True
    abroad: int = 0

    @property
    def message_roll(self) -> list[list[int]]:
        """Rolls by message and try."""
        return [[HAPPENS if attempt < lost else DOES_NOT for attempt in range(TRIES)] for lost in self.lost]

    @property
    def notice_roll(self) -> list[list[int]]:
        """Rolls whose place in the table of `facilities_of` is the number of minutes."""
        assert self.noticed < TABLED, "the table ends there: let several tries be lost"
        return [[self.noticed * (ROLLS // TABLED)] * TRIES] * len(Message)

    @property
    def itinerary_roll(self) -> int:
        """Whether the itinerary is wrong."""
        return DOES_NOT if self.rerouted is None else HAPPENS

    @property
    def itinerary_minutes(self) -> int:
        """Minutes lost if it is."""
        return self.rerouted or 0

    @property
    def number_roll(self) -> int:
        """Whether the parent's number is passed on."""
        return _roll_of(self.parent_number, (ParentNumber.NOT_PASSED, ParentNumber.WRONG))

    @property
    def birth_day(self) -> int:
        """Day of birth on the clock; a birthday in July where only the age is given."""
        return ((self.born or date(2017 - self.age, 7, 1)) - clock.EPOCH).days


def _roll_of(what: int, slips: Sequence[int]) -> int:
    """Roll that meets one of several slips that exclude each other, or none of them."""
    return slips.index(what) if what in slips else DOES_NOT


@dataclass(frozen=True)
class Case:
    """People who are processed together, what becomes of them, and what clerks write down about it.

    ``adults_alone`` and ``children_alone`` are the minutes of processing should a family not be grouped.
    """

    when: str | int
    members: tuple[Adult | Child, ...]
    kind: CaseKind
    station: int = 0
    intake: int = 10
    processing: int = 30
    checks: int = 0
    separated_checks: int = 0
    ground: Ground = Ground.NONE
    takes_second: bool = False
    seeks_detention: bool = False
    detention: int = MONTH
    release: int = 0
    rejoined_release: int = 0
    stratum: Stratum | None = None
    adults_alone: int = 20
    children_alone: int = 25
    grouped: bool = True
    code: Code = Code.RIGHT
    note: Note = Note.TOP_ONLY
    listed: bool = True

    @property
    def grouping_roll(self) -> int:
        """Whether a family is not grouped."""
        return DOES_NOT if self.grouped else HAPPENS

    @property
    def code_roll(self) -> int:
        """Which code is set."""
        return _roll_of(self.code, (Code.WRONG, Code.BLANK, Code.SEVERAL))

    @property
    def note_roll(self) -> int:
        """What the note says."""
        return _roll_of(self.note, (Note.NOTHING, Note.NOT_AT_TOP, Note.TOP_AND_CHILD))

    @property
    def listing_roll(self) -> int:
        """Whether the family is missing in the sheet."""
        return DOES_NOT if self.listed else HAPPENS

    @property
    def apprehended_at(self) -> int:
        """Minute of apprehension."""
        return _minute(self.when)

    @property
    def adults(self) -> int:
        """Number of adults; they stand before the children."""
        return sum(isinstance(member, Adult) for member in self.members)

    @property
    def true_stratum(self) -> Stratum:
        """Stratum of the party, if the case is a whole party."""
        by_kind = (Stratum.SINGLE_ADULT, Stratum.FAMILY, Stratum.CHILDREN_ALONE)
        return by_kind[self.kind] if self.stratum is None else self.stratum


def adult(when: str | int, *, departs: int = 0, path=AdultPath.ICE, has_old_number: bool = False, **times) -> Case:
    """A single adult."""
    return Case(when, (Adult(departs, path, has_old_number),), CaseKind.ADULT, **times)


def referred(when: str | int, body: Adult | None = None, **times) -> Case:
    """A single adult who is referred for prosecution."""
    return Case(when, (replace(body or Adult(), path=AdultPath.COURT),), CaseKind.ADULT, **times)


def family(
    when: str | int,
    *children: Child,
    adults: int = 1,
    departs: int = 0,
    back: str | None = None,
    parent: Adult | None = None,
    **times,
) -> Case:
    """Parents and their children, one child of 8 unless the test says more; ``parent`` says what they all are like."""
    parents = [parent or Adult(departs, back=back)] * adults
    return Case(when, (*parents, *(children or (Child(),))), CaseKind.FAMILY, **times)


def couple(when: str | int, one: Adult, other: Adult, **times) -> Case:
    """Two adults who are processed together."""
    return Case(when, (one, other), CaseKind.ADULT, **times)


def alone(when: str | int, *children: Child, **times) -> Case:
    """Children without a parent, one child of 8 unless the test says more."""
    return Case(when, children or (Child(),), CaseKind.CHILDREN, **times)


def split_party(stratum: Stratum, adults: Case, children: Case) -> tuple[Case, Case]:
    """A party that the station does not know to belong together: two cases, one party."""
    return replace(adults, stratum=stratum), replace(children, stratum=stratum)


@dataclass(frozen=True)
class Resident:
    """A child in a shelter when the run begins; ``stay`` is what is left, in minutes at pace 1.

    A resident with a ``parent`` was separated before; ``linked`` tells whether the parent is on record, ``unfit`` and
    ``unwilling`` what would be said of that parent.
    """

    kind: int = SMALL
    stay: int = MONTH
    since: int = FIRST - 10 * DAY
    body: Child = field(default_factory=Child)
    parent: EarlierParent = EarlierParent.NONE
    linked: bool = True
    unfit: bool = False
    unwilling: bool = False


@dataclass(frozen=True)
class Detained:
    """A family in detention when the run begins."""

    size: int
    until: str


Party = Case | tuple[Case, ...]


def _cases(parties: Iterable[Party]) -> list[Case]:
    return [case for party in parties for case in ((party,) if isinstance(party, Case) else party)]


# --- plan ---------------------------------------------------------------------------------------------------------

Outage = tuple[int, str | int, str | int]
"""A station, the first minute of an outage of its mail, the first minute after it."""


def plan_of(
    *parties: Party,
    residents: Iterable[Resident] = (),
    detained: Iterable[Detained] = (),
    outages: Iterable[Outage] = (),
) -> Plan:
    """A plan, row by row in the order given; residents stand before all others."""
    cases, residents, detained = _cases(parties), list(residents), list(detained)
    apprehended = [one.since - 2 * DAY for one in residents]
    apprehended += [case.apprehended_at for case in cases for _ in case.members]
    return Plan(
        **_case_columns(cases, len(residents)),
        apprehended_at=np.array(apprehended, dtype=MOMENT),
        station=np.array([-1] * len(residents) + [case.station for case in cases for _ in case.members], dtype="int8"),
        **_person_columns([member for case in cases for member in case.members], residents),
        **_resident_columns(residents),
        detained_size=np.array([one.size for one in detained], dtype="int16"),
        detained_until=np.array([at(one.until) for one in detained], dtype="int64"),
        **_outage_columns(sorted((place, _minute(begins), _minute(ends)) for place, begins, ends in outages)),
    )


def _case_columns(cases: list[Case], before: int) -> dict[str, np.ndarray]:
    sizes = [len(case.members) for case in cases]

    def column(name: str, kind: str) -> np.ndarray:
        return np.array([getattr(case, name) for case in cases], dtype=kind)

    return {
        "case_first": (before + np.cumsum([0, *sizes])[:-1]).astype("int32"),
        "case_size": np.array(sizes, dtype="int16"),
        "case_adults": column("adults", "int16"),
        "case_kind": column("kind", "int8"),
        "case_station": column("station", "int8"),
        "case_at": column("apprehended_at", MOMENT),
        "intake_minutes": column("intake", "int32"),
        "processing_minutes": column("processing", "int32"),
        "checks_minutes": column("checks", "int32"),
        "separated_checks_minutes": column("separated_checks", "int32"),
        "ground": column("ground", "int8"),
        "takes_second_adult": column("takes_second", "bool"),
        "seeks_detention": column("seeks_detention", "bool"),
        "detention_minutes": column("detention", "int32"),
        "release_minutes": column("release", "int32"),
        "rejoined_release_minutes": column("rejoined_release", "int32"),
        "adults_minutes": column("adults_alone", "int32"),
        "children_minutes": column("children_alone", "int32"),
        "grouping_roll": column("grouping_roll", "uint16"),
        "code_roll": column("code_roll", "uint16"),
        "note_roll": column("note_roll", "uint16"),
        "listing_roll": column("listing_roll", "uint16"),
    }


def _person_columns(members: list[Adult | Child], residents: list[Resident]) -> dict[str, np.ndarray]:
    """Columns of people, and of the children among them."""
    bodies = [one.body for one in residents] + members
    is_child = np.array([isinstance(body, Child) for body in bodies], dtype=bool)

    def column(name: str, kind: str) -> np.ndarray:
        return np.array([getattr(body, name, 0) for body in bodies], dtype=kind)

    def of_parent(name: str) -> np.ndarray:
        # What is said of a resident's parent stands in the child's row.
        return np.array([getattr(body, name, False) for body in (*residents, *members)], dtype=bool)

    birth_day = np.array([getattr(body, "birth_day", -6000) for body in bodies], dtype=np.int64)
    return {
        "is_child": is_child,
        "departure_minutes": column("departs", "int32"),
        "path": column("path", "int8"),
        "is_never_referred": column("never_referred", "bool"),
        "is_declined": column("declined", "bool"),
        "hear_by": column("hear_by", MOMENT),
        "lapse_at": column("lapse_at", MOMENT),
        "jail_minutes": column("jail", "int32"),
        "is_back_same_day": column("is_back_same_day", "bool"),
        "back_minute": column("back_minute", "int16"),
        "other_custody_minutes": column("other_custody", "int32"),
        "ice_minutes": column("ice", "int32"),
        "is_removed": column("removed", "bool"),
        "is_unfit": of_parent("unfit"),
        "is_unwilling": of_parent("unwilling"),
        "asks": column("asks", "bool"),
        "ask_minutes": column("ask_minutes", "int32"),
        "is_returned": column("is_returned", "bool"),
        "is_girl": column("is_girl", "bool"),
        "young_until": birthday_minute(birth_day, 5).astype(MOMENT),
        "turns_13_at": birthday_minute(birth_day, 13).astype(MOMENT),
        "turns_18_at": birthday_minute(birth_day, 18).astype(MOMENT),
        "designation_minutes": column("designation", "int32"),
        "transport_minutes": column("transport", "int32"),
        "travel_minutes": column("travel", "int32"),
        "stay_minutes": column("stay", "int32"),
        "has_old_number": column("has_old_number", "bool"),
        "child_row": np.where(is_child, np.cumsum(is_child) - 1, -1).astype("int32"),
        **_child_columns([body for body in bodies if isinstance(body, Child)]),
    }


def _child_columns(children: list[Child]) -> dict[str, np.ndarray]:
    def column(name: str, kind: str) -> np.ndarray:
        return np.array([getattr(child, name) for child in children], dtype=kind)

    return {
        "message_roll": column("message_roll", "uint16").reshape(-1, len(Message), TRIES),
        "notice_roll": column("notice_roll", "uint16").reshape(-1, len(Message), TRIES),
        "phone_minutes": column("phone", "int32"),
        "itinerary_roll": column("itinerary_roll", "uint16"),
        "itinerary_minutes": column("itinerary_minutes", "int32"),
        "number_roll": column("number_roll", "uint16"),
        "tracing_minutes": column("tracing", "int32"),
        "is_granted": column("granted", "bool"),
        "request_minutes": column("request", "int32"),
        "is_found_by_review": column("found_by_review", "bool"),
        "advocate_minutes": column("advocate", "int32"),
        "parent_travel_minutes": column("parent_travel", "int32"),
        "child_travel_minutes": column("centre_travel", "int32"),
        "without_notice_minutes": column("without_notice", "int32"),
        "is_reunited_abroad": column("reunited_abroad", "bool"),
        "abroad_minutes": column("abroad", "int32"),
    }


def _resident_columns(residents: list[Resident]) -> dict[str, np.ndarray]:
    return {
        "resident": np.arange(len(residents), dtype="int32"),
        "resident_kind": np.array([one.kind for one in residents], dtype="int8"),
        "resident_since": np.array([one.since for one in residents], dtype="int64"),
        "resident_work": np.array([one.stay for one in residents], dtype="int64") * PER_MINUTE,
        "resident_parent": np.array([one.parent for one in residents], dtype="int8"),
        "resident_is_linked": np.array([one.linked and bool(one.parent) for one in residents], dtype=bool),
    }


def _outage_columns(outages: list[tuple[int, int, int]]) -> dict[str, np.ndarray]:
    return {
        "outage_station": np.array([station for station, _, _ in outages], dtype="int8"),
        "outage_begins": np.array([begins for _, begins, _ in outages], dtype="int64"),
        "outage_ends": np.array([ends for _, _, ends in outages], dtype="int64"),
    }


def copies_of(case: Case, minutes: np.ndarray, **columns: np.ndarray) -> Plan:
    """Many cases alike but for the minute they come at and the columns given (one value a case, a person, a child)."""
    plan, count, size = plan_of(case), minutes.size, len(case.members)
    copies = {
        name: column[np.tile(np.arange(len(column)), count)]
        for name, column in plan.columns().items()
        if not name.startswith(("resident", "detained", "outage"))
    }
    copies["case_first"] = np.arange(count, dtype=np.int32) * size
    copies["case_at"] = minutes.astype(np.int64)
    copies["apprehended_at"] = np.repeat(copies["case_at"], size)
    copies["child_row"] = np.where(copies["is_child"], np.cumsum(copies["is_child"]) - 1, -1)
    copies["child_row"] = copies["child_row"].astype(np.int32)
    copies |= {name: values.astype(copies[name].dtype) for name, values in columns.items()}
    return replace(plan, **copies)


# --- facilities ---------------------------------------------------------------------------------------------------

Capacity = int | Mapping[str, int]
"""Units for good, or units from each of several moments on."""


def schedule_of(capacity: Capacity) -> Schedule:
    """Capacity over time."""
    steps = {"Mon 00:00": capacity} if isinstance(capacity, int) else capacity
    return Schedule(
        at=np.array([at(moment) for moment in steps], dtype=np.int64),
        capacity=np.array(list(steps.values()), dtype=np.int64),
    )


@dataclass(frozen=True)
class Rule:
    """A rule that pauses parting while beds of a kind are filled above a share."""

    kind: int
    above_per_mille: int
    begins: str = "Mon 00:00"
    ends: str | None = None


def pauses_of(*rules: Rule) -> Pauses:
    """Rules on occupancy."""
    return Pauses(
        begins_at=np.array([at(rule.begins) for rule in rules], dtype=np.int64),
        ends_at=np.array([at(rule.ends) if rule.ends else NEVER for rule in rules], dtype=np.int64),
        bed_kind=np.array([rule.kind for rule in rules], dtype=np.int8),
        above_per_mille=np.array([rule.above_per_mille for rule in rules], dtype=np.int64),
    )


def pace_of(steps: Mapping[int, float], days: int) -> Pace:
    """Release work by day of the run: a pace from each of several days on; 100 days back at the first one."""
    day = np.arange(-100, days)
    begins = np.array(list(steps))
    paces = np.round(np.array(list(steps.values())) * PER_MINUTE).astype(np.int64)
    per_minute = paces[np.maximum(np.searchsorted(begins, day, side="right") - 1, 0)]
    done = np.concatenate([[0], np.cumsum(per_minute * DAY)])
    return Pace(first_day=FIRST // DAY - 100, done=done, per_minute=per_minute)


Sittings = Iterable[str] | Mapping[str, tuple[int, int]]
"""When a court sits, with slots for everybody, or with so many for parents and for others."""


def docket_with(sittings: Sittings) -> Docket:
    """Sittings of one court."""
    slots = sittings if isinstance(sittings, Mapping) else dict.fromkeys(sittings, (MANY, MANY))
    return Docket(
        at=np.array([at(sitting) for sitting in slots], dtype=np.int64),
        for_parents=np.array([parents for parents, _ in slots.values()], dtype=np.int64),
        for_others=np.array([others for _, others in slots.values()], dtype=np.int64),
    )


def _daily(days: int) -> Docket:
    """Every day at 09:00, so many days and two weeks more."""
    sitting = FIRST + 9 * HOUR + DAY * np.arange(days + 14, dtype=np.int64)
    return Docket(at=sitting, for_parents=np.full_like(sitting, MANY), for_others=np.full_like(sitting, MANY))


def _dockets(hearings: Sittings | list[Sittings] | None, days: int) -> tuple[Docket, ...]:
    if hearings is None:
        return (_daily(days),)
    is_several = isinstance(hearings, list) and bool(hearings) and not isinstance(hearings[0], str)
    return tuple(docket_with(one) for one in (hearings if is_several else [hearings]))


Share = float | Sequence[float] | np.ndarray
"""Share of rolls that meet an act: always the same, by load, or by guidance and load."""


@dataclass(frozen=True)
class Design:
    """A tracking design that deletes units, unless the test says more; ``shares`` by act, none without a word."""

    begins: str = "Mon 00:00"
    kept: bool = False
    searchable: bool = False
    seen: bool = False
    automatic: bool = False
    intake: int = 0
    parting: int = 0
    shares: Mapping[Act, Share] = field(default_factory=dict)

    @property
    def thresholds(self) -> np.ndarray:
        """Thresholds by act, guidance and load; 1 where nothing is said, so that only `HAPPENS` is below."""
        table = np.ones((len(Act), 2, LOADS), dtype=np.int32)
        for act, share in self.shares.items():
            table[act] = np.floor(np.asarray(share) * ROLLS + 0.5)
        return table


def designs_of(designs: Sequence[Design], guided: Mapping[int, str]) -> Designs:
    """Designs in the order of their dates; ``guided`` says from when on stations are."""
    return Designs(
        begins_at=np.array([at(one.begins) for one in designs], dtype=np.int64),
        is_kept=np.array([one.kept for one in designs]),
        is_searchable=np.array([one.searchable for one in designs]),
        is_seen=np.array([one.seen for one in designs]),
        is_automatic=np.array([one.automatic for one in designs]),
        intake_minutes=np.array([one.intake for one in designs], dtype=np.int32),
        parting_minutes=np.array([one.parting for one in designs], dtype=np.int32),
        guided_at=np.array([at(guided[row]) if row in guided else NEVER for row in range(len(STATIONS))]),
        thresholds=np.stack([one.thresholds for one in designs]),
    )


def _by_station(capacity: Capacity | list[Capacity]) -> tuple[Schedule, ...]:
    """One capacity stands for all stations."""
    several = capacity if isinstance(capacity, list) else [capacity] * len(STATIONS)
    return tuple(schedule_of(one) for one in several)


def facilities_of(
    *,
    days: int = 60,
    horizon: str | None = None,
    agents: Capacity | list[Capacity] = MANY,
    desk: Capacity = MANY,
    desk_minutes: int = 0,
    beds: Capacity | list[Capacity] = MANY,
    family_places: Capacity = MANY,
    hearings: Sittings | list[Sittings] | None = None,
    district_of: Mapping[int, int] | None = None,
    court_notice: int = 0,
    court_lead: int = 0,
    opens_at: int = 0,
    closes_at: int = DAY,
    notice: int = 0,
    weekend_per_mille: int = 1000,
    pauses: Iterable[Rule] = (),
    pace: Mapping[int, float] | None = None,
    separated_per_mille: int = 1000,
    number_block: int = 100,
    rated_children: int | Mapping[int, int] = HUGE,
    children_per_diverted_agent: int = HUGE,
    coordinators: Capacity | list[Capacity] = MANY,
    message_minutes: int = 0,
    tries: int = TRIES,
    notice_minutes: int | None = None,
    lost_in_outage: float = 1.0,
    thresholds: Mapping[Act, Share] | None = None,
    automatic: bool = False,
    designs: Sequence[Design] | None = None,
    guided: Mapping[int, str] | None = None,
    order: str | None = None,
    team: Capacity = MANY,
    review: int = 0,
    vetting: int = 0,
    centre: Capacity = MANY,
    reprocessing: int = 0,
) -> Facilities:
    """Facilities in which only what the test names is short; one capacity stands for all stations or kinds of bed.

    A list of sittings stands for several courts; ``district_of`` says which stations are not heard by the first.
    A lost message is noticed after the child's own ``noticed`` minutes, unless ``notice_minutes`` says when all are.
    ``thresholds`` (shares by act) and ``automatic`` describe the only design, unless there are several ``designs``.
    """
    rated = dict.fromkeys(range(len(STATIONS)), rated_children) if isinstance(rated_children, int) else rated_children
    by_kind = beds if isinstance(beds, list) else [beds] * len(BED_KINDS)
    return Facilities(
        first_minute=FIRST,
        horizon=at(horizon) if horizon else FIRST + days * DAY,
        agents=_by_station(agents),
        rated_children=np.array([rated.get(row, HUGE) for row in range(len(STATIONS))], dtype=np.int64),
        children_per_diverted_agent=children_per_diverted_agent,
        coordinators=_by_station(coordinators),
        desk=schedule_of(desk),
        desk_minutes=desk_minutes,
        beds=tuple(schedule_of(one) for one in by_kind),
        family_places=schedule_of(family_places),
        dockets=_dockets(hearings, days),
        docket_of=np.array([(district_of or {}).get(row, 0) for row in range(len(STATIONS))], dtype=np.int8),
        court_notice=court_notice,
        court_lead=court_lead,
        transport=Transport(opens_at, closes_at, notice, weekend_per_mille),
        pauses=pauses_of(*pauses),
        pace=pace_of(pace or {0: 1.0}, days + 500),
        separated_per_mille=separated_per_mille,
        number_block=number_block,
        designs=designs_of(designs or [Design(automatic=automatic, shares=thresholds or {})], guided or {}),
        mail=MailRules(
            handling_minutes=message_minutes,
            tries=tries,
            lost_in_outage=round(lost_in_outage * ROLLS),
            notice_minutes=_notice_table(notice_minutes),
        ),
        reunions=ReunionRules(
            order_at=at(order) if order else NEVER,
            review_minutes=review,
            vetting_minutes=vetting,
            reprocessing_minutes=reprocessing,
        ),
        team=schedule_of(team),
        centre=schedule_of(centre),
    )


def _notice_table(minutes: int | None) -> np.ndarray:
    """When losses are noticed: the same for all, or as many minutes as the place in the table."""
    return np.arange(TABLED, dtype=np.int32) if minutes is None else np.full(TABLED, minutes, dtype=np.int32)


def play(plan: Plan, facilities: Facilities | None = None) -> History:
    """Simulate with the monitors on, as a replication does."""
    facilities = facilities or facilities_of()
    history = simulate(plan, facilities)
    check_history(history, plan, facilities)
    return history


# --- people, and a whole replication --------------------------------------------------------------------------------


def people_of(*parties: Party, residents: Iterable[Resident] = ()) -> People:
    """The people of `plan_of` with the same arguments; nobody has a name worth reading."""
    residents = list(residents)
    grouped = [(party,) if isinstance(party, Case) else party for party in parties]
    members = [[one.body] for one in residents] + [
        [body for case in party for body in case.members] for party in grouped
    ]
    bodies = [body for party in members for body in party]
    size = np.array([len(party) for party in members], dtype=np.int16)
    count, zero = len(bodies), np.zeros(len(bodies), dtype=np.int32)
    birth_day = np.array([getattr(body, "birth_day", -6000) for body in bodies], dtype=np.int32)
    first = np.cumsum(np.concatenate([[0], size]))[:-1]
    return People(
        number=np.arange(count, dtype=np.int64),
        party=np.repeat(np.arange(size.size, dtype=np.int32), size),
        role=np.array(_roles(members), dtype=np.int8),
        sex=np.array([Sex.FEMALE if getattr(body, "is_girl", False) else Sex.MALE for body in bodies], dtype=np.int8),
        birth_day=birth_day,
        citizenship=zero.astype(np.int8),
        mother=zero + NOBODY,
        father=zero + NOBODY,
        given_1=zero,
        given_2=zero,
        surname_1=zero,
        surname_2=zero,
        has_prior_removal=np.zeros(count, dtype=bool),
        has_prior_crime=np.zeros(count, dtype=bool),
        party_number=np.arange(size.size, dtype=np.int64),
        first_member=first.astype(np.int32),
        size=size,
        stratum=np.array(
            [Stratum.RESIDENT] * len(residents) + [party[0].true_stratum for party in grouped], dtype=np.int8
        ),
        station=np.array([-1] * len(residents) + [party[0].station for party in grouped], dtype=np.int8),
        event=np.arange(size.size, dtype=np.int64),
        apprehended_at=np.array(
            [one.since - 2 * DAY for one in residents] + [party[0].apprehended_at for party in grouped], dtype=np.int64
        ),
        youngest_birth_day=np.maximum.reduceat(birth_day, first).astype(np.int32) if count else zero,
    )


def _roles(members: list[list[Adult | Child]]) -> list[Role]:
    return [
        Role.CHILD if isinstance(body, Child) else (Role.ADULT if place == 0 else Role.SECOND_ADULT)
        for party in members
        for place, body in enumerate(party)
    ]


def replication_of(
    *parties: Party,
    residents: Iterable[Resident] = (),
    detained: Iterable[Detained] = (),
    outages: Iterable[Outage] = (),
    facilities: Facilities | None = None,
) -> Replication:
    """Play parties made by hand and keep everything, as `borderops.replication.replicate` does."""
    residents, facilities = list(residents), facilities or facilities_of()
    plan = plan_of(*parties, residents=residents, detained=detained, outages=outages)
    people = people_of(*parties, residents=residents)
    return Replication(0, people, plan, facilities, play(plan, facilities))


@cache
def settings_of(*overrides: str) -> Settings:
    """Settings as a user would compose them."""
    return compose(list(overrides)).settings


def with_window(settings: Settings, start: date, end: date, season: tuple[date, date]) -> Settings:
    """The settings with another window and season."""
    window = settings.window.model_copy(update={"start": start, "end": end, "lead_in_days": 0})
    study = settings.study.model_copy(update={"season_start": season[0], "season_end": season[1]})
    return settings.model_copy(update={"window": window, "study": study})


# --- comparing ----------------------------------------------------------------------------------------------------


def same_history(one: History, other: History, leaving_out: Iterable[str] = ()) -> bool:
    """Whether two histories tell the same in every column."""
    names = [item.name for item in fields(History) if item.name not in {"horizon", "first_minute", *leaving_out}]
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
