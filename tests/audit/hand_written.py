"""Small records written by hand: a few people in e3 and at ports, with names as texts and ages as dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np

from borderops import clock
from borderops.records.fields import BLANK, two_names
from borderops.records.known_names import known_names
from borderops.records.spelling import Lexicon
from borderops.records.systems import LAYOUTS, Records, table_of
from borderops.units import DAY, NEVER

MET = clock.minute_of(date(2018, 6, 1)) + 600
"""When people of these tests are met: 1 June 2018, 10:00."""


def day(text: str) -> int:
    """Day of the clock of a date such as ``1990-05-01``, which may lie before the first."""
    return (date.fromisoformat(text) - clock.EPOCH).days


def minute(text: str) -> int:
    """Minute of a moment such as ``2018-06-01 10:00``."""
    moment = datetime.fromisoformat(text)
    return clock.minute_of(moment.date()) + moment.hour * 60 + moment.minute


@dataclass
class Books:
    """Rows by table, as they are written; ``records`` makes tables of them."""

    lexicon: Lexicon = field(default_factory=lambda: Lexicon(known_names()))
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def write(self, table: str, **cells: Any) -> dict[str, Any]:
        """Write a row; names as texts, choices as words, days and moments as texts or numbers."""
        made = {"entered_at": MET}
        for name, value in cells.items():
            made[name] = self._cell(table, name, value)
        self.rows.setdefault(table, []).append(made)
        return made

    def _cell(self, table: str, name: str, value: Any) -> int:
        kind = LAYOUTS[table].every_field[name]
        if isinstance(value, tuple):
            first, second = (np.array([self.lexicon.code(text)]) for text in value)
            return int(two_names(first, second)[0])
        if not isinstance(value, str):
            return int(value)
        if kind.choices:
            return kind.choices.index(value)
        if kind.kind == "name":
            return self.lexicon.code(value)
        return day(value) if kind.kind == "day" else minute(value)

    def event(self, event_no: int = 1, apprehended_at: int | str = MET, **cells: Any) -> None:
        """Write an event."""
        self.write("e3_event", event_no=event_no, apprehended_at=apprehended_at, station="yuma", **cells)

    def subject(self, number: int, born: str, names: tuple[str, str], event_no: int = 1, **cells: Any) -> None:
        """Write a person of e3; the A-number is 900,000,000 and the number, unless the test says more."""
        self.write(
            "e3_subject",
            **{
                "subject_no": number,
                "birth_day": born,
                "surname_1": names[0],
                "surname_2": names[1],
                "event_no": event_no,
                "a_number": 900_000_000 + number,
                "sex": "female",
                **cells,
            },
        )

    def port(self, number: int, born: str, names: tuple[str, str], **cells: Any) -> None:
        """Write a person met at a port on 1 June 2018."""
        self.write(
            "sigma_case",
            **{
                "sigma_no": number,
                "birth_day": born,
                "surname_1": names[0],
                "surname_2": names[1],
                "encounter_day": MET // DAY,
                "category": "asylum",
                "a_number": 800_000_000 + number,
                **cells,
            },
        )

    def unit(self, number: int, members: dict[int, str], kind: str = "unit", **cells: Any) -> None:
        """Write a unit and its members, by number and role."""
        self.write("e3_family_unit", unit_no=number, kind=kind, status="whole", **cells)
        for subject, role in members.items():
            self.write("e3_family_member", unit_no=number, subject_no=subject, role=role, **cells)

    @property
    def records(self) -> Records:
        """All tables that have rows."""
        tables = {}
        for name, rows in self.rows.items():
            every, used = LAYOUTS[name].every_field, dict.fromkeys(key for row in rows for key in row)
            columns = {key: np.array([row.get(key, every[key].empty) for row in rows]) for key in used}
            if "valid_from" in columns:
                columns["valid_from"] = np.where(
                    columns["valid_from"] == NEVER, columns["entered_at"], columns["valid_from"]
                )
            tables[name] = table_of(name, columns)
        return Records(tables, self.lexicon)


__all__ = ["BLANK", "MET", "Books", "day", "minute"]
