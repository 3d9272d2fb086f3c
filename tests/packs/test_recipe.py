"""Recipes: rates of errors from a planner's own table, in place of those that are shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tests.records.e3_worlds import season
from tests.records.mistake_worlds import acts, flawless, of

from borderops.commands.dataset import read_words
from borderops.config.schema import SLIPS
from borderops.exceptions import ConfigError, FileProblem
from borderops.packs.recipe import read_recipe
from borderops.records.answer_key import TABLES
from borderops.records.mistakes import make_mistakes
from borderops.records.systems import LAYOUTS
from borderops.records.witness import Witness

EVEN = ("records.even_rates=true",)


def recipe(folder: Path, text: str) -> Path:
    """A file with rows of a recipe."""
    path = folder / "recipe.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rates_of_a_recipe_replace_those_shipped(tmp_path):
    """What a row names is set; what none names stays, or is set as others are; settings that are given go before."""
    path = recipe(tmp_path, "type,rate,load_slope\ntypo,0.04,0\nwrong_digit,0.01,\nothers,0,\n")
    slips = read_words([f"recipe={path}"]).composed.settings.records.slips
    assert (slips["typo"].share, slips["typo"].load_slope) == (0.04, 0.0)
    assert (slips["wrong_digit"].share, slips["wrong_digit"].load_slope) == (0.01, 0.8)
    assert {slips[name].share for name in SLIPS if name not in ("typo", "wrong_digit")} == {0.0}
    given = read_words([f"recipe={path}", "records.slips.typo.share=0.5"]).composed.settings.records.slips
    assert given["typo"].share == 0.5


def test_a_rate_of_a_field_is_of_that_field(tmp_path):
    """Of one table where it is named, else of all that the type can befall; others keep the type's rate in general."""
    path = recipe(
        tmp_path, "field,type,rate,load_slope\ngiven,typo,0.02,0.5\ne3_subject.surname_1,typo,0.03,\n,typo,0.01,\n"
    )
    shipped, records = (
        read_words([]).composed.settings.records,
        read_words([f"recipe={path}"]).composed.settings.records,
    )
    found = {(one.table, one.field): one.share for one in records.rates_of_fields}
    assert found == {
        ("e3_subject", "given"): 0.02, ("sigma_case", "given"): 0.02, ("e3_subject", "surname_1"): 0.03,
    }  # fmt: skip
    assert (records.slips["typo"].share, records.slips["typo"].load_slope) == (0.01, 0.5)
    assert all(records.slips[name] == shipped.slips[name] for name in SLIPS if name != "typo")
    alone = recipe(tmp_path, "field,type,rate\na_number,wrong_digit,0.02\n")
    records = read_words([f"recipe={alone}"]).composed.settings.records
    assert records.slips == shipped.slips and len(records.rates_of_fields) == 2


def test_realised_rates_of_fields_are_those_of_the_recipe(tmp_path):
    """Of typos in given names, in first surnames and in all other fields: each within 99 % bounds of its own rate."""
    text = "field,type,rate\ngiven,typo,0.08\nsurname_1,typo,0.02\n,typo,0.04\n,others,0\n"
    records = read_words([f"recipe={recipe(tmp_path, text)}", *EVEN]).composed.settings.records
    every = records.model_copy(
        update={"slips": {**records.slips, "typo": _always(records.slips["typo"])}, "rates_of_fields": []}
    )
    found, possible = (_typos(_key(one)) for one in (records, every))
    for field, rate in {"given": 0.08, "surname_1": 0.02, "middle": 0.04, "surname_2": 0.04}.items():
        assert stats.binomtest(found[field], possible[field], rate).pvalue > 0.01 / 4, field
    assert found["given"] > 2 * found["surname_1"] > 0


def _typos(key) -> dict[str, int]:
    """Independent causes of typos by field of e3_subject; a row may have several."""
    changes, fields = key.changes, list(LAYOUTS["e3_subject"].every_field)
    own = (changes.table == TABLES.index("e3_subject")) & (changes.mechanism == of("typo")) & (changes.hop == 0)
    return {name: int(np.unique(changes.cause[own & (changes.field == at)]).size) for at, name in enumerate(fields)}


def test_a_rate_for_a_field_that_cannot_be_hit_is_refused():
    """Given among settings as well, it would move nothing: it is told, with the fields that can be."""
    records = read_words(["records.rates_of_fields=[{slip: typo, table: e3_subject, field: age, share: 0.1}]"])
    with pytest.raises(
        ConfigError, match=r"rates_of_fields\[0\] is for typo of e3_subject.age; allowed: e3_subject.given"
    ):
        _key(records.composed.settings.records)
    rows = ",".join(["{slip: typo, table: e3_subject, field: given, share: 0.9}"] * 2)
    with pytest.raises(ConfigError) as problem:
        read_words([f"records.rates_of_fields=[{rows}]"])
    assert any("under full load" in one for one in problem.value.problems)
    assert any("a rate that rates_of_fields[0] gives" in one for one in problem.value.problems)


def test_realised_rates_are_those_of_the_recipe(tmp_path):
    """Independent causes among those that a rate of one would bring: within 99 % bounds, and none of other types."""
    rates = {"typo": 0.05, "day_and_month_swapped": 0.03, "names_swapped": 0.02, "off_by_a_day": 0.04}
    rows = "\n".join(f"{name},{rate}" for name, rate in rates.items())
    words = [f"recipe={recipe(tmp_path, f'type,rate{chr(10)}others,0{chr(10)}{rows}{chr(10)}')}", *EVEN]
    records = read_words(words).composed.settings.records
    key = _key(records)
    slips = {of(name) for name in SLIPS}  # acts that steer the history have rates of their own
    assert {one for one in np.unique(key.causes.mechanism) if one in slips} == {of(name) for name in rates}
    for name, rate in rates.items():
        all_of_it = records.model_copy(update={"slips": {**records.slips, name: _always(records.slips[name])}})
        one = {"off_by_a_day": "e3_detention"}.get(name, "e3_subject")  # others hold copies of what stands there
        found, possible = acts(key, of(name), one), acts(_key(all_of_it), of(name), one)
        assert stats.binomtest(found, possible, rate).pvalue > 0.01 / len(rates)


def _always(act):
    return act.model_copy(update={"share": 1.0})


def _key(records):
    witness = season()
    settings = witness.settings.model_copy(update={"records": records})
    return make_mistakes(flawless(witness), Witness(witness.replication, settings))[1]


@pytest.mark.parametrize(("text", "complaint"), [
    ("type,rate\ntypos,0.1\n", "recipe.csv, row 1: type is typos; did you mean typo? allowed: typo, "),
    ("type,rate\ntypo,1.5\n", "recipe.csv, row 1: rate is 1.5; allowed: a number from 0 to 1"),
    ("type,rate\ntypo,nan\n", "recipe.csv, row 1: rate is nan; allowed: a number from 0 to 1"),
    ("type,rate\ntypo,\n", "recipe.csv, row 1: rate is empty; allowed"),
    ("type,rate,load_slope\ntypo,0.1,3\n", "recipe.csv, row 1: load_slope is 3; allowed: a number from 0 to 2"),
    ("field,type,rate\ngiven,typo,0.1\nage,typo,0.2\n", "row 2: field is age, where typo cannot happen; allowed: "),
    ("field,type,rate\nage,row_twice,0.1\n", "row_twice cannot happen; allowed: nothing, or left empty"),
    ("field,type,rate\nage,others,0.1\n", "field is age, where others cannot happen; allowed: nothing, or left empty"),
    ("type,rate\ntypo,0.1\ntypo,0.2\n", "row 2: type typo has another rate than in an earlier row"),
    ("field,type,rate\ngiven,typo,0.1\ne3_subject.given,typo,0.2\n", "another rate for e3_subject.given than in"),
    ("type,rate,load_slope\ntypo,0.1,1\ntypo,0.1,2\n", "row 2: type typo has another load_slope or guided_factor"),
    ("type,ratio\ntypo,0.1\n", "recipe has no column rate; allowed: type, rate and, if wanted,"),
    ("type,rate\n", "recipe.csv holds no rate"),
    ("type,rate\ntypo,0.1,9\n", "recipe has a column without a name"),
])  # fmt: skip
def test_what_is_wrong_is_told_by_row(tmp_path, text, complaint):
    """A sentence each, with what is allowed."""
    with pytest.raises(ConfigError) as problem:
        read_recipe(recipe(tmp_path, text))
    assert any(complaint in one for one in problem.value.problems)


def test_all_problems_come_at_once(tmp_path):
    """Those of the recipe with those of other words; a file that is not there is one of them."""
    path = recipe(tmp_path, "type,rate\ntypos,2\n")
    with pytest.raises(ConfigError) as problem:
        read_words([f"recipe={path}", "size=3k"])
    assert len(problem.value.problems) == 3
    with pytest.raises(ConfigError) as problem:
        read_words(["recipe=nowhere.csv", "size=3k"])
    assert any("nowhere.csv cannot be read: no such file" in one for one in problem.value.problems)
    with pytest.raises(FileProblem):
        read_recipe(tmp_path)
