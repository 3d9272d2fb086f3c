"""Small drawings of a readiness review: marks of a verdict, and strips that need no script and print sharply.

A verdict is told by its word, a shape and a colour at once; colours are those of the other pages, told apart with any
colour vision.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from borderops.readiness.criteria import Criterion
from borderops.readiness.judging import Evidence, Judgement, Verdict
from borderops.report.drawing import BLACK, BLUE, GREY
from borderops.report.markup import Markup, join, tag

COLOURS: Final = {Verdict.GO: BLUE, Verdict.NO_GO: "#B84A00", Verdict.NOT_ENOUGH: "#5b4a86"}
"""Blue, a dark vermilion that keeps its contrast as text, and a violet between them in lightness."""

CLASSES: Final = {Verdict.GO: "go", Verdict.NO_GO: "no-go", Verdict.NOT_ENOUGH: "open"}

CHANCE_WIDTH, VALUE_WIDTH, DOTS_WIDTH, HEIGHT, MARGIN = 150.0, 200.0, 260.0, 26.0, 5.0
"""Pixels of the drawings."""

MOST_DOTS: Final = 120
"""Seasons drawn one by one; of more, as many quantiles."""


# --- marks ---------------------------------------------------------------------------------------------------------


def mark(verdict: Verdict, size: int = 18) -> Markup:
    """The shape of a verdict: a disc with a tick, an octagon with a bar, a diamond with a question mark."""
    shapes = {Verdict.GO: _disc, Verdict.NO_GO: _octagon, Verdict.NOT_ENOUGH: _diamond}
    drawn = shapes[verdict](COLOURS[verdict])
    told = {"role": "img", "aria_label": str(verdict)}
    return tag("svg", tag("title", str(verdict)), drawn, viewBox="0 0 24 24", width=size, height=size,
               class_="mark", **told)  # fmt: skip


def _disc(colour: str) -> Markup:
    tick = tag("path", d="M6.5 12.5l4 4 7-8.5", fill="none", stroke="#fff", stroke_width="2.8")
    return join(tag("circle", cx="12", cy="12", r="11", fill=colour), tick)


def _octagon(colour: str) -> Markup:
    corners = "7.4,1 16.6,1 23,7.4 23,16.6 16.6,23 7.4,23 1,16.6 1,7.4"
    bar = tag("rect", x="5.5", y="10", width="13", height="4", fill="#fff")
    return join(tag("polygon", points=corners, fill=colour), bar)


def _diamond(colour: str) -> Markup:
    words = {"x": "12", "y": "17", "text_anchor": "middle", "font_size": "14", "font_weight": "700", "fill": colour}
    shape = tag("polygon", points="12,1 23,12 12,23 1,12", fill="#fff", stroke=colour, stroke_width="2")
    return join(shape, tag("text", "?", **words))


# --- strips --------------------------------------------------------------------------------------------------------


def chance_strip(found: Evidence, criterion: Criterion, told: str) -> Markup:
    """The chance of being met with its bounds, from none to all seasons, against the confidence demanded."""
    colour = COLOURS[found.verdict]

    def at(share: float) -> float:
        return MARGIN + share * (CHANCE_WIDTH - 2 * MARGIN)

    marks = [
        _block(at(criterion.confidence), at(1.0)),
        _base(at(0.0), at(1.0)),
        _interval(at(found.low), at(found.high), HEIGHT / 2, colour, is_dashed=found.verdict is not Verdict.GO),
        None if math.isnan(found.probability) else _point(at(found.probability), HEIGHT / 2, colour),
        _limit(at(criterion.confidence)),
    ]
    return _strip(marks, CHANCE_WIDTH, told)


def value_strip(one: Judgement, beside: Judgement | None, told: str) -> Markup:
    """Where a criterion's values lie against its limit, in its own unit, with the policy beside below in grey."""
    shown = [each for each in (one, beside) if each is not None and math.isfinite(each.median)]
    at = scale_of([one.criterion], [value for each in shown for value in (each.low, each.high)], VALUE_WIDTH)
    limit = limit_of(one.criterion)
    marks: list[Markup | None] = [_allowed(one.criterion, at, VALUE_WIDTH), _base(at.first, at.last)]
    for each, y, colour in ((one, 9.0, COLOURS[one.verdict]), (beside, 18.0, GREY)):
        if each is None or not math.isfinite(each.median):
            continue
        is_dashed = each is one and one.verdict is not Verdict.GO
        marks += [_interval(at(each.low), at(each.high), y, colour, is_dashed), _point(at(each.median), y, colour)]
    marks.append(_limit(at(limit)) if limit is not None else None)
    return _strip(marks, VALUE_WIDTH, told)


def dots_strip(values: Sequence[float], criterion: Criterion, at: Scale, colour: str, told: str) -> Markup:
    """Every season a dot against the limit; of very many, as many quantiles."""
    known = np.sort(np.asarray(values, dtype=float))
    if known.size > MOST_DOTS:
        known = np.quantile(known, (np.arange(MOST_DOTS) + 0.5) / MOST_DOTS)
    limit = limit_of(criterion)
    dots = [
        tag("circle", cx=f"{at(value):.1f}", cy=f"{HEIGHT / 2 + _jitter(place):.1f}", r="2.6", fill=colour,
            fill_opacity=".5")
        for place, value in enumerate(known)
    ]  # fmt: skip
    marks = [_allowed(criterion, at, DOTS_WIDTH), _base(at.first, at.last), *dots,
             _limit(at(limit)) if limit is not None else None]  # fmt: skip
    return _strip(marks, DOTS_WIDTH, told)


def _jitter(place: int) -> float:
    """Dots lie on five lines, so that equal seasons can be counted."""
    return ((place * 2) % 5 - 2) * 3.4


# --- scales --------------------------------------------------------------------------------------------------------


class Scale:
    """From a value in its own unit to pixels; begins at none unless values lie below."""

    def __init__(self, values: Iterable[float], width: float) -> None:
        known = [value for value in values if math.isfinite(value)] or [0.0]
        self.lowest = min(0.0, *known)
        highest = max(0.0, *known)
        self.span = (highest - self.lowest) * 1.04 or 1.0
        self.first, self.last = MARGIN, width - MARGIN

    def __call__(self, value: float) -> float:
        share = (value - self.lowest) / self.span
        return self.first + min(max(share, 0.0), 1.0) * (self.last - self.first)


def scale_of(criteria: Iterable[Criterion], values: Iterable[float], width: float) -> Scale:
    """A scale that holds values and limits."""
    limits = [limit_of(one) for one in criteria]
    return Scale([*values, *(one * 1.6 for one in limits if one is not None), *(one for one in limits if one)], width)


def limit_of(criterion: Criterion) -> float | None:
    """The limit as a number; None for a fact that is yes or no."""
    return criterion.at_most if criterion.at_most is not None else criterion.at_least


# --- pieces --------------------------------------------------------------------------------------------------------


def _strip(marks: Sequence[Markup | None], width: float, told: str) -> Markup:
    named = {"role": "img", "aria_label": told}
    return tag("svg", tag("title", told), list(marks), viewBox=f"0 0 {width:g} {HEIGHT:g}", class_="reading",
               preserveAspectRatio="xMinYMid", **named)  # fmt: skip


def _block(left: float, right: float) -> Markup:
    return tag("rect", x=f"{left:.1f}", y="1", width=f"{max(right - left, 0.0):.1f}", height=f"{HEIGHT - 2:g}",
               class_="allowed")  # fmt: skip


def _allowed(criterion: Criterion, at: Scale, width: float) -> Markup | None:
    limit = limit_of(criterion)
    if limit is None:
        return None
    if criterion.at_most is not None:
        return _block(0.0, at(limit))
    return _block(at(limit), width)


def _base(left: float, right: float) -> Markup:
    y = f"{HEIGHT - 1:g}"
    return tag("line", x1=f"{left:.1f}", x2=f"{right:.1f}", y1=y, y2=y, class_="base")


def _interval(left: float, right: float, y: float, colour: str, is_dashed: bool) -> Markup:
    """At least a stub, so that an interval of no width is seen."""
    right = max(right, left + 1.0)
    return tag("line", x1=f"{left:.1f}", x2=f"{right:.1f}", y1=f"{y:g}", y2=f"{y:g}", stroke=colour, stroke_width="4",
               stroke_dasharray="5 2" if is_dashed else None)  # fmt: skip


def _point(x: float, y: float, colour: str) -> Markup:
    return tag("circle", cx=f"{x:.1f}", cy=f"{y:g}", r="3.6", fill="#fff", stroke=colour, stroke_width="2.2")


def _limit(x: float) -> Markup:
    return tag("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1="0", y2=f"{HEIGHT:g}", stroke=BLACK, stroke_width="1.6")
