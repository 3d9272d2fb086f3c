"""Mistakes: from what flawless clerks wrote to the records as they stand, with a key that explains every difference.

Tables come one after another, sources first. Of each: rows that were never written, errors that came with what was
copied, steering acts that failed in the history, then slips of those who wrote, one mechanism after another; each sees
what those before it left. Accidents of spreadsheets and whiteboards, which come when rows have stood for a while, and
rows that stand twice come last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import numpy as np

from borderops.config.schema import RateOfField
from borderops.exceptions import ConfigError
from borderops.records.answer_key import AnswerKey, Mechanism, Written
from borderops.records.chances import Chances
from borderops.records.copying import VERSIONS, carry, copies_to, other_thread, versions_of
from borderops.records.detectable import seen_by
from borderops.records.fields import BLANK, NO_DAY, Kind
from borderops.records.ledger import Ledger
from borderops.records.lost_mail import lose_mail
from borderops.records.sheets import spoil_sheets, wipe_boards
from borderops.records.slips import (
    age_off,
    day_and_month_swapped,
    digits_of_day_swapped,
    digits_swapped,
    first_of_january,
    off_by,
    second_number,
    wrong_digit,
    wrong_digit_of_day,
)
from borderops.records.slips_of_names import (
    PLACEHOLDERS,
    Spelled,
    given_by_ear,
    surname_by_ear,
    without_accents,
    without_particle,
)
from borderops.records.slips_of_rows import (
    WrongFamilies,
    book_under_other_event,
    can_have_relatives,
    miss_rows,
    relatives,
    write_twice,
)
from borderops.records.steering import FailedActs
from borderops.records.systems import LAYOUTS, Records
from borderops.records.unavoidable import unavoidable
from borderops.records.users import UserRole, role_of
from borderops.records.witness import Witness
from borderops.shelf import IN_MEMORY, Memory
from borderops.units import DAY, NEVER

_PEOPLE: Final = ("e3_subject", "sigma_case")


def _each(tables: tuple[str, ...], *fields: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(tables, fields)


WHERE: Final[Mapping[Mechanism, Mapping[str, tuple[str, ...]]]] = {
    # Where the person is seen and heard. What another office holds is copied, and carries these errors along.
    Mechanism.TYPO: _each(_PEOPLE, "given", "middle", "surname_1", "surname_2"),
    Mechanism.WRONG_DIGIT: _each(_PEOPLE, "a_number", "birth_day"),
    Mechanism.DIGITS_SWAPPED: _each(_PEOPLE, "a_number", "birth_day"),
    Mechanism.NUMBER_MISSING: _each(_PEOPLE, "a_number")
    | {
        "earm_case": ("a_number",),
        "portal_child": ("a_number",),
        "mail_message": ("child_a_number",),
        "local_sheet_row": ("parent_a_number", "child_a_number"),
    },
    Mechanism.TAKEN_FROM_RELATIVE: _each(_PEOPLE, "a_number", "birth_day"),
    Mechanism.SECOND_SURNAME_DROPPED: _each(_PEOPLE, "surname_2"),
    Mechanism.SURNAMES_FUSED: _each(_PEOPLE, "surname_2"),
    Mechanism.SURNAMES_HYPHENATED: _each(_PEOPLE, "surname_2"),
    Mechanism.SURNAMES_FLIPPED: _each(_PEOPLE, "surname_2"),
    Mechanism.SURNAME_AS_MIDDLE_NAME: _each(_PEOPLE, "surname_2"),
    Mechanism.PARTICLE_LOST: _each(_PEOPLE, "surname_1", "surname_2"),
    Mechanism.SPELLED_BY_EAR: _each(_PEOPLE, "given", "middle", "surname_1", "surname_2"),
    Mechanism.ACCENT_LOST: _each(_PEOPLE, "given", "middle", "surname_1", "surname_2"),
    Mechanism.SHORT_FORM: _each(_PEOPLE, "given"),
    Mechanism.NAMES_SWAPPED: _each(_PEOPLE, "given"),
    Mechanism.PLACEHOLDER: _each(_PEOPLE, "given"),
    Mechanism.DAY_AND_MONTH_SWAPPED: _each(_PEOPLE, "birth_day"),
    Mechanism.FIRST_OF_JANUARY: _each(_PEOPLE, "birth_day"),
    Mechanism.AGE_OFF: {"e3_subject": ("age",)},
    Mechanism.TIME_OF_PROCESSING: {
        "e3_event": ("apprehended_at",),
        "e3_detention": ("in_at",),
        "sigma_case": ("encounter_day",),
    },
    Mechanism.OFF_BY_A_DAY: {
        "e3_event": ("apprehended_at",),
        "e3_detention": ("in_at", "out_at"),
        "sigma_case": ("encounter_day",),
        "earm_custody": ("in_at", "out_at"),
        "portal_placement": ("placed_at", "discharged_at"),
        "local_sheet_row": ("separated_on",),
    },
    Mechanism.SECOND_NUMBER: _each(_PEOPLE, "a_number"),
    Mechanism.BOX_NOT_TICKED: {"portal_separation": ("separated",)},
    # Read off another screen, a message or a spreadsheet and typed again. The parent's number that a request passes on
    # is a steering act.
    Mechanism.TRANSCRIBED: {
        "earm_comment": ("child_a_number",),
        "earm_placement": ("child_a_number",),
        "portal_child": ("a_number", "first_name", "middle_name", "last_name", "birth_day"),
        "mail_message": ("child_a_number", "child_given", "child_surnames"),
        "local_sheet_row": (
            "parent_a_number", "parent_given", "parent_surnames", "child_a_number", "child_given", "child_surnames",
        ),
        "local_board_line": ("child_given", "child_surnames"),
    },
    Mechanism.WRONG_CHILD: {"mail_message": ("thread_no",)},
}  # fmt: skip
"""Cells of which tables a mechanism can hit. What concerns whole rows stands in `borderops.records.slips_of_rows`,
accidents of spreadsheets in `borderops.records.sheets`. Numbers that tie tables together are given out by systems, and
reason codes are steering acts: nobody's hand slips there."""


def make_mistakes(written: Written, witness: Witness, shelf: Memory = IN_MEMORY) -> tuple[Records, AnswerKey]:
    """Let people make their mistakes.

    Parameters
    ----------
    written : Written
        What flawless clerks wrote.
    witness : Witness
        What they saw, with the history's steering acts, the settings and the draws.
    shelf : Memory
        Where columns lie, and the key as it grows.

    Returns
    -------
    tuple of Records and AnswerKey
        What stands in the systems, everything in which it differs from what flawless clerks wrote, and what these
        could not help.

    Raises
    ------
    ConfigError
        If a rate is given for a field that such a slip cannot befall.
    """
    require_fields(witness.settings.records.rates_of_fields)
    ledger = Ledger(written, shelf)
    acts, chances = FailedActs(ledger, witness), Chances(ledger, witness)
    hands, families = Hands(chances), WrongFamilies(chances)
    for table in written.records.tables:
        acts.leave_out(table)
        miss_rows(table, chances)
        for copy in copies_to(ledger, table):
            carry(ledger, copy)
        acts.spoil(table)
        hands.slip(table)
        if table == "e3_subject":
            book_under_other_event(chances)
        families.write(table)
        for copy in versions_of(ledger, table):
            carry(ledger, copy)
        if table == "local_sheet_row":
            spoil_sheets(chances)
        ledger.put_away()
    wipe_boards(chances)
    for table in written.records.tables:
        write_twice(table, chances)
    return ledger.close(seen_by, unavoidable(written, witness), lose_mail(ledger, witness))


def require_fields(rates: Iterable[RateOfField]) -> None:
    """Refuse rates for fields that a slip cannot befall: they would move nothing, and nobody would know.

    Raises
    ------
    ConfigError
        With every such rate.
    """
    problems = []
    for index, rate in enumerate(rates):
        where = fields_hit(rate.slip)
        if (rate.table, rate.field) not in where:
            allowed = ", ".join(".".join(one) for one in where) or "none, since it is a slip of whole rows"
            problems.append(
                f"records.rates_of_fields[{index}] is for {rate.slip} of {rate.table}.{rate.field}; allowed: {allowed}"
            )
    if problems:
        raise ConfigError(problems)


def fields_hit(slip: str) -> list[tuple[str, str]]:
    """Tables and fields that a slip of `records.slips` can befall; none of those that concern whole rows."""
    tables = WHERE.get(Mechanism[slip.upper()], {})
    return [(table, field) for table, fields in tables.items() for field in fields]


# --- verbs on cells ---------------------------------------------------------------------------------------------------


class Hands:
    """Hands that write cells, and what they write instead.

    Parameters
    ----------
    chances : Chances
    """

    def __init__(self, chances: Chances):
        self.chances, self.ledger, self.witness = chances, chances.ledger, chances.witness
        self.spelled = Spelled(chances.ledger.lexicon)
        self._typed: dict[str, np.ndarray] = {}  # rows in which somebody typed something, by field of one table

    def slip(self, table: str) -> None:
        """All slips in cells of a table."""
        self._typed.clear()
        for mechanism, tables in WHERE.items():
            for field in tables.get(table, ()):
                rows = self.chances.hit(table, field, mechanism, self._could_be(table, field, mechanism))
                if rows.size:
                    uniforms = self.chances.how(table, field, mechanism, rows)
                    cells = VERBS[mechanism](self, table, field, rows, uniforms)
                    self.ledger.change(table, rows, cells, mechanism)

    def _could_be(self, table: str, field: str, mechanism: Mechanism) -> np.ndarray:
        """Rows in which somebody typed something into a field."""
        if field not in self._typed:
            column, every = self.ledger.clean(table)[field], LAYOUTS[table].every_field[field]
            typed = column != every.empty
            typed &= role_of(self.ledger.clean(table)["entered_by"]) != UserRole.MACHINE
            if table in VERSIONS:
                typed &= self.ledger.behind(table).visit == 0
            self._typed[field] = self.ledger.shelf.keep(np.flatnonzero(typed).astype(np.int32))
        rows = self._typed[field]
        chosen = _ONLY.get(mechanism)
        return rows if chosen is None else rows[chosen(self, table, rows)]

    def now(self, table: str, field: str, rows: np.ndarray) -> np.ndarray:
        """Cells as they read now."""
        return self.ledger.cells(table, field)[rows]


Cells = dict[str, np.ndarray]
Verb = Callable[[Hands, str, str, np.ndarray, np.ndarray], Cells]
"""Of hands, table, field, rows and a uniform for each row: the cells that they write, by field."""


def _mistype(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    return {field: hands.spelled.typed(hands.now(table, field, rows), uniforms)}


def _by_kind(number: Callable[..., np.ndarray], day: Callable[..., np.ndarray]) -> Verb:
    """One verb for A-numbers, another for days."""

    def write(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
        is_number = LAYOUTS[table].every_field[field].kind is Kind.A_NUMBER
        return {field: (number if is_number else day)(hands.now(table, field, rows), uniforms)}

    return write


def _transcribe(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    now, kind = hands.now(table, field, rows), LAYOUTS[table].every_field[field].kind
    if kind is Kind.NAMES:
        return {field: hands.spelled.both_typed(now, uniforms)}
    if kind is Kind.NAME:
        return {field: hands.spelled.typed(now, uniforms)}
    twice = uniforms * 2 % 1.0
    if kind is Kind.DAY:
        return {field: np.where(uniforms < 0.5, wrong_digit_of_day(now, twice), digits_of_day_swapped(now, twice))}
    return {field: np.where(uniforms < 0.5, wrong_digit(now, twice), digits_swapped(now, twice))}


def _blank(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    return {field: np.full(rows.size, LAYOUTS[table].every_field[field].empty)}


def _take_from_relative(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    # As the relative's own clerk meant it: who is copied from was written a moment before.
    return {field: hands.ledger.clean(table)[field][relatives(hands.ledger, hands.witness, table, rows)]}


def _surnames(way: Callable[[Spelled, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]) -> Verb:
    """A verb on both surnames, where there are still two."""

    def write(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
        first, second = (hands.now(table, name, rows) for name in ("surname_1", "surname_2"))
        both = (first != BLANK) & (second != BLANK)
        one, other = first.copy(), second.copy()
        one[both], other[both] = way(hands.spelled, first[both], second[both])
        return {"surname_1": one, "surname_2": other}

    return write


def _nothing(names: np.ndarray) -> np.ndarray:
    return np.full(names.size, BLANK, dtype=np.int32)


def _file_as_middle_name(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    # The last word is taken for the surname, so the first surname goes to the given names.
    middle, first, second = (hands.now(table, name, rows) for name in ("middle", "surname_1", "surname_2"))
    both = (first != BLANK) & (second != BLANK)
    middle, first, second = middle.copy(), first.copy(), second.copy()
    middle[both] = hands.spelled.appended(middle[both], first[both])
    first[both], second[both] = second[both], BLANK
    return {"middle": middle, "surname_1": first, "surname_2": second}


def _lose_particle(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    return {field: hands.spelled.one_of(hands.now(table, field, rows), uniforms, without_particle)}


def _spell_by_ear(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    ways = surname_by_ear if field.startswith("surname") else given_by_ear
    return {field: hands.spelled.one_of(hands.now(table, field, rows), uniforms, ways)}


def _lose_accent(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    return {field: hands.spelled.one_of(hands.now(table, field, rows), uniforms, without_accents)}


def _shorten(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    sex = hands.ledger.clean(table)["sex"][rows]
    return {field: hands.spelled.short(hands.now(table, field, rows), uniforms, sex)}


def _swap_names(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    given, surname = (hands.now(table, name, rows) for name in ("given", "surname_1"))
    return {"given": surname, "surname_1": given}


def _put_placeholder(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    codes = np.array([hands.spelled.lexicon.codes(pair) for pair in PLACEHOLDERS] if rows.size else [])
    chosen = codes[np.minimum((uniforms * len(PLACEHOLDERS)).astype(np.int64), len(PLACEHOLDERS) - 1)]
    return {"given": chosen[:, 0], "surname_1": chosen[:, 1], "middle": _nothing(rows), "surname_2": _nothing(rows)}


def _now_verb(change: Callable[[np.ndarray], np.ndarray]) -> Verb:
    """A verb that there is only one way to do."""

    def write(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
        return {field: change(hands.now(table, field, rows))}

    return write


def _drawn(change: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Verb:
    def write(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
        return {field: change(hands.now(table, field, rows), uniforms)}

    return write


def _write_time_of_typing(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    typed = hands.ledger.clean(table)["entered_at"][rows]
    return {field: typed // DAY if LAYOUTS[table].every_field[field].kind is Kind.DAY else typed}


def _miss_by_a_day(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    is_day = LAYOUTS[table].every_field[field].kind is Kind.DAY
    step, empty = (1, NO_DAY) if is_day else (DAY, NEVER)
    return {field: off_by(hands.now(table, field, rows), uniforms, step, empty)}


def _leave_unticked(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    return {field: np.zeros(rows.size, dtype=np.int8)}


def _attach_to_other_child(hands: Hands, table: str, field: str, rows: np.ndarray, uniforms: np.ndarray) -> Cells:
    return {field: other_thread(hands.ledger, rows)}


VERBS: Final[Mapping[Mechanism, Verb]] = {
    Mechanism.TYPO: _mistype,
    Mechanism.WRONG_DIGIT: _by_kind(wrong_digit, wrong_digit_of_day),
    Mechanism.DIGITS_SWAPPED: _by_kind(digits_swapped, digits_of_day_swapped),
    Mechanism.NUMBER_MISSING: _blank,
    Mechanism.TAKEN_FROM_RELATIVE: _take_from_relative,
    Mechanism.SECOND_SURNAME_DROPPED: _surnames(lambda _, first, second: (first, _nothing(second))),
    Mechanism.SURNAMES_FUSED: _surnames(lambda names, first, second: (names.fused(first, second), _nothing(second))),
    Mechanism.SURNAMES_HYPHENATED: _surnames(
        lambda names, first, second: (names.hyphenated(first, second), _nothing(second))
    ),
    Mechanism.SURNAMES_FLIPPED: _surnames(lambda _, first, second: (second, first)),
    Mechanism.SURNAME_AS_MIDDLE_NAME: _file_as_middle_name,
    Mechanism.PARTICLE_LOST: _lose_particle,
    Mechanism.SPELLED_BY_EAR: _spell_by_ear,
    Mechanism.ACCENT_LOST: _lose_accent,
    Mechanism.SHORT_FORM: _shorten,
    Mechanism.NAMES_SWAPPED: _swap_names,
    Mechanism.PLACEHOLDER: _put_placeholder,
    Mechanism.DAY_AND_MONTH_SWAPPED: _now_verb(day_and_month_swapped),
    Mechanism.FIRST_OF_JANUARY: _now_verb(first_of_january),
    Mechanism.AGE_OFF: _drawn(age_off),
    Mechanism.TIME_OF_PROCESSING: _write_time_of_typing,
    Mechanism.OFF_BY_A_DAY: _miss_by_a_day,
    Mechanism.SECOND_NUMBER: _drawn(second_number),
    Mechanism.BOX_NOT_TICKED: _leave_unticked,
    Mechanism.TRANSCRIBED: _transcribe,
    Mechanism.WRONG_CHILD: _attach_to_other_child,
}
"""What is written instead."""

_REQUEST: Final = LAYOUTS["mail_message"].every_field["step"].choices.index("request")

_ONLY: Final[Mapping[Mechanism, Callable[[Hands, str, np.ndarray], np.ndarray]]] = {
    Mechanism.TAKEN_FROM_RELATIVE: lambda hands, table, rows: can_have_relatives(hands.ledger, hands.witness, table)[
        rows
    ],
    # A request begins a thread.
    Mechanism.WRONG_CHILD: lambda hands, table, rows: hands.ledger.clean(table)["step"][rows] != _REQUEST,
    Mechanism.BOX_NOT_TICKED: lambda hands, table, rows: hands.ledger.clean(table)["separated"][rows] == 1,
}
"""Rows that some mechanisms can befall, of those in which somebody typed."""
