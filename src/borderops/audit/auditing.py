"""All audits at once: records in, findings out."""

from __future__ import annotations

from dataclasses import dataclass

from borderops.audit.checks import run_checks
from borderops.audit.clocks import custody_clocks, sheet_checks, stale_banners
from borderops.audit.findings import (
    LATEST,
    BannerFindings,
    CheckFindings,
    ClockFindings,
    Pairs,
    Rule,
    SheetFindings,
)
from borderops.audit.linkage import hhs_rule, matching_rules, port_rules
from borderops.audit.lists import JOINT_AT, PUBLISHED_AT, SEASON, Period, Reconciliation, reconcile
from borderops.records.systems import Records


@dataclass(frozen=True)
class Findings:
    """Everything that audits raise about one set of records.

    Attributes
    ----------
    pairs : dict of Rule to Pairs
    lists : Reconciliation
    clocks : ClockFindings
    banners : BannerFindings
    sheets : SheetFindings
    checks : CheckFindings
    """

    pairs: dict[Rule, Pairs]
    lists: Reconciliation
    clocks: ClockFindings
    banners: BannerFindings
    sheets: SheetFindings
    checks: CheckFindings


def audit(
    records: Records,
    as_of: int = LATEST,
    published_at: int = PUBLISHED_AT,
    joint_at: int = JOINT_AT,
    period: Period = SEASON,
    with_history: bool = False,
) -> Findings:
    """Run every audit.

    Parameters
    ----------
    records : Records
    as_of : int
        Minute of the audits.
    published_at, joint_at : int
        Minutes of the first official list and of the joint one.
    period : Period
        Of the lists.
    with_history : bool
        Whether the matching rule sees the members of deleted units.

    Returns
    -------
    Findings
    """
    draft, refined = matching_rules(records, as_of, with_history)
    port_draft, port_refined = port_rules(records, as_of)
    hhs = hhs_rule(records, as_of)
    return Findings(
        pairs={
            Rule.DRAFT: draft,
            Rule.REFINED: refined,
            Rule.HHS: hhs,
            Rule.PORT_DRAFT: port_draft,
            Rule.PORT_REFINED: port_refined,
        },
        lists=reconcile(records, hhs, published_at, joint_at, period),
        clocks=custody_clocks(records, as_of),
        banners=stale_banners(records, as_of),
        sheets=sheet_checks(records, as_of),
        checks=run_checks(records),
    )
