"""What stood written of some people: every row of every system about them, with its slips, as a table to read.

Shows truth and records side by side, so it is for people who study a replication; no audit may read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter
from typing import Any, Final

import numpy as np
import pandas as pd

from borderops.config.schema import STATIONS
from borderops.records.answer_key import TABLES, AnswerKey, Mechanism
from borderops.records.bookkeeping import Books
from borderops.records.fields import BLANK
from borderops.records.systems import SYSTEMS, Records, RecordTable

COLUMNS: Final = ["moment", "until", "system", "table", "rec_id", "persons", "text", "slips", "is_missing"]

_WHO: Final = ("{given} {middle} {surname_1} {surname_2}", ", born {birth_day}", ", A-number {a_number}")

TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "e3_event": ("event {event_no}, met {apprehended_at}",),
    "e3_subject": ("booked in event {event_no} as {class}: ", *_WHO),
    "e3_family_unit": ("family {kind} {unit_no}", ": {status}"),
    "e3_family_member": ("{role} in family unit {unit_no}", ": {member_status}", "; reason {code}"),
    "e3_unit_deletion": ("family unit {unit_no} deleted", "; reason {code}"),
    "e3_prosecution": ("referred for prosecution", ": {outcome}", "; court {court_at}", ", back {returned_at}"),
    "e3_narrative": ("case note: {body}", "; children described: {children_named}"),
    "e3_narrative_child": ("case note describes {child_given}", ", {child_age}"),
    "e3_referral": ("referral to ORR sent by {transport}",),
    "e3_detention": ("held at {station} from {in_at}", " to {out_at}", ": {out_reason}"),
    "eid_person": ("person {person_no} known", ", prints {fingerprint}"),
    "eid_encounter": ("encounter of person {person_no} in {system}", ", A-number {a_number}"),
    "eid_unit_history": ("{action} of unit {unit_no}", "; reason {code}"),
    "eid_flag": ("flag of a separated family", ", cleared {cleared_at}"),
    "sigma_case": ("booked at the port: ", *_WHO),
    "sigma_family_link": ("parent and child linked", ": {status}"),
    "earm_case": ("case {case_no}: ", *_WHO, "; sign of a separated family: {banner}", "; linked to unit {unit_no}"),
    "earm_custody": ("in ICE custody from {in_at}", " to {out_at}", ": {out_reason}"),
    "earm_comment": ("comment: {body}", "; child's A-number {child_a_number}"),
    "earm_placement": ("child {child_a_number} placed in a shelter for {shelter}",),
    "portal_child": (
        "child {portal_no}: {first_name} {middle_name} {last_name}",
        ", born {birth_day}",
        ", A-number {a_number}",
        "; linked to unit {unit_no}",
    ),
    "portal_separation": ("separated: {separated}", "; parent's A-number {parent_a_number}"),
    "portal_placement": ("shelter for {shelter} from {placed_at}", " to {discharged_at}", ": {discharge}"),
    "mail_message": (
        "{step}, sent by {sender} {sent_at}",
        ", arrived {delivered_at}",
        "; child {child_given} {child_surnames}",
        ", A-number {child_a_number}",
        "; parent's A-number {parent_a_number}",
    ),
    "local_sheet_row": (
        "row {row_no} of the spreadsheet: {parent_given} {parent_surnames}",
        ", A-number {parent_a_number}",
        "; child {child_given} {child_surnames}",
        ", A-number {child_a_number}",
        "; separated {separated_on}",
    ),
    "local_board_line": ("on the whiteboard: {child_given} {child_surnames}", "; erased {erased_at}"),
}
"""How a row of each table reads, in parts: those whose cells are all empty are left out, but for the first."""

UNTOLD: Final = ("row_no",)
"""Fields whose slips are no more than a row above that was missed."""

WORDS: Final[dict[str, str]] = {
    "uac": "unaccompanied child",
    "automatic": "automatic exchange",
    "age_0_12": "ages 0 to 12",
    "girls_13_17": "girls of 13 to 17",
    "boys_13_17": "boys of 13 to 17",
    **{str(name): name.replace("_", " ").title() for name in STATIONS},
}
"""Choices that do not read as they stand."""

NOTHING: Final = "–"


def paper_trail(books: Books, persons: np.ndarray) -> pd.DataFrame:
    """Everything written about some people.

    Parameters
    ----------
    books : Books
    persons : ndarray of int, shape (k,)
        Rows of people.

    Returns
    -------
    DataFrame
        `COLUMNS`, in order of entry: ``moment`` and ``until`` in minutes (NEVER where the row still stands), name of
        the system, table, row, ``persons`` (tuple of rows of people), ``text``, ``slips`` (what was meant instead and
        how it came about; empty where nothing slipped) and ``is_missing`` (the row should be there and is not).
    """
    rows: list[tuple[Any, ...]] = []
    for name in TEXTS:
        if name in books.records:
            rows += _standing_rows(books, name, persons)
            rows += _missing_rows(books, name, persons)
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("moment", kind="stable", ignore_index=True)


def _standing_rows(books: Books, name: str, persons: np.ndarray) -> Iterator[tuple[Any, ...]]:
    behind = books.key.behind[name]
    concerned = np.isin(behind.person, persons) | np.isin(behind.other, persons)
    if name == "e3_event":
        concerned &= False  # an event is told by those booked in it
    places = np.flatnonzero(concerned)
    table = books.records[name].take(places)
    who = list(zip(behind.person[places].tolist(), behind.other[places].tolist(), strict=True))
    for (text, moment, until, rec_id), pair in zip(_read(books.records, table), who, strict=True):
        slips = "; ".join(_slips(books.records, books.key, name, rec_id))
        yield moment, until, SYSTEMS[table.layout.system], name, rec_id, _known(pair), text, slips, False


def _missing_rows(books: Books, name: str, persons: np.ndarray) -> Iterator[tuple[Any, ...]]:
    if name not in books.key.missing:
        return
    table, behind = books.key.missing[name], books.written.behind[name]
    place = np.searchsorted(books.written.records[name]["rec_id"], table["rec_id"])
    who = list(zip(behind.person[place].tolist(), behind.other[place].tolist(), strict=True))
    concerned = np.isin(behind.person[place], persons) | np.isin(behind.other[place], persons)
    chosen = np.flatnonzero(concerned)
    reasons = _why_missing(books.key, name)
    told = _read(books.records, table.take(chosen))
    system = SYSTEMS[table.layout.system]
    for (text, moment, until, rec_id), at in zip(told, chosen.tolist(), strict=True):
        yield moment, until, system, name, rec_id, _known(who[at]), text, reasons.get(rec_id, ""), True


def _known(pair: tuple[int, int]) -> tuple[int, ...]:
    return tuple(person for person in pair if person != BLANK)


def _read(records: Records, table: RecordTable) -> Iterator[tuple[str, int, int, int]]:
    """Text, entry, end and number of each row."""
    name = table.layout.name
    frame = Records({name: table}, records.lexicon).frame(name)
    for at, row in enumerate(frame.to_dict("records")):
        words = {str(field): _word(value, "") for field, value in row.items()}
        told = [part for at_, part in enumerate(TEXTS[name]) if not at_ or any(words[one] for one in _cells_of(part))]
        text = " ".join("".join(told).format(**words).split()).replace(" ,", ",")
        yield text, int(table["entered_at"][at]), int(table["valid_to"][at]), int(table["rec_id"][at])


def _cells_of(part: str) -> list[str]:
    """Fields that a part of a text names."""
    return [name for _, name, _, _ in Formatter().parse(part) if name]


def _word(value: Any, nothing: str = NOTHING) -> str:
    """A cell as it reads in a sentence."""
    if pd.isna(value) or value == "":
        return nothing
    if isinstance(value, pd.Timestamp):
        at_midnight = value == value.normalize()
        return value.strftime("%Y-%m-%d" if at_midnight else "%Y-%m-%d %H:%M")
    return WORDS.get(str(value), str(value).replace("_", " "))


def _slips(records: Records, key: AnswerKey, name: str, rec_id: int) -> Iterator[str]:
    """What was meant in each cell that slipped, and how it came about."""
    changes = key.changes
    layout = records[name].layout
    fields = tuple(layout.every_field)
    of_row = np.flatnonzero((changes.table == TABLES.index(name)) & (changes.rec_id == rec_id))
    for place in dict.fromkeys(changes.field[of_row].tolist()):
        errors, field = of_row[changes.field[of_row] == place], fields[place]
        # A cell may slip again; what was meant at first is right, and may be what stands there in the end.
        if field in UNTOLD or changes.written[errors[-1]] == changes.meant[errors[0]]:
            continue
        meant = _cell(records, name, field, int(changes.meant[errors[0]]))
        hows = " and ".join(dict.fromkeys(how(one) for one in changes.mechanism[errors].tolist()))
        yield f"{field.replace('_', ' ')} should be {meant} ({hows})"


def _cell(records: Records, name: str, field: str, value: int) -> str:
    """One value of a field as it reads."""
    layout = records[name].layout
    columns = {
        one.name: np.array([value if one.name == field else one.empty], dtype=one.dtype)
        for one in layout.every_field.values()
    }
    frame = Records({name: RecordTable(layout, columns)}, records.lexicon).frame(name)
    return _word(frame[field].iloc[0])


def _why_missing(key: AnswerKey, name: str) -> dict[int, str]:
    """How each row of a table that is missing came to be so."""
    rows = key.rows
    chosen = np.flatnonzero((rows.table == TABLES.index(name)) & rows.is_missing)
    return {int(rows.rec_id[at]): how(int(rows.mechanism[at])) for at in chosen}


def how(mechanism: int) -> str:
    """A mechanism in words."""
    return Mechanism(mechanism).name.lower().replace("_", " ")
