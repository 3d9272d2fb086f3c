"""Verdicts: how often they err, what noise and missing values do to them, and what blocks a GO."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borderops.forecast.intervals import share_interval
from borderops.forecast.results import Sample
from borderops.readiness.criteria import Basis, Criteria, Criterion, criteria_of
from borderops.readiness.judging import SCOPE, WORST_FIRST, Review, Verdict, judge, overall, weigh
from borderops.readiness.plan_facts import Fact, Start

ALPHA = 0.05
SYSTEMS = 500
FALSE_AT_MOST = 37
"""Of 500 systems on the limit: the 99th percentile of a binomial count at 5 %."""

GO, NO_GO, NOT_ENOUGH = Verdict.GO, Verdict.NO_GO, Verdict.NOT_ENOUGH
START = Start(date(2018, 5, 5), True)
CUSTODY = Criterion(
    name="custody",
    title="Children leave within 72 hours",
    kpi="share_over_72h_separated",
    fact=None,
    group_kind="all",
    at_most=0.5,
    at_least=None,
    confidence=0.9,
    noise=0.0,
    if_nobody="missing",
    basis=Basis.STATUTE,
    ground="8 U.S.C. 1232(b)(3)",
    owner="CBP",
    is_legal=False,
    levers=(),
)
UNITS = replace(CUSTODY, name="units", title="Units outlive", kpi=None, fact="unit_is_kept", at_most=None)
LAW = replace(CUSTODY, name="law", title="None is parted", kpi="children_separated_without_finding", at_most=0.0,
              is_legal=True, if_nobody="met", known_on=date(2018, 6, 26))  # fmt: skip
KPIS_TAKEN = ("share_over_72h_separated", "share_over_72h_alone", "share_over_72h_minors", "court_slots_used",
              "station_peak_occupancy", "shelter_occupancy_peak")  # fmt: skip


def criteria_with(*some: Criterion, alpha: float = ALPHA) -> Criteria:
    """Criteria of a made-up file."""
    return criteria_of("made up", "Made up", alpha, 30, some)


def sample_of(values: dict[tuple[str, str, str], np.ndarray], n: int | None = None) -> Sample:
    """A table of KPIs from values by KPI, kind of group and group."""
    keys = pd.DataFrame([*values], columns=["kpi", "group_kind", "group"])
    size = n if n is not None else len(next(iter(values.values())))
    return Sample(keys, np.arange(1, size + 1), np.array([*values.values()]).reshape(len(keys), size))


def reviewed(
    criteria: Criteria, kpis: Sample, facts: dict[str, Fact] | None = None, asked: int | None = None,
    as_of: date | None = None,
) -> Review:  # fmt: skip
    """A review of made-up seasons."""
    return judge(criteria, kpis, facts or {}, START, as_of, kpis.replications.size if asked is None else asked)


def seasons(share: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Values of seasons of which each keeps to a limit of a half with a chance of ``share``."""
    return np.where(rng.random(n) < share, 0.2, 0.8)


def one_kpi(values: np.ndarray) -> Sample:
    """A table of the KPI of `CUSTODY`."""
    return sample_of({("share_over_72h_separated", "all", "all"): values})


# --- how often a verdict errs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [29, 46, 60, 61, 200, 1000])
def test_a_system_on_the_limit_is_seldom_called_ready(n):
    """Of 500 systems that meet a criterion in exactly nine seasons of ten at most 37 are GO at an error of 5 %."""
    rng = np.random.default_rng(n)
    go = sum(weigh(seasons(0.9, n, rng), CUSTODY, ALPHA).verdict is GO for _ in range(SYSTEMS))
    assert go <= FALSE_AT_MOST


def test_the_error_is_kept_over_all_criteria_together():
    """One criterion of six on the limit, whichever, or all six: a false GO stays as rare."""
    many = [replace(CUSTODY, name=kpi, kpi=kpi) for kpi in KPIS_TAKEN]
    criteria, n = criteria_with(*many), 61
    rng = np.random.default_rng(8)
    for on_limit in (1, 3, 6):
        go = 0
        for _ in range(SYSTEMS):
            shares = [0.9] * on_limit + [1.0] * (6 - on_limit)
            kpis = sample_of({(kpi, "all", "all"): seasons(p, n, rng) for kpi, p in zip(KPIS_TAKEN, shares)})
            go += reviewed(criteria, kpis).verdict is GO
        assert go <= FALSE_AT_MOST, on_limit


def test_no_go_is_as_seldom_wrong_over_all_criteria_together():
    """Six criteria on the limit in independent seasons: NO-GO in at most 37 of 500, at a sixth of the error each."""
    criteria, n = criteria_with(*[replace(CUSTODY, name=kpi, kpi=kpi) for kpi in KPIS_TAKEN]), 200
    rng = np.random.default_rng(9)
    wrong = 0
    for _ in range(SYSTEMS):
        kpis = sample_of({(kpi, "all", "all"): seasons(0.9, n, rng) for kpi in KPIS_TAKEN})
        wrong += reviewed(criteria, kpis).verdict is NO_GO
    assert wrong <= FALSE_AT_MOST


@pytest.mark.parametrize(("share", "right"), [(0.999, GO), (0.6, NO_GO)])
def test_systems_clearly_on_either_side_get_the_right_verdict(share, right):
    """Met in 999 seasons of 1,000, or in six of ten: with 60 replications right in at least 95 % of 500 systems."""
    rng = np.random.default_rng(10)
    criteria = criteria_with(CUSTODY)
    found = [reviewed(criteria, one_kpi(seasons(share, 60, rng))).verdict for _ in range(SYSTEMS)]
    assert found.count(right) >= 0.95 * SYSTEMS


def test_one_bad_criterion_among_twenty_groups_is_still_found():
    """Twenty groups are judged apart at a twentieth of the error; the one that fails in half its seasons is named."""
    rng = np.random.default_rng(11)
    by_group = replace(CUSTODY, group_kind="station")
    right = 0
    for _ in range(100):
        values = {("share_over_72h_separated", "station", f"s{place}"): seasons(1.0, 60, rng) for place in range(19)}
        values["share_over_72h_separated", "station", "bad"] = seasons(0.5, 60, rng)
        review = reviewed(criteria_with(by_group), sample_of(values))
        right += review.verdict is NO_GO and review.judgements[0].group == "bad"
    assert right >= 95


def test_bounds_are_those_of_clopper_and_pearson():
    """58 of 60: the lower bound is that of an exact interval at 90 %; the upper one has a tenth of the error."""
    found = weigh(np.array([0.2] * 58 + [0.8] * 2), CUSTODY, ALPHA, among=10)
    low = share_interval(np.array(58), np.array(60), 0.90, "exact").low
    high = share_interval(np.array(58), np.array(60), 0.99, "exact").high
    assert (found.low, found.high) == (pytest.approx(float(low)), pytest.approx(float(high)))
    assert found.probability == pytest.approx(58 / 60) and found.n == 60


def test_fewest_replications_is_where_a_go_begins():
    """28 good seasons in a row do not show nine in ten at 5 %, 29 do."""
    assert weigh(np.full(28, 0.2), CUSTODY, ALPHA).verdict is NOT_ENOUGH
    assert weigh(np.full(29, 0.2), CUSTODY, ALPHA).verdict is GO
    assert criteria_with(CUSTODY).fewest == 29


# --- noise --------------------------------------------------------------------------------------------------------


@given(
    values=st.lists(st.floats(0, 1) | st.just(math.nan), min_size=0, max_size=80),
    noise=st.floats(0, 1),
    more=st.floats(0, 1),
    confidence=st.floats(0.51, 0.99),
    if_nobody=st.sampled_from(["met", "missing"]),
    at_most=st.booleans(),
)
def test_noise_turns_a_verdict_into_not_enough_evidence_and_never_back(
    values, noise, more, confidence, if_nobody, at_most
):
    """With more noise a verdict stays what it was or becomes NOT ENOUGH EVIDENCE, whatever the values."""
    limit = {"at_most": 0.5} if at_most else {"at_most": None, "at_least": 0.5}
    quiet = replace(CUSTODY, noise=noise, confidence=confidence, if_nobody=if_nobody, **limit)
    before = weigh(np.array(values, dtype=float), quiet, ALPHA)
    after = weigh(np.array(values, dtype=float), replace(quiet, noise=noise + more), ALPHA)
    assert after.verdict in (before.verdict, NOT_ENOUGH)
    assert after.met <= before.met and after.broken <= before.broken and after.n == before.n
    assert after.low <= before.low and after.high >= before.high


@pytest.mark.parametrize("middle", [0.30, 0.40, 0.45, 0.50, 0.55, 0.70])
def test_real_scatter_never_makes_a_go_likelier(middle):
    """Values of 200 systems, with more and more scatter added: the share of GO goes down or stays at next to none."""
    rng = np.random.default_rng(12)
    base = middle + 0.03 * rng.standard_normal((200, 60))
    added = rng.standard_normal((200, 60))
    rates = [
        np.mean([weigh(row, CUSTODY, ALPHA).verdict is GO for row in base + scale * added])
        for scale in (0.0, 0.05, 0.1, 0.2, 0.5)
    ]
    # Below the limit scatter can only take seasons beyond it; above, half a season's chance is far from nine in ten.
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(rates))
    assert (rates[0] == 1.0) == (middle <= 0.40) and rates[-1] == 0.0


# --- what is missing ----------------------------------------------------------------------------------------------


def test_a_value_that_is_missing_blocks_a_go():
    """One season in 1,000 without a value: no GO, unless the criterion says that nobody was concerned."""
    values = np.full(1000, 0.2)
    values[7] = math.nan
    assert weigh(values, CUSTODY, ALPHA).verdict is NOT_ENOUGH
    assert weigh(values, replace(CUSTODY, if_nobody="met"), ALPHA).verdict is GO


def test_missing_values_make_no_no_go():
    """They count as met there: 40 missing seasons and 20 good ones rule nothing out."""
    values = np.array([math.nan] * 40 + [0.2] * 20)
    found = weigh(values, CUSTODY, ALPHA)
    assert found.verdict is NOT_ENOUGH and (found.met, found.broken, found.unknown) == (20, 0, 40)
    assert weigh(np.array([math.nan] * 20 + [0.8] * 40), CUSTODY, ALPHA).verdict is NO_GO


def test_seasons_that_were_not_finished_block_a_go():
    """Of 200 asked for 199 were finished, all good: the one that failed may have been the bad one."""
    review = reviewed(criteria_with(CUSTODY), one_kpi(np.full(199, 0.2)), asked=200)
    assert review.verdict is NOT_ENOUGH and (review.replications, review.asked) == (199, 200)
    assert "Only 199 of 200 seasons were finished" in review.grounds[0]
    bad = reviewed(criteria_with(CUSTODY), one_kpi(np.full(199, 0.8)), asked=200)
    assert bad.verdict is NO_GO


def test_seasons_that_were_not_finished_block_a_go_of_facts_alone():
    """Criteria that need no season do not make a run whole that is not."""
    facts = {"unit_is_kept": Fact("unit_is_kept", True, "Kept.")}
    assert reviewed(criteria_with(UNITS), one_kpi(np.full(3, 0.2)), facts).verdict is GO
    assert reviewed(criteria_with(UNITS), one_kpi(np.full(3, 0.2)), facts, asked=4).verdict is NOT_ENOUGH


def test_a_kpi_that_is_not_measured_blocks_a_go():
    """Not known at all, or not by the kind of group that is asked for: nothing was shown."""
    kpis = one_kpi(np.full(60, 0.2))
    for lacking in (replace(CUSTODY, name="x", kpi="none_of_ours"), replace(CUSTODY, name="x", group_kind="station")):
        review = reviewed(criteria_with(CUSTODY, replace(lacking, if_nobody="met")), kpis)
        assert review["custody"].verdict is GO and review["x"].verdict is NOT_ENOUGH and review["x"].evidence is None
        assert review.verdict is NOT_ENOUGH and "is not measured" in review["x"].why


def test_a_group_without_anybody_is_what_the_criterion_says():
    """A KPI without a row concerned nobody in any season: met or missing, as the criterion says."""
    kpis = sample_of({("children_separated", "all", "all"): np.zeros(60)})
    assert reviewed(criteria_with(replace(CUSTODY, if_nobody="met")), kpis).verdict is GO
    assert reviewed(criteria_with(CUSTODY), kpis).verdict is NOT_ENOUGH
    young = replace(CUSTODY, group_kind="age_band", groups=("0–4",))
    others = sample_of({("share_over_72h_separated", "age_band", "5–12"): np.full(60, 0.2)})
    assert reviewed(criteria_with(young), others).verdict is NOT_ENOUGH
    assert reviewed(criteria_with(replace(young, if_nobody="met")), others).verdict is GO


@pytest.mark.parametrize("fact", [None, Fact("unit_is_kept", None, "Nobody can tell.")])
def test_a_fact_that_is_not_known_blocks_a_go(fact):
    """Not read, or not to be told from the plan: no GO, and no NO-GO either."""
    facts = {"unit_is_kept": fact} if fact else {}
    review = reviewed(criteria_with(CUSTODY, UNITS), one_kpi(np.full(60, 0.2)), facts)
    assert review.verdict is NOT_ENOUGH and review["units"].verdict is NOT_ENOUGH


def test_nothing_judged_is_no_go_at_all():
    """A review without any criterion shows nothing."""
    assert overall([]) is NOT_ENOUGH
    assert reviewed(criteria_with(CUSTODY), sample_of({("children_separated", "all", "all"): np.zeros(0)}, 0), asked=60
                    ).verdict is NOT_ENOUGH  # fmt: skip


# --- facts and law ------------------------------------------------------------------------------------------------


def test_a_broken_fact_is_no_go_whatever_the_seasons_say():
    """Facts are not estimated: one that does not hold is enough."""
    review = reviewed(
        criteria_with(CUSTODY, UNITS), one_kpi(np.full(60, 0.2)),
        {"unit_is_kept": Fact("unit_is_kept", False, "Deleted.")},
    )  # fmt: skip
    assert review.verdict is NO_GO and review.grounds == ("Not met: Units outlive. Deleted.",)


@pytest.mark.parametrize(("days", "verdict"), [(1.0, GO), (0.0, NO_GO), (-88.0, NO_GO), (-math.inf, NO_GO)])
def test_a_fact_with_a_number_is_held_to_its_limit(days, verdict):
    """At least a day before the start; on the day itself is too late, and never is later still."""
    before = replace(UNITS, fact="guidance_days_before_start", at_least=1.0)
    facts = {"guidance_days_before_start": Fact("guidance_days_before_start", days, "So many.")}
    assert reviewed(criteria_with(before), one_kpi(np.full(60, 0.2)), facts).verdict is verdict


def test_one_season_that_breaks_the_law_is_enough():
    """One child in one season of 1,000, where statistics alone would see nine in ten kept."""
    values = np.zeros(1000)
    kpis = sample_of({("children_separated_without_finding", "all", "all"): values})
    assert reviewed(criteria_with(LAW), kpis).verdict is GO
    values[41] = 1.0
    review = reviewed(criteria_with(LAW), sample_of({("children_separated_without_finding", "all", "all"): values}))
    assert review.verdict is NO_GO and review.grounds[0].startswith("On legal ground")


def test_law_that_was_made_later_is_set_apart_and_never_forgotten():
    """A review as of 4 May 2018 says what was known that day, and is no GO where the order of June would be broken."""
    kpis = sample_of({("children_separated_without_finding", "all", "all"): np.ones(60),
                      ("share_over_72h_separated", "all", "all"): np.full(60, 0.2)})  # fmt: skip
    review = reviewed(criteria_with(CUSTODY, LAW), kpis, as_of=date(2018, 5, 4))
    assert (review.verdict, review.verdict_known) == (NO_GO, GO) and review["law"].is_later
    assert "known since 2018-06-26" in review.grounds[0]
    later = reviewed(criteria_with(CUSTODY, LAW), kpis, as_of=date(2018, 7, 1))
    assert later.verdict_known is NO_GO and not later["law"].is_later


def test_a_go_says_what_it_speaks_of():
    """Capacity and record-keeping, neither lawfulness nor merit."""
    assert reviewed(criteria_with(CUSTODY), one_kpi(np.full(60, 0.2))).grounds == (SCOPE,)


def test_a_verdict_lapses_so_many_days_after_its_day():
    """Counted from the day as of which it is made, else from the policy's start; never from today."""
    kpis = one_kpi(np.full(60, 0.2))
    assert reviewed(criteria_with(CUSTODY), kpis).lapses_on == date(2018, 6, 4)
    assert reviewed(criteria_with(CUSTODY), kpis, as_of=date(2018, 5, 4)).lapses_on == date(2018, 6, 3)


# --- order --------------------------------------------------------------------------------------------------------


def test_order_of_criteria_groups_and_seasons_is_nothing_to_a_verdict():
    """Turned about in all three, every judgement and the whole stay the same."""
    rng = np.random.default_rng(13)
    stations = ("yuma", "el_paso", "laredo")
    values = {("share_over_72h_separated", "station", one): rng.random(60) for one in stations}
    values |= {("share_over_72h_alone", "all", "all"): rng.random(60) * 0.6}
    some = [replace(CUSTODY, group_kind="station"), replace(CUSTODY, name="alone", kpi="share_over_72h_alone"), UNITS]
    facts = {"unit_is_kept": Fact("unit_is_kept", True, "Kept.")}
    turned = rng.permutation(60)
    first = reviewed(criteria_with(*some), sample_of(values), facts)
    shuffled = sample_of({key: values[key][turned] for key in reversed(values)})
    second = reviewed(criteria_with(*some[::-1]), shuffled, facts)
    assert (first.verdict, first.criteria.digest) == (second.verdict, second.criteria.digest)
    assert sorted(first.grounds) == sorted(second.grounds)
    for one in first.judgements:
        other = second[one.criterion.name]
        assert (one.verdict, one.group, one.evidence, one.median) == (
            other.verdict, other.group, other.evidence, other.median
        )  # fmt: skip
        pd.testing.assert_frame_equal(one.by_group, other.by_group)


def test_the_worst_group_decides_and_stands_first():
    """No average hides a group: two good bands do not make up for a bad one."""
    values = {("share_over_72h_separated", "age_band", band): np.full(60, value)
              for band, value in (("0–4", 0.9), ("5–12", 0.1), ("13–17", 0.2))}  # fmt: skip
    found = reviewed(criteria_with(replace(CUSTODY, group_kind="age_band")), sample_of(values)).judgements[0]
    assert (found.verdict, found.group, found.median) == (NO_GO, "0–4", 0.9)
    assert list(found.by_group["group"]) == ["0–4", "13–17", "5–12"]
    assert list(found.by_group["verdict"]) == ["NO-GO", "GO", "GO"]


def test_the_worst_verdict_is_the_whole():
    """NO-GO before not enough evidence before GO."""
    assert WORST_FIRST == (NO_GO, NOT_ENOUGH, GO)
