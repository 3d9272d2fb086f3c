"""Pilots: figures are read or refused, judged by exact bounds, and weigh points as they should."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from borderops.config.compose import compose
from borderops.exceptions import ConfigError
from borderops.experiments import piloting
from borderops.facts.tables import published
from borderops.forecast.kpis import KPIS
from borderops.readiness.criteria import Basis, Criterion, criteria_of, read_criteria
from borderops.readiness.judging import Verdict
from borderops.readiness.pilot import COLUMNS, FIGURES, NEARLY, Pilot, Row, names, parse_pilot, read_pilot, shipped
from borderops.readiness.pilot_gate import bounds, judge_pilot
from borderops.readiness.pilot_weights import resample, transformed, weigh_points

ALPHA = 0.05
HEADER = "figure,value,n,from,to,source,known_on"
LINE = "parents_without_sheet_row,33,280,2017-07-01,2017-11-18,a report,2017-11-19"


def pilot_of(*lines: str, header: str = HEADER) -> Pilot:
    """A pilot from the lines of its file."""
    return parse_pilot("\n".join([header, *lines]), "mine")


def problems_of(*lines: str, header: str = HEADER) -> str:
    """What is told of a file that cannot be used."""
    with pytest.raises(ConfigError) as error:
        pilot_of(*lines, header=header)
    return "\n".join(error.value.problems)


def row(figure: str = "parents_without_sheet_row", value: float = 33, n: int | None = 280, **others) -> Row:
    """A figure, told exactly."""
    told = {
        "bound": "exact", "n_bound": "exact", "rounding": 0.0, "where": "", "first": date(2017, 7, 1),
        "last": date(2017, 11, 18), "role": "own", "published": "", "source": "a report",
        "known_on": date(2017, 11, 19),
    }  # fmt: skip
    return Row(figure, value, n=n, **{**told, **others})


def criterion(name: str = "links", at_most: float | None = 0.05, **others) -> Criterion:
    """A limit on links that cannot be found in a day."""
    told = {
        "title": "Links are found", "kpi": "share_links_not_in_a_day", "fact": None, "group_kind": "all",
        "at_least": None, "confidence": 0.9, "noise": 0.0, "if_nobody": "missing", "basis": Basis.PLANNER,
        "ground": "a ground", "owner": "somebody", "is_legal": False, "levers": (),
    }  # fmt: skip
    return Criterion(name=name, at_most=at_most, **{**told, **others})


def verdict_of(*rows: Row, among: tuple[Criterion, ...] | None = None, keeps_unit: bool = False) -> Verdict:
    """What figures alone say to criteria, one unless others are given."""
    criteria = criteria_of("mine", "mine", ALPHA, 30, among or (criterion(),))
    return judge_pilot(Pilot("mine", rows, (), ""), criteria, keeps_unit=keeps_unit).verdict


# --- what is shipped ----------------------------------------------------------------------------------------------


def test_shipped_rows_are_what_was_published():
    """Each row that names a published figure has its value, days and role, and cites its page."""
    assert list(shipped()) == ["el_paso_2017"]
    told = [one for one in read_pilot("el_paso_2017").rows if one.published]
    assert [one.published for one in told] == ["S038", "S039", "S040", "S041", "S042"]
    for one in told:
        figure = published()[one.published]
        assert (one.value, one.role) == (figure.number, figure.role)
        assert (one.first, one.last) == (figure.period_start, figure.period_end)
        assert one.source == f"{figure.source} {figure.locator}"


def test_shipped_file_has_every_column_once():
    """The file that planners copy shows all there is."""
    lines = [one for one in shipped()["el_paso_2017"].read_text().splitlines() if not one.startswith("#")]
    assert tuple(next(csv.reader(lines))) == COLUMNS


def test_the_shipped_pilot_shows_the_failure_by_itself():
    """33 of nearly 280 adults of whom the sheet tells nothing: more than one in twenty lies behind that."""
    pilot = read_pilot("el_paso_2017")
    known, late = pilot.known_by(date(2017, 11, 30))
    gate = judge_pilot(pilot, read_criteria(), keeps_unit=False, rows=known)
    assert gate.verdict is Verdict.NO_GO and gate.shows_failure
    assert [(one.row.published, one.verdict) for one in gate.judgements] == [
        ("S042", Verdict.NO_GO),
        ("S041", Verdict.NOT_ENOUGH),
    ]
    assert [one.figure for one in late] == ["share_not_reunited_30d"]
    assert "custody_separated" in {one.name for one in gate.silent}


# --- reading ------------------------------------------------------------------------------------------------------


def test_a_file_of_ones_own_is_read():
    """Blank lines and comments are left out; what is played stands in a comment; what is not told is exact and own."""
    text = f"# mine\n# Plays: scenario=family_unity window.end=2018-01-31\n\n{HEADER}\n{LINE}\n\n"
    pilot = parse_pilot(text, "mine")
    assert pilot.plays == ("scenario=family_unity", "window.end=2018-01-31")
    assert pilot.rows == (row(),)


def test_any_share_is_a_figure():
    """So many of so many of a KPI that is a share, as a drill would count it."""
    assert {"share_over_72h_separated", "families_separated"} <= {*names()}
    assert all(KPIS[name].unit == "share" for name in names() if name not in FIGURES)
    assert pilot_of("share_over_72h_separated,3,20,2017-07-01,2017-11-18,a drill,2017-11-19").rows[0].share == 0.15


@pytest.mark.parametrize("column", ["a_number", "name", "birth_date", "child_name"])
def test_data_about_single_people_are_refused(column):
    """A column that looks like an identifier is refused before anything of it is read."""
    assert "single people" in problems_of(f"{LINE},x", header=f"{HEADER},{column}")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            LINE.replace("parents_without_sheet_row", "parents_without_sheet_rows"),
            "did you mean parents_without_sheet_row",
        ),
        (LINE.replace("33", "thirty"), "value is 'thirty'"),
        (LINE.replace("33", "-1"), "value is '-1'"),
        (LINE.replace("33", "3.5"), "a whole number"),
        (LINE.replace("33", "nan"), "value is 'nan'"),
        (LINE.replace("33,280", "281,280"), "more than n"),
        (LINE.replace("280", ""), "n is missing"),
        (LINE.replace("280", "0"), "n is '0'"),
        (LINE.replace("2017-07-01", "July"), "from is 'July'"),
        (LINE.replace("2017-11-18", "2017-06-01"), "to is 2017-06-01"),
        (LINE.replace("a report", ""), "source is empty"),
        (f"{LINE},more", "too many"),
        ("families_separated,1", "too few"),
    ],
)
def test_what_cannot_be_used_is_told(line, said):
    """Each line that cannot be used is named with its number and what is allowed."""
    told = problems_of(line)
    assert said in told and "line 2" in told


def test_all_problems_are_told_at_once():
    """Two bad lines and a repeated one: nobody has to try three times."""
    told = problems_of(LINE.replace("33", "x"), LINE.replace("2017-07-01", "x"), LINE)
    assert all(f"line {line}" in told for line in (2, 3, 4)) and "repeats" in told


def test_a_published_row_keeps_its_role():
    """Whoever gives S042 another role is told which one it has."""
    header = f"{HEADER},published,role"
    assert pilot_of(f"{LINE},S042,", header=header).rows[0].role == "fit"
    assert "role is 'check'; allowed: fit" in problems_of(f"{LINE},S042,check", header=header)


def test_unknown_columns_and_names_are_told_with_the_nearest():
    """A misspelt column, pilot or file is told with what may have been meant."""
    assert "did you mean source" in problems_of(LINE, header=HEADER.replace("source", "sorce"))
    for name, near in (("el_paso_2018", "el_paso_2017"), ("nowhere/mine.csv", "does not exist")):
        with pytest.raises(ConfigError, match=near):
            read_pilot(name)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path):
    """Bytes that are no UTF-8 give a sentence, not a traceback."""
    (tmp_path / "mine.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="no text"):
        read_pilot(str(tmp_path / "mine.csv"))


# --- the gate -----------------------------------------------------------------------------------------------------


def test_bounds_are_clopper_and_pearsons():
    """Against the quantiles of the beta distribution, and 0 and 1 where nothing or everything was found."""
    low, high = bounds(row(value=33), 0.05, 0.025)
    assert low == pytest.approx(stats.beta.ppf(0.05, 33, 248))
    assert high == pytest.approx(stats.beta.ppf(0.975, 34, 247))
    assert bounds(row(value=0), 0.05, 0.05)[0] == 0.0
    assert bounds(row(value=280), 0.05, 0.05)[1] == 1.0


def test_bounds_of_counts_are_poissons():
    """Against the quantiles of chi-squared; none seen leaves three at 5 %."""
    low, high = bounds(row("families_separated", 12, None), 0.05, 0.05)
    assert low == pytest.approx(stats.chi2.ppf(0.05, 24) / 2)
    assert high == pytest.approx(stats.chi2.ppf(0.95, 26) / 2)
    assert bounds(row("families_separated", 0, None), 0.05, 0.05) == (0.0, pytest.approx(-math.log(0.05)))


def test_what_was_told_loosely_says_less():
    """Nearly n widens the upper bound, at least k leaves none, and neither moves the bound that shows a failure."""
    exact = bounds(row(), ALPHA, ALPHA)
    nearly = bounds(row(n_bound="nearly"), ALPHA, ALPHA)
    at_least = bounds(row(bound="at_least"), ALPHA, ALPHA)
    assert nearly[0] == at_least[0] == exact[0]
    assert exact[1] < nearly[1] < at_least[1] == 1.0
    assert nearly[1] == bounds(row(n=math.ceil(NEARLY * 280)), ALPHA, ALPHA)[1]


@pytest.mark.parametrize(("value", "expected"), [(0, Verdict.GO), (14, Verdict.NOT_ENOUGH), (33, Verdict.NO_GO)])
def test_counts_decide_between_three_words(value, expected):
    """Of 280: none is shown to lie within one in twenty, 14 lie on it, 33 are shown to lie beyond."""
    assert verdict_of(row(value=value)) is expected


def test_a_gate_on_the_limit_errs_no_more_than_it_may():
    """Exactly on the limit neither GO nor NO-GO is claimed in more than alpha of all pilots, counted exactly."""
    chance = stats.binom(280, 0.05)
    wrong = {Verdict.GO: 0.0, Verdict.NO_GO: 0.0, Verdict.NOT_ENOUGH: 0.0}
    for value in range(281):
        wrong[verdict_of(row(value=value))] += chance.pmf(value)
    assert 0 < wrong[Verdict.GO] <= ALPHA and 0 < wrong[Verdict.NO_GO] <= ALPHA


def test_more_figures_need_more_for_a_failure():
    """The error of a NO-GO is shared: what one figure shows by itself, it may not show among many."""
    value = next(k for k in range(280) if verdict_of(row(value=k)) is Verdict.NO_GO)
    others = [row(f"share_over_72h_{who}", 1, 40) for who in ("separated", "alone", "minors")]
    among = (criterion(), *(criterion(who.figure, kpi=who.figure) for who in others))
    assert verdict_of(row(value=value), *others, among=among) is Verdict.NOT_ENOUGH
    assert verdict_of(row(value=value + 10), *others, among=among) is Verdict.NO_GO


def test_noise_only_ever_takes_away():
    """Under more noise GO and NO-GO turn into not enough evidence, never the one into the other."""
    order = {Verdict.GO: 0, Verdict.NO_GO: 1}
    for value in (0, 3, 14, 25, 33, 60):
        found = [verdict_of(row(value=value), among=(criterion(noise=noise),)) for noise in (0.0, 0.02, 0.05, 0.3)]
        kept = [one for one in found if one in order]
        assert len(set(kept)) <= 1 and found == kept + [Verdict.NOT_ENOUGH] * (len(found) - len(kept))


def test_silence_blocks_a_go():
    """A pilot that says nothing to a criterion cannot give its GO; it can give a NO-GO."""
    among = (criterion(), criterion("custody", kpi="share_over_72h_separated"))
    assert verdict_of(row(value=0), among=among) is Verdict.NOT_ENOUGH
    assert verdict_of(row(value=60), among=among) is Verdict.NO_GO
    assert verdict_of(among=among) is Verdict.NOT_ENOUGH


def test_sheets_decide_nothing_where_units_outlive_a_separation():
    """Then systems lead to the child, and a missing row of a sheet is no lost child."""
    assert verdict_of(row(value=60), keeps_unit=False) is Verdict.NO_GO
    assert verdict_of(row(value=60), keeps_unit=True) is Verdict.NOT_ENOUGH


def test_a_limit_of_none_is_broken_by_one():
    """Where nothing at all is allowed a single case shows the failure, and no count shows that there is none."""
    among = (criterion("waits", 0.0, kpi="families_separated"),)
    speaks = {"figure": "share_links_not_in_a_day"}
    assert verdict_of(row(value=1, **speaks), among=(criterion(at_most=0.0),)) is Verdict.NO_GO
    assert verdict_of(row(value=0, **speaks), among=(criterion(at_most=0.0),)) is Verdict.NOT_ENOUGH
    assert verdict_of(row("families_separated", 5, None), among=among) is Verdict.NOT_ENOUGH  # it only informs inputs


# --- weights ------------------------------------------------------------------------------------------------------


DOUBTS = 30


def played(points: int, seed: int, least: float = 0.0, most: float = 0.3, n: int = 280):
    """Pilots at points of thirty doubts, of which the fourth alone moves the share; binomial counts of n."""
    chance = np.random.default_rng(seed)
    positions = chance.random((points, DOUBTS))
    shares = least + (most - least) * positions[:, 3]
    return positions, chance.binomial(n, shares).astype(float)[:, None]


def candidates(seed: int = 99, many: int = 4000) -> np.ndarray:
    """Points that are weighed."""
    return np.random.default_rng(seed).random((many, DOUBTS))


def test_weights_find_the_share_behind_a_count():
    """From an even spread of shares the weights settle where the exact posterior of the count lies."""
    some = candidates()
    found = weigh_points([row()], *played(120, seed=2), some)
    shares = 0.3 * some[:, 3]
    mean = float(found.weight @ shares)
    spread = math.sqrt(float(found.weight @ (shares - mean) ** 2))
    exact = stats.beta(34, 248)
    assert mean == pytest.approx(exact.mean(), abs=0.01)
    assert spread == pytest.approx(exact.std(), rel=0.35)  # a little wider: the curve is known from 120 pilots alone
    assert found.curves[0].doubts[0] == 3 and found.told == ()


def test_doubts_that_move_nothing_stay_where_they_were():
    """The 29 idle doubts keep an even spread, and none of them is leant on."""
    some = candidates()
    found = weigh_points([row()], *played(120, seed=7), some)
    assert found.curves[0].doubts == (3,)
    moved = np.abs(found.weight @ some - 0.5)
    assert moved[3] > 0.05 and np.delete(moved, 3).max() < 0.06


def test_nothing_is_learned_from_a_figure_that_no_doubt_moves():
    """Pure chance gives no curve and nearly even weights, in 19 of 20 tries at least."""
    leant = 0
    for seed in range(20):
        positions, values = played(60, seed, least=0.12, most=0.12)
        found = weigh_points([row()], positions, values, candidates(many=500))
        leant += bool(found.curves[0].doubts)
    assert leant <= 1


def test_scatter_of_a_season_is_that_of_chance():
    """On the transformed scale a binomial count scatters by one over the root of n, whatever its share."""
    curve = weigh_points([row()], *played(300, seed=3, least=0.05), candidates()).curves[0]
    assert curve.scatter == pytest.approx(1 / math.sqrt(280), rel=0.15)
    assert 0.5 < curve.explained < 1


def test_at_least_so_many_rules_nothing_out_above():
    """Points with more weigh alike, points far below next to nothing."""
    some = candidates()
    found = weigh_points([row(value=33, bound="at_least")], *played(120, seed=4), some)
    shares = 0.3 * some[:, 3]
    assert found.weight[shares < 0.03].max() < 1e-3 * found.weight.max()
    assert found.weight[shares > 0.2].min() > 0.99 * found.weight.max()


def test_zero_percent_is_no_point_but_an_end():
    """None prosecuted, rounded to whole per cent: points without any weigh more than points with some per cent."""
    told = row("family_adults_prosecuted_before", 0, None, rounding=1.0)
    positions, counts = played(120, seed=6, most=0.05, n=1000)
    some = candidates()
    found = weigh_points([told], positions, counts / 10.0, some)
    assert found.weight[some[:, 3] < 0.05].mean() > 20 * found.weight[some[:, 3] > 0.6].mean()


def test_degenerate_weights_are_told():
    """Where the pilot lies at the edge of what is thought possible, the words say so."""
    found = weigh_points([row(value=3)], *played(120, seed=5, least=0.3, most=0.9), candidates(many=200))
    assert found.is_degenerate
    told = " ".join(found.told)
    assert f"only {found.effective:.1f} count" in told and "no point comes near" in told


def test_far_tails_are_still_compared():
    """Of points that are all far off the nearer ones get the weight: logarithms do not run out."""
    some = candidates(many=400)
    found = weigh_points([row(value=0)], *played(120, seed=8, least=0.6, most=0.9), some)
    assert np.isfinite(found.by_row).all()
    assert float(found.weight @ some[:, 3]) < 0.1


def test_too_few_pilots_give_no_curve():
    """Nineteen pilots are refused; a figure that fewer than twenty tell weighs nothing, and that is said."""
    with pytest.raises(ValueError, match="too few"):
        weigh_points([row()], *played(19, seed=1), candidates(many=10))
    positions, values = played(40, seed=1)
    values[15:] = np.nan
    found = weigh_points([row()], positions, values, candidates(many=10))
    assert found.effective == pytest.approx(10) and "weighs nothing" in found.told[0]


def test_arcsine_and_root_even_out_the_scatter():
    """The scales on which figures are compared: of shares, per cents and counts."""
    assert transformed(70.0, row(n=280)) == pytest.approx(2 * math.asin(0.5))
    assert transformed(25.0, row("family_adults_prosecuted", 25, None)) == pytest.approx(2 * math.asin(0.5))
    assert transformed(9.0, row("families_separated", 9, None)) == 6.0
    assert special.ndtr(0) == 0.5


def test_points_are_drawn_as_often_as_their_weight():
    """Floor or ceil of weight times number, the same every time, in no order of weight."""
    weight = np.array([0.5, 0.25, 0.2, 0.05, 0.0])
    chosen = resample(weight, 60)
    counts = np.bincount(chosen, minlength=5)
    assert np.all(np.abs(counts - 60 * weight) < 1) and counts.sum() == 60 and counts[4] == 0
    assert np.array_equal(chosen, resample(weight, 60))
    assert not np.array_equal(chosen, np.sort(chosen))


# --- what is played -----------------------------------------------------------------------------------------------


def test_a_pilot_that_nobody_knew_of_yet_cannot_be_replayed():
    """Before its end nothing of it was known."""
    plan = compose(["~scenario", "inputs.sample=null"])
    study = plan.settings.study.model_copy(update={"as_of": date(2017, 8, 1)})
    asked = replace(plan, settings=plan.settings.model_copy(update={"study": study}))
    early = Pilot("mine", (row(known_on=date(2018, 1, 1)),), ("scenario=el_paso_2017",), "")
    with pytest.raises(ConfigError, match="nothing that was known"):
        piloting.replay(early, [], asked, read_criteria(), lambda *_: None)  # type: ignore[arg-type, return-value]
