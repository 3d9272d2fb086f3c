"""Mistakes: how often, whose, and of what; each mechanism as often as its setting says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from tests.records.e3_worlds import season
from tests.records.mistake_worlds import (
    EVEN,
    SAME_HANDS,
    acts,
    cells,
    changed_cells,
    differing,
    flawless,
    mistakes,
    of,
    slipping,
)

from borderops.config.schema import SLIPS
from borderops.records import sheets
from borderops.records.answer_key import TABLES, CauseKind, Mechanism
from borderops.records.chances import Chances
from borderops.records.ledger import Ledger
from borderops.records.mistakes import VERBS, WHERE
from borderops.records.systems import LAYOUTS
from borderops.records.transcribe import transcribe
from borderops.records.users import slip_factor
from borderops.records.witness import Witness

ACCIDENTS = ("partial_sort", "pasted_offset", "number_as_text", "board_erased")
"""Events that befall blocks; whether each changes anything depends on those before it."""

FIRST_HAND = {"number_missing": ("e3_subject", "sigma_case")}
"""Where a mechanism is counted, should an earlier one of the same kind leave nothing to slip in."""

SHARE = 0.2


def _world(name: str) -> Witness:
    """The season; for boxes of the portal, under a design that has them."""
    return season("e3_august_2018") if name == "box_not_ticked" else season()


def test_every_slip_of_the_settings_is_a_mechanism():
    """Names of slips are names of mechanisms; cells are named that exist, and each has a verb."""
    assert all(of(name) in Mechanism for name in SLIPS)
    assert set(WHERE) == set(VERBS)
    fields = [(table, field) for tables in WHERE.values() for table in tables for field in tables[table]]
    assert all(field in LAYOUTS[table].every_field for table, field in fields)


def test_addresses_of_all_draws_differ():
    """No two fields of any tables share an index, whatever the visit, and all fit into 16 bits."""
    from borderops.records.chances import _FIELD, _VISITS, _address

    indices = [
        _address(table, field) + visit
        for table in TABLES
        for field in LAYOUTS[table].every_field
        for visit in range(_VISITS)
    ]
    assert _VISITS <= _FIELD
    assert len(set(indices)) == len(indices)
    assert max(indices) < 2**16


def test_draws_that_are_compared_in_one_pass_are_those_that_are_drawn():
    """Rows hit are those whose uniform lies below their chance, whatever the rows that are asked for."""
    draws, count = season().draws, 5_000
    entities, steps = np.arange(count, dtype=np.int64) * 77, (np.arange(count) % 8).astype(np.int16)
    places, factors = (np.arange(count) % 3).astype(np.int8), np.linspace(0, 2, count)
    chances, rows = np.array([0.0, 0.2, 0.9]), np.arange(1, count, 2, dtype=np.int32)
    hit = draws.rows_hit(rows, entities, 320, (512, steps), chances, places, factors)
    uniforms = draws.uniforms(entities, 320, 512 + steps.astype(np.int64))
    assert np.array_equal(hit, np.intersect1d(np.flatnonzero(uniforms < chances[places] * factors), rows))
    with pytest.raises(ValueError, match="65,535"):
        draws.rows_hit(rows, entities, 320, (2**16 - 4, steps), chances, places, factors)


def _chance_of(name: str) -> tuple[int, int]:
    """Acts of a mechanism at an even share, and how many there could have been: all that happen at share one."""
    if name in ACCIDENTS:
        return _accidents(name)
    tables = FIRST_HAND.get(name, ())
    counts = [acts(mistakes({name: share}, _world(name), **EVEN)[1], of(name), *tables) for share in (SHARE, 1.0)]
    return counts[0], counts[1]


def _accidents(name: str) -> tuple[int, int]:
    witness = season()
    found = []
    for share in (SHARE, 1.0):
        ledger = Ledger(flawless(witness))
        chances = Chances(ledger, Witness(witness.replication, slipping(witness.settings, {name: share}, **EVEN)))
        wiped = name == "board_erased"
        found.append(len(sheets._wipings(chances)[0]) if wiped else len(sheets._accidents(chances)))
    return found[0], found[1]


@pytest.mark.parametrize("name", SLIPS)
def test_share_of_each_mechanism_is_its_setting(name):
    """Independent acts among those that could have happened: within 99 % bounds for all mechanisms together."""
    happened, possible = _chance_of(name)
    assert possible > 0
    assert stats.binomtest(happened, possible, SHARE).pvalue > 0.01 / len(SLIPS)


@pytest.mark.parametrize(("name", "table", "fields"), [
    ("typo", "e3_subject", ("given", "middle", "surname_1", "surname_2")),
    ("off_by_a_day", "e3_detention", ("in_at", "out_at")),
    ("first_of_january", "e3_subject", ("birth_day",)),
])  # fmt: skip
@pytest.mark.parametrize("slope", [0.0, 0.8, 1.6])
def test_growth_with_load_is_recovered(name, table, fields, slope):
    """A line through error flags by load has the slope of the setting within 10 %; none where the setting is nought.

    At a share of 30 %, a hundred times what is shipped, and with equal skill; the line is fitted by least squares to
    the flags of all cells that could be hit, and its slope taken relative to its height at half load.
    """
    _, key = mistakes({name: 0.3}, slope=slope, **SAME_HANDS)
    could = mistakes({name: 1.0}, **EVEN)[1]
    load = flawless(season()).behind[table].load
    hit, possible = (cells(each, of(name), tables=(table,)) for each in (key, could))
    wanted = {list(LAYOUTS[table].every_field).index(field) for field in fields}
    rows = sorted((rec, place) for _, rec, place in possible if place in wanted)
    flags = np.array([(TABLES.index(table), rec, place) in hit for rec, place in rows])
    tenths = load[[rec - 1 for rec, _ in rows]] / 10
    fitted = stats.linregress(tenths, flags)
    at_half = fitted.intercept + 0.5 * fitted.slope
    assert at_half == pytest.approx(0.3, rel=0.05)
    scatter = 0.0 if slope else stats.norm.isf(0.001) * fitted.stderr / at_half  # nothing to be relative to
    assert fitted.slope / at_half == pytest.approx(slope, rel=0.1, abs=scatter)


def test_even_rates_know_neither_load_nor_hand():
    """With even rates, correlations of error flags with load are within 0.01 of nought, and hands do not differ."""
    witness = season()
    _, key = mistakes({"typo": 0.3}, slope=1.6, even_rates=True, operator_variation=2.0)
    table = flawless(witness).records["e3_subject"]
    flags = np.zeros(len(table))
    hit = key.changes.rec_id[
        (key.changes.table == TABLES.index("e3_subject")) & (key.changes.mechanism == Mechanism.TYPO)
    ]
    np.add.at(flags, hit - 1, 1)
    chosen = flawless(witness).behind["e3_subject"].visit == 0
    load = flawless(witness).behind["e3_subject"].load[chosen]
    assert abs(np.corrcoef(load, flags[chosen])[0, 1]) < 0.02
    _, place = np.unique(table["entered_by"][chosen], return_inverse=True)
    count = np.bincount(place)
    means, often = np.bincount(place, flags[chosen]) / count, count > 100
    assert often.sum() > 20
    assert means[often].std() < 2 * flags[chosen].std() / np.sqrt(count[often].mean())


def test_hands_differ_by_their_skill():
    """Users slip in proportion to a factor of their own, whose mean over many users is one and whose spread is set."""
    witness = season()
    many = slip_factor(np.arange(200_000, dtype=np.int32), 1.0, witness.draws)
    assert (many.mean(), many.std()) == pytest.approx((1.0, 1.0), rel=0.02)
    users, rows = np.unique(flawless(witness).records["e3_subject"]["entered_by"], return_counts=True)
    slips = [_slips_of(users, variation) for variation in (0.0, 1.0)]
    factors = slip_factor(users, 1.0, witness.draws)
    assert slips[1].sum() / (rows * factors).sum() == pytest.approx(slips[0].sum() / rows.sum(), rel=0.05)
    often = rows > 100
    assert np.corrcoef((slips[1] / rows)[often], factors[often])[0, 1] > 0.95


def _slips_of(users: np.ndarray, variation: float) -> np.ndarray:
    """Typing errors in e3 by user."""
    _, key = mistakes({"typo": 0.1}, operator_variation=variation)
    own = (key.changes.mechanism == Mechanism.TYPO) & (key.changes.table == TABLES.index("e3_subject"))
    return np.bincount(np.searchsorted(users, key.changes.operator[own]), minlength=users.size)


def test_guidance_lowers_the_rate():
    """Where guidance is in force, a slip happens as much more rarely as its factor says."""
    from borderops.records.designs import rates

    share = season().settings.records.slips["number_missing"]
    without, guided = rates(share)
    np.testing.assert_allclose(guided / without, share.guided_factor)


@pytest.mark.parametrize("name", [name for name in SLIPS if name not in ACCIDENTS])
def test_a_higher_rate_hits_the_same_and_more(name):
    """Whatever a low rate spoils a higher one spoils too."""
    (_, low), (_, high) = (mistakes({name: share}, _world(name)) for share in (0.05, 0.3))
    gone = set(zip(high.rows.table[high.rows.is_missing].tolist(), high.rows.rec_id[high.rows.is_missing].tolist()))
    assert {cell for cell in cells(low) if cell[:2] not in gone} <= cells(high)
    for is_missing in (True, False):
        told = [_rows(key, is_missing) for key in (low, high)]
        assert told[0] <= told[1]
    assert acts(low, of(name)) < acts(high, of(name))


def _rows(key, is_missing: bool) -> set:
    """Rows that are missing, by number; rows that were added, by what tells them from others."""
    rows = key.rows
    own = rows.is_missing == is_missing
    told = (rows.table, rows.rec_id if is_missing else rows.twin, rows.at, rows.operator)
    return set(zip(*(column[own].tolist() for column in told)))


@pytest.mark.parametrize("name", ACCIDENTS)
def test_a_higher_rate_brings_the_same_accidents_and_more(name):
    """Accidents of a low rate happen at the same minutes at a higher one."""
    keys = [mistakes({name: share})[1] for share in (0.2, 0.6)]
    causes = [set(zip(key.causes.begins_at.tolist(), key.causes.station.tolist())) for key in keys]
    assert len(causes[0]) > 0
    assert causes[0] <= causes[1]


def test_no_entry_without_a_change_and_no_change_without_an_entry():
    """Every entry differs from what it found; cells that differ in the end are those of the key, and no other."""
    records, key = mistakes()
    assert (key.changes.meant != key.changes.written).all()
    differ = changed_cells(records, flawless(season()))
    assert differ <= cells(key)
    # A cell that was spoiled twice may happen to read as it should.
    assert len(cells(key) - differ) < 20


def test_each_cause_explains_something():
    """Causes are used; an act at one desk is one cause, and its kind follows from its mechanism."""
    _, key = mistakes()
    used = np.unique(np.concatenate([key.changes.cause, key.rows.cause, key.lost.cause]))
    assert np.array_equal(used, np.arange(key.causes.kind.size))
    steering = key.causes.mechanism < Mechanism.TYPO
    out = key.causes.kind == CauseKind.OUTAGE  # explains lost messages, which are a steering act elsewhere
    assert np.array_equal(steering & ~out, key.causes.kind == CauseKind.STEERING_ACT)


@pytest.mark.parametrize(
    "table", ["e3_subject", "e3_family_member", "portal_child", "earm_comment", "local_sheet_version"]
)
def test_slips_of_a_table_do_not_depend_on_other_tables(table):
    """A table reads the same whether or not others are kept beside it."""
    witness = season()
    alone, _ = make_alone(witness, table)
    everything, _ = mistakes()
    for field, kind in LAYOUTS[table].every_field.items():
        one, other = alone.frame(table)[field], everything.frame(table)[field]
        assert one.equals(other), (field, kind)


def make_alone(witness: Witness, table: str):
    """Mistakes in one table and those that it copies from."""
    from borderops.records.mistakes import make_mistakes

    return make_mistakes(transcribe(witness, [table]), witness)


def test_mistakes_are_the_same_every_time():
    """Same seed, same mistakes."""
    (one, first), (other, second) = mistakes(), mistakes()
    assert differing(one, other) == []
    assert first.changes.digest() == second.changes.digest()


def test_what_clerks_wrote_is_left_alone():
    """Making mistakes changes nothing in the flawless tables, nor in their lexicon."""
    written = transcribe(season())
    size = len(written.records.lexicon)
    mistakes(0.3)
    assert differing(flawless(season()).records, written.records) == []
    assert len(flawless(season()).records.lexicon) == size


def test_released_rows_and_what_stands_behind_them_are_equally_many():
    """Truth is told of each released row, in its order; rows are in the order of their numbers."""
    records, key = mistakes()
    for name, table in records.tables.items():
        assert len(table) == key.behind[name].person.size
        assert (np.diff(table["rec_id"]) > 0).all()


def test_links_that_the_history_used_stay_readable():
    """Slips leave alone the numbers that tie tables together, reason codes, and the parent's number in mail."""
    _, key = mistakes(0.3)
    slips = (key.changes.mechanism >= Mechanism.TYPO) & (key.changes.mechanism != Mechanism.COPIED)
    spoiled = {
        f"{TABLES[table]}.{list(LAYOUTS[TABLES[table]].every_field)[field]}"
        for table, field in zip(key.changes.table[slips], key.changes.field[slips])
    }
    ties = {"unit_no", "subject_no", "case_no", "portal_no", "person_no", "sigma_no", "child_sigma_no", "code"}
    assert not {name for name in spoiled if name.split(".")[1] in ties}
    assert not spoiled & {"mail_message.parent_a_number", "portal_separation.parent_a_number"}
