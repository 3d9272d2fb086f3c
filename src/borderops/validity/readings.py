"""One number for each published figure, read off a replication of the world that the figure speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from borderops.config.schema import Settings
from borderops.forecast.results import Results
from borderops.validity import readings_counts, readings_findings, readings_reunion
from borderops.validity.readings_tables import AtHand, Reader
from borderops.validity.rows import Row

READERS: Final[dict[str, Reader]] = {
    **readings_counts.READERS,
    **readings_findings.READERS,
    **readings_reunion.READERS,
}
"""How a number is read, by the names that rows of the scope use."""


def readings(
    rows: Sequence[Row], results_by_world: Mapping[str, Results], settings_by_world: Mapping[str, Settings]
) -> np.ndarray:
    """Read figures off one replication.

    Parameters
    ----------
    rows : sequence of Row
    results_by_world : mapping of str to Results
        The same replication of each world that was played.
    settings_by_world : mapping of str to Settings
        Those that it was played with.

    Returns
    -------
    ndarray of float64, shape (rows,)
        In the units of the published figures, dates as days after the season's first, rounded as the source did. NaN
        where the world was not played, and where it tells nothing: no day on which the mean passes 72 hours, no audit
        (``study.audits``), no order of a court, a share of nobody.
    """
    # Each table is wanted by many readers, and may be read from a file each time.
    found = {world: replace(one, tables=AtHand(one.tables)) for world, one in results_by_world.items()}
    return np.array(
        [
            _reading(row, found[row.world], settings_by_world[row.world]) if row.world in found else np.nan
            for row in rows
        ]
    )


def _reading(row: Row, results: Results, settings: Settings) -> float:
    return rounded(READERS[row.reader](results, settings), row.rounding)


def rounded(value: float, to: float | None) -> float:
    """A value rounded to a multiple, halves up, as people round; as it is where there is none."""
    return value if to is None else float(np.floor(value / to + 0.5) * to)
