"""KPIs of what stands in the systems of record, against the truth that they are measured beside."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from tests.worlds import settings_with

from borderops import clock
from borderops.audit.clocks import custody_clocks
from borderops.audit.looking_up import lookup
from borderops.config.schema import SLIPS
from borderops.forecast.kpis import FROM_BOOKS, KPIS, measured
from borderops.forecast.link_standing import DELETED, KEPT, NO_UNIT
from borderops.forecast.measure import measure_reading
from borderops.forecast.measure_records import _unnoticed
from borderops.forecast.measure_written import ALL_LINKS, ENDS, link_flow, written_kpis
from borderops.forecast.reading import Reading
from borderops.population.people import Stratum
from borderops.records.bookkeeping import keep_books
from borderops.records.fields import Kind as Kind_
from borderops.records.fields import parts_of
from borderops.replication import replicate
from borderops.scoring.standing import Kind, Level, evidence
from borderops.units import DAY, HOUR

WEEKS = {
    "window.start": "2018-05-10",
    "window.end": "2018-06-06",
    "window.lead_in_days": 3,
    "arrivals.stations": ["el_paso", "yuma"],
    "study.season_start": "2018-05-12",
    "study.season_end": "2018-05-30",
    "people.families.undisclosed_share": 0.01,  # enough of them for a small world
}


@cache
def reading(tracking: str = "", **more: object) -> Reading:
    """Two sectors in four weeks of the season."""
    if tracking:
        from borderops.config.compose import compose

        words = [f"{key}={_word(value)}" for key, value in WEEKS.items()]
        settings = compose(["scenario=zero_tolerance_2018", f"tracking={tracking}", *words, *more]).settings
    else:
        settings = settings_with(WEEKS)
    return Reading(replicate(settings, 1), settings)


def _word(value: object) -> str:
    return str(value).replace("'", "").replace(" ", "")


@cache
def kpis(tracking: str = "") -> pd.DataFrame:
    """KPIs of the weeks."""
    one = reading(tracking)
    return measure_reading(one, one.settings).tables["kpis"]


def value(name: str, kind: str = "all", group: str = "all", tracking: str = "") -> float:
    """One KPI."""
    table = kpis(tracking)
    row = table[(table["kpi"] == name) & (table["group_kind"] == kind) & (table["group"] == group)]
    assert len(row) == 1, name
    return float(row["value"].iloc[0])


def test_levels_share_out_all_links():
    """Every link of a separated child stands in exactly one place."""
    by_level = [value("links_of_separated", "standing", level.name.lower()) for level in Level]
    assert sum(by_level) == value("links_of_separated") > 100
    assert by_level[Level.NOWHERE] == value("links_unrecorded")
    assert value("share_links_unrecorded") == pytest.approx(by_level[Level.NOWHERE] / sum(by_level))


@pytest.mark.parametrize("tracking", ["", "e3_august_2018"])
def test_links_recorded_at_once_and_within_a_day(tracking):
    """Counted again link by link: any record after an hour; the field's, ICE's or HHS's own after a day."""
    one = reading(tracking)
    links, books = one.links.links, one.books
    found = evidence(links, books.records, books.key.behind, books.witness)
    stands = [[] for _ in range(len(links))]
    for link, level, begins, ends in zip(found.link, found.level, found.from_at, found.to_at):
        stands[link].append((level, begins, ends))
    late, hidden = 0, 0
    for parted, some in zip(links.parted_at.tolist(), stands):
        late += not any(begins <= parted + HOUR < ends for _, begins, ends in some)
        hidden += not any(level <= Level.VISIBLE and begins <= parted + DAY < ends for level, begins, ends in some)
    assert value("share_links_not_at_once", tracking=tracking) == pytest.approx(late / len(links))
    assert value("share_links_not_in_a_day", tracking=tracking) == pytest.approx(hidden / len(links))
    assert hidden > late > 0 or tracking


def test_kept_units_are_found_within_a_day():
    """Where units outlive the parting, what is not found within a day are families that nobody knew to be one."""
    one = reading("e3_august_2018")
    unnoticed = np.count_nonzero(one.links.links.kind != Kind.DISCLOSED) / len(one.links.links)
    assert 0 < unnoticed <= value("share_links_not_in_a_day", tracking="e3_august_2018") < unnoticed + 0.05
    assert value("share_links_not_in_a_day") > 0.5


def test_the_official_count_is_off_by_the_difference():
    """The net error, as a share of those separated under the policy."""
    meant, listed = value("persons_separated_for_policy"), value("persons_on_official_list")
    assert value("official_count_off") == pytest.approx(abs(listed - meant) / meant)


def test_links_are_those_of_the_children_separated_and_of_those_nobody_noticed():
    """Each child counted as separated in the season has a link, and so has each whose separation nobody noticed."""
    links = reading().links.links
    claimed = reading().stratum == Stratum.FALSE_FAMILY  # children of others have no link to lose
    separated = np.flatnonzero(reading().season_separated & ~claimed)
    assert set(separated) == set(links.child[links.kind == Kind.DISCLOSED])
    linked = np.unique(links.child[links.kind != Kind.DISCLOSED])
    unnoticed = np.flatnonzero(_unnoticed(reading()) & reading().came_in_season)
    assert unnoticed.size == value("children_separated_unnoticed") > 0
    assert np.setdiff1d(linked, unnoticed).size == 0
    # Who came on the season's last day may be determined to be alone on the day after it; nobody else is without.
    without = np.setdiff1d(unnoticed, linked)
    assert (reading().history.determined_at[without] >= clock.minute_of(date(2018, 5, 31))).all()


def test_flow_keeps_its_links():
    """What comes into a stage goes out of it, down to where links stand."""
    one = reading()
    table = measure_reading(one, one.settings).tables["links"]
    total = table.loc[table["source"] == ALL_LINKS, "value"].sum()
    assert total == value("links_of_separated")
    assert table.loc[table["target"].isin(ENDS.values()), "value"].sum() == total
    for unit in (KEPT, DELETED, NO_UNIT):
        into, out = (table.loc[table[side] == unit, "value"].sum() for side in ("target", "source"))
        assert into == out


def test_official_list_differs_from_the_truth_by_who_is_missing_and_who_is_wrong():
    """List = truth - missing + wrong: the identity of the report's reconciliation (OIG-20-06 p. 25)."""
    meant, listed = value("persons_separated_for_policy"), value("persons_on_official_list")
    missing, wrong = value("persons_missing_from_list"), value("persons_wrongly_on_list")
    assert listed == meant - missing + wrong
    assert 0 < missing < meant / 3


def test_rejoined_families_are_recorded_twice_where_units_are_deleted():
    """Under the designs of spring 2018 a family rejoined at the station gets a second unit; a kept unit is restored."""
    assert value("units_recorded_twice") >= value("children_rejoined") / 3 > 0
    assert value("units_recorded_twice", tracking="edit_checks") == 0


def test_kept_units_keep_links_in_reach():
    """Where units outlive the separation and can be searched, far fewer links are out of reach than elsewhere."""
    old, new = value("share_links_out_of_reach"), value("share_links_out_of_reach", tracking="shared_record")
    assert old > 0.5
    assert new < 0.2


def test_written_clock_is_near_the_true_one():
    """Slips move the written clock of a few children, not of most."""
    true, written = value("over_72h_separated_border_patrol"), value("over_72h_separated_written")
    assert true > 100
    assert abs(written - true) <= 0.05 * true
    books, history = reading().books, reading().history
    found = custody_clocks(books.records, history.horizon - 1)
    person = books.key.behind["e3_detention"].person[lookup(books.records["e3_detention"]["rec_id"], found.rec_id)]
    moved = found.apprehended_at != history.apprehended_at[person]
    assert 0 < np.count_nonzero(moved) < 0.1 * moved.size


def test_figures_are_those_of_whole_books():
    """Books of those whom the figures are about give the same figures as books of everybody."""
    one = reading()
    whole = Reading(one.replication, one.settings)
    whole.__dict__["books"] = keep_books(one.replication, one.settings)
    assert len(whole.books.records["e3_subject"]) > 1.5 * len(one.books.records["e3_subject"])
    assert list(written_kpis(one)) == list(written_kpis(whole))
    assert list(link_flow(one)) == list(link_flow(whole))


def test_without_books_all_other_figures_are_the_same():
    """``study.books=false`` leaves out what is read from books, no other figure, and keeps none."""
    one = reading()
    short = one.settings.model_copy(update={"study": one.settings.study.model_copy(update={"books": False})})
    without = Reading(one.replication, short)
    tables, shorter = measure_reading(one, one.settings).tables, measure_reading(without, short).tables
    kpis = tables["kpis"]
    assert set(kpis["kpi"][kpis["kpi"].isin(FROM_BOOKS)]) == FROM_BOOKS
    expected = {
        **tables,
        "kpis": kpis[~kpis["kpi"].isin(FROM_BOOKS)].reset_index(drop=True),
        "links": tables["links"][:0],
    }
    for name, table in expected.items():
        pd.testing.assert_frame_equal(table, shorter[name], check_dtype=False, obj=name)
    assert "books" not in vars(without)
    assert set(measured(short)) == set(KPIS) - FROM_BOOKS


def test_rows_are_those_of_whole_books():
    """What is written about somebody, slips included, does not depend on whether others are written about."""
    one = reading()
    whole = keep_books(one.replication, one.settings)
    for name, table in one.books.records.tables.items():
        mine, its = (_only_once(_key(books.key.behind[name])) for books in (one.books, whole))
        order = np.array([row for key, row in mine.items() if key in its], dtype=np.int64)
        place = np.array([its[key] for key in mine if key in its], dtype=np.int64)
        assert order.size >= 0.95 * len(table)  # rows added by a slip have the key of another
        for field, column in table.columns.items():
            kind = table.layout.every_field[field].kind
            if field in ("rec_id", "thread_no"):  # numbers of rows, and the thread of another child
                continue
            if field == "event_no" and name != "e3_event":  # a slip takes another event of those that are written
                assert (column[order] != whole.records[name][field][place]).mean() < 0.01
                continue
            if kind in (Kind_.NAME, Kind_.NAMES):  # codes of new spellings depend on what was written before
                lexicons = one.books.records.lexicon, whole.records.lexicon
                mine_, its_ = column[order], whole.records[name][field][place]
                rows = np.flatnonzero(mine_ != its_)
                assert _texts(lexicons[0], mine_[rows], kind) == _texts(lexicons[1], its_[rows], kind), (
                    f"{name}.{field}"
                )
            else:
                np.testing.assert_array_equal(
                    column[order], whole.records[name][field][place], err_msg=f"{name}.{field}"
                )


def _key(behind) -> list[tuple[int, ...]]:
    """Rows by whom they are about and which they are."""
    columns = (behind.person, behind.other, behind.entity, behind.visit)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _only_once(keys: list[tuple[int, ...]]) -> dict[tuple[int, ...], int]:
    """Places of the keys that one row alone has."""
    counts = Counter(keys)
    return {key: row for row, key in enumerate(keys) if counts[key] == 1}


def _texts(lexicon, codes: np.ndarray, kind: Kind_) -> list:
    if kind is Kind_.NAME:
        return lexicon.texts(codes)
    return [lexicon.texts(part) for part in parts_of(codes)]


def test_units_in_error_are_those_that_were_deleted_as_such():
    """Units of the window with such a deletion, by the tables as people read them; none is a family's."""
    one = reading("e3_april_2018", **{"records.slips.unit_for_strangers.share=0.3": True})
    records = one.books.records
    units, deletions = records.frame("e3_family_unit"), records.frame("e3_unit_deletion")
    in_error = set(deletions.loc[deletions["comment"] == "made_in_error", "unit_no"])
    made = units[units["unit_no"].isin(in_error) & (units["valid_from"] >= "2018-05-10")]
    counted = {kpi: number for kpi, kind, _, number in written_kpis(one) if kind == "all"}
    assert counted["units_made_in_error"] == made["unit_no"].nunique() > 5
    assert counted["units_made_in_error"] > value("units_made_in_error")


def test_parents_without_a_row_are_those_of_families_not_listed_and_of_rows_missed():
    """Every parent of a family that nobody listed, and a few whose row was forgotten by itself."""
    one = reading()
    unlisted = one.season_taken & ~one.history.is_listed
    without = value("parents_without_sheet_row")
    assert unlisted.sum() <= without <= unlisted.sum() + 0.02 * one.season_taken.sum()
    assert without == sum(value("parents_without_sheet_row", "station", name) for name in ("el_paso", "yuma"))


def test_wrong_numbers_on_sheets_come_of_slips():
    """Some parents have another number in the sheet; where nobody slips and nothing is copied wrong, nobody has."""
    assert 0 < value("parents_with_wrong_number_on_sheet") < value("parents_taken") / 2
    one = reading("e3_april_2018", **{f"records.slips.{name}.share=0": True for name in SLIPS})
    counted = {kpi: number for kpi, kind, _, number in written_kpis(one) if kind == "all"}
    assert counted["parents_with_wrong_number_on_sheet"] == 0
