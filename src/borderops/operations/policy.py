"""Policy: decisions no queue can sway, from a timetable of rules by date and sector.

One referral uniform a family decides whether it is selected. Hence the families selected under one policy are among
those selected under another whose effective shares are everywhere at least as large.
"""

from __future__ import annotations

import numpy as np

from borderops import clock
from borderops.config.schema import STATIONS, Exemption, Policy, ReferralRule


def referral_share(rules: list[ReferralRule], day: np.ndarray, station: np.ndarray) -> np.ndarray:
    """Share of adults selected for referral under a timetable.

    Of several rules that apply, the last listed counts. Over its ramp a rule's share grows in a straight line from
    the share of the rules before it to its own, which it reaches on the last day of the ramp.

    Parameters
    ----------
    rules : list of ReferralRule
    day : ndarray of int, shape (n,)
        Day of apprehension.
    station : ndarray of int, shape (n,)
        Index into STATIONS; no rule speaks of ports of entry.

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    if not day.size:
        return np.zeros(0)
    # Told once for each day and station: there are many more people.
    first = int(day.min())
    days = np.arange(first, int(day.max()) + 1)[:, None]
    return _timetable(rules, days, np.arange(len(STATIONS)))[day - first, station]


def _timetable(rules: list[ReferralRule], day: np.ndarray, station: np.ndarray) -> np.ndarray:
    """Shares by day and station, shape (days, stations)."""
    share = np.zeros(np.broadcast_shapes(day.shape, station.shape))
    for rule in rules:
        applies = _applies(rule, day, station)
        if not rule.ramp_days:
            share = np.where(applies, rule.share, share)
            continue
        done = np.clip((day - clock.day_of(rule.begins) + 1) / rule.ramp_days, 0.0, 1.0)
        share = np.where(applies, share + (rule.share - share) * done, share)
    return share


def obedience(
    exemptions: list[Exemption], day: np.ndarray, station: np.ndarray, youngest_age: np.ndarray
) -> np.ndarray:
    """Share of families spared by an exemption: how far the last one listed that applies is obeyed, shape (n,)."""
    spared = np.zeros(np.shape(day))
    for exemption in exemptions:
        applies = _applies(exemption, day, station) & (youngest_age <= exemption.youngest_age_up_to)
        spared = np.where(applies, exemption.obedience, spared)
    return spared


def family_selection_share(
    policy: Policy, day: np.ndarray, station: np.ndarray, youngest_age: np.ndarray
) -> np.ndarray:
    """Effective share of families selected for referral.

    The timetable's share, times the ratio for families with a child under 5, times what exemptions leave, shape (n,).
    """
    share = referral_share(policy.family_referral, day, station)
    ratio = np.where(youngest_age < 5, policy.youngest_0_4_ratio, 1.0)
    return share * ratio * (1.0 - obedience(policy.exemptions, day, station, youngest_age))


def _applies(rule: ReferralRule | Exemption, day: np.ndarray, station: np.ndarray) -> np.ndarray:
    last = clock.day_of(rule.ends) if rule.ends else np.iinfo(np.int64).max
    sectors = np.array([name != "ports_of_entry" and (not rule.sectors or name in rule.sectors) for name in STATIONS])
    return (day >= clock.day_of(rule.begins)) & (day <= last) & sectors[station]
