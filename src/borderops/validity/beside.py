"""Published figures beside those of one run, where the run stands for what happened and covers their days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd

from borderops.config.schema import STATIONS, Settings
from borderops.forecast.results import Results
from borderops.validity.readings import readings
from borderops.validity.readings_reunion import ORDER_DAY
from borderops.validity.rows import Row, rows
from borderops.validity.worlds import SEASON

COLUMNS: Final = ["id", "label", "published", "unit", "role", "source", "low", "median", "high", "note"]


def comparison(results: Iterable[Results], settings: Settings, is_altered: bool = False) -> pd.DataFrame:
    """Set published figures beside the simulated ones.

    Parameters
    ----------
    results : iterable of Results
    settings : Settings
    is_altered : bool
        The policy is not the shipped one, so that the run does not stand for what happened.

    Returns
    -------
    DataFrame
        Columns id, label, published, unit, role, source, low, median, high, note (of what it speaks). Empty unless the
        scenario stands for what happened (``study.is_hindcast``) and is played whole: published arrivals of all
        stations, its own policy. Quantiles over replications at the settings' interval level; NaN where none has the
        figure. Figures that rest on audits are there if the run was audited (``study.audits``).
    """
    if is_altered or not _is_past(settings):
        return pd.DataFrame(columns=COLUMNS)
    return pd.DataFrame(list(_rows(covered(settings), results, settings)), columns=COLUMNS)


def _is_past(settings: Settings) -> bool:
    """Whether a run stands for what happened in 2018, with everybody who came."""
    arrivals = settings.arrivals
    is_whole = arrivals.source == "published" and set(arrivals.stations) == set(STATIONS)
    return settings.study.is_hindcast and is_whole and set(dict(arrivals.multiplier).values()) == {1.0}


def covered(settings: Settings) -> list[Row]:
    """Rows of the season whose days a run's window holds, and which it can tell of."""
    window, order = settings.window, settings.reunification.order.day
    return [
        row
        for row in rows()
        if row.world == SEASON
        and window.start <= row.first_day
        and row.last_day <= window.end
        and (order == ORDER_DAY or not row.follows_order)
        and (settings.study.audits or not row.rests_on_audits)
    ]


def _rows(shown: Sequence[Row], results: Iterable[Results], settings: Settings) -> Iterator[tuple]:
    read = np.array([readings(shown, {SEASON: each}, {SEASON: settings}) for each in results])
    level = settings.run.interval_level
    for row, column in zip(shown, read.T, strict=True):
        values, low, median, high = column[~np.isnan(column)], np.nan, np.nan, np.nan
        if values.size:
            low, median, high = np.quantile(values, [(1 - level) / 2, 0.5, (1 + level) / 2])
        figure = row.published
        source = f"{figure.source} {figure.locator}".strip()
        yield row.figure, figure.label, row.value, row.unit, row.role, source, low, median, high, row.speaks_to
