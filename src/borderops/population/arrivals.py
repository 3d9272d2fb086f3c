"""How many parties come, by day, station and stratum, and at which minute they are met.

Monthly counts are rebuilt into true strata, spread over days by weekday and by day factors that are normalised within
month and station, and drawn as Poisson counts: one uniform a cell, so that a higher rate only adds parties.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from borderops import clock, entities, quantiles
from borderops.config.schema import PORTS, SECTORS, STATIONS, Arrivals, Settings, Stress
from borderops.facts.tables import monthly_apprehensions
from borderops.population.arrivals_file import read_arrivals
from borderops.population.arrivals_forecast import forecast
from borderops.population.make_up import PartySizes, party_sizes
from borderops.population.people import Stratum
from borderops.pressure import surge_factors
from borderops.streams import Draws, Purpose
from borderops.tables import Table
from borderops.units import DAY, HOUR

CHILDREN_ALONE, FAMILY_MEMBERS, SINGLE_ADULTS, KIN_MEMBERS = range(4)
"""Columns of counts of persons: as published, and kin groups where a planner counts them apart."""

AFTER_YEAR_OF_EVENTS = "2018-10"
"""Events are sized by the twelve months before it, or by the last twelve that are known."""

STRATA = len(Stratum) - 1
"""Strata of parties that arrive; residents do not."""


@dataclass(frozen=True)
class Parties(Table):
    """``m`` parties, sorted by entity number; what is known before anybody has a face."""

    number: np.ndarray  # int64, entity number
    day: np.ndarray  # int32, day of apprehension on the clock
    station: np.ndarray  # int8, index into STATIONS
    stratum: np.ndarray  # int8, Stratum
    event: np.ndarray  # int64, number of the apprehension event
    apprehended_at: np.ndarray  # int64, minute


def first_day(settings: Settings) -> date:
    """First day played: the window's first day less the lead-in."""
    return settings.window.start - timedelta(days=settings.window.lead_in_days)


def draw_parties(settings: Settings, draws: Draws) -> Parties:
    """Draw all parties of the days played.

    Parameters
    ----------
    settings : Settings
    draws : Draws

    Returns
    -------
    Parties
        Of the lead-in days and the window, at the stations that are switched on.

    Raises
    ------
    WrongInput
        If the planner's file of arrivals is missing, malformed or does not cover the days.
    """
    days = np.arange(clock.day_of(settings.window.first_day_played), clock.day_of(settings.window.end) + 1)
    expected = expected_parties(settings, days, draws)
    enabled = np.isin(STATIONS, settings.arrivals.stations)
    expected *= enabled[None, :, None]
    return _settle(expected, days, settings, draws)


def _settle(expected: np.ndarray, days: np.ndarray, settings: Settings, draws: Draws) -> Parties:
    """Draw counts, events and minutes of cells with these expected numbers of parties."""
    day, station, stratum = (
        axis.ravel() for axis in np.meshgrid(days, *map(np.arange, expected.shape[1:]), indexing="ij")
    )
    cells = entities.pack(day, station, stratum, 0)
    counts = quantiles.count(draws.uniforms(cells, Purpose.PARTY_COUNT), expected.ravel())
    row = np.repeat(np.arange(counts.size), counts)
    ordinal = np.arange(row.size) - np.repeat(np.cumsum(counts) - counts, counts)
    number = cells[row] + (ordinal << entities.MEMBER_BITS)
    parties = {
        "day": day.astype(np.int32)[row],
        "station": station.astype(np.int8)[row],
        "stratum": stratum.astype(np.int8)[row],
    }
    event = _choose_events(number, parties, settings, draws)
    minute = parties["day"] * np.int64(DAY) + _minutes(event, number, settings.arrivals, draws)
    return Parties(number=number, event=event, apprehended_at=minute, **parties)


# --- expected numbers ---------------------------------------------------------------------------------------------


def expected_parties(settings: Settings, days: np.ndarray, draws: Draws) -> np.ndarray:
    """Expected number of parties by day, station and stratum, shape (days, stations, strata), float64."""
    arrivals = settings.arrivals
    persons = expected_persons(settings, days, draws)
    parties = persons_to_parties(persons, settings)
    by_stratum = arrivals.multiplier
    factors = np.ones(STRATA)
    factors[Stratum.SINGLE_ADULT] = by_stratum.single_adults
    factors[[Stratum.FAMILY, Stratum.FALSE_FAMILY, Stratum.UNDISCLOSED_FAMILY]] = by_stratum.families
    factors[Stratum.KIN_GROUP] = by_stratum.kin_groups
    factors[Stratum.CHILDREN_ALONE] = by_stratum.children_alone
    return parties * factors * _surges(settings.stress, days) if settings.stress.surges else parties * factors


def _surges(stress: Stress, days: np.ndarray) -> np.ndarray:
    """Factors of a stress by day, station and stratum of parties."""
    single, families, kin, alone = np.moveaxis(surge_factors(stress, days), 2, 0)
    factors = np.ones((*single.shape, STRATA))
    factors[:, :, Stratum.SINGLE_ADULT] = single
    for stratum in (Stratum.FAMILY, Stratum.FALSE_FAMILY, Stratum.UNDISCLOSED_FAMILY):
        factors[:, :, stratum] = families
    factors[:, :, Stratum.KIN_GROUP] = kin
    factors[:, :, Stratum.CHILDREN_ALONE] = alone
    return factors


def expected_persons(settings: Settings, days: np.ndarray, draws: Draws) -> np.ndarray:
    """Expected persons by day, station and column of counts, shape (days, stations, 4), before any multiplier."""
    arrivals = settings.arrivals
    if arrivals.source == "file":
        monthly, daily = read_arrivals(arrivals.file, days)
    elif arrivals.source == "forecast":
        monthly, daily = forecast_months(arrivals, days, draws), None
    else:
        monthly, daily = published_months(arrivals, days), None
    spread = np.zeros((days.size, len(STATIONS), 4))
    factors = day_factors(arrivals, days, draws)
    month = _months_of(days)
    for key in sorted(set(month)):
        chosen = month == key
        spread[chosen] = monthly[key][None] * factors[chosen][:, :, None] if key in monthly else 0.0
    return spread if daily is None else spread + daily


def day_factors(arrivals: Arrivals, days: np.ndarray, draws: Draws) -> np.ndarray:
    """Share of a month's arrivals that falls on each day, shape (days, stations); sums to 1 over a whole month.

    Normalised over the whole month even where the days cover a part of it, so that a day is the same in every window.
    """
    whole = np.arange(_month_edge(days[0]), _month_edge(days[-1], after=True))
    national = draws.uniforms(entities.pack(whole, entities.EVERYWHERE, 0, 0), Purpose.NATIONAL_DAY)
    station = np.arange(len(STATIONS))
    cells = entities.pack(whole[:, None], station[None, :], 0, 0)
    local = draws.uniforms(cells.ravel(), Purpose.SECTOR_DAY).reshape(cells.shape)
    weights = (
        np.asarray(arrivals.weekday)[clock.weekday_of_day(whole)][:, None]
        * quantiles.gamma_factor(national, arrivals.day_factors.national_variation)[:, None]
        * quantiles.gamma_factor(local, arrivals.day_factors.sector_variation)
    )
    month = np.unique(_months_of(whole), return_inverse=True)[1]
    totals = np.stack([np.bincount(month, weights[:, each]) for each in station], axis=1)
    shares = weights / totals[month]
    return shares[np.isin(whole, days)]


def published_months(arrivals: Arrivals, days: np.ndarray) -> dict[str, np.ndarray]:
    """Persons by month: station rows, columns of counts; true strata where they are to be rebuilt."""
    months, counts = _known_table(arrivals)
    if arrivals.rebuild_true_strata:
        counts = rebuild_true_strata(counts, months, arrivals)
    return _by_month(months, counts, days, arrivals)


def forecast_months(arrivals: Arrivals, days: np.ndarray, draws: Draws) -> dict[str, np.ndarray]:
    """Persons by month, as `published_months` gives them: counted in known months, forecast from then on."""
    months, counts = _known_table(arrivals)
    first = date.fromisoformat(f"{arrivals.known_before}-01")
    last = np.datetime64(_months_of(days)[-1], "M")
    ahead = tuple(np.arange(np.datetime64(first, "M"), last + 1).astype(str))
    if ahead:
        paths = forecast(counts, clock.day_of(first), len(ahead), arrivals.forecast_error_scale, draws)
        months, counts = (*months, *ahead), np.concatenate([counts, paths])
    return _by_month(months, counts, days, arrivals)


def _known_table(arrivals: Arrivals) -> tuple[tuple[str, ...], np.ndarray]:
    """Months of the published table that may be read, and their counts; nothing else reads the table."""
    table = monthly_apprehensions()
    end = len(table.months) if arrivals.known_before is None else _place_of(arrivals.known_before, table.months)
    return table.months[:end], table.counts[:end].astype(np.float64)


def _place_of(month: str, months: tuple[str, ...]) -> int:
    """How many months of the table come before a month."""
    return sum(known < month for known in months)


def _by_month(
    months: tuple[str, ...], counts: np.ndarray, days: np.ndarray, arrivals: Arrivals
) -> dict[str, np.ndarray]:
    """Counts of the months that some days belong to, with the ports of entry."""
    wanted = sorted(set(_months_of(days)))
    return {month: _with_ports(counts[months.index(_known_month(month, months))], month, arrivals) for month in wanted}


def rebuild_true_strata(counts: np.ndarray, months: tuple[str, ...], arrivals: Arrivals) -> np.ndarray:
    """Undo what separation did to the published counts.

    A separated child was counted among children alone and the parent among single adults. The excess of children
    alone over the mean of the months around it, by sector and never below 0, is scaled so that all of it sums to the
    children reported as separated (OIG-20-06 p. 8), and is put back among family members with the parents; so are
    the few of earlier months.

    Parameters
    ----------
    counts : ndarray of float64, shape (months, sectors, 3)
        Children alone, family-unit members, single adults.
    months : tuple of str
    arrivals : Arrivals

    Returns
    -------
    ndarray of float64, shape (months, sectors, 3)
    """
    base = counts[[months.index(month) for month in arrivals.rebuild_base_months], :, CHILDREN_ALONE].mean(axis=0)
    rows = [months.index(month) for month in arrivals.rebuild_months]
    separated = earlier_separations(counts, months, arrivals)
    separated[rows] += _scaled(
        np.maximum(counts[rows, :, CHILDREN_ALONE] - base, 0.0), arrivals.separated_in_published_counts
    )
    parents = separated / arrivals.children_per_adult
    rebuilt = counts.copy()
    rebuilt[:, :, CHILDREN_ALONE] -= separated
    rebuilt[:, :, SINGLE_ADULTS] -= parents
    rebuilt[:, :, FAMILY_MEMBERS] += separated + parents
    return rebuilt


def earlier_separations(counts: np.ndarray, months: tuple[str, ...], arrivals: Arrivals) -> np.ndarray:
    """Children separated before the season by month and sector, as far as they stand among children alone.

    Too few to be seen as an excess, so they are spread as family members were counted.
    """
    separated = np.zeros(counts.shape[:2])
    for one in arrivals.separated_earlier:
        rows = [place for place, month in enumerate(months) if one.first_month <= month <= one.last_month]
        sectors = [SECTORS.index(sector) for sector in one.sectors or SECTORS]
        here = np.ix_(rows, sectors)
        separated[here] += _scaled(counts[..., FAMILY_MEMBERS][here], one.children)
    return np.minimum(separated, counts[..., CHILDREN_ALONE])


def _scaled(weights: np.ndarray, total: float) -> np.ndarray:
    """Weights in proportion that sum to a total; nothing where there is none."""
    return weights * (total / weights.sum()) if weights.sum() > 0.0 else weights


def _with_ports(sector_counts: np.ndarray, month: str, arrivals: Arrivals) -> np.ndarray:
    """Add the ports of entry to one month's sectors, shape (stations, 4)."""
    ports = arrivals.ports
    known = {one.month: one.persons for one in ports.children_alone}
    counts = np.zeros((len(STATIONS), 4))
    counts[: len(SECTORS), :3] = sector_counts
    counts[STATIONS.index(PORTS), CHILDREN_ALONE] = known.get(month, ports.children_alone_other_months)
    counts[STATIONS.index(PORTS), FAMILY_MEMBERS] = ports.family_members_per_month
    return counts


def persons_to_parties(persons: np.ndarray, settings: Settings) -> np.ndarray:
    """Turn persons by column of counts into parties by stratum.

    Parameters
    ----------
    persons : ndarray of float64, shape (..., 4)
        Children alone, family-unit members, single adults, members of kin groups counted apart.
    settings : Settings

    Returns
    -------
    ndarray of float64, shape (..., strata)

    Notes
    -----
    Published counts class people as they presented themselves: kin groups and undisclosed families stand there as
    children alone and single adults, false claims as families.
    """
    sizes = party_sizes(settings.people)
    families = settings.people.families
    parties = np.zeros((*persons.shape[:-1], STRATA))
    claiming = persons[..., FAMILY_MEMBERS] / sizes.claiming_members(families.false_claim_share)
    parties[..., Stratum.FALSE_FAMILY] = claiming * families.false_claim_share
    parties[..., Stratum.FAMILY] = claiming * (1.0 - families.false_claim_share)
    hidden = families.undisclosed_share / (1.0 - families.undisclosed_share)
    # Who hides a family stands among children alone and single adults; where neither is counted, nobody can.
    room = np.minimum(
        persons[..., CHILDREN_ALONE] / sizes.family_children, persons[..., SINGLE_ADULTS] / sizes.family_adults
    )
    parties[..., Stratum.UNDISCLOSED_FAMILY] = np.minimum(parties[..., Stratum.FAMILY] * hidden, room)
    _place_adults_and_children(parties, persons, sizes, settings)
    return parties


def _place_adults_and_children(parties: np.ndarray, persons: np.ndarray, sizes: PartySizes, settings: Settings) -> None:
    """Fill kin groups, children alone and single adults with what the other strata leave."""
    undisclosed = parties[..., Stratum.UNDISCLOSED_FAMILY]
    alone = persons[..., CHILDREN_ALONE] - undisclosed * sizes.family_children
    adults = persons[..., SINGLE_ADULTS] - undisclosed * sizes.family_adults
    kin_within_counts = np.minimum(alone * settings.people.children_alone.with_kin_share / sizes.kin_children, adults)
    apart = persons[..., KIN_MEMBERS] / (1.0 + sizes.kin_children)
    parties[..., Stratum.KIN_GROUP] = kin_within_counts + apart
    parties[..., Stratum.CHILDREN_ALONE] = (alone - kin_within_counts * sizes.kin_children) / sizes.alone_children
    parties[..., Stratum.SINGLE_ADULT] = adults - kin_within_counts


# --- events and minutes -------------------------------------------------------------------------------------------


def _choose_events(number: np.ndarray, parties: dict[str, np.ndarray], settings: Settings, draws: Draws) -> np.ndarray:
    """Give every party its apprehension event: its own, or one of the day's shared events at its station."""
    events = settings.arrivals.events
    shared = _share_by_stratum(events.shared)[parties["stratum"]]
    joins = np.flatnonzero(draws.uniforms(number, Purpose.EVENT_CHOICE) < shared)
    cell_key = entities.pack(parties["day"][joins], parties["station"][joins], entities.EVENT, 0)
    # Parties are sorted by day and station, so those of a cell stand together.
    first = np.flatnonzero(np.diff(cell_key, prepend=-1))
    cells, cell = cell_key[first], np.repeat(np.arange(first.size), np.diff(first, append=joins.size))
    slots = _slots_by_station(settings)[parties["station"][joins[first]]]
    start = np.cumsum(slots) - slots
    slot = np.arange(slots.sum()) - np.repeat(start, slots)
    slot_number = np.repeat(cells, slots) + (slot << entities.MEMBER_BITS)
    pull = quantiles.gamma_factor(draws.uniforms(slot_number, Purpose.EVENT_CHOICE, 1), events.size_variation)
    chosen = _choose_slots(pull + 1e-9, slots, cell, draws.uniforms(number[joins], Purpose.EVENT_CHOICE, 2))
    event = number.copy()
    event[joins] = slot_number[chosen]
    return event


def _choose_slots(pull: np.ndarray, slots: np.ndarray, cell: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """Pick a slot of one's own cell with chances in proportion to the pull of the cell's slots."""
    if not cell.size:
        return np.zeros(0, dtype=np.int64)
    ends = np.cumsum(slots)
    running = np.cumsum(pull)
    total = running[ends - 1]
    before = np.concatenate([[0.0], total[:-1]])
    target = before[cell] + uniforms * (total - before)[cell]
    return np.minimum(np.searchsorted(running, target, side="right"), ends[cell] - 1)


def _slots_by_station(settings: Settings) -> np.ndarray:
    """Number of shared events a day, from the published table's mean: no scenario moves who is met with whom."""
    months, counts = _known_table(settings.arrivals)
    end = _place_of(AFTER_YEAR_OF_EVENTS, months)
    persons = np.zeros((len(STATIONS), 4))
    persons[: len(SECTORS), :3] = counts[max(end - 12, 0) : end].mean(axis=0)
    persons[STATIONS.index(PORTS), CHILDREN_ALONE] = settings.arrivals.ports.children_alone_other_months
    persons[STATIONS.index(PORTS), FAMILY_MEMBERS] = settings.arrivals.ports.family_members_per_month
    a_day = persons_to_parties(persons, settings) * 12.0 / 365.0
    joining = (a_day * _share_by_stratum(settings.arrivals.events.shared)).sum(axis=1)
    return np.maximum(np.rint(joining / settings.arrivals.events.parties_per_event), 1.0).astype(np.int64)


def _share_by_stratum(shares) -> np.ndarray:
    by_stratum = np.zeros(STRATA)
    by_stratum[Stratum.SINGLE_ADULT] = shares.single_adults
    by_stratum[[Stratum.FAMILY, Stratum.FALSE_FAMILY, Stratum.UNDISCLOSED_FAMILY]] = shares.families
    by_stratum[Stratum.KIN_GROUP] = shares.kin_groups
    by_stratum[Stratum.CHILDREN_ALONE] = shares.children_alone
    return by_stratum


def _minutes(event: np.ndarray, number: np.ndarray, arrivals: Arrivals, draws: Draws) -> np.ndarray:
    """Minute of the day of each party: its event's."""
    by_minute = np.repeat(np.asarray(arrivals.hour, dtype=np.float64), HOUR)
    cumulative = np.cumsum(by_minute) / by_minute.sum()
    uniforms = draws.uniforms(event, Purpose.EVENT_MINUTE)
    return quantiles.place(uniforms, cumulative)


# --- months -------------------------------------------------------------------------------------------------------


def _months_of(days: np.ndarray) -> np.ndarray:
    """Month (YYYY-MM) of each day."""
    return (np.datetime64(clock.EPOCH, "D") + days).astype("datetime64[M]").astype(str)


def _month_edge(day: int, after: bool = False) -> int:
    """First day of a day's month, or of the month after it."""
    first = clock.date_of(int(day) * DAY).replace(day=1)
    return clock.day_of(clock.next_month(first) if after else first)


def _known_month(month: str, months: tuple[str, ...]) -> str:
    """The month itself; for the lead-in before the table begins, the table's first month."""
    return max(month, months[0])
