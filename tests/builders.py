"""Plans, facilities and people by hand: every stage lasts as long as the test says.

Time is told as people tell it: ``"Mon 08:00"`` is in the first week of a run, ``"Mon+1 08:00"`` in the second. Every
run begins on Monday 1 January 2018 at 00:00. What a test does not mention takes no time and is never short: stages
last 0 minutes, desks and beds are many, the contractor drives day and night, one court hears all adults every day at
09:00, weekends included, and has slots for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cache

import hypothesis
import numpy as np

from borderops import clock
from borderops.ages import birthday_minute
from borderops.config.compose import compose
from borderops.config.schema import BED_KINDS, STATIONS, Settings
from borderops.operations.facilities import Docket, Facilities, Pauses, Schedule, Transport
from borderops.operations.history import History
from borderops.operations.monitors import check_history
from borderops.operations.plan import AdultPath, CaseKind, Ground, Plan
from borderops.operations.reference import simulate
from borderops.pace import PER_MINUTE, Pace
from borderops.population.people import NOBODY, People, Role, Sex, Stratum
from borderops.replication import Replication
from borderops.units import DAY, HOUR, NEVER, WEEK

FIRST_DAY = date(2018, 1, 1)
FIRST = clock.minute_of(FIRST_DAY)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MANY = 500
MONTH = 30 * DAY
YEAR = 365 * DAY
SMALL, GIRLS, BOYS = range(len(BED_KINDS))

FIXED = hypothesis.settings(derandomize=True, deadline=None, database=None)
"""The same examples every time, on fast machines and on slow ones."""


# --- time ---------------------------------------------------------------------------------------------------------


def at(text: str) -> int:
    """Minute of a time such as ``"Tue 08:15"`` or ``"Tue+1 08:15"``."""
    day, time = text.split()
    weekday, _, week = day.partition("+")
    hour, minute = time.split(":")
    return FIRST + int(week or 0) * WEEK + WEEKDAYS.index(weekday) * DAY + int(hour) * HOUR + int(minute)


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
    counted in minutes from the hearing.
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


@dataclass(frozen=True)
class Child:
    """A child of ``age`` years on the first day, or born on a date; ``stay`` in minutes at pace 1."""

    age: int = 8
    born: date | None = None
    is_girl: bool = False
    mail: int = 0
    designation: int = 0
    transport: int = 0
    travel: int = 0
    stay: int = MONTH
    is_returned: bool = False
    departs: int = 0
    has_old_number: bool = False

    @property
    def birth_day(self) -> int:
        """Day of birth on the clock; a birthday in July where only the age is given."""
        return ((self.born or date(2017 - self.age, 7, 1)) - clock.EPOCH).days


@dataclass(frozen=True)
class Case:
    """People who are processed together, and what becomes of them."""

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

    @property
    def apprehended_at(self) -> int:
        """Minute of apprehension."""
        return at(self.when) if isinstance(self.when, str) else self.when

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
    """A child in a shelter when the run begins; ``stay`` is what is left, in minutes at pace 1."""

    kind: int = SMALL
    stay: int = MONTH
    since: int = FIRST - 10 * DAY
    body: Child = field(default_factory=Child)


@dataclass(frozen=True)
class Detained:
    """A family in detention when the run begins."""

    size: int
    until: str


Party = Case | tuple[Case, ...]


def _cases(parties: Iterable[Party]) -> list[Case]:
    return [case for party in parties for case in ((party,) if isinstance(party, Case) else party)]


# --- plan ---------------------------------------------------------------------------------------------------------


def plan_of(*parties: Party, residents: Iterable[Resident] = (), detained: Iterable[Detained] = ()) -> Plan:
    """A plan, row by row in the order given; residents stand before all others."""
    cases, residents, detained = _cases(parties), list(residents), list(detained)
    sizes = [len(case.members) for case in cases]
    bodies = [one.body for one in residents] + [member for case in cases for member in case.members]
    apprehended = [one.since - 2 * DAY for one in residents]
    apprehended += [case.apprehended_at for case in cases for _ in case.members]

    def case_column(name: str, kind: str) -> np.ndarray:
        return np.array([getattr(case, name) for case in cases], dtype=kind)

    def person_column(name: str, kind: str) -> np.ndarray:
        return np.array([getattr(body, name, 0) for body in bodies], dtype=kind)

    birth_day = np.array([getattr(body, "birth_day", -6000) for body in bodies], dtype=np.int64)
    return Plan(
        case_first=(len(residents) + np.cumsum([0, *sizes])[:-1]).astype("int32"),
        case_size=np.array(sizes, dtype="int16"),
        case_adults=case_column("adults", "int16"),
        case_kind=case_column("kind", "int8"),
        case_station=case_column("station", "int8"),
        case_at=case_column("apprehended_at", "int64"),
        intake_minutes=case_column("intake", "int32"),
        processing_minutes=case_column("processing", "int32"),
        checks_minutes=case_column("checks", "int32"),
        separated_checks_minutes=case_column("separated_checks", "int32"),
        ground=case_column("ground", "int8"),
        takes_second_adult=case_column("takes_second", "bool"),
        seeks_detention=case_column("seeks_detention", "bool"),
        detention_minutes=case_column("detention", "int32"),
        release_minutes=case_column("release", "int32"),
        rejoined_release_minutes=case_column("rejoined_release", "int32"),
        apprehended_at=np.array(apprehended, dtype="int64"),
        departure_minutes=person_column("departs", "int32"),
        path=person_column("path", "int8"),
        is_never_referred=person_column("never_referred", "bool"),
        is_declined=person_column("declined", "bool"),
        hear_by=person_column("hear_by", "int64"),
        lapse_at=person_column("lapse_at", "int64"),
        jail_minutes=person_column("jail", "int32"),
        is_back_same_day=person_column("is_back_same_day", "bool"),
        back_minute=person_column("back_minute", "int16"),
        is_returned=person_column("is_returned", "bool"),
        is_girl=person_column("is_girl", "bool"),
        turns_13_at=birthday_minute(birth_day, 13),
        turns_18_at=birthday_minute(birth_day, 18),
        mail_minutes=person_column("mail", "int32"),
        designation_minutes=person_column("designation", "int32"),
        transport_minutes=person_column("transport", "int32"),
        travel_minutes=person_column("travel", "int32"),
        stay_work=person_column("stay", "int64") * PER_MINUTE,
        has_old_number=person_column("has_old_number", "bool"),
        resident=np.arange(len(residents), dtype="int32"),
        resident_kind=np.array([one.kind for one in residents], dtype="int8"),
        resident_since=np.array([one.since for one in residents], dtype="int64"),
        resident_work=np.array([one.stay for one in residents], dtype="int64") * PER_MINUTE,
        detained_size=np.array([one.size for one in detained], dtype="int16"),
        detained_until=np.array([at(one.until) for one in detained], dtype="int64"),
    )


def copies_of(case: Case, minutes: np.ndarray, **columns: np.ndarray) -> Plan:
    """Many cases alike but for the minute they come at and the columns given (one value a case, or one a person)."""
    plan, count, size = plan_of(case), minutes.size, len(case.members)
    copies = {
        name: np.tile(column, count) for name, column in plan.columns().items() if not name.startswith(("resid", "det"))
    }
    copies["detention_minutes"] = np.tile(plan.detention_minutes, count)
    copies["case_first"] = np.arange(count, dtype=np.int32) * size
    copies["case_at"] = minutes.astype(np.int64)
    copies["apprehended_at"] = np.repeat(copies["case_at"], size)
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
    number_block: int = 100,
) -> Facilities:
    """Facilities in which only what the test names is short; one capacity stands for all stations or kinds of bed.

    A list of sittings stands for several courts; ``district_of`` says which stations are not heard by the first.
    """
    by_station = agents if isinstance(agents, list) else [agents] * len(STATIONS)
    by_kind = beds if isinstance(beds, list) else [beds] * len(BED_KINDS)
    return Facilities(
        first_minute=FIRST,
        horizon=at(horizon) if horizon else FIRST + days * DAY,
        agents=tuple(schedule_of(one) for one in by_station),
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
        number_block=number_block,
    )


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
    facilities: Facilities | None = None,
) -> Replication:
    """Play parties made by hand and keep everything, as `borderops.replication.replicate` does."""
    residents, facilities = list(residents), facilities or facilities_of()
    plan = plan_of(*parties, residents=residents, detained=detained)
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
