"""Nested selection: who is selected under a policy is selected under every policy that refers at least as many.

The larger policy of each pair is built from the smaller by steps none of which can lower the share of any family, so
that it is larger by construction; that it is is looked up for every day, sector and age of the youngest child.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import worlds

from borderops import clock
from borderops.config.schema import SECTORS, STATIONS, Exemption, Policy, ReferralRule, Settings
from borderops.operations.plan import Ground, Plan
from borderops.operations.planning import make_plan
from borderops.operations.policy import family_selection_share
from borderops.population.people import People
from borderops.streams import Draws, Purpose

PAIRS = 200
SEED = 4062018
FIRST, LAST = date(2018, 5, 10), date(2018, 5, 21)
ROUNDING = 1e-12
"""What sums and products of shares may lose; a uniform falls so near a share once in 10^12 families."""


@cache
def season() -> tuple[Settings, People]:
    """Families of twelve days of May 2018 at all sectors and ports, two fifths of those who came, and nobody else."""
    settings = worlds.settings_with(
        {
            "window.start": FIRST,
            "window.end": LAST,
            "window.lead_in_days": 0,
            "arrivals.multiplier": {"single_adults": 0, "families": 0.4, "kin_groups": 0, "children_alone": 0},
            "orr.census_path": [{"day": FIRST - timedelta(days=1), "children": 0}],
        }
    )
    return settings, worlds.people(settings)


def _plan(policy: Policy, draws: Draws | None = None) -> Plan:
    settings, people = season()
    return make_plan(people, settings.model_copy(update={"policy": policy}), draws or Draws(settings.seed, 0))


def selected(policy: Policy, draws: Draws | None = None) -> np.ndarray:
    """Who is selected for prosecution, shape (n,): a family is, and with it each of its members."""
    plan = _plan(policy, draws)
    members = np.repeat(plan.ground == Ground.PROSECUTION, plan.case_size)
    return np.concatenate([np.zeros(plan.apprehended_at.size - members.size, dtype=bool), members])


def is_nested(few: np.ndarray, many: np.ndarray) -> bool:
    """Whether each person of the one set is in the other."""
    return not (few & ~many).any()


def shares(policy: Policy) -> np.ndarray:
    """Effective share of every day, station and age of the youngest child, flattened."""
    days = np.arange(clock.day_of(FIRST), clock.day_of(LAST) + 1)
    grid = np.meshgrid(days, np.arange(len(STATIONS)), np.arange(18), indexing="ij")
    return family_selection_share(policy, *(axis.ravel() for axis in grid))


# --- the smaller policy ---------------------------------------------------------------------------------------------


def _day(chance: random.Random) -> date:
    return FIRST + timedelta(days=chance.randint(-6, (LAST - FIRST).days))


def _span(chance: random.Random) -> dict:
    begins = _day(chance)
    ends = None if chance.random() < 0.4 else begins + timedelta(days=chance.randint(0, 9))
    return {"begins": begins, "ends": ends, "sectors": chance.sample(SECTORS, chance.choice([0, 0, 1, 2, 4]))}


def _share(chance: random.Random) -> float:
    return chance.choice([0.0, 1.0, chance.random(), chance.random(), 0.3 * chance.random()])


def _rule(chance: random.Random) -> ReferralRule:
    return ReferralRule(**_span(chance), share=_share(chance), ramp_days=chance.choice([0, 0, 1, 3, 8]))


def _exemption(chance: random.Random) -> Exemption:
    return Exemption(**_span(chance), youngest_age_up_to=chance.randint(0, 17), obedience=_share(chance))


def random_policy(chance: random.Random) -> Policy:
    """A policy with up to four rules and three exemptions; other grounds and all else as shipped."""
    return season()[0].policy.model_copy(
        update={
            "family_referral": [_rule(chance) for _ in range(chance.randint(1, 4))],
            "exemptions": [_exemption(chance) for _ in range(chance.randint(0, 3))],
            "youngest_0_4_ratio": _share(chance),
        }
    )


# --- steps to a larger one ------------------------------------------------------------------------------------------


def _raised(share: float, chance: random.Random) -> float:
    return min(1.0, share + chance.random() * (1.0 - share))


def _changed(rules: Sequence, index: int, **changes) -> list:
    """The list with one entry changed."""
    return [*rules[:index], rules[index].model_copy(update=changes), *rules[index + 1 :]]


def raise_shares(policy: Policy, chance: random.Random) -> dict:
    """A share is a mean of what the rules before say and of its own, hence grows with either."""
    rules = [rule.model_copy(update={"share": _raised(rule.share, chance)}) for rule in policy.family_referral]
    return {"family_referral": rules}


def widen_the_highest_rule(policy: Policy, chance: random.Random) -> dict:
    """Where a rule asks for no less than all before it, it may begin earlier, end later, ramp faster, hold anywhere."""
    rules, index = policy.family_referral, chance.randrange(len(policy.family_referral))
    if any(rule.share > rules[index].share for rule in rules[:index]):
        return {}
    rule = rules[index]
    wider = {
        "begins": rule.begins - timedelta(days=chance.randint(0, 3)),
        "ends": chance.choice([None, rule.ends and rule.ends + timedelta(days=chance.randint(0, 3))]),
        "sectors": chance.choice([[], rule.sectors and sorted({*rule.sectors, *chance.sample(SECTORS, 2)})]),
        "ramp_days": chance.randint(0, rule.ramp_days),
    }
    return {"family_referral": _changed(rules, index, **wider)}


def delay_the_end_of_referral(policy: Policy, chance: random.Random) -> dict:
    """A rule of nobody lowers what it finds: later, more slowly, or not at all, it lowers it less."""
    rules = policy.family_referral
    index = next((place for place, rule in enumerate(rules) if rule.share == 0.0), None)
    if index is None:
        return {}
    rule = rules[index]
    if chance.random() < 0.3 and len(rules) > 1:
        return {"family_referral": [*rules[:index], *rules[index + 1 :]]}
    slower = {
        "begins": rule.begins + timedelta(days=chance.randint(0, 3)),
        "ramp_days": max(rule.ramp_days, 1) + chance.randint(0, 4),
    }
    if rule.ends is not None:
        slower["ends"] = max(rule.ends, slower["begins"])
        if slower["ends"] != rule.ends:  # pushed beyond its last day: it holds on none that it did not hold on before
            return {"family_referral": [*rules[:index], *rules[index + 1 :]]}
    return {"family_referral": _changed(rules, index, **slower)}


def refer_before_all_else(policy: Policy, chance: random.Random) -> dict:
    """A rule in front of all others finds nobody referred."""
    return {"family_referral": [_rule(chance), *policy.family_referral]}


def refer_more_after_all_else(policy: Policy, chance: random.Random) -> dict:
    """A rule behind all others that asks for no less than any of them."""
    highest = max(rule.share for rule in policy.family_referral)
    more = _rule(chance).model_copy(update={"share": _raised(highest, chance)})
    return {"family_referral": [*policy.family_referral, more]}


def obey_less(policy: Policy, chance: random.Random) -> dict:
    """Every exemption spares fewer."""
    exemptions = policy.exemptions
    return {"exemptions": [one.model_copy(update={"obedience": one.obedience * chance.random()}) for one in exemptions]}


def lift_the_first_exemptions(policy: Policy, chance: random.Random) -> dict:
    """Under the first exemption lies no other that could take its place."""
    return {"exemptions": policy.exemptions[chance.randint(0, len(policy.exemptions)) :]}


def narrow_the_first_exemption(policy: Policy, chance: random.Random) -> dict:
    """It ends at a lower age or begins later."""
    if not policy.exemptions:
        return {}
    first = policy.exemptions[0]
    begins = first.begins + timedelta(days=chance.randint(0, 2))
    if first.ends is not None and begins > first.ends:
        return {"exemptions": policy.exemptions[1:]}
    age = chance.randint(0, first.youngest_age_up_to)
    return {"exemptions": _changed(policy.exemptions, 0, begins=begins, youngest_age_up_to=age)}


def raise_the_ratio_of_the_youngest(policy: Policy, chance: random.Random) -> dict:
    """Families with a child under five are referred nearer to the rate of all others."""
    return {"youngest_0_4_ratio": _raised(policy.youngest_0_4_ratio, chance)}


Step = Callable[[Policy, random.Random], dict]
STEPS: tuple[Step, ...] = (
    raise_shares,
    widen_the_highest_rule,
    delay_the_end_of_referral,
    refer_before_all_else,
    refer_more_after_all_else,
    obey_less,
    lift_the_first_exemptions,
    narrow_the_first_exemption,
    raise_the_ratio_of_the_youngest,
)


@dataclass(frozen=True)
class Pair:
    """Two policies, and what was done to the smaller."""

    smaller: Policy
    larger: Policy
    steps: tuple[str, ...]


@cache
def pairs() -> tuple[Pair, ...]:
    """The same pairs every time; of one step, or of several one after the other."""
    chance = random.Random(SEED)
    return tuple(_pair(chance) for _ in range(PAIRS))


def _pair(chance: random.Random) -> Pair:
    smaller = larger = random_policy(chance)
    taken = []
    for step in chance.choices(STEPS, k=chance.choice([1, 2, 3, 5])):
        changes = step(larger, chance)
        if changes:
            larger = larger.model_copy(update=changes)
            taken.append(step.__name__)
    return Pair(smaller, larger, tuple(taken))


@cache
def selections(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Who is selected under the smaller and under the larger policy of a pair."""
    return selected(pairs()[number].smaller), selected(pairs()[number].larger)


# --- what holds -----------------------------------------------------------------------------------------------------


def test_larger_policies_are_larger_everywhere():
    """On each day, in each sector, at each age of the youngest child; every step is taken, and most pairs differ."""
    differ = 0
    for number, pair in enumerate(pairs()):
        gain = shares(pair.larger) - shares(pair.smaller)
        assert gain.min() >= -ROUNDING, (number, pair)
        differ += gain.max() > 0.01
    assert differ > PAIRS / 2
    assert {step for pair in pairs() for step in pair.steps} == {step.__name__ for step in STEPS}


def test_selection_is_nested_person_by_person_over_random_pairs_of_policies():
    """Whoever is selected under the smaller of two policies is selected under the larger, in each of 200 pairs."""
    some = more = 0
    for number, pair in enumerate(pairs()):
        few, many = selections(number)
        assert is_nested(few, many), (number, pair)
        some += few.any()
        more += many.sum() > few.sum()
    # Neither nobody under the smaller nor the same under both: else nothing would have been tried.
    assert some > PAIRS / 2
    assert more > PAIRS / 2


def test_all_other_decisions_are_the_same_under_both():
    """Between the two nothing of the plan differs but the ground: same people, same luck."""
    for pair in pairs()[:20]:
        one, other = _plan(pair.smaller).columns(), _plan(pair.larger).columns()
        assert [name for name in one if not np.array_equal(one[name], other[name])] in ([], ["ground"])


# --- what must not hold, or nothing was shown -----------------------------------------------------------------------


def test_turned_round_the_inclusion_fails():
    """Not all whom the larger policy selects are selected under the smaller, wherever it selects more."""
    turned = [is_nested(many, few) for few, many in map(selections, range(PAIRS))]
    assert turned == [many.sum() == few.sum() for few, many in map(selections, range(PAIRS))]
    assert turned.count(False) > PAIRS / 2


def test_policies_that_cross_are_not_nested():
    """More at Yuma and less in the Rio Grande Valley: neither selects all whom the other selects."""
    everywhere, yuma, valley = (
        ReferralRule(begins=FIRST, ends=None, sectors=sectors, share=share, ramp_days=0)
        for sectors, share in (([], 0.5), (["yuma"], 0.8), (["rio_grande_valley"], 0.2))
    )
    base = season()[0].policy.model_copy(update={"exemptions": [], "youngest_0_4_ratio": 1.0})
    one, other = (
        selected(base.model_copy(update={"family_referral": rules}))
        for rules in ([everywhere], [everywhere, yuma, valley])
    )
    assert (one & ~other).sum() > 20
    assert (other & ~one).sum() > 20


@dataclass(frozen=True)
class Redrawn(Draws):
    """The same draws but for the uniform that decides on referral."""

    def uniforms(self, entities: np.ndarray, purpose: Purpose, index: int | np.ndarray = 0) -> np.ndarray:
        """The next draw of the same purpose stands in for the first."""
        return super().uniforms(entities, purpose, index + 1 if purpose == Purpose.REFERRAL else index)


def test_a_referral_uniform_drawn_anew_breaks_the_nesting():
    """Were chance asked again for the larger policy, families selected under the smaller would be spared by luck."""
    anew = Redrawn(season()[0].seed, 0)
    kept = [is_nested(selections(number)[0], selected(pairs()[number].larger, anew)) for number in range(PAIRS // 4)]
    assert kept.count(False) > len(kept) / 2
