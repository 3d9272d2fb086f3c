"""Units of time. The one place that knows 60, 24 and 7.

A bare number anywhere in borderops is minutes. Any other unit is in the name (``median_stay_days``).
"""

from typing import Final

import numpy as np

MINUTE: Final = 1
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

LIMIT_72_HOURS: Final = 72 * HOUR
"""Limit for handing a child to HHS, 8 U.S.C. 1232(b)(3); OIG-20-06 p. 4. 72:00 keeps it, 72:01 breaks it."""

MOMENT: Final = np.int32
"""Type of moments in columns: half the memory of int64, and the clock reaches the year 4000 in it."""

NEVER: Final = int(np.iinfo(MOMENT).max // 2)
"""The moment that never came. Half of the range, so that adding a duration to it, or itself, cannot overflow."""


def hours(minutes):
    """Convert minutes to hours, for reading only."""
    return minutes / HOUR


def days(minutes):
    """Convert minutes to days, for reading only."""
    return minutes / DAY
