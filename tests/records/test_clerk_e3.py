"""The flawless clerk of e3: who stands in it, in which family, until when, and what a design forgets."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from tests.builders import at
from tests.records.e3_worlds import (
    DELETES,
    KEEPS,
    LINKS,
    ROWS,
    across_designs,
    by_hand,
    rows_about,
    season,
    spring,
    written,
)

from borderops import clock
from borderops.ages import age_years
from borderops.operations.history import Exit
from borderops.population.people import Stratum
from borderops.records.answer_key import Written
from borderops.records.clerk_e3 import Class
from borderops.records.clerk_e3_units import SECOND, MemberStatus, Status, Unit
from borderops.records.fields import BLANK
from borderops.records.systems import CODES, LAYOUTS, NOTES, RecordTable
from borderops.records.transcribe import transcribe
from borderops.records.witness import Witness
from borderops.units import DAY, NEVER

CODES_FROM = clock.minute_of(date(2018, 4, 19))
E3 = tuple(name for name in LAYOUTS if name.startswith("e3_"))
WORLDS = [
    pytest.param(lambda: by_hand(DELETES), id="by hand, units deleted"),
    pytest.param(lambda: by_hand(KEEPS), id="by hand, units kept"),
    pytest.param(lambda: by_hand(LINKS), id="by hand, records linked"),
    pytest.param(season, id="season"),
    pytest.param(lambda: season(KEEPS), id="season, units kept"),
]


def standing(made: Written, table: str, minute: int) -> tuple[RecordTable, np.ndarray]:
    """Rows of a table that stand at a minute, and the people they are about."""
    stands = (made.records[table]["valid_from"] <= minute) & (minute < made.records[table]["valid_to"])
    return made.records[table].take(stands), made.behind[table].person[stands]


# --- people -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", WORLDS)
def test_everybody_taken_in_stands_in_e3_once_at_any_minute_from_intake_on(world):
    """Number, names, birth and A-number are those of the person in every version of the row."""
    witness, made = world(), written(world())
    subjects, behind = made.records["e3_subject"], made.behind["e3_subject"]
    people, last = witness.people, witness.history.horizon - 1
    for minute in (last - 7 * DAY, last - DAY, last):
        _, person = standing(made, "e3_subject", minute)
        assert (
            np.sort(person).tolist()
            == np.flatnonzero(witness.is_in_e3 & (witness.history.intake_at <= minute)).tolist()
        )
    assert (subjects["subject_no"] == witness.subject_no[behind.person]).all()
    assert (subjects["a_number"] == witness.history.a_number[behind.person]).all()
    assert (subjects["birth_day"] == people.birth_day[behind.person]).all()
    assert (subjects["surname_2"] == people.surname_2[behind.person]).all()


def test_age_is_that_of_the_day_of_entry():
    """Completed years as the rest of borderops counts them; prints are taken from 14 on, each once, in order."""
    made = written(season())
    subjects = made.records["e3_subject"]
    assert (subjects["age"] == age_years(subjects["birth_day"], subjects["entered_at"] // DAY)).all()
    first = subjects.take(made.behind["e3_subject"].visit == 0)
    printed = first["fingerprint"] != BLANK
    assert (printed == (first["age"] >= 14)).all()
    assert (np.diff(first["fingerprint"][printed]) > 0).all()


def test_class_follows_what_the_station_knows():
    """Families that say so are units, recorded kin are groups, all others adults or children by themselves."""
    witness, made = season(), written(season())
    behind, subjects = made.behind["e3_subject"], made.records["e3_subject"]
    first = behind.visit == 0
    person, found = behind.person[first], subjects["class"][first]
    stratum = witness.people.of_party("stratum")[person]
    claims = np.isin(stratum, (Stratum.FAMILY, Stratum.FALSE_FAMILY))
    assert (found[claims] == Class.FAMILY_UNIT).all()
    assert set(found[stratum == Stratum.UNDISCLOSED_FAMILY]) == {Class.SINGLE_ADULT, Class.UAC}
    assert set(found[stratum == Stratum.KIN_GROUP]) == {Class.SINGLE_ADULT, Class.UAC, Class.FAMILY_GROUP}
    alone = ~claims & (found != Class.FAMILY_GROUP)
    assert ((found == Class.UAC) == witness.people.is_child[person])[alone].all()


def test_class_changes_where_the_unit_is_deleted_and_changes_back_at_rejoining():
    """Parted at 08:40 and rejoined at 19:00: three rows a person, each from where the one before ends."""
    rows = rows_about(by_hand(DELETES), "e3_subject", "rejoined")
    assert rows["class"].tolist() == [2, 2, 2, 0, 1, 1, 2, 2, 2]
    assert rows["valid_from"].tolist() == [at("Mon 08:00")] * 3 + [at("Mon 08:40")] * 3 + [at("Mon 19:00")] * 3
    assert rows["valid_to"].tolist() == [at("Mon 08:40")] * 3 + [at("Mon 19:00")] * 3 + [NEVER] * 3


def test_class_of_those_who_stay_together_does_not_change():
    """Of two parents one is taken; the other and the child are still a family."""
    rows = rows_about(by_hand(DELETES), "e3_subject", "half")
    assert rows["class"].tolist() == [Class.FAMILY_UNIT] * 3 + [Class.SINGLE_ADULT]


@pytest.mark.parametrize("design", [KEEPS, LINKS])
def test_class_does_not_change_where_the_unit_is_kept(design):
    """A separated member of a kept unit is still a member."""
    behind = written(by_hand(design)).behind["e3_subject"]
    assert not behind.visit.any()


# --- events -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", WORLDS)
def test_every_subject_has_an_event_and_every_event_a_subject(world):
    """Who was met together has one number, who was not has another; the row tells place and minute."""
    witness, made = world(), written(world())
    subjects, events = made.records["e3_subject"], made.records["e3_event"]
    assert np.unique(subjects["event_no"]).tolist() == events["event_no"].tolist()
    assert events["event_no"].tolist() == list(range(1, len(events) + 1))
    person = made.behind["e3_subject"].person
    own = subjects["event_no"] - 1
    true = witness.people.of_party("event")[person]
    assert np.unique(np.stack([own, true]), axis=1).shape[1] == len(events) == np.unique(true).size
    assert (events["apprehended_at"][own] == witness.people.of_party("apprehended_at")[person]).all()
    assert (events["station"][own] == witness.station[person]).all()
    assert (events["entered_at"][own] <= subjects["entered_at"]).all()


def test_events_are_shared():
    """The season has events of several parties, or the tests of events would say little."""
    witness, made = season(), written(season())
    party = witness.people.party[made.behind["e3_subject"].person]
    assert np.unique(party).size > 1.1 * len(made.records["e3_event"])


# --- families ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", WORLDS)
def test_every_family_that_says_so_has_a_unit_with_all_its_members_from_intake_on(world):
    """Whether or not an agent grouped it: that is a slip, and the clerk makes none."""
    witness, made = world(), written(world())
    expected = np.flatnonzero(witness.claims_family & witness.is_in_e3)
    members, behind = made.records["e3_family_member"], made.behind["e3_family_member"]
    first = (behind.visit == 0) & (members["role"] != 2) & witness.claims_family[behind.person]
    assert np.sort(behind.person[first]).tolist() == expected.tolist()
    assert (members["valid_from"][first] == witness.history.intake_at[behind.person[first]]).all()
    assert (members["unit_no"][first] == witness.unit_no[witness.case[behind.person[first]]]).all()
    units = made.records["e3_family_unit"]
    entered = dict(zip(units["unit_no"][::-1].tolist(), units["entered_at"][::-1].tolist()))
    assert [entered[number] for number in members["unit_no"][first].tolist()] == members["entered_at"][first].tolist()


def test_never_grouped_family_keeps_an_open_unit():
    """Nobody deletes what does not exist."""
    rows = rows_about(by_hand(DELETES), "e3_family_unit", "never_grouped")
    assert rows["valid_to"].tolist() == [NEVER]
    assert not rows_about(by_hand(DELETES), "e3_unit_deletion", "never_grouped")["rec_id"].size


@pytest.mark.parametrize("world", [lambda: by_hand(DELETES), season, spring], ids=["by hand", "season", "spring"])
def test_old_designs_leave_no_unit_of_a_separated_family_in_e3(world):
    """From the parting on no unit holds the parent and the child, and one deletion says so; rejoining makes another."""
    witness, made = world(), written(world())
    history, members = witness.history, made.records["e3_family_member"]
    behind = made.behind["e3_family_member"]
    parted = np.flatnonzero(witness.is_in_e3 & (history.parted_at != NEVER))
    assert parted.size
    first = np.isin(behind.person, parted) & (behind.visit == 0)
    assert (members["valid_to"][first] == history.parted_at[behind.person[first]]).all()
    marked = history.is_taken | history.is_alone
    later = marked[behind.person] & (behind.visit != 0)
    assert (members["valid_from"][later] == history.rejoined_at[behind.person[later]]).all()
    assert np.unique(behind.person[later]).size == (witness.is_in_e3 & (history.rejoined_at != NEVER)).sum()
    deletions = made.records["e3_unit_deletion"]
    cases = np.unique(witness.case[parted])
    assert np.sort(deletions["unit_no"]).tolist() == np.sort(witness.unit_no[cases]).tolist()
    units, lead = standing(made, "e3_family_unit", history.horizon - 1)
    of_parted = np.isin(witness.case[lead], cases) & _made_at_intake(made, units)
    assert not of_parted.any()


def _made_at_intake(made: Written, units: RecordTable) -> np.ndarray:
    """Which units are those made at intake."""
    first = made.records["e3_family_unit"]["unit_no"][made.behind["e3_family_unit"].visit == 0]
    return np.isin(units["unit_no"], first)


@pytest.mark.parametrize("world", [lambda: by_hand(KEEPS), lambda: season(KEEPS)], ids=["by hand", "season"])
def test_kept_designs_mark_members_and_delete_nothing(world):
    """The unit stands with all its members; those who were separated say so, with a code, until they are rejoined."""
    witness, made = world(), written(world())
    history, last = witness.history, witness.history.horizon - 1
    assert not len(made.records["e3_unit_deletion"])
    members, person = standing(made, "e3_family_member", last)
    marked = (history.is_taken | history.is_alone) & (history.rejoined_at == NEVER)
    assert ((members["member_status"] == MemberStatus.SEPARATED) == marked[person]).all()
    assert ((members["code"] != BLANK) == marked[person]).all()
    of_family = np.sort(person[witness.claims_family[person]])
    assert of_family.tolist() == np.flatnonzero(witness.claims_family & witness.is_in_e3).tolist()
    units, lead = standing(made, "e3_family_unit", last)
    parted, rejoined = history.parted_at[lead] != NEVER, _rejoined(witness)[witness.case[lead]]
    assert (units["status"] == np.where(rejoined, Status.RESTORED, np.where(parted, Status.SEPARATED, 0))).all()
    assert (made.behind["e3_family_unit"].visit < SECOND).all()


def _rejoined(witness: Witness) -> np.ndarray:
    """Cases of which somebody was rejoined."""
    found = np.zeros(witness.plan.case_first.size, dtype=bool)
    found[witness.case[witness.history.rejoined_at != NEVER]] = True
    return found


def test_second_units():
    """After a deletion, who stays together and who is rejoined get another unit with another number."""
    rows = rows_about(by_hand(DELETES), "e3_family_unit", "rejoined", "half", "siblings")
    assert rows["valid_from"].tolist() == [at("Mon 08:00")] * 3 + [at("Mon 08:40")] + [at("Mon 19:00")] * 2
    assert rows["valid_to"].tolist() == [at("Mon 08:40")] * 3 + [NEVER] * 3
    members = rows_about(by_hand(DELETES), "e3_family_member", "siblings")
    assert members["subject_no"][members["unit_no"] == rows["unit_no"][-1]].tolist() == [13, 15]


def test_restored_unit_keeps_its_number():
    """Whole, separated at 08:40, restored at 19:00; the sibling who has boarded is still separated."""
    rows = rows_about(by_hand(KEEPS), "e3_family_unit", "siblings")
    assert np.unique(rows["unit_no"]).size == 1
    assert rows["status"].tolist() == [Status.WHOLE, Status.SEPARATED, Status.RESTORED]
    assert rows["valid_to"].tolist() == [at("Mon 08:40"), at("Mon 19:00"), NEVER]
    members = rows_about(by_hand(KEEPS), "e3_family_member", "siblings")
    standing = members["valid_to"] == NEVER
    assert members["member_status"][standing].tolist() == [MemberStatus.SEPARATED] + [MemberStatus.TOGETHER] * 2


def test_what_was_deleted_cannot_be_restored():
    """A design that restores finds nothing of a unit that the one before it deleted: a second unit, now with status."""
    units = written(across_designs()).records["e3_family_unit"]
    assert units["status"].tolist() == [Status.WHOLE] * 2
    assert units["valid_to"].tolist() == [at("Mon 08:40"), NEVER]
    members = written(across_designs()).records["e3_family_member"]
    assert members["member_status"].tolist() == [BLANK] * 3 + [MemberStatus.TOGETHER] * 3


def test_kin_are_groups_as_often_as_the_settings_say():
    """All of them by hand; in the season a part, in the same parties whatever the design."""
    rows = rows_about(by_hand(DELETES), "e3_family_unit", "kin")
    assert rows["kind"].tolist() == [Unit.GROUP]
    assert rows_about(by_hand(DELETES), "e3_family_member", "kin")["role"].tolist() == [2, 1, 1]
    groups = [_groups(season()), _groups(season(KEEPS))]
    assert len(groups[0]) > 0 and groups[0] & groups[1] == groups[0] & _kin_taken_in(season(KEEPS))


def _groups(witness: Witness) -> set[int]:
    """Parties recorded as groups."""
    made = written(witness)
    lead = made.behind["e3_family_unit"].person[made.records["e3_family_unit"]["kind"] == Unit.GROUP]
    return set(witness.people.party_number[witness.people.party[lead]].tolist())


def _kin_taken_in(witness: Witness) -> set[int]:
    party = witness.people.party[witness.is_in_e3]
    return set(witness.people.party_number[party[witness.people.stratum[party] == Stratum.KIN_GROUP]].tolist())


@pytest.mark.parametrize("world", WORLDS)
def test_no_unit_number_is_given_twice(world):
    """Groups and second units have numbers of their own, dated by the month in which they were made."""
    units = written(world()).records["e3_family_unit"]
    new = units["status"] == Status.WHOLE
    numbers = units["unit_no"][new]
    assert np.unique(numbers).size == numbers.size
    month = clock.datetimes_of(units["entered_at"][new]).astype("datetime64[M]").astype(np.int64) % 12 + 1
    assert (numbers // 1_000_000 % 100 == month).all()


def test_there_are_no_codes_before_there_are_codes():
    """Before 19 April 2018 none, from that day on one of the eleven for each deletion."""
    deletions = written(spring()).records["e3_unit_deletion"]
    early = deletions["deleted_at"] < CODES_FROM
    assert 0 < early.sum() < early.size
    assert (deletions["code"][early] == BLANK).all()
    assert ((deletions["code"][~early] >= 0) & (deletions["code"][~early] < len(CODES))).all()


@pytest.mark.parametrize(("design", "codes"), [(KEEPS, {"FMPO", "FMH"}), (DELETES, set())])
def test_code_fits_the_ground(design, codes):
    """Prosecution without a crime on record, and health."""
    members = written(by_hand(design)).records["e3_family_member"]
    assert {CODES[code] for code in members["code"] if code != BLANK} == codes


# --- stays, court, referrals, notes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("world", WORLDS)
def test_stays_of_children_are_their_custody(world):
    """From being met to leaving CBP's hands, minute for minute; whoever is still there has no end and no reason."""
    witness, made = world(), written(world())
    stays, person = made.records["e3_detention"], made.behind["e3_detention"].person
    child = witness.people.is_child[person]
    assert np.sort(person[child]).tolist() == np.flatnonzero(witness.is_in_e3 & witness.people.is_child).tolist()
    assert (stays["in_at"] == witness.history.apprehended_at[person])[child].all()
    assert (stays["out_at"] == witness.history.left_cbp_at[person])[child].all()
    assert ((stays["out_reason"] == BLANK) == (stays["out_at"] == NEVER)).all()
    reasons = np.array(LAYOUTS["e3_detention"].every_field["out_reason"].choices)
    shelter = witness.history.exit[person] == Exit.TO_SHELTER
    assert (reasons[stays["out_reason"][shelter]] == "shelter").all()


def test_parent_back_from_court_stays_a_second_time():
    """From coming back to leaving with the children; a parent back to nobody is ICE's at once."""
    witness, made = season(), written(season())
    behind, stays = made.behind["e3_detention"], made.records["e3_detention"]
    second = behind.visit == 1
    person = behind.person[second]
    rejoined = (witness.history.back_at != NEVER) & (witness.history.rejoined_at != NEVER)
    assert np.sort(person).tolist() == np.flatnonzero(witness.is_in_e3 & rejoined).tolist() != []
    assert (stays["in_at"] == witness.history.back_at[behind.person])[second].all()
    assert (stays["out_at"] == witness.history.left_again_at[behind.person])[second].all()
    assert witness.history.is_taken[person].all()
    assert (stays["in_at"] <= stays["out_at"]).all()
    assert rows_about(by_hand(DELETES), "e3_detention", "back_to_nobody")["in_at"].tolist() == [at("Mon 08:00")] * 2


def test_prosecutions_are_those_who_were_referred():
    """One row for each adult of Border Patrol with a referral, with what became of it."""
    witness, made = season(), written(season())
    person = made.behind["e3_prosecution"].person
    expected = witness.is_in_e3 & (witness.history.prosecution_referred_at != NEVER)
    assert np.sort(person).tolist() == np.flatnonzero(expected).tolist()
    rows = made.records["e3_prosecution"]
    assert (rows["outcome"] != BLANK).all()
    outcomes = np.array(LAYOUTS["e3_prosecution"].every_field["outcome"].choices)
    heard = np.isin(outcomes[rows["outcome"]], ("time_served", "jail"))
    assert (heard == (rows["court_at"] != NEVER)).all()


@pytest.mark.parametrize(("design", "transport"), [(DELETES, 0), (LINKS, 1)])
def test_referral_is_sent_when_the_child_is_determined_to_be_alone(design, transport):
    """By mail, which nobody acknowledges, or by machine."""
    witness, made = season(design), written(season(design))
    rows, person = made.records["e3_referral"], made.behind["e3_referral"].person
    assert (rows["sent_at"] == witness.history.determined_at[person]).all()
    assert (
        np.sort(person).tolist() == np.flatnonzero(witness.is_in_e3 & (witness.history.determined_at != NEVER)).tolist()
    )
    assert (rows["transport"] == transport).all()
    acknowledged = witness.history.forwarded_at[person] if transport else NEVER
    assert (rows["acknowledged_at"] == acknowledged).all()


def test_every_note_has_the_separation_at_the_top_and_every_child():
    """One note for each parent taken, one line for each child, as e3 has the child."""
    witness, made = season(), written(season())
    notes, person = made.records["e3_narrative"], made.behind["e3_narrative"].person
    assert np.sort(person).tolist() == np.flatnonzero(witness.is_in_e3 & witness.history.is_taken).tolist()
    assert (notes["body"] == NOTES.index("separation_at_top_and_child")).all()
    lines, behind = made.records["e3_narrative_child"], made.behind["e3_narrative_child"]
    assert len(lines) == notes["children_named"].sum()
    assert (witness.case[behind.other] == witness.case[behind.person]).all()
    assert witness.people.is_child[behind.other].all()
    copy = next(copy for copy in made.copies if copy.to_table == "e3_narrative_child")
    subjects = made.records["e3_subject"]
    for written_field, read_field in copy.fields:
        assert (lines[written_field][copy.to_rec - 1] == subjects[read_field][copy.from_rec - 1]).all()


# --- every table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", E3)
@pytest.mark.parametrize("world", WORLDS)
def test_keys_are_unique_among_rows_that_stand_together(world, table):
    """No two rows with the same key stand at the same minute, at any minute."""
    rows = written(world()).records[table]
    key = rows.layout.key
    if not key:
        return
    order = np.lexsort([rows["valid_from"], *(rows[field] for field in reversed(key))])
    same = np.ones(max(order.size - 1, 0), dtype=bool)
    for field in key:
        same &= np.diff(rows[field][order]) == 0
    assert (rows["valid_to"][order][:-1] <= rows["valid_from"][order][1:])[same].all()


@pytest.mark.parametrize("world", WORLDS)
def test_what_is_entered_later_is_not_seen_before(world):
    """What was seen at a minute and not an hour later has ended; what is seen was entered."""
    witness, records = world(), written(world()).records
    for minute in range(witness.history.first_minute, witness.history.horizon, 3 * DAY):
        for table in E3:
            now, later = records[table].as_of(minute), records[table].as_of(minute + 60)
            assert (now["entered_at"] <= minute).all()
            gone = now["rec_id"][~np.isin(now["rec_id"], later["rec_id"])]
            ends = records[table]["valid_to"][np.isin(records[table]["rec_id"], gone)]
            assert (ends <= minute + 60).all()
            assert (now["valid_to"] == NEVER).all()
            came = ~np.isin(later["rec_id"], now["rec_id"])
            assert (later["entered_at"][came] > minute).all()


@pytest.mark.parametrize("table", E3)
def test_rows_of_a_table_have_each_an_address_of_their_own(table):
    """Entity and visit tell rows apart, so that each has its own luck."""
    for world in (by_hand(DELETES), season(), season(KEEPS)):
        behind = written(world).behind[table]
        assert (behind.visit < 8).all()
        assert np.unique(np.stack([behind.entity, behind.visit.astype(np.int64)]), axis=1).shape[1] == len(behind.visit)


@pytest.mark.parametrize("table", E3)
def test_numbers_tell_nothing_of_who_somebody_is(table):
    """No cell is an entity number, and numbers that are given out run from 1 in the order of entry."""
    witness, rows = season(), written(season()).records[table]
    known = np.concatenate([witness.people.number, witness.people.party_number, witness.people.event])
    for field in rows.layout.fields:
        if field.kind in ("number", "a_number"):
            assert not np.isin(rows[field.name], known[known > 1_000_000]).any()
    assert rows["rec_id"].tolist() == list(range(1, len(rows) + 1))
    assert (np.diff(rows["entered_at"]) >= 0).all()


@pytest.mark.parametrize("table", E3)
def test_a_table_is_the_same_whatever_else_is_wanted(table):
    """Alone, with what it reads, or among all."""
    alone, all_of_them = transcribe(season(), [table]).records[table], written(season()).records[table]
    assert all((alone[name] == all_of_them[name]).all() for name in alone.columns)


def test_clerks_change_nothing_of_what_happened():
    """People, plan and history are the same before and after, and so is what a second clerk writes."""
    witness = by_hand(DELETES)
    replication = witness.replication
    before = [part.digest() for part in (replication.people, replication.plan, replication.history)]
    again = transcribe(Witness(replication, witness.settings), E3)
    assert [part.digest() for part in (replication.people, replication.plan, replication.history)] == before
    for table in E3:
        columns = written(witness).records[table].columns
        assert all((again.records[table][name] == column).all() for name, column in columns.items())


def test_parties_by_hand_stand_where_the_tests_think():
    """The last party ends with the last person."""
    assert max(rows.max() for rows in ROWS.values()) == by_hand(DELETES).case.size - 1
