"""The sentences of the report: the answer, and how sure it is.

Sentences say what the tables hold and no more. Nothing seen in n replications is not nothing possible; one replication
has no interval; what was not measured is said to be so.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from borderops.config.schema import BED_KINDS
from borderops.report.contents import FEWEST, Contents, Row, order_day
from borderops.report.words import (
    day_text,
    in_sentence,
    interval_text,
    level_text,
    list_text,
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
    """The answer: separations, the 72-hour limit, shelters, what nobody wrote down, reunification."""
    return [
        separations_sentence(contents),
        clock_sentence(contents),
        shelter_sentence(contents),
        records_sentence(contents),
        reunification_sentence(contents),
    ]


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


def reading_note(n: int, level: float, sample: str | None = None) -> str:
    """How to read the intervals, given how many replications stand behind them, and whose values they played."""
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
    if sample is None:
        return f"{note} It covers chance alone, not doubt about the assumptions below."
    return (
        f"{note} It covers chance and what the fitted sample {sample} leaves open, since each replication plays one of "
        "its points; not doubt about the assumptions below that were never drawn."
    )


# --- separations, clock, shelters ----------------------------------------------------------------------------------


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


# --- what nobody wrote down ----------------------------------------------------------------------------------------


def records_sentence(contents: Contents) -> str:
    """Families never written down as such, children separated unnoticed, numbers of parents that HHS never gets."""
    names = contents.headline
    clauses = [
        _ungrouped_clause(contents, contents.kpi(names.never_grouped)),
        _unnoticed_clause(contents, contents.kpi(names.unnoticed)),
        _number_clause(contents, contents.kpi(names.number_not_passed)),
        _links_clause(contents, contents.kpi(names.links_nowhere)),
        _list_clause(contents, contents.kpi(names.missing_from_list)),
    ]
    told = "; ".join(clause for clause in clauses if clause)
    return f"{told[:1].upper()}{told[1:]}." if told else "What nobody wrote down was not measured in this run."


def _ungrouped_clause(contents: Contents, row: Row | None) -> str:
    if row is None:
        return ""
    if is_never_seen(row):
        unseen = unseen_text(int(row["n"]), contents.level)
        return f"every family that says it is one is written down as one (families never grouped: {unseen})"
    count = quantity(row["median"], "families")
    verbs = "says that it is one and is" if count.endswith("family") else "say that they are one and are"
    interval = interval_text(row, "families", contents.level, contents.n)
    return f"{count} {verbs} never written down as one ({interval})"


def _unnoticed_clause(contents: Contents, row: Row | None) -> str:
    if row is None:
        return ""
    if is_never_seen(row):
        unseen = unseen_text(int(row["n"]), contents.level)
        return f"no child goes to a shelter while nobody knows that it came with a parent ({unseen})"
    count = quantity(row["median"], "children")
    verb, whose = ("goes", "it") if count.endswith("child") else ("go", "they")
    return f"{count} {verb} to shelters while nobody knows that {whose} came with a parent{_spread(row, 'children')}"


def _number_clause(contents: Contents, row: Row | None) -> str:
    if row is None:
        return ""
    if is_never_seen(row):
        unseen = unseen_text(int(row["n"]), contents.level)
        return f"HHS gets the parent's number of every separated child (children without it: {unseen})"
    share = number(row["median"], "share")
    return f"for {share} of separated children HHS does not get the parent's number{_spread(row, 'share')}"


def _links_clause(contents: Contents, row: Row | None) -> str:
    if row is None:
        return ""
    if is_never_seen(row):
        unseen = unseen_text(int(row["n"]), contents.level)
        return f"every link between a separated child and a parent stands somewhere in the records (others: {unseen})"
    share = number(row["median"], "share")
    return f"{share} of the links between separated children and parents stand nowhere{_spread(row, 'share')}"


def _list_clause(contents: Contents, row: Row | None) -> str:
    meant = contents.kpi(contents.headline.meant_for_list)
    if row is None or meant is None or is_never_seen(meant):
        return ""  # where nobody is separated for prosecution there is nobody to leave out
    if is_never_seen(row):
        unseen = unseen_text(int(row["n"]), contents.level)
        return f"the official list leaves out nobody who was separated under the policy ({unseen})"
    count = quantity(row["median"], "persons").replace("persons", "people")
    return f"the official list leaves out {count} separated under the policy{_spread(row, 'persons')}"


def _spread(row: Row, unit: str) -> str:
    """The interval of a figure beside one whose level and replications were named; nothing without one."""
    return "" if int(row["n"]) < 2 else f" ({span(row['low'], row['high'], unit)})"


# --- reunification -------------------------------------------------------------------------------------------------


def no_class_text(contents: Contents) -> str:
    """Why there is no class of an order to follow."""
    day = contents.settings.reunification.order.day
    if day is None:
        return "No court orders reunification in this run."
    if order_day(contents.settings) is None:
        return f"The court's order of {day_text(day)} does not fall into the days played, so nobody is reunited by it."
    return f"The court's order of {day_text(day)} speaks of nobody: no separated child is without a parent or sponsor."


def reunification_sentence(contents: Contents) -> str:
    """Of how many children an order speaks, which share is reunited by each deadline, and whose parents are unknown."""
    day, names = order_day(contents.settings), contents.headline
    if day is None:
        return f"{no_class_text(contents)}{_by_request(contents)}"
    ordered = contents.kpi(names.ordered)
    if ordered is None:
        return "Reunification by order of the court was not measured in this run."
    if is_never_seen(ordered):
        unseen = unseen_text(int(ordered["n"]), contents.level)
        return f"The court's order of {day_text(day)} speaks of no child: {unseen}."
    interval = interval_text(ordered, "children", contents.level, contents.n)
    order = contents.settings.reunification.order
    clauses = [
        f"The court's order of {day_text(day)} speaks of {quantity(ordered['median'], 'children')} ({interval})",
        f"of those under {order.young_below_age}, "
        + _in_time(contents, names.young_in_time, "under_5_at_order", order.young_deadline_days),
        "of the others, " + _in_time(contents, names.others_in_time, "others", order.others_deadline_days),
        _not_found_clause(contents, contents.kpi(names.not_found)),
    ]
    return f"{'; '.join(clause for clause in clauses if clause)}."


def _by_request(contents: Contents) -> str:
    """Children reunited all the same, where a parent's request is granted."""
    row = contents.kpi(contents.headline.reunited)
    if row is None or is_never_seen(row):
        return ""
    count = quantity(row["median"], "children")
    verb = "is" if count.endswith("child") else "are"
    return f" {count} {verb} reunited all the same{_spread(row, 'children')}."


def _in_time(contents: Contents, name: str, band: str, days: int) -> str:
    """``54 % are reunited within 14 days (50 to 58 %)``, or why there is no such share."""
    count = contents.kpi(contents.headline.ordered, "age_at_order", band)
    day = order_day(contents.settings)
    if day is not None and (contents.settings.window.end - day).days < days:
        return f"nothing can be said, for the days played end before the deadline of {days} days"
    row = contents.kpi(name)
    if row is None:
        return "nothing can be said, for there are none"
    if count is not None and count["median"] < FEWEST:
        return f"who are {number(count['median'])}, no share is given"
    if is_never_seen(row):
        return f"none is reunited within {days} days ({unseen_text(int(row['n']), contents.level)})"
    return f"{number(row['median'], 'share')} are reunited within {days} days{_spread(row, 'share')}"


def _not_found_clause(contents: Contents, row: Row | None) -> str:
    if row is None or is_never_seen(row):
        return ""
    share = number(row["median"], "share")
    return f"for {share} of those in shelters that day no record leads to the parent{_spread(row, 'share')}"
