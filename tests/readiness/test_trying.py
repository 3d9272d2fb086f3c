"""A plan held against criteria: which decide, which are only shown, and which seasons met them all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from borderops.config.compose import compose
from borderops.exceptions import ConfigError
from borderops.forecast.results import Results
from borderops.readiness.criteria import Basis, Criteria, Criterion, criteria_of
from borderops.readiness.judging import Verdict
from borderops.readiness.levers import LEVERS
from borderops.readiness.trying import ALL, COLUMNS, sort_out, too_few, try_plan

SETTINGS = compose(["scenario=zero_tolerance_2018"]).settings


def criterion(
    name: str, kpi: str | None, kind: str, at_most: float | None, levers: tuple[str, ...], **more
) -> Criterion:
    fact = None if kpi else "design_days_before_start"
    told = {"if_nobody": "met", "is_legal": False, "at_least": None, **more}
    return Criterion(name=name, title=f"{name} holds", kpi=kpi, fact=fact, group_kind=kind, at_most=at_most,
                     confidence=0.9, noise=0.0, basis=Basis.PLANNER, ground="none", owner="nobody", levers=levers,
                     **told)  # fmt: skip


@pytest.fixture(scope="module")
def criteria() -> Criteria:
    """Beds by kind, custody by age, a clerk's, and one on the plan itself."""
    beds = tuple(name for name in LEVERS if name.startswith("beds."))
    return criteria_of("some", "Some", 0.05, 30, [
        criterion("beds_free", "shelter_occupancy_peak", "bed_kind", 0.95, beds),
        criterion("custody", "share_over_72h_separated", "age_band", 0.05, (*beds, "coordinators")),
        criterion("clerks", "coordinator_utilisation_peak", "all", 0.95, ("coordinators",)),
        criterion("design", None, "all", None, ("tracking", "start"), at_least=1.0),
    ])  # fmt: skip


def results(values: dict[tuple[str, str, str], list[float]]) -> list[Results]:
    """Replications with KPIs by name, kind of group and group; NaN leaves a row out."""
    many = len(next(iter(values.values())))
    made = []
    for at in range(many):
        rows = [(*key, some[at]) for key, some in values.items() if not np.isnan(some[at])]
        table = pd.DataFrame(rows, columns=["kpi", "group_kind", "group", "value"])
        made.append(Results(at + 1, "", {"kpis": table}))
    return made


# --- which decide ---------------------------------------------------------------------------------------------------


def test_what_a_lever_moves_decides(criteria):
    """Beds for small children decide beds and custody, of the groups they can help; the rest is shown, whole."""
    asked = sort_out(criteria, [LEVERS["beds.age_0_12"]])
    assert asked.names == ["beds_free", "custody"]
    assert asked.judged["beds_free"].groups == ("age_0_12",)
    assert asked.judged["custody"].groups == ("0–4", "5–12")
    assert [one.name for one in asked.shown] == ["beds_free", "custody", "clerks", "design"]
    assert asked.shown["beds_free"].groups == ()


def test_a_lever_that_moves_every_group_leaves_the_criterion_whole(criteria):
    """Coordinators help children of every age, whatever beds are added beside them."""
    asked = sort_out(criteria, [LEVERS["beds.age_0_12"], LEVERS["coordinators"]])
    assert asked.judged["custody"].groups == () and asked.judged["beds_free"].groups == ("age_0_12",)
    both = sort_out(criteria, [LEVERS["beds.girls_13_17"], LEVERS["beds.boys_13_17"]])
    assert both.judged["beds_free"].groups == ("girls_13_17", "boys_13_17")
    assert both.judged["custody"].groups == ("13–17",)


def test_levers_that_are_alike_move_the_same(criteria):
    """Coordinators at night decide what coordinators decide."""
    assert sort_out(criteria, [LEVERS["coordinators_at_night"]]).names == ["custody", "clerks"]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [(["clerks"], ["clerks"]), (["c"], ["custody", "clerks"]), ([ALL], ["beds_free", "custody", "clerks", "design"])],
)
def test_whoever_names_criteria_is_obeyed(criteria, wanted, names):
    """By name, by the beginning of names, or all of them, whole."""
    asked = sort_out(criteria, [LEVERS["beds.age_0_12"]], wanted)
    assert asked.names == names
    if wanted == [ALL]:
        assert asked.judged.digest == criteria.digest and not asked.shown.criteria


@pytest.mark.parametrize(
    ("lever", "wanted", "told"),
    [
        ("agents", (), "no criterion of some names agents among its levers; allowed: judged=NAME"),
        ("agents", ("custdy",), "judged=custdy is no criterion; did you mean custody?"),
    ],
)
def test_nothing_to_decide_is_refused(criteria, lever, wanted, told):
    """A lever that no criterion names, and a criterion that is not there."""
    with pytest.raises(ConfigError) as problem:
        sort_out(criteria, [LEVERS[lever]], wanted)
    assert told in str(problem.value)


def test_too_few_replications_for_a_go_are_told_beforehand(criteria):
    """At 90 per cent and an error of 5 per cent 37 replications are needed, all of them good."""
    asked = sort_out(criteria, [LEVERS["coordinators"]])
    assert too_few(asked, 37) is None
    assert too_few(asked, 36) == ("most is 36; allowed: 37 or more, since fewer seasons can never show a confidence of "
                                  "0.9 at an error of 0.05")  # fmt: skip
    facts = sort_out(criteria, [LEVERS["tracking"]])
    assert too_few(facts, 8) is None


# --- one plan -------------------------------------------------------------------------------------------------------


def test_the_worst_criterion_decides_and_all_are_shown(criteria):
    """Beds hold in 40 of 40 seasons, custody of small children in 10: NO-GO by custody; every criterion has a row."""
    asked = sort_out(criteria, [LEVERS["beds.age_0_12"]])
    late = [0.0] * 10 + [0.5] * 30
    tried = try_plan(SETTINGS, results({
        ("shelter_occupancy_peak", "bed_kind", "age_0_12"): [0.9] * 40,
        ("shelter_occupancy_peak", "bed_kind", "boys_13_17"): [1.2] * 40,
        ("share_over_72h_separated", "age_band", "0–4"): late,
        ("share_over_72h_separated", "age_band", "13–17"): [0.9] * 40,
    }), asked, 40, 0.05)  # fmt: skip
    assert tried.verdict is Verdict.NO_GO and tried.deciding.criterion.name == "custody"
    assert (tried.deciding.group, tried.deciding.evidence.met) == ("0–4", 10)
    assert tried.met.tolist() == [one == 0.0 for one in late]
    rows = tried.rows()
    assert tuple(rows.columns) == COLUMNS
    judged, shown = rows[rows["is_judged"]].set_index("criterion"), rows[~rows["is_judged"]].set_index("criterion")
    assert judged["verdict"].to_dict() == {"beds_free": "GO", "custody": "NO-GO"}
    assert shown.loc["beds_free", "group"] == "boys_13_17" and shown.loc["beds_free", "verdict"] == "NO-GO"
    assert set(shown.index) == {"beds_free", "custody", "clerks", "design"}


def test_a_season_meets_all_or_does_not(criteria):
    """A season in which nobody was concerned meets what says so; one beyond any limit does not."""
    asked = sort_out(criteria, [LEVERS["beds.age_0_12"]])
    nan = float("nan")
    tried = try_plan(SETTINGS, results({
        ("shelter_occupancy_peak", "bed_kind", "age_0_12"): [0.95, 0.951, 0.5, 0.5],
        ("share_over_72h_separated", "age_band", "5–12"): [0.05, 0.0, nan, 0.06],
    }), asked, 4, 0.05)  # fmt: skip
    assert tried.met.tolist() == [True, False, True, False]


def test_a_season_that_was_not_finished_meets_nothing_and_blocks_a_go(criteria):
    """Forty asked for, thirty-nine finished, all good: not GO, and the missing season is no good one."""
    asked = sort_out(criteria, [LEVERS["coordinators"]], ["clerks"])
    done = results({("coordinator_utilisation_peak", "all", "all"): [0.5] * 40})
    whole = try_plan(SETTINGS, done, asked, 40, 0.05)
    part = try_plan(SETTINGS, [one for one in done if one.replication != 7], asked, 40, 0.05)
    assert whole.verdict is Verdict.GO and part.verdict is Verdict.NOT_ENOUGH
    assert part.met.sum() == 39 and not part.met[6]


def test_a_fact_decides_without_any_season(criteria):
    """The design of August is live 88 days after the start of 2018: no season meets that, however well it goes."""
    asked = sort_out(criteria, [LEVERS["tracking"]])
    values = {("coordinator_utilisation_peak", "all", "all"): [0.5] * 10}
    late = try_plan(SETTINGS, results(values), asked, 10, 0.01)
    ahead = try_plan(LEVERS["tracking"].apply(SETTINGS, 2), results(values), asked, 10, 0.01)
    assert (late.verdict, ahead.verdict) == (Verdict.NO_GO, Verdict.GO)
    assert not late.met.any() and ahead.met.all()
    assert late.deciding.evidence is None


def test_legal_criteria_stay_legal_when_they_are_only_shown(criteria):
    """One broken season of a legal criterion is NO-GO, judged or shown."""
    legal = replace(criteria["clerks"], is_legal=True)
    asked = sort_out(criteria_of("some", "Some", 0.05, 30, [legal, criteria["custody"]]), [LEVERS["beds.age_0_12"]])
    tried = try_plan(SETTINGS, results({
        ("coordinator_utilisation_peak", "all", "all"): [0.5] * 39 + [1.0],
        ("share_over_72h_separated", "age_band", "0–4"): [0.0] * 40,
        ("share_over_72h_separated", "age_band", "5–12"): [0.0] * 40,
    }), asked, 40, 0.05)  # fmt: skip
    rows = tried.rows().set_index("criterion")
    assert tried.verdict is Verdict.GO and rows.loc["clerks", "verdict"] == "NO-GO" and rows.loc["clerks", "is_legal"]
