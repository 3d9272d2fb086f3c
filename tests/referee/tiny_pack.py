"""A pack of a dozen people written by hand as the contract of packs has it, so that every score is known in advance.

Families, by number of the person: 1 with children 2 and 3; 4 with child 5; 6 with child 7, whom a unit on record joins;
8, who never said that 9 is her child; 10 and 11 alone; 12 an uncle of child 5, in the same family.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

E3, PORTAL, EARM = "e3_subject", "portal_child", "earm_case"
FAMILY = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 12: 2, 6: 3, 7: 3, 8: 4, 9: 4, 10: 5, 11: 6}
AGE = {1: 30, 2: 4, 3: 9, 4: 35, 5: 17, 12: 40, 6: 28, 7: 6, 8: 33, 9: 13, 10: 22, 11: 51}
COUNTRY = {1: "guatemala", 2: "honduras"}
SHARE = {1: 0.02, 2: 0.005, 3: 0.0001}

ROWS = {
    # person of each row, and the own number of the table
    E3: [(1, 1), (2, 2), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8), (9, 9), (10, 10), (11, 11), (12, 12)],
    PORTAL: [(2, 1), (3, 2), (5, 3), (9, 4), (None, 5)],
    EARM: [(1, 1), (4, 2), (8, 3), (10, 4)],
    "mail_message": [(2, None), (3, None), (5, None)],
    "list_entry": [(1, None), (2, None), (10, None)],
    "e3_note_text": [(1, None), (4, None)],
}
"""Rows of `e3_subject`: the second and third are two versions of person 2, so persons 3 to 12 stand in rows 4 to 13."""

OWN = {E3: "subject_no", PORTAL: "portal_no", EARM: "case_no"}
FIELDS = {
    E3: ["given", "surname_1", "birth_day"],
    PORTAL: ["first_name", "last_name"],
    EARM: ["given"],
    "mail_message": ["child_given"],
    "list_entry": ["given"],
    "e3_note_text": ["text"],
}
LINKS = [
    (2, 1, "parent", "knowable"),
    (3, 1, "parent", "unknowable"),
    (5, 4, "parent", "knowable"),
    (7, 6, "parent", "knowable"),
    (9, 8, "undisclosed", "unknowable"),
    (5, 12, "kin", "knowable"),
]
T2 = [  # adult's row, child's row of e3_subject, whether they are parent and child
    (1, 3, True), (1, 4, True), (5, 6, True), (9, 10, True),
    (13, 6, False), (1, 6, False), (5, 3, False), (11, 4, False),
]  # fmt: skip
T1 = [
    (E3, 3, PORTAL, 1, True), (E3, 4, PORTAL, 2, True), (E3, 6, PORTAL, 3, True), (E3, 10, PORTAL, 4, True),
    (E3, 1, EARM, 1, True), (E3, 5, EARM, 2, True), (E3, 9, EARM, 3, True), (E3, 11, EARM, 4, True),
    (E3, 1, EARM, 2, False), (E3, 3, PORTAL, 2, False),
]  # fmt: skip
T6: list[tuple[Any, ...]] = [  # table, row, field, recorded, correct, mechanism
    (E3, 1, "given", "Ana", "Anna", "typo"), (E3, 5, "surname_1", "Peres", "Pérez", "accent_lost"),
    (E3, 6, "birth_day", "2001-03-02", "2001-02-03", "day_and_month_swapped"),
    (PORTAL, 1, "last_name", None, "Cruz", "typo"),
]  # fmt: skip


TESTED = (2, 3, 5)
"""Families to be judged on."""

FACTS = [("e3_note_text", *one) for one in (
    (1, "separation", "yes"), (1, "child_given", "ANA"), (1, "child_given", "LUZ"), (2, "child_age", "17"),
)]  # fmt: skip
"""What two notes tell: on person 1, of family 1, and on person 4, of family 2."""

ROW_ERRORS = [
    (E3, 12, "added", None),
    ("mail_message", 2, "duplicated", 1),
    (E3, -1, "missing", None),
]  # table, row, what is wrong with it, the row that it repeats


def write_pack(folder: Path, seed: int = 1, key: Path | None = None, t6: list[tuple[Any, ...]] = T6) -> Path:
    """Write the pack, its answer key into a folder of its own if one is given; another seed gives another pack."""
    key = key or folder / "answer_key"
    for name, rows in ROWS.items():
        _parquet(folder / "observed" / "parquet" / f"{name}.parquet", _observed(name, rows))
    truths = _truths(t6)
    for name, table in truths.items():
        _parquet(key / f"{name}.parquet", table)
    sums = {f"answer_key/{name}": _digest(key / f"{name}.parquet") for name in truths}
    sums = {f"{name}.parquet": digest for name, digest in sums.items()} | {"README.md": str(seed)}
    pack_id = hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()
    _json(key / "manifest.json", {"pack_id": pack_id})
    about = {"seed": seed, "replication": 1, "tier": "surge", "persons": 12, "design": "e3_2017 from 2017-01-01"}
    _json(folder / "manifest.json", {"pack_id": pack_id, **about, "files_sha256": sums})
    return folder


def _observed(name: str, rows: list[tuple[int | None, int | None]]) -> pd.DataFrame:
    made: dict[str, Any] = {"rec_id": range(1, len(rows) + 1)}
    if name in OWN:
        made[OWN[name]] = [number for _, number in rows]
    made |= {field: [f"{field} {person}" for person, _ in rows] for field in FIELDS[name]}
    return pd.DataFrame({**made, "synthetic": "SYNTHETIC"})


def _truths(t6: list[tuple[Any, ...]]) -> dict[str, pd.DataFrame]:
    persons = pd.DataFrame({"person_id": list(FAMILY), "family_id": list(FAMILY.values())})
    persons["age"] = persons["person_id"].map(AGE)
    persons["citizenship"] = persons["family_id"].map(COUNTRY).fillna("mexico")
    persons["sector"] = persons["family_id"].map(lambda one: "yuma" if one < 4 else "el_paso")
    persons["surname_share"] = persons["family_id"].map(SHARE).fillna(0.02)
    records = [(name, at, person) for name, rows in ROWS.items() for at, (person, _) in enumerate(rows, 1)]
    record = pd.DataFrame(records, columns=["table", "rec_id", "person_id"]).astype({"person_id": "Int64"})
    pair = ["table_l", "rec_id_l", "table_r", "rec_id_r", "is_match"]
    t2 = pd.DataFrame([(E3, adult, E3, child, truth) for adult, child, truth in T2], columns=pair)
    about = record[record["table"].isin([E3, PORTAL, EARM]) & record["person_id"].notna()]
    listed = [
        (1, "list_entry", 1, "right", 1),
        (1, "list_entry", 3, "false", 10),
        (1, E3, 4, "missing", 3),
        (2, E3, 4, "missing", 3),
    ]
    split = [("family", person, "test" if family in TESTED else "train") for person, family in FAMILY.items()]
    nowhere = [(2, True, False), (3, False, False), (5, False, True), (9, False, False)]
    children = [(row, row in (3, 4, 6)) for row in (3, 4, 6, 8, 10)]
    t8 = [(PORTAL, 1, "mail_message", 1, True), (PORTAL, 2, "mail_message", 2, True)]
    return {
        "person": persons,
        "record": record,
        "link": pd.DataFrame(LINKS, columns=["child_id", "adult_id", "relation", "recoverability"]),
        "labels/T1": pd.DataFrame(T1, columns=pair).assign(kind="", weight=1.0),
        "labels/T2": t2.assign(kind="", weight=1.0),
        "labels/T4": pd.DataFrame([(E3, *one) for one in children], columns=["table", "rec_id", "is_separated"]),
        "labels/T5": pd.DataFrame(listed, columns=["list_no", "table", "rec_id", "status", "person_id"]),
        "labels/T6": pd.DataFrame(t6, columns=["table", "rec_id", "field", "recorded", "correct", "mechanism"]),
        "labels/T8": pd.DataFrame([*t8, (PORTAL, 3, "mail_message", 3, True)], columns=pair).assign(
            kind="", weight=1.0
        ),
        "labels/T7": pd.DataFrame(FACTS, columns=["table", "rec_id", "fact", "value"]),
        "labels/T9": pd.DataFrame(nowhere, columns=["person_id", "in_mail", "in_note"]),
        "row_error": pd.DataFrame(ROW_ERRORS, columns=["table", "rec_id", "what", "twin"]).astype({"twin": "Int64"}),
        "split": pd.DataFrame(split, columns=["scheme", "person_id", "part"]),
        "labels/clusters": about.rename(columns={"person_id": "cluster"}).astype({"cluster": "int64"}),
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _parquet(path: Path, table: pd.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(path, index=False)


def _json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def write_pairs(path: Path, pairs: list[tuple[Any, ...]], columns: str = "table_l,rec_id_l,table_r,rec_id_r") -> Path:
    """Write rows of a tool's output as CSV."""
    lines = [columns, *(",".join(str(cell) for cell in row) for row in pairs)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
