"""What agents wrote down, or did not, of families: grouping at intake, codes, notes, and the parent's number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from borderops.forecast.breakdowns import Row, counts, per_day, series, shares
from borderops.forecast.reading import Reading
from borderops.operations.history import Code, Exit, Note, ParentNumber
from borderops.population.people import NOBODY, Role, Stratum


def record_kpis(reading: Reading) -> Iterator[Row]:
    """KPIs of families never grouped, of what was written at a parting, and of what a referral carried."""
    yield from _never_grouped(reading)
    yield from _of_partings(reading)
    history, separated = reading.history, reading.season_separated
    referred = separated & (history.parent_number != ParentNumber.NONE)
    not_passed = history.parent_number == ParentNumber.NOT_PASSED
    yield from shares(reading, "children_parent_number_not_passed", referred, not_passed)
    by_number = np.bincount(history.parent_number[separated], minlength=len(ParentNumber)).tolist()
    for number in ParentNumber:
        yield "children_separated", "parent_number", number.name.lower(), by_number[number]


def _never_grouped(reading: Reading) -> Iterator[Row]:
    """True families who said they are one; a child of theirs in a shelter is separated, and nobody knows."""
    members = reading.never_grouped & (reading.stratum == Stratum.FAMILY)
    members &= reading.came_in_season
    yield from counts(reading, "families_never_grouped", members & _stands_for_case(reading), by_age=False)
    yield from counts(reading, "members_never_grouped", members, by_age=False)
    yield from counts(reading, "children_separated_unnoticed", _unnoticed(reading) & reading.came_in_season)


def daily_records(reading: Reading) -> Iterator[Row]:
    """Children of families never grouped who went to a shelter without their parent, by day of apprehension."""
    children = np.flatnonzero(_unnoticed(reading) & reading.never_grouped)
    yield from series(reading, "ungrouped_children", "all", per_day(reading, reading.history.apprehended_at[children]))


def _stands_for_case(reading: Reading) -> np.ndarray:
    """True for the first person of each case."""
    return reading.first_of_case == np.arange(reading.child.size)


def _unnoticed(reading: Reading) -> np.ndarray:
    """Children sent to a shelter whose mother or father came with them and was processed as an adult alone."""
    people = reading.people
    apart = reading.never_grouped | (reading.stratum == Stratum.UNDISCLOSED_FAMILY)
    placed = apart & reading.child & (reading.history.exit == Exit.TO_SHELTER)
    rows = np.flatnonzero(placed)
    has_parent = np.zeros(rows.size, dtype=bool)
    for parent in (people.mother[rows], people.father[rows]):
        # A minor mother stays with her child.
        has_parent |= (parent != NOBODY) & (people.role[parent] < Role.CHILD)
    placed[rows] = has_parent
    return placed


def _of_partings(reading: Reading) -> Iterator[Row]:
    """Codes and rows of families separated in the season, notes of parents taken in it; ports write none of them."""
    history, separated = reading.history, reading.season_separated & reading.at_sector
    of_family = np.zeros(separated.size, dtype=bool)
    of_family[reading.first_of_case[separated]] = True
    code = history.separation_code
    wrong = of_family & ((code == Code.WRONG) | (code == Code.BLANK))
    yield from counts(reading, "families_with_code_wrong_or_blank", wrong, by_age=False)
    by_code = np.bincount(code[of_family], minlength=len(Code)).tolist()
    for one in list(Code)[1:]:
        yield "families_separated", "code", one.name.lower(), by_code[one]
    listed = history.is_listed[of_family]
    yield "families_separated", "list", "listed", np.count_nonzero(listed)
    yield "families_separated", "list", "not_listed", np.count_nonzero(~listed)
    taken = reading.season_taken & reading.at_sector
    from_separated = taken & reading.parties_of(of_family)[reading.people.party]
    several = (separated | from_separated) & (code == Code.SEVERAL)
    yield from counts(reading, "persons_with_several_codes", several, by_age=False)
    for name, notes in (
        ("notes_saying_nothing", (Note.NOTHING,)),
        ("notes_at_top", (Note.TOP_AND_CHILD, Note.TOP_ONLY)),
        ("notes_with_child", (Note.NOT_AT_TOP, Note.TOP_AND_CHILD)),
    ):
        yield from shares(reading, name, taken, np.isin(list(Note), notes)[history.note], by_age=False)
    by_note = np.bincount(history.note[taken], minlength=len(Note)).tolist()
    for note in list(Note)[1:]:
        yield "parents_taken", "note", note.name.lower(), by_note[note]
