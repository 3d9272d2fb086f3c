"""Baselines: published audit rules and plain comparisons, as outputs of a tool like any other.

They read the observed tables of a pack and nothing else, and are scored through the same door.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from borderops.audit.findings import TABLES, Pairs
from borderops.audit.linkage import hhs_rule, matching_rules, port_rules
from borderops.records.spelling import plain
from borderops.referee.observed_records import read_records
from borderops.referee.pack import OWN_NUMBERS, Pack

COLUMNS: Final = ("table_l", "rec_id_l", "table_r", "rec_id_r")
OF_THE_RULE: Final = ("e3_event", "e3_subject", "e3_family_unit", "e3_family_member", "sigma_case", "sigma_family_link")
OF_HHS: Final = ("e3_event", "e3_subject", "sigma_case", "earm_case", "portal_child")
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
        From a pack to pairs with `COLUMNS`.
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
        Baseline("same_number", "T8", "The same A-number of the child.", _same_number_in_mail),
    )
}
"""By task and name."""
