"""A list that a tool gives, against the list that is true: what is missing from it, and what stands on it falsely.

missing = those who belong on the list and are not on it; their share is 1 - recall
false   = those who are on it and do not belong there; their share is 1 - precision
"""

from __future__ import annotations

from typing import Final

import numpy as np

from borderops.referee.measures import Measure, Sums, ratio, share, sums_by


def _missing(sums: Sums) -> np.ndarray:
    return ratio(sums["true"] - sums["found"], sums["true"])


def _false(sums: Sums) -> np.ndarray:
    return ratio(sums["claimed"] - sums["found"], sums["claimed"], of_nothing=0.0)


def _f1(sums: Sums) -> np.ndarray:
    return ratio(2 * sums["found"], sums["claimed"] + sums["true"])


LISTS: Final = (
    share("precision", "Precision", "found", "claimed", "Those listed who belong on the list.", 1.0),
    share("recall", "Recall", "found", "true", "Those who belong on the list and are listed."),
    Measure("f1", "F1", "2 TP / (2 TP + FP + FN).", _f1, "true"),
    Measure(
        "share_missing", "Missing", "Those who belong on the list and are not listed, as a share.", _missing, "true"
    ),
    Measure("share_false", "False", "Those listed who do not belong on the list, as a share.", _false, "claimed"),
)
"""Measures of lists: parts ``found``, ``claimed`` and ``true``."""


FACT_MEASURES: Final = (
    share("precision", "Precision", "found", "claimed", "Facts told that stand in the note.", 1.0),
    share("recall", "Recall", "found", "true", "Facts in the notes that are told."),
    Measure("f1", "F1", "2 TP / (2 TP + FP + FN).", _f1, "true"),
)
"""Measures of facts taken from texts: the same parts."""


def list_parts(listed: np.ndarray, belongs: np.ndarray, owner: np.ndarray, owners: int) -> dict[str, np.ndarray]:
    """Parts by owner.

    Parameters
    ----------
    listed, belongs : ndarray of bool, shape (n,)
        Of everything that could stand on the list: whether the tool lists it, and whether it belongs there.
    owner : ndarray of int64, shape (n,)
    owners : int

    Returns
    -------
    dict of str to ndarray of float64, shape (owners,)
    """
    return sums_by(owner, owners, found=listed & belongs, claimed=listed, true=belongs)
