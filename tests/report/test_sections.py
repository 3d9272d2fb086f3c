"""Breakdowns, comparison with published figures, and the register."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from made_up_contents import made_up_contents, made_up_register
from page_reader import Element, read

from borderops.report import assumptions, breakdown, comparison
from borderops.report.assemble import COUNTS_BEHIND
from borderops.report.contents import Contents


@pytest.fixture(scope="module")
def contents() -> Contents:
    """Six replications; Yuma holds a larger share over 72 hours than any other station."""
    return made_up_contents(n=6)


def row_of(tree: Element, heading: str) -> list[Element]:
    """Cells of the first row with a heading."""
    for row in tree.all("tr"):
        heads = row.all("th")
        if len(heads) == 1 and heads[0].text == heading:
            return row.all("td")
    raise AssertionError(f"no row {heading}")


# --- breakdowns ----------------------------------------------------------------------------------------------------


def test_worst_stratum_stands_beside_the_total_and_is_marked(contents: Contents) -> None:
    """The overall share of 39 % does not hide Yuma's 59 %: it stands in the total row and in its own."""
    worst = breakdown.worst_stratum(contents, "share_over_72h_separated", "station")
    assert worst is not None and worst.group == "yuma" and worst.median > 0.5
    tables = [one for one in read(breakdown.section(contents)).all("table") if "By station" in one.text]
    table = next(one for one in tables if "Separated children over 72 hours" in one.text)
    at = [one.text for one in table.all("tr")[0].all("th")].index("Separated children over 72 hoursper cent") - 1
    assert "highest: Yuma" in row_of(table, "All")[at].text
    marked = [row.all("th")[0].text for row in table.all("tr")[1:] if "▲ highest" in row.all("td")[at].text]
    assert marked == ["Yuma"]


def test_few_children_show_a_count_and_take_no_first_place(contents: Contents) -> None:
    """A station with 3 separated children shows 3 of 3, not 100 %, and is not called the highest."""
    kpis = contents.kpis.copy()
    for name, value in (("children_separated", 3.0), ("over_72h_separated", 3.0), ("share_over_72h_separated", 1.0)):
        chosen = (kpis["kpi"] == name) & (kpis["group"] == "laredo")
        kpis.loc[chosen, ["mean", "median", "low", "high"]] = value
    few = dataclasses.replace(contents, kpis=kpis)
    worst = breakdown.worst_stratum(few, "share_over_72h_separated", "station")
    assert worst is not None and worst.group == "yuma"
    cells = [one.text for one in row_of(read(breakdown.section(few)), "Laredo")]
    assert "3 of 3" in cells and not any("100" in one for one in cells)


def with_strata(contents: Contents, kpi: str, kind: str, values: dict[str, float]) -> Contents:
    """Contents in which a KPI has these values by group, and no others."""
    rows = pd.DataFrame({"kpi": kpi, "group_kind": kind, "group": list(values), "n": contents.n})
    for column in ("mean", "median", "low", "high", "mean_low", "mean_high"):
        rows[column] = list(values.values())
    others = contents.kpis[(contents.kpis["kpi"] != kpi) | (contents.kpis["group_kind"] != kind)]
    return dataclasses.replace(contents, kpis=pd.concat([others, rows], ignore_index=True))


def test_of_children_reunited_in_time_the_lowest_is_marked(contents: Contents) -> None:
    """A station that reunites 40 % is not hidden behind those that reunite all; none at all is worse still."""
    shares = {"yuma": 0.4, "laredo": 1.0, "tucson": 0.7}
    told = with_strata(contents, "class_reunited_by_deadline", "station", shares)
    worst = breakdown.worst_stratum(told, "class_reunited_by_deadline", "station")
    assert worst is not None and (worst.group, worst.word) == ("yuma", "lowest")
    tree = read(breakdown.section(told))
    assert "lowest: Yuma, 40" in tree.text and tree.text.count("▼ lowest") == 1
    none = with_strata(contents, "class_reunited_by_deadline", "station", shares | {"laredo": 0.0})
    worst = breakdown.worst_stratum(none, "class_reunited_by_deadline", "station")
    assert worst is not None and worst.group == "laredo"


def test_a_share_of_few_without_a_numerator_gives_their_number(contents: Contents) -> None:
    """Half of two children is not told as 50 %: the cell says that there are two, and nobody is marked for it."""
    told = with_strata(contents, "children_parent_number_not_passed", "station", {"laredo": 0.5, "yuma": 0.4})
    told = with_strata(told, "children_separated", "station", {"laredo": 2.0, "yuma": 900.0})
    told = dataclasses.replace(told, counts_behind=COUNTS_BEHIND)
    cells = [cell.text for row in read(breakdown.section(told)).all("tr") for cell in row.all("td")]
    assert cells.count("too few: 2") == 1
    worst = breakdown.worst_stratum(told, "children_parent_number_not_passed", "station")
    assert worst is not None and worst.group == "yuma"


def test_an_orders_ages_are_not_those_of_the_age_bands(contents: Contents) -> None:
    """Shares by the order's deadlines are not broken down by age band: 4 at apprehension may be 5 at the order."""
    for kpi in ("class_reunited_by_young_deadline", "class_reunited_by_deadline"):
        told = with_strata(contents, kpi, "age_band", {"0–4": 0.25, "5–12": 0.8})
        assert breakdown.worst_stratum(told, kpi, "age_band") is None
        assert kpi not in [one.name for one in breakdown.broken_down(told, "age_band")]


def test_groups_without_any_figure_have_no_row(contents: Contents) -> None:
    """A group that only other KPIs know is no empty row in every table."""
    told = with_strata(contents, "class_children", "station", {"before_the_run": 80.0})
    tables = read(breakdown.section(told)).all("table")
    with_row = [one for one in tables if "Before the run" in [head.text for head in one.all("th")]]
    assert len(with_row) == 1 and "court order" in with_row[0].text


def test_counts_have_no_highest(contents: Contents) -> None:
    """More children at a larger station is no breach hidden by an average: only rates are marked."""
    tree = read(breakdown.section(contents))
    assert "highest" not in row_of(tree, "All")[0].text
    assert "children" in tree.all("table")[0].all("th")[1].text


def test_a_group_seen_in_some_replications_says_so(contents: Contents) -> None:
    """A station with separations in 4 of 6 replications is not told as if it always had them."""
    kpis = contents.kpis.copy()
    kpis.loc[(kpis["kpi"] == "children_separated") & (kpis["group"] == "laredo"), "n"] = 4
    cells = row_of(read(breakdown.section(dataclasses.replace(contents, kpis=kpis))), "Laredo")
    assert "in 4 of 6 replications" in cells[0].text


def test_kpis_are_dealt_evenly(contents: Contents) -> None:
    """Six columns become three and three, not five and one; all are there, in order."""
    six = list(contents.definitions.values())[:6]
    assert [len(one) for one in breakdown.evenly(six)] == [3, 3]
    assert [one for part in breakdown.evenly(six) for one in part] == six


# --- published figures ---------------------------------------------------------------------------------------------


def published(**values: object) -> pd.DataFrame:
    """One row of a comparison."""
    row = {"id": "S1", "label": "Children", "published": 100.0, "unit": "children", "role": "fit", "source": "a report"}
    row |= {"low": 90.0, "median": 100.0, "high": 110.0, "note": ""}
    return pd.DataFrame([row | values])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "inside"),
        ({"published": 90.0}, "inside"),
        ({"published": 110.0}, "inside"),
        ({"published": 89.9}, "below"),
        ({"published": 110.1}, "above"),
        ({"median": np.nan, "low": np.nan, "high": np.nan}, "not read"),
        ({"published": "2018-05-29", "unit": "date"}, "no interval"),
    ],
)
def test_verdict_says_where_the_published_value_lies(values: dict[str, object], told: str) -> None:
    """On the edge is inside; a date or a missing interval is not judged."""
    row = comparison.rows_of(published(**values), "fit")[0]
    assert comparison.verdict(row, n=8) == told


def test_one_replication_judges_nothing() -> None:
    """An interval from one replication is none."""
    assert comparison.verdict(comparison.rows_of(published(), "fit")[0], n=1) == "no interval"


def test_fit_and_check_stand_apart_and_none_is_dropped(contents: Contents) -> None:
    """Every row appears once under its own role; those without a reading stand there with their published value."""
    tree = read(comparison.section(contents))
    for role, others in (("fit", "check"), ("check", "fit")):
        part = tree.by_id(f"comparison-{role}")
        own = contents.comparison[contents.comparison["role"] == role]
        assert all(part.text.count(label) == 1 for label in own["label"])
        foreign = contents.comparison[contents.comparison["role"] == others]
        assert not any(label in part.text for label in foreign["label"])
    lacking = tree.by_id("comparison-fit").all("details")[0]
    assert "1 published figure is not read in this run" in lacking.text and "530\xa0children" in lacking.text


def test_summary_counts_what_is_inside_by_role(contents: Contents) -> None:
    """Two of three fit figures that are read are inside, none of three check figures is; nothing is called good."""
    assert comparison.summary(contents).replace("\xa0", " ") == (
        "Of 4 figures to fit to, 3 are read and 2 of them lie inside the simulated 90 % interval; of 5 figures to "
        "check against, 3 are read and none of them lie inside the simulated 90 % interval."
    )


def test_strip_places_equal_in_the_middle_and_ends_by_arrow() -> None:
    """Ratios of half, one and double stand left, middle and right; beyond them an arrow stands instead of a dot."""
    left, centre, right = (comparison.place(ratio) for ratio in (0.5, 1.0, 2.0))
    assert centre - left == pytest.approx(right - centre) and centre == comparison.WIDTH / 2
    assert comparison.place(9.0) == right
    near = read(comparison.strip(comparison.rows_of(published(), "fit")[0], "inside"))
    assert len(near.all("circle")) == 1 and len(near.all("polygon")) == 1
    far = comparison.rows_of(published(low=500.0, median=600.0, high=700.0), "fit")[0]
    gone = read(comparison.strip(far, "below"))
    assert not gone.all("circle") and len(gone.all("polygon")) == 3
    assert "6.00 times" in gone.all("svg")[0].attributes["aria-label"]


def test_a_published_zero_has_no_strip() -> None:
    """Nothing can be divided by zero; the row keeps its numbers."""
    row = comparison.rows_of(published(published=0.0, low=0.0, median=0.0, high=0.0), "fit")[0]
    assert comparison.strip(row, "inside") == "—"
    assert comparison.verdict(row, n=8) == "inside"


# --- the register --------------------------------------------------------------------------------------------------


def test_weakest_grade_comes_first_in_every_group() -> None:
    """Assumed before fitted before observed, whatever the order they came in."""
    for _, rows in assumptions.grouped(list(reversed(made_up_register()))):
        grades = [assumptions.GRADES.index(row.grade) for row in rows]
        assert grades == sorted(grades)


def test_every_parameter_is_shown_with_grade_and_source() -> None:
    """No row is lost between the register and the page."""
    tree = read(assumptions.section(made_up_register()))
    shown = {row.all("th")[0].all("code")[0].text: row for row in tree.all("tr") if row.all("td")}
    for one in made_up_register():
        assert one.grade in shown[one.key].text and one.source in shown[one.key].text


def test_values_set_for_the_run_are_marked_and_open() -> None:
    """A value that is not the shipped one is marked in its row, its group says so and stands open."""
    folds = read(assumptions.section(made_up_register())).all("details", "fold")
    marked = [fold for fold in folds if fold.all("span", "own")]
    assert len(marked) == 1 and "open" in marked[0].attributes and "1 set for this run" in marked[0].text
    rows = [row for row in marked[0].all("tr") if row.all("span", "own")]
    assert [row.all("code")[0].text for row in rows] == ["orr.beds.age_0_12[0].beds"]
    assert all("open" not in fold.attributes for fold in folds if fold not in marked)


def test_filter_needs_no_script() -> None:
    """Radio buttons stand before the folds, one for each grade, and rows carry the class they are filtered by."""
    tree = read(assumptions.section(made_up_register()))
    kinds = [one.tag for one in tree.all("div", "register")[0].children]
    assert kinds.index("details") > max(at for at, kind in enumerate(kinds) if kind == "input")
    # The table of what matters most stands before the folds and is not filtered.
    folded = [row for fold in tree.all("details") for row in fold.all("tr") if row.all("td")]
    grades = {row.attributes["class"].split()[0] for row in folded}
    assert grades == {"grade-assumed", "grade-fitted", "grade-observed"}
