"""Published figures beside simulated intervals: in or out, how wide, how well on the whole, and whether the fit holds.

An interval is made of quantiles of simulated replications and of nothing else: points of the fitted sample and chance
together, no allowance for what the model leaves out. A figure that the model cannot meet is therefore out, and stays
so until a mechanism is put right. Widths are held to limits, since a wide interval is inside without knowing anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
import yaml

from borderops.config import places
from borderops.facts.tables import published
from borderops.validity.rows import SEASON_START, Row

DAYS_AFTER_START: Final = f"days after {SEASON_START.day} {SEASON_START:%B}"
"""Unit of dates, as `Row.unit` gives it."""

LEVEL: Final = 0.9
"""The level of the intervals that the fit is judged by."""

COUNTED: Final = {"fit": 0.90, "check": 0.75}
"""Roles that count, with the share of their rows that must lie inside."""

ROLES: Final = (*COUNTED, "derived")
"""In the order in which they are shown."""

FORECAST: Final = ("known", "later")
"""Of a forecast: figures that were known on its day, and those that came later."""

SHARE_UNITS: Final = frozenset({"percent", "share"})
HEADS: Final = frozenset(
    {"children", "parents", "adults", "persons", "families", "family units", "minors", "records", "cases/month"}
)
"""Units of what is counted one by one; only their intervals, and those of shares, have a limit."""

POINTS_LIMIT: Final = 8.0
LARGE, LARGE_LIMIT = 1000.0, 0.15
MIDDLING, MIDDLING_LIMIT = 100.0, 0.35
"""The most an interval may reach to either side: points of a share, parts of a count above 1,000 or from 100 on."""

AT_LEAST, AT_MOST = ("more_than", "at_least"), ("up_to", "at_most")
"""Bounds that leave the truth on one side. They are told, and not counted: the number itself must lie inside."""

FEWEST_READ: Final = 0.5
"""Share of replications that must give a reading before a figure may count as met."""

FOLDER: Final = "validation"
EXPLANATIONS: Final = "explanations.yaml"

COLUMNS: Final = (
    "id", "role", "label", "unit", "published", "bound", "median", "low", "high", "half_width", "width_limit",
    "is_narrow", "is_inside", "is_allowed", "interval_score", "relative_score", "n", "speaks_to", "depends_on",
    "denominator", "cohort", "world", "source", "known_on", "why",
)  # fmt: skip


@dataclass(frozen=True)
class Fit:
    """The fitted sample that the replications were played with.

    Parameters
    ----------
    sample : str or None
        Its name; None where the values were played as they stand.
    scope : str or None
        Digest of the rows it was fitted under.
    """

    sample: str | None = None
    scope: str | None = None


@dataclass(frozen=True)
class Coverage:
    """How many rows of a role lie inside.

    Parameters
    ----------
    role : str
    inside, counted : int
    needed : float
        Share that must lie inside.
    """

    role: str
    inside: int
    counted: int
    needed: float

    @property
    def share(self) -> float:
        """NaN where nothing is counted."""
        return self.inside / self.counted if self.counted else np.nan

    @property
    def is_enough(self) -> bool:
        """Whether enough rows lie inside; a role without a row has nothing to show for itself."""
        return self.counted > 0 and self.inside >= self.needed * self.counted - 1e-9


@dataclass(frozen=True)
class Scorecard:
    """Figures set beside simulated intervals.

    Parameters
    ----------
    table : DataFrame
        One row a figure, columns `COLUMNS`, *fit* rows first, then *check*, then *derived*.
    level : float
        Share of replications that ``low`` to ``high`` spans.
    n : int
        Replications.
    digest : str
        Of the rows in scope and their published values.
    fit : Fit
    out_of_scope : mapping of str to str
        Figures that the model is not asked about, with the reason.
    """

    table: pd.DataFrame
    level: float
    n: int
    digest: str
    fit: Fit = field(default_factory=Fit)
    out_of_scope: Mapping[str, str] = field(default_factory=dict)

    @property
    def coverage(self) -> dict[str, Coverage]:
        """Rows inside and counted, by role."""
        return {
            role: Coverage(role, int(rows["is_inside"].sum()), len(rows), needed)
            for role, needed in COUNTED.items()
            for rows in [self.of_role(role)]
        }

    @property
    def problems(self) -> list[str]:
        """What does not hold, a sentence each."""
        return [*self.scope_problems(), *self._coverage_problems(), *self._width_problems()]

    @property
    def holds(self) -> bool:
        """Whether the fit holds: enough rows inside, no *fit* interval too wide, the rows it was fitted under."""
        return not self.problems

    def of_role(self, role: str) -> pd.DataFrame:
        """Rows of one role."""
        return self.table[self.table["role"] == role]

    def groups(self, as_of: date | None = None) -> dict[str, pd.DataFrame]:
        """Rows as they are shown together: by role, or, of a forecast, by whether they were known on its day.

        Parameters
        ----------
        as_of : date, optional

        Returns
        -------
        dict of str to DataFrame
            By role; with a day: ``known``, ``later`` and ``derived``. Groups without a row are left out.
        """
        role, known_on = self.table["role"], self.table["known_on"]
        group = role if as_of is None else role.where(role == "derived", np.where(known_on <= str(as_of), *FORECAST))
        order = ROLES if as_of is None else (*FORECAST, "derived")
        return {name: self.table[group == name] for name in order if (group == name).any()}

    def outside(self, role: str) -> list[str]:
        """Ids of the rows of a role that are missed."""
        return outside(self.of_role(role))

    def score(self, role: str) -> float:
        """Mean interval score of a role in published values (1 = as large as the figure itself); lower is better."""
        return mean_score(self.of_role(role))

    def scope_problems(self) -> Iterator[str]:
        """What keeps the rows from judging the fit: another set of rows, or no fit at all."""
        if self.fit.sample is None:
            yield "No fitted sample was played (inputs.sample=null), so nothing is said of the fit."
        elif self.fit.scope != self.digest:
            then = "unknown rows" if self.fit.scope is None else f"rows of digest {self.fit.scope[:12]}"
            yield (
                f"The sample {self.fit.sample} was fitted under {then}, and the rows in scope are those of digest "
                f"{self.digest[:12]}: rows may not change between fit and judgement."
            )

    def _coverage_problems(self) -> Iterator[str]:
        for one in self.coverage.values():
            if not one.is_enough:
                out = ", ".join(self.outside(one.role))
                which = f" (outside: {out})" if out else ""
                yield (
                    f"Of {one.counted} {one.role} figures {one.inside} lie inside; at least {100 * one.needed:.0f} % "
                    f"must{which}."
                )

    def _width_problems(self) -> Iterator[str]:
        rows = self.of_role("fit")
        for row in rows[~rows["is_narrow"].astype(bool)].to_dict("records"):
            width, limit = (width_text(row[name], row["unit"]) for name in ("half_width", "width_limit"))
            yield f"The interval of {row['id']} is {width} wide; allowed: {limit}."


def outside(rows: pd.DataFrame) -> list[str]:
    """Ids of those of some rows that are missed."""
    return list(rows.loc[~rows["is_inside"].astype(bool), "id"])


def mean_score(rows: pd.DataFrame) -> float:
    """Mean interval score of some rows in published values; NaN where none has one."""
    scores = rows["relative_score"].to_numpy(dtype=np.float64)
    scores = scores[np.isfinite(scores)]
    return float(scores.mean()) if scores.size else np.nan


# --- making one -------------------------------------------------------------------------------------------------------


def scorecard(
    rows: Sequence[Row],
    readings: np.ndarray,
    level: float = LEVEL,
    *,
    digest: str = "",
    fit: Fit | None = None,
    out_of_scope: Mapping[str, str] | None = None,
    explanations: Mapping[str, str] | None = None,
) -> Scorecard:
    """Set readings beside published figures.

    Parameters
    ----------
    rows : sequence of Row
    readings : ndarray of float64, shape (replications, len(rows))
        NaN where a replication has nothing to read.
    level : float
        Share of replications that an interval spans.
    digest : str
        Of the rows in scope.
    fit : Fit, optional
    out_of_scope : mapping of str to str, optional
        Reason by figure.
    explanations : mapping of str to str, optional
        Why a figure is missed, by its id; shown where it is.

    Returns
    -------
    Scorecard
    """
    readings = np.asarray(readings, dtype=np.float64)
    if readings.ndim != 2 or readings.shape[1] != len(rows):
        raise ValueError(f"readings have shape {readings.shape}; {len(rows)} rows need (replications, {len(rows)})")
    reasons = {} if explanations is None else explanations
    made = [_row(row, column, level, reasons) for row, column in zip(rows, readings.T, strict=True)]
    table = pd.DataFrame(made, columns=list(COLUMNS))
    order = table["role"].map({role: place for place, role in enumerate(ROLES)})
    table = table.assign(_order=order).sort_values("_order", kind="stable", ignore_index=True).drop(columns="_order")
    return Scorecard(table, level, len(readings), digest, fit or Fit(), dict(out_of_scope or {}))


def _row(row: Row, values: np.ndarray, level: float, reasons: Mapping[str, str]) -> tuple[Any, ...]:
    figure, value, unit = row.published, row.value, row.unit
    read = values[np.isfinite(values)]
    low, median, high = _quantiles(read, level)
    is_inside = bool(low <= value <= high) and read.size >= FEWEST_READ * values.size
    half, limit = half_width(low, high, value, unit), width_limit(value, unit)
    score = interval_score(low, high, value, level) if read.size else np.nan
    return (
        figure.id, row.role, figure.label, unit, value, row.bound, median, low, high, half, limit,
        not half > limit, is_inside, is_inside or is_beyond_bound(low, high, value, row.bound),
        score, score / abs(value) if value else np.nan, int(read.size),
        row.speaks_to, ", ".join(row.depends_on), row.denominator, row.cohort, row.world,
        f"{figure.source} {figure.locator}".strip(), str(row.known_on), "" if is_inside else reasons.get(figure.id, ""),
    )  # fmt: skip


def is_beyond_bound(low: float, high: float, published: float, bound: str) -> bool:
    """Whether a whole interval lies on the side of a published bound on which the truth lies too."""
    return (bound in AT_LEAST and low > published) or (bound in AT_MOST and high < published)


def _quantiles(values: np.ndarray, level: float) -> tuple[float, float, float]:
    if not values.size:
        return np.nan, np.nan, np.nan
    tail = (1.0 - level) / 2.0
    low, median, high = np.quantile(values, [tail, 0.5, 1.0 - tail])
    return float(low), float(median), float(high)


def interval_score(low: float, high: float, published: float, level: float) -> float:
    """Width of an interval and what it misses by; lower is better, and no widening pays.

    Parameters
    ----------
    low, high, published : float
    level : float
        Nominal coverage of the interval.

    Notes
    -----
    Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation, section 6.2.
    """
    price = 2.0 / (1.0 - level)
    return (high - low) + price * max(low - published, 0.0) + price * max(published - high, 0.0)


def half_width(low: float, high: float, published: float, unit: str) -> float:
    """Half the width of an interval: in points for shares, else as a part of the published value."""
    half = (high - low) / 2.0
    if unit in SHARE_UNITS:
        return half * (100.0 if unit == "share" else 1.0)
    return half / abs(published) if published else np.nan


def width_limit(published: float, unit: str) -> float:
    """The most that `half_width` may be; NaN where nothing is asked."""
    if unit in SHARE_UNITS:
        return POINTS_LIMIT
    if unit not in HEADS or published < MIDDLING:
        return np.nan
    return LARGE_LIMIT if published > LARGE else MIDDLING_LIMIT


def width_text(half: float, unit: str) -> str:
    """A half-width in words: ``±12 %`` of the published value, ``±3.5 points``."""
    if not np.isfinite(half):
        return ""
    return f"±{half:.1f} points" if unit in SHARE_UNITS else f"±{100.0 * half:.0f} %"


# --- why a figure is missed -------------------------------------------------------------------------------------------


def explanations() -> dict[str, str]:
    """Why figures are missed, by their id, as ``conf/validation/explanations.yaml`` tells it.

    Raises
    ------
    ValueError
        If an explanation stands for a figure that does not exist, or says nothing.
    """
    path = places.conf_folder() / FOLDER / EXPLANATIONS
    told = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    empty = [name for name, words in told.items() if not isinstance(words, str) or not words.strip()]
    wrong = [name for name in told if name not in published()]
    if wrong or empty:
        raise ValueError(f"{path.name} explains no published figure under {', '.join(map(str, [*wrong, *empty]))}")
    return {name: " ".join(words.split()) for name, words in told.items()}
