"""What each picture shows, in plain words: its title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from borderops.config.schema import STATIONS
from borderops.report.contents import Contents, order_day, top_row
from borderops.report.prose import in_order, shortages
from borderops.report.words import day_text, in_sentence, name_of, number, quantity

# --- separations, clock, places ------------------------------------------------------------------------------------


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


def waits_title(contents: Contents, stages: Sequence[tuple[str, str, str, str]]) -> str:
    """Which stage takes children over the limit longest."""
    names = {code: label for code, label, *_ in stages}
    for cohort, whom in (("separated_over_72h", "separated children"), ("alone_over_72h", "children alone")):
        rows = contents.waits[(contents.waits["cohort"] == cohort) & (contents.waits["mean"] > 0)]
        if not rows.empty:
            top, total = top_row(rows, "mean"), rows["mean"].sum()
            spent = f"{top['mean']:.0f} of {total:.0f} hours"
            return f"The longest stage of {whom} over 72 hours: {in_sentence(names[top['stage']])}, {spent} on average"
    return "Where children's hours in custody went"


def ice_title(contents: Contents) -> str:
    """Most parents in ICE's custody at once."""
    held = contents.series("in_ice_custody", "parents")
    if held["median"].notna().sum() == 0 or held["median"].max() <= 0:
        return "Adults in ICE's custody"
    top = top_row(held)
    count, when = quantity(top["median"], "parents"), day_text(top["day"])
    return f"ICE holds at most {count} who were taken from children ({when})"


# --- mail and staff ------------------------------------------------------------------------------------------------


def mail_title(contents: Contents) -> str:
    """The busiest day of the mail."""
    table = contents.series("messages_sent", "all")
    if table["median"].notna().sum() == 0 or table["median"].max() <= 0:
        return "Messages about children on their way"
    top = top_row(table)
    return f"At its height the mail carries {quantity(top['median'], 'messages')} a day ({day_text(top['day'])})"


def coordinators_title(contents: Contents, worst: Mapping[str, float]) -> str:
    """The station whose coordinators are busiest.

    Parameters
    ----------
    contents : Contents
    worst : mapping of str to float
        Share of the busiest day by station, the busiest station first.
    """
    if not worst:
        return "How busy coordinators are"
    station, share = next(iter(worst.items()))
    rows = contents.series("coordinators_busy", station)
    when = day_text(top_row(rows)["day"])
    return f"Coordinators of {in_sentence(station)} are busiest: {number(share, 'share')} of their time on {when}"


def work_title(contents: Contents) -> str:
    """Staff hours of the whole run, and how many of them are overtime."""
    hours = contents.kpi("staff_hours")
    if hours is None:
        return "Staff hours by agency and activity"
    told = f"The work takes {quantity(hours['median'], 'staff hours')}"
    over = contents.kpi("overtime_hours")
    if over is None:
        return told
    return f"{told}, {number(over['median']) if over['mean'] > 0 else 'none'} of them overtime"


def diverted_title(contents: Contents) -> str:
    """The day on which most agents are taken away."""
    table = contents.series("agents_diverted", "all")
    if table["mean"].notna().sum() == 0 or table["mean"].max() <= 0:
        return "Agents taken from processing to care for children"
    top = top_row(table)
    if top["median"] <= 0:
        return "On most days, in most replications, no agent is taken from processing to care for children"
    count, when = quantity(top["median"], "agents"), day_text(top["day"])
    return f"On the worst day, {when}, {count} care for children instead of processing"


# --- records and reunification -------------------------------------------------------------------------------------


def written_title(contents: Contents) -> str:
    """The share of notes that say nothing, and of numbers that were not passed."""
    notes = contents.kpi("notes_saying_nothing")
    numbers = contents.kpi(contents.headline.number_not_passed)
    told = []
    if notes is not None:
        told.append(f"{number(notes['median'], 'share')} of case notes on separated parents say nothing of the family")
    if numbers is not None:
        told.append(f"{number(numbers['median'], 'share')} of children go on without the parent's number")
    return "; ".join(told) if told else "What was written down of separated families"


def links_title(contents: Contents) -> str:
    """How many links stand nowhere, and how many were out of reach when a child came to a shelter."""
    nowhere, reach = contents.kpi("share_links_unrecorded"), contents.kpi("share_links_out_of_reach")
    told = []
    if nowhere is not None:
        told.append(f"{number(nowhere['median'], 'share')} of the links of separated children stand nowhere")
    if reach is not None:
        told.append(f"{number(reach['median'], 'share')} were out of reach when the child came to a shelter")
    return "; ".join(told) if told else "Where links of separated children stand"


def official_title(contents: Contents) -> str:
    """The official count against the truth."""
    meant, missing = contents.kpi("persons_separated_for_policy"), contents.kpi("persons_missing_from_list")
    if meant is None or missing is None or not meant["median"]:
        return "What the records say, and what is so"
    return (
        f"The official list leaves out {number(missing['median'])} of {number(meant['median'])} people separated under "
        "the policy"
    )


def reunited_title(contents: Contents) -> str:
    """The share reunited by each deadline."""
    if order_day(contents.settings) is None:
        return "Reunification by order of a court"
    order, told = contents.settings.reunification.order, []
    for name, whom, days in (
        (contents.headline.young_in_time, f"children under {order.young_below_age}", order.young_deadline_days),
        (contents.headline.others_in_time, "the others", order.others_deadline_days),
    ):
        row = contents.kpi(name)
        if row is not None:
            told.append(f"{number(row['median'], 'share')} of {whom} within {days} days")
    return f"Reunited: {', '.join(told)}" if told else "Reunification by order of a court"


def standing_title(
    counts: Mapping[str, pd.DataFrame],
    bands: Sequence[tuple[str, str, str, str, int]],
    states: Sequence[tuple[str, str, str, str]],
) -> str:
    """The commonest state of those who are not reunited on the last day drawn.

    Parameters
    ----------
    counts : mapping of str to DataFrame
        Mean children by day and state, by age band.
    bands : sequence
        Age bands with anybody in them; their code comes first.
    states : sequence
        States; their code and name come first.
    """
    if not bands:
        return "Where the children of whom the order speaks stand"
    last = max(int(counts[code].index[-1]) for code, *_ in bands)
    sums = pd.concat([counts[code].iloc[-1] for code, *_ in bands], axis=1).sum(axis=1)
    others = sums.drop("reunited")
    if others.sum() <= 0:
        return f"All children of whom the order speaks are reunited {last} days after it"
    names = {code: label for code, label, *_ in states}
    top = str(others.idxmax())
    share = number(1 - sums["reunited"] / sums.sum(), "share")
    commonest = f"{names[top][:1].lower()}{names[top][1:]}"
    return f"{last} days after the order, {share} of the class are not reunited; commonest among them: {commonest}"
