"""What types cannot say: shares that must sum to one, one setting against another, dates in order.

Every check is a generator of sentences that name the key, its value and what is allowed. `problems` runs them all;
nothing here raises, and nothing repairs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from borderops.clock import EPOCH
from borderops.config import wording
from borderops.config.designs import OWNERS, Design, options, resolve, unknown_options
from borderops.config.schema import (
    ASPECTS,
    BED_KINDS,
    SECTORS,
    SLIPS,
    Act,
    ActName,
    AgeBands,
    BedStep,
    Closure,
    CodesFeature,
    DesignChoice,
    Features,
    Group,
    KindShares,
    Loss,
    MailOutage,
    Settings,
    Slip,
    StratumValues,
    Surge,
)

PUBLISHED_FIRST: Final = date(2016, 10, 1)
PUBLISHED_LAST: Final = date(2019, 9, 30)
"""Days that the published table of arrivals covers, October 2016 to September 2019."""

FORECAST_FIRST: Final = date(2017, 10, 1)
"""First month that can be forecast: a year is known by then."""

LATEST_DAY: Final = date(2999, 12, 31)
"""Last day that may be played: whatever begins on it ends before the moment that stands for never."""

TOLERANCE: Final = 1e-9
ADDRESS: Final = re.compile(r"(tcp|tls|ws|wss)://[^\s/]+:\d{1,5}/?")
MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

EXCLUSIVE_ACTS: Final[tuple[tuple[ActName, ...], ...]] = (
    ("code_wrong", "code_blank", "code_several"),
    ("note_nothing", "note_not_at_top", "note_top_and_child"),
    ("number_not_passed", "number_wrong"),
)
"""Steering acts of which at most one happens to a family, a note or a number: one roll decides between them. One aspect
owns them all."""


def problems(settings: Settings, without: Collection[str] = ()) -> Iterator[str]:
    """Yield a sentence for everything that cannot be used although each value by itself could.

    Parameters
    ----------
    settings : Settings
        Well typed, except for the groups in ``without``, which may be missing.
    without : collection of str
        Names of groups that no check may look at.

    Yields
    ------
    str
    """
    for check, groups in CHECKS:
        if not set(groups) & set(without):
            yield from check(settings)


# --- compute ------------------------------------------------------------------------------------------------------


def _compute(settings: Settings) -> Iterator[str]:
    kind, address = settings.compute.kind, settings.compute.address
    if kind == "local" and address is not None:
        yield f"compute.address is {address!r} although compute.kind is local; choose compute=dask to use it"
    if kind == "dask" and not ADDRESS.fullmatch(address or ""):
        found = "not given" if address is None else repr(address)
        yield f"compute.address is {found}; allowed: that of a Dask scheduler, for example tcp://127.0.0.1:8786"


# --- window -------------------------------------------------------------------------------------------------------


def _window(settings: Settings) -> Iterator[str]:
    window = settings.window
    if window.end < window.start:
        yield f"window.end is {window.end}; allowed: window.start ({window.start}) or later"
    earliest = EPOCH + timedelta(days=window.lead_in_days)
    if window.start < earliest:
        yield f"window.start is {window.start}; allowed: {earliest} or later"
    if settings.arrivals.source == "file" and window.end > LATEST_DAY:  # other arrivals end sooner, and say so
        yield f"window.end is {window.end}; allowed: {LATEST_DAY} or earlier"


def _season(settings: Settings) -> Iterator[str]:
    study = settings.study
    if study.season_start and study.season_end and study.season_end < study.season_start:
        yield f"study.season_end is {study.season_end}; allowed: study.season_start ({study.season_start}) or later"
        return
    first, last = settings.season
    if last < first and settings.window.start <= settings.window.end:
        yield (
            f"study.season_start is {study.season_start} and study.season_end {study.season_end}; allowed: days of the "
            f"window ({settings.window.start} to {settings.window.end}), or null for the whole window"
        )


def _books(settings: Settings) -> Iterator[str]:
    if settings.study.audits and not settings.study.books:
        yield "study.books is false; allowed: true, since study.audits is true and audits read the books"


def _window_within_published_arrivals(settings: Settings) -> Iterator[str]:
    if settings.arrivals.source != "published":
        return
    known_before = settings.arrivals.known_before
    if known_before is not None and f"{settings.window.end:%Y-%m}" >= known_before:
        yield (
            f"window.end is {settings.window.end}; allowed: before arrivals.known_before ({known_before}), where the"
            " published arrivals end (arrivals=forecast goes on)"
        )
    for name, day in (("start", settings.window.start), ("end", settings.window.end)):
        if not PUBLISHED_FIRST <= day <= PUBLISHED_LAST:
            yield (
                f"window.{name} is {day}; allowed: {PUBLISHED_FIRST} to {PUBLISHED_LAST}, the days of the published"
                " arrivals (arrivals=file takes others)"
            )


def _window_within_forecast(settings: Settings) -> Iterator[str]:
    """A forecast begins where the table ends, and says nothing of days too far ahead."""
    arrivals, window = settings.arrivals, settings.window
    if arrivals.source != "forecast":
        return
    if arrivals.known_before is None:
        yield "arrivals.known_before is not given; allowed: the first month to forecast, arrivals.known_before=2018-05"
        return
    if not f"{FORECAST_FIRST:%Y-%m}" <= arrivals.known_before <= f"{PUBLISHED_LAST + timedelta(days=1):%Y-%m}":
        yield (
            f"arrivals.known_before is {arrivals.known_before}; allowed: {FORECAST_FIRST:%Y-%m} to"
            f" {PUBLISHED_LAST + timedelta(days=1):%Y-%m}, so that a year or more is known"
        )
        return
    known_before = date.fromisoformat(f"{arrivals.known_before}-01")
    last = known_before.replace(year=known_before.year + 1) - timedelta(days=1)
    for name, day in (("start", window.start), ("end", window.end)):
        if not PUBLISHED_FIRST <= day <= last:
            yield f"window.{name} is {day}; allowed: {PUBLISHED_FIRST} to {last}, a year past the known arrivals"


# --- arrivals -----------------------------------------------------------------------------------------------------


def _arrivals_source(settings: Settings) -> Iterator[str]:
    source, file = settings.arrivals.source, settings.arrivals.file
    if source == "file" and not file:
        yield "arrivals.file is not given; allowed: the path of a CSV, for example arrivals.file=my_arrivals.csv"
    if source != "file" and file is not None:
        yield f"arrivals.file is {file!r} although arrivals.source is {source}; choose arrivals=file to use it"
    if source == "file" and settings.arrivals.rebuild_true_strata:
        yield "arrivals.rebuild_true_strata is true; allowed: false, since a file of arrivals is taken as it is"


def _arrivals_stations(settings: Settings) -> Iterator[str]:
    yield from _repeated("arrivals.stations", settings.arrivals.stations)


def _arrivals_by_stratum(settings: Settings) -> Iterator[str]:
    arrivals = settings.arrivals
    yield from _outside("arrivals.multiplier", arrivals.multiplier, 0.0, math.inf, "a number, 0 or more")
    yield from _outside("arrivals.events.shared", arrivals.events.shared, 0.0, 1.0, "a number from 0 to 1")


def _arrivals_profiles(settings: Settings) -> Iterator[str]:
    for name in ("weekday", "hour"):
        if not any(getattr(settings.arrivals, name)):
            yield f"arrivals.{name} is 0 throughout; allowed: at least one number above 0"


def _rebuilding(settings: Settings) -> Iterator[str]:
    arrivals = settings.arrivals
    if not arrivals.rebuild_true_strata:
        return
    for name in ("rebuild_base_months", "rebuild_months"):
        months = getattr(arrivals, name)
        yield from _repeated(f"arrivals.{name}", months)
        if not months:
            yield f"arrivals.{name} is empty; allowed: at least one month while arrivals.rebuild_true_strata is true"
        for index, month in enumerate(months):
            if not MONTH.fullmatch(month) or not f"{PUBLISHED_FIRST:%Y-%m}" <= month <= f"{PUBLISHED_LAST:%Y-%m}":
                yield (
                    f"arrivals.{name}[{index}] is {month!r}; allowed: a month from {PUBLISHED_FIRST:%Y-%m} to"
                    f" {PUBLISHED_LAST:%Y-%m}"
                )
            elif arrivals.known_before is not None and month >= arrivals.known_before:
                known = f"arrivals.known_before ({arrivals.known_before})"
                yield f"arrivals.{name}[{index}] is {month!r}; allowed: a month before {known}"


def _earlier_separations(settings: Settings) -> Iterator[str]:
    for index, one in enumerate(settings.arrivals.separated_earlier):
        if one.last_month < one.first_month:
            key = f"arrivals.separated_earlier[{index}].last_month"
            yield f"{key} is {one.last_month!r}; allowed: {one.first_month} or later, the first month"
        yield from _repeated(f"arrivals.separated_earlier[{index}].sectors", one.sectors)


def _months_of_ports(settings: Settings) -> Iterator[str]:
    yield from _repeated("arrivals.ports.children_alone", [one.month for one in settings.arrivals.ports.children_alone])


# --- people -------------------------------------------------------------------------------------------------------


def _shares_of_people(settings: Settings) -> Iterator[str]:
    people = settings.people
    yield from _sum_to_one("people.families.youngest_age", _values(people.families.youngest_age))
    yield from _sum_to_one("people.children_alone.age", _values(people.children_alone.age))
    for stratum in ("single_adults", "families", "children_alone"):
        yield from _sum_to_one(f"people.citizenship.{stratum}", getattr(people.citizenship, stratum).values())
    if people.citizenship.children_alone.get("MX", 0.0) == 1.0:
        yield "people.citizenship.children_alone.MX is 1; allowed: below 1, shelters hold children of other countries"


def _families(settings: Settings) -> Iterator[str]:
    families = settings.people.families
    further = families.one_more_child_share + families.two_more_children_share
    if further > 1.0 + TOLERANCE:
        yield (
            "people.families.one_more_child_share and people.families.two_more_children_share"
            f" sum to {further:.6g}; allowed: 1 or less"
        )
    if families.undisclosed_share == 1.0:
        yield "people.families.undisclosed_share is 1; allowed: below 1, since some families must say that they are one"


# --- policy -------------------------------------------------------------------------------------------------------


def _policy_dates(settings: Settings) -> Iterator[str]:
    for name in ("family_referral", "single_adult_referral", "exemptions", "pauses"):
        for index, rule in enumerate(getattr(settings.policy, name)):
            if rule.ends is not None and rule.ends < rule.begins:
                key = f"policy.{name}[{index}]"
                yield f"{key}.ends is {rule.ends}; allowed: {key}.begins ({rule.begins}) or later, or null"


def _other_grounds(settings: Settings) -> Iterator[str]:
    grounds = settings.policy.other_grounds
    yield from _repeated("policy.other_grounds", [one.ground for one in grounds])
    total = math.fsum(one.share for one in grounds)
    if total > 1.0 + TOLERANCE:
        yield f"policy.other_grounds sums to {total:.6g}; allowed: shares that sum to 1 or less"


# --- stations -----------------------------------------------------------------------------------------------------


def _sites(settings: Settings) -> Iterator[str]:
    sites = settings.stations.sites
    for station in settings.arrivals.stations:
        if station not in sites:
            yield (
                f"stations.sites.{station} is not given although arrivals.stations names {station}; allowed: agents"
                " and holding of that station"
            )
        elif not any(_values(sites[station].agents)):
            yield (
                f"stations.sites.{station}.agents is 0 in every shift, so that nobody could be processed; allowed: at"
                " least one agent in one shift"
            )


def _agent_factors(settings: Settings) -> Iterator[str]:
    yield from _ascending("stations.agent_factors", "begins", [one.begins for one in settings.stations.agent_factors])


# --- beds ---------------------------------------------------------------------------------------------------------


def _detention_beds(settings: Settings) -> Iterator[str]:
    yield from _bed_steps("family_care.detention_beds", settings.family_care.detention_beds)


def _shelter_beds(settings: Settings) -> Iterator[str]:
    for kind in BED_KINDS:
        yield from _bed_steps(f"orr.beds.{kind}", getattr(settings.orr.beds, kind))


def _bed_steps(key: str, steps: Sequence[BedStep]) -> Iterator[str]:
    yield from _ascending(key, "begins", [step.begins for step in steps])
    for index, step in enumerate(steps):
        yield from _bed_growth(f"{key}[{index}]", step)


def _bed_growth(key: str, step: BedStep) -> Iterator[str]:
    if step.until is None:
        if step.then_per_day != 0.0:
            yield f"{key}.until is null although then_per_day is {step.then_per_day:g}; allowed: a date"
        return
    if step.until <= step.begins:
        yield f"{key}.until is {step.until}; allowed: after {key}.begins ({step.begins})"
        return
    last = step.beds + step.then_per_day * (step.until - step.begins).days
    if last < 0:
        yield f"{key}.then_per_day is {step.then_per_day:g}, which leaves {last:g} beds; allowed: 0 beds or more"


def _detention_beds_from_first_day(settings: Settings) -> Iterator[str]:
    yield from _covers_first_day("family_care.detention_beds", settings.family_care.detention_beds[0].begins, settings)


def _shelters_from_first_day(settings: Settings) -> Iterator[str]:
    for kind in BED_KINDS:
        yield from _covers_first_day(f"orr.beds.{kind}", getattr(settings.orr.beds, kind)[0].begins, settings)
    yield from _covers_first_day("orr.pace", settings.orr.pace[0].begins, settings)


# --- shelters -----------------------------------------------------------------------------------------------------


def _census_path(settings: Settings) -> Iterator[str]:
    yield from _ascending("orr.census_path", "day", [point.day for point in settings.orr.census_path])


def _census_on_first_day(settings: Settings) -> Iterator[str]:
    points = settings.orr.census_path
    first, last = min(point.day for point in points), max(point.day for point in points)
    evening = settings.window.first_day_played - timedelta(days=1)
    if not first <= evening <= last and _window_is_sound(settings):
        yield (
            f"orr.census_path speaks of {first} to {last}; allowed: days that include {evening}, the evening before the"
            " first day played (window.start less window.lead_in_days)"
        )


def _shares_of_shelters(settings: Settings) -> Iterator[str]:
    orr = settings.orr
    yield from _sum_to_one("orr.census_kinds", _values(orr.census_kinds))
    yield from _sum_to_one("orr.sponsors", (one.share for one in orr.sponsors))
    yield from _repeated("orr.sponsors", [one.sponsor for one in orr.sponsors])


def _pace(settings: Settings) -> Iterator[str]:
    yield from _ascending("orr.pace", "begins", [step.begins for step in settings.orr.pace])


# --- courts -------------------------------------------------------------------------------------------------------


def _districts(settings: Settings) -> Iterator[str]:
    """Every sector played has one court, and the courts share all slots."""
    districts = settings.courts.districts
    for sector in settings.arrivals.stations:
        if sector in SECTORS:
            courts = [name for name, district in districts.items() if sector in district.sectors]
            if len(courts) != 1:
                found = f"districts {', '.join(courts)}" if courts else "no district"
                yield f"courts.districts has {sector} in {found}; allowed: each sector in exactly one"
    for name in ("slots_per_court_day", "parents_share"):
        yield from _ascending(f"courts.{name}", "begins", [one.begins for one in getattr(settings.courts, name)])
    total = sum(district.share for district in districts.values())
    if abs(total - 1.0) > 1e-9:
        yield f"courts.districts sums to {total:g}; allowed: shares that sum to 1 (within 1e-9)"


def _court_hours(settings: Settings) -> Iterator[str]:
    courts = settings.courts
    if courts.back_from_hour <= courts.hearing_hour:
        yield (
            f"courts.back_from_hour is {courts.back_from_hour:g}; allowed: after courts.hearing_hour"
            f" ({courts.hearing_hour})"
        )
    if courts.back_until_hour <= courts.back_from_hour:
        yield (
            f"courts.back_until_hour is {courts.back_until_hour:g}; allowed: after courts.back_from_hour"
            f" ({courts.back_from_hour:g})"
        )


# --- referral and transport ---------------------------------------------------------------------------------------


def _desk(settings: Settings) -> Iterator[str]:
    desk = settings.referral.desk
    if desk.workers_day == 0 and desk.workers_night == 0:
        yield (
            "referral.desk.workers_day and referral.desk.workers_night are 0, so that no referral could be taken;"
            " allowed: at least one worker by day or by night"
        )


def _coordinators_hours(settings: Settings) -> Iterator[str]:
    yield from _in_order("referral.coordinators", settings.referral.coordinators, "begins_hour", "ends_hour")


def _coordinators(settings: Settings) -> Iterator[str]:
    """Every station played has somebody for its mail, unless all mail is exchanged by machines."""
    rules, known = settings.referral.coordinators, [design for _, design in _known_designs(settings)]
    needs_people = not settings.tracking.feedback or not all(design.is_automatic for design in known)
    for station in settings.arrivals.stations:
        if station not in rules.on_duty:
            yield (
                f"referral.coordinators.on_duty.{station} is not given although arrivals.stations names {station};"
                " allowed: the coordinators of that station"
            )
        elif needs_people and rules.on_duty[station] == rules.on_duty_at_night == 0:
            yield (
                f"referral.coordinators.on_duty.{station} and referral.coordinators.on_duty_at_night are 0, so that no"
                " message of that station could be handled; allowed: at least one coordinator by day or by night"
            )


def _transport_hours(settings: Settings) -> Iterator[str]:
    yield from _in_order("transport", settings.transport, "opens_hour", "closes_hour")


# --- tracking -----------------------------------------------------------------------------------------------------


def _dates_of_designs(settings: Settings) -> Iterator[str]:
    designs = settings.tracking.designs
    yield from _ascending("tracking.designs", "begins", [design.begins for design in designs])
    yield from _repeated("tracking.designs", [design.name for design in designs])


def _design_on_first_day(settings: Settings) -> Iterator[str]:
    yield from _covers_first_day("tracking.designs", settings.tracking.designs[0].begins, settings)


def _features(settings: Settings) -> Iterator[str]:
    """Whatever stands in the library can be used, picked or not."""
    for aspect in ASPECTS:
        for name, option in getattr(settings.features, aspect).items():
            acts = getattr(option, "acts", None)
            if acts is not None:
                yield from _acts(f"features.{aspect}.{name}.acts", acts)
            if isinstance(option, CodesFeature):
                yield from _codes(f"features.{aspect}.{name}.acts", option)


def _acts(key: str, acts: Group) -> Iterator[str]:
    """No share may exceed 1 under full load, where it is largest; guidance only lowers it."""
    stated: dict[str, Act] = {name: getattr(acts, name) for name in type(acts).model_fields}
    yield from (sentence for name, act in stated.items() for sentence in _under_full_load(f"{key}.{name}", act))
    beyond = {name for name, act in stated.items() if _at_full_load(act) > 1.0 + TOLERANCE}
    for names in EXCLUSIVE_ACTS:
        if names[0] not in stated or beyond & {*names}:
            continue
        total = math.fsum(_at_full_load(stated[name]) for name in names)
        if total > 1.0 + TOLERANCE:
            yield (
                f"{key} sums to {total:.6g} under full load for {_and(names)}; allowed: 1 or less, each share times"
                " (1 + load_slope / 2)"
            )


def _under_full_load(key: str, act: Act) -> Iterator[str]:
    largest = _at_full_load(act)
    if largest > 1.0 + TOLERANCE:
        yield (
            f"{key} has share {act.share:g} and load_slope {act.load_slope:g}, under full load {largest:.6g}; allowed:"
            " a share times (1 + load_slope / 2) of 1 or less"
        )


def _at_full_load(act: Act) -> float:
    """Largest share of an act: half the slope beyond the share at half load."""
    return act.share * (1.0 + act.load_slope / 2.0)


def _codes(key: str, option: CodesFeature) -> Iterator[str]:
    """Without codes every one is blank; a design that takes one code cannot get several."""
    blank, several = option.acts.code_blank, option.acts.code_several
    if option.kind == "none" and (blank.share, blank.load_slope, blank.guided_factor) != (1.0, 0.0, 1.0):
        yield (
            f"{key}.code_blank has share {blank.share:g}, load_slope {blank.load_slope:g} and guided_factor"
            f" {blank.guided_factor:g}; allowed: 1, 0 and 1 where kind is none"
        )
    if option.kind == "one" and several.share > 0.0:
        yield f"{key}.code_several.share is {several.share:g}; allowed: 0 where kind is one"


def _options_of_designs(settings: Settings) -> Iterator[str]:
    """Every design picks options that there are."""
    for index, row in enumerate(settings.tracking.designs):
        for aspect, option in unknown_options(row, settings.features):
            yield wording.unknown_feature(f"tracking.designs[{index}].{aspect}", option, aspect, settings.features)


def _designs(settings: Settings) -> Iterator[str]:
    """What features make of a design together."""
    for index, design in _known_designs(settings):
        key = f"tracking.designs[{index}]"
        yield from _minutes(key, design)
        yield from _number_of_family(key, settings.tracking.designs[index], design)
        yield from _multiplied_acts(key, settings.tracking.designs[index], design, settings.features)


def _known_designs(settings: Settings) -> Iterator[tuple[int, Design]]:
    """Designs with their places, but for those with an option that is not known, which is told elsewhere."""
    for index, row in enumerate(settings.tracking.designs):
        if not any(unknown_options(row, settings.features)):
            yield index, resolve(row, settings.features)


def _minutes(key: str, design: Design) -> Iterator[str]:
    for name, minutes in (("intake", design.intake_minutes), ("parting", design.parting_minutes)):
        if minutes < 0:
            yield f"{key} takes {minutes} minutes at {name} from all its features; allowed: 0 or more"


def _number_of_family(key: str, row: DesignChoice, design: Design) -> Iterator[str]:
    if design.exchange == "automatic_by_family" and design.unit != "permanent":
        yield (
            f"{key}.exchange is {row.exchange}, which goes by a family's permanent number, although {key}.unit is"
            f" {row.unit}; allowed: another exchange, or a unit of the kind permanent"
        )


def _multiplied_acts(key: str, row: DesignChoice, design: Design, features: Features) -> Iterator[str]:
    """What other features multiply stays a share too; what the owner alone makes of it is told of the library."""
    picked = options(row, features)
    for names in ({act: (act,) for act in OWNERS} | {group[0]: group for group in EXCLUSIVE_ACTS}).values():
        total = math.fsum(_at_full_load(design.acts[name]) for name in names)
        stated = math.fsum(_at_full_load(getattr(picked[OWNERS[name]].acts, name)) for name in names)  # type: ignore[attr-defined]
        if total > 1.0 + TOLERANCE and stated <= 1.0 + TOLERANCE:
            yield (
                f"{key} comes to {total:.6g} under full load for {_and(names)}, with the ratios of its features;"
                " allowed: 1 or less"
            )


# --- records ------------------------------------------------------------------------------------------------------


def _slips(settings: Settings) -> Iterator[str]:
    """Every slip has its share, and none outgrows 1."""
    for slip in SLIPS:
        if slip not in settings.records.slips:
            yield wording.not_given(("records", "slips", slip))
    for slip, share in settings.records.slips.items():
        yield from _under_full_load(f"records.slips.{slip}", share)


def _rates_of_fields(settings: Settings) -> Iterator[str]:
    """None outgrows 1, and no field has two of one slip."""
    met: dict[tuple[str, str, str], int] = {}
    for index, rate in enumerate(settings.records.rates_of_fields):
        key = f"records.rates_of_fields[{index}]"
        if rate.slip in settings.records.slips:
            yield from _under_full_load(key, settings.records.slips[rate.slip].model_copy(update={"share": rate.share}))
        first = met.setdefault((rate.slip, rate.table, rate.field), index)
        if first != index:
            yield (
                f"{key} gives {rate.slip} of {rate.table}.{rate.field} a rate that rates_of_fields[{first}] gives;"
                " allowed: one for each slip and field"
            )


def _slips_of_designs(settings: Settings) -> Iterator[str]:
    for index, design in _known_designs(settings):
        for slip, share in settings.records.slips.items():
            yield from _multiplied_slip(f"tracking.designs[{index}]", slip, share, design.slip_factors[slip])


def _multiplied_slip(key: str, slip: Slip, share: Act, factor: float) -> Iterator[str]:
    largest = _at_full_load(share)
    if largest <= 1.0 + TOLERANCE < largest * factor:
        yield (
            f"{key} comes to {largest * factor:.6g} under full load for {slip}, with the ratios of its features;"
            " allowed: 1 or less"
        )


def _record_keeping(settings: Settings) -> Iterator[str]:
    yield from _repeated("records.whiteboards", settings.records.whiteboards)
    yield from _sum_to_one("records.port_categories", _values(settings.records.port_categories))


# --- reunification ------------------------------------------------------------------------------------------------


def _reunification_hours(settings: Settings) -> Iterator[str]:
    rules = settings.reunification
    yield from _in_order("reunification.team", rules.team, "begins_hour", "ends_hour")
    yield from _in_order("reunification.routes", rules.routes, "desks_begin_hour", "desks_end_hour")


def _team(settings: Settings) -> Iterator[str]:
    workers = settings.reunification.team.workers
    yield from _ascending("reunification.team.workers", "begins", [step.begins for step in workers])


def _order(settings: Settings) -> Iterator[str]:
    """An order needs somebody to carry it out; without one (null) neither team nor desks are asked for."""
    order, team, routes = (getattr(settings.reunification, name) for name in ("order", "team", "routes"))
    if order.day is None:
        return
    if order.young_deadline_days > order.others_deadline_days:
        yield (
            f"reunification.order.young_deadline_days is {order.young_deadline_days}; allowed:"
            f" reunification.order.others_deadline_days ({order.others_deadline_days}) or less"
        )
    ends = [step.begins for step in team.workers[1:]]
    in_force = [step.workers for step, end in zip(team.workers, [*ends, date.max], strict=True) if end > order.day]
    if not any(in_force):
        yield (
            f"reunification.team.workers is 0 from reunification.order.day ({order.day}) on; allowed: at least one"
            " worker on some day from then on, or no order (null)"
        )
    if routes.desks == 0:
        yield (
            f"reunification.routes.desks is 0 although reunification.order.day is {order.day}; allowed: at least one"
            " desk, or no order (null)"
        )


def _stress(settings: Settings) -> Iterator[str]:
    """A stress has to touch the run, and its factors stay within reason."""
    stress = settings.stress
    for at, surge in enumerate(stress.surges):
        yield from _outside(f"stress.surges[{at}].factor", surge.factor, 0, 100, "0 to 100")
    parts: list[Surge | Closure | Loss | MailOutage] = [
        *stress.surges, *stress.closures, *stress.losses, *stress.outages
    ]  # fmt: skip
    if stress.begins is None or not parts or not _window_is_sound(settings):
        return
    first = stress.begins + timedelta(days=min(one.first_day for one in parts))
    if not settings.window.first_day_played <= first <= settings.window.end:
        yield (
            f"stress.begins is {stress.begins}, so that nothing happens before {first}; allowed: a day by which it "
            f"begins within the days played ({settings.window.first_day_played} to {settings.window.end})"
        )


# --- words shared by the checks -----------------------------------------------------------------------------------


def _sum_to_one(key: str, shares: Iterable[float]) -> Iterator[str]:
    total = math.fsum(shares)
    if abs(total - 1.0) > TOLERANCE:
        yield f"{key} sums to {total:.10g}; allowed: shares that sum to 1 (within 1e-9)"


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _values(group: AgeBands | KindShares | StratumValues | Group) -> list[Any]:
    return [getattr(group, name) for name in type(group).model_fields]


def _outside(key: str, values: StratumValues, low: float, high: float, allowed: str) -> Iterator[str]:
    for stratum in StratumValues.model_fields:
        value = getattr(values, stratum)
        if not low <= value <= high:
            yield f"{key}.{stratum} is {value:g}; allowed: {allowed}"


def _in_order(key: str, group: Group, opens: str, closes: str) -> Iterator[str]:
    first, last = getattr(group, opens), getattr(group, closes)
    if last <= first:
        yield f"{key}.{closes} is {last}; allowed: after {key}.{opens} ({first})"


def _repeated(key: str, names: Sequence[str]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"{key} names {name} {names.count(name)} times; allowed: once"


def _ascending(key: str, name: str, days: Sequence[date]) -> Iterator[str]:
    for index in range(1, len(days)):
        day, before = days[index], days[index - 1]
        if day <= before:
            yield f"{key}[{index}].{name} is {day}; allowed: after {key}[{index - 1}].{name} ({before})"


def _window_is_sound(settings: Settings) -> bool:
    return not [*_window(settings), *_window_within_published_arrivals(settings)]


def _covers_first_day(key: str, begins: date, settings: Settings) -> Iterator[str]:
    day = settings.window.first_day_played
    if begins > day and _window_is_sound(settings):  # else the window is to blame, and says so
        yield (
            f"{key}[0].begins is {begins}; allowed: {day} or earlier, the first day played (window.start less"
            " window.lead_in_days)"
        )


CHECKS: Final[tuple[tuple[Callable[[Settings], Iterator[str]], tuple[str, ...]], ...]] = (
    (_compute, ("compute",)),
    (_window, ("window",)),
    (_season, ("study", "window")),
    (_books, ("study",)),
    (_window_within_published_arrivals, ("window", "arrivals")),
    (_window_within_forecast, ("window", "arrivals")),
    (_arrivals_source, ("arrivals",)),
    (_arrivals_stations, ("arrivals",)),
    (_arrivals_by_stratum, ("arrivals",)),
    (_arrivals_profiles, ("arrivals",)),
    (_rebuilding, ("arrivals",)),
    (_earlier_separations, ("arrivals",)),
    (_months_of_ports, ("arrivals",)),
    (_shares_of_people, ("people",)),
    (_families, ("people",)),
    (_policy_dates, ("policy",)),
    (_other_grounds, ("policy",)),
    (_sites, ("arrivals", "stations")),
    (_agent_factors, ("stations",)),
    (_detention_beds, ("family_care",)),
    (_detention_beds_from_first_day, ("family_care", "window", "arrivals")),
    (_shelter_beds, ("orr",)),
    (_shelters_from_first_day, ("orr", "window", "arrivals")),
    (_census_path, ("orr",)),
    (_census_on_first_day, ("orr", "window", "arrivals")),
    (_shares_of_shelters, ("orr",)),
    (_pace, ("orr",)),
    (_court_hours, ("courts",)),
    (_districts, ("courts", "arrivals")),
    (_desk, ("referral",)),
    (_coordinators_hours, ("referral",)),
    (_coordinators, ("referral", "arrivals", "features", "tracking")),
    (_transport_hours, ("transport",)),
    (_features, ("features",)),
    (_dates_of_designs, ("tracking",)),
    (_options_of_designs, ("features", "tracking")),
    (_designs, ("features", "tracking")),
    (_design_on_first_day, ("tracking", "window", "arrivals")),
    (_reunification_hours, ("reunification",)),
    (_team, ("reunification",)),
    (_order, ("reunification",)),
    (_slips, ("records",)),
    (_rates_of_fields, ("records",)),
    (_slips_of_designs, ("records", "features", "tracking")),
    (_record_keeping, ("records",)),
    (_stress, ("stress", "window", "arrivals")),
)
"""Every check, and the groups it looks at."""
