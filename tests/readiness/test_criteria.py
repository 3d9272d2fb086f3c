"""Criteria: what a file may say, all that is wrong with one told at once, and the digest that names them."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from borderops.config import places
from borderops.exceptions import ConfigError
from borderops.forecast.kpis import KPIS
from borderops.readiness.criteria import (
    DEFAULT,
    Basis,
    Criteria,
    criteria_of,
    parse_criteria,
    read_criteria,
    shipped,
)
from borderops.readiness.plan_facts import FACTS

FILE = {
    "title": "Of a planner",
    "alpha": 0.05,
    "confidence": 0.9,
    "valid_days": 30,
    "criteria": {
        "custody": {
            "title": "Children leave within 72 hours",
            "kpi": "share_over_72h_separated",
            "group_kind": "age_band",
            "groups": ["0-4", "5-12"],
            "at_most": 0.05,
            "if_nobody": "met",
            "basis": "statute",
            "ground": "8 U.S.C. 1232(b)(3)",
            "owner": "CBP",
            "levers": ["coordinators"],
            "limit": {"grade": "assumed", "low": 0, "high": 0.1, "source": "a round planner's value"},
        },
        "units": {
            "title": "Units outlive a separation",
            "fact": "unit_is_kept",
            "basis": "recommendation",
            "ground": "OIG-20-06 recommendation 1",
            "owner": "CBP",
        },
    },
}


def changed(path: str, value: object) -> dict:
    """The file with one value set, or taken away."""
    whole = copy.deepcopy(FILE)
    *above, last = path.split(".")
    place = whole
    for part in above:
        place = place[part]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return whole


def problems_of(raw: object) -> list[str]:
    """What is wrong with a file."""
    with pytest.raises(ConfigError) as caught:
        parse_criteria(raw, "mine")
    return caught.value.problems


def made() -> Criteria:
    """The criteria of the file."""
    return parse_criteria(FILE, "mine")


def test_a_file_says_what_it_says():
    """Words, numbers and groups arrive as they stand; what is not said is what a criterion means by default."""
    custody, units = made()
    assert (custody.kpi, custody.at_most, custody.confidence, custody.noise) == (
        "share_over_72h_separated",
        0.05,
        0.9,
        0,
    )
    assert custody.groups == ("0–4", "5–12") and custody.basis is Basis.STATUTE and custody.limit.high == 0.1
    assert (units.kpi, units.fact, units.if_nobody, units.limit) == (None, "unit_is_kept", "missing", None)
    assert made().kpis == ["share_over_72h_separated"] and made().fewest == 29


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("title", None, "title is not given"),
        ("alpha", 5, "alpha is 5; allowed: a number above 0 and at most 0.2"),
        ("valid_days", 0, "valid_days is 0; allowed: a whole number"),
        ("criteria", {}, "allowed: criteria by name, one at least"),
        ("alpah", 0.05, "alpah is not a setting; did you mean alpha?"),
        ("criteria.custody.kpi", "share_over_72h_seperated", "did you mean share_over_72h_separated?"),
        ("criteria.custody.kpi", None, "criteria.custody names neither a KPI nor a fact"),
        ("criteria.custody.fact", "unit_is_kept", "criteria.custody names both a KPI and a fact"),
        ("criteria.units.fact", "unit_is_keept", "did you mean unit_is_kept?"),
        ("criteria.units.at_most", 1, "criteria.units.at_most is 1; allowed: none, since the fact is yes or no"),
        ("criteria.units.group_kind", "station", "allowed for a fact: all"),
        ("criteria.custody.at_most", None, "criteria.custody has 0 limits"),
        ("criteria.custody.at_least", 0.5, "criteria.custody has 2 limits"),
        ("criteria.custody.at_most", "5 %", "criteria.custody.at_most is '5 %'; allowed: a number"),
        (
            "criteria.custody.confidence",
            0.5,
            "criteria.custody.confidence is 0.5; allowed: a share of seasons above 0.5",
        ),
        ("criteria.custody.noise", -1, "criteria.custody.noise is -1; allowed: a number of 0 or more"),
        ("criteria.custody.basis", "statut", "did you mean statute?"),
        ("criteria.custody.if_nobody", "fine", "criteria.custody.if_nobody is 'fine'; allowed: met, missing"),
        ("criteria.custody.group_kind", "ageband", "did you mean age_band?"),
        ("criteria.custody.ground", None, "criteria.custody.ground is not given"),
        ("criteria.custody.owner", "", "criteria.custody.owner is ''; allowed: text"),
        ("criteria.custody.levers", "beds", "criteria.custody.levers is 'beds'; allowed: a list of words"),
        ("criteria.custody.is_legal", "yes", "criteria.custody.is_legal is 'yes'; allowed: true or false"),
        ("criteria.custody.known_on", 2018, "criteria.custody.known_on is 2018; allowed: a date"),
        ("criteria.custody.atmost", 1, "criteria.custody.atmost is not a setting; did you mean at_most?"),
        ("criteria.custody.limit", None, "criteria.custody.limit is not given"),
        ("criteria.custody.limit.low", None, "an assumed number needs low and high"),
        ("criteria.custody.limit.high", 0.01, "allowed: a range around 0.05"),
        ("criteria.custody.limit.grade", "guessed", "allowed: observed, assumed"),
        ("criteria.custody.limit.source", "me", "criteria.custody.limit.source is 'me'"),
    ],
)
def test_what_cannot_be_used_is_told_with_what_is_allowed(path, value, told):
    """A sentence names the key, its value, what is allowed, and the nearest word where one comes close."""
    assert any(told in problem for problem in problems_of(changed(path, value)))


def test_all_problems_are_told_at_once():
    """Three slips in three places make three sentences."""
    whole = changed("alpha", 2)
    whole["criteria"]["custody"]["kpi"] = "nothing_of_the_kind"
    del whole["criteria"]["units"]["owner"]
    assert len(problems_of(whole)) == 3


def test_a_file_that_holds_no_criteria_is_refused():
    """A list, or nothing at all, is no file of criteria."""
    assert "holds no criteria" in problems_of(["custody"])[0] and "holds no criteria" in problems_of(None)[0]


def test_a_name_that_stands_there_twice_is_refused(tmp_path):
    """Of two limits under one name none may vanish without a word."""
    path = tmp_path / "twice.yaml"
    path.write_text(yaml.safe_dump(FILE) + "alpha: 0.1\n")
    with pytest.raises(ConfigError, match="alpha stands there twice"):
        read_criteria(str(path))


def test_a_file_is_found_by_name_or_path(tmp_path, monkeypatch):
    """Shipped ones by name, a planner's by path; what is not there comes with the nearest name."""
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(yaml.safe_dump(FILE))
    assert read_criteria("mine.yaml").name == "mine"
    assert read_criteria(DEFAULT).name == DEFAULT
    for asked, told in (("defalt", "did you mean default?"), ("nime.yaml", "did you mean mine.yaml?")):
        with pytest.raises(ConfigError, match=told.replace("?", r"\?")):
            read_criteria(asked)
    Path("broken.yaml").write_text("title: [")
    with pytest.raises(ConfigError, match="is no YAML"):
        read_criteria("broken.yaml")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("criteria.custody.at_most", 0.051),
        ("criteria.custody.confidence", 0.95),
        ("criteria.custody.noise", 0.001),
        ("criteria.custody.if_nobody", "missing"),
        ("criteria.custody.groups", ["0-4"]),
        ("criteria.custody.ground", "another one"),
        ("criteria.custody.limit.source", "another planner's value"),
        ("criteria.units.fact", "unit_is_searchable"),
        ("criteria.units.is_legal", True),
        ("alpha", 0.01),
        ("valid_days", 31),
        ("confidence", 0.8),
    ],
)
def test_any_change_is_another_digest(path, value):
    """A verdict names the digest, so that nobody can change a limit after it."""
    assert parse_criteria(changed(path, value), "mine").digest != made().digest


def test_the_digest_knows_neither_order_nor_name():
    """The same criteria in another order, under another name, are the same."""
    criteria = made()
    turned = criteria_of("other", criteria.title, criteria.alpha, criteria.valid_days, criteria.criteria[::-1])
    assert turned.digest == criteria.digest
    assert criteria_of("mine", criteria.title, criteria.alpha, criteria.valid_days, criteria.criteria[:1]).digest != (
        criteria.digest
    )


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_criteria_can_be_read(name):
    """Each limit of a KPI or number has a grade and a source; a legal ground says since when it is known."""
    for one in read_criteria(name):
        assert one.kpi in KPIS or one.fact in FACTS
        assert (one.limit is None) == (one.at_most is None and one.at_least is None)
        assert not one.is_legal or one.known_on is not None
        assert one.limit is None or one.limit.grade == "observed" or one.limit.low <= one.limit.high


def test_the_default_asks_for_what_a_review_has_to_ask():
    """Custody by age, beds by kind, courts, links, count, mail, reunification, overtime, guidance, design, law."""
    criteria = read_criteria()
    by_kpi = {(one.kpi, one.group_kind) for one in criteria if one.kpi}
    assert {(f"share_over_72h_{who}", "age_band") for who in ("separated", "alone", "minors")} <= by_kpi
    assert {("shelter_occupancy_peak", "bed_kind"), ("shelter_days_full", "bed_kind")} <= by_kpi
    wanted = {"share_referrals_lapsed", "share_links_not_at_once", "share_links_not_in_a_day", "official_count_off",
              "share_children_mail_lost", "share_not_reunited_14d", "share_not_reunited_30d", "overtime_share",
              "court_slots_used", "children_separated_without_finding"}  # fmt: skip
    assert wanted <= set(criteria.kpis)
    facts = {one.fact for one in criteria if one.fact}
    assert facts == set(FACTS)
    legal = {one.name for one in criteria if one.is_legal}
    assert legal == {"no_separation_without_finding", "prosecution_ends"}
    assert criteria.fewest <= 60


def test_limits_without_a_number_of_their_own_are_all_alike():
    """No limit was set with a result at hand: where the ground names no share, one in twenty, for every criterion."""
    for one in read_criteria():
        if one.limit is not None and one.limit.grade == "assumed" and one.name != "nobody_waits_for_a_bed":
            assert (one.at_most, one.limit.low, one.limit.high) in ((0.05, 0, 0.1), (0.95, 0.9, 1)), one.name


def test_criteria_are_no_group_of_settings():
    """The folder lies beside the config groups, and readiness=default is no setting."""
    assert places.READINESS not in places.group_options()
    assert (places.conf_folder() / places.READINESS / f"{DEFAULT}.yaml").is_file()


def test_a_criterion_is_found_by_its_name():
    """Iterating gives all in the order of the file; a name gives one."""
    criteria = made()
    assert [one.name for one in criteria] == ["custody", "units"] and criteria["units"].fact == "unit_is_kept"
    assert replace(criteria["custody"], at_most=0.1).at_most == 0.1
