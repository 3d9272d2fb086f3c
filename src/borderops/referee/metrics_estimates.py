"""A number that a tool estimates, against the true one: how many separated children stand in no source at all."""

from __future__ import annotations

import numpy as np

from borderops.referee.measures import Measure, Sums, ratio


def estimate_measures(estimate: float) -> tuple[Measure, ...]:
    """Measures of one estimate.

    Parameters
    ----------
    estimate : float
        Of the number of children who stand in no source.

    Returns
    -------
    tuple of Measure
        Of the parts ``true`` (children who stand in none) and ``children``.
    """

    def error(sums: Sums) -> np.ndarray:
        return estimate - sums["true"]

    return (
        Measure("over_truth", "Estimate over truth", "Estimate / true number.",
                lambda sums: ratio(estimate, sums["true"]), "true"),
        Measure("error", "Error", "Estimate - true number, children.", error, "true"),
        Measure("share_off", "Error as a share of the separated", "|estimate - true number| / separated children.",
                lambda sums: ratio(np.abs(error(sums)), sums["children"]), "children"),
    )  # fmt: skip
