"""What stands in the systems of record, beside the truth: where links are, the official count, the written clock.

Measured from records that are kept for these figures alone: a table is the same whatever other tables are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from borderops.audit.clocks import custody_clocks
from borderops.audit.findings import Clock
from borderops.audit.lists import Period, official_list
from borderops.config.schema import STATIONS
from borderops.forecast.breakdowns import Row, counts, shares
from borderops.forecast.link_standing import LinkStanding
from borderops.forecast.reading import AGE_BANDS, Reading
from borderops.operations.plan import Ground
from borderops.population.people import NOBODY, Role
from borderops.records.answer_key import Behind
from borderops.records.fields import BLANK
from borderops.records.systems import LAYOUTS, RecordTable
from borderops.scoring.standing import Kind, Level

STAGES: Final = {
    Kind.DISCLOSED: "written down as a family",
    Kind.NEVER_GROUPED: "never grouped",
    Kind.UNDISCLOSED: "never said",
}
"""How a separated child's family was known at the station; other kinds of links are no separations."""

ENDS: Final = {
    Level.SEARCHABLE: "searchable in the field",
    Level.VISIBLE: "visible to ICE or HHS",
    Level.HEADQUARTERS: "headquarters query only",
    Level.NOTE: "note, mail or sheet only",
    Level.NOWHERE: "nowhere",
}
"""Where links stand, in words."""

ALL_LINKS: Final = "true links of separated children"


def written_kpis(reading: Reading) -> Iterator[Row]:
    """KPIs of what stands written."""
    yield from _links(reading, reading.links)
    yield from _official_list(reading)
    yield from _units(reading)
    yield from _made_in_error(reading)
    yield from _sheets(reading)
    yield from _written_clock(reading)


def link_flow(reading: Reading) -> Iterator[Row]:
    """Links from what was known at the station, over the unit, to where they stand at the end."""
    found = reading.links
    known = np.array([STAGES.get(Kind(kind), "") for kind in Kind])[found.links.kind]
    ends = np.array([ENDS[level] for level in Level])[found.at_end]
    for stages in ((np.full(known.size, ALL_LINKS), known), (known, found.unit), (found.unit, ends)):
        pairs, sizes = np.unique(np.stack(stages), axis=1, return_counts=True)
        for (source, target), size in zip(pairs.T.tolist(), sizes.tolist(), strict=True):
            yield source, target, size


# --- links ------------------------------------------------------------------------------------------------------------


def _links(reading: Reading, found: LinkStanding) -> Iterator[Row]:
    for kpi, chosen in (("links_of_separated", None), ("links_unrecorded", found.at_end == Level.NOWHERE)):
        for kind, group, size in _link_counts(reading, found, chosen):
            yield kpi, kind, group, size
    for level in Level:
        yield "links_of_separated", "standing", level.name.lower(), np.count_nonzero(found.at_end == level)
    nowhere = found.at_end == Level.NOWHERE
    out_of_reach = found.in_shelter & ~found.in_reach
    for kpi, part, whole in (
        ("share_links_unrecorded", nowhere, None),
        ("share_links_not_at_once", found.after_an_hour == Level.NOWHERE, None),
        ("share_links_not_in_a_day", found.after_a_day > Level.VISIBLE, None),
        ("share_links_out_of_reach", out_of_reach, found.in_shelter),
    ):
        among = _link_counts(reading, found, whole)
        for (kind, group, size), (_, _, size_of_part) in zip(among, _link_counts(reading, found, part), strict=True):
            if size:
                yield kpi, kind, group, size_of_part / size


def _link_counts(reading: Reading, found: LinkStanding, chosen: np.ndarray | None) -> list[tuple[str, str, int]]:
    """Links among the chosen: in all, by age band of the child, and by station."""
    child = found.links.child if chosen is None else found.links.child[chosen]
    band, station = reading.band[child], reading.station[child]
    return [
        ("all", "all", child.size),
        *(("age_band", label, int((band == place).sum())) for place, label in enumerate(AGE_BANDS)),
        *(("station", name, int((station == STATIONS.index(name)).sum())) for name in reading.stations),
    ]


# --- the official list ------------------------------------------------------------------------------------------------


def _official_list(reading: Reading) -> Iterator[Row]:
    records, behind = reading.books.records, reading.books.key.behind
    period = Period(reading.season_start, reading.season_end)
    entries = official_list(records, reading.history.horizon - 1, period)
    persons = _persons(entries.subject_no, records["e3_subject"], behind["e3_subject"])
    listed = np.zeros(reading.child.size, dtype=bool)
    listed[persons[persons != NOBODY]] = True
    meant = _separated_for_policy(reading)
    yield "persons_on_official_list", "all", "all", persons.size
    if meant.any():
        yield "official_count_off", "all", "all", abs(persons.size / np.count_nonzero(meant) - 1.0)
    yield from counts(reading, "persons_separated_for_policy", meant, by_age=False)
    yield from counts(reading, "persons_missing_from_list", meant & ~listed, by_age=False)
    yield "persons_wrongly_on_list", "all", "all", persons.size - np.count_nonzero(listed & meant)


def _separated_for_policy(reading: Reading) -> np.ndarray:
    """Children separated by Border Patrol for prosecution of a parent, and the parents taken from them."""
    history = reading.history
    children = reading.season_separated & (history.ground == Ground.PROSECUTION) & reading.at_sector
    return children | (reading.season_taken & reading.parties_of(children)[reading.people.party])


def _persons(subject_no: np.ndarray, subjects: RecordTable, behind: Behind) -> np.ndarray:
    """Row of the person behind each number of e3, `NOBODY` where there is none."""
    person = np.full(int(max(subjects["subject_no"].max(initial=0), subject_no.max(initial=0))) + 1, NOBODY)
    person[subjects["subject_no"]] = behind.person
    return person[subject_no]


# --- units ------------------------------------------------------------------------------------------------------------


def _units(reading: Reading) -> Iterator[Row]:
    """False units and units made twice."""
    records, behind = reading.books.records, reading.books.key.behind
    units = records["e3_family_unit"]
    is_unit = units["kind"] == LAYOUTS["e3_family_unit"].every_field["kind"].choices.index("unit")
    first = np.unique(units["unit_no"], return_index=True)[1]
    first = first[is_unit[first]]
    case = behind["e3_family_unit"].case[first]
    in_season = reading.in_season(units["valid_from"][first])
    is_false = in_season & ~_has_family(reading, units["unit_no"][first])
    yield "false_family_units", "all", "all", np.count_nonzero(is_false)
    known = case[in_season & (case != NOBODY)]
    yield "units_recorded_twice", "all", "all", np.count_nonzero(np.bincount(known, minlength=1) > 1)


def _made_in_error(reading: Reading) -> Iterator[Row]:
    """Units of the window whose deletion says that they should never have been."""
    units, deletions = reading.books.records["e3_family_unit"], reading.books.records["e3_unit_deletion"]
    says = LAYOUTS["e3_unit_deletion"].every_field["comment"].choices.index("made_in_error")
    in_error = np.isin(units["unit_no"], deletions["unit_no"][deletions["comment"] == says])
    made = units["unit_no"][in_error & reading.in_window(units["valid_from"])]
    yield "units_made_in_error", "all", "all", np.unique(made).size


# --- sheets -----------------------------------------------------------------------------------------------------------


def _sheets(reading: Reading) -> Iterator[Row]:
    """Parents of whom a station's spreadsheet has no row, and those whose A-number in it is another one."""
    books, taken = reading.books, reading.season_taken & reading.at_sector
    sheet, parent = books.records["local_sheet_row"], books.key.behind["local_sheet_row"].person
    number, witness = sheet["parent_a_number"], books.witness
    is_wrong = (number != BLANK) & (number != witness.a_number[parent])
    has_row, has_wrong = np.zeros(taken.size, dtype=bool), np.zeros(taken.size, dtype=bool)
    has_row[parent[parent != NOBODY]], has_wrong[parent[is_wrong & (parent != NOBODY)]] = True, True
    keeps = witness.practices.keeps_sheet[witness.practices.row(reading.history.parted_at)]
    yield from counts(reading, "parents_without_sheet_row", taken & keeps & ~has_row, by_age=False)
    yield from counts(reading, "parents_with_wrong_number_on_sheet", taken & has_wrong, by_age=False)


def _has_family(reading: Reading, unit_no: np.ndarray) -> np.ndarray:
    """Whether a child among the members of units has a parent among them, shape of ``unit_no``."""
    members, behind = reading.books.records["e3_family_member"], reading.books.key.behind["e3_family_member"]
    people, person, unit = reading.people, behind.person, members["unit_no"]
    has = np.zeros(unit.size, dtype=bool)
    of_unit = np.sort(unit << 22 | person)  # who is in which unit
    for parent in (people.mother[person], people.father[person]):
        key = unit << 22 | parent
        place = np.minimum(np.searchsorted(of_unit, key), of_unit.size - 1)
        has |= (parent != NOBODY) & (people.role[person] >= Role.CHILD) & (of_unit[place] == key)
    return np.isin(unit_no, unit[has])


# --- the clock --------------------------------------------------------------------------------------------------------


def _written_clock(reading: Reading) -> Iterator[Row]:
    records, behind = reading.books.records, reading.books.key.behind
    found = custody_clocks(records, reading.history.horizon - 1)
    over = found.having(Clock.OVER_72_HOURS).subject_no
    subjects, truth = records["e3_subject"], behind["e3_subject"]
    is_written, is_over = np.zeros(reading.child.size, dtype=bool), np.zeros(reading.child.size, dtype=bool)
    is_written[_persons(found.subject_no, subjects, truth)] = True
    is_over[_persons(over, subjects, truth)] = True
    cohort = reading.season_separated & reading.at_sector
    yield from counts(reading, "over_72h_separated_border_patrol", cohort & reading.over_72_hours)
    yield from counts(reading, "over_72h_separated_written", cohort & is_over)
    yield from shares(reading, "share_over_72h_separated_written", cohort & is_written, is_over)
