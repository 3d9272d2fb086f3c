"""Texts of case notes on parents, with the places at which they tell something of a family.

Records hold what a note says as a choice, and the children that it describes; here it is put in words as an agent types
them. A text says what those records say and nothing else of a family: what a slip spoiled, the text has as well. Which
words are taken is a draw of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from borderops.audit.looking_up import at_places, latest, lookup, matches
from borderops.packs import key_tables as sheets
from borderops.packs.columns import MARK, NOTE_TEXT, SYNTHETIC, arrow_table
from borderops.packs.cutting import Cut
from borderops.packs.formats import pieces
from borderops.packs.key_tables import FACTS
from borderops.packs.numbering import Numbering
from borderops.packs.readable import Reader, chosen, moments, numbers
from borderops.packs.wordings import KINDS, Luck, worded
from borderops.population.people import NOBODY
from borderops.records.systems import LAYOUTS, NOTES
from borderops.streams import Purpose

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

SOURCE, CHILDREN, PEOPLE = "e3_narrative", "e3_narrative_child", "e3_subject"

YES: Final = "yes"
"""In place of the sentence that tells of a separation."""

_UNKNOWN: Final = "UNKNOWN"
"""In place of an empty cell: no fact."""

COUNTRY_NAMES: Final = {"GT": "GUATEMALA", "HN": "HONDURAS", "SV": "EL SALVADOR", "MX": "MEXICO"}
"""As agents write them out; others stand as in the record."""

_BRACES: Final = re.compile(r"\{(given|child_age)\}")


class Span(NamedTuple):
    """A place in a text; ends after its last letter."""

    note: int  # place of the note among all
    begins: int
    ends: int
    fact: int  # place in FACTS
    value: str
    child: int  # row of `People` behind it; NOBODY for none


class Child(NamedTuple):
    """A child as a note describes it."""

    given: str
    age: str
    person: int  # row of `People` behind it; NOBODY for none


class Notes:
    """Texts of one pack, in the order of the numbers of e3_narrative.

    Parameters
    ----------
    made : Cut
    numbering : Numbering
    reader : Reader
    """

    def __init__(self, made: Cut, numbering: Numbering, reader: Reader):
        self.cut, self.numbering, self.reader = made, numbering, reader
        self.order = numbering.order(SOURCE)
        self._found = made.records[SOURCE].take(self.order)
        self.texts: list[str] = []
        self.spans: list[Span] = []
        self._write()
        self._pack()

    def parts(self) -> Iterator[pa.Table]:
        """The table, in parts."""
        import pyarrow as pa

        subject = LAYOUTS[SOURCE].every_field["subject_no"]
        of_whom = self.reader.column(subject, self.numbering.cells(SOURCE, subject, self._found["subject_no"]))
        for rows in pieces(self.order.size):
            yield arrow_table(
                NOTE_TEXT,
                {
                    "rec_id": np.arange(rows.start, rows.stop) + 1,
                    "entered_at": moments(self._found["entered_at"][rows]),
                    "subject_no": of_whom.slice(rows.start, rows.stop - rows.start),
                    "text": self._told.slice(rows.start, rows.stop - rows.start),
                    SYNTHETIC: pa.repeat(pa.scalar(MARK), rows.stop - rows.start),
                },
            )

    def span(self) -> pa.Table:
        """Where each fact stands in each text."""
        note, begins, ends, fact, person = self._columns
        places = {"rec_id": note + 1, "begins": begins, "ends": ends}
        found = {**places, "fact": chosen(FACTS, fact), "value": self._values}
        return arrow_table(sheets.NOTE_SPAN, {**found, "person_id": numbers(self.numbering.person[person])})

    def t7(self) -> pa.Table:
        """What each text tells, each fact once."""
        (note, _, _, fact, person), value = self._columns, self._values.to_pylist()
        told = list(zip(note.tolist(), fact.tolist(), value))
        first = np.array(sorted({one: at for at, one in reversed(list(enumerate(told)))}.values()), dtype=np.int64)
        table = np.full(first.size, NOTE_TEXT.name, dtype=object)
        found = {"table": table, "rec_id": note[first] + 1, "fact": chosen(FACTS, fact[first])}
        values = [YES if fact[at] == FACTS.index("separation") else value[at] for at in first]
        return arrow_table(
            sheets.LABELS["T7"],
            {**found, "value": values, "person_id": numbers(self.numbering.person[person[first]])},
        )

    def _pack(self) -> None:
        """Keep texts and spans as columns, which take a small part of the room of Python's objects."""
        import pyarrow as pa

        self._told = pa.array(self.texts, type=pa.string())
        self._values = pa.array([one.value for one in self.spans], type=pa.string())
        whole = np.array([(one.note, one.begins, one.ends, one.fact, one.child) for one in self.spans], dtype=np.int64)
        self._columns = tuple(np.ascontiguousarray(column) for column in whole.reshape(-1, 5).T)
        self.texts, self.spans = [], []

    # --- words --------------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        """Put every note in words."""
        ages, countries = self._subjects()
        children = self._children()
        draws = self.numbering.draws.bits(self.cut.behind[SOURCE].entity[self.order], Purpose.PACK_ROW, _WORDING)
        for note, (body, age, country, bits) in enumerate(zip(self._found["body"], ages, countries, draws.tolist())):
            about = {"age": age, "country": COUNTRY_NAMES.get(country, country)}
            self._put(note, NOTES[body], about, children.get(note, []), Luck(bits))

    def _put(self, note: int, body: str, about: dict[str, str], children: list[Child], luck: Luck) -> None:
        """Sentences of one note: what stands at its top, then whom it is on, what happened, and children among these.

        Where nothing of the family stands at the top, no child does.
        """
        about = {**about, "others": f"{2 + luck.below(40)}", "days": f"{2 + luck.below(30)}"}
        about["hour"] = f"{luck.below(24):02d}{luck.below(60):02d}"
        kinds = luck.some(KINDS, 1 + luck.below(4))
        plain = [worded(kind, luck).format(**about) for kind in luck.some(("subject", *kinds), len(kinds) + 1)]
        is_at_top = body.startswith("separation_at_top")
        first = worded("at_top", luck) if is_at_top else plain.pop(0)
        if is_at_top:
            self.spans.append(Span(note, 0, len(first), FACTS.index("separation"), first, NOBODY))
        told = _about_children(children, luck)
        before = luck.below(len(plain) + 1)
        text = " ".join([first, *plain[:before]])
        for words, those in told:
            text = self._with_children(note, f"{text} ", words, those)
        self.texts.append(" ".join([text, *plain[before:]]))

    def _with_children(self, note: int, text: str, words: str, children: list[Child]) -> str:
        """A text with a sentence about children behind it; each brace of a kind is for the next of them."""
        left = {"given": iter(children), "child_age": iter(children)}
        for place, piece in enumerate(_BRACES.split(words)):
            if place % 2 == 0:
                text += piece
                continue
            child = next(left[piece])
            value, fact = (child.given, "child_given") if piece == "given" else (child.age, "child_age")
            if value != _UNKNOWN:
                span = Span(note, len(text), len(text) + len(value), FACTS.index(fact), value, child.person)
                self.spans.append(span)
            text += value
        return text

    def _subjects(self) -> tuple[list[str], list[str]]:
        """Age and country as written of whom each note is on."""
        people = self.cut.records[PEOPLE]
        last = latest(people["subject_no"])
        place = lookup(people["subject_no"][last], self._found["subject_no"])
        found = []
        for name in ("age", "country"):
            field, cells = LAYOUTS[PEOPLE].every_field[name], people[name][last]
            told = self.reader.text(field, at_places(cells, place, field.empty)).to_pylist()
            found.append([_UNKNOWN if one is None else one for one in told])
        return found[0], found[1]

    def _children(self) -> dict[int, list[Child]]:
        """Given name, age and person of the children that each note describes, in the order of their numbers."""
        table, order = self.cut.records[CHILDREN], self.numbering.order(CHILDREN)
        person = np.append(self.cut.behind[CHILDREN].other, NOBODY)
        fields = LAYOUTS[CHILDREN].every_field
        given = self.reader.text(fields["child_given"], table["child_given"][order]).to_pylist()
        ages = self.reader.text(fields["child_age"], table["child_age"][order]).to_pylist()
        note, child = matches(table["subject_no"][order], self._found["subject_no"])
        made: dict[int, list[Child]] = {}
        for at, of in sorted(zip(child.tolist(), note.tolist())):
            told = Child((given[at] or _UNKNOWN).upper(), ages[at] or _UNKNOWN, int(person[order[at]]))
            made.setdefault(of, []).append(told)
        return made


_WORDING: Final = 200
"""Of draws of rows, the one that words notes: behind all tables."""


def _about_children(children: list[Child], luck: Luck) -> list[tuple[str, list[Child]]]:
    """Sentences with braces, each with the children it is about: of several one for each, or one for all."""
    if len(children) > 1 and luck.below(2):
        items = [worded("in_list", luck) for _ in children]
        joined = luck.of(("; ", " AND ", ", ")).join(items)
        return [(worded("children", luck).replace("<list>", joined), children)]
    return [(worded("child", luck), [child]) for child in children]
