"""What audits still raise where nobody slips and the design holds everything."""

from __future__ import annotations

import numpy as np
from scored_worlds import world

from borderops.audit.auditing import audit
from borderops.audit.findings import Rule, joined
from borderops.population.people import Stratum
from borderops.scoring.scores import Label, labels_of
from borderops.scoring.standing import Kind, Level, evidence, persons_of, standing


def test_the_shared_record_without_slips_loses_no_link_that_was_told():
    """Disclosed and within the definition: all of them can be searched for, or are seen, to the last minute."""
    one = world("shared_record", slips=False)
    found = evidence(one.links, one.written.records, one.written.behind, one.witness)
    level = standing(one.links, found, one.witness.history.horizon - 1)
    assert one.links.is_eligible.sum() > 100
    assert (level[one.links.is_eligible] <= Level.VISIBLE).all()


def test_what_audits_still_raise_is_a_false_alarm_or_was_never_told():
    """Pairs of the refined rules are strangers, kin, false claims, or families that did not say they are one."""
    one = world("shared_record", slips=False)
    records, behind = one.written.records, one.written.behind
    findings = audit(records)
    rules = (Rule.REFINED, Rule.PORT_REFINED)
    pairs = joined([findings.pairs[rule] for rule in rules], type(findings.pairs[Rule.REFINED]))
    adult, child = persons_of(pairs, records, behind)
    label = labels_of(adult, child, one.links, one.witness.people)
    assert label.size > 50
    true = np.isin(label, (Label.LINK, Label.TOGETHER))
    stratum = one.witness.people.of_party("stratum")[child]
    assert true.any()
    assert (stratum[true] == Stratum.UNDISCLOSED_FAMILY).all()
    place = one.links.place_of(child[label == Label.LINK], adult[label == Label.LINK])
    assert set(one.links.kind[place]) <= {Kind.UNDISCLOSED, Kind.ONE_PARENT_KEPT, Kind.MINOR_MOTHER}
