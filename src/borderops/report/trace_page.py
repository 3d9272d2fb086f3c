"""A family's story as a page: one lane a member, coloured by whose hands the person is in, with the table of events.

Reads the tables of a `Story` alone; drawn with the pieces of the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from borderops.clock import datetimes_of
from borderops.forecast.story import NOT_FOLLOWED, Place, Story
from borderops.report.contents import records
from borderops.report.drawing import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    HAIRLINE,
    INK,
    ORANGE,
    PALE,
    PURPLE,
    SKY,
    VERMILLION,
    YELLOW,
    Key,
    Panel,
    Picture,
    new_figure,
)
from borderops.report.markup import Markup, join, tag
from borderops.report.page import show, whole_page
from borderops.report.trace import (
    INVENTED,
    Row,
    beside_text,
    circumstances,
    custody_text,
    ending_text,
    headline,
    lasting,
    limit_text,
    moment_text,
    timeline,
)
from borderops.report.trace_paper import STYLE as PAPER_STYLE
from borderops.report.trace_paper import paper_section
from borderops.report.words import list_text
from borderops.units import DAY, HOUR, MINUTE

WHITE: Final = "#ffffff"
BROWN, NAVY, STRAW, SAND = "#7a5c46", "#1f3b57", "#dcd38f", "#d5cabf"
PLACES: Final = {
    Place.STATION: (ORANGE, INK),
    Place.PORT: (ORANGE, INK),
    Place.COURT: (PURPLE, INK),
    Place.JAIL: (GREY, WHITE),
    Place.OTHER_CUSTODY: (BROWN, WHITE),
    Place.ICE: (BLUE, WHITE),
    Place.FAMILY_DETENTION: (SKY, INK),
    Place.CONTRACTOR: (YELLOW, INK),
    Place.SHELTER: (GREEN, INK),
    Place.TO_CENTRE: (STRAW, INK),
    Place.CENTRE: (NAVY, WHITE),
    Place.ABROAD: (SAND, INK),
    Place.UNTOLD: (PALE, INK),
}
"""Colour of a place, and of the words on it."""

MARKS: Final = {
    "": ("circle", WHITE, "Anything else that happened"),
    "parted_at": ("diamond", VERMILLION, "Parted"),
    "rejoined_at": ("square", BLUE, "Rejoined"),
    "reunion_at": ("diamond", BLUE, "With a parent again, or not to be reunited"),
}
"""Mark of an event by its moment; the later ones lie on top."""

HEADS: Final = {
    "Time": "time",
    "Since apprehension": "time",
    "Who": "who",
    "Where": "place",
    "What happened": None,
    "After": None,
}
"""Columns of the table of events, with the class of their cells."""

LANE, PALE_LANE = 0.46, 0.14
MILLISECONDS: Final = 60_000 // MINUTE
WORTH_A_SECOND_PANEL: Final = 1.25

STYLE: Final = """
.events { width: 100%; }
.events td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.events tr.limit > * { color: var(--alarm); font-weight: 600; }
.events tr.day > th { padding-top: 1.1rem; border-bottom: 2px solid var(--ink); text-align: left; }
#lanes .panels { grid-template-columns: minmax(0, 1fr); }
.members { padding: 0; list-style: none; max-width: 54rem; }
.members li { padding: .45rem 0; border-bottom: 1px solid var(--line); }
.members span { display: block; font-size: .94rem; color: var(--quiet); }
.members .over { color: var(--alarm); font-weight: 600; }
.spot { display: inline-block; width: .7em; height: .7em; margin-right: .45em; background: var(--c); }
.spot { border: 1px solid var(--ink); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
@media screen and (min-width: 761px) { .events td.place { white-space: nowrap; } }
@media print { .events { font-size: 8.5pt; } .events th, .events td { padding: .2rem .5rem .2rem 0; } }
@media screen and (max-width: 760px) {
  .events tr.day > th { font-size: 1rem; }
  .events td.time, .events td.who { display: inline-block; margin-right: .9rem; font-weight: 600; }
  .events td.time::before, .events td.who::before { content: none; }
}
"""


def write_trace(path: Path, story: Story, replication: int, seed: int) -> None:
    """Write the page.

    Parameters
    ----------
    path : Path
    story : Story
    replication, seed : int
        Where it was found.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    path.write_text(render(story, replication, seed), encoding="utf-8", newline="\n")


def render(story: Story, replication: int, seed: int) -> str:
    """The whole page as text."""
    body = join(
        _header(story, replication, seed),
        tag(
            "main",
            _part("members", "Who they are, and how long it took", _members(story)),
            _part("lanes", "Where everybody was", show(lanes(story))),
            _part("events", "All that happened", _events(story)),
            *([] if story.paper is None else [_part("paper", "What the systems of record held", paper_section(story))]),
            _part("limits", "How to read it", _how_to_read(story)),
            id="content",
        ),
        tag("footer", tag("p", INVENTED.removeprefix("* "), " No person, family or record here is real.")),
    )
    return whole_page(headline(story), body, STYLE + PAPER_STYLE)


def _part(name: str, heading: str, content: Any) -> Markup:
    return tag("section", tag("h2", heading, id=f"{name}-heading"), content, id=name, class_="part")


# --- words ------------------------------------------------------------------------------------------------------------


def _header(story: Story, replication: int, seed: int) -> Markup:
    said = [sentence for sentence in (beside_text(story), ending_text(story)) if sentence]
    return tag(
        "header",
        tag("p", "borderops trace · a simulation, not a record of events", class_="kicker"),
        tag("h1", headline(story)),
        tag("p", circumstances(story, replication, seed), class_="quiet"),
        tag("p", story.rule, class_="question"),
        [tag("p", sentence) for sentence in said],
        tag("p", f"{INVENTED.removeprefix('* ')} Invented names carry a star.", class_="invented"),
    )


def _members(story: Story) -> Markup:
    """One entry a member: name, place in the family, time in CBP's hands, and both clocks of 72 hours."""
    return tag("ul", [_member(member, story.limits) for member in records(story.members)], class_="members")


def _member(member: Any, limits: pd.DataFrame) -> Markup:
    number = f"; A-number {member.a_number}" if member.a_number else ""
    clocks = [
        tag("span", limit_text(limit), class_="over" if limit.is_over else None)
        for limit in records(limits[limits["person"] == member.person])
    ]
    return tag("li", tag("b", f"{member.name}*"), f", {member.who}{number}", tag("span", custody_text(member)), clocks)


def _how_to_read(story: Story) -> Markup:
    beside = f" The narrow pale lanes show the same people under {story.beside.scenario}." if story.beside else ""
    return tag(
        "ul",
        tag(
            "li",
            "72 hours are counted from apprehension, as the oversight report counts them, and from determination, as "
            "the statute does. 72:00 keeps the limit, 72:01 breaks it. The clock stops when the child leaves CBP.",
        ),
        tag("li", f"A lane shows whose hands a person is in; it ends where the person leaves or is released.{beside}"),
        tag(
            "li",
            "The history is what happened, minute by minute. Of what was written down it tells what an agent settled "
            "on the spot: code, note, sheet, and the number passed on; what the systems of record held is told apart.",
        ),
        class_="limits",
    )


def _events(story: Story) -> Markup:
    """The timeline as a table whose rows become cards on a phone."""
    rows: list[Markup] = []
    day = None
    for row in timeline(story):
        if row.at // DAY != day:
            day = row.at // DAY
            date = moment_text(row.at).rsplit(" ", 1)[0]
            rows.append(tag("tr", tag("th", date, colspan=len(HEADS), scope="rowgroup"), class_="day"))
        rows.append(_event(row))
    head = tag("tr", [tag("th", one, scope="col") for one in HEADS])
    body = tag("table", tag("caption", "All events in order"), tag("thead", head), tag("tbody", rows),
               class_="stacking events")  # fmt: skip
    return join(tag("p", INVENTED, class_="quiet"), body)


def _event(row: Row) -> Markup:
    time = moment_text(row.at).rsplit(" ", 1)[1]
    colour = _colours(row.place)[0]
    dot = tag("i", class_="spot", style=f"--c:{colour}", aria_hidden="true") if row.place else None
    cells = (time, f"+{lasting(row.since)}", row.who, join(dot, row.place), row.what, row.waited.removeprefix("after "))
    return tag(
        "tr",
        [
            tag("td", cell, data_label=head, class_=kind)
            for (head, kind), cell in zip(HEADS.items(), cells, strict=True)
        ],
        class_="limit" if row.is_limit else None,
    )


def _colours(place: str) -> tuple[str, str]:
    """Colours of a place; a desk that nobody is at has that of the page."""
    return PLACES.get(Place(place), (WHITE, INK)) if place else (WHITE, INK)


# --- the picture ------------------------------------------------------------------------------------------------------


class Lane(NamedTuple):
    """A member's lane: row of the person, its label, and its height on the axis."""

    person: int
    label: str
    y: float


def lanes(story: Story) -> Picture:
    """One lane a member, once for the days in CBP's hands and once for the whole story."""
    members = list(records(story.members))
    drawn = [Lane(one.person, f"{one.label}*<br><sub>{one.who}</sub>", -at) for at, one in enumerate(members)]
    height = 96 + len(drawn) * (84 if story.beside else 66)
    first, whole = _spans(story)
    panels = [Panel(_figure(story, drawn, first), "The days in CBP's hands", height, least_width=600)]
    if whole[1] - whole[0] > WORTH_A_SECOND_PANEL * (first[1] - first[0]):
        panels.append(Panel(_figure(story, drawn, whole), "The whole story", height, least_width=600))
    return Picture(
        name="lanes",
        title="Whose hands each of them was in",
        quantity="One lane a person, by civil time; point at lanes and marks for more. Lanes that reach the right edge "
        "go on",
        alternative=_alternative(story),
        panels=panels,
        table=_stay_table(story),
        keys=_keys(story),
        headings=2,
    )


def _spans(story: Story) -> tuple[tuple[float, float], tuple[float, float]]:
    """First and last minute shown: of the days in CBP's hands with all limits, and of the whole story."""
    begin = int(story.members["apprehended_at"].min())
    out = int((story.members["apprehended_at"] + story.members["custody"]).max())
    shown = max(out, int(story.limits["at"].max()) if len(story.limits) else out)
    last = max(int(story.events["at"].max()), shown)
    if (story.stays["is_open"] & ~story.stays["place"].isin(NOT_FOLLOWED)).any():
        last = story.horizon

    def widened(end: int) -> tuple[float, float]:
        room = max(end - begin, HOUR)
        return begin - 0.015 * room, min(end + 0.06 * room, max(story.horizon, end + HOUR))

    return widened(shown), widened(last)


def _figure(story: Story, drawn: list[Lane], span: tuple[float, float]) -> go.Figure:
    """Lanes over one stretch of time."""
    figure = new_figure(
        barmode="overlay",
        bargap=0,
        hovermode="closest",
        uniformtext={"minsize": 11, "mode": "hide"},
        margin={"l": 10, "r": 26, "t": 8, "b": 40},
        xaxis={
            "type": "date",
            "range": [_iso(span[0]), _iso(span[1])],
            "hoverformat": "%a %-d %b %Y %H:%M",
            "tickformatstops": _tick_formats(),
            "showgrid": True,
            "gridcolor": HAIRLINE,
            "nticks": 9,
            "tickangle": 0,
        },
        yaxis={
            "tickvals": [lane.y for lane in drawn],
            "ticktext": [lane.label for lane in drawn],
            "range": [drawn[-1].y - 0.62, 0.5],
            "rangemode": "normal",
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
        },
    )
    for lane in drawn:
        _add_stays(figure, story, lane, span)
        if story.beside is not None:
            _add_stays(figure, story.beside, lane, span, is_pale=True)
        _add_limits(figure, story, lane, span)
        _add_marks(figure, story, lane)
    return figure


def _tick_formats() -> list[dict[str, Any]]:
    """Hours within a day, else days; never seconds."""
    return [
        {"dtickrange": [None, DAY * MILLISECONDS - 1], "value": "%H:%M\n%a %-d %b"},
        {"dtickrange": [DAY * MILLISECONDS, None], "value": "%-d %b\n%Y"},
    ]


def _iso(minute: float) -> str:
    return str(datetimes_of(np.array([round(minute)]))[0])


def _add_stays(figure: go.Figure, story: Story, lane: Lane, span: tuple[float, float], is_pale: bool = False) -> None:
    """A person's stays as bars; those that the history does not follow are hatched grey after their beginning."""
    label = lane.label.split("<br>")[0]
    for stay in records(story.stays[story.stays["person"] == lane.person]):
        if stay.begins >= span[1]:
            continue
        colour, ink = _colours(stay.place)
        is_lost = stay.is_open and stay.place in NOT_FOLLOWED
        end = min(stay.ends, round(span[1]))
        figure.add_bar(
            orientation="h",
            y=[lane.y - 0.36 if is_pale else lane.y],
            base=[_iso(stay.begins)],
            x=[(end - stay.begins) * MILLISECONDS],
            width=PALE_LANE if is_pale else LANE,
            opacity=0.5 if is_pale else 1,
            marker={
                "color": colour,
                "line": {"color": WHITE if not is_pale else colour, "width": 1 if not is_pale else 0},
                "pattern": {"shape": "/", "fgcolor": PALE, "bgcolor": "#f5f7f8", "size": 7} if is_lost else None,
            },
            text=None if is_pale else [_words_on(stay, is_lost)],
            textposition="inside",
            insidetextanchor="start",
            textangle=0,
            textfont={"color": INK if is_lost else ink, "size": 12},
            customdata=[[label, _stay_text(story, stay, is_lost)]],
            hovertemplate="<b>%{customdata[0]}</b>" + (f" under {story.scenario}" if is_pale else "")
            + "<br>%{customdata[1]}<extra></extra>",
        )  # fmt: skip


def _words_on(stay: Any, is_lost: bool) -> str:
    if not is_lost:
        return str(stay.place)
    return "not told" if stay.place == Place.UNTOLD else f"{stay.place}; then not told"


def _stay_text(story: Story, stay: Any, is_lost: bool) -> str:
    """A stay for whoever points at it."""
    begins = f"{stay.place}<br>from {moment_text(stay.begins)}"
    if is_lost:
        return f"{begins}<br>what followed is not told"
    if stay.is_open:
        return f"{begins}<br>still there on {moment_text(story.horizon - 1)}, after {lasting(stay.ends - stay.begins)}"
    return f"{begins}<br>to {moment_text(stay.ends)}, {lasting(stay.ends - stay.begins)}"


def _add_limits(figure: go.Figure, story: Story, lane: Lane, span: tuple[float, float]) -> None:
    """A child's two limits as lines across the lane, and what lies beyond the first one hatched."""
    for limit in records(story.limits[story.limits["person"] == lane.person]):
        begun = limit.clock == "apprehension"
        figure.add_scatter(
            x=[_iso(limit.at)] * 2,
            y=[lane.y - 0.3, lane.y + 0.34],
            mode="lines",
            line={"color": BLACK, "width": 2.2 if begun else 1.6, "dash": "solid" if begun else "dot"},
            hovertemplate=f"72 hours since {limit.clock}<br>{moment_text(limit.at)}<extra></extra>",
        )
        if begun and limit.is_over:
            _add_excess(figure, limit, lane, span)


def _add_excess(figure: go.Figure, limit: Any, lane: Lane, span: tuple[float, float]) -> None:
    figure.add_bar(
        orientation="h",
        y=[lane.y],
        base=[_iso(limit.at)],
        x=[max(min(limit.until, round(span[1])) - limit.at, 0) * MILLISECONDS],
        width=LANE,
        marker={
            "color": "rgba(0,0,0,0)",
            "line": {"color": VERMILLION, "width": 2},
            "pattern": {"shape": "x", "fgcolor": INK, "bgcolor": "rgba(0,0,0,0)", "size": 9, "solidity": 0.12},
        },
        hovertemplate=f"past 72 hours since apprehension<br>by {lasting(limit.until - limit.at)}<extra></extra>",
    )


def _add_marks(figure: go.Figure, story: Story, lane: Lane) -> None:
    """A person's events along the upper edge of the lane; those of one minute are told together."""
    mine = story.events[story.events["person"] == lane.person]
    for moment, (symbol, colour, _) in MARKS.items():
        rest = ~mine["moment"].isin([name for name in MARKS if name])
        told = _by_minute(mine[mine["moment"] == moment] if moment else mine[rest])
        if not told:
            continue
        figure.add_scatter(
            x=[_iso(at) for at in told],
            y=[lane.y + LANE / 2] * len(told),
            mode="markers",
            marker={
                "symbol": symbol,
                "color": colour,
                "size": 12 if moment else 9,
                "line": {"color": INK, "width": 1.4},
            },
            customdata=list(told.values()),
            hovertemplate=f"<b>{lane.label.split('<br>')[0]}</b><br>%{{customdata}}<extra></extra>",
        )


def _by_minute(events: pd.DataFrame) -> dict[int, str]:
    """What to tell of each minute."""
    told: dict[int, str] = {}
    for one in records(events):
        what = f"{one.event}: {one.detail}" if one.detail else one.event
        begin = f"{moment_text(one.at)}, {lasting(one.since_apprehension)} since apprehension"
        told[one.at] = f"{told.get(one.at, begin)}<br>{what}"
    return told


def _keys(story: Story) -> list[Key]:
    """Legend: places that occur, marks, limits, the lanes beside."""
    shown = pd.concat([story.stays, story.beside.stays]) if story.beside else story.stays
    is_lost = shown["is_open"] & shown["place"].isin(NOT_FOLLOWED)
    there = set(shown.loc[~is_lost, "place"])
    keys = [Key(_capital(place), colour, "block") for place, (colour, _) in PLACES.items() if place in there]
    if is_lost.any():
        keys.append(Key("Hatched: what followed is not played", PALE, "block"))
    moments: Mapping[str, Any] = dict(story.events.groupby("moment").size())
    keys += [
        Key(label, colour if name else GREY, symbol)
        for name, (symbol, colour, label) in MARKS.items()
        if not name or name in moments
    ]
    if len(story.limits):
        keys.append(Key("72 hours since apprehension", BLACK, "tick"))
    if (story.limits["clock"] == "determination").any():
        keys.append(Key("72 hours since determination", BLACK, "dot"))
    if story.limits["is_over"].any():
        keys.append(Key("Crosshatched: past 72 hours since apprehension", VERMILLION, "block"))
    if story.beside:
        keys.append(Key(f"Narrow lane: the same person under {story.beside.scenario}", PALE, "line"))
    return keys


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _alternative(story: Story) -> str:
    """The picture in words."""
    return " ".join(
        f"{member.label}: {list_text(list(_journey(story, member.person))) or 'nowhere'}."
        for member in records(story.members)
    )


def _journey(story: Story, person: int) -> Iterator[str]:
    for stay in records(story.stays[story.stays["person"] == person]):
        ends = "on" if stay.is_open else f"to {moment_text(stay.ends)}"
        yield f"{stay.place} from {moment_text(stay.begins)} {ends}"


def _stay_table(story: Story) -> pd.DataFrame:
    """The lanes as numbers."""
    labels = story.members.set_index("person")["label"]
    rows = [
        (
            f"{labels[stay.person]}*",
            _capital(stay.place),
            moment_text(stay.begins),
            "not told" if stay.is_open and stay.place in NOT_FOLLOWED else _end(stay),
            "not told" if stay.is_open and stay.place in NOT_FOLLOWED else lasting(stay.ends - stay.begins),
        )
        for stay in records(story.stays)
    ]
    return pd.DataFrame(rows, columns=["Who", "Where", "From", "To", "Length"])


def _end(stay: Any) -> str:
    return "still there" if stay.is_open else moment_text(stay.ends)
