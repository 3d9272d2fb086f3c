"""Published figures beside simulated ones: each read off tables made by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from tests.builders import settings_of

from borderops.config.schema import Settings
from borderops.facts.tables import published
from borderops.forecast.results import KEYS, Results
from borderops.validity.beside import COLUMNS, comparison

MAY_5 = date(2018, 5, 5)


def _settings(
    start: date = date(2017, 10, 1), end: date = date(2019, 2, 14), is_hindcast: bool = True, audits: bool = False
) -> Settings:
    shipped = settings_of()
    study = shipped.study.model_copy(update={"is_hindcast": is_hindcast, "audits": audits})
    window = shipped.window.model_copy(update={"start": start, "end": end})
    return shipped.model_copy(update={"study": study, "window": window})


def _results(replication: int = 0, **tables: list[tuple]) -> Results:
    frames = {name: pd.DataFrame(tables.get(name, []), columns=[*KEYS[name], "value"]) for name in KEYS}
    frames["daily"]["day"] = pd.to_datetime(frames["daily"]["day"])
    return Results(replication, "digest", frames)


def _kpi(name: str, value: float) -> tuple:
    return (name, "all", "all", value)


def _days(measure: str, group: str, first: date, values: list[float]) -> list[tuple]:
    return [(first + timedelta(days=offset), measure, group, value) for offset, value in enumerate(values)]


def _median(results: Results | list[Results], figure: str) -> float:
    table = comparison(results if isinstance(results, list) else [results], _settings()).set_index("id")
    return float(table.loc[figure, "median"])


def test_only_what_stands_for_the_past_is_compared():
    """A scenario that is no hindcast has no published figure beside it; the columns are there."""
    table = comparison([_results()], _settings(is_hindcast=False))
    assert table.empty
    assert list(table.columns) == COLUMNS


def test_figures_are_compared_if_the_window_covers_their_days():
    """A window of the season alone knows nothing of the census of 31 August or of April."""
    table = comparison([_results()], _settings(MAY_5, date(2018, 6, 20))).set_index("id")
    assert "S112" in table.index
    assert {"R168", "R165", "S151", "S009", "R090"}.isdisjoint(table.index)


def test_every_comparison_is_of_a_published_figure_once():
    """Ids exist among the facts, and none is compared twice; inputs are never compared."""
    figures = comparison([_results()], _settings(audits=True))["id"].tolist()
    assert len(set(figures)) == len(figures) > 60
    assert {published()[figure].role for figure in figures} == {"fit", "check", "derived"}


def test_figures_of_audits_need_audits():
    """Table 4 and the official list are compared where the run was audited, and nowhere else."""
    of_audits = {"S076", "S080", "S093", "S097", "S106", "S116"}
    assert of_audits <= set(comparison([_results()], _settings(audits=True))["id"])
    assert of_audits.isdisjoint(comparison([_results()], _settings())["id"])


def test_figures_of_other_worlds_are_not_compared():
    """Neither the pilot of 2017 nor the plan is told by a run of the season."""
    assert {"S038", "S040", "S031"}.isdisjoint(comparison([_results()], _settings(audits=True))["id"])


def test_figure_comes_with_its_value_role_and_source():
    """3,014 children separated, to be fitted to, from the report and its page."""
    row = comparison([_results()], _settings()).set_index("id").loc["S112"]
    assert (row["published"], row["unit"], row["role"]) == (3014, "children", "fit")
    assert row["source"] == "DHS OIG-20-06 p. 8"


def test_shares_are_compared_as_percent():
    """Published as 39 percent, simulated as 0.4."""
    assert _median(_results(kpis=[_kpi("share_over_72h_separated", 0.4)]), "S152") == pytest.approx(40.0)


def test_kpi_is_read_as_a_whole_not_by_group():
    """The row of all, not the first row."""
    rows = [("children_separated", "age_band", "0–4", 5.0), _kpi("children_separated", 3000.0)]
    assert _median(_results(kpis=rows), "S112") == 3000.0


def test_figure_that_no_replication_tells_stands_without_a_value():
    """In the table, with a note, and not a number."""
    table = comparison([_results()], _settings()).set_index("id")
    assert np.isnan(table.loc["S119", "median"])
    assert table.loc["S119", "note"].startswith("Parents taken")


def test_parents_and_sentences_are_compared_as_percent():
    """A fifth never prosecuted, nine tenths with little or no jail."""
    kpis = [_kpi("share_parents_never_prosecuted", 0.2), _kpi("share_children_parent_little_jail", 0.9)]
    results = _results(kpis=kpis)
    assert (_median(results, "S119"), _median(results, "S118")) == (pytest.approx(20.0), pytest.approx(90.0))


def test_prosecutions_of_a_month_are_hearings_of_parents_and_others():
    """Both groups, all days of the month and no other; slots and other measures are not read."""
    rows = [
        *_days("adults_heard", "parents", date(2018, 4, 30), [1000, 3, 4]),
        *_days("adults_heard", "others", date(2018, 5, 31), [10, 200]),
        *_days("adults_heard", "others", date(2018, 6, 30), [40, 1000]),
        *_days("court_slots", "all", date(2018, 5, 7), [475]),
    ]
    assert _median(_results(daily=rows), "R248") == 3 + 4 + 10
    assert _median(_results(daily=rows), "R249") == 200 + 40


def test_interval_is_of_quantiles_over_replications_that_have_the_figure():
    """10, 20, 30, 40 at 90 %: 11.5 to 38.5, median 25; a replication without the figure counts nowhere."""
    results = [_results(number, kpis=[_kpi("children_separated", 10.0 * (number + 1))]) for number in range(4)]
    row = comparison([*results, _results(4)], _settings()).set_index("id").loc["S112"]
    assert [row["low"], row["median"], row["high"]] == pytest.approx([11.5, 25.0, 38.5])


def test_census_of_a_day_is_that_of_all_kinds_on_that_day():
    """29 May: three kinds together; the day before and other measures count for nothing."""
    rows = [
        *_days("shelter_census", "age_0_12", date(2018, 5, 28), [1000, 2000]),
        *_days("shelter_census", "boys_13_17", date(2018, 5, 28), [3000, 6000]),
        *_days("shelter_beds", "boys_13_17", date(2018, 5, 28), [9000, 9000]),
    ]
    assert _median(_results(daily=rows), "R166") == 8000


def test_first_day_over_72_hours_counts_from_the_start_of_the_season():
    """Means of 60 hours to 28 May and 75 on the 29th: 24 days after 5 May, as published."""
    rows = _days("mean_custody_hours", "separated", MAY_5, [60.0] * 24 + [75.0] * 3)
    table = comparison([_results(daily=rows)], _settings()).set_index("id")
    assert table.loc["S149", ["published", "median"]].tolist() == [24, 24]
    assert table.loc["S149", "unit"] == "days after 5 May"


def test_mean_of_exactly_72_hours_is_not_over():
    """72 hours are within the limit."""
    rows = _days("mean_custody_hours", "separated", MAY_5, [72.0, 72.0, 72.1])
    assert _median(_results(daily=rows), "S149") == 2


def test_days_over_are_counted_among_the_ten_from_the_first():
    """The first day is one of the ten; days without a mean and the eleventh day are not counted."""
    means = [60.0, 75.0, 75.0, np.nan, 70.0, 75.0, 75.0, 75.0, 75.0, 75.0, 75.0, 75.0]
    rows = _days("mean_custody_hours", "separated", MAY_5, means)
    assert _median(_results(daily=rows), "S150") == 8


def test_no_day_over_has_no_first_day():
    """No first day, and none of ten days over: leaving the second out would make it look worse than it was."""
    results = _results(daily=_days("mean_custody_hours", "separated", MAY_5, [60.0] * 40))
    assert np.isnan(_median(results, "S149"))
    assert _median(results, "S150") == 0


def test_means_of_other_groups_and_days_outside_the_season_are_not_read():
    """Children alone, and separated children who leave before or after the season."""
    rows = [
        *_days("mean_custody_hours", "alone", MAY_5, [90.0] * 40),
        *_days("mean_custody_hours", "separated", date(2018, 5, 3), [90.0, 90.0]),
        *_days("mean_custody_hours", "separated", date(2018, 6, 21), [90.0]),
    ]
    assert np.isnan(_median(_results(daily=rows), "S149"))


def test_children_taken_before_the_season_are_summed_over_the_days():
    """All stations together, from 1 October 2017 to 20 April 2018."""
    rows = [
        *_days("separated_children", "all", date(2017, 9, 30), [100, 3, 4]),
        *_days("separated_children", "all", date(2018, 4, 20), [5, 100]),
        *_days("separated_children", "yuma", date(2017, 10, 1), [3, 4]),
    ]
    assert _median(_results(daily=rows), "R090") == 12


def test_rise_of_recorded_family_members():
    """May and June less March and April, as recorded."""
    members = {"2018-03": 10, "2018-04": 20, "2018-05": 25, "2018-06": 30}
    rows = [(month, "yuma", "family_unit_members", "recorded", value) for month, value in members.items()]
    rows += [(month, "yuma", "family_unit_members", "true", 99) for month in members]
    rows += [(month, "yuma", "single_adults", "recorded", 99 * row) for row, month in enumerate(members)]
    assert _median(_results(monthly=rows), "S009") == 25


def test_months_in_which_nobody_came_count_as_nought():
    """A run of ports of entry alone has no recorded months, and its comparison no error."""
    assert _median(_results(), "S009") == 0


# --- records and reunification ----------------------------------------------------------------------------------------


def _state(band: str, days: int, outcome: str, children: float) -> tuple:
    return (band, days, outcome, children)


def test_table_5_is_read_on_its_day_by_age_and_state():
    """30 August is the 65th day after the order: of that day alone, by band and together."""
    rows = [
        _state("under_5_at_order", 65, "reunited", 60.0),
        _state("others", 65, "reunited", 1800.0),
        _state("others", 64, "reunited", 1.0),
        _state("others", 65, "in_own_shelter_exit", 210.0),
        _state("under_5_at_order", 65, "parent_abroad", 5.0),
        _state("others", 65, "parent_abroad", 300.0),
        _state("others", 66, "parent_abroad", 290.0),
        _state("others", 65, "parent_in_custody", 20.0),
        _state("others", 233, "reunited", 2100.0),
    ]
    results = _results(reunions=rows)
    figures = ("S133", "S134", "S135", "S138", "S141", "S129", "S122")
    assert [_median(results, figure) for figure in figures] == [60, 1800, 1860, 210, 305, 20, 2100]


def test_class_is_divided_by_table_5_and_by_the_last_count():
    """What is in no row of Table 5, and who is neither with a parent nor out of a shelter in February."""
    rows = [
        _state("others", 65, "reunited", 1800.0),
        _state("others", 65, "in_own_shelter_exit", 210.0),
        _state("others", 65, "parent_abroad", 300.0),
        _state("others", 65, "unfit_or_unwilling", 40.0),
        _state("under_5_at_order", 65, "under_way", 7.0),
        _state("others", 233, "reunited", 2100.0),
        _state("others", 233, "in_own_shelter_exit", 500.0),
        _state("others", 233, "parent_abroad", 4.0),
        _state("under_5_at_order", 233, "parent_not_found", 1.0),
    ]
    results = _results(reunions=rows)
    assert [_median(results, figure) for figure in ("S145", "S123", "S124")] == [47, 500, 5]


def test_reunification_is_compared_only_where_the_order_is_that_of_2018():
    """Another day, or none: days since the order are no dates of 2018; what does not follow it is compared."""
    settings = _settings()
    for day in (date(2018, 7, 3), None):
        order = settings.reunification.order.model_copy(update={"day": day})
        rules = settings.reunification.model_copy(update={"order": order})
        figures = set(comparison([_results()], settings.model_copy(update={"reunification": rules}))["id"])
        assert {"S122", "S129", "S133", "S134", "S135", "S138", "S141", "S082", "S114"}.isdisjoint(figures)
        assert {"S112", "S066", "S067", "S070", "S072", "S074"} <= figures


def test_a_run_without_an_order_that_was_played_has_no_figure():
    """No rows of reunions: not a number rather than nought."""
    assert np.isnan(_median(_results(), "S135"))


def test_notes_are_compared_as_records_of_the_sample():
    """Of 339 records all of which open with the separation and name the child: all, all, none."""
    kinds = {"nothing": 0.0, "not_at_top": 0.0, "top_and_child": 2000.0, "top_only": 0.0}
    results = _results(kpis=[("parents_taken", "note", kind, value) for kind, value in kinds.items()])
    assert [_median(results, figure) for figure in ("S070", "S072", "S074")] == [339, 339, 0]


def test_persons_never_grouped_and_of_several_codes():
    """Counts of the season as they are."""
    results = _results(kpis=[_kpi("members_never_grouped", 310.0), _kpi("persons_with_several_codes", 70.0)])
    assert (_median(results, "S066"), _median(results, "S067")) == (310, 70)


def test_hours_on_files_are_those_of_the_joint_team():
    """Reading alone, without overtime and without vetting."""
    rows = [("joint_team", "review", "hours", 60.0), ("joint_team", "review", "overtime_hours", 3.0)]
    rows += [("joint_team", "vetting", "hours", 1700.0), ("orr", "intake_desk", "hours", 900.0)]
    assert _median(_results(work=rows), "S082") == 60
