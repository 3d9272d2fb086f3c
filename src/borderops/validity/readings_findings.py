"""Readers of figures about what was written down, and about what lists, rules and samples made of it.

A number of a published sample is read by drawing as many, without putting back, by a draw of its own: chance in the
sample is part of what the reviewers met.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from borderops.config.schema import Settings
from borderops.facts.tables import published
from borderops.forecast.results import Results
from borderops.streams import Draws, Purpose
from borderops.validity.readings_tables import SEASON_START as MAY_5
from borderops.validity.readings_tables import Reader, found, kpi, summed

NOTES: Final = ("nothing", "not_at_top", "top_and_child", "top_only")
"""Groups of case notes that divide them."""

LABELS: Final = ("link", "together", "kin", "false_claim", "stranger")
"""What suspected pairs truly are, in the order in which the first that holds counts for a child."""

OTHER_FAMILY: Final = ("together", "kin")
ERAS: Final = ("before", "season", "after")


def drawn(sizes: list[int], count: int, draws: Draws, purpose: Purpose) -> list[int]:
    """Draw from groups without putting back.

    Parameters
    ----------
    sizes : list of int
        Of the groups, which divide what is drawn from.
    count : int
        How many are drawn; all, if there are no more.
    draws : Draws
    purpose : Purpose

    Returns
    -------
    list of int
        How many of each group were drawn.
    """
    whole = sum(sizes)
    order = np.argsort(draws.uniforms(np.arange(whole), purpose), kind="stable")
    group = np.repeat(np.arange(len(sizes)), sizes)[order[:count]]
    return np.bincount(group, minlength=len(sizes)).tolist()


def _sampled(groups: dict[str, Reader], wanted: tuple[str, ...], figure: str, purpose: Purpose) -> Reader:
    """How many of a sample, whose size is a published figure, fall into some of the groups that divide everybody."""

    def read(results: Results, settings: Settings) -> float:
        sizes = np.array([one(results, settings) for one in groups.values()])
        if np.isnan(sizes).any():
            return np.nan
        count, draws = int(published()[figure].number), Draws(settings.seed, results.replication)
        some = drawn(sizes.astype(int).tolist(), count, draws, purpose)
        return float(sum(number for name, number in zip(groups, some, strict=True) if name in wanted))

    return read


def _notes(*wanted: str) -> Reader:
    groups = {name: kpi("parents_taken", group_kind="note", group=name) for name in NOTES}
    return _sampled(groups, wanted, "S069", Purpose.SAMPLE_OF_NOTES)


def _labels(rule: str, wanted: tuple[str, ...], figure: str, purpose: Purpose) -> Reader:
    return _sampled({name: found(rule, "label", name) for name in LABELS}, wanted, figure, purpose)


def _of_draft(*wanted: str) -> Reader:
    return _labels("draft_rule", wanted, "S102", Purpose.SAMPLE_OF_DRAFT_RULE)


def _of_refined(*wanted: str) -> Reader:
    return _labels("refined_rule", wanted, "S105", Purpose.SAMPLE_OF_REFINED_RULE)


def _suspected(*eras: str) -> Reader:
    return found("refined_rule", "children", *eras)


def _listed(*steps: str) -> Reader:
    return found("official_list", "persons", *steps)


READERS: Final[dict[str, Reader]] = {
    # what was written down
    "units_made_in_error": kpi("units_made_in_error"),
    "members_never_grouped": kpi("members_never_grouped"),
    "persons_with_several_codes": kpi("persons_with_several_codes"),
    "children_without_link_in_first_days": summed("ungrouped_children", MAY_5, MAY_5.replace(day=10)),
    "sampled_notes_at_top": _notes("top_and_child", "top_only"),
    "sampled_notes_with_child": _notes("not_at_top", "top_and_child"),
    "sampled_notes_saying_nothing": _notes("nothing"),
    # lists
    "persons_on_first_list": _listed("first"),
    "persons_added_to_list": _listed("added_recorded_later", "confirmed"),
    "persons_added_by_hhs": _listed("confirmed_never_in_a_unit"),
    "persons_struck_from_list": _listed("removed"),
    "children_missed_by_list_before": found("official_list", "children_outside", "before"),
    "children_missed_by_list_after": found("official_list", "children_outside", "after"),
    "children_missed_by_list": found("official_list", "children_outside", "before", "after"),
    # rules
    "children_found_by_hhs_in_season": found("hhs_rule", "children_not_listed", "season"),
    "children_suspected_before": _suspected("before"),
    "children_suspected_in_season": _suspected("season"),
    "children_suspected_after": _suspected("after"),
    "children_suspected": _suspected(*ERAS),
    "children_suspected_outside": _suspected("before", "after"),
    "sampled_by_draft_rule_separated": _of_draft("link"),
    "sampled_by_refined_rule_separated": _of_refined("link"),
    "sampled_by_refined_rule_other_family": _of_refined(*OTHER_FAMILY),
}
"""By name, as rows of the scope call them."""
