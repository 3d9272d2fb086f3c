"""The flawless clerk of SIGMA: everybody at a port of entry, and who came with whom."""

from __future__ import annotations

import numpy as np
import pytest
from tests.builders import at
from tests.records.e3_worlds import DELETES, KEEPS, ROWS, by_hand, rows_about, season, written
from tests.worlds import shipped

from borderops.population.people import Role
from borderops.records.clerk_sigma import Status
from borderops.units import DAY, NEVER


def test_everybody_at_a_port_has_a_case_and_nobody_else():
    """Numbers run in the order of intake; the case knows a day and no event."""
    witness, made = season(), written(season())
    cases, person = made.records["sigma_case"], made.behind["sigma_case"].person
    assert np.sort(person).tolist() == np.flatnonzero(witness.is_in_sigma).tolist()
    assert np.sort(cases["sigma_no"]).tolist() == list(range(1, len(cases) + 1))
    assert (cases["encounter_day"] == witness.history.apprehended_at[person] // DAY).all()
    assert (cases["out_at"] == witness.history.left_cbp_at[person]).all()
    assert (cases["surname_1"] == witness.people.surname_1[person]).all()


def test_one_ground_a_party():
    """Who comes together is inadmissible on the same ground; shares are those of the clerk, within chance."""
    witness, made = season(), written(season())
    cases, person = made.records["sigma_case"], made.behind["sigma_case"].person
    party = witness.people.party[person]
    pairs = np.unique(np.stack([party, cases["category"]]), axis=1)
    assert pairs.shape[1] == np.unique(party).size
    wanted = list(shipped().records.port_categories.model_dump().values())
    shares = np.bincount(pairs[1], minlength=len(wanted)) / pairs.shape[1]
    assert np.abs(shares - wanted).max() < 4 * np.sqrt(0.25 / pairs.shape[1])


@pytest.mark.parametrize("design", ["e3_history", KEEPS])
def test_links_join_each_adult_with_each_child_of_a_family(design):
    """At any minute every pair stands once, together or separated as the parting left it."""
    witness, made = season(design), written(season(design))
    links, behind = made.records["sigma_family_link"], made.behind["sigma_family_link"]
    stands = links["valid_to"] == NEVER
    parent, child = behind.person[stands], behind.other[stands]
    of_port = witness.claims_family & witness.is_in_sigma
    assert np.unique(np.stack([parent, child]), axis=1).shape[1] == stands.sum()
    assert np.unique(child).tolist() == np.flatnonzero(of_port & (witness.people.role >= Role.CHILD)).tolist()
    assert (witness.case[parent] == witness.case[child]).all()
    assert (witness.people.role[parent] < Role.CHILD).all()
    assert (links["sigma_no"][stands] == witness.sigma_no[parent]).all()
    assert (links["child_sigma_no"][stands] == witness.sigma_no[child]).all()
    history = witness.history
    apart = history.is_taken[parent] & ((history.rejoined_at[parent] == NEVER) | (history.rejoined_at[child] == NEVER))
    assert ((links["status"][stands] == Status.SEPARATED) == apart).all()


def test_parting_at_a_port_touches_only_the_parent_who_was_taken():
    """Of two parents one is taken from two children: two links of four are separated."""
    rows = rows_about(by_hand(DELETES), "sigma_family_link", "port")
    standing = rows["valid_to"] == NEVER
    assert sorted(rows["status"][standing].tolist()) == [Status.TOGETHER] * 2 + [Status.SEPARATED] * 2
    assert (rows["valid_from"][standing & (rows["status"] == Status.SEPARATED)] == at("Mon 10:40")).all()


def test_rejoining_at_a_port_joins_the_link_again():
    """Together, separated at 08:40, together again at 19:00, each from where the one before ends."""
    rows = rows_about(by_hand(DELETES), "sigma_family_link", "port_rejoined")
    assert rows["status"].tolist() == [Status.TOGETHER, Status.SEPARATED, Status.TOGETHER]
    assert rows["valid_from"].tolist() == [at("Mon 08:00"), at("Mon 08:40"), at("Mon 19:00")]
    assert rows["valid_to"].tolist() == [at("Mon 08:40"), at("Mon 19:00"), NEVER]


@pytest.mark.parametrize("table", ["sigma_case", "sigma_family_link"])
def test_rows_have_each_an_address_of_their_own(table):
    """Entity and visit tell rows apart."""
    for world in (by_hand(DELETES), season()):
        behind = written(world).behind[table]
        assert (behind.visit < 8).all()
        address = np.stack([behind.entity, behind.visit.astype(np.int64)])
        assert np.unique(address, axis=1).shape[1] == len(behind.visit)


def test_nobody_of_border_patrol_is_in_sigma():
    """Nor the other way about."""
    made = written(by_hand(DELETES))
    at_port = made.behind["sigma_case"].person
    assert sorted(at_port.tolist()) == sorted([*ROWS["port"], *ROWS["port_rejoined"]])
    assert not np.intersect1d(at_port, made.behind["e3_subject"].person).size
