"""Labels in the forms that known tools load: Splink, recordlinkage, dedupe and Zingg; negatives wherever they fit in.

Rows are called by ``table:rec_id`` where a tool knows one name for a row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from borderops.packs.columns import NOTICE

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

    RecordsOf = Callable[[str, np.ndarray], pa.Table]

PAIR_TASKS: Final = ("T1", "T2", "T3", "T8")
EXAMPLES_OF: Final = "T1"
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


def examples(labels: Iterable[pa.Table], records: RecordsOf) -> list[tuple[bool, dict[str, Any], dict[str, Any]]]:
    """Pairs of whole records of e3 and EARM, as many distinct ones as matches, in the order of the labels."""
    import pyarrow as pa
    import pyarrow.compute as pc

    both: dict[bool, list[pa.Table]] = {True: [], False: []}
    for part in labels:
        of_both = pc.and_(pc.equal(part["table_l"], _LEFT), pc.equal(part["table_r"], _RIGHT))
        for is_match, some in both.items():
            wanted = EXAMPLES - sum(one.num_rows for one in some)
            some.append(part.filter(pc.and_(of_both, pc.equal(part["is_match"], is_match))).slice(0, wanted))
    found = []
    for is_match, some in both.items():
        pairs = pa.concat_tables(some)
        sides = (
            _told(records(name, pairs[rec].to_numpy())) for name, rec in ((_LEFT, "rec_id_l"), (_RIGHT, "rec_id_r"))
        )
        found += [(is_match, one, other) for one, other in zip(*sides)]
    return found


def _told(rows: pa.Table) -> list[dict[str, Any]]:
    """Records with what is compared; dates as texts."""
    told = rows.select(list(COMPARED)).to_pylist()
    return [{name: None if value is None else str(value) for name, value in row.items()} for row in told]


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


def write_pairs(folder: Path, task: str, labels: Iterable[pa.Table]) -> None:
    """Write the labels of a task of pairs, given in parts, for Splink and recordlinkage."""
    from borderops.packs.formats import ParquetFile

    files: dict[str, ParquetFile] = {}
    for part in labels:
        for name, form in (("splink", splink), ("recordlinkage", recordlinkage)):
            made = form(part)
            if name not in files:
                files[name] = ParquetFile(folder / f"{name}_{task}.parquet", made.schema)
            files[name].write(made)
    for file in files.values():
        file.close()


def write_examples(folder: Path, labels: Iterable[pa.Table], records: RecordsOf) -> None:
    """Write pairs of whole records for dedupe and Zingg.

    Parameters
    ----------
    folder : Path
    labels : iterable of Table
        Of T1, in parts.
    records : callable
        From an observed table and numbers of its rows to these rows.
    """
    from borderops.packs.formats import write_csv

    pairs = examples(labels, records)
    (folder / f"dedupe_{EXAMPLES_OF}.json").write_text(dedupe(pairs), encoding="utf-8", newline="\n")
    write_csv(zingg(pairs), folder / f"zingg_{EXAMPLES_OF}.csv")
