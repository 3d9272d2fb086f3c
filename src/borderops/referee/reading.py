"""A tool's output as numbers: which records it pairs, clusters, lists, flags or repairs, or how many it reckons with.

CSV (UTF-8, comma, a header) or Parquet, read in batches. Whatever cannot be understood is a complaint, and nothing is
scored then: no row is left out, repaired or guessed. Nothing of the file is kept but numbers of records and the values
of repaired cells for as long as the score takes; the manifest holds its digest alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from borderops.exceptions import FileProblem
from borderops.provenance import sha256_of_file
from borderops.referee.complaints import Complaints

MAGIC: Final = b"PAR1"
BLOCK: Final = 1 << 22
BATCH: Final = 262_144
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
BOM: Final = b"\xef\xbb\xbf"
MOST_DIGITS: Final = 18


@dataclass(frozen=True)
class Shape:
    """Columns of one kind of output.

    Parameters
    ----------
    name : str
    needed : tuple of str
    optional : tuple of str
    """

    name: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return self.needed + self.optional


SHAPES: Final = {
    shape.name: shape
    for shape in (
        Shape("pairs", ("table_l", "rec_id_l", "table_r", "rec_id_r"), ("score",)),
        Shape("clusters", ("table", "rec_id", "cluster")),
        Shape("list", ("table", "rec_id")),
        Shape("cells", ("table", "rec_id", "field"), ("value",)),
        Shape("facts", ("table", "rec_id", "fact", "value")),
        Shape("estimate", ("estimate",), ("low", "high")),
    )
}
"""Kinds of output by name."""

FACTS: Final = ("separation", "child_given", "child_age")
"""What the text of a note can tell."""

OURS: Final = frozenset(column for shape in SHAPES.values() for column in shape.columns)


@dataclass(frozen=True)
class Catalogue:
    """What an output may speak of: the observed tables of a pack.

    Parameters
    ----------
    sizes : mapping of str to int
        Rows of each table; rows are numbered from 1.
    fields : mapping of str to sequence of str
        Columns of each table.
    """

    sizes: Mapping[str, int]
    fields: Mapping[str, Sequence[str]]

    @property
    def tables(self) -> list[str]:
        """Names, in the order of their codes."""
        return list(self.sizes)

    @property
    def starts(self) -> np.ndarray:
        """Number of the first record of each table among all records, and how many there are, shape (tables + 1,)."""
        return np.concatenate([[0], np.cumsum(list(self.sizes.values()), dtype=np.int64)])

    @property
    def all_fields(self) -> list[str]:
        """Names of fields of any table, in the order of their codes."""
        return list(dict.fromkeys(name for names in self.fields.values() for name in names))

    def has_field(self) -> np.ndarray:
        """Whether a table has a field, shape (tables, fields), bool."""
        return np.array([[name in self.fields[table] for name in self.all_fields] for table in self.tables], dtype=bool)


@dataclass(frozen=True)
class Output:
    """What a tool put out.

    Parameters
    ----------
    kind : str
        One of `SHAPES`.
    columns : mapping of str to ndarray
        ``left`` and ``right`` (pairs; the smaller number left), ``record`` (others): numbers of records, int64;
        ``score`` (float64), ``cluster``, ``field``, ``fact`` (int64 codes) and ``value`` (object, None for none) as
        there are; ``estimate``, ``low`` and ``high`` (float64) of an estimate.
    rows : int
    sha256 : str
        Of the file.
    unread : int
        Columns that were not asked for and not read.
    """

    kind: str
    columns: Mapping[str, np.ndarray]
    rows: int
    sha256: str
    unread: int

    def take(self, chosen: np.ndarray) -> Output:
        """Some rows, by a mask; it is still told how many the file has."""
        return replace(self, columns={name: column[chosen] for name, column in self.columns.items()})


def read_output(path: Path, catalogue: Catalogue, kind: str | None, kinds: Sequence[str]) -> Output:
    """Read a tool's output.

    Parameters
    ----------
    path : Path
    catalogue : Catalogue
    kind : str or None
        One of `SHAPES`; None for the one whose columns the file has.
    kinds : sequence of str
        Those that the task takes.

    Returns
    -------
    Output

    Raises
    ------
    FileProblem
        With every problem and the first rows concerned.
    """
    complaints = Complaints(path.name)
    is_parquet = _judge_bytes(path, complaints)
    complaints.raise_if_any()
    names = _parquet_names(path) if is_parquet else _csv_names(path, complaints)
    shape = _shape_of(names, kind, kinds, complaints)
    complaints.raise_if_any()
    assert shape is not None
    wanted = [name for name in shape.columns if name in names]
    batches = (
        _parquet_batches(path, wanted, complaints) if is_parquet else _csv_batches(path, wanted, names, complaints)
    )
    taken = _take(batches, shape, catalogue, complaints)
    _judge_whole(taken, shape, complaints)
    complaints.raise_if_any()
    rows = len(next(iter(taken.values())))
    return Output(shape.name, _ordered(taken), rows, sha256_of_file(path), len(names) - len(wanted))


# --- the file as a whole ------------------------------------------------------------------------------------------


def _judge_bytes(path: Path, complaints: Complaints) -> bool:
    """Whether the file is Parquet; what its first and last bytes say is wrong."""
    try:
        if path.is_dir():
            raise FileProblem(f"{path.name} is a folder; allowed: one file, CSV or Parquet")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(max(size - 4, 0))
            tail = file.read(4)
    except OSError as problem:
        raise FileProblem(f"{path.name} cannot be read: {(problem.strerror or 'not readable').lower()}") from None
    if not size:
        complaints.of_file("it is empty; a tool that found nothing writes a header alone")
    elif head == MAGIC and (tail != MAGIC or size < 12):
        complaints.of_file("it is a Parquet file whose end is missing; it was cut off and must be written again")
    elif head != MAGIC and path.suffix.lower() in (".parquet", ".pq"):
        complaints.of_file("it is not a Parquet file, as its name says; allowed: Parquet, or CSV named .csv")
    elif head[:2] in UTF_16:
        complaints.of_file("it is written in UTF-16; allowed: UTF-8")
    return head == MAGIC


def _parquet_names(path: Path) -> list[str]:
    with _reading(path, "its schema"):
        return list(pq.read_schema(path).names)


def _csv_names(path: Path, complaints: Complaints) -> list[str]:
    with path.open("rb") as file:
        line = file.readline(1 << 20).removeprefix(BOM).rstrip(b"\r\n")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        complaints.of_file("its header is not written in UTF-8; allowed: UTF-8")
        return []
    for sign, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "upright strokes")):
        if sign in text and "," not in text:
            complaints.of_file(f"its columns are separated by {name}; allowed: commas")
            return []
    return [one.strip().strip('"') for one in text.split(",")]


class _reading:
    """Turns what libraries say of a broken file into a sentence that quotes nothing of it."""

    def __init__(self, path: Path, part: str) -> None:
        self.path, self.part = path, part

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, problem: BaseException | None, trace: Any) -> None:
        if isinstance(problem, pa.ArrowException | OSError):
            why = "it is broken or was cut off, and must be written again"
            raise FileProblem(f"{self.path.name} cannot be read: {self.part} cannot be understood; {why}") from None


def _shape_of(names: Sequence[str], kind: str | None, kinds: Sequence[str], complaints: Complaints) -> Shape | None:
    """The kind of output that a header stands for, with what is wrong with its columns."""
    if complaints:
        return None
    fitting = [SHAPES[one] for one in kinds if set(SHAPES[one].needed) <= set(names)]
    # Of several that fit, the one that uses most columns: every list of cells has the columns of a plain list.
    shape = SHAPES[kind] if kind else max(fitting, key=lambda one: len(one.needed), default=None)
    if shape is None:
        allowed = "; or ".join(f"{one}: {', '.join(SHAPES[one].needed)}" for one in kinds)
        near = _near(names, [column for one in kinds for column in SHAPES[one].columns])
        complaints.of_file(f"its columns are those of no output of this task; allowed: {allowed}{near}")
        return None
    missing = [name for name in shape.needed if name not in names]
    for name in missing:
        complaints.of_file(f"column {name} is missing (an output of {shape.name} has {', '.join(shape.needed)})"
                           f"{_near(names, [name])}")  # fmt: skip
    for name in shape.columns:
        if list(names).count(name) > 1:
            complaints.of_file(f"column {name} stands in it more than once")
    return shape


def _near(names: Sequence[str], wanted: Sequence[str]) -> str:
    """Which columns are nearly those wanted, by their places: a name may be a cell of a file without a header."""
    hints = []
    for name in dict.fromkeys(wanted):
        # Those that have a name of ours already are not meant to be another.
        folded = ["" if one in OURS else one.strip().lower() for one in names]
        if name not in names and (close := difflib.get_close_matches(name, folded, n=1, cutoff=0.75)):
            hints.append(f"column {folded.index(close[0]) + 1} is nearly named {name}")
    return f"; {', '.join(hints)}" if hints else ""


# --- batches ------------------------------------------------------------------------------------------------------


def _parquet_batches(path: Path, wanted: Sequence[str], complaints: Complaints) -> Iterator[dict[str, pa.Array]]:
    del complaints
    with _reading(path, "a part of it"):
        file = pq.ParquetFile(path)
        for batch in file.iter_batches(batch_size=BATCH, columns=list(wanted)):
            yield {name: batch.column(batch.schema.get_field_index(name)) for name in wanted}


def _csv_batches(
    path: Path, wanted: Sequence[str], names: Sequence[str], complaints: Complaints
) -> Iterator[dict[str, pa.Array]]:
    """Batches of bytes: what is no UTF-8 is found cell by cell, so that its row can be told."""

    def on_bad_row(row: Any) -> str:
        complaints.skipped(row.number - 1, f"not {len(names)} cells, as the header has")
        return "skip"

    unique = [f"{at}" for at in range(len(names))]  # names of unread columns may repeat
    places = {name: str(list(names).index(name)) for name in wanted}
    try:
        reader = pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=BLOCK, column_names=unique, skip_rows=1, encoding="utf8"
            ),
            parse_options=pyarrow.csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=on_bad_row
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(unique, pa.binary()),
                include_columns=list(places.values()),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:  # a header and nothing below it
        yield {name: pa.array([], pa.string()) for name in wanted}
        return
    with _reading(path, "a part of it"):
        for batch in reader:
            yield {name: batch.column(batch.schema.get_field_index(place)) for name, place in places.items()}


# --- cells --------------------------------------------------------------------------------------------------------


def _take(
    batches: Iterator[dict[str, pa.Array]], shape: Shape, catalogue: Catalogue, complaints: Complaints
) -> dict[str, np.ndarray]:
    """All rows as numbers; rows that cannot be understood hold -1 and are complained of."""
    parts: dict[str, list[np.ndarray]] = {}
    clusters: dict[Any, int] = {}
    before = 0
    for batch in batches:
        rows = _Batch(batch, catalogue, complaints, before)
        for name, column in rows.numbers(shape, clusters).items():
            parts.setdefault(name, []).append(column)
        before += rows.count
    if not parts:
        empty = {name: pa.array([], pa.string()) for name in shape.needed}
        parts = {name: [one] for name, one in _Batch(empty, catalogue, complaints, 0).numbers(shape, clusters).items()}
    return {name: np.concatenate(some) for name, some in parts.items()}


@dataclass(frozen=True)
class _Batch:
    """Some rows of an output."""

    cells: Mapping[str, pa.Array]
    catalogue: Catalogue
    complaints: Complaints
    before: int

    @property
    def count(self) -> int:
        return len(next(iter(self.cells.values())))

    def numbers(self, shape: Shape, clusters: dict[Any, int]) -> dict[str, np.ndarray]:
        """Columns of `Output`, of these rows."""
        if shape.name == "pairs":
            taken = {"left": self._record("_l")[1], "right": self._record("_r")[1]}
            return taken | ({"score": self._score()} if "score" in self.cells else {})
        if shape.name == "estimate":
            return {name: self._amount(name) for name in self.cells}
        table, record = self._record("")
        taken = {"record": record}
        if shape.name == "clusters":
            taken["cluster"] = self._clusters(clusters)
        if shape.name == "cells":
            taken["field"] = self._fields(table)
        if shape.name == "cells" and "value" in self.cells:
            taken["value"] = self._values()
        if shape.name == "facts":
            taken["fact"] = self._code("fact", FACTS, "no fact that is asked for")
            taken["value"] = np.array(self._filled("value")[0].to_pylist(), dtype=object)
        return taken

    def _complain(self, is_wrong: np.ndarray, sentence: str) -> None:
        self.complaints.of_rows(is_wrong, sentence, self.before)

    def _record(self, side: str) -> tuple[np.ndarray, np.ndarray]:
        """Code of the table and number of the record, row by row; -1 where there is none such."""
        tables = self._code(f"table{side}", self.catalogue.tables, "no table of this pack")
        rec_id = self._whole(f"rec_id{side}")
        sizes = np.append(np.array(list(self.catalogue.sizes.values()), dtype=np.int64), 0)
        is_unknown = (tables >= 0) & (rec_id >= 0) & ((rec_id < 1) | (rec_id > sizes[tables]))
        self._complain(is_unknown, f"rec_id{side} is the number of no row of that table")
        is_known = (tables >= 0) & (rec_id >= 1) & ~is_unknown
        return tables, np.where(is_known, self.catalogue.starts[tables] + rec_id - 1, -1)

    def _text(self, name: str) -> pa.Array:
        """A column as text; what is empty, or not in UTF-8, becomes missing and is complained of."""
        column = self.cells[name]
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            column = self._decoded(name, column)
        if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            column = _as_text(column)
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            column = pc.cast(column, pa.string(), safe=False)
        return column

    def _decoded(self, name: str, column: pa.Array) -> pa.Array:
        try:
            return column.cast(pa.string())
        except pa.ArrowInvalid:
            texts = [_utf8(one) for one in column.to_pylist()]
            is_bad = np.array([one is not None and text is None for one, text in zip(column.to_pylist(), texts)])
            self._complain(is_bad, f"{name} is not written in UTF-8")
            return pa.array(["?" if bad else text for bad, text in zip(is_bad, texts)], pa.string())

    def _filled(self, name: str) -> tuple[pa.Array, np.ndarray]:
        """A column as text, and where it is empty; empty cells are complained of."""
        column = self._text(name)
        is_empty = pc.fill_null(pc.equal(pc.utf8_length(column), 0), True).to_numpy(zero_copy_only=False)
        self._complain(is_empty, f"{name} is empty")
        return column, is_empty

    def _code(self, name: str, known: Sequence[str], complaint: str) -> np.ndarray:
        """Places among known names; -1 for others."""
        column, is_empty = self._filled(name)
        places = pc.index_in(column, pa.array(known, column.type))
        codes = pc.fill_null(places, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        self._complain((codes < 0) & ~is_empty, f"{name} is {complaint} (there are {', '.join(known)})")
        return codes

    def _whole(self, name: str) -> np.ndarray:
        """Whole numbers of 0 or more; -1 for anything else."""
        column, is_empty = self._filled(name)
        pattern = f"^[0-9]{{1,{MOST_DIGITS}}}$"
        fits = pc.fill_null(pc.match_substring_regex(column, pattern), False)
        self._complain(~fits.to_numpy(zero_copy_only=False) & ~is_empty, f"{name} is not a whole number, 1 or more")
        return pc.cast(pc.if_else(fits, column, "-1"), pa.int64()).to_numpy(zero_copy_only=False)

    def _score(self) -> np.ndarray:
        """Scores from 0 to 1; missing for anything else."""
        values = self._number("score")
        self._complain((values < 0) | (values > 1), "score lies outside 0 to 1")
        return values

    def _amount(self, name: str) -> np.ndarray:
        """Numbers of 0 or more; missing for anything else."""
        values = self._number(name)
        self._complain((values < 0) | np.isinf(values), f"{name} is not a number of 0 or more")
        return values

    def _number(self, name: str) -> np.ndarray:
        """Numbers; missing for anything else."""
        column, is_empty = self._filled(name)
        try:
            values = pc.cast(pc.if_else(pa.array(is_empty), None, column), pa.float64())
            values = pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False)
        except pa.ArrowInvalid:  # one of them is no number: each by itself
            numbers = pd.to_numeric(pd.Series(column.to_pylist(), dtype=object), errors="coerce")
            values = numbers.to_numpy(dtype=np.float64)
        self._complain(np.isnan(values) & ~is_empty, f"{name} is not a number")
        return values

    def _clusters(self, clusters: dict[Any, int]) -> np.ndarray:
        column, _ = self._filled("cluster")
        coded = column.dictionary_encode()
        places = np.array(
            [clusters.setdefault(one, len(clusters)) for one in coded.dictionary.to_pylist()], dtype=np.int64
        )
        codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
        return np.append(places, -1)[codes]

    def _fields(self, table: np.ndarray) -> np.ndarray:
        names = self.catalogue.all_fields
        column, is_empty = self._filled("field")
        codes = pc.fill_null(pc.index_in(column, pa.array(names, column.type)), -1).to_numpy(zero_copy_only=False)
        codes = codes.astype(np.int64)
        padded = np.pad(self.catalogue.has_field(), ((0, 1), (0, 1)))  # of an unknown table or field: none
        self._complain(~padded[table, codes] & (table >= 0) & ~is_empty, "field is no column of that table")
        return codes

    def _values(self) -> np.ndarray:
        values = np.array(self._text("value").to_pylist(), dtype=object)
        if self.cells["value"].type == pa.binary():  # CSV knows no difference between empty and none
            values[values == ""] = None
        return values


def _utf8(cell: bytes | None) -> str | None:
    try:
        return None if cell is None else cell.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _as_text(column: pa.Array) -> pa.Array:
    """Numbers as they would stand in CSV: a whole one without a decimal point."""
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
        whole = pc.fill_null(pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), 2.0**53)), False)
        as_whole = pc.cast(pc.if_else(whole, column, 0.0), pa.int64()).cast(pa.string())
        return pc.if_else(whole, as_whole, column.cast(pa.string()))
    return column.cast(pa.string())


# --- rows against each other --------------------------------------------------------------------------------------


def _judge_whole(taken: Mapping[str, np.ndarray], shape: Shape, complaints: Complaints) -> None:
    if shape.name == "pairs":
        _judge_pairs(taken["left"], taken["right"], complaints)
        return
    if shape.name == "estimate":
        _judge_estimate(taken, complaints)
        return
    if shape.name == "facts":  # of a note several facts of one kind are told: of two children, for instance
        return
    keys = [taken["record"]] + ([taken["field"]] if shape.name == "cells" else [])
    is_known = np.logical_and.reduce([key >= 0 for key in keys])
    told = "names a cell once more" if shape.name == "cells" else "names a record once more"
    complaints.at(repeated(is_known, *keys), f"{told} that an earlier row names")


def _judge_estimate(taken: Mapping[str, np.ndarray], complaints: Complaints) -> None:
    if taken["estimate"].size != 1:
        complaints.of_file(f"it holds {taken['estimate'].size} rows; allowed: one row with the estimate")
    low, high = (taken.get(name, taken["estimate"]) for name in ("low", "high"))
    complaints.of_rows((low > taken["estimate"]) | (high < taken["estimate"]), "low is above, or high below, estimate")


def _judge_pairs(left: np.ndarray, right: np.ndarray, complaints: Complaints) -> None:
    is_known = (left >= 0) & (right >= 0)
    complaints.of_rows(is_known & (left == right), "pairs a record with itself")
    low, high = np.minimum(left, right), np.maximum(left, right)
    again = repeated(is_known & (left != right), low, high)
    same = repeated(is_known & (left != right), left, right)
    is_same = np.isin(again, same)
    complaints.at(same, "gives a pair once more that an earlier row gives")
    complaints.at(again[~is_same], "gives a pair in the other order that an earlier row gives")


def repeated(is_meant: np.ndarray, *keys: np.ndarray) -> np.ndarray:
    """Places of rows whose keys an earlier row has as well, ascending; only rows that are meant are looked at."""
    rows = np.flatnonzero(is_meant)
    order = np.lexsort([key[rows] for key in reversed(keys)])  # stable: earlier rows stay first
    ranked = [key[rows][order] for key in keys]
    same = np.logical_and.reduce([one[1:] == one[:-1] for one in ranked]) if rows.size else np.zeros(0, dtype=bool)
    return np.sort(rows[order[1:][same]]) if rows.size else rows


def _ordered(taken: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Pairs with the smaller number left."""
    if "left" not in taken:
        return taken
    low, high = np.minimum(taken["left"], taken["right"]), np.maximum(taken["left"], taken["right"])
    return {**taken, "left": low, "right": high}
