"""What a fit is told by: tables of its waves, rows, inputs and pairs, made of what `borderops.fitting` found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd

from borderops.fitting.recovery import SAMPLE, Recovery
from borderops.fitting.waves import PLAYED, Fitted
from borderops.report.contents import FailedReplication
from borderops.validity.rows import Row

WORST: Final = 3
"""Rows that the table of waves names."""


class Doubt(Protocol):
    """An input: an entry of the register with the parameters that it speaks for."""

    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> tuple[Any, ...]: ...


@dataclass(frozen=True)
class FitContents:
    """Everything the report of a fit shows.

    Parameters
    ----------
    rows : sequence of Row
    left_out : dict of str to str
        Rows that were not asked for, with the reason.
    doubts : sequence of Doubt
    fitted : Fitted
    recovery : Recovery or None
    as_of : str or None
    manifest : mapping
    failures : sequence of FailedReplication
    limits : sequence of str
    level : float
    """

    rows: Sequence[Row]
    left_out: Mapping[str, str]
    doubts: Sequence[Doubt]
    fitted: Fitted
    recovery: Recovery | None
    as_of: str | None
    manifest: Mapping[str, Any]
    failures: Sequence[FailedReplication]
    limits: Sequence[str]
    level: float = 0.9

    @property
    def n(self) -> int:
        """Points of the sample, as `borderops.report.contents.Account` asks."""
        return len(self.fitted.posterior.points)

    @property
    def names(self) -> list[str]:
        """Names of the inputs."""
        return [one.name for one in self.doubts]

    @property
    def ids(self) -> list[str]:
        """Ids of the rows."""
        return [one.figure for one in self.rows]


def waves_table(contents: FitContents) -> pd.DataFrame:
    """One row a wave: what was played, what remains, and which rows are hardest to meet there."""
    told = []
    for number, step in enumerate(contents.fitted.steps, start=1):
        used = [at for at, state in enumerate(step.states) if state == PLAYED]
        worst = sorted(used, key=lambda at: -step.apart[at])[:WORST]
        told.append(
            {
                "wave": number,
                "points": step.runs,
                "learnt_from": step.learnt_from,
                "rows_used": len(used),
                "explained": float(np.nanmean(step.explained)),
                "covered": float(np.nanmean(step.covered)),
                "log10_share": step.log10_share,
                "widened": step.widened,
                "worst": ", ".join(f"{contents.ids[at]} ({step.apart[at]:.1f})" for at in worst),
            }
        )
    return pd.DataFrame(told)


def rows_table(contents: FitContents) -> pd.DataFrame:
    """One row a published figure: before, after, and what became of it."""
    fitted, last = contents.fitted, contents.fitted.steps[-1]
    table = pd.DataFrame(
        {
            "id": contents.ids,
            "label": [one.published.label for one in contents.rows],
            "unit": [one.unit for one in contents.rows],
            "world": [one.world for one in contents.rows],
            "published": [one.value for one in contents.rows],
            "state": last.states,
        }
    )
    spans = {"before": fitted.before, "after": fitted.after}
    for when, span in spans.items():
        table[f"{when}_low"], table[f"{when}_median"], table[f"{when}_high"] = span.lows, span.medians, span.highs
    table["is_inside"] = (table["after_low"] <= table["published"]) & (table["published"] <= table["after_high"])
    return table.assign(explained=last.explained, covered=last.covered)


def screen_table(contents: FitContents) -> pd.DataFrame:
    """Tidy: effect of each input on each row over its whole range, in standard deviations of chance; whether seen."""
    screened, seen = contents.fitted.screen, contents.fitted.screen.is_seen
    ids = [contents.ids[at] for at in contents.fitted.screened]
    return pd.DataFrame(
        [
            (
                name,
                row,
                *(float(one[at, to]) for one in (screened.effects, screened.errors, screened.shares)),
                bool(seen[at, to]),
            )
            for at, name in enumerate(contents.names)
            for to, row in enumerate(ids)
        ],
        columns=["doubt", "row", "effect", "error", "share", "is_seen"],
    )


def doubts_table(contents: FitContents) -> pd.DataFrame:
    """One row an input: where its position lies before and after, how much narrower, and which rows see it."""
    found, fitted = contents.fitted.identified, contents.fitted
    ids = np.array([contents.ids[at] for at in fitted.screened])
    seen = fitted.screen.is_seen
    effects = np.abs(fitted.screen.effects)
    told = [
        ", ".join(ids[np.argsort(-effects[at], kind="stable")][seen[at][np.argsort(-effects[at], kind="stable")]][:5])
        for at in range(len(contents.doubts))
    ]
    table = pd.DataFrame(
        {
            "doubt": contents.names,
            "parameters": [len(one.parameters) for one in contents.doubts],
            "deviation_ratio": found.ratios,
            "verdict": found.words,
            "low": found.lows,
            "median": found.medians,
            "high": found.highs,
            "seen_by": told,
        }
    )
    firsts = [one.parameters[0] for one in contents.doubts]
    table["first_parameter"] = [one.key for one in firsts]
    for when in ("low", "value", "high"):
        table[f"range_{when}"] = [float(getattr(one, when)) for one in firsts]
    return table


def pairs_table(contents: FitContents) -> pd.DataFrame:
    """Pairs that the figures do not tell apart."""
    rows = [
        (contents.names[one.first], contents.names[one.second], one.correlation, one.together, one.alone)
        for one in contents.fitted.identified.pairs
    ]
    return pd.DataFrame(rows, columns=["first", "second", "correlation", "together", "alone"])


def directions_table(contents: FitContents, most: int = 5) -> pd.DataFrame:
    """Directions of which the figures tell most, each by its largest parts."""
    found = contents.fitted.identified
    told = []
    for at, information in enumerate(found.information):
        parts = found.directions[:, at]
        largest = np.argsort(-np.abs(parts), kind="stable")[:most]
        words = ", ".join(f"{parts[one]:+.2f} {contents.names[one]}" for one in largest)
        told.append((at + 1, float(information), words))
    return pd.DataFrame(told, columns=["direction", "information", "parts"])


def ranks_table(contents: FitContents) -> pd.DataFrame:
    """One row an input or published figure: are planted truths as likely at any rank?"""
    found = contents.recovery
    columns = ["of", "name", "truths", "p_value", "mean_rank", "sample"]
    if found is None:
        return pd.DataFrame(columns=columns)
    named = [("doubt", one) for one in contents.names]
    named += [("row", contents.ids[at]) for at in contents.fitted.screened]
    means = found.ranks.mean(axis=0) / SAMPLE
    return pd.DataFrame(
        [
            (of, name, len(found.planted), float(p), float(mean), SAMPLE)
            for (of, name), p, mean in zip(named, found.p_values, means)
        ],
        columns=columns,
    )


TABLES: Final = {
    "waves": waves_table,
    "rows": rows_table,
    "screen": screen_table,
    "identifiability": doubts_table,
    "pairs": pairs_table,
    "directions": directions_table,
    "ranks": ranks_table,
}
"""By the name of the file."""
