"""The words of a judged fit: the verdict, what it rests on, and the scorecard as a table for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.report.compare_prose import text_table
from borderops.report.contents import records
from borderops.report.validity_figures import HEADINGS, published_text, reading_span, reading_text
from borderops.report.words import ABSENT, day_text, level_text, list_text, replications_text
from borderops.validity.scorecard import COUNTED, Scorecard, mean_score, outside, width_text

TEXT_WIDTH, LABEL_WIDTH = 118, 46

NOUNS: Final = {
    "fit": "figures the model was fitted to",
    "check": "figures it was never fitted to",
    "known": "figures that were known on that day",
    "later": "figures that came later",
}
"""Groups of rows that are counted."""

SCORED: Final = {"fit": "fitted", "check": "never fitted", "known": "known then", "later": "came later"}
"""The same in a word or two."""


def title_text(as_of: date | None) -> str:
    """What a report of this kind is called."""
    if as_of is None:
        return "Published figures beside simulated intervals"
    return f"Forecast as of {day_text(as_of)} beside what happened"


def verdict_text(card: Scorecard) -> str:
    """Whether the fit holds, in one sentence."""
    return "The fit holds." if card.holds else "The fit does not hold."


def answer(card: Scorecard, as_of: date | None) -> list[str]:
    """What the scorecard says, the verdict first.

    Parameters
    ----------
    card : Scorecard
    as_of : date or None
        Of a forecast, which is told without a verdict on the fit.

    Returns
    -------
    list of str
    """
    told = [] if as_of is not None else [verdict_text(card), *card.scope_problems()]
    told += _coverage_sentences(card, as_of)
    if as_of is None:
        told.append(_width_sentence(card))
    return [*told, _score_sentence(card, as_of), basis(card, as_of)]


def _coverage_sentences(card: Scorecard, as_of: date | None) -> Iterator[str]:
    for name, rows in card.groups(as_of).items():
        if name not in NOUNS:
            yield f"{len(rows)} more follow from others by arithmetic; they are shown and not counted."
            continue
        out = outside(rows)
        told = f" Outside: {', '.join(out)}." if out else ""
        needed = f"; at least {100 * COUNTED[name]:.0f} % must" if name in COUNTED else ""
        yield (
            f"Of {len(rows)} {NOUNS[name]} {count_text(len(rows) - len(out), len(rows))} lie inside the simulated "
            f"{level_text(card.level)} interval{needed}.{told}"
        )


def count_text(inside: int, counted: int) -> str:
    """``38 (93 %)``."""
    return f"{inside} ({100 * inside / counted:.0f} %)"


def _width_sentence(card: Scorecard) -> str:
    rows = card.of_role("fit")
    limited = rows[rows["width_limit"].notna()]
    if limited.empty:
        return "No fitted figure has a limit to the width of its interval."
    wide = list(limited.loc[~limited["is_narrow"], "id"])
    told = f"too wide: {', '.join(wide)}" if wide else "none is too wide"
    return f"Of {len(limited)} fitted figures whose interval has a limit, {told}."


def _score_sentence(card: Scorecard, as_of: date | None) -> str:
    scores = {name: mean_score(rows) for name, rows in card.groups(as_of).items() if name in NOUNS}
    told = [f"{SCORED[name]} {score:.2f}" for name, score in scores.items() if np.isfinite(score)]
    if not told:
        return "No interval could be scored."
    return (
        f"Mean interval score, in published values (width, and {2 / (1 - card.level):.0f} times what is missed by): "
        f"{list_text(told)}."
    )


def basis(card: Scorecard, as_of: date | None = None) -> str:
    """What the intervals are made of."""
    if card.fit.sample is None:
        points = "values as they stand, so intervals are chance alone"
    else:
        points = f"each with a point of the fitted sample {card.fit.sample} and a luck of its own"
    then = f" Nothing that became known after {day_text(as_of)} was used." if as_of is not None else ""
    scope = f"{len(card.out_of_scope)} published figures are out of scope, each with a reason."
    told = replications_text(card.n)
    return f"{told[:1].upper()}{told[1:]}, {points}; no allowance widens an interval.{then} {scope}"


# --- the terminal's table ------------------------------------------------------------------------------------------


def scorecard_text(card: Scorecard, as_of: date | None = None) -> str:
    """The scorecard for the terminal: a line a figure by role, then why figures are missed, then the summary."""
    parts: list[str] = []
    for name, rows in card.groups(as_of).items():
        parts += [HEADINGS[name], *_table_lines(rows, card.level, judges=as_of is None), ""]
    parts += _reason_lines(card)
    told = answer(card, as_of)
    return "\n".join([*parts, *(line for one in told for line in textwrap.wrap(plain(one), TEXT_WIDTH))])


def _table_lines(rows: pd.DataFrame, level: float, *, judges: bool) -> list[str]:
    head = ["id", "figure", "published", "median", f"{plain(level_text(level))} interval", "width", ""]
    lines = [line for row in records(rows) for line in _row_lines(row, judges=judges)]
    return text_table(head, lines, right=(2, 3, 4, 5))


def _row_lines(row: Any, *, judges: bool) -> list[list[str]]:
    """A row; a long name goes on below."""
    name, *more = textwrap.wrap(row.label, LABEL_WIDTH)
    verdict = "in" if row.is_inside else ("OUT (as bounded)" if row.is_allowed else "OUT")
    width = width_text(row.half_width, row.unit)
    if judges and row.role == "fit" and not row.is_narrow:
        width += ", too wide"
    span = reading_span(row) if np.isfinite(row.median) else ABSENT
    first = [row.id, name, published_text(row), reading_text(row.median, row.unit), span, width, verdict]
    return [first, *(["", line, *[""] * (len(first) - 2)] for line in more)]


def _reason_lines(card: Scorecard) -> list[str]:
    """Why figures that count are missed, one paragraph each."""
    out = card.table[~card.table["is_inside"] & (card.table["why"] != "")]
    if out.empty:
        return []
    lines = ["Why figures are missed"]
    for row in records(out):
        lines += textwrap.wrap(f"{row.id}  {row.why}", TEXT_WIDTH, subsequent_indent="      ")
    return [*lines, ""]


def plain(words: str) -> str:
    """Words without the spaces that hold a line together."""
    return words.replace("\N{NO-BREAK SPACE}", " ")
