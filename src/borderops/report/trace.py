"""A family's story in words: headline, members, timeline, the 72-hour limit, and what another policy would have done.

Reads the tables of a `Story` alone. The terminal is served here, the picture in `borderops.report.trace_page`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from borderops.clock import datetime_of
from borderops.config.schema import PORTS
from borderops.forecast.story import NOT_FOLLOWED, Place, Story
from borderops.report.contents import records
from borderops.report.words import NO_BREAK, day_text, list_text, name_of
from borderops.units import DAY, HOUR

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

INVENTED: Final = "* Everybody is invented, and so is every name."
LONG: Final = 10 * DAY
"""From here on lengths are told in days."""

SHORT: Final = {
    Place.STATION: ("station", "yellow"),
    Place.PORT: ("port", "yellow"),
    Place.ORR_DESK: ("ORR desk", "cyan"),
    Place.COURT: ("court", "magenta"),
    Place.JAIL: ("jail", "magenta"),
    Place.OTHER_CUSTODY: ("custody", "magenta"),
    Place.ICE: ("ICE", "blue"),
    Place.FAMILY_DETENTION: ("detention", "blue"),
    Place.SHELTER: ("shelter", "green"),
    Place.TEAM: ("team", "cyan"),
    Place.CENTRE: ("centre", "blue"),
}
"""Names and colours of places on a terminal."""

STILL: Final = {
    Place.STATION: "at the station",
    Place.PORT: "at the port of entry",
    Place.COURT: "in the court's custody",
    Place.JAIL: "in jail",
    Place.OTHER_CUSTODY: "in other custody",
    Place.ICE: "in ICE's custody",
    Place.FAMILY_DETENTION: "in family detention",
    Place.CONTRACTOR: "on the way to a shelter",
    Place.SHELTER: "in a shelter",
    Place.TO_CENTRE: "on the way to an ICE centre",
    Place.CENTRE: "at an ICE centre",
}
"""Where people can be who are followed to the last minute."""

ROOMY: Final = 100
"""Columns of a terminal below which the timeline is told in two lines an event."""

EXITS: Final = {
    "inside": "still in CBP's hands on the last minute played",
    "to_ice": "handed to ICE",
    "returned": "returned over the border",
    "to_court": "taken to court",
    "released": "released",
    "to_family_detention": "taken to family detention",
    "to_shelter": "sent to a shelter",
    "aged_out": "handed to ICE on the eighteenth birthday",
    "not_here": "in a shelter before the run began",
    "to_other_custody": "handed over to be charged",
}
"""How people leave CBP's hands, as it is told of them."""

KINDS: Final = {
    "single_adult": "An adult alone",
    "family": "A family of {size}",
    "kin_group": "{size} relatives",
    "children_alone": "{size} children without a parent",
    "false_family": "{size} people who say they are a family and are not",
    "undisclosed_family": "A family of {size} that never said it is one",
    "resident": "A child in a shelter",
}


# --- words ----------------------------------------------------------------------------------------------------------


def lasting(minutes: float) -> str:
    """A length of time: ``38 min``, ``61 h 12 min``, ``57 days``."""
    whole = round(minutes)
    if whole < HOUR:
        return f"{whole}{NO_BREAK}min"
    if whole < LONG:
        hours, rest = divmod(whole, HOUR)
        return f"{hours}{NO_BREAK}h" + (f"{NO_BREAK}{rest:02d}{NO_BREAK}min" if rest else "")
    return f"{round(whole / DAY)}{NO_BREAK}days"


def moment_text(minute: int) -> str:
    """A civil date and time: ``Tue 15 May 2018 14:24``."""
    moment = datetime_of(minute)
    return f"{moment:%a} {day_text(moment)} {moment:%H:%M}"


def headline(story: Story) -> str:
    """Who it was, where, when, and what became of them, in one line."""
    size, first = len(story.members), datetime_of(int(story.members["apprehended_at"].min()))
    kind = KINDS[story.stratum].format(size=size)
    if story.stratum == "children_alone" and size == 1:
        kind = "A child without a parent"
    where = (
        " at a port of entry" if story.station == PORTS else f" at {name_of(story.station)}" if story.station else ""
    )
    return f"{kind}, apprehended{where} on {day_text(first)}: {_fate(story)}"


def _fate(story: Story) -> str:
    children = story.members[story.members["is_child"]]
    separated, rejoined = int(children["is_separated"].sum()), int(children["is_rejoined"].sum())
    if separated:
        reunited = int((children["is_separated"] & children["is_reunited"]).sum())
        for word, count in (("rejoined", rejoined), ("reunited", reunited)):
            if count == separated:
                return f"separated and {word}"
        partly = [f"{word} in part" for word, count in (("rejoined", rejoined), ("reunited", reunited)) if count]
        return ", ".join(["separated", *partly])
    if children["is_parted"].any():
        return "one parent taken, the children not left alone"
    ends = list_text(list(dict.fromkeys(EXITS[code] for code in story.members["exit"])))
    if is_one_case(story):
        return f"stayed together, {ends}"
    if story.members["is_child"].nunique() > 1:
        each = [f"the {one.who.rpartition(', ')[0]} {EXITS[one.exit]}" for one in records(story.members)]
        return f"processed apart, {list_text(each)}"
    return ends


def is_one_case(story: Story) -> bool:
    """Whether adults and children were processed together."""
    is_said = story.stratum in ("family", "false_family") and bool(story.members["is_child"].any())
    return is_said and not story.members["is_never_grouped"].any()


def circumstances(story: Story, replication: int, seed: int) -> str:
    """Under what it was played, and by which number it is found again."""
    return f"{story.scenario}, replication {replication} of seed {seed}; party number {story.party_number}"


def custody_text(member: Any) -> str:
    """How long a member, a row of `Story.members`, was in CBP's hands and how that ended."""
    if member.exit == "not_here":
        return EXITS["not_here"]
    ending = EXITS[member.exit] if member.exit == "inside" else f"then {EXITS[member.exit]}"
    return f"{lasting(member.custody)} in CBP's hands, {ending}"


def limit_text(limit: Any) -> str:
    """How one clock of 72 hours ended: ``72 hours from apprehension: over by 4 h 02 min``."""
    spent = limit.until - limit.at
    if limit.is_over:
        how = f"over by {lasting(spent)}" + (" and going on" if limit.is_inside else "")
    elif limit.is_inside:
        how = f"not over by the last minute played, {lasting(-spent)} left"
    else:
        how = "kept, to the minute" if spent == 0 else f"kept, {lasting(-spent)} left"
    return f"72 hours from {limit.clock}: {how}"


# --- the timeline ---------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One line of the timeline: something that happened at one minute to one or several members."""

    at: int
    since: int
    who: str
    place: str
    what: str
    waited: str
    is_limit: bool


def timeline(story: Story) -> list[Row]:
    """All events in order, those of several members as one, and the minutes at which 72 hours had passed.

    Only a child who is still in CBP's hands a minute later passes the limit.
    """
    labels = dict(zip(story.members["person"], story.members["label"], strict=True))
    rows = [*_event_rows(story.events, labels), *_limit_rows(story, labels)]
    return sorted(rows, key=lambda row: row.at)  # stable: what happens at a minute stands before a limit that passes


def _event_rows(events: pd.DataFrame, labels: dict[int, str]) -> Iterator[Row]:
    """What happened to several members alike stands where it happened to the first of them."""
    alike = ["at", "place", "event", "detail", "waited_for", "waited"]
    for _, group in events.groupby(alike, sort=False, dropna=False):
        one = records(group)[0]
        what = f"{one.event}: {one.detail}" if one.detail else str(one.event)
        who = who_text(group["person"], labels)
        yield Row(one.at, one.since_apprehension, who, one.place, what, waited_text(one), False)


def _limit_rows(story: Story, labels: dict[int, str]) -> Iterator[Row]:
    over = story.limits[story.limits["is_over"]]
    begun = dict(zip(story.members["person"], story.members["apprehended_at"], strict=True))
    for _, group in over.groupby(["at", "clock"], sort=True):
        one = records(group)[0]
        what = f"72 hours since {one.clock} have passed; not out of CBP's hands yet"
        yield Row(one.at, one.at - begun[one.person], who_text(group["person"], labels), "", what, "", True)


def ending_text(story: Story) -> str:
    """Where those are on the last minute played whose story goes on; empty where all have left."""
    labels = dict(zip(story.members["person"], story.members["label"], strict=True))
    still, lost = [], []
    for _, group in story.stays[story.stays["is_open"]].groupby("place", sort=False):
        place = Place(group["place"].iloc[0])
        names = list_text([labels[person] for person in group["person"]])
        if place in NOT_FOLLOWED:
            lost.append(f"{names} abroad" if place == Place.ABROAD else names)
        else:
            still.append(f"{names} {'were' if len(group) > 1 else 'was'} still {STILL[place]}")
    when = f"On the last minute played, {moment_text(story.horizon - 1)}, "
    told = [f"{when}{list_text(still)}."] if still else []
    return " ".join([*told, f"What became of {list_text(lost)} is not played."] if lost else told)


def who_text(persons: Iterable[int], labels: dict[int, str]) -> str:
    """Members by their invented names, ``everyone`` for all of several."""
    chosen = list(dict.fromkeys(persons))
    if len(chosen) == len(labels) > 1:
        return "everyone"
    return ", ".join(labels[person] for person in chosen)


def waited_text(event: Any) -> str:
    """How long something took to come about, and what was waited for: ``after 149 h 07 min: a free bed``."""
    if not event.waited_for or pd.isna(event.waited):
        return ""
    return f"after {lasting(event.waited)}: {event.waited_for}" if event.waited else f"{event.waited_for}: no wait"


# --- beside -----------------------------------------------------------------------------------------------------------


def beside_text(story: Story) -> str:
    """One sentence on what would have become of the same people under the policy beside; empty where there is none."""
    other = story.beside
    if other is None:
        return ""
    under = f"Under {other.scenario}, with the same luck,"
    if is_same(story, other):
        return f"{under} the same would have happened at the same minutes."
    return f"{under} {_would(other)}."


def is_same(story: Story, other: Story) -> bool:
    """Whether the same happened at the same minutes."""
    columns = ["person", "at", "event", "detail"]
    one, two = (each.events[columns].reset_index(drop=True) for each in (story, other))
    return one.equals(two)


def _would(other: Story) -> str:
    """What would have happened: parting or none, then how and when each left CBP's hands."""
    children = other.members[other.members["is_child"]]
    if is_one_case(other) and not other.members["is_parted"].any():
        return f"the family would have stayed together, {_leaving(other.members)}"
    followed = children if len(children) else other.members
    told = _leaving(followed)
    if not is_one_case(other):
        whose = followed["label"].iloc[0] if len(followed) == 1 else "the children" if len(children) else "they"
        return f"{whose} would have been {told}"
    if children["is_separated"].any():
        return f"the children would have been parted from their parents as well, {told}"
    return f"one parent would have been taken and the other left with the children, {told}"


def _leaving(members: pd.DataFrame) -> str:
    """How people left, alike ones together: ``released after 41 h``."""
    ends = members[["exit", "custody"]].drop_duplicates().sort_values("custody")
    return list_text([f"{EXITS[end.exit]} after {lasting(end.custody)}" for end in records(ends)])


# --- the terminal ---------------------------------------------------------------------------------------------------


def print_story(story: Story, replication: int, seed: int, console: Console) -> None:
    """Print a story to a terminal; narrow ones get two lines an event.

    Parameters
    ----------
    story : Story
    replication, seed : int
        Where it was found.
    console : Console
        Of rich; its width decides on the layout.
    """
    console.print(headline(story), style="bold")
    console.print(circumstances(story, replication, seed))
    console.print(f"{story.rule}\n", style="dim")
    for member in records(story.members):
        console.print(_member(member))
        console.print(_indented(custody_text(member)))
        for limit in records(story.limits[story.limits["person"] == member.person]):
            console.print(_indented(limit_text(limit)), style="bold red" if limit.is_over else "")
    console.print(f"{INVENTED}\n", style="dim")
    rows = timeline(story)
    if console.width >= ROOMY:
        console.print(_roomy([Row(0, 0, "who", "where", "what happened", "", False)], rows), style="dim")
    for day, together in groupby(rows, key=lambda row: row.at // DAY):
        moment = datetime_of(day * DAY)
        console.print(f"{moment:%A} {day_text(moment)}", style="bold")
        of_day = list(together)
        console.print(_roomy(of_day, rows) if console.width >= ROOMY else _narrow(of_day))
        console.print()
    for sentence in filter(None, (ending_text(story), beside_text(story))):
        console.print(sentence)


def _member(member: Any) -> Any:
    from rich.text import Text

    number = f", A-number {member.a_number}" if member.a_number else ""
    return Text(f"{member.label}*", style="bold").append(f", {member.who}; {member.name}*{number}", style="not bold")


def _indented(text: Any) -> Any:
    from rich.padding import Padding

    return Padding(text, (0, 0, 0, 4), expand=False)


def _roomy(rows: list[Row], all_rows: list[Row]) -> Table:
    """Some rows as a table whose columns stand below those of any other rows of the same timeline."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(width=5)
    table.add_column(width=14, justify="right")
    table.add_column(width=min(max(len(row.who) for row in all_rows), 24))
    table.add_column(width=9)
    table.add_column(ratio=1)
    for row in rows:
        place, colour = SHORT.get(row.place, (row.place, ""))  # type: ignore[call-overload]
        table.add_row(*_clock(row), row.who, _coloured(place, colour), _sentence(row), style=_style(row))
    return table


def _narrow(rows: list[Row]) -> Any:
    """A day as pairs of lines."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Any] = []
    for row in rows:
        place, colour = SHORT.get(row.place, ("", ""))  # type: ignore[call-overload]
        head = Text("  ".join([*_clock(row), row.who, ""]), style=_style(row))
        parts += [head.append(place, style=colour), _indented(_sentence(row))]
    return Group(*parts)


def _clock(row: Row) -> tuple[str, str]:
    """Civil time and time since apprehension; the head of the table has their names."""
    if not row.at:
        return "time", "since then"
    return f"{datetime_of(row.at):%H:%M}", f"+{lasting(row.since)}"


def _coloured(text: str, colour: str) -> Any:
    from rich.text import Text

    return Text(text, style=colour)


def _sentence(row: Row) -> Any:
    """What happened, and after which wait."""
    from rich.text import Text

    told = Text(row.what, style=_style(row))
    return told.append(f" ({row.waited})", style="dim") if row.waited else told


def _style(row: Row) -> str:
    return "bold red" if row.is_limit else ""


# --- files ------------------------------------------------------------------------------------------------------------


def event_table(story: Story) -> pd.DataFrame:
    """The events for other programs, with the invented name of each person; one row an event."""
    members = story.members.set_index("person")
    table = story.events.drop(columns="then").copy()
    table.insert(2, "invented_name", members["name"].loc[table["person"]].to_numpy())
    table.insert(3, "who", members["who"].loc[table["person"]].to_numpy())
    table["time"] = np.datetime_as_string(table["time"].to_numpy(dtype="datetime64[m]"))
    return table
