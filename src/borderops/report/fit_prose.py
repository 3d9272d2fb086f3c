"""A fit in words and plain tables, for the terminal and the head of its page."""

from __future__ import annotations

import numpy as np
import pandas as pd

from borderops.fitting.waves import FLAT, PLAYED, REACHED, UNREAD
from borderops.report.fit_contents import FitContents, doubts_table, pairs_table, rows_table, waves_table
from borderops.report.words import list_text

MOST_NAMED = 6
UNEVEN = 0.01
"""Corrected p-value below which ranks of planted truths are said to be uneven."""


def fit_text(contents: FitContents) -> str:
    """The fit for the terminal.

    Parameters
    ----------
    contents : FitContents

    Returns
    -------
    str
        Waves, rows, inputs, and what it comes to.
    """
    waves = waves_table(contents).rename(
        columns={"learnt_from": "learnt from", "rows_used": "rows", "log10_share": "remains 10^"}
    )
    parts = [
        _table(waves, {"explained": ".0%", "covered": ".0%", "remains 10^": ".1f", "widened": ".2f"}),
        _table(shown_rows(contents), {}),
        _table(shown_doubts(contents), {}),
        "\n".join(answer(contents)),
    ]
    return "\n\n".join(parts)


def shown_rows(contents: FitContents) -> pd.DataFrame:
    """Rows before and after, as they are to be read."""
    table = rows_table(contents)
    return pd.DataFrame(
        {
            "row": table["id"],
            "published": [figure(one) for one in table["published"]],
            "before": [span(low, high) for low, high in zip(table["before_low"], table["before_high"])],
            "after": [span(low, high) for low, high in zip(table["after_low"], table["after_high"])],
            "lies": [
                state if state != PLAYED else "inside" if inside else "outside"
                for state, inside in zip(table["state"], table["is_inside"])
            ],
            "figure": table["label"].str.slice(0, 60),
        }
    )


def shown_doubts(contents: FitContents) -> pd.DataFrame:
    """Inputs before and after, as they are to be read."""
    table = doubts_table(contents)
    return pd.DataFrame(
        {
            "value in doubt": table["doubt"],
            "width left": [f"{one:.0%}" for one in table["deviation_ratio"]],
            "verdict": table["verdict"],
            "position": [f"{middle:.2f} ({low:.2f}–{high:.2f})" for low, middle, high in
                         zip(table["low"], table["median"], table["high"])],
            "seen by": table["seen_by"],
        }
    )  # fmt: skip


def answer(contents: FitContents) -> list[str]:
    """What the fit comes to, sentence by sentence."""
    table, found = rows_table(contents), contents.fitted.identified
    used = table[table["state"] == PLAYED]
    told = [
        f"{int(used['is_inside'].sum())} of {len(used)} published figures lie inside the 90 % interval that the "
        "stand-in gives for one season over the sample."
    ]
    for state, words in ((REACHED, "No point reaches"), (FLAT, "The same at every point"), (UNREAD, "Not read")):
        ids = list(table.loc[table["state"] == state, "id"])
        if ids:
            told.append(f"{words}: {list_text(ids)}; set aside, and never excused by a wider interval.")
    widened = [step.widened for step in contents.fitted.steps if step.widened > 1.0]
    if widened:
        told.append(
            f"No point meets all figures together: limits had to be {max(widened):.2f} times as wide for anything to "
            "remain. That speaks of the model's structure, not of its values."
        )
    verdicts = found.words
    told.append(
        f"Of {len(verdicts)} values in doubt the figures pin {verdicts.count('pinned')}, narrow "
        f"{verdicts.count('narrowed')} and tell nothing of {verdicts.count('not seen')}; they tell "
        f"{found.told} directions better than was believed before."
    )
    pairs = pairs_table(contents)
    if len(pairs):
        named = [
            f"{one.first} and {one.second} ({one.correlation:+.2f})" for one in pairs.head(MOST_NAMED).itertuples()
        ]
        more = f", and {len(pairs) - MOST_NAMED} more" if len(pairs) > MOST_NAMED else ""
        told.append(f"Not told apart: {'; '.join(named)}{more}.")
    if contents.recovery is not None:
        p = contents.recovery.smallest
        verdict = (
            "as even as chance would have them" if p >= UNEVEN else "uneven: the beliefs are too sure or too vague"
        )
        told.append(f"Ranks of {len(contents.recovery.planted)} planted truths are {verdict} (corrected p = {p:.2g}).")
    return told


def figure(value: float) -> str:
    """A number to four digits."""
    return "–" if not np.isfinite(value) else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def span(low: float, high: float) -> str:
    """An interval."""
    return "–" if not np.isfinite(low) else f"{figure(low)} to {figure(high)}"


def _table(frame: pd.DataFrame, formats: dict[str, str]) -> str:
    cells = [[*frame.columns]] + [
        [format(cell, formats.get(str(name), "")) for name, cell in zip(frame.columns, row)]
        for row in frame.itertuples(index=False)
    ]
    widths = [max(len(row[at]) for row in cells) for at in range(len(frame.columns))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)
