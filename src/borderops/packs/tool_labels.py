"""Labels in the forms that known tools load: Splink, recordlinkage, dedupe and Zingg; negatives wherever they fit in.

Rows are called by ``table:rec_id`` where a tool knows one name for a row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from borderops.packs.columns import NOTICE

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

PAIR_TASKS: Final = ("T1", "T2", "T3", "T8")
EXAMPLES: Final = 300
"""Matches, and as many distinct pairs, in files that hold whole records."""

COMPARED: Final = ("given", "middle", "surname_1", "surname_2", "birth_day", "country")
"""Columns of records in such files, of e3 and EARM alike."""

_LEFT, _RIGHT = "e3_subject", "earm_case"


def splink(labels: pa.Table) -> pa.Table:
    """Pair table for Splink: sources, ids, and 1 or 0 as the score of a clerk."""
    import pyarrow as pa

    columns = {
        "source_dataset_l": labels["table_l"],
        "unique_id_l": labels["rec_id_l"],
        "source_dataset_r": labels["table_r"],
        "unique_id_r": labels["rec_id_r"],
        "clerical_match_score": labels["is_match"].cast(pa.float64()),
    }
    return pa.table(columns, metadata={"notice": NOTICE})


def recordlinkage(labels: pa.Table) -> pa.Table:
    """True pairs as two columns, ``left`` and ``right``, of which pandas makes an index of two levels."""
    import pyarrow as pa
    import pyarrow.compute as pc

    true = labels.filter(labels["is_match"])
    sides = {
        name: pc.binary_join_element_wise(true[f"table_{side}"], true[f"rec_id_{side}"].cast(pa.string()), ":")
        for name, side in (("left", "l"), ("right", "r"))
    }
    return pa.table(sides, metadata={"notice": NOTICE})


def examples(labels: pa.Table, left: pa.Table, right: pa.Table) -> list[tuple[bool, dict[str, Any], dict[str, Any]]]:
    """Pairs of whole records of e3 and EARM, as many distinct ones as matches, in the order of the labels."""
    import pyarrow.compute as pc

    both = labels.filter(pc.and_(pc.equal(labels["table_l"], _LEFT), pc.equal(labels["table_r"], _RIGHT)))
    found = []
    for is_match in (True, False):
        some = both.filter(pc.equal(both["is_match"], is_match)).slice(0, EXAMPLES)
        sides = _records(left, some["rec_id_l"]), _records(right, some["rec_id_r"])
        found += [(is_match, one, other) for one, other in zip(*sides)]
    return found


def _records(table: pa.Table, rec_ids: pa.ChunkedArray) -> list[dict[str, Any]]:
    """Records by their numbers, which are 1, 2, 3 and so on; dates as texts."""
    import pyarrow as pa

    rows = table.select(list(COMPARED)).take(pa.array([number - 1 for number in rec_ids.to_pylist()], type=pa.int64()))
    return [{name: None if value is None else str(value) for name, value in row.items()} for row in rows.to_pylist()]


def dedupe(pairs: list[tuple[bool, dict[str, Any], dict[str, Any]]]) -> str:
    """Training file of dedupe: ``match`` and ``distinct``, each a list of tuples of records."""
    tuples = {
        name: [
            {"__class__": "tuple", "__value__": [one, other]} for is_match, one, other in pairs if is_match == wanted
        ]
        for name, wanted in (("match", True), ("distinct", False))
    }
    return json.dumps({"synthetic": NOTICE, **tuples}, ensure_ascii=False, separators=(",", ":")) + "\n"


def zingg(pairs: list[tuple[bool, dict[str, Any], dict[str, Any]]]) -> pa.Table:
    """Training table of Zingg: two rows a pair with one ``z_cluster``, and ``z_isMatch`` 1 or 0."""
    import pyarrow as pa

    columns: dict[str, list[Any]] = {name: [] for name in ("z_cluster", "z_isMatch", *COMPARED, "synthetic")}
    for number, (is_match, *sides) in enumerate(pairs, 1):
        for record in sides:
            row = {"z_cluster": str(number), "z_isMatch": int(is_match), **record, "synthetic": "SYNTHETIC"}
            for name, column in columns.items():
                column.append(row[name])
    types = {"z_isMatch": pa.int64()}
    made = {name: pa.array(column, types.get(name, pa.string())) for name, column in columns.items()}
    return pa.table(made, metadata={"notice": NOTICE})


def write_tool_labels(folder: Path, labels: Mapping[str, pa.Table], left: pa.Table, right: pa.Table) -> None:
    """Write the files of all tools.

    Parameters
    ----------
    folder : Path
    labels : mapping of str to Table
        Labels of pairs, by task.
    left, right : Table
        Observed tables of e3's subjects and EARM's cases.
    """
    from borderops.packs.formats import write_csv, write_parquet

    folder.mkdir(parents=True)
    for task, table in labels.items():
        write_parquet(splink(table), folder / f"splink_{task}.parquet")
        write_parquet(recordlinkage(table), folder / f"recordlinkage_{task}.parquet")
    pairs = examples(labels["T1"], left, right)
    (folder / "dedupe_T1.json").write_text(dedupe(pairs), encoding="utf-8", newline="\n")
    write_csv(zingg(pairs), folder / "zingg_T1.csv")
