"""The scorecard: intervals are quantiles and nothing else, misses count, and what fails is told in sentences."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from borderops.config import keys, places
from borderops.facts.tables import published
from borderops.validity import scorecard as scoring
from borderops.validity.rows import Row, rows
from borderops.validity.scorecard import Fit, Scorecard, half_width, interval_score, scorecard, width_limit

DIGEST = "0123456789abcdef"
FITTED = Fit("shipped", DIGEST)


def row(figure: str, **changes: object) -> Row:
    """A row in scope for a published figure."""
    made = Row(figure, "season", "reader", "who is counted", ("policy.family_referral",), "", "the season", "exact",
               None, date(2018, 6, 21), date(2018, 5, 5), date(2018, 6, 20))  # fmt: skip
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def around(value: float, n: int = 101, reach: float = 0.01) -> np.ndarray:
    """Readings evenly spread around a value, by parts of it."""
    return value * (1.0 + np.linspace(-reach, reach, n))


def card_of(readings: dict[str, np.ndarray], fit: Fit | None = FITTED, **more: object) -> Scorecard:
    """A scorecard of figures by their readings."""
    table = np.column_stack(list(readings.values()))
    return scorecard([row(figure) for figure in readings], table, digest=DIGEST, fit=fit, **more)  # type: ignore[arg-type]


def good() -> dict[str, np.ndarray]:
    """Ten *fit* and four *check* figures, all met closely."""
    names = [one.id for one in published().values() if one.role == "fit" and one.unit in ("children", "persons")][:10]
    names += ["S153", "S135", "S138", "S141"]
    return {name: around(published()[name].number) for name in names}


def test_an_interval_is_the_quantiles_of_the_replications():
    """Median, low and high are what numpy's quantiles of the readings are; nothing is added to them."""
    values = np.random.default_rng(1).normal(3000.0, 50.0, 200)
    [line] = card_of({"S112": values}).table.to_dict("records")
    assert [line["low"], line["median"], line["high"]] == pytest.approx(np.quantile(values, [0.05, 0.5, 0.95]))
    assert line["n"] == 200 and line["world"] == "season" and line["depends_on"] == "policy.family_referral"


def test_edges_are_inside_and_a_hair_beyond_is_not():
    """A published value on an end lies inside; one beyond it by the least amount does not, whatever the width."""
    value = published()["S112"].number
    assert card_of({"S112": np.full(20, value)}).table["is_inside"].item()
    assert not card_of({"S112": np.full(20, np.nextafter(value, np.inf))}).table["is_inside"].item()


@pytest.mark.parametrize(
    ("value", "unit", "limit"),
    [
        (3014, "children", 0.15),
        (1001, "children", 0.15),
        (1000, "children", 0.35),
        (100, "records", 0.35),
        (99, "persons", np.nan),
        (39, "percent", 8.0),
        (0.5, "share", 8.0),
        (28000, "hours", np.nan),
        (24, "days after 5 May", np.nan),
    ],
)
def test_limits_of_width_follow_the_size_of_a_count(value: float, unit: str, limit: float):
    """15 % above a thousand, 35 % from a hundred, eight points for shares, none for anything else."""
    assert width_limit(value, unit) == pytest.approx(limit, nan_ok=True)


def test_half_width_is_a_part_of_a_count_and_points_of_a_share():
    """2,700 to 3,300 about 3,000 is a tenth; 35 to 45 per cent is five points; of a published 0 there is none."""
    assert half_width(2700, 3300, 3000, "children") == pytest.approx(0.1)
    assert half_width(35, 45, 39, "percent") == pytest.approx(5.0)
    assert half_width(0.35, 0.45, 0.39, "share") == pytest.approx(5.0)
    assert np.isnan(half_width(0, 5, 0, "children"))


def test_interval_score_is_width_and_twenty_times_the_miss():
    """At 90 % a miss costs 2 / 0.1 times its size; inside, the width alone."""
    assert interval_score(10, 30, 20, 0.9) == pytest.approx(20.0)
    assert interval_score(10, 30, 5, 0.9) == pytest.approx(20.0 + 20.0 * 5)
    assert interval_score(10, 30, 33, 0.9) == pytest.approx(20.0 + 20.0 * 3)


def test_a_fit_that_meets_everything_holds():
    """All inside, all narrow, the rows it was fitted under: no problem is told."""
    card = card_of(good())
    assert card.holds and card.problems == []
    assert card.coverage["fit"].share == 1.0 and card.coverage["check"].counted == 4


def test_nine_of_ten_fitted_figures_are_enough_and_eight_are_not():
    """The threshold is at least 90 %, on the dot."""
    readings = good()
    names = list(readings)
    readings[names[0]] = readings[names[0]] * 1.1
    assert card_of(readings).holds
    readings[names[1]] = readings[names[1]] * 1.1
    [problem] = card_of(readings).problems
    assert problem == f"Of 10 fit figures 8 lie inside; at least 90 % must (outside: {names[0]}, {names[1]})."


def test_three_of_four_check_figures_are_enough_and_two_are_not():
    """The threshold for figures that nothing was fitted to is 75 %."""
    readings = good()
    readings["S153"] = readings["S153"] * 2
    assert card_of(readings).holds
    readings["S141"] = readings["S141"] / 2
    assert [one.split(" lie")[0] for one in card_of(readings).problems] == ["Of 4 check figures 2"]


def test_a_wide_fitted_interval_fails_although_it_is_inside():
    """Knowing nothing does not hold: ±16 % about 3,014 children is told with what is allowed."""
    readings = good()
    readings["S112"] = around(3014.0, reach=0.18)
    card = card_of(readings)
    assert card.table.set_index("id").loc["S112", "is_inside"] and not card.holds
    assert card.problems == ["The interval of S112 is ±16 % wide; allowed: ±15 %."]


def test_a_wide_check_interval_is_told_and_does_not_fail():
    """Limits of width bind fitted figures alone."""
    readings = good()
    readings["S153"] = around(192.0, reach=0.9)
    card = card_of(readings)
    assert not card.table.set_index("id").loc["S153", "is_narrow"] and card.holds


def test_derived_figures_are_shown_and_never_counted():
    """They come last, and neither their misses nor their hits move the verdict."""
    card = card_of({"S117": np.full(101, 1.0), **good()})
    assert card.table["id"].iloc[-1] == "S117" and not card.table["is_inside"].iloc[-1]
    assert card.holds and sum(one.counted for one in card.coverage.values()) == 14


def test_rows_of_another_digest_are_not_those_it_was_fitted_under():
    """A sample fitted under other rows, under unknown ones, or no sample at all cannot hold."""
    for fit in (Fit("shipped", "another"), Fit("shipped", None), Fit()):
        card = card_of(good(), fit)
        assert not card.holds and len(card.problems) == 1
    assert "inputs.sample=null" in card.problems[0]


def test_what_cannot_be_read_counts_as_missed():
    """A figure that most replications say nothing about is out, even where the few that do are right."""
    values = np.full(100, np.nan)
    nothing = card_of({"S112": values}).table.iloc[0]
    assert not nothing["is_inside"] and nothing["n"] == 0 and np.isnan(nothing["interval_score"])
    values[:49] = 3014.0
    assert not card_of({"S112": values}).table["is_inside"].item()
    values[:50] = 3014.0
    assert card_of({"S112": values}).table["is_inside"].item()


def test_a_bound_is_told_and_not_counted():
    """Above an *at least* is allowed by the word, and outside all the same; below it is not allowed."""
    at_least = row("S112", bound="at_least")
    above = scorecard([at_least], around(4000.0)[:, None]).table.iloc[0]
    below = scorecard([at_least], around(2000.0)[:, None]).table.iloc[0]
    assert (above["is_inside"], above["is_allowed"]) == (False, True)
    assert (below["is_inside"], below["is_allowed"]) == (False, False)
    at_most = row("S112", bound="up_to")
    assert scorecard([at_most], around(2000.0)[:, None]).table["is_allowed"].item()
    assert not scorecard([row("S112", bound="about")], around(4000.0)[:, None]).table["is_allowed"].item()


def test_a_date_is_days_after_the_first_of_the_season():
    """29 May is 24 days after 5 May."""
    line = card_of({"S149": np.full(9, 24.0)}).table.iloc[0]
    assert (line["published"], line["unit"], line["is_inside"]) == (24.0, "days after 5 May", True)


def test_reasons_stand_at_misses_alone():
    """An explanation is shown where a figure is missed, and nowhere else."""
    reasons = {"S112": "Because of beds.", "S113": "Because of courts."}
    card = card_of({"S112": around(9000.0), "S113": around(530.0)}, explanations=reasons)
    assert card.table["why"].tolist() == ["Because of beds.", ""]


def test_a_forecast_is_grouped_by_what_was_known():
    """Figures known on the day stand apart from those that came later; what follows from others stays last."""
    known = row("R165", known_on=date(2018, 4, 29))
    later, follows = row("S112"), row("S117")
    card = scorecard([known, later, follows], np.ones((5, 3)))
    groups = card.groups(date(2018, 5, 4))
    assert {name: list(rows["id"]) for name, rows in groups.items()} == {
        "known": ["R165"], "later": ["S112"], "derived": ["S117"]
    }  # fmt: skip
    assert list(card.groups()) == ["fit", "derived"]


def test_readings_of_another_shape_are_refused():
    """One column a row."""
    with pytest.raises(ValueError, match="2 rows need"):
        scorecard([row("S112"), row("S113")], np.ones((5, 3)))


# --- why figures are missed -------------------------------------------------------------------------------------------


def test_explanations_name_figures_in_scope_and_no_numbers():
    """Each is for a figure that counts, tells a mechanism, and invents no measurement."""
    counted = {one.figure for one in rows() if one.role in scoring.COUNTED}
    for figure, words in scoring.explanations().items():
        assert figure in counted, figure
        assert len(words.split()) >= 8, figure
        without_names = re.sub(r"\bS\d{3}\b|\b72\b|\b\d{1,2} (May|June|July|August)\b|\b20\d\d\b", "", words)
        without_names = re.sub(r"[\w.]+_[\w.]+", "", without_names)  # keys of settings
        assert not re.search(r"\d", without_names), f"{figure}: numbers belong into the table"
        named = re.findall(r"\b[a-z_]+(?:\.[a-z_0-9]+)+", words)
        assert named, f"{figure}: no parameter is named"
        assert all(keys.place_at(keys.parse(key)) for key in named), f"{figure}: {named}"


def test_an_explanation_without_a_figure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A name that no published figure has, or an empty sentence, is told."""
    folder = tmp_path / "validation"
    folder.mkdir()
    (folder / "explanations.yaml").write_text("S999: Because.\nS112: ''\n", encoding="utf-8")
    monkeypatch.setattr(places, "conf_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match="S999, S112"):
        scoring.explanations()


DOCS = Path(__file__).parents[2] / "docs" / "validity.md"


NOT_YET = "No scorecard has been written down here yet."


def test_every_miss_of_the_shipped_scorecard_is_explained():
    """The page's table names the rows in scope, and each that counts and is missed has its mechanism told."""
    text = DOCS.read_text(encoding="utf-8")
    if NOT_YET in text:
        pytest.skip("no scorecard is shipped yet: docs/validity_numbers.py has not been run")
    lines = re.findall(r"^\| (\w\d{3}) \|.*\| (fit|check|derived) \|.*\| (inside|outside)[^|]*\|$", text, re.MULTILINE)
    assert {figure for figure, *_ in lines} == {one.figure for one in rows()}
    missed = {figure for figure, role, verdict in lines if role in scoring.COUNTED and verdict == "outside"}
    assert missed - set(scoring.explanations()) == set()
