"""Systems of record: their tables, and the records that an audit may see.

The oversight report OIG-20-06 names systems and what they could and could not do, not their columns; the layout is
ours and makes no claim to match the real one. Every row says who entered it and when, and from when to when it stood,
so that any table can be read as of any minute.

Must not know what is true: `borderops.records.answer_key` holds that apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, get_args

import numpy as np
import pandas as pd

from borderops import clock
from borderops.config.schema import BED_KINDS, STATIONS, Country
from borderops.exceptions import WrongInput
from borderops.ordering import stable_order
from borderops.records.fields import Field, Kind, choice, parts_of
from borderops.records.spelling import Lexicon
from borderops.shelf import IN_MEMORY, Memory
from borderops.units import NEVER

CODES: Final = ("ERR", "FCCO", "FCNR", "FCNFRP", "FMEW", "FMGA", "FMH", "FMPC", "FMPO", "FMPIV", "FMT")
"""Reason codes of e3 from 19 April 2018, spelled as printed (OIG-20-06 p. 10, table 2)."""

SYSTEMS: Final = {
    "e3": "Border Patrol's processing system",
    "eid": "the shared store beneath e3, SIGMA and EARM; its history is out of the field's reach",
    "sigma": "processing system of the ports of entry",
    "earm": "ICE's system of removals and custody",
    "portal": "HHS's portal of unaccompanied children",
    "mail": "electronic mail about children",
    "local": "spreadsheets and whiteboards of stations",
    "list": "lists that agencies gave out; drawn from records by `borderops.audit.publishing.publish`",
}

EVERYWHERE: Final = (
    Field("rec_id", Kind.NUMBER, "Number of the row, in the order of entry; means nothing."),
    Field("entered_at", Kind.MINUTE, "When the row was entered."),
    Field("entered_by", Kind.USER, "Who entered it."),
    Field("valid_from", Kind.MINUTE, "From when on the row stood."),
    Field("valid_to", Kind.MINUTE, "Until when; empty where it still stands."),
)
"""Fields of every table."""


@dataclass(frozen=True)
class Layout:
    """A table of a system of record.

    Attributes
    ----------
    name : str
        Begins with the name of the system.
    says : str
        What a row is.
    fields : tuple of Field
        Own fields; those that every table has come before them in `every_field`.
    key : tuple of str
        Fields that the system keeps unique among rows that stand at the same time.
    """

    name: str
    says: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]

    @property
    def system(self) -> str:
        """Name of the system."""
        return self.name.split("_")[0]

    @cached_property
    def every_field(self) -> dict[str, Field]:
        """Fields by name, those of every table first."""
        return {field.name: field for field in (*EVERYWHERE, *self.fields)}


def _number(name: str, says: str, of: str = "") -> Field:
    return Field(name, Kind.NUMBER, says, of=of)


def _moment(name: str, says: str) -> Field:
    return Field(name, Kind.MINUTE, says)


_A_NUMBER = Field("a_number", Kind.A_NUMBER, "A-number.")
_SUBJECT = _number("subject_no", "Person processed by Border Patrol.", "e3_subject.subject_no")
_UNIT = _number("unit_no", "Family unit or group.", "e3_family_unit.unit_no")
_PORTAL = _number("portal_no", "Child in HHS's portal.", "portal_child.portal_no")
_EARM = _number("case_no", "Case of ICE.", "earm_case.case_no")
_SEX = choice("sex", "Sex.", ("female", "male"))
_BIRTH = Field("birth_day", Kind.DAY, "Date of birth.")
_COUNTRY = choice("country", "Citizenship.", get_args(Country))
_CODE = choice("code", "Reason of the separation; empty before 19 April 2018 or where none was chosen.", CODES)
_NAMES = (
    Field("given", Kind.NAME, "First given name."),
    Field("middle", Kind.NAME, "Second given name."),
    Field("surname_1", Kind.NAME, "First surname."),
    Field("surname_2", Kind.NAME, "Second surname."),
)
_CHILD_NAMES = (
    Field("child_given", Kind.NAME, "First given name of the child."),
    Field("child_surnames", Kind.NAMES, "Surnames of the child."),
)
_CHILD_A_NUMBER = Field("child_a_number", Kind.A_NUMBER, "A-number of the child.")
_PARENT_A_NUMBER = Field("parent_a_number", Kind.A_NUMBER, "A-number of the parent; empty where none was passed on.")

NOTES: Final = ("nothing_of_family", "child_not_at_top", "separation_at_top_and_child", "separation_at_top")
"""What a case note says of the family, in the order of `borderops.operations.history.Note` less one."""

LAYOUTS: Final[dict[str, Layout]] = {
    layout.name: layout
    for layout in (
        # --- e3 -------------------------------------------------------------------------------------------------
        Layout(
            "e3_event",
            "Apprehension of people met together.",
            (
                _number("event_no", "Event."),
                choice("station", "Sector.", STATIONS),
                _moment("apprehended_at", "When they were met."),
            ),
            ("event_no",),
        ),
        Layout(
            "e3_subject",
            "Person processed; a further row each time the class changes.",
            (
                _number("subject_no", "Person processed by Border Patrol."),
                _number("event_no", "Event.", "e3_event.event_no"),
                _A_NUMBER,
                *_NAMES,
                _SEX,
                _BIRTH,
                Field("age", Kind.COUNT, "Completed years when entered."),
                _COUNTRY,
                _number("fingerprint", "Print set; empty under 14."),
                choice("class", "How the person is processed.", ("single_adult", "uac", "family_unit", "family_group")),
            ),
            ("subject_no",),
        ),
        Layout(
            "e3_family_unit",
            "Parents and children (a unit) or other relatives (a group) processed together.",
            (
                _number("unit_no", "Family unit or group: year, month and a sequence."),
                _number("event_no", "Event.", "e3_event.event_no"),
                choice("kind", "Parents with children, or other relatives.", ("unit", "group")),
                choice("status", "Whole, separated or restored.", ("whole", "separated", "restored")),
            ),
            ("unit_no",),
        ),
        Layout(
            "e3_family_member",
            "Person in a family unit or group.",
            (
                _UNIT,
                _SUBJECT,
                choice("role", "Place in the family.", ("parent", "child", "relative")),
                choice("member_status", "Only where units outlive a separation.", ("together", "separated")),
                _CODE,
            ),
            ("unit_no", "subject_no"),
        ),
        Layout(
            "e3_unit_deletion",
            "Deletion of a family unit; one row for each reason chosen.",
            (
                _UNIT,
                _CODE,
                choice("comment", "What the comment says.", ("none", "prosecution", "made_in_error", "other_ground")),
                Field("official", Kind.USER, "Who approved it."),
                _moment("deleted_at", "When the unit was deleted."),
            ),
            (),
        ),
        Layout(
            "e3_prosecution",
            "Referral of an adult for prosecution.",
            (
                _SUBJECT,
                _moment("referred_at", "When referred."),
                choice(
                    "outcome",
                    "What became of it.",
                    ("pending", "lapsed", "declined", "time_served", "jail"),
                    follows="court_at",
                ),
                _moment("court_at", "Hearing."),
                _moment("returned_at", "When back at the station."),
            ),
            ("subject_no",),
        ),
        Layout(
            "e3_narrative",
            "Case note on a parent taken from a child.",
            (
                _SUBJECT,
                choice("body", "What the note says of the family.", NOTES),
                Field("children_named", Kind.COUNT, "Children whom it describes."),
            ),
            ("subject_no",),
        ),
        Layout(
            "e3_narrative_child",
            "A child as the case note on a parent describes it.",
            (
                _SUBJECT,
                Field("child_given", Kind.NAME, "First given name of the child."),
                Field("child_age", Kind.COUNT, "Years of the child."),
            ),
            (),
        ),
        Layout(
            "e3_referral",
            "Referral of a child to ORR.",
            (
                _SUBJECT,
                _moment("sent_at", "When the button was pressed."),
                choice("transport", "How it travels.", ("mail", "automatic")),
                _moment("acknowledged_at", "When HHS acknowledged it; automatic exchange only."),
            ),
            ("subject_no",),
        ),
        Layout(
            "e3_detention",
            "Stay of a person in a Border Patrol station.",
            (
                _SUBJECT,
                choice("station", "Sector.", STATIONS),
                _moment("in_at", "Book-in."),
                _moment("out_at", "Book-out; empty where the person is still there."),
                choice(
                    "out_reason",
                    "Where the person went.",
                    ("ice", "returned", "court", "released", "family_detention", "shelter", "aged_out", "other"),
                    follows="out_at",
                ),
            ),
            ("subject_no", "in_at"),
        ),
        # --- EID ------------------------------------------------------------------------------------------------
        Layout(
            "eid_person",
            "Person known to the store.",
            (
                _number("person_no", "Person."),
                _number("fingerprint", "Print set; empty under 14."),
                _moment("first_seen_at", "First encounter."),
            ),
            ("person_no",),
        ),
        Layout(
            "eid_encounter",
            "Encounter of a person in one of the systems.",
            (
                _number("person_no", "Person.", "eid_person.person_no"),
                choice("system", "System that wrote it.", ("e3", "sigma", "earm")),
                _number("source_no", "Number in that system."),
                _A_NUMBER,
            ),
            ("system", "source_no"),
        ),
        Layout(
            "eid_unit_history",
            "What happened to a family unit; the field cannot read it.",
            (
                _UNIT,
                choice("action", "What was done.", ("create", "delete", "separate", "restore")),
                _moment("at", "When."),
                _CODE,
            ),
            (),
        ),
        Layout(
            "eid_flag",
            "Sign that a person was separated from family, shown by EARM.",
            (
                _SUBJECT,
                _moment("set_at", "When set."),
                _moment("cleared_at", "When cleared; empty where it still shows."),
            ),
            ("subject_no",),
        ),
        # --- SIGMA ----------------------------------------------------------------------------------------------
        Layout(
            "sigma_case",
            "Person processed at a port of entry.",
            (
                _number("sigma_no", "Case."),
                Field("encounter_day", Kind.DAY, "Day of the encounter; no event is kept."),
                _A_NUMBER,
                *_NAMES,
                _SEX,
                _BIRTH,
                _COUNTRY,
                choice("category", "Ground of inadmissibility.", ("asylum", "no_documents", "other")),
                _moment("out_at", "When the person left the port; empty where still there."),
            ),
            ("sigma_no",),
        ),
        Layout(
            "sigma_family_link",
            "Parent and child at a port; no wider families are kept.",
            (
                _number("sigma_no", "Case of the parent.", "sigma_case.sigma_no"),
                _number("child_sigma_no", "Case of the child.", "sigma_case.sigma_no"),
                choice("status", "Together or separated.", ("together", "separated")),
            ),
            ("sigma_no", "child_sigma_no"),
        ),
        # --- EARM -----------------------------------------------------------------------------------------------
        Layout(
            "earm_case",
            "Adult in ICE's hands, copied from where the person was processed.",
            (
                _number("case_no", "Case."),
                _A_NUMBER,
                *_NAMES,
                _BIRTH,
                _COUNTRY,
                choice("banner", "Sign of a separated family.", ("none", "separated", "cleared")),
                _number("unit_no", "Family unit, where records are linked.", "e3_family_unit.unit_no"),
            ),
            ("case_no",),
        ),
        Layout(
            "earm_custody",
            "Stay of an adult in ICE's custody.",
            (
                _EARM,
                _moment("in_at", "Book-in."),
                _moment("out_at", "Book-out; empty where still there."),
                choice("out_reason", "How it ended.", ("released", "removed", "with_child"), follows="out_at"),
            ),
            ("case_no", "in_at"),
        ),
        Layout(
            "earm_comment",
            "Comment on a case.",
            (
                _EARM,
                choice("body", "What it says of the family.", NOTES),
                _CHILD_A_NUMBER,
            ),
            (),
        ),
        Layout(
            "earm_placement",
            "Where a separated child was placed, as copied from a spreadsheet into the parent's case.",
            (
                _EARM,
                _CHILD_A_NUMBER,
                choice("shelter", "Kind of shelter.", BED_KINDS),
                Field("as_of", Kind.DAY, "Day of the spreadsheet."),
            ),
            (),
        ),
        # --- the portal -----------------------------------------------------------------------------------------
        Layout(
            "portal_child",
            "Child referred to ORR.",
            (
                _number("portal_no", "Child."),
                _A_NUMBER,
                Field("first_name", Kind.NAME, "Given name."),
                Field("middle_name", Kind.NAME, "Second given name."),
                Field("last_name", Kind.NAMES, "Surnames."),
                _SEX,
                _BIRTH,
                _COUNTRY,
                _number("unit_no", "Family unit, where records are linked.", "e3_family_unit.unit_no"),
            ),
            ("portal_no",),
        ),
        Layout(
            "portal_separation",
            "What the portal holds of a separation; from July 2018 on, or by automatic exchange.",
            (
                _PORTAL,
                choice("separated", "Box: was the child separated?", ("no", "yes")),
                _PARENT_A_NUMBER,
            ),
            ("portal_no",),
        ),
        Layout(
            "portal_placement",
            "Stay of a child in a shelter.",
            (
                _PORTAL,
                choice("shelter", "Kind of shelter.", BED_KINDS),
                _moment("placed_at", "Admission."),
                _moment("discharged_at", "Discharge; empty where still there."),
                choice("discharge", "To whom.", ("sponsor", "turned_18", "parent"), follows="discharged_at"),
            ),
            ("portal_no", "placed_at"),
        ),
        # --- mail -----------------------------------------------------------------------------------------------
        Layout(
            "mail_message",
            "Message about one child.",
            (
                _number("thread_no", "Thread: one a child."),
                choice(
                    "step",
                    "What the message is for.",
                    ("request", "forwarding", "placement", "travel", "itinerary", "itinerary_passed_on", "arrival"),
                ),
                choice("sender", "Office that sends it.", ("station", "coordinator", "hhs", "contractor", "shelter")),
                _moment("sent_at", "When sent."),
                _moment("delivered_at", "When it arrived; empty where it was lost."),
                _CHILD_A_NUMBER,
                *_CHILD_NAMES,
                _PARENT_A_NUMBER,
            ),
            (),
        ),
        # --- local ----------------------------------------------------------------------------------------------
        Layout(
            "local_sheet_row",
            "Row of a station's spreadsheet of separated families: one parent and one child.",
            (
                _number("sheet_no", "Spreadsheet: one a station."),
                Field("row_no", Kind.NUMBER, "Row in the spreadsheet."),
                Field("parent_a_number", Kind.A_NUMBER, "A-number of the parent."),
                Field("parent_given", Kind.NAME, "First given name of the parent."),
                Field("parent_surnames", Kind.NAMES, "Surnames of the parent."),
                _CHILD_A_NUMBER,
                *_CHILD_NAMES,
                Field("separated_on", Kind.DAY, "Day of the separation."),
            ),
            ("sheet_no", "row_no"),
        ),
        Layout(
            "local_sheet_version",
            "Saved version of a spreadsheet.",
            (
                _number("sheet_no", "Spreadsheet."),
                Field("version", Kind.NUMBER, "Version, from 1."),
                Field("rows", Kind.NUMBER, "Rows that it holds."),
            ),
            ("sheet_no", "version"),
        ),
        Layout(
            "local_board_line",
            "Line on a station's whiteboard: a child who waits for a shelter.",
            (
                choice("station", "Sector.", STATIONS),
                *_CHILD_NAMES,
                _moment("erased_at", "When erased; empty where it still stands."),
            ),
            (),
        ),
    )
}
"""Every table of records by name, system by system."""


PUBLISHED: Final[dict[str, Layout]] = {
    layout.name: layout
    for layout in (
        Layout(
            "list_release",
            "List of separated people that agencies gave out.",
            (
                _number("list_no", "List."),
                choice("purpose", "What it is for.", ("first_count", "reconciled", "children_in_care")),
                Field("as_of", Kind.DAY, "Day of the records that it was drawn from."),
                Field("persons", Kind.NUMBER, "People on it."),
            ),
            ("list_no",),
        ),
        Layout(
            "list_entry",
            "Person on a list.",
            (
                _number("list_no", "List.", "list_release.list_no"),
                Field("line", Kind.NUMBER, "Line of the list."),
                _A_NUMBER,
                Field("given", Kind.NAME, "Given name."),
                Field("surname_1", Kind.NAME, "First surname."),
                Field("surname_2", Kind.NAME, "Second surname."),
                choice("kind", "Adult or child.", ("adult", "child")),
            ),
            ("list_no", "line"),
        ),
    )
}
"""Tables of lists that were given out: drawn from records by `borderops.audit.publishing`, written by no clerk."""


@dataclass(frozen=True)
class RecordTable:
    """Rows of one table of records.

    Attributes
    ----------
    layout : Layout
    columns : mapping of str to ndarray
        Equal-long, read-only, by the names of ``layout.every_field``.
    """

    layout: Layout
    columns: Mapping[str, np.ndarray]

    def __post_init__(self) -> None:
        for name, column in self.columns.items():
            if column.dtype != self.layout.every_field[name].dtype:
                raise TypeError(f"{self.layout.name}.{name} is {column.dtype}")
            column.flags.writeable = False

    def __len__(self) -> int:
        return self.columns["rec_id"].size

    def __getitem__(self, field: str) -> np.ndarray:
        return self.columns[field]

    def equals(self, other: RecordTable) -> bool:
        """Whether another table holds the same, cell for cell and row for row."""
        return len(self) == len(other) and all(
            np.array_equal(column, other.columns[name]) for name, column in self.columns.items()
        )

    def take(self, rows: np.ndarray) -> RecordTable:
        """Some rows, by a mask or by their places."""
        return RecordTable(self.layout, {name: column[rows] for name, column in self.columns.items()})

    def as_of(self, minute: int) -> RecordTable:
        """Rows that stood at a minute, without what was filled in later: what a reader could have known then."""
        entered = (self["entered_at"] <= minute) & (self["valid_from"] <= minute)
        rows = np.flatnonzero(entered & (minute < self["valid_to"]))
        columns = {name: column[rows] for name, column in self.columns.items()}
        fields = self.layout.every_field
        moments = [name for name, field in fields.items() if field.kind is Kind.MINUTE]
        later = {name: (columns[name] > minute) & (columns[name] != NEVER) for name in moments}
        for name, field in fields.items():
            unknown = later.get(field.follows or name)
            if unknown is not None and unknown.any():
                columns[name] = np.where(unknown, field.empty, columns[name]).astype(field.dtype)
        return RecordTable(self.layout, columns)


@dataclass(frozen=True)
class Records:
    """Tables of the systems of record, by name, and the spellings they use."""

    tables: Mapping[str, RecordTable]
    lexicon: Lexicon

    def __getitem__(self, table: str) -> RecordTable:
        return self.tables[table]

    def __contains__(self, table: str) -> bool:
        return table in self.tables

    def as_of(self, minute: int) -> Records:
        """All tables as they stood at a minute."""
        return Records({name: table.as_of(minute) for name, table in self.tables.items()}, self.lexicon)

    def frame(self, table: str) -> pd.DataFrame:
        """A table for people to read: texts for names and choices, dates for moments, empty cells empty."""
        found = self.tables[table]
        fields = found.layout.every_field
        return pd.DataFrame({name: self._readable(fields[name], column) for name, column in found.columns.items()})

    def _readable(self, field: Field, column: np.ndarray) -> pd.Series:
        is_empty = column == field.empty
        if field.kind is Kind.CHOICE:
            return pd.Series(np.array([*field.choices, None], dtype=object)[np.where(is_empty, -1, column)])
        if field.kind is Kind.NAME:
            return pd.Series(self.lexicon.texts(column), dtype=object)
        if field.kind is Kind.NAMES:
            first, second = (self.lexicon.texts(part) for part in parts_of(column))
            return pd.Series([f"{a} {b}".strip() for a, b in zip(first, second)], dtype=object)
        if field.kind is Kind.MINUTE:
            return pd.Series(clock.datetimes_of(np.where(is_empty, 0, column))).mask(is_empty)
        if field.kind is Kind.DAY:
            days = np.datetime64(clock.EPOCH, "D") + np.where(is_empty, 0, column)
            return pd.Series(days.astype("datetime64[s]")).mask(is_empty)
        return pd.Series(column).astype("Int64").mask(is_empty)


def table_of(name: str, columns: Mapping[str, np.ndarray | int]) -> RecordTable:
    """Put a table together in order of entry and number its rows.

    Parameters
    ----------
    name : str
    columns : mapping of str to ndarray or int
        By field; a number stands for a whole column. ``valid_from`` is ``entered_at`` where it is not given,
        ``valid_to`` never. Fields that are not given are empty.

    Returns
    -------
    RecordTable
        Columns in the order of the layout and of their types; ``rec_id`` from 1.

    Raises
    ------
    KeyError
        For a field that the table does not have.
    """
    return numbered(name, columns)[0]


def numbered(
    name: str, columns: Mapping[str, np.ndarray | int], shelf: Memory = IN_MEMORY
) -> tuple[RecordTable, np.ndarray]:
    """`table_of` on a shelf, and for each of its rows the place it had in ``columns``, for what belongs to it."""
    layout = LAYOUTS.get(name) or PUBLISHED[name]
    unknown = set(columns) - set(layout.every_field)
    if unknown:
        raise KeyError(f"{name} has no field {sorted(unknown)}")
    entered = np.asarray(columns["entered_at"])
    order = stable_order(entered)
    given: dict[str, np.ndarray | int] = {"valid_from": entered, "valid_to": NEVER, **columns}
    made = {}
    for field in layout.every_field.values():
        column = np.asarray(given.get(field.name, field.empty))
        column = column[order] if column.ndim else np.full(order.size, column)
        made[field.name] = shelf.keep(np.ascontiguousarray(column, dtype=field.dtype))
    made["rec_id"] = shelf.keep(np.arange(1, entered.size + 1, dtype=np.int64))
    return RecordTable(layout, made), order


def names(tables: Iterable[str]) -> tuple[str, ...]:
    """Names of tables in the order of `LAYOUTS`."""
    wanted = {tables} if isinstance(tables, str) else set(tables)
    if unknown := sorted(wanted - set(LAYOUTS)):
        raise WrongInput(f"no system of record has a table {', '.join(unknown)}; there are {', '.join(LAYOUTS)}")
    return tuple(name for name in LAYOUTS if name in wanted)
