"""From a finished replication to the tables people read: KPIs, daily series, survival, flow, outcomes, months.

Pure functions over finished tables; nothing is counted inside a process. Names and definitions of KPIs stand in
`borderops.forecast.kpis`; places, records, mail, reunification, work and stages of custody have modules of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from borderops.config.schema import SECTORS, STATIONS, Settings
from borderops.forecast.breakdowns import Row, counts, dates, means, per_day, series, shares
from borderops.forecast.measure_mail import coordinators_busy, daily_mail, mail_kpis
from borderops.forecast.measure_places import (
    daily_shelters,
    daily_stations,
    shelter_kpis,
    shelter_series,
    station_census,
    station_kpis,
)
from borderops.forecast.measure_records import record_kpis
from borderops.forecast.measure_reunion import (
    OBJECTIONS,
    class_kpis,
    daily_reunions,
    reunion_kpis,
    reunions,
)
from borderops.forecast.measure_waits import waits
from borderops.forecast.measure_work import daily_work, work, work_kpis
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
    reading = Reading(replication, settings)
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
    }
    tables = {name: _frame(name, values) for name, values in rows.items()}
    return Results(replication.number, replication.digest, tables)


def _frame(name: str, rows: list[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[*KEYS[name], "value"])
    return frame.astype({"value": np.float64})


# --- KPIs ---------------------------------------------------------------------------------------------------------


def _separation_kpis(reading: Reading) -> Iterator[Row]:
    history, party = reading.history, reading.people.party
    separated = reading.season_separated
    yield from counts(reading, "children_separated", separated)
    for ground in list(Ground)[1:]:
        count = int((separated & (history.ground == ground)).sum())
        yield "children_separated", "ground", ground.name.lower(), count
    rejoined = separated & (history.rejoined_at != NEVER)
    yield from counts(reading, "children_rejoined", rejoined)
    families = np.unique(party[separated])
    yield "families_separated", "all", "all", families.size
    with_separated = np.isin(party, families)
    yield "parents_separated", "all", "all", int((reading.history.is_taken & with_separated).sum())
    any_parent = reading.child & reading.in_season(history.parted_at)
    yield from counts(reading, "children_parted_from_any_parent", any_parent)
    outside = reading.separated & reading.in_window(history.parted_at) & ~separated
    yield from counts(reading, "children_separated_outside_season", outside)
    selected = reading.in_season(history.selected_at)
    yield "families_selected", "all", "all", np.unique(party[selected]).size
    yield "families_spared", "all", "all", np.unique(party[selected & history.is_spared]).size


def _clock_kpis(reading: Reading) -> Iterator[Row]:
    apprehended, over = reading.history.apprehended_at, reading.over_72_hours
    separated = reading.season_separated
    in_season = reading.in_season(apprehended)
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
        yield "share_children_in_families", "all", "all", int((members & reading.child).sum()) / int(members.sum())


def _court_kpis(reading: Reading) -> Iterator[Row]:
    """Use of courts, and what became of parents who were taken for prosecution in the season."""
    history = reading.history
    heard = reading.in_window(history.heard_at)
    yield from counts(reading, "adults_heard", heard, by_age=False)
    referred = reading.in_window(history.prosecution_referred_at)
    yield from counts(
        reading, "referrals_lapsed", referred & (history.court_outcome == CourtOutcome.LAPSED), by_age=False
    )
    slots = sum(_slots_in_window(reading, docket) for docket in reading.replication.facilities.dockets)
    if slots:
        yield "court_slots_used", "all", "all", int(heard.sum()) / slots
    adults = reading.at_sector & ~reading.child & reading.in_season(history.apprehended_at)
    if adults.any():
        yield "share_adults_heard", "all", "all", int((adults & (history.heard_at != NEVER)).sum()) / int(adults.sum())
    taken = history.is_taken & reading.in_season(history.parted_at)
    outcome = history.court_outcome
    if taken.any():
        unheard = taken & np.isin(outcome, UNHEARD + (CourtOutcome.NONE,))
        yield "share_parents_never_prosecuted", "all", "all", int(unheard.sum()) / int(taken.sum())
    for code in CourtOutcome:
        yield "parents_taken", "court_outcome", code.name.lower(), int((taken & (outcome == code)).sum())
    yield "parents_taken", "all", "all", int(taken.sum())
    yield from _children_of_jailed(reading, taken)


def _children_of_jailed(reading: Reading, taken: np.ndarray) -> Iterator[Row]:
    """Share of separated children none of whose parents was sentenced to jail."""
    separated = reading.season_separated
    jailed = np.unique(reading.people.party[taken & (reading.history.court_outcome == CourtOutcome.JAIL)])
    if separated.any():
        without = separated & ~np.isin(reading.people.party, jailed)
        yield "share_children_parent_little_jail", "all", "all", int(without.sum()) / int(separated.sum())


def _slots_in_window(reading: Reading, docket: Docket) -> int:
    inside = reading.in_window(docket.at)
    return int(docket.for_parents[inside].sum() + docket.for_others[inside].sum())


def _daily_courts(reading: Reading) -> Iterator[Row]:
    """Adults heard and slots of sittings by day."""
    heard, taken = reading.history.heard_at, reading.history.is_taken
    yield from series(reading, "adults_heard", "parents", per_day(reading, heard[taken]))
    yield from series(reading, "adults_heard", "others", per_day(reading, heard[~taken]))
    slots = np.zeros(reading.days.size, dtype=np.int64)
    for docket in reading.replication.facilities.dockets:
        inside = reading.in_window(docket.at)
        np.add.at(slots, docket.at[inside] // DAY - reading.days[0], (docket.for_parents + docket.for_others)[inside])
    yield from series(reading, "court_slots", "all", slots)


# --- daily series -------------------------------------------------------------------------------------------------


def _daily_separations(reading: Reading) -> Iterator[Row]:
    parted = reading.history.parted_at
    yield from series(reading, "separated_children", "all", per_day(reading, parted[reading.separated]))
    for name in reading.stations:
        here = reading.separated & (reading.station == STATIONS.index(name))
        yield from series(reading, "separated_children", name, per_day(reading, parted[here]))


def _custody_cohorts(reading: Reading) -> dict[str, np.ndarray]:
    return {"separated": reading.separated, "alone": reading.placed_alone, "all_minors": reading.child}


def _daily_custody(reading: Reading) -> Iterator[Row]:
    """Share over 72 hours and mean custody of those who leave CBP's hands on a day."""
    left = reading.history.left_cbp_at
    leaving = reading.in_window(left)
    for group, cohort in _custody_cohorts(reading).items():
        chosen = cohort & leaving
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
    for group, strata in groups.items():
        chosen = reading.at_sector & np.isin(reading.stratum, strata)
        yield from series(reading, "apprehensions", group, per_day(reading, reading.history.apprehended_at[chosen]))


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
        if cohort.any():
            left = reading.history.left_cbp_at[cohort] != NEVER
            for hour, share in zip(
                SURVIVAL_HOURS, kaplan_meier(reading.custody[cohort], left, SURVIVAL_HOURS * HOUR), strict=True
            ):
                yield name, int(hour), share


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
    order = np.argsort(durations, kind="stable")
    times, first = np.unique(durations[order], return_index=True)
    at_risk = durations.size - first
    ends = np.add.reduceat(ended[order].astype(np.int64), first)
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
    history = reading.history
    came = reading.arrived & reading.in_window(history.apprehended_at)
    parted_child = came & reading.separated
    parted_parent = (
        came & reading.history.is_taken & np.isin(reading.people.party, np.unique(reading.people.party[parted_child]))
    )
    origins = {
        "apprehended: single adults": came & (reading.holding_kind == 0),
        "apprehended: families": came & (reading.holding_kind == 1),
        "apprehended: children alone": came & (reading.holding_kind == 2),
    }
    apart = {"separated: children": parted_child, "separated: parents": parted_parent}
    for source, mask in origins.items():
        for target, parted in apart.items():
            if (mask & parted).any():
                yield source, target, int((mask & parted).sum())
        yield from _exits(source, mask & ~parted_child & ~parted_parent, history.exit)
    for source, mask in apart.items():
        yield from _exits(source, mask, history.exit)
    placed = came & (history.exit == Exit.TO_SHELTER)
    yield "shelter", "released to a sponsor", int((placed & (history.shelter_exit == ShelterExit.RELEASED)).sum())
    yield "shelter", "reunited with a parent", int((placed & (history.shelter_exit == ShelterExit.REUNITED)).sum())
    yield "shelter", "turned 18 in a shelter", int((placed & (history.shelter_exit == ShelterExit.AGED_OUT)).sum())
    yield "shelter", "in a shelter on the last day", int((placed & (history.shelter_exit == ShelterExit.NONE)).sum())


def _exits(source: str, mask: np.ndarray, exits: np.ndarray) -> Iterator[Row]:
    for code, target in LEAVES_TO.items():
        count = int((mask & (exits == code)).sum())
        if count:
            yield source, target, count


def _outcomes(reading: Reading) -> Iterator[Row]:
    """Separated children of the season by what became of them by the last day."""
    history = reading.history
    in_shelter = history.exit == Exit.TO_SHELTER
    stays = in_shelter & (history.shelter_exit == ShelterExit.NONE)
    objected = np.isin(history.reunion, OBJECTIONS)
    outcomes = {
        "rejoined at the station": history.rejoined_at != NEVER,
        "reunited with a parent": reading.reunited,
        "on the way to a parent": (history.shelter_exit == ShelterExit.REUNITED) & ~reading.reunited,
        "released to a sponsor": in_shelter & (history.shelter_exit == ShelterExit.RELEASED),
        "turned 18 in a shelter": in_shelter & (history.shelter_exit == ShelterExit.AGED_OUT),
        "in a shelter, parent abroad": stays & reading.parent_removed,
        "in a shelter, parent unfit or unwilling": stays & ~reading.parent_removed & objected,
        "in a shelter on the last day": stays & ~reading.parent_removed & ~objected,
        "turned 18 at the station": history.exit == Exit.AGED_OUT,
        "still at a station": (history.exit == Exit.INSIDE) & (history.rejoined_at == NEVER),
    }
    for band, label in enumerate(AGE_BANDS):
        cohort = reading.season_separated & (reading.band == band)
        for outcome, mask in outcomes.items():
            yield label, outcome, int((cohort & mask).sum())


# --- months -------------------------------------------------------------------------------------------------------


def _monthly(reading: Reading) -> Iterator[Row]:
    """People by month, sector and stratum as published: true, and as separation makes them be recorded.

    True: as they presented themselves. Recorded: a separated child stands among children alone, a parent who was
    taken among single adults (as the published counts have it), and so do members of families never grouped.
    """
    apprehended = reading.history.apprehended_at
    chosen = reading.at_sector & reading.in_window(apprehended)
    month = dates(reading).astype("datetime64[M]")[(apprehended[chosen] // DAY - reading.days[0])]
    station = reading.station[chosen]
    true = np.array([2, 1, 0])[reading.holding_kind[chosen]]  # single adults, families, children alone
    parted = (reading.separated | reading.history.is_taken | reading.never_grouped)[chosen]
    recorded = np.where(parted, np.where(reading.child[chosen], 0, 2), true)
    months = np.unique(dates(reading).astype("datetime64[M]"))
    strata = ("children_alone", "family_unit_members", "single_adults")
    for count, column in (("true", true), ("recorded", recorded)):
        for each in months:
            table = np.bincount(station[month == each] * 3 + column[month == each], minlength=3 * len(SECTORS)).reshape(
                -1, 3
            )
            for row, sector in enumerate(SECTORS):
                for stratum, persons in zip(strata, table[row], strict=True):
                    yield str(each), sector, stratum, count, int(persons)
