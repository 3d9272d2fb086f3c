"""Where true links stand in the records."""

from __future__ import annotations

import numpy as np
import pytest
from scored_worlds import UNTIL_THE_ORDER_IS_MET, recoverability, world

from borderops.audit.findings import LATEST
from borderops.operations.history import FoundBy
from borderops.population.people import NOBODY, Role
from borderops.records.answer_key import Blame
from borderops.scoring.standing import (
    Evidence,
    Kind,
    Level,
    Links,
    Recoverable,
    frame,
    known_at,
    recoverable,
    standing,
    true_links,
)
from borderops.units import DAY, NEVER

DESIGNS = ("e3_2017", "e3_april_2018", "e3_august_2018", "shared_record")


# --- by hand ------------------------------------------------------------------------------------------------------


def links_of(*parted_at: int) -> Links:
    """Links of that many children, each with a parent of its own."""
    child = np.arange(len(parted_at), dtype=np.int32)
    kind = np.zeros(child.size, dtype=np.int8)
    return Links(child, child + 100, kind, kind, np.array(parted_at, dtype=np.int64))


def evidence_of(*parts: tuple[int, Level, int, int]) -> Evidence:
    """Stretches of time: link, level, from, until."""
    columns = [np.array(column, dtype=np.int64) for column in zip(*parts)]
    link, level, from_at, to_at = columns
    return Evidence(link, level.astype(np.int8), from_at, to_at, np.zeros(link.size, dtype=np.int8))


def test_the_best_record_of_the_minute_counts():
    """A stretch begins with its first minute and is over at its last; where several overlap the best counts."""
    found = evidence_of((0, Level.NOTE, 10, NEVER), (0, Level.SEARCHABLE, 20, 30), (1, Level.HEADQUARTERS, 0, NEVER))
    told = [[Level(one).name for one in standing(links_of(0, 0, 0), found, at)] for at in (9, 10, 20, 29, 30)]
    assert [one[0] for one in told] == ["NOWHERE", "NOTE", "SEARCHABLE", "SEARCHABLE", "NOTE"]
    assert {(one[1], one[2]) for one in told} == {("HEADQUARTERS", "NOWHERE")}


def test_a_link_is_known_from_its_first_record_after_the_parting():
    """What outlives the parting counts at once, what ended before it never, what comes later from then on."""
    outlives = (0, Level.SEARCHABLE, 0, 200)
    ended = (1, Level.SEARCHABLE, 0, 100)
    late, note = (2, Level.VISIBLE, 150, NEVER), (2, Level.NOTE, 120, NEVER)
    found = evidence_of(outlives, ended, late, note)
    assert known_at(links_of(100, 100, 100), found).tolist() == [100, NEVER, 150]
    assert known_at(links_of(100, 100, 100), found, Level.NOTE).tolist() == [100, NEVER, 120]


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("is_suspected", [False, True])
def test_recoverable_is_one_of_three(level, is_suspected):
    """A record makes exact, else a rule makes probable, else nothing can tell."""
    told = recoverable(np.array([level]), np.array([is_suspected]))[0]
    by_rule = Recoverable.BY_PROBABILITY if is_suspected else Recoverable.NOT_AT_ALL
    assert told == (Recoverable.EXACTLY if level < Level.NOWHERE else by_rule)


# --- in two weeks of May --------------------------------------------------------------------------------------------


def test_links_are_true_and_told_once():
    """Every link is one of a child and its mother or father in the party; no pair twice, sorted, with its blame."""
    made = world()
    links, people = made.links, made.witness.people
    parents = np.stack([people.mother[links.child], people.father[links.child]])
    assert (parents == links.parent).any(axis=0).all() and (links.parent != NOBODY).all()
    keys = links.child.astype(np.int64) * people.number.size + links.parent
    assert (np.diff(keys) > 0).all()
    assert (people.is_child[links.child]).all()
    minor = people.role[links.parent] >= Role.CHILD
    assert (minor == (links.kind == Kind.MINOR_MOTHER)).all()
    assert {int(one) for one in np.unique(links.blame[links.kind == Kind.UNDISCLOSED])} == {Blame.FAMILY}
    assert (links.is_separation == ~np.isin(links.kind, (Kind.ONE_PARENT_KEPT, Kind.MINOR_MOTHER))).all()


def test_every_child_left_alone_is_among_the_links():
    """Children of true families whom a parting left with no parent have a link to each parent taken, and no others."""
    made = world()
    history, people = made.witness.history, made.witness.people
    disclosed = made.links.take(made.links.kind == Kind.DISCLOSED)
    known = (people.mother != NOBODY) | (people.father != NOBODY)
    alone = np.flatnonzero(history.is_alone & known & history.is_grouped)
    assert set(alone) == set(disclosed.child)
    assert history.is_taken[disclosed.parent].all()
    assert (disclosed.parted_at == history.parted_at[disclosed.child]).all()


def test_links_do_not_depend_on_records():
    """Links are of the history: under the same one, all designs have the same links."""
    made = world()
    again = true_links(made.witness)
    assert all(np.array_equal(one, again.columns()[name]) for name, one in made.links.columns().items())


@pytest.mark.parametrize("tracking", DESIGNS)
def test_recoverability_is_a_partition(tracking):
    """Every true link is recoverable exactly, by probability, or not at all: the three add up to all."""
    made, told = world(tracking), recoverability(tracking)
    counts = np.bincount(told, minlength=len(Recoverable))
    assert counts.size == len(Recoverable) and counts.sum() == len(made.links)
    assert ((told == Recoverable.EXACTLY) == (made.levels() < Level.NOWHERE)).all()


def test_the_shared_record_without_slips_loses_no_link():
    """Disclosed, eligible links stand where the field, ICE or HHS can read them, from the parting to the end."""
    made = world("shared_record", slips=False)
    eligible = made.links.is_eligible
    assert eligible.sum() > 100
    known = known_at(made.links, made.evidence)
    assert (known[eligible] == made.links.parted_at[eligible]).all()
    for minute in (*(made.links.parted_at.max() + np.array([0, 1, DAY])), LATEST):
        parted = eligible & (made.links.parted_at <= minute)
        assert (made.levels(int(minute))[parted] <= Level.VISIBLE).all()


def test_the_oldest_design_loses_every_link_in_the_field():
    """After the parting no separated unit stands in e3, while the shared store keeps its link out of reach."""
    made = world("e3_2017", slips=False)
    in_e3 = made.links.is_eligible & made.witness.is_in_e3[made.links.child]
    rejoined = made.witness.history.rejoined_at[made.links.child] != NEVER
    assert in_e3.sum() > 100
    levels = made.levels()
    assert (levels[in_e3] == Level.HEADQUARTERS).all()
    standing_members = made.records["e3_family_member"].as_of(LATEST)["subject_no"]
    # A parent may stand in a further unit, with a brother or sister who was rejoined.
    apart = made.links.child[in_e3 & ~rejoined]
    assert not np.isin(made.witness.subject_no[apart], standing_members).any()


@pytest.mark.parametrize("tracking", ["e3_history", "shared_record"])
def test_every_match_made_at_once_has_a_readable_record(tracking):
    """Where the history found a parent by record, the link of at least one parent stood somewhere at that minute."""
    made = world(tracking, end=UNTIL_THE_ORDER_IS_MET)
    history, eligible = made.witness.history, made.links.take(made.links.is_eligible)
    matched = np.flatnonzero(history.found_by[made.links.child] == FoundBy.RECORD)
    matched = matched[made.links.kind[matched] == Kind.DISCLOSED]
    assert matched.size > len(eligible) / 10
    found_at = history.found_at[made.links.child]
    for minute in np.unique(found_at[matched]):
        at_once = matched[found_at[matched] == minute]
        children = np.unique(made.links.child[at_once])
        readable = made.links.child[at_once][made.levels(int(minute))[at_once] < Level.NOWHERE]
        assert np.isin(children, readable).all()


def test_undisclosed_links_stand_nowhere():
    """Nobody wrote down what nobody said."""
    made = world("shared_record", slips=False)
    assert (made.levels()[made.links.kind == Kind.UNDISCLOSED] == Level.NOWHERE).all()


def test_better_designs_keep_more_links():
    """Of the families that were on record, each later design leaves more where somebody can read them."""
    readable = []
    for tracking in ("e3_2017", "e3_august_2018", "shared_record"):
        made = world(tracking)
        eligible = made.links.is_eligible
        readable.append((made.levels()[eligible] <= Level.VISIBLE).mean())
    assert readable[0] < readable[1] <= readable[2]
    assert readable[2] > 0.9


def test_links_can_be_read_as_a_frame():
    """One row a link, with words for kinds, blames, levels and recoverability."""
    made = world()
    told = frame(made.links, made.levels(), recoverability())
    assert len(told) == len(made.links)
    assert set(told.level.cat.categories) == {one.name.lower() for one in Level}
    assert told.notna().all().all()
