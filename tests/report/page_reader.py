"""Reads a page as a browser would see it without its scripts: elements, their texts, what is open and unbalanced."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from plotly.offline import get_plotlyjs

VOID = {"br", "hr", "input", "meta", "wbr", "link", "img"}


@dataclass
class Element:
    """One element with all text inside it."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str | None = None, class_: str | None = None) -> list[Element]:
        """Elements inside it, by tag and class."""
        found = []
        for child in self.children:
            classes = child.attributes.get("class", "").split()
            if (tag is None or child.tag == tag) and (class_ is None or class_ in classes):
                found.append(child)
            found += child.all(tag, class_)
        return found

    def by_id(self, name: str) -> Element:
        """The only element of an id."""
        found = [one for one in self.all() if one.attributes.get("id") == name]
        assert len(found) == 1, f"{len(found)} elements have the id {name}"
        return found[0]


class Reader(HTMLParser):
    """Builds the tree and refuses what does not balance."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.open = Element("root", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {key: value or "" for key, value in attrs}, self.open)
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_endtag(self, tag: str) -> None:
        assert self.open.tag == tag, f"</{tag}> closes <{self.open.tag}>"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        at: Element | None = self.open
        if self.open.tag in ("script", "style"):
            self.open.text += data
            return
        while at is not None:
            at.text += data
            at = at.parent


def read(page: str) -> Element:
    """The tree of a page; its text has scripts and styles left out."""
    reader = Reader()
    # Nothing in Plotly's own 5 MB is an element, and reading past them takes most of the time.
    reader.feed(page.replace(get_plotlyjs(), ""))
    reader.close()
    assert reader.open is reader.root, f"<{reader.open.tag}> is never closed"
    return reader.root
