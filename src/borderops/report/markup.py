"""HTML by small pieces. Whatever is not `Markup` is escaped, so that no text of a user can become a tag."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


VOID = frozenset({"br", "hr", "input", "meta"})


def text(value: Any) -> str:
    """HTML of a value: `Markup` as it is, nothing for None, anything else escaped."""
    if isinstance(value, Markup):
        return str(value)
    return "" if value is None else escape(str(value))


def tag(name: str, /, *children: Any, **attributes: Any) -> Markup:
    """One element.

    Parameters
    ----------
    name : str
    *children : any
        `Markup`, or text to be escaped; None is left out; lists are flattened once.
    **attributes : any
        ``class_`` stands for class, other underscores for hyphens. None and False leave an attribute out, True gives
        it without a value.
    """
    opening = "".join([f"<{name}", *(_attribute(key, value) for key, value in attributes.items()), ">"])
    if name in VOID:
        return Markup(opening)
    return Markup(f"{opening}{join(*children)}</{name}>")


def _attribute(key: str, value: Any) -> str:
    """One attribute with a leading space, or nothing."""
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value), quote=True)}"'


def join(*children: Any) -> Markup:
    """Children one after another; lists and tuples are flattened once."""
    flat: list[Any] = []
    for child in children:
        flat.extend(child if isinstance(child, (list, tuple)) else [child])
    return Markup("".join(text(child) for child in flat))


def table(frame: pd.DataFrame, caption: str, headings: int = 1, class_: str = "numbers") -> Markup:
    """A table in a scrolling box, its first columns as row headings.

    Parameters
    ----------
    frame : DataFrame
        Cells as they are to be read; column names become the head.
    caption : str
        Says what the table holds; read out by screen readers.
    headings : int
        How many leading columns name the row.
    """
    head = tag("tr", [tag("th", column, scope="col") for column in frame.columns])
    rows = [
        tag("tr", [tag("th", cell, scope="row") if at < headings else tag("td", cell) for at, cell in enumerate(row)])
        for row in frame.itertuples(index=False)
    ]
    body = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", rows), class_=class_)
    # Focusable, so that a keyboard can scroll it.
    return tag("div", body, class_="scroll", tabindex="0", role="region", aria_label=caption)
