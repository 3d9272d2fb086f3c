"""Pictures of uncertain inputs: where one season may lie, what that doubt is made of, which inputs go with it, points.

Holds the reading of the tables as well: which figures are told, and whether inputs or chance make most of their doubt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.forecast.ranks import Correlations, rank_correlations
from borderops.report.compare_contents import UncertaintyContents
from borderops.report.compare_drawing import LOOKS, Line, Look, Mark, by_scale, rows_panel
from borderops.report.compare_prose import figure, how_many, span_text
from borderops.report.contents import Definition, Row
from borderops.report.drawing import BLUE, GREY, VERMILLION, Key, Panel, Picture, new_figure, rounded
from borderops.report.words import ABSENT, NO_BREAK, level_text, list_text, number, span

RARE: Final = 0.05
"""A correlation counts as found where shuffled points give any as strong no more often than this."""

MOST_DOUBTS: Final = 10
SCALES: Final = 4.0
MOST_STROKES: Final = 300
"""Values a strip draws; of more, as many are taken evenly from the smallest to the largest."""

CHANCE_LOOK, SEASON_LOOK = Look(BLUE, "solid", "circle"), Look(VERMILLION, "solid", "diamond")
HALF: Final = 0.5


@dataclass(frozen=True)
class Found:
    """A doubt and a figure that go up and down together.

    Parameters
    ----------
    doubt : str
    rank : float
        Rank correlation.
    chance : float
        How often shuffled points show any as strong.
    """

    doubt: str
    rank: float
    chance: float

    @property
    def is_beyond_chance(self) -> bool:
        """Whether it may be told as found."""
        return self.chance <= RARE


class Uncertain:
    """Rows of a split by KPI, and what may be said of each.

    Parameters
    ----------
    contents : UncertaintyContents

    Attributes
    ----------
    kpis : list of Definition
        Of the headline, as far as they were measured.
    """

    def __init__(self, contents: UncertaintyContents):
        self.contents = contents
        rows: list[Row] = contents.split.to_dict("records")  # type: ignore[assignment]
        self._rows = {(str(row["kpi"]), str(row["group_kind"]), str(row["group"])): row for row in rows}
        names = [name for name in dict.fromkeys(contents.headline.cards) if name in contents.definitions]
        self.kpis = [contents.definitions[name] for name in names if self.row(name) is not None]

    def row(self, kpi: str, kind: str = "all", group: str = "all") -> Row | None:
        """The split of a KPI, or None where too few points have it."""
        row = self._rows.get((kpi, kind, group))
        return row if row is not None and row["points"] > 1 and np.isfinite(row["mean"]) else None

    def known(self, kpi: Definition) -> Row:
        """The split of one of `kpis`."""
        return self._rows[kpi.name, "all", "all"]

    def split_kpis(self) -> list[Definition]:
        """Those of `kpis` that vary at all, so that their doubt has parts."""
        return [one for one in self.kpis if source_of(self.known(one)) not in ("never", "constant")]

    def from_source(self, source: str) -> list[Definition]:
        """Those of `kpis` whose doubt comes from one source; see `source_of`."""
        return [one for one in self.kpis if source_of(self.known(one)) == source]

    @property
    def points(self) -> int:
        """Points drawn, those without a figure among them."""
        return int(self.contents.points["point"].nunique())

    @property
    def points_used(self) -> int:
        """Points that stand in some figure."""
        return int(self.contents.split["points"].max()) if len(self.contents.split) else 0

    @cached_property
    def means(self) -> pd.DataFrame:
        """Means at the points, a column a KPI of `kpis`; NaN where a point has none."""
        table = self.contents.values.pivot_table("value", "point", "kpi", aggfunc="mean")
        return table.reindex(columns=[one.name for one in self.kpis])

    @cached_property
    def together(self) -> dict[str, list[Found]]:
        """By KPI its doubts, the one that goes with it most strongly first."""
        inputs = self.contents.points.pivot_table("uniform", "point", "doubt", sort=False).reindex(self.means.index)
        if inputs.empty or self.means.empty:
            return {one.name: [] for one in self.kpis}
        found = rank_correlations(inputs.to_numpy(), self.means.to_numpy(dtype=np.float64))
        names = [str(name) for name in inputs.columns]
        return {one.name: _strongest(found, at, names) for at, one in enumerate(self.kpis)}

    def beyond_chance(self, kpi: Definition) -> list[Found]:
        """The doubts that may be told, ten at most."""
        return [one for one in self.together[kpi.name] if one.is_beyond_chance][:MOST_DOUBTS]

    def with_finds(self) -> list[Definition]:
        """KPIs with a doubt that may be told."""
        return [one for one in self.kpis if self.beyond_chance(one)]


def _strongest(found: Correlations, kpi: int, names: Sequence[str]) -> list[Found]:
    order = np.argsort(-np.abs(found.rank[kpi]), kind="stable")  # NaN comes last
    return [
        Found(names[at], float(found.rank[kpi, at]), float(found.chance[kpi, at]))
        for at in order
        if np.isfinite(found.rank[kpi, at])
    ]


def source_of(row: Row) -> str:
    """Where most of the doubt about one season comes from.

    Returns
    -------
    str
        ``inputs`` or ``chance`` where the interval of the inputs' share lies above or below one half; ``open`` where it
        holds one half; ``never`` for what was 0 throughout; ``constant`` for what is the same everywhere.
    """
    if row["inputs"] == 0 and row["chance"] == 0:
        return "never" if row["mean"] == 0 else "constant"
    if row["inputs_share_low"] > HALF:
        return "inputs"
    return "chance" if row["inputs_share_high"] < HALF else "open"


def season(row: Row, unit: str) -> tuple[float, float]:
    """Where one season may lie, inputs and chance together."""
    return _possible(row["season_low"], row["season_high"], row, unit)


def season_of_chance(row: Row, unit: str) -> tuple[float, float]:
    """What chance alone would leave of that interval: narrowed as the standard deviation is without the inputs."""
    share = float(row["inputs_share"])
    part = np.sqrt(1.0 - share) if np.isfinite(share) else 0.0
    half = (row["season_high"] - row["season_low"]) / 2.0 * part
    return _possible(row["mean"] - half, row["mean"] + half, row, unit)


def _possible(low: float, high: float, row: Row, unit: str) -> tuple[float, float]:
    """Limits that a figure can have: a count or a time not below 0, a share not above 1."""
    least = 0.0 if row["mean"] >= 0 else -np.inf
    return max(float(low), least), min(float(high), 1.0 if unit == "share" else np.inf)


def unit_text(definition: Definition) -> str:
    """The unit of a figure in a heading."""
    return "per cent" if definition.unit == "share" else definition.unit or "number"


def share_text(row: Row) -> str:
    """The inputs' share of the variance with its interval: ``83 % [61 to 94 %]``."""
    if not np.isfinite(row["inputs_share"]):
        return ABSENT
    return (
        f"{number(row['inputs_share'], 'share')} [{span(row['inputs_share_low'], row['inputs_share_high'], 'share')}]"
    )


# --- where one season may lie --------------------------------------------------------------------------------------


def seasons(reading: Uncertain) -> Picture:
    """Each figure twice: as chance alone would scatter it, and with inputs as uncertain as the register says."""
    level = level_text(reading.contents.level)
    by_unit: dict[str, list[Definition]] = {}
    for one in reading.split_kpis():
        by_unit.setdefault(one.unit, []).append(one)
    panels = []
    for kpis in by_unit.values():
        groups = by_scale([_season_line(reading.known(one), one) for one in kpis], SCALES)
        panels += [_season_panel(group, kpis[0], len(groups) > 1) for group in groups]
    return Picture(
        name="seasons",
        title=_seasons_title(reading),
        quantity=f"Mean over all points; thick: the part of the {level} interval of one season that chance alone would "
        f"leave if the inputs were known; thin: that {level} interval with inputs as uncertain as the register says",
        alternative=" ".join(["Two intervals a figure.", *(season_sentence(reading, one) for one in reading.kpis)]),
        panels=panels,
        table=seasons_table(reading),
        keys=[
            Key("chance alone", CHANCE_LOOK.colour, CHANCE_LOOK.symbol),
            Key("inputs and chance", SEASON_LOOK.colour, SEASON_LOOK.symbol),
        ],
        note="Both intervals are the same multiple of their standard deviation, so that their widths may be compared. "
        "Panels have their own scales, which do not begin at zero. No limit is drawn below 0 or above 100\u2009%.",
        nothing="No figure varied between points or replications.",
    )


def _season_line(row: Row, kpi: Definition) -> Line:
    scale = 100.0 if kpi.unit == "share" else 1.0
    marks = []
    for name, look, (low, high) in (
        ("chance alone", CHANCE_LOOK, season_of_chance(row, kpi.unit)),
        ("inputs and chance", SEASON_LOOK, season(row, kpi.unit)),
    ):
        ends = (low * scale, high * scale)
        inner, outer = (ends, None) if look is CHANCE_LOOK else (None, ends)
        told = f"{name}: {how_many(row['mean'], kpi.unit)} ({span_text(low, high, kpi.unit)})"
        marks.append(Mark(row["mean"] * scale, inner, outer, look, False, told))
    return Line(kpi.label, marks)


def _season_panel(lines: list[Line], kpi: Definition, is_split: bool) -> Panel:
    ends = [end for line in lines for mark in line.marks for end in (*(mark.inner or ()), *(mark.outer or ()))]
    low, high = min(ends), max(ends)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    axis: dict[str, Any] = {"title_text": unit_text(kpi), "range": [low - room, high + room], "zeroline": False}
    name = f"{unit_text(kpi)[:1].upper()}{unit_text(kpi)[1:]}"
    bound = figure(high / 100.0 if kpi.unit == "share" else high, kpi.unit)
    return rows_panel(lines, f"{name}: up to {bound}" if is_split else name, axis)


def _seasons_title(reading: Uncertain) -> str:
    kpis = reading.split_kpis()
    if not kpis:
        return "Where one season may lie"
    row, kpi = reading.known(kpis[0]), kpis[0]
    inside, outside = season_of_chance(row, kpi.unit), season(row, kpi.unit)
    return (
        f"{kpi.label}: one season {span_text(*outside, kpi.unit)}; chance alone would leave "
        f"{span_text(*inside, kpi.unit)}"
    )


def season_sentence(reading: Uncertain, kpi: Definition) -> str:
    """Both intervals of a figure in words."""
    row = reading.known(kpi)
    if source_of(row) in ("never", "constant"):
        return f"{kpi.label}: {how_many(row['mean'], kpi.unit)} at every point and in every replication."
    whole, alone = (span_text(*ends(row, kpi.unit), kpi.unit) for ends in (season, season_of_chance))
    return f"{kpi.label}: mean {how_many(row['mean'], kpi.unit)}, one season {whole}, from chance alone {alone}."


def seasons_table(reading: Uncertain) -> pd.DataFrame:
    """What the interval plot draws, as text, with the interval of the mean beside it."""
    rows = []
    for kpi in reading.kpis:
        row, unit = reading.known(kpi), kpi.unit
        rows.append(
            (
                kpi.label,
                unit_text(kpi),
                figure(row["mean"], unit),
                span_text(*_possible(row["mean_low"], row["mean_high"], row, unit), unit),
                span_text(*season_of_chance(row, unit), unit),
                span_text(*season(row, unit), unit),
            )
        )
    columns = ["Figure", "Unit", "Mean", "Interval of the mean", "One season, chance alone", "One season"]
    return pd.DataFrame(rows, columns=columns)


# --- what the doubt is made of -------------------------------------------------------------------------------------

SOURCES: Final = {
    "inputs": "inputs",
    "chance": "chance",
    "open": "cannot tell",
    "never": "0 throughout",
    "constant": "constant",
}
"""What a table says of each source."""


def shares(reading: Uncertain) -> Picture:
    """Part of the variance of one season that is due to the inputs."""
    kpis = reading.split_kpis()
    lines = [_share_line(reading.known(one), one) for one in kpis]
    axis = {"title_text": "per cent of the variance of one season", "range": [-3, 103], "zeroline": False}
    return Picture(
        name="shares",
        title=_shares_title(reading),
        quantity=f"Share of the variance of one season that is due to the inputs, with its "
        f"{level_text(reading.contents.level)} interval; {points_text(reading)}",
        alternative="Points with intervals from 0 to 100 per cent, a line at one half. "
        + " ".join(f"{one.label}: {share_text(reading.known(one))}." for one in kpis),
        panels=[rows_panel(lines, "", axis, zero=100.0 * HALF)] if lines else [],
        table=shares_table(reading),
        keys=[Key("filled: the interval lies on one side of one half; ring: it holds one half", GREY, "circle")],
        note="Right of the line inputs make most of the doubt, and more replications do not narrow it; left of it "
        "chance does.",
        nothing="No figure varied between points or replications.",
    )


def _share_line(row: Row, kpi: Definition) -> Line:
    ends = (100.0 * row["inputs_share_low"], 100.0 * row["inputs_share_high"])
    told = f"{kpi.label}: {share_text(row)}"
    is_open = source_of(row) == "open"
    return Line(kpi.label, [Mark(100.0 * row["inputs_share"], ends, None, LOOKS[0], is_open, told)])


def _shares_title(reading: Uncertain) -> str:
    kpis = reading.split_kpis()
    if not kpis:
        return "What the doubt is made of"
    parts = {
        "inputs": "inputs make most of the doubt for {}",
        "chance": "chance makes most of it for {}",
        "open": "for {} it cannot be told",
    }
    many = {source: len(reading.from_source(source)) for source in parts}
    told = [parts[source].format("all" if at == len(kpis) else at) for source, at in many.items() if at]
    return f"Of {len(kpis)} main figures: {', '.join(told)}"


def shares_table(reading: Uncertain) -> pd.DataFrame:
    """Spread by where it comes from, as text."""
    rows = []
    for kpi in reading.kpis:
        row, unit = reading.known(kpi), kpi.unit
        spread_of = [
            f"{figure(row[name], unit)} [{span_text(row[f'{name}_low'], row[f'{name}_high'], unit)}]"
            for name in ("inputs", "chance")
        ]
        counts = (f"{int(row['points'])}", f"{row['replications']:g}")
        rows.append((kpi.label, unit_text(kpi), *spread_of, share_text(row), SOURCES[source_of(row)], *counts))
    columns = ["Figure", "Unit", "Spread from inputs", "Spread from chance", "Due to inputs", "Mostly"]
    return pd.DataFrame(rows, columns=[*columns, "Points", "Replications"])


def points_text(reading: Uncertain) -> str:
    """Points and replications: ``20 points of 4 replications``."""
    each = reading.contents.replications
    used, drawn = reading.points_used, reading.points
    few = f"{used:,} of {drawn:,}" if used < drawn else f"{drawn:,}"
    return f"{few}{NO_BREAK}points of {each:,}{NO_BREAK}replications each"


# --- which doubts go with which figures ----------------------------------------------------------------------------


def together(reading: Uncertain) -> Picture:
    """Doubts that go with a figure more strongly than chance among so many would; a panel a figure."""
    panels = [_together_panel(reading, one) for one in reading.with_finds()]
    return Picture(
        name="together",
        title=_together_title(reading),
        quantity=f"Rank correlation of a doubt's place in its range with the figure's mean, "
        f"{reading.points_used:,} points; of each figure at most the {MOST_DOUBTS} strongest, only those beyond chance",
        alternative=f"Points about a line at zero, one row a doubt. {' '.join(found_sentences(reading))}",
        panels=panels,
        table=together_table(reading),
        keys=[],
        note="Right of the line: the figure is higher where the doubt lies towards the upper end of its range. Left of "
        "it: lower.",
        headings=2,
    )


def _together_panel(reading: Uncertain, kpi: Definition) -> Panel:
    lines = [
        Line(one.doubt, [Mark(one.rank, (min(0.0, one.rank), max(0.0, one.rank)), None, _side(one), False, _told(one))])
        for one in reading.beyond_chance(kpi)
    ]
    axis = {"title_text": "rank correlation", "range": [-1.04, 1.04], "zeroline": False}
    return rows_panel(lines, kpi.label, axis, zero=0.0)


def _side(one: Found) -> Look:
    return SEASON_LOOK if one.rank > 0 else CHANCE_LOOK


def _told(one: Found) -> str:
    return f"{one.doubt}: {rank_text(one.rank)}"


def rank_text(value: float) -> str:
    """A correlation with its sign, two decimals."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _together_title(reading: Uncertain) -> str:
    finds = sum(len(reading.beyond_chance(one)) for one in reading.kpis)
    if not finds:
        return "No doubt goes with a main figure more than chance among so many would make one"
    noun = "pair of a doubt and a figure goes" if finds == 1 else "pairs of a doubt and a figure go"
    return f"{finds} {noun} together more than chance would make any"


def found_sentences(reading: Uncertain) -> list[str]:
    """By figure the doubts that may be told, strongest first."""
    return [
        f"{one.label}: {list_text([f'{find.doubt} ({rank_text(find.rank)})' for find in reading.beyond_chance(one)])}."
        for one in reading.with_finds()
    ]


def together_table(reading: Uncertain) -> pd.DataFrame:
    """The ten strongest doubts of every figure, those that chance may have made marked."""
    rows = [
        (
            kpi.label,
            one.doubt,
            rank_text(one.rank),
            figure(one.chance, "share"),
            "yes" if one.is_beyond_chance else "no: may be chance",
        )
        for kpi in reading.kpis
        for one in reading.together[kpi.name][:MOST_DOUBTS]
    ]
    columns = ["Figure", "Doubt", "Rank correlation", "Shuffles with any as strong", "Beyond chance"]
    return pd.DataFrame(rows, columns=columns)


# --- points --------------------------------------------------------------------------------------------------------

MEANS, AROUND = "means of the points", "replications, moved to a common mean"


def strips(reading: Uncertain) -> Picture:
    """Means of all points as strokes, and below them how replications scatter about the mean of their point."""
    kpis = [one for one in reading.split_kpis() if reading.means[one.name].notna().any()]
    return Picture(
        name="strips",
        title="Point by point: how far inputs move each figure, and how far chance does",
        quantity=f"Upper strip: a stroke for the mean of each point; lower strip: one for each replication, moved so "
        f"that all points have the same mean; {points_text(reading)}",
        alternative="Two strips of strokes a figure. " + " ".join(_strip_told(reading, one) for one in kpis),
        panels=[_strip_panel(reading, one) for one in kpis],
        table=strips_table(reading),
        keys=[Key(MEANS, SEASON_LOOK.colour, "block"), Key(AROUND, CHANCE_LOOK.colour, "block")] if kpis else [],
        note="Where the upper strip is much wider than the lower one, the doubt comes from the inputs."
        + _thinned(reading),
        nothing="No figure varied between points or replications.",
    )


def _thinned(reading: Uncertain) -> str:
    if len(reading.contents.values) <= MOST_STROKES * max(len(reading.kpis), 1):
        return ""
    return f" Of more than {MOST_STROKES} values a strip draws {MOST_STROKES}, taken evenly from smallest to largest."


def _strip_values(reading: Uncertain, kpi: Definition) -> tuple[np.ndarray, np.ndarray]:
    values = reading.contents.values
    own = values[(values["kpi"] == kpi.name) & values["value"].notna()]
    means = own.groupby("point")["value"].mean()
    around = own["value"].to_numpy() - means.loc[own["point"]].to_numpy() + means.mean()
    return means.to_numpy(), around


def _strip_panel(reading: Uncertain, kpi: Definition) -> Panel:
    scale = 100.0 if kpi.unit == "share" else 1.0
    means, around = (thinned(part) * scale for part in _strip_values(reading, kpi))
    figure_ = new_figure(
        hovermode="closest",
        margin={"l": 10, "r": 14, "t": 4, "b": 46},
        xaxis={"title_text": unit_text(kpi), "nticks": 6, "tickangle": 0, "separatethousands": True},
        yaxis={"range": [2.0, 0.0], "visible": False, "automargin": False, "rangemode": "normal"},
    )
    suffix = "\u2009%" if kpi.unit == "share" else f" {kpi.unit}"
    for y, part, look, name in ((0.5, means, SEASON_LOOK, MEANS), (1.5, around, CHANCE_LOOK, AROUND)):
        stroke = {"symbol": "line-ns-open", "size": 26, "color": look.colour, "line": {"width": 1.4}, "opacity": 0.75}
        figure_.add_scatter(
            x=rounded(part, 5),
            y=[y] * part.size,
            mode="markers",
            marker=stroke,
            name=name,
            hovertemplate=f"%{{x:,.4~r}}{suffix}<extra>{name}</extra>",
        )
    return Panel(figure_, f"{kpi.label} ({unit_text(kpi)})", height=150)


def thinned(values: np.ndarray) -> np.ndarray:
    """Values in order; of too many, as many as may be drawn, both ends among them."""
    ordered = np.sort(values)
    if ordered.size <= MOST_STROKES:
        return ordered
    return ordered[np.linspace(0, ordered.size - 1, MOST_STROKES).round().astype(np.int64)]


def _strip_told(reading: Uncertain, kpi: Definition) -> str:
    means, around = _strip_values(reading, kpi)
    upper, lower = (span_text(part.min(), part.max(), kpi.unit) for part in (means, around))
    return f"{kpi.label}: means of the points {upper}, replications about their common mean {lower}."


def strips_table(reading: Uncertain) -> pd.DataFrame:
    """A row a point: the mean of every figure over its replications."""
    units: Mapping[str, Definition] = {one.name: one for one in reading.kpis}
    columns: dict[str, list[str]] = {"Point": [number(at) for at in reading.means.index]}
    for name, kpi in units.items():
        columns[f"{kpi.label} ({unit_text(kpi)})"] = [figure(value, kpi.unit) for value in reading.means[name]]
    return pd.DataFrame(columns)
