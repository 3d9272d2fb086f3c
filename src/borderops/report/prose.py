"""The sentences of the report: the answer, and what a picture shows.

Sentences say what the tables hold and no more. Nothing seen in n replications is not nothing possible; one replication
has no interval; what was not measured is said to be so.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from borderops.config.schema import BED_KINDS, STATIONS
from borderops.report.contents import Contents, Row, top_row
from borderops.report.words import (
    day_text,
    in_sentence,
    interval_text,
    level_text,
    list_text,
    name_of,
    number,
    quantity,
    replications_text,
    span,
    window_text,
)

INVENTED = (
    "Everybody in this report is invented: no person, family or record in it is real. The program argues for no "
    "policy. Harms to children are limits that must not be crossed, never costs to be traded against anything else."
)

ROUGH_BELOW = 2
"""Fewer replications than this, divided by what an interval leaves out, and its ends are rough."""


def answer(contents: Contents) -> list[str]:
    """The answer in three sentences: separations, the 72-hour limit, shelters."""
    return [separations_sentence(contents), clock_sentence(contents), shelter_sentence(contents)]


# --- how sure ------------------------------------------------------------------------------------------------------


def unseen_chance(n: int, level: float) -> float:
    """Largest chance, at a confidence, that another replication would show what n replications did not.

    Parameters
    ----------
    n : int
        Replications in which nothing was seen, at least 1.
    level : float
        Confidence.

    Returns
    -------
    float
        The exact (Clopper-Pearson) one-sided upper limit of a binomial share with no success in n trials.
    """
    return 1.0 - (1.0 - level) ** (1.0 / n)


def unseen_text(n: int, level: float) -> str:
    """What n replications without an event do and do not say."""
    chance = number(unseen_chance(n, level), "share")
    where = "the one replication" if n == 1 else f"any of {replications_text(n)}"
    return (
        f"none in {where} played, which at {level_text(level)} confidence still leaves a chance of up to {chance} that "
        "another one would show some"
    )


def is_never_seen(row: Row) -> bool:
    """Whether a figure that cannot be negative was zero in every replication."""
    return bool(row["mean"] == 0 and row["n"] > 0)


def reading_note(n: int, level: float) -> str:
    """How to read the intervals, given how many replications stand behind them."""
    if n < 2:
        return (
            "This report rests on one replication. It shows one way in which things could have gone, so no figure has "
            "an interval; run more replications before anything is decided on it."
        )
    note = (
        f"Each figure is the median of {replications_text(n)} and, in brackets or as a band, the interval that holds "
        f"{level_text(level)} of them: what one season might bring, not how well its average is known."
    )
    needed = round(ROUGH_BELOW / (1.0 - level))
    if n < needed:
        note += (
            f" With fewer than {needed} replications the ends of such an interval are rough: they lie just inside the "
            "smallest and the largest value seen."
        )
    return f"{note} It covers chance alone, not doubt about the assumptions below."


# --- the three sentences -------------------------------------------------------------------------------------------


def separations_sentence(contents: Contents) -> str:
    """How many children and families are separated in the season, with intervals."""
    when = window_text(*contents.settings.season)
    children = contents.kpi(contents.headline.separated_children)
    if children is None:
        return f"Separations from {when} were not measured in this run."
    if is_never_seen(children):
        return (
            "No child is separated from the parents it came with from "
            f"{when}: {unseen_text(int(children['n']), contents.level)}."
        )
    count = quantity(children["median"], "children")
    verb = "is" if count.endswith("child") else "are"
    interval = interval_text(children, "children", contents.level, contents.n)
    sentence = f"From {when}, {count} {verb} separated from the parents they came with ({interval})"
    families = contents.kpi(contents.headline.separated_families)
    if families is None:
        return f"{sentence}."
    spread = "" if int(families["n"]) < 2 else f" ({span(families['low'], families['high'], 'families')})"
    return f"{sentence}, out of {quantity(families['median'], 'families')}{spread}."


def clock_sentence(contents: Contents) -> str:
    """Which share of children is held beyond 72 hours, of the separated and of all minors."""
    separated = contents.kpi(contents.headline.share_over_72h_separated)
    minors = contents.kpi(contents.headline.share_over_72h_all_minors)
    if separated is None and minors is None:
        return (
            "How many children are held beyond the 72-hour limit was not measured, or there were none to measure it on."
        )
    if separated is None:
        return f"There is no separated child to speak of; {_share_clause(contents, minors, 'all minors')}."
    first = _share_clause(contents, separated, "separated children")
    if minors is None:
        return f"{first[:1].upper()}{first[1:]}."
    tail = f"of all minors apprehended in those days it is {_brief_share(contents, minors)}"
    return f"{first[:1].upper()}{first[1:]}; {tail}.{_still_held(contents)}"


def _still_held(contents: Contents) -> str:
    """That the share can only grow, where separated children are still at a station on the last day."""
    held = contents.kpi(contents.headline.still_held)
    if held is None or held["median"] <= 0:
        return ""
    verb = "is" if round(held["median"]) == 1 else "are"
    return (
        f" {quantity(held['median'], 'children')} of the separated {verb} still at a station on the last day played: "
        "their time is cut off, and the share is too low."
    )


def _share_clause(contents: Contents, row: Row | None, whom: str) -> str:
    """``39 % of separated children (...) stay in CBP custody beyond the 72-hour limit``."""
    if row is None:
        return f"no share can be given for {whom}"
    if is_never_seen(row):
        unseen = unseen_text(int(row["n"]), contents.level)
        return f"of {whom}, nobody stays in CBP custody beyond the 72-hour limit: {unseen}"
    interval = interval_text(row, "share", contents.level, contents.n)
    return f"{number(row['median'], 'share')} of {whom} ({interval}) stay in CBP custody beyond the 72-hour limit"


def _brief_share(contents: Contents, row: Row) -> str:
    """A share and its interval, where level and replications were named just before."""
    if is_never_seen(row):
        return f"zero ({unseen_text(int(row['n']), contents.level)})"
    share = number(row["median"], "share")
    return share if int(row["n"]) < 2 else f"{share} ({span(row['low'], row['high'], 'share')})"


def shelter_sentence(contents: Contents) -> str:
    """The fullest day of the shelters against their beds, and which kind of bed runs short and when."""
    fullest = fullest_day(contents)
    if fullest is None:
        return "The shelters' census was not measured in this run."
    peak = contents.kpi(contents.headline.peak_shelter_census)
    if peak is None:
        held = f"{quantity(fullest.census, 'children')} (mean)"
    else:
        interval = interval_text(peak, "children", contents.level, contents.n)
        held = f"{quantity(peak['median'], 'children')} ({interval})"
    when = f"around {day_text(fullest.day)}"
    beds = "" if fullest.beds is None else f", when {number(fullest.beds)} beds are open"
    return f"The shelters hold at most {held}, {when}{beds}; {shortage_clause(contents)}."


@dataclass(frozen=True)
class FullestDay:
    """The day on which the shelters hold most children, by the mean over replications."""

    day: pd.Timestamp
    census: float
    beds: float | None


def fullest_day(contents: Contents) -> FullestDay | None:
    """Day of the largest mean census of all kinds together; None without a census. Means may be added, medians not."""
    census = _sum_of_means(contents.daily, "shelter_census")
    if census.empty:
        return None
    beds = _sum_of_means(contents.daily, "shelter_beds")
    at = int(census.to_numpy().argmax())
    day = pd.Timestamp(str(census.index[at]))
    return FullestDay(day, float(census.iloc[at]), float(beds.loc[day]) if day in beds.index else None)


def _sum_of_means(daily: pd.DataFrame, measure: str) -> pd.Series:
    """Mean of a measure by day, added over its groups."""
    return daily[daily["measure"] == measure].groupby("day")["mean"].sum()


@dataclass(frozen=True)
class Shortage:
    """What became of one kind of bed.

    Parameters
    ----------
    kind : str
    days : int
        Days on which at least one child waits for such a bed in the median replication.
    first_day : Timestamp or None
        The first of them.
    most_waiting : float
        Largest median number of children waiting.
    most_day : Timestamp or None
    is_ever_seen : bool
        Whether in any replication, on any day, somebody waits.
    fullest : float
        Largest median census as a share of the median beds; NaN where there are no beds.
    """

    kind: str
    days: int
    first_day: pd.Timestamp | None
    most_waiting: float
    most_day: pd.Timestamp | None
    is_ever_seen: bool
    fullest: float


def shortages(contents: Contents) -> list[Shortage]:
    """Every kind of bed that was measured, in the order of their codes."""
    return [one for one in (_shortage(contents, kind) for kind in BED_KINDS) if one is not None]


def _shortage(contents: Contents, kind: str) -> Shortage | None:
    census = contents.series("shelter_census", kind)
    if census.empty:
        return None
    beds = contents.series("shelter_beds", kind).set_index("day")["median"]
    occupancy = census.set_index("day")["median"] / beds.where(beds > 0)
    waiting = contents.series("waiting_for_bed", kind)
    short = waiting[waiting["median"] >= 1]
    is_short = not short.empty
    return Shortage(
        kind=kind,
        days=len(short),
        first_day=short["day"].iloc[0] if is_short else None,
        most_waiting=float(waiting["median"].max()) if is_short else 0.0,
        most_day=waiting["day"].iloc[int(waiting["median"].to_numpy().argmax())] if is_short else None,
        is_ever_seen=bool((waiting["mean"] > 0).any()),
        fullest=float(occupancy.max()),
    )


def in_order(kinds: list[Shortage]) -> list[Shortage]:
    """The kinds that run short, the first to do so first."""
    dated = [(one.first_day, at) for at, one in enumerate(kinds) if one.first_day is not None]
    return [kinds[at] for _, at in sorted(dated)]


def shortage_clause(contents: Contents) -> str:
    """Which kind of bed runs short first, when and by how much; or that none does and how sure that is."""
    kinds = shortages(contents)
    if contents.daily[contents.daily["measure"] == "waiting_for_bed"].empty:
        return "whether children wait for a bed was not measured"
    short = in_order(kinds)
    if short:
        return list_text([_told(one, is_first=at == 0) for at, one in enumerate(short)])
    seen = [beds_name(one.kind) for one in kinds if one.is_ever_seen]
    if seen:
        where = "in some replications" if contents.n > 1 else "for part of a day"
        return f"no kind of bed runs short in the median replication, though {where} {list_text(seen)} do"
    return f"no child has to wait for a bed: {unseen_text(contents.n, contents.level)}"


def _told(shortage: Shortage, is_first: bool) -> str:
    """One shortage: since when, and how many wait on its worst day."""
    first_day, most_day = (day_text(day, with_year=False) for day in (shortage.first_day, shortage.most_day))
    most = quantity(shortage.most_waiting, "children")
    verb = "waits" if most.endswith("child") else "wait"
    if is_first:
        return f"{beds_name(shortage.kind)} run short from {first_day} (at worst, on {most_day}, {most} {verb} for one)"
    return f"those for {in_sentence(shortage.kind)} from {first_day} ({most} on {most_day})"


def beds_name(kind: str) -> str:
    """``beds for ages 0–12``."""
    return f"beds for {in_sentence(kind)}"


# --- what a picture shows ------------------------------------------------------------------------------------------


def separations_title(contents: Contents) -> str:
    """The largest number of separations on one day."""
    total = contents.series("separated_children", "all")
    if total.empty:
        return "Children separated a day"
    if total["mean"].max() == 0:
        return "No child is separated on any day in any replication"
    top = top_row(total)
    if top["median"] == 0:
        return "Separations are rare: on most days there is none"
    return f"At its height, {quantity(top['median'], 'children')} are separated in a day ({day_text(top['day'])})"


def shelters_title(contents: Contents) -> str:
    """Which beds run out."""
    short = in_order(shortages(contents))
    if short:
        first = short[0]
        return f"Beds for {in_sentence(first.kind)} run short from {day_text(first.first_day)}"
    full = [one for one in shortages(contents) if one.fullest == one.fullest]
    if not full:
        return "Children in shelters against beds"
    top = max(full, key=lambda one: one.fullest)
    share = number(top.fullest, "share")
    return f"Beds suffice in the median; the fullest kind, {in_sentence(top.kind)}, reaches {share} of its beds"


def clock_title(contents: Contents) -> str:
    """The share of separated children over 72 hours, or of all minors if none is separated."""
    for name, whom in (
        (contents.headline.share_over_72h_separated, "separated children"),
        (contents.headline.share_over_72h_all_minors, "all minors"),
    ):
        row = contents.kpi(name)
        if row is not None:
            return f"{number(row['median'], 'share')} of {whom} are held longer than 72 hours"
    return "Children held longer than 72 hours"


def hours_title(contents: Contents) -> str:
    """Since when the mean time in custody exceeds 72 hours."""
    hours = contents.series_of_enough("mean_custody_hours", "separated")
    whom = "separated children"
    if hours.empty or hours["median"].isna().all():
        hours, whom = contents.series_of_enough("mean_custody_hours", "all_minors"), "all minors"
    if hours["median"].notna().sum() == 0:
        return "Mean hours in CBP custody"
    over = hours[hours["median"] > 72]
    if over.empty:
        top = top_row(hours)
        return f"Mean custody of {whom} does not pass 72 hours; its highest is {number(top['median'], 'hours')}"
    return f"Mean custody of {whom} first passes 72 hours on {day_text(over['day'].iloc[0])}"


def survival_title(contents: Contents) -> str:
    """Who is still in custody at hour 72."""
    table = contents.survival[contents.survival["hours"] == 72].set_index("cohort")["median"].dropna()
    for cohort in ("separated_children", "all_minors", "children_alone"):
        if cohort in table.index:
            return (
                f"72 hours after apprehension, {number(table[cohort], 'share')} of {in_sentence(cohort)} are still held"
            )
    return "How long children stay in CBP custody"


def outcomes_title(contents: Contents) -> str:
    """The commonest outcome."""
    sums = contents.outcomes.groupby("outcome", observed=True)["mean"].sum()
    if sums.empty or sums.sum() == 0:
        return f"No {contents.outcomes_of} to follow"
    share = number(sums.max() / sums.sum(), "share")
    return f"{share} of {contents.outcomes_of}: {sums.idxmax()!s}"


def courts_title(contents: Contents) -> str:
    """How many of the slots are used, and how many parents who were taken are never prosecuted."""
    used = contents.kpi("court_slots_used")
    if used is None:
        return "Adults heard in court"
    text = f"Courts use {number(used['median'], 'share')} of their slots"
    unheard = contents.kpi("share_parents_never_prosecuted")
    if unheard is None:
        return text
    return f"{text}; {number(unheard['median'], 'share')} of parents taken are never prosecuted"


def stations_title(contents: Contents) -> str:
    """Which station exceeds its rating longest, and how far all of them together are from theirs."""
    together = fullest_holding(contents)
    if together is None:
        return "People held at stations against rated places"
    share, kind = together
    whole = f"all stations together reach {number(share, 'share')} of rated places for {in_sentence(kind)}"
    over = most_hours_over(contents)
    if over is None:
        return f"{whole[:1].upper()}{whole[1:]}"
    station, hours = over
    return f"{name_of(station)} is over its rating for {number(hours)} hours, while {whole}"


def fullest_holding(contents: Contents) -> tuple[float, str] | None:
    """Largest share of rated places in use, all stations together, and for whom they are."""
    found: list[tuple[float, str]] = []
    for kind in ("single_adults", "families", "children"):
        census = contents.series("station_census", kind).set_index("day")["median"]
        rated = contents.series("station_rated", kind).set_index("day")["median"]
        if not census.empty and not rated.empty and rated.min() > 0:
            found.append((float((census / rated).max()), kind))
    return max(found, default=None)


def most_hours_over(contents: Contents) -> tuple[str, float] | None:
    """The station longest above its rating, and for how many hours; the sum over stations would hide it."""
    hours = {name: contents.kpi(contents.headline.hours_over_rated, "station", name) for name in STATIONS}
    over = [(float(row["median"]), name) for name, row in hours.items() if row is not None and row["median"] > 0]
    return (max(over)[1], max(over)[0]) if over else None
