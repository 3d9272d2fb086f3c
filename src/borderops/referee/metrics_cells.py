"""Cells that a tool flags or repairs, against the cells that are wrong.

    detection precision = wrong cells among those flagged, 1 where nothing is flagged
    detection recall    = wrong cells that were flagged
    repair accuracy     = right values among those given for wrong cells
    repair precision    = right values among all that were given
    repair recall       = wrong cells that got their right value

No value for a flagged cell is no proposal, but where the cell ought to be empty, it is the right one.

By mechanism only what has one can be told: recall of detection and of repair, and accuracy. A cell that several
mechanisms touched counts with each of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from borderops.referee.measures import Measure, Sums, ratio, share, sums_by


def _f1(sums: Sums) -> np.ndarray:
    return ratio(2 * sums["found"], sums["claimed"] + sums["true"])


DETECTION: Final = (
    share("precision", "Detection precision", "found", "claimed", "Wrong cells among those flagged.", 1.0),
    share("recall", "Detection recall", "found", "true", "Wrong cells that were flagged."),
    Measure("f1", "Detection F1", "2 TP / (2 TP + FP + FN).", _f1, "true"),
)
REPAIR: Final = (
    share("repair_accuracy", "Repair accuracy", "repaired", "tried", "Right values among those given for wrong cells."),
    share("repair_precision", "Repair precision", "repaired", "given", "Right values among all that were given."),
    share("repair_recall", "Repair recall", "repaired", "true", "Wrong cells that got their right value."),
)
BY_MECHANISM: Final = (DETECTION[1], REPAIR[0], REPAIR[2])


def cell_parts(
    is_flagged: np.ndarray,
    is_wrong: np.ndarray,
    has_value: np.ndarray,
    is_right: np.ndarray,
    owner: np.ndarray,
    owners: int,
) -> dict[str, np.ndarray]:
    """Parts by owner of cells, each once: those that a tool names and those that are wrong.

    Parameters
    ----------
    is_flagged, is_wrong, has_value, is_right : ndarray of bool, shape (n,)
        Whether the tool names the cell, whether it is wrong, whether a value is given, and whether that value is right.
    owner : ndarray of int64, shape (n,)
    owners : int

    Returns
    -------
    dict of str to ndarray of float64, shape (owners,)
    """
    return sums_by(
        owner,
        owners,
        found=is_flagged & is_wrong,
        claimed=is_flagged,
        true=is_wrong,
        given=has_value,
        tried=has_value & is_wrong,
        repaired=has_value & is_wrong & is_right,
    )
