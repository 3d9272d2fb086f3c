"""Pictures of a fit: rows by wave, positions before and after, who sees whom, and what goes together."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from borderops.fitting.waves import PLAYED, Spans
from borderops.report.compare_drawing import Line, Look, Mark, rows_panel
from borderops.report.drawing import BLUE, GREY, INK, PALE, SKY, VERMILLION, Key, Panel, Picture, new_figure, rounded
from borderops.report.fit_contents import FitContents, doubts_table, pairs_table, screen_table
from borderops.report.fit_prose import figure, shown_doubts, shown_rows, span
from borderops.report.words import ABSENT

BEFORE, REMAINS, AFTER = Look(GREY, "solid", "circle"), Look(SKY, "solid", "square"), Look(BLUE, "solid", "diamond")
PUBLISHED: Final = "#000000"
STRONGEST: Final = 6.0
"""Effect, in standard deviations of chance, from which the map is of one colour."""

ROW_HEIGHT, MAP_EDGE, CELL = 20, 150, 26
MOST_PAIRS: Final = 6
REACH: Final = 3.0
"""How far from what was published a row is drawn, in widths of its interval after the fit."""


def rows_by_wave(contents: FitContents) -> Picture:
    """Rows that were used: one season before, over what each wave left, and over the sample."""
    fitted = contents.fitted
    used = [at for at, state in enumerate(fitted.steps[-1].states) if state == PLAYED]
    stages: list[tuple[str, Spans, Look]] = [("before", fitted.before, BEFORE)]
    stages += [(f"after wave {at}", one.spans, REMAINS) for at, one in enumerate(fitted.steps, start=1)]
    stages.append(("sample", fitted.after, AFTER))
    lines = [Line(_label(contents, at), _marks(contents, at, stages)) for at in used]
    published = contents.rows
    keys = (
        Key("over the whole ranges", GREY, "line"),
        Key("over what a wave left, one below the other", SKY, "line"),
        Key("over the sample", BLUE, "line"),
        Key("as published", INK, "dash"),
    )
    inside = int(sum(fitted.after.lows[at] <= published[at].value <= fitted.after.highs[at] for at in used))
    return Picture(
        name="rows-by-wave",
        title=f"{inside} of {len(used)} figures lie inside one season's interval over the sample",
        quantity="90 % interval of one season, as the stand-in tells it, in half-widths of the sample's own interval "
        "around what was published",
        alternative="; ".join(
            f"{published[at].published.label}: published {figure(published[at].value)}, before "
            f"{span(fitted.before.lows[at], fitted.before.highs[at])}, over the sample "
            f"{span(fitted.after.lows[at], fitted.after.highs[at])}"
            for at in used
        ),
        panels=[rows_panel(lines, "", {"title": {"text": "half-widths"}, "range": [-REACH, REACH]}, zero=0.0)]
        if lines
        else [],
        table=shown_rows(contents).rename(columns=str.capitalize),
        keys=keys,
        note="What lies farther off is cut off at the edge. Whether played seasons lie where the stand-in says is told "
        "by borderops validate.",
        nothing="No row was used.",
    )


def _label(contents: FitContents, at: int) -> str:
    row = contents.rows[at]
    return f"{row.published.label} ({row.figure}): {figure(row.value)}"


def _marks(contents: FitContents, at: int, stages: list[tuple[str, Spans, Look]]) -> list[Mark]:
    """Intervals of one row, stage by stage, around what was published."""
    last, value = contents.fitted.after, contents.rows[at].value
    half = max(float(last.highs[at] - last.lows[at]) / 2.0, 1e-9)
    marks = []
    for name, spans, look in stages:
        low, middle, high = (float((one[at] - value) / half) for one in (spans.lows, spans.medians, spans.highs))
        if not np.isfinite(middle):
            continue
        ends = (float(np.clip(low, -REACH, REACH)), float(np.clip(high, -REACH, REACH)))
        told = f"{name}: {figure(spans.medians[at])} ({span(spans.lows[at], spans.highs[at])})"
        marks.append(Mark(float(np.clip(middle, -REACH, REACH)), ends, None, look, False, told))
    return marks


def positions(contents: FitContents) -> Picture:
    """Of each value in doubt, where in its range the sample lies."""
    table, shown = doubts_table(contents), shown_doubts(contents)
    order = table.sort_values("deviation_ratio", kind="stable").index
    lines = [_position(table.loc[at], str(shown.loc[at, "verdict"])) for at in order]
    words = contents.fitted.identified.words
    axis = {"title": {"text": "position in the range"}, "range": [0.0, 1.0]}
    return Picture(
        name="positions",
        title=f"Of {len(words)} values the figures pin {words.count('pinned')}, narrow {words.count('narrowed')} and "
        f"tell nothing of {words.count('not seen')}",
        quantity="Median and 90 % interval of the sample; before the fit every position was as likely as any other, "
        "0 the low end of the range, 0.5 the value around which it was fitted, 1 the high end",
        alternative="; ".join(f"{one.doubt}: {one.median:.2f} ({one.low:.2f} to {one.high:.2f})"
                              for one in table.itertuples()),
        panels=[rows_panel(lines, "", axis, zero=0.5)],
        table=shown.loc[order].reset_index(drop=True).rename(columns=str.capitalize),
        keys=(Key("pinned", BLUE, "line"), Key("narrowed", SKY, "line"), Key("not seen", GREY, "line")),
    )  # fmt: skip


def _position(row: pd.Series, verdict: str) -> Line:
    look = {"pinned": AFTER, "narrowed": REMAINS}.get(verdict, BEFORE)
    told = f"{verdict}: {row['median']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
    ends = (float(row["low"]), float(row["high"]))
    return Line(str(row["doubt"]), [Mark(float(row["median"]), ends, None, look, False, told)])


def screen_map(contents: FitContents) -> Picture:
    """Who sees whom: effects over whole ranges, in standard deviations of chance."""
    found, table = contents.fitted.screen, screen_table(contents)
    order = np.argsort(-np.abs(found.effects).max(axis=1, initial=0.0), kind="stable")
    names = [contents.names[at] for at in order]
    ids = [contents.ids[at] for at in contents.fitted.screened]
    seen = found.is_seen[order]
    values = np.where(seen, np.clip(found.effects[order], -STRONGEST, STRONGEST), np.nan)
    drawn = new_figure(
        hovermode="closest",
        margin={"l": 10, "r": 10, "t": 8, "b": 60},
        xaxis={"type": "category", "tickangle": -90, "ticks": "", "nticks": 100, "side": "bottom"},
        yaxis={"autorange": "reversed", "type": "category", "ticks": "", "nticks": 200, "showgrid": False},
    )
    drawn.add_heatmap(
        x=ids,
        y=names,
        z=[rounded(row, 2) for row in values],
        zmin=-STRONGEST,
        zmax=STRONGEST,
        colorscale=[[0.0, VERMILLION], [0.5, "#ffffff"], [1.0, BLUE]],
        xgap=1,
        ygap=1,
        showscale=False,
        hovertemplate="%{y} moves %{x} by %{z} standard deviations of chance<extra></extra>",
        hoverongaps=False,
    )
    unseen = [name for name, is_unseen in zip(contents.names, found.unseen) if is_unseen]
    strongest = table[table["is_seen"]].copy()
    strongest = strongest.loc[strongest["effect"].abs().sort_values(ascending=False, kind="stable").index]
    return Picture(
        name="screen-map",
        title=f"{len(names) - len(unseen)} of {len(names)} values are seen by some figure, {len(unseen)} by none",
        quantity="How far a figure's mean moves when a value goes over its whole range, in standard deviations of the "
        "chance of one season; cells without colour are not told from nothing",
        alternative="; ".join(f"{one.doubt} moves {one.row} by {one.effect:+.1f}" for one in
                              strongest.head(40).itertuples()),
        panels=[Panel(drawn, "", height=ROW_HEIGHT * len(names) + MAP_EDGE, least_width=CELL * len(ids) + 300)],
        table=_effects(strongest),
        keys=(Key("more", BLUE, "block"), Key("less", VERMILLION, "block")),
        note=f"Seen by none: {', '.join(unseen)}." if unseen else "",
        headings=2,
    )  # fmt: skip


def _effects(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Value in doubt": table["doubt"],
            "Figure": table["row"],
            "Effect": [f"{one:+.1f}" for one in table["effect"]],
            "Error": [f"{one:.1f}" for one in table["error"]],
            "Share of the variance": [f"{one:.0%}" for one in table["share"]],
        }
    ).reset_index(drop=True)


def pairs_picture(contents: FitContents) -> Picture:
    """Pairs of values that the figures do not tell apart, point by point."""
    crowd, pairs = contents.fitted.posterior.points, contents.fitted.identified.pairs
    panels = []
    for pair in pairs[:MOST_PAIRS]:
        drawn = new_figure(
            hovermode="closest",
            xaxis={"range": [0, 1], "title": {"text": contents.names[pair.first]}, "nticks": 5},
            yaxis={"range": [0, 1], "title": {"text": contents.names[pair.second]}, "nticks": 5},
        )
        drawn.add_scatter(
            x=rounded(crowd[:, pair.first], 3),
            y=rounded(crowd[:, pair.second], 3),
            mode="markers",
            marker={"color": BLUE, "size": 6, "opacity": 0.6, "line": {"color": PALE, "width": 0.5}},
            hovertemplate="%{x:.2f}, %{y:.2f}<extra></extra>",
        )
        panels.append(Panel(drawn, f"{pair.correlation:+.2f}", height=320))
    table = pairs_table(contents)
    return Picture(
        name="pairs",
        title=f"{len(pairs)} {'pair' if len(pairs) == 1 else 'pairs'} of values that the figures do not tell apart",
        quantity="Positions of the sample's points; a correlation beyond 0.6 either way counts",
        alternative="; ".join(f"{one.first} and {one.second}: {one.correlation:+.2f}" for one in table.itertuples()),
        panels=panels,
        table=pd.DataFrame(
            {
                "First": table["first"],
                "Second": table["second"],
                "Correlation": [f"{one:+.2f}" for one in table["correlation"]],
                "Best known together": [f"{one:.0%}" for one in table["together"]],
                "Better known alone": [f"{one:.0%}" for one in table["alone"]],
            }
        ),
        headings=2,
        nothing="No two values go together so strongly that the figures could not tell them apart.",
    )


def ranks_picture(contents: FitContents) -> Picture:
    """Ranks of planted truths: even where beliefs are as sure as they may be."""
    from borderops.fitting.recovery import BINS, SAMPLE

    found = contents.recovery
    if found is None or not len(found.planted):
        return Picture("ranks", "No truths were planted", "", "", [], pd.DataFrame(), nothing="truths=0 was asked for.")
    d, panels, rows = len(contents.doubts), [], []
    for heading, ranks in (("Values in doubt", found.ranks[:, :d]), ("Published figures", found.ranks[:, d:])):
        counts = np.bincount((ranks * BINS // (SAMPLE + 1)).ravel(), minlength=BINS) / max(ranks.size, 1)
        drawn = new_figure(hovermode="closest", yaxis={"tickformat": ".0%"}, xaxis={"title": {"text": "rank"}})
        labels = [f"{at * 100 // BINS}–{(at + 1) * 100 // BINS} %" for at in range(BINS)]
        drawn.add_bar(x=labels, y=rounded(counts), marker={"color": SKY}, hovertemplate="%{x}: %{y:.1%}<extra></extra>")
        drawn.add_hline(y=1.0 / BINS, line={"color": INK, "width": 1.2, "dash": "dash"})
        panels.append(Panel(drawn, heading, height=260))
        rows.append((heading, *(f"{one:.1%}" for one in counts)))
    p = found.smallest
    return Picture(
        name="ranks",
        title=f"Ranks of {len(found.planted)} planted truths are "
        f"{'as even as chance would have them' if p >= 0.01 else 'uneven: beliefs are too sure or too vague'}",
        quantity=f"Runs of the first wave, each taken out and fitted to; smallest corrected p-value {p:.2g}; the "
        "dashed line is where all ranks are equally likely",
        alternative="; ".join(f"{row[0]}: {', '.join(row[1:])}" for row in rows) or ABSENT,
        panels=panels,
        table=pd.DataFrame(rows, columns=["Ranks of", *labels]),
    )
