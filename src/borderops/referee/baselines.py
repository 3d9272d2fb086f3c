"""Baselines: published audit rules and plain comparisons, as outputs of a tool like any other.

They read the observed tables of a pack and nothing else, and are scored through the same door.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from borderops.audit.checks import STAYS, run_checks
from borderops.audit.findings import TABLES, Check, Pairs
from borderops.audit.linkage import LATEST, hhs_rule, matching_rules, port_rules
from borderops.audit.lists import Period, official_list
from borderops.records.spelling import plain
from borderops.records.systems import CODES, LAYOUTS
from borderops.referee.observed_records import read_records
from borderops.referee.pack import OWN_NUMBERS, Pack

COLUMNS: Final = ("table_l", "rec_id_l", "table_r", "rec_id_r")
OF_THE_RULE: Final = ("e3_event", "e3_subject", "e3_family_unit", "e3_family_member", "sigma_case", "sigma_family_link")
OF_HHS: Final = ("e3_event", "e3_subject", "sigma_case", "earm_case", "portal_child")
OF_LISTS: Final = ("e3_subject", "e3_unit_deletion", "e3_family_member")
NOTES_IN_WORDS: Final = "e3_note_text"
FRONT, BEHIND = ("e3_subject", "sigma_case"), ("earm_case", "portal_child")
NAMES: Final = {
    "e3_subject": ("given", "surname_1", "surname_2"),
    "sigma_case": ("given", "surname_1", "surname_2"),
    "earm_case": ("given", "surname_1", "surname_2"),
    "portal_child": ("first_name", "last_name"),
}
"""Fields whose texts, one behind the other, are somebody's name."""


@dataclass(frozen=True)
class Baseline:
    """A rule that any tool should do better than.

    Parameters
    ----------
    name : str
    task : str
    says : str
    make : callable
        From a pack to an output: pairs with `COLUMNS`, a list, cells or an estimate.
    """

    name: str
    task: str
    says: str
    make: Callable[[Pack], pd.DataFrame]


def write_baseline(pack: Pack, baseline: Baseline, path: Path) -> None:
    """Write what a baseline puts out, as Parquet.

    Parameters
    ----------
    pack : Pack
    baseline : Baseline
    path : Path
    """
    pairs = baseline.make(pack).drop_duplicates(ignore_index=True)
    pq.write_table(pa.Table.from_pandas(pairs, preserve_index=False).replace_schema_metadata(), path)


# --- published rules ----------------------------------------------------------------------------------------------


def _report(is_refined: bool) -> Callable[[Pack], pd.DataFrame]:
    """The report's rule at stations and, with days for events, at ports of entry."""

    def make(pack: Pack) -> pd.DataFrame:
        records = read_records(pack, OF_THE_RULE)
        return pd.concat([_frame(rules(records)[is_refined]) for rules in (matching_rules, port_rules)])

    return make


def _hhs(pack: Pack) -> pd.DataFrame:
    return _frame(hhs_rule(read_records(pack, OF_HHS)))


def _frame(pairs: Pairs) -> pd.DataFrame:
    names = np.array(TABLES, dtype=object)
    columns = (names[pairs.adult_table], pairs.adult_rec, names[pairs.child_table], pairs.child_rec)
    return pd.DataFrame(dict(zip(COLUMNS, columns)))


# --- plain comparisons --------------------------------------------------------------------------------------------


def _same_number(pack: Pack) -> pd.DataFrame:
    left, right = (_keyed(pack, tables, _number) for tables in (FRONT, BEHIND))
    return _equal(left, right)


def _same_name_and_birth(pack: Pack) -> pd.DataFrame:
    left, right = (_keyed(pack, tables, _name_and_birth) for tables in (FRONT, BEHIND))
    return _equal(left, right)


def _same_number_in_mail(pack: Pack) -> pd.DataFrame:
    mail = _keyed(pack, ("mail_message",), lambda name, table: _text(table, "child_a_number"))
    return _equal(_keyed(pack, ("portal_child",), _number), mail)


def _keyed(pack: Pack, tables: tuple[str, ...], key: Callable[[str, pd.DataFrame], pd.Series]) -> pd.DataFrame:
    """The last row of each person of some tables, with a key; rows without one are left out."""
    parts = []
    for name in tables:
        table = pack.observed(name).to_pandas()
        if name in OWN_NUMBERS:
            table = table.sort_values("rec_id").drop_duplicates(OWN_NUMBERS[name], keep="last")
        parts.append(pd.DataFrame({"table": name, "rec_id": table["rec_id"], "key": key(name, table)}))
    return pd.concat(parts).dropna(subset="key")


def _equal(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    both = left.merge(right, on="key", suffixes=("_l", "_r"))
    return both[list(COLUMNS)]


def _number(name: str, table: pd.DataFrame) -> pd.Series:
    del name
    return _text(table, "a_number")


def _text(table: pd.DataFrame, column: str) -> pd.Series:
    return table[column].astype("Int64").astype("string")


def _name_and_birth(name: str, table: pd.DataFrame) -> pd.Series:
    parts = [table[field].astype("string").fillna("") for field in NAMES[name]]
    words = parts[0]
    for part in parts[1:]:
        words = words + " " + part
    words = words.str.split().str.join(" ")
    folded = words.map({text: plain(text) for text in words.unique()})
    birth = table["birth_day"].astype("string")
    return (folded + "|" + birth).where((words != "") & birth.notna())


# --- lists, cells and a number --------------------------------------------------------------------------------------


def _official_list(pack: Pack) -> pd.DataFrame:
    """Children under any code, whenever separated."""
    records = read_records(pack, OF_LISTS)
    listed = official_list(records, LATEST, Period(-LATEST, LATEST, CODES))
    children = listed.rec_id[listed.is_child & (listed.rec_id >= 0)]
    return pd.DataFrame({"table": "e3_subject", "rec_id": np.unique(children)})


def _number_not_on_the_list(pack: Pack) -> pd.DataFrame:
    """Entries whose number no record has, and children on no list of whom mail gives a parent's number."""
    entries = pack.observed("list_entry").to_pandas()
    listed = _text(entries, "a_number")
    known = set(_keyed(pack, (*FRONT, "portal_child"), _number)["key"])
    false = entries.loc[listed.notna() & ~listed.isin(known), "rec_id"]
    mail = pack.observed("mail_message").to_pandas()
    told = set(_text(mail[mail["parent_a_number"].notna()], "child_a_number")) - set(listed.dropna())
    children = _keyed(pack, ("portal_child",), _number)
    missing = children.loc[children["key"].isin(told), ["table", "rec_id"]]
    return pd.concat([pd.DataFrame({"table": "list_entry", "rec_id": false}), missing], ignore_index=True)


def _published_checks(pack: Pack) -> pd.DataFrame:
    """The field that each failed check speaks of; of age and date of birth the age, which is reckoned again."""
    records = read_records(pack, tuple(LAYOUTS))
    found = run_checks(records, (Check.AGE_AGAINST_BIRTH, Check.IMPOSSIBLE_DATE))
    parts = [pd.DataFrame({"table": [], "rec_id": [], "field": []})]
    for name, table in records.tables.items():
        for check, fields in ((Check.AGE_AGAINST_BIRTH, ("age",)), (Check.IMPOSSIBLE_DATE, STAYS.get(name, ())[1:])):
            rows = found.of(check, name)
            parts += [pd.DataFrame({"table": name, "rec_id": rows, "field": field}) for field in fields]
        if "birth_day" in table.columns:
            born = found.of(Check.IMPOSSIBLE_DATE, name)
            parts.append(pd.DataFrame({"table": name, "rec_id": born, "field": "birth_day"}))
    return pd.concat(parts, ignore_index=True).astype({"rec_id": "int64"})


def _two_systems(pack: Pack) -> pd.DataFrame:
    """Dates of birth that differ from those of the same A-number where the person was first written down."""
    front, behind = (_with_birth(pack, tables) for tables in (FRONT, BEHIND))
    both = behind.merge(front.drop_duplicates("key", keep=False), on="key", suffixes=("", "_first"))
    differ = both[both["birth_day"] != both["birth_day_first"]]
    return differ[["table", "rec_id"]].assign(field="birth_day", value=differ["birth_day_first"])


def _with_birth(pack: Pack, tables: tuple[str, ...]) -> pd.DataFrame:
    found = _keyed(pack, tables, _number)
    births = [pack.observed(name).to_pandas()[["rec_id", "birth_day"]].assign(table=name) for name in tables]
    return found.merge(pd.concat(births), on=["table", "rec_id"]).dropna().astype({"birth_day": "string"})


def _rows_twice(pack: Pack) -> pd.DataFrame:
    """Rows that are equal to an earlier one in everything but their number."""
    parts = []
    for name in pack.catalogue.sizes:
        table = pack.observed(name).to_pandas().sort_values("rec_id")
        again = table.duplicated([column for column in table.columns if column != "rec_id"])
        parts.append(pd.DataFrame({"table": name, "rec_id": table.loc[again, "rec_id"]}))
    return pd.concat(parts, ignore_index=True)


def _patterns(pack: Pack) -> pd.DataFrame:
    """The word before a number of years or behind CHILD, and the word SEPARATED anywhere."""
    notes, found = pack.observed(NOTES_IN_WORDS).to_pandas(), []
    for rec_id, text in zip(notes["rec_id"], notes["text"]):
        found += [(rec_id, "separation", "yes")] * ("SEPARATED" in text)
        found += [(rec_id, "child_given", name) for name in re.findall(r"CHILD:? (\w+),", text)]
        found += [(rec_id, "child_age", age) for age in re.findall(r"(?:AGE|,) (\d+)", text)]
    made = pd.DataFrame(found, columns=["rec_id", "fact", "value"])
    return made.assign(table=NOTES_IN_WORDS)[["table", "rec_id", "fact", "value"]]


def _two_lists(pack: Pack) -> pd.DataFrame:
    """Chapman's estimate from two lists of children, by A-number: coded units, and mail with a parent's number."""
    coded = _official_list(pack).merge(_keyed(pack, ("e3_subject",), _number), on="rec_id")["key"]
    mail = pack.observed("mail_message").to_pandas()
    mailed = _text(mail[mail["parent_a_number"].notna()], "child_a_number").dropna()
    one, other = set(coded), set(mailed)
    both = len(one & other)
    estimate = (len(one) + 1) * (len(other) + 1) / (both + 1) - 1 - len(one | other)
    scatter = np.sqrt((len(one) + 1) * (len(other) + 1) * (len(one) - both) * (len(other) - both)
                      / ((both + 1) ** 2 * (both + 2)))  # fmt: skip
    low, high = max(estimate - 1.645 * scatter, 0.0), estimate + 1.645 * scatter
    return pd.DataFrame({"estimate": [max(estimate, 0.0)], "low": [low], "high": [max(high, 0.0)]})


BASELINES: Final = {
    (one.task, one.name): one
    for one in (
        Baseline("same_number", "T1", "The same A-number.", _same_number),
        Baseline("same_name", "T1", "The same name, accents aside, and date of birth.", _same_name_and_birth),
        Baseline(
            "report_draft",
            "T2",
            "The report's rule: met in one event, a surname in common, 16 to 40 years apart, no unit that links them.",
            _report(False),
        ),
        Baseline(
            "report_refined",
            "T2",
            "The report's rule, refined: likewise, and neither of them is in any unit or group on record.",
            _report(True),
        ),
        Baseline("hhs", "T3", "HHS's rule: consecutive A-numbers, a surname and the day of entry in common.", _hhs),
        Baseline("official_list", "T4", "The agency's list, under any code: members of coded units.", _official_list),
        Baseline(
            "by_number",
            "T5",
            "False: a number that no record has. Missing: a child on no list of whom mail gives a parent's number.",
            _number_not_on_the_list,
        ),
        Baseline("checks", "T6", "Published checks: age against date of birth, impossible dates.", _published_checks),
        Baseline(
            "two_systems", "T6", "Dates of birth that differ between systems, set as first written.", _two_systems
        ),
        Baseline("twice", "T6", "Rows equal to an earlier one, as a list of rows.", _rows_twice),
        Baseline("patterns", "T7", "Four patterns of words.", _patterns),
        Baseline("two_lists", "T9", "Chapman's estimate from coded units and mail, by A-number.", _two_lists),
        Baseline("same_number", "T8", "The same A-number of the child.", _same_number_in_mail),
    )
}
"""By task and name."""
