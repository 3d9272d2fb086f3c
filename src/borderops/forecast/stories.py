"""Out of a finished replication: one family and all that happened to it, one row an event.

What each moment of the history means, to whom and where, stands in `LINES` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from borderops import clock
from borderops.ages import age_years
from borderops.config.schema import BED_KINDS, PORTS, STATIONS, Settings
from borderops.exceptions import WrongInput
from borderops.forecast.reading import MET, Reading
from borderops.forecast.story import Place, Story
from borderops.operations.history import (
    Code,
    CourtOutcome,
    Exit,
    FoundBy,
    IceExit,
    Note,
    ParentNumber,
    Reunion,
    ShelterExit,
)
from borderops.operations.numbers import ALLOCATION, ARRIVAL, DEPARTURE, PROGRESS
from borderops.operations.plan import Ground
from borderops.operations.rebuilding import is_never_grouped
from borderops.population.names import full_name, given_name
from borderops.population.people import NOBODY, People, Sex, Stratum
from borderops.replication import Replication
from borderops.units import DAY, LIMIT_72_HOURS, NEVER

# --- what each moment means -----------------------------------------------------------------------------------------


class Line(NamedTuple):
    """One way in which a moment of the history is told; it happened to the person, or was done for the person.

    Parameters
    ----------
    column : str
        Of `History`; may have several lines, of which exactly one applies to a person.
    rank : int
        Of `borderops.operations.numbers`: its turn among events of one minute.
    place : Place
        Where it happens. `Place.STATION` stands for a port of entry as well.
    event : str
    then : Place or None
        Where the person is from then on; None where that does not change.
    waited_for : str
        What had to come about first.
    since : tuple of str
        Columns; the wait began at the first of them that happened.
    detail : str
        May name what `_words` gives.
    only : mapping of str to collection of int
        Facts and the values they need to have for the line to apply: columns of `History`, and ``is_child``,
        ``is_resident``, ``is_never_grouped``, ``has_rejoined``, ``is_back``.
    led_by : str
        In whose turn it happens: the ``person``'s own, or that of the first of the ``case`` or of the ``group`` that is
        processed together, which for a family never grouped are its adults, and its children.
    """

    column: str
    rank: int
    place: Place
    event: str
    then: Place | None = None
    waited_for: str = ""
    since: tuple[str, ...] = ()
    detail: str = ""
    only: Mapping[str, Collection[int]] = MappingProxyType({})
    led_by: str = "person"


YES, NO = (True,), (False,)
OTHER_GROUNDS: Final = tuple(ground for ground in Ground if ground not in (Ground.NONE, Ground.PROSECUTION))
FREE, JAIL = (CourtOutcome.TIME_SERVED,), (CourtOutcome.JAIL,)
NOT_PROSECUTED: Final = (CourtOutcome.NEVER_REFERRED, CourtOutcome.LAPSED, CourtOutcome.DECLINED)
OTHERWISE: Final = tuple(outcome for outcome in CourtOutcome if outcome not in NOT_PROSECUTED)
TO_COURT, TO_OTHER_CUSTODY = (Exit.TO_COURT,), (Exit.TO_OTHER_CUSTODY,)
REUNITED: Final = (ShelterExit.REUNITED,)
TO_CENTRE: Final = (Reunion.CHILD_TRAVELLED, Reunion.NONE)
"""Of children who left the shelter to be reunited: those who went to a centre, and may still wait there."""

LINES: Final = (
    # At the station.
    Line("apprehended_at", ARRIVAL, Place.STATION, "apprehended", Place.STATION, detail="{station}",
         only={"is_resident": NO}, led_by="case"),
    Line("apprehended_at", ARRIVAL, Place.STATION, "apprehended before the run began", Place.UNTOLD,
         only={"is_resident": YES}),
    Line("intake_at", ALLOCATION, Place.STATION, "taken in by an agent", None, "a free agent", ("apprehended_at",),
         "at desk {desk}", {"is_never_grouped": NO}, led_by="case"),
    Line("intake_at", ALLOCATION, Place.STATION, "taken in by an agent", None, "a free agent", ("apprehended_at",),
         "at desk {desk}; not written down as a family", {"is_never_grouped": YES}, led_by="case"),
    Line("processing_at", ALLOCATION, Place.STATION, "processing began", None, "intake and a free agent",
         ("intake_at",), led_by="group"),
    Line("processed_at", DEPARTURE, Place.STATION, "processed", None, "an agent's work", ("processing_at",),
         led_by="group"),
    # Parting.
    Line("selected_at", PROGRESS, Place.STATION, "the family selected for referral", None,
         detail="for prosecution of the entry",
         only={"ground": (Ground.PROSECUTION,), "is_spared": NO}, led_by="case"),
    Line("selected_at", PROGRESS, Place.STATION, "the family selected to be parted", None,
         detail="on an individual finding: {ground}", only={"ground": OTHER_GROUNDS, "is_spared": NO}, led_by="case"),
    Line("selected_at", PROGRESS, Place.STATION, "the family selected and spared", None,
         detail="a rule forbade parting while shelters were this full", only={"is_spared": YES}, led_by="case"),
    Line("parted_at", PROGRESS, Place.STATION, "parted from the family", None,
         only={"is_child": NO, "is_taken": YES}, detail="taken from the children{written}", led_by="case"),
    Line("parted_at", PROGRESS, Place.STATION, "the other parent taken", None,
         only={"is_child": NO, "is_taken": NO}, detail="stays with the children", led_by="case"),
    Line("parted_at", PROGRESS, Place.STATION, "parted from the family", None,
         only={"is_child": YES, "is_alone": YES}, detail="left with no parent", led_by="case"),
    Line("parted_at", PROGRESS, Place.STATION, "parted from one parent", None,
         only={"is_child": YES, "is_alone": NO}, detail="stays with the other", led_by="case"),
    # The way to a shelter.
    Line("determined_at", PROGRESS, Place.STATION, "determined to be an unaccompanied child", None, "checks",
         ("parted_at", "processed_at"), "a referral goes to ORR{parents_number}"),
    Line("forwarded_at", DEPARTURE, Place.STATION, "the referral sent on to ORR's desk", None, "mail",
         ("determined_at",)),
    Line("desk_at", ALLOCATION, Place.ORR_DESK, "referral taken up by ORR's desk", None,
         "a free worker at the desk", ("forwarded_at",)),
    Line("cleared_at", DEPARTURE, Place.ORR_DESK, "referral cleared by ORR's desk", None, "the work at the desk",
         ("desk_at",)),
    Line("designated_at", ALLOCATION, Place.ORR_DESK, "a bed taken", None, "a free bed", ("cleared_at",),
         "for {bed}"),
    Line("arranged_at", DEPARTURE, Place.STATION, "transport asked for", None, "designation and mail",
         ("designated_at",)),
    Line("itinerary_at", DEPARTURE, Place.STATION, "the itinerary known", None, "the contractor and mail",
         ("arranged_at",), only={"is_misrouted": NO}),
    Line("itinerary_at", DEPARTURE, Place.STATION, "the itinerary known", None, "the contractor and mail",
         ("arranged_at",), "it is wrong, and the seat lost", {"is_misrouted": YES}),
    # To court and back.
    Line("prosecution_referred_at", PROGRESS, Place.STATION, "referred for prosecution", None, detail="{referral}",
         only={"is_taken": YES}),
    Line("prosecution_referred_at", DEPARTURE, Place.STATION, "referred for prosecution", None, detail="{referral}",
         only={"is_taken": NO}),
    Line("left_cbp_at", DEPARTURE, Place.STATION, "taken to court", Place.COURT, "the slot in court",
         ("prosecution_referred_at",), only={"exit": TO_COURT}),
    Line("left_cbp_at", DEPARTURE, Place.STATION, "handed over to be charged", Place.OTHER_CUSTODY,
         "the transfer", ("processed_at",), "{ground}", {"exit": TO_OTHER_CUSTODY}),
    Line("heard_at", PROGRESS, Place.COURT, "heard in court", None, "the hearing", ("left_cbp_at",),
         "sentenced to time served", {"court_outcome": FREE}),
    Line("heard_at", PROGRESS, Place.COURT, "heard in court", Place.JAIL, "the hearing", ("left_cbp_at",),
         "sentenced to jail", {"court_outcome": JAIL}),
    Line("back_at", PROGRESS, Place.STATION, "back at the station", Place.STATION, "the way back", ("heard_at",),
         "children are still there", {"has_rejoined": YES}),
    Line("back_at", PROGRESS, Place.STATION, "back at the station", Place.STATION, "the way back", ("heard_at",),
         "the children have left", {"has_rejoined": NO}),
    Line("freed_at", PROGRESS, Place.COURT, "left the court's custody for ICE", Place.ICE, "the hearing",
         ("heard_at",), only={"court_outcome": FREE, "is_back": NO}),
    Line("freed_at", PROGRESS, Place.JAIL, "left the court's custody for ICE", Place.ICE, "the days in jail",
         ("heard_at",), only={"court_outcome": JAIL, "is_back": NO}),
    Line("freed_at", PROGRESS, Place.STATION, "handed to ICE", Place.ICE, only={"is_back": YES}),
    Line("freed_at", PROGRESS, Place.OTHER_CUSTODY, "left other custody for ICE", Place.ICE, "the end of the charge",
         ("left_cbp_at",), only={"exit": TO_OTHER_CUSTODY}),
    Line("rejoined_at", PROGRESS, Place.STATION, "rejoined with the children still there", None, "the way back",
         ("parted_at",), only={"is_child": NO}),
    Line("rejoined_at", PROGRESS, Place.STATION, "rejoined with the parent", None, "the parent's return",
         ("parted_at",), "the way to a shelter ends here{and_mail}", {"is_child": YES}),
    # Out of CBP's hands.
    Line("left_cbp_at", DEPARTURE, Place.STATION, "handed to ICE", Place.ICE, "the transfer to ICE",
         ("processed_at",), only={"exit": (Exit.TO_ICE,), "court_outcome": OTHERWISE}),
    Line("left_cbp_at", DEPARTURE, Place.STATION, "handed to ICE", Place.ICE, "the transfer to ICE",
         ("processed_at",), "never referred for prosecution",
         {"exit": (Exit.TO_ICE,), "court_outcome": (CourtOutcome.NEVER_REFERRED,)}),
    Line("left_cbp_at", DEPARTURE, Place.STATION, "handed to ICE", Place.ICE, "the transfer to ICE",
         ("prosecution_referred_at",), "prosecution was declined",
         {"exit": (Exit.TO_ICE,), "court_outcome": (CourtOutcome.DECLINED,)}),
    Line("left_cbp_at", DEPARTURE, Place.STATION, "handed to ICE", Place.ICE, "the referral to lapse",
         ("prosecution_referred_at",), "the referral lapsed",
         {"exit": (Exit.TO_ICE,), "court_outcome": (CourtOutcome.LAPSED,)}),
    Line("left_cbp_at", DEPARTURE, Place.STATION, "returned over the border", Place.OUTSIDE, "the return",
         ("processed_at",), only={"exit": (Exit.RETURNED,)}),
    Line("left_cbp_at", DEPARTURE, Place.STATION, "released", Place.OUTSIDE, "release",
         ("rejoined_at", "processed_at"), only={"exit": (Exit.RELEASED,)}),
    Line("left_cbp_at", DEPARTURE, Place.STATION, "taken to family detention", Place.FAMILY_DETENTION, "checks",
         ("processed_at",), only={"exit": (Exit.TO_FAMILY_DETENTION,)}),
    Line("left_cbp_at", DEPARTURE, Place.STATION, "boarded for the shelter", Place.CONTRACTOR, "a seat",
         ("itinerary_at",), "{mail}", {"exit": (Exit.TO_SHELTER,)}),
    Line("left_cbp_at", DEPARTURE, Place.STATION, "turned 18, handed to ICE as an adult", Place.UNTOLD,
         detail="{mail}", only={"exit": (Exit.AGED_OUT,)}),
    Line("left_again_at", DEPARTURE, Place.STATION, "left the station with the children", Place.OUTSIDE, "release",
         ("rejoined_at",)),
    # Detention and shelters.
    Line("left_ice_at", DEPARTURE, Place.ICE, "released by ICE", Place.OUTSIDE, "release",
         ("freed_at", "left_cbp_at"), only={"ice_exit": (IceExit.RELEASED,)}),
    Line("left_ice_at", DEPARTURE, Place.ICE, "removed from the country", Place.ABROAD, "removal",
         ("freed_at", "left_cbp_at"), only={"ice_exit": (IceExit.REMOVED,), "is_taken": NO}),
    Line("left_ice_at", DEPARTURE, Place.ICE, "removed from the country", Place.ABROAD, "removal",
         ("freed_at", "left_cbp_at"), "without the children", {"ice_exit": (IceExit.REMOVED,), "is_taken": YES}),
    Line("left_ice_at", PROGRESS, Place.ICE, "released to be with a child", Place.OUTSIDE, "reunification",
         ("freed_at", "left_cbp_at"), only={"ice_exit": (IceExit.WITH_CHILD,)}),
    Line("left_detention_at", DEPARTURE, Place.FAMILY_DETENTION, "left family detention", Place.OUTSIDE, "release",
         ("left_cbp_at",), led_by="case"),
    Line("admitted_at", PROGRESS, Place.SHELTER, "arrived at the shelter", Place.SHELTER, "the journey",
         ("left_cbp_at",), "a bed for {bed}", {"is_resident": NO}),
    Line("admitted_at", PROGRESS, Place.SHELTER, "arrived at the shelter before the run began", Place.SHELTER,
         detail="a bed for {bed}", only={"is_resident": YES}),
    # The parent sought, found and vetted.
    Line("asked_at", PROGRESS, Place.ICE, "a parent asks for the child", None, "the parent's asking", ("parted_at",)),
    Line("found_at", PROGRESS, Place.SHELTER, "the parent known", None, detail="a record leads to the parent",
         only={"found_by": (FoundBy.RECORD,)}),
    Line("found_at", PROGRESS, Place.SHELTER, "the parent known", None, "the search", ("asked_at",),
         "found because the parent asked", {"found_by": (FoundBy.ASKING,)}),
    Line("found_at", DEPARTURE, Place.TEAM, "the parent known", None, detail="found by reading files",
         only={"found_by": (FoundBy.REVIEW,)}),
    Line("found_at", PROGRESS, Place.TEAM, "the parent known", None, detail="found by an advocate",
         only={"found_by": (FoundBy.ADVOCATE,)}),
    Line("vetted_at", DEPARTURE, Place.TEAM, "the parent vetted", None, "the joint team's work", ("found_at",)),
    # Out of the shelter.
    Line("left_shelter_at", DEPARTURE, Place.SHELTER, "released to a parent, relative or other sponsor",
         Place.OUTSIDE, "release to a sponsor", ("admitted_at",), only={"shelter_exit": (ShelterExit.RELEASED,)}),
    Line("left_shelter_at", DEPARTURE, Place.SHELTER, "turned 18 and left the shelter", Place.UNTOLD,
         "release to a sponsor", ("admitted_at",), "no sponsor was found in time",
         {"shelter_exit": (ShelterExit.AGED_OUT,)}),
    Line("left_shelter_at", DEPARTURE, Place.SHELTER, "left the shelter for an ICE centre", Place.TO_CENTRE,
         "the parent to be in ICE's custody", ("vetted_at",), only={"shelter_exit": REUNITED, "reunion": TO_CENTRE}),
    Line("left_shelter_at", PROGRESS, Place.SHELTER, "left the shelter", None, "the request to be granted",
         ("found_at",), only={"shelter_exit": REUNITED, "reunion": (Reunion.BY_REQUEST,)}),
    Line("left_shelter_at", PROGRESS, Place.SHELTER, "left the shelter", None, "the parent's way here",
         ("vetted_at",), only={"shelter_exit": REUNITED, "reunion": (Reunion.PARENT_TRAVELLED,)}),
    Line("left_shelter_at", PROGRESS, Place.SHELTER, "left the shelter", None, "the parent's decision",
         ("vetted_at",), only={"shelter_exit": REUNITED, "reunion": (Reunion.ABROAD,)}),
    Line("at_centre_at", PROGRESS, Place.CENTRE, "arrived at an ICE centre", Place.CENTRE, "the journey",
         ("left_shelter_at",)),
    Line("reunion_at", PROGRESS, Place.SHELTER, "with a parent again", Place.OUTSIDE, "a granted request",
         ("found_at",), only={"reunion": (Reunion.BY_REQUEST,)}),
    Line("reunion_at", PROGRESS, Place.SHELTER, "with a parent again", Place.OUTSIDE, "the parent's way here",
         ("vetted_at",), "who came to the child", {"reunion": (Reunion.PARENT_TRAVELLED,)}),
    Line("reunion_at", DEPARTURE, Place.CENTRE, "with a parent again", Place.OUTSIDE, "the parent and a desk",
         ("at_centre_at",), only={"reunion": (Reunion.CHILD_TRAVELLED,)}),
    Line("reunion_at", PROGRESS, Place.SHELTER, "sent to the parent abroad", Place.OUTSIDE, "the parent's decision",
         ("vetted_at",), only={"reunion": (Reunion.ABROAD,)}),
    Line("reunion_at", DEPARTURE, Place.TEAM, "not to be reunited", None,
         detail="the vetting found a reason against it", only={"reunion": (Reunion.UNFIT,)}),
    Line("reunion_at", DEPARTURE, Place.TEAM, "not to be reunited", None,
         detail="the parent wants the child to stay", only={"reunion": (Reunion.UNWILLING,)}),
    Line("reunion_at", PROGRESS, Place.TEAM, "not to be reunited", None, "the parent's decision", ("vetted_at",),
         "the parent, who is abroad, wants the child to stay", {"reunion": (Reunion.WAIVED_ABROAD,)}),
)  # fmt: skip
"""Every moment of the history, in the order in which they come about; whoever adds a moment adds its lines here."""

REFERRALS: Final = {
    CourtOutcome.LAPSED: "no slot in court within the limit",
    CourtOutcome.DECLINED: "declined",
    CourtOutcome.PENDING: "given a slot in court",
    CourtOutcome.TIME_SERVED: "given a slot in court",
    CourtOutcome.JAIL: "given a slot in court",
}
"""What came of a referral for prosecution, which is known at once."""

CODES: Final = {
    Code.RIGHT: "the right reason code",
    Code.WRONG: "a wrong reason code",
    Code.BLANK: "no reason code",
    Code.SEVERAL: "several reason codes",
}
NOTES: Final = {
    Note.NOTHING: "a case note without a word on the family",
    Note.NOT_AT_TOP: "a case note that mentions the child further down",
    Note.TOP_AND_CHILD: "a case note that opens with the separation and tells of the child",
    Note.TOP_ONLY: "a case note that opens with the separation",
}
NUMBERS: Final = {
    ParentNumber.NOT_PASSED: " without the parent's number",
    ParentNumber.WRONG: " with a wrong number of the parent",
    ParentNumber.RIGHT: " with the parent's number",
}
"""What was written of a parting, and what the referral of a separated child carried."""

BED_NAMES: Final = dict(zip(BED_KINDS, ("ages 0 to 12", "girls of 13 to 17", "boys of 13 to 17"), strict=True))
COLUMNS: Final = (
    "person", "number", "at", "time", "since_apprehension", "moment", "place", "event", "detail", "waited_for",
    "waited", "then",
)  # fmt: skip


def events(replication: Replication, rows: Collection[int] | np.ndarray) -> pd.DataFrame:
    """All that happened to some people, one row an event.

    Parameters
    ----------
    replication : Replication
    rows : collection of int
        Rows of `People`.

    Returns
    -------
    DataFrame
        In the order in which an engine lets things happen, within a minute as well: ``person`` (row), ``number``
        (entity number), ``at`` (minute), ``time`` (civil date and time), ``since_apprehension`` (minutes), ``moment``
        (column of the history), ``place``, ``event``, ``detail``, ``waited_for``, ``waited`` (minutes, missing where
        nothing is waited for), ``then`` (where the person is from then on; empty for no change). Every moment that
        came is one row, and nothing else is.
    """
    facts = _facts(replication, np.unique(np.asarray(rows, dtype=np.int64)))
    told = [_told(at, line, facts) for at, line in enumerate(LINES)]
    frame = _in_order(pd.concat([one for one in told if len(one)] or told[:1], ignore_index=True))
    frame["time"] = clock.datetimes_of(frame["at"].to_numpy()).astype("datetime64[s]")
    return frame[list(COLUMNS)].reset_index(drop=True)


Facts = Mapping[str, np.ndarray]
"""Columns of the history and of people that lines speak of, for the chosen rows."""


def _facts(replication: Replication, rows: np.ndarray) -> Facts:
    people, history = replication.people, replication.history
    facts = {name: column[rows] for name, column in history.columns().items()}
    station = people.of_party("station")[rows]
    never_grouped = is_never_grouped(history, replication.plan)[rows]
    case, first_child = (column[rows] for column in _first_of_case(replication))
    return {
        **facts,
        "person": rows,
        "number": people.number[rows],
        "case": case,
        "group": np.where(never_grouped & people.is_child[rows], first_child, case),
        "is_child": people.is_child[rows],
        "is_resident": facts["exit"] == Exit.NOT_HERE,
        "is_never_grouped": never_grouped,
        "has_rejoined": facts["rejoined_at"] != NEVER,
        "is_back": facts["back_at"] != NEVER,
        "is_port": station == STATIONS.index(PORTS),
        "station": station,
    }


def _first_of_case(replication: Replication) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the first person and of the first child of everybody's case, shape (n,); residents are their own."""
    plan, count = replication.plan, replication.people.number.size
    first, child = np.arange(count), np.arange(count)
    arrived = slice(count - int(plan.case_size.sum()), count)
    first[arrived] = np.repeat(plan.case_first, plan.case_size)
    child[arrived] = np.repeat(plan.case_first + plan.case_adults, plan.case_size)
    return first, child


def _told(at: int, line: Line, facts: Facts) -> pd.DataFrame:
    """The rows of one line."""
    chosen = facts[line.column] != NEVER
    for fact, values in line.only.items():
        chosen &= np.isin(facts[fact], list(values))
    here = {name: column[chosen] for name, column in facts.items()}
    moments, since = here[line.column], _since(line, here)
    port = here["is_port"] & (line.place == Place.STATION)
    then = "" if line.then is None else str(line.then)
    return pd.DataFrame(
        {
            "line": at,
            "turn": line.rank,
            "entity": here[line.led_by],
            "person": here["person"],
            "number": here["number"],
            "at": moments,
            "since_apprehension": moments - here["apprehended_at"],
            "moment": line.column,
            "place": np.where(port, str(Place.PORT), str(line.place)),
            "event": line.event,
            "detail": _details(line, here),
            "waited_for": line.waited_for,
            "waited": pd.array(np.where(since == NEVER, 0, moments - since), dtype="Int64"),
            "then": np.where(here["is_port"] & (then == Place.STATION), str(Place.PORT), then),
        }
    ).assign(waited=lambda frame: frame["waited"].mask(since == NEVER))


def _since(line: Line, here: Facts) -> np.ndarray:
    """When the wait before each moment began; NEVER where there is none."""
    since = np.full(here["person"].size, NEVER, dtype=np.int64)
    for column in reversed(line.since):
        since = np.where(here[column] != NEVER, here[column], since)
    return since


def _details(line: Line, here: Facts) -> list[str]:
    if "{" not in line.detail:
        return [line.detail] * here["person"].size
    return [line.detail.format_map(_words(here, row)) for row in range(here["person"].size)]


def _words(here: Facts, row: int) -> dict[str, Any]:
    """What a detail may name."""
    bed, station = int(here["bed_kind"][row]), int(here["station"][row])
    mail = _mail_words(int(here["messages_lost"][row]), bool(here["is_phoned"][row]))
    return {
        "desk": int(here["desk"][row]) + 1,
        "bed": BED_NAMES[BED_KINDS[bed]] if bed >= 0 else "",
        "ground": Ground(int(here["ground"][row])).name.lower().replace("_", " "),
        "referral": REFERRALS.get(CourtOutcome(int(here["court_outcome"][row])), ""),
        "station": STATIONS[station].replace("_", " ").title() if station >= 0 else "",
        "parents_number": NUMBERS.get(ParentNumber(int(here["parent_number"][row])), ""),
        "written": _written_words(here, row),
        "mail": mail,
        "and_mail": f"; {mail}" if mail else "",
    }


def _written_words(here: Facts, row: int) -> str:
    """What an agent wrote of a parting; which, and where it could be found, decided who could follow it later.

    Ports have no codes, no such notes and no sheets.
    """
    if here["station"][row] == STATIONS.index(PORTS):
        return ""
    code, note = Code(int(here["separation_code"][row])), Note(int(here["note"][row]))
    listed = "a row in the station's sheet" if here["is_listed"][row] else "no row in the station's sheet"
    return f"; {CODES.get(code, '')}, {NOTES.get(note, '')}, {listed}"


def _mail_words(lost: int, is_phoned: bool) -> str:
    """What became of mail about a child; empty if all of it arrived."""
    if not lost:
        return ""
    told = "one message was lost" if lost == 1 else f"{lost} messages were lost"
    return f"{told}, and one was replaced by telephone" if is_phoned else told


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort by minute, then by turn and entity, but nobody's event before the one that leads to it.

    What one event sets going at the same minute follows it at once if its turn would have come already: each person's
    events are a chain, and the largest key so far along the chain says when it is reached.
    """
    frame = frame.sort_values(["at", "person", "line"], kind="stable")
    parts = (("entity", 24), ("line", 7), ("person", 24))
    key = frame["turn"].to_numpy(dtype=np.int64)
    for column, bits in parts:
        key = (key << bits) | frame[column].to_numpy(dtype=np.int64)
    frame = frame.assign(key=key)
    frame["key"] = frame.groupby(["at", "person"], sort=False)["key"].cummax()
    return frame.sort_values(["at", "key", "line"], kind="stable")


# --- where and how long ---------------------------------------------------------------------------------------------


def stays(told: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Where each person was, from one change of place to the next.

    Parameters
    ----------
    told : DataFrame
        From `events`.
    horizon : int
        First minute not played.

    Returns
    -------
    DataFrame
        ``person``, ``place``, ``begins``, ``ends`` (minutes; half-open), ``is_open`` where the stay goes on after the
        last minute played. Nobody is told of outside.
    """
    moves = told.loc[told["then"] != "", ["person", "then", "at"]].sort_values("person", kind="stable")
    same = (moves["person"] == moves["person"].shift()) & (moves["then"] == moves["then"].shift())
    moves = moves[~same].reset_index(drop=True)
    is_last = moves["person"] != moves["person"].shift(-1)
    found = pd.DataFrame(
        {
            "person": moves["person"],
            "place": moves["then"],
            "begins": moves["at"],
            "ends": moves["at"].shift(-1, fill_value=horizon).mask(is_last, horizon),
            "is_open": is_last,
        }
    )
    return found[(found["place"] != Place.OUTSIDE) & (found["ends"] > found["begins"])].reset_index(drop=True)


def limits(replication: Replication, rows: Collection[int] | np.ndarray) -> pd.DataFrame:
    """When 72 hours had passed for each child, by both clocks.

    Parameters
    ----------
    replication : Replication
    rows : collection of int

    Returns
    -------
    DataFrame
        ``person``, ``clock`` (``apprehension`` as OIG-20-06 p. 4 counts, ``determination`` as 8 U.S.C. 1232(b)(3)
        does), ``begins``, ``at`` (72 hours later), ``until`` (leaving CBP's hands, or the horizon), ``is_inside`` (had
        not left by the horizon), ``is_over``. 72:00 is within the limit, 72:01 is not. No row for a determination that
        was never made, for an adult or for a resident.
    """
    history = replication.history
    chosen = np.unique(np.asarray(rows, dtype=np.int64))
    children = chosen[replication.people.is_child[chosen] & (history.exit[chosen] != Exit.NOT_HERE)]
    found = []
    for person in children.tolist():
        left = int(history.left_cbp_at[person])
        until = min(left, history.horizon)
        for name, column in (("apprehension", history.apprehended_at), ("determination", history.determined_at)):
            begins = int(column[person])
            if begins != NEVER:
                over = until - begins > LIMIT_72_HOURS
                found.append((person, name, begins, begins + LIMIT_72_HOURS, until, left == NEVER, over))
    table = pd.DataFrame(found, columns=["person", "clock", "begins", "at", "until", "is_inside", "is_over"])
    return table.astype({"is_inside": bool, "is_over": bool})


# --- which family ---------------------------------------------------------------------------------------------------


class Choice(NamedTuple):
    """A rule by which a family is chosen.

    Parameters
    ----------
    who : str
        Whom it is chosen from, in the plural, without an article.
    children : callable
        Marks the children who count, given a `Reading`; shape (n,).
    takes_longest : bool
        The longest custody is taken; otherwise the one nearest the median.
    """

    who: str
    children: Callable[[Reading], np.ndarray]
    takes_longest: bool = False

    def rule(self, count: int) -> str:
        """The rule as a sentence, given how many families there were to choose from."""
        if count == 1:
            return f"The only one of the {self.who} in this replication."
        how = "is the longest" if self.takes_longest else "is nearest the median"
        return f"Chosen from {count:,} {self.who}: of the longest times of a child in CBP's hands, this one's {how}."


def _rejoined(reading: Reading) -> np.ndarray:
    return reading.season_separated & (reading.history.rejoined_at != NEVER)


def _never_grouped(reading: Reading) -> np.ndarray:
    """Children of true families who said they are one and were not written down as one."""
    mine = reading.never_grouped & (reading.stratum == Stratum.FAMILY)
    return reading.child & mine & reading.in_season(reading.history.apprehended_at)


def _undisclosed(reading: Reading) -> np.ndarray:
    is_one = reading.stratum == Stratum.UNDISCLOSED_FAMILY
    return reading.child & is_one & reading.in_season(reading.history.apprehended_at)


def _together(reading: Reading) -> np.ndarray:
    history = reading.history
    stayed = np.isin(history.exit, (Exit.RELEASED, Exit.TO_FAMILY_DETENTION)) & (history.parted_at == NEVER)
    is_family = reading.stratum == Stratum.FAMILY
    return reading.child & is_family & stayed & reading.in_season(history.apprehended_at)


def _reunited(reading: Reading) -> np.ndarray:
    return reading.season_separated & reading.reunited


def _parent_abroad(reading: Reading) -> np.ndarray:
    return reading.season_separated & reading.parent_removed


def _lost_message(reading: Reading) -> np.ndarray:
    return reading.season_separated & (reading.history.messages_lost > 0)


def _aged_out(reading: Reading) -> np.ndarray:
    """Children who turned 18 in CBP's hands; where there are none, those who did in a shelter."""
    here = reading.child & reading.in_window(reading.history.apprehended_at)
    at_station = here & (reading.history.exit == Exit.AGED_OUT)
    return at_station if at_station.any() else here & (reading.history.shelter_exit == ShelterExit.AGED_OUT)


CHOICES: Final = {
    "typical": Choice("families separated in the season", lambda reading: reading.season_separated),
    "longest": Choice("families separated in the season", lambda reading: reading.season_separated, takes_longest=True),
    "rejoined": Choice("families separated in the season and rejoined at the station", _rejoined),
    "together": Choice("families of the season that stayed together and left the station together", _together),
    "never_grouped": Choice("families of the season that said they are one and were not written down", _never_grouped),
    "undisclosed": Choice("families of the season that never said they were one", _undisclosed),
    "aged_out": Choice("parties with a child who turned 18 before a sponsor or a bed was found", _aged_out),
    "reunited": Choice("families separated in the season and reunited after a shelter", _reunited),
    "parent_abroad": Choice("families separated in the season whose parent was removed without them", _parent_abroad),
    "lost_message": Choice("families separated in the season about whose children mail was lost", _lost_message),
}
"""By name."""


def choose(replication: Replication, settings: Settings, which: str) -> tuple[int, str]:
    """Find the party that a choice or a number means.

    Parameters
    ----------
    replication : Replication
    settings : Settings
        Only the stations played, the window and the season are read.
    which : str
        A name of `CHOICES`, or the number of a party, of a person, or an A-number.

    Returns
    -------
    tuple of int and str
        The row of the party, and the rule as a sentence. Of equals the one with the lowest number is taken.

    Raises
    ------
    WrongInput
        If there is no such family in this replication.
    """
    if which not in CHOICES:
        return _by_number(replication, int(which))
    choice = CHOICES[which]
    reading = Reading(replication, settings)
    mask = choice.children(reading)
    if not mask.any():
        raise WrongInput(f"replication {replication.number} has no {choice.who}, so there is no {which} one to trace")
    parties, where = np.unique(reading.people.party[mask], return_inverse=True)
    longest = np.zeros(parties.size, dtype=np.int64)
    np.maximum.at(longest, where, reading.custody[mask])
    found = np.argmax(longest) if choice.takes_longest else np.argmin(np.abs(longest - np.median(longest)))
    return int(parties[found]), choice.rule(parties.size)


def _by_number(replication: Replication, number: int) -> tuple[int, str]:
    people, history = replication.people, replication.history
    for column, kind in ((people.number, "number"), (history.a_number, "A-number")):
        person = np.flatnonzero(column == number)
        if number > 0 and person.size:
            return int(people.party[person[0]]), f"The party of the person with the {kind} {number}."
    party = np.flatnonzero(people.party_number == number)
    if not party.size:
        raise WrongInput(
            f"nobody in replication {replication.number} has the number {number} (numbers of parties and persons, and "
            "A-numbers are looked up; a trace tells those of its family)"
        )
    return int(party[0]), f"The party with the number {number}."


# --- the story ------------------------------------------------------------------------------------------------------


def tell(replication: Replication, party: int, rule: str, scenario: str, beside: Story | None = None) -> Story:
    """Everything about one party.

    Parameters
    ----------
    replication : Replication
    party : int
        Its row.
    rule : str
        Why it was chosen.
    scenario : str
        What the replication was played under.
    beside : Story, optional
        Of the same party under another policy.

    Returns
    -------
    Story
    """
    people = replication.people
    first = int(people.first_member[party])
    rows = np.arange(first, first + int(people.size[party]))
    told, station = events(replication, rows), int(people.station[party])
    horizon = replication.history.horizon
    return Story(
        scenario=scenario,
        party_number=int(people.party_number[party]),
        rule=rule,
        stratum=Stratum(int(people.stratum[party])).name.lower(),
        station=STATIONS[station] if station >= 0 else "",
        horizon=horizon,
        members=members(replication, rows),
        events=told,
        stays=stays(told, horizon),
        limits=limits(replication, rows),
        beside=beside,
    )


def members(replication: Replication, rows: np.ndarray) -> pd.DataFrame:
    """Who belongs to a party, one row a person; columns as in `Story`."""
    people, history = replication.people, replication.history
    until = np.minimum(history.left_cbp_at[rows], history.horizon)
    return pd.DataFrame(
        {
            "person": rows,
            "number": people.number[rows],
            "a_number": history.a_number[rows],
            "label": list(_labels(people, rows)),
            "name": [_name(people, row) for row in rows],
            "who": [who(people, row) for row in rows],
            "is_child": people.is_child[rows],
            "apprehended_at": history.apprehended_at[rows],
            "is_never_grouped": is_never_grouped(history, replication.plan)[rows],
            "is_parted": history.parted_at[rows] != NEVER,
            "is_separated": people.is_child[rows] & history.is_alone[rows],
            "is_rejoined": history.rejoined_at[rows] != NEVER,
            "is_reunited": np.isin(history.reunion[rows], MET),
            "exit": [Exit(int(code)).name.lower() for code in history.exit[rows]],
            "custody": until - history.apprehended_at[rows],
        }
    )


def _name(people: People, row: int) -> str:
    codes = (people.given_1, people.given_2, people.surname_1, people.surname_2)
    return full_name(*(int(code[row]) for code in codes))


def _labels(people: People, rows: np.ndarray) -> Iterator[str]:
    """First given names; whoever shares one with a member before gets a number."""
    given = [given_name(int(people.given_1[row])) for row in rows]
    for at, name in enumerate(given):
        before = given[:at].count(name)
        yield f"{name} {before + 1}" if before else name


def who(people: People, row: int) -> str:
    """Place in the party and age when apprehended: ``mother, 34``, ``son, under 1``."""
    day = people.apprehended_at[people.party[row]] // DAY
    age = int(age_years(people.birth_day[row : row + 1], np.array([day]))[0])
    return f"{_kinship(people, row)}, {age or 'under 1'}"


def _kinship(people: People, row: int) -> str:
    """What a person truly is to the party."""
    is_female = people.sex[row] == Sex.FEMALE
    stratum = people.stratum[people.party[row]]
    has_child = bool(((people.mother == row) | (people.father == row)).any())
    if people.is_child[row]:
        has_parent = people.mother[row] != NOBODY or people.father[row] != NOBODY
        kin = ("daughter" if is_female else "son") if has_parent else ("girl" if is_female else "boy")
        return f"{kin} and {'mother' if is_female else 'father'}" if has_child else kin
    if has_child:
        return "mother" if is_female else "father"
    if stratum == Stratum.KIN_GROUP:
        return "adult relative"
    if stratum == Stratum.FALSE_FAMILY:
        return "adult who claims to be a parent"
    return "woman" if is_female else "man"
