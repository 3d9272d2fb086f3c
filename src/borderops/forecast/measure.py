"""From a finished replication to the tables people read: KPIs, daily series, survival, flow, outcomes, months.

Pure functions over finished tables; nothing is counted inside a process. Names and definitions of KPIs stand in
`borderops.forecast.kpis`; places, records, mail, reunification, work and stages of custody have modules of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from borderops import clock
from borderops.config.schema import PORTS, SECTORS, STATIONS, Settings
from borderops.forecast.breakdowns import Row, counts, dates, means, per_day, series, shares
from borderops.forecast.measure_findings import findings
from borderops.forecast.measure_mail import coordinators_busy, daily_mail, mail_kpis
from borderops.forecast.measure_places import (
    daily_shelters,
    daily_stations,
    shelter_kpis,
    shelter_series,
    station_census,
    station_kpis,
)
from borderops.forecast.measure_records import daily_records, record_kpis
from borderops.forecast.measure_reunion import (
    OBJECTIONS,
    class_kpis,
    daily_reunions,
    reunion_kpis,
    reunions,
)
from borderops.forecast.measure_waits import waits
from borderops.forecast.measure_work import daily_work, work, work_kpis
from borderops.forecast.measure_written import link_flow, written_kpis
from borderops.forecast.reading import AGE_BANDS, Reading
from borderops.forecast.results import KEYS, Results
from borderops.operations.facilities import Docket
from borderops.operations.history import CourtOutcome, Exit, ShelterExit
from borderops.operations.plan import Ground
from borderops.population.people import Stratum
from borderops.replication import Replication
from borderops.units import DAY, HOUR, LIMIT_72_HOURS, NEVER, hours

FEWEST_LEAVERS = 10
"""Fewest children leaving on a day for the day to have a share or a mean."""

FINDING_NEEDED_AFTER = clock.minute_of(date(2018, 6, 26)) + DAY
"""First minute from which a parting needs a finding about the parent (Ms. L. v. ICE, S.D. Cal., 26 June 2018)."""

UNHEARD = (CourtOutcome.NEVER_REFERRED, CourtOutcome.LAPSED, CourtOutcome.DECLINED)
"""Ways of a parent taken for prosecution to end up unprosecuted; other grounds for parting are a further one."""


def measure(replication: Replication, settings: Settings) -> Results:
    """Measure one replication.

    Parameters
    ----------
    replication : Replication
    settings : Settings

    Returns
    -------
    Results
    """
    return measure_reading(Reading(replication, settings), settings)


def measure_reading(reading: Reading, settings: Settings) -> Results:
    """`measure` a replication that others read as well, so that nothing is worked out twice."""
    shelters, held = shelter_series(reading), station_census(reading)
    busy, hours_worked = coordinators_busy(reading), work(reading)
    rows = {
        "kpis": [
            *_separation_kpis(reading),
            *_clock_kpis(reading),
            *_flow_kpis(reading),
            *shelter_kpis(reading, shelters),
            *station_kpis(held, settings),
            *_court_kpis(reading),
            *record_kpis(reading),
            *(written_kpis(reading) if settings.study.books else ()),
            *mail_kpis(reading, busy),
            *reunion_kpis(reading),
            *class_kpis(reading, settings.reunification.order),
            *work_kpis(reading, hours_worked),
        ],
        "daily": [
            *_daily_separations(reading),
            *daily_shelters(reading, shelters),
            *daily_stations(reading, held, settings),
            *_daily_custody(reading),
            *_daily_arrivals(reading),
            *_daily_courts(reading),
            *daily_records(reading),
            *daily_mail(reading, busy),
            *daily_reunions(reading),
            *daily_work(reading),
        ],
        "survival": list(_survival(reading)),
        "flow": list(_flow(reading)),
        "outcomes": list(_outcomes(reading)),
        "monthly": list(_monthly(reading)),
        "waits": list(waits(reading)),
        "reunions": list(reunions(reading)),
        "work": hours_worked,
        "links": list(link_flow(reading)) if settings.study.books else [],
        "findings": list(findings(reading)),
    }
    if settings.study.audits:
        reading.close_books()
    tables = {name: _frame(name, values) for name, values in rows.items()}
    return Results(reading.replication.number, reading.replication.digest, tables)


def _frame(name: str, rows: list[Row]) -> pd.DataFrame:
    names = [*KEYS[name], "value"]
    if not rows:
        return pd.DataFrame(columns=names).astype({"value": np.float64})
    sizes = [row[-1].size if isinstance(row[-1], np.ndarray) else 1 for row in rows]
    columns = (_column(values, sizes) for values in zip(*rows, strict=True))
    return pd.DataFrame(dict(zip(names, columns, strict=True))).astype({"value": np.float64})


def _column(values: Sequence, sizes: list[int]) -> np.ndarray | pd.api.extensions.ExtensionArray:
    """One column of rows that stand for so many each."""
    if isinstance(values[0], str):
        return pd.array(values, dtype="str").repeat(sizes)
    if max(sizes) == 1 and not any(isinstance(value, np.ndarray) for value in values):
        return np.array(values)
    pairs = zip(values, sizes, strict=True)
    return np.concatenate([value if isinstance(value, np.ndarray) else np.full(size, value) for value, size in pairs])


# --- KPIs ---------------------------------------------------------------------------------------------------------


def _separation_kpis(reading: Reading) -> Iterator[Row]:
    history, party = reading.history, reading.people.party
    separated = reading.season_separated
    yield from counts(reading, "children_separated", separated)
    by_ground = np.bincount(history.ground[separated], minlength=len(Ground)).tolist()
    for ground in list(Ground)[1:]:
        yield "children_separated", "ground", ground.name.lower(), by_ground[ground]
    rejoined = separated & (history.rejoined_at != NEVER)
    yield from counts(reading, "children_rejoined", rejoined)
    families = reading.parties_of(separated)
    yield from counts(reading, "families_separated", reading.first_of(families), by_age=False)
    yield "parents_separated", "all", "all", np.count_nonzero(families[party[history.is_taken]])
    any_parent = reading.child & reading.in_season(history.parted_at)
    yield from counts(reading, "children_parted_from_any_parent", any_parent)
    outside = reading.separated & reading.in_window(history.parted_at) & ~separated
    yield from counts(reading, "children_separated_outside_season", outside)
    after_order = reading.separated & reading.in_window(history.parted_at) & (history.parted_at >= FINDING_NEEDED_AFTER)
    without = after_order & (history.ground == Ground.PROSECUTION)
    yield from counts(reading, "children_separated_without_finding", without)
    selected = reading.in_season(history.selected_at)
    yield "families_selected", "all", "all", np.count_nonzero(reading.parties_of(selected))
    yield "families_spared", "all", "all", np.count_nonzero(reading.parties_of(selected & history.is_spared))


def _clock_kpis(reading: Reading) -> Iterator[Row]:
    apprehended, over = reading.history.apprehended_at, reading.over_72_hours
    separated = reading.season_separated
    in_season = reading.came_in_season
    before = reading.child & reading.in_window(apprehended) & (apprehended < reading.season_start)
    yield from shares(reading, "share_over_72h_separated", separated, over)
    yield from counts(reading, "over_72h_separated", separated & over)
    determined = separated & (reading.history.determined_at != NEVER)
    yield from shares(
        reading,
        "share_over_72h_since_determination_separated",
        determined,
        reading.since_determination > LIMIT_72_HOURS,
    )
    yield from shares(reading, "share_over_72h_alone", reading.placed_alone & in_season, over)
    yield from shares(reading, "share_over_72h_minors", reading.child & in_season, over)
    yield from counts(reading, "over_72h_minors", reading.child & in_season & over)
    yield from shares(reading, "share_over_72h_minors_before", before, over)
    yield from counts(reading, "over_6_days_separated", separated & (reading.custody > 6 * DAY))
    yield from counts(reading, "ten_days_or_more_separated", separated & (reading.custody >= 10 * DAY))
    yield from counts(reading, "separated_still_in_custody", separated & (reading.history.exit == Exit.INSIDE))
    yield from means(reading, "mean_custody_hours_separated", separated, hours(reading.custody))


def _flow_kpis(reading: Reading) -> Iterator[Row]:
    history = reading.history
    arrived = reading.in_window(history.apprehended_at)
    left = reading.in_window(history.left_cbp_at)
    at_sector = arrived & reading.at_sector
    yield from counts(reading, "persons_apprehended", at_sector, by_age=False)
    yield from counts(reading, "minors_in_custody", arrived & reading.child)
    yield from counts(reading, "children_referred", reading.child & reading.in_window(history.determined_at))
    yield from counts(reading, "children_placed", reading.child & left & (history.exit == Exit.TO_SHELTER))
    yield from counts(reading, "children_returned", reading.child & left & (history.exit == Exit.RETURNED))
    released = left & reading.family_claimed & (history.exit == Exit.RELEASED) & (history.rejoined_at == NEVER)
    yield from counts(reading, "family_members_released", released, by_age=False)
    yield from counts(
        reading, "family_members_detained", left & (history.exit == Exit.TO_FAMILY_DETENTION), by_age=False
    )
    members = at_sector & reading.family_claimed
    if members.any():
        share = np.count_nonzero(members & reading.child) / np.count_nonzero(members)
        yield "share_children_in_families", "all", "all", share


def _court_kpis(reading: Reading) -> Iterator[Row]:
    """Use of courts, and what became of parents who were taken for prosecution in the season."""
    history = reading.history
    heard = reading.in_window(history.heard_at)
    yield from counts(reading, "adults_heard", heard, by_age=False)
    referred = reading.in_window(history.prosecution_referred_at)
    lapsed = history.court_outcome == CourtOutcome.LAPSED
    yield from counts(reading, "referrals_lapsed", referred & lapsed, by_age=False)
    yield from shares(reading, "share_referrals_lapsed", referred, lapsed, by_age=False)
    slots = sum(_slots_in_window(reading, docket) for docket in reading.replication.facilities.dockets)
    if slots:
        yield "court_slots_used", "all", "all", np.count_nonzero(heard) / slots
    adults = reading.at_sector & ~reading.child & reading.came_in_season
    if adults.any():
        share = np.count_nonzero(adults & (history.heard_at != NEVER)) / np.count_nonzero(adults)
        yield "share_adults_heard", "all", "all", share
    yield from _of_family_adults(reading)
    taken = np.flatnonzero(reading.season_taken)
    by_outcome = np.bincount(history.court_outcome[taken], minlength=len(CourtOutcome)).tolist()
    if taken.size:
        unheard = sum(by_outcome[outcome] for outcome in (*UNHEARD, CourtOutcome.NONE))
        yield "share_parents_never_prosecuted", "all", "all", unheard / taken.size
    for outcome in CourtOutcome:
        yield "parents_taken", "court_outcome", outcome.name.lower(), by_outcome[outcome]
    yield "parents_taken", "all", "all", taken.size
    yield from _children_of_jailed(reading, taken)


def _of_family_adults(reading: Reading) -> Iterator[Row]:
    """Share of the adults of families who were heard, of those apprehended before the season and in it."""
    apprehended, heard = reading.history.apprehended_at, reading.history.heard_at != NEVER
    adults = reading.at_sector & reading.family_claimed & ~reading.child
    before = adults & reading.in_window(apprehended) & (apprehended < reading.season_start)
    yield from shares(reading, "share_family_adults_heard", adults & reading.came_in_season, heard, by_age=False)
    yield from shares(reading, "share_family_adults_heard_before", before, heard, by_age=False)


def _children_of_jailed(reading: Reading, taken: np.ndarray) -> Iterator[Row]:
    """Share of separated children none of whose parents was sentenced to jail."""
    jailed = reading.parties_of(taken[reading.history.court_outcome[taken] == CourtOutcome.JAIL])
    party = reading.people.party[reading.season_separated]
    if party.size:
        yield "share_children_parent_little_jail", "all", "all", np.count_nonzero(~jailed[party]) / party.size


def _slots_in_window(reading: Reading, docket: Docket) -> int:
    inside = reading.in_window(docket.at)
    return int(docket.for_parents[inside].sum() + docket.for_others[inside].sum())


def _daily_courts(reading: Reading) -> Iterator[Row]:
    """Adults heard and slots of sittings by day."""
    heard = np.flatnonzero(reading.history.heard_at != NEVER)
    heard_at, taken = reading.history.heard_at[heard], reading.history.is_taken[heard]
    yield from series(reading, "adults_heard", "parents", per_day(reading, heard_at[taken]))
    yield from series(reading, "adults_heard", "others", per_day(reading, heard_at[~taken]))
    slots = np.zeros(reading.days.size, dtype=np.int64)
    for docket in reading.replication.facilities.dockets:
        inside = reading.in_window(docket.at)
        np.add.at(slots, docket.at[inside] // DAY - reading.days[0], (docket.for_parents + docket.for_others)[inside])
    yield from series(reading, "court_slots", "all", slots)


# --- daily series -------------------------------------------------------------------------------------------------


def _daily_separations(reading: Reading) -> Iterator[Row]:
    separated = np.flatnonzero(reading.separated)
    parted, station = reading.history.parted_at[separated], reading.station[separated]
    yield from series(reading, "separated_children", "all", per_day(reading, parted))
    for name in reading.stations:
        here = station == STATIONS.index(name)
        yield from series(reading, "separated_children", name, per_day(reading, parted[here]))
    band = reading.band[separated]
    for place, label in enumerate(AGE_BANDS):
        yield from series(reading, "separated_by_age", label, per_day(reading, parted[band == place]))
    yield from _daily_families(reading, separated)


def _daily_families(reading: Reading, separated: np.ndarray) -> Iterator[Row]:
    """Families with separated children by the day of their first parting, at ports of entry and in all."""
    first = np.full(reading.people.size.size, NEVER)
    np.minimum.at(first, reading.people.party[separated], reading.history.parted_at[separated])
    families = np.flatnonzero(first != NEVER)
    yield from series(reading, "separated_families", "all", per_day(reading, first[families]))
    at_port = reading.people.station[families] == STATIONS.index(PORTS)
    yield from series(reading, "separated_families", PORTS, per_day(reading, first[families[at_port]]))


def _custody_cohorts(reading: Reading) -> dict[str, np.ndarray]:
    return {"separated": reading.separated, "alone": reading.placed_alone, "all_minors": reading.child}


def _daily_custody(reading: Reading) -> Iterator[Row]:
    """Share over 72 hours and mean custody of those who leave CBP's hands on a day."""
    left = reading.history.left_cbp_at
    leaving = reading.in_window(left)
    for group, cohort in _custody_cohorts(reading).items():
        chosen = np.flatnonzero(cohort & leaving)
        row = left[chosen] // DAY - reading.days[0]
        leavers = np.bincount(row, minlength=reading.days.size)
        enough = leavers >= FEWEST_LEAVERS
        for name, values in (
            ("share_over_72h", reading.over_72_hours[chosen]),
            ("mean_custody_hours", hours(reading.custody[chosen])),
        ):
            totals = np.bincount(row, weights=values, minlength=reading.days.size)
            yield from series(reading, name, group, np.where(enough, totals / np.maximum(leavers, 1), np.nan))


def _daily_arrivals(reading: Reading) -> Iterator[Row]:
    groups = {
        "single_adults": (Stratum.SINGLE_ADULT,),
        "families": (Stratum.FAMILY, Stratum.FALSE_FAMILY, Stratum.UNDISCLOSED_FAMILY),
        "kin_groups": (Stratum.KIN_GROUP,),
        "children_alone": (Stratum.CHILDREN_ALONE,),
    }
    came = np.flatnonzero(reading.at_sector & reading.in_window(reading.history.apprehended_at))
    day = reading.history.apprehended_at[came] // DAY - reading.days[0]
    shape = (len(Stratum), reading.days.size)
    counted = np.bincount(reading.stratum[came] * np.int64(shape[1]) + day, minlength=shape[0] * shape[1])
    for group, strata in groups.items():
        yield from series(reading, "apprehensions", group, counted.reshape(shape)[list(strata)].sum(axis=0))
    adults = np.bincount(day[~reading.child[came]], minlength=reading.days.size)
    yield from series(reading, "adults_apprehended", "all", adults)


# --- survival -----------------------------------------------------------------------------------------------------

SURVIVAL_HOURS = np.arange(0, 337, 2)


def _survival(reading: Reading) -> Iterator[Row]:
    """Share still in CBP custody by hours since apprehension; those inside at the end are censored, not dropped."""
    apprehended = reading.in_window(reading.history.apprehended_at)
    cohorts = {
        "separated_children": reading.season_separated,
        "children_alone": reading.placed_alone & apprehended,
        "all_minors": reading.child & apprehended,
    }
    for name, cohort in cohorts.items():
        rows = np.flatnonzero(cohort)
        if rows.size:
            left = reading.history.left_cbp_at[rows] != NEVER
            yield name, SURVIVAL_HOURS, kaplan_meier(reading.custody[rows], left, SURVIVAL_HOURS * HOUR)


def kaplan_meier(durations: np.ndarray, ended: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Share of stays that last beyond given durations, with censored stays.

    Parameters
    ----------
    durations : ndarray of int64, shape (n,)
        Minutes; of a censored stay, as far as it was seen.
    ended : ndarray of bool, shape (n,)
        False for a censored stay.
    at : ndarray of int64, shape (m,)

    Returns
    -------
    ndarray of float64, shape (m,)
        Kaplan and Meier (1958); NaN beyond the longest stay seen when that one is censored.
    """
    leaving = np.bincount(durations)
    times = np.flatnonzero(leaving)
    at_risk = durations.size - (np.cumsum(leaving) - leaving)[times]
    ends = np.bincount(durations[ended], minlength=leaving.size)[times]
    survival = np.concatenate([[1.0], np.cumprod(1.0 - ends / at_risk)])
    share = survival[np.searchsorted(times, at, side="right")]
    return np.where((at > times[-1]) & (survival[-1] > 0.0), np.nan, share)


# --- flow and outcomes --------------------------------------------------------------------------------------------

LEAVES_TO = {
    Exit.TO_ICE: "to ICE",
    Exit.RETURNED: "returned over the border",
    Exit.TO_COURT: "to court",
    Exit.RELEASED: "released",
    Exit.TO_FAMILY_DETENTION: "family detention",
    Exit.TO_SHELTER: "shelter",
    Exit.AGED_OUT: "turned 18 at the station",
    Exit.TO_OTHER_CUSTODY: "other custody",
    Exit.INSIDE: "still at a station",
}


def _flow(reading: Reading) -> Iterator[Row]:
    """People of the window from apprehension to where they left for, parted families apart."""
    history, party = reading.history, reading.people.party
    came = np.flatnonzero(reading.arrived & reading.in_window(history.apprehended_at))
    kind = reading.holding_kind[came]
    parted_child = reading.separated[came]
    parents, families = np.flatnonzero(history.is_taken[came]), reading.parties_of(came[parted_child])
    parted_parent = np.zeros(came.size, dtype=bool)
    parted_parent[parents] = families[party[came[parents]]]
    apart = {"separated: children": parted_child, "separated: parents": parted_parent}
    together = ~parted_child & ~parted_parent
    for code, origin in enumerate(("single adults", "families", "children alone")):
        source, mask = f"apprehended: {origin}", kind == code
        for target, parted in apart.items():
            count = np.count_nonzero(mask & parted)
            if count:
                yield source, target, count
        yield from _exits(source, history.exit[came[mask & together]])
    for source, parted in apart.items():
        yield from _exits(source, history.exit[came[parted]])
    placed = came[history.exit[came] == Exit.TO_SHELTER]
    left = np.bincount(history.shelter_exit[placed], minlength=len(ShelterExit)).tolist()
    yield "shelter", "released to a sponsor", left[ShelterExit.RELEASED]
    yield "shelter", "reunited with a parent", left[ShelterExit.REUNITED]
    yield "shelter", "turned 18 in a shelter", left[ShelterExit.AGED_OUT]
    yield "shelter", "in a shelter on the last day", left[ShelterExit.NONE]


def _exits(source: str, exits: np.ndarray) -> Iterator[Row]:
    by_exit = np.bincount(exits, minlength=len(Exit)).tolist()
    for code, target in LEAVES_TO.items():
        if by_exit[code]:
            yield source, target, by_exit[code]


def _outcomes(reading: Reading) -> Iterator[Row]:
    """Separated children of the season by what became of them by the last day."""
    children = np.flatnonzero(reading.season_separated)
    exits, shelter_exit = reading.history.exit[children], reading.history.shelter_exit[children]
    rejoined = reading.history.rejoined_at[children] != NEVER
    reunited, abroad = reading.reunited[children], reading.parent_removed[children]
    in_shelter = exits == Exit.TO_SHELTER
    stays = in_shelter & (shelter_exit == ShelterExit.NONE)
    objected = np.isin(reading.history.reunion[children], OBJECTIONS)
    outcomes = {
        "rejoined at the station": rejoined,
        "reunited with a parent": reunited,
        "on the way to a parent": (shelter_exit == ShelterExit.REUNITED) & ~reunited,
        "released to a sponsor": in_shelter & (shelter_exit == ShelterExit.RELEASED),
        "turned 18 in a shelter": in_shelter & (shelter_exit == ShelterExit.AGED_OUT),
        "in a shelter, parent abroad": stays & abroad,
        "in a shelter, parent unfit or unwilling": stays & ~abroad & objected,
        "in a shelter on the last day": stays & ~abroad & ~objected,
        "turned 18 at the station": exits == Exit.AGED_OUT,
        "still at a station": (exits == Exit.INSIDE) & ~rejoined,
    }
    for band, label in enumerate(AGE_BANDS):
        cohort = reading.band[children] == band
        for outcome, mask in outcomes.items():
            yield label, outcome, np.count_nonzero(cohort & mask)


# --- months -------------------------------------------------------------------------------------------------------


def _monthly(reading: Reading) -> Iterator[Row]:
    """People by month, sector and stratum as published: true, and as separation makes them be recorded.

    True: as they presented themselves. Recorded: a separated child stands among children alone, a parent who was
    taken among single adults (as the published counts have it), and so do members of families never grouped.
    """
    apprehended = reading.history.apprehended_at
    chosen = np.flatnonzero(reading.at_sector & reading.in_window(apprehended))
    months, month = np.unique(dates(reading).astype("datetime64[M]").astype(str), return_inverse=True)
    row = month[apprehended[chosen] // DAY - reading.days[0]] * len(SECTORS) + reading.station[chosen]
    strata = ("children_alone", "family_unit_members", "single_adults")
    shape = (months.size, len(SECTORS), len(strata))

    def counted(rows: np.ndarray, column: np.ndarray) -> np.ndarray:
        return np.bincount(rows * len(strata) + column, minlength=math.prod(shape)).reshape(shape)

    column = np.array([2, 1, 0])[reading.holding_kind[chosen]]  # single adults, families, children alone
    parted = np.flatnonzero((reading.separated | reading.history.is_taken | reading.never_grouped)[chosen])
    as_recorded = np.where(reading.child[chosen[parted]], 0, 2)
    true = counted(row, column)
    recorded = true - counted(row[parted], column[parted]) + counted(row[parted], as_recorded)
    for count, table in (("true", true), ("recorded", recorded)):
        for each, by_sector in zip(months.tolist(), table.tolist(), strict=True):
            for sector, by_stratum in zip(SECTORS, by_sector, strict=True):
                for stratum, persons in zip(strata, by_stratum, strict=True):
                    yield each, sector, stratum, count, persons
