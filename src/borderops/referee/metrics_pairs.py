"""Pairs that a tool links, against the pairs that are true.

With TP the true pairs that were linked, FP the others that were, and FN the true pairs that were not (Splink's table of
truth statistics; Binette and Reiter, "How to evaluate entity resolution systems", 2024):

    precision = TP / (TP + FP), 1 where nothing is linked
    recall    = TP / (TP + FN)
    F1        = 2 TP / (2 TP + FP + FN)

A pair belongs to two owners, half to each; sums over owners are whole again. Of links that no record tells (not
knowable) only the recall is of interest: nobody can be blamed for missing them. Where they are left out, those that
were linked all the same count neither for nor against the tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from borderops.referee.measures import Measure, Sums, ratio, share, sums_by


def _f1(sums: Sums) -> np.ndarray:
    return ratio(2 * sums["found"], sums["claimed"] + sums["true"])


def _precision_knowable(sums: Sums) -> np.ndarray:
    found = sums["found_knowable"]
    return ratio(found, sums["claimed"] - sums["found"] + found, of_nothing=1.0)


def _f1_knowable(sums: Sums) -> np.ndarray:
    found = sums["found_knowable"]
    return ratio(2 * found, sums["claimed"] - sums["found"] + found + sums["true_knowable"])


PAIRS: Final = (
    share("precision", "Precision", "found", "claimed", "True pairs among those linked: TP / (TP + FP).", 1.0),
    share("recall", "Recall", "found", "true", "True pairs that were linked: TP / (TP + FN)."),
    Measure("f1", "F1", "2 TP / (2 TP + FP + FN).", _f1, "true"),
)
"""Measures of pairs: parts ``found`` (TP), ``claimed`` (TP + FP) and ``true`` (TP + FN)."""

KNOWABLE: Final = (
    Measure(
        "precision_knowable",
        "Precision, knowable links",
        "Precision with links left out of which no record tells.",
        _precision_knowable,
        "claimed",
    ),
    share(
        "recall_knowable",
        "Recall, knowable links",
        "found_knowable",
        "true_knowable",
        "Recall among links that can be told from the records.",
    ),
    Measure("f1_knowable", "F1, knowable links", "F1 among links that can be told.", _f1_knowable, "true_knowable"),
    share(
        "recall_unknowable",
        "Recall, links nobody could know",
        "found_unknowable",
        "true_unknowable",
        "Recall among links of which no record tells: what is found here was found by luck.",
    ),
)
"""Measures by recoverability; further parts ``found_knowable`` and so on."""


def ends(left: np.ndarray, right: np.ndarray, owners: int, **columns: np.ndarray | float) -> dict[str, np.ndarray]:
    """Parts by owner of pairs, half of each pair for either end.

    Parameters
    ----------
    left, right : ndarray of int64, shape (n,)
        Owners of the two ends.
    owners : int
    **columns : ndarray, shape (n,), or float

    Returns
    -------
    dict of str to ndarray of float64, shape (owners,)
    """
    halves = {name: np.broadcast_to(np.asarray(one, dtype=np.float64), left.shape) / 2 for name, one in columns.items()}
    both = np.concatenate([left, right])
    return sums_by(both, owners, **{name: np.tile(one, 2) for name, one in halves.items()})


def pairs_of(sizes: np.ndarray) -> np.ndarray:
    """Pairs within groups of some sizes."""
    sizes = np.asarray(sizes, dtype=np.int64)
    return sizes * (sizes - 1) // 2


def truth_space(scores: np.ndarray, is_true: np.ndarray, true: int, asked: int | None = None) -> pd.DataFrame:
    """What every threshold would give, as Splink's table of truth statistics has it.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
        Of the pairs of a tool's output; pairs that are not in it are linked at no threshold.
    is_true : ndarray of bool, shape (n,)
    true : int
        True pairs, in the output or not.
    asked : int, optional
        All pairs that could have been linked; without them there are no true negatives to count.

    Returns
    -------
    DataFrame
        One row a distinct score, ascending: ``threshold`` (pairs of this score or more are linked), ``p``, ``tp``,
        ``fp``, ``fn``, ``precision``, ``recall``, ``f1`` and, where ``asked`` is given, ``n``, ``tn``, ``specificity``.
    """
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], is_true[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if ranked.size else np.zeros(0, dtype=np.int64)
    tp, linked = np.cumsum(hits)[last], last + 1
    fp, fn = linked - tp, true - tp
    columns: dict[str, np.ndarray | int] = {"threshold": ranked[last], "p": true, "tp": tp, "fp": fp, "fn": fn}
    if asked is not None:
        columns |= {
            "n": asked - true,
            "tn": asked - true - fp,
            "specificity": ratio(asked - true - fp, np.full(tp.shape, asked - true)),
        }
    columns |= {"precision": ratio(tp, linked, 1.0), "recall": ratio(tp, np.full(tp.shape, true))}
    columns["f1"] = ratio(2 * tp, linked + np.full(tp.shape, true))
    return pd.DataFrame(columns, index=range(len(last)))[::-1].reset_index(drop=True)


def pair_measures(found: int, claimed: int, true: int) -> Mapping[str, float]:
    """Precision, recall and F1 from three counts."""
    sums = {name: np.array(float(count)) for name, count in (("found", found), ("claimed", claimed), ("true", true))}
    return {one.name: float(one.of(sums)) for one in PAIRS}
