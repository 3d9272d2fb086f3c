"""Trials as Parquet: figures (all tables of one replication in one file, a row group each) and histories.

Pages carry checksums, and the footer, which is written last, holds a seal over everything that can be read from the
file, so that a file that was cut off or altered is never read as if it were whole.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from borderops.exceptions import FileProblem
from borderops.forecast.results import KEYS, Results
from borderops.operations.history import History

ABOUT: Final = b"borderops"
SPAN: Final = b"span"
SEAL: Final = b"sha256"
NUMBERS: Final = {"day": pa.timestamp("ms"), "hours": pa.int64(), "days": pa.int64()}
COLUMNS: Final = tuple(dict.fromkeys(column for keys in KEYS.values() for column in keys))
SCHEMA: Final = pa.schema(
    [*((name, NUMBERS.get(name, pa.string())) for name in COLUMNS), ("value", pa.float64())],
)
"""Columns of all tables; those that a table does not have are empty in its row group. Parquet knows no seconds."""

SECONDS: Final = pa.timestamp("s")


@dataclass(frozen=True)
class About:
    """What stands in the footer of a trial's file.

    Parameters
    ----------
    key : str
        Of the figures or of the history.
    scenario : str
    seed, replication : int
    digest : str
        SHA-256 of people and history.
    code : str
        Hash of the code that made it (`identity.code_played`).
    version : str
        Of borderops.
    seconds : float
        That it took to make.
    """

    key: str
    scenario: str
    seed: int
    replication: int
    digest: str
    code: str
    version: str
    seconds: float = 0.0


class BrokenFile(ValueError):
    """A file is not the whole and unaltered file of a trial."""


class StoredTables(Mapping[str, pd.DataFrame]):
    """Tables of one replication, each read from the file when it is asked for.

    Parameters
    ----------
    source : Path or bytes
        As `pack_results` made it.

    Raises
    ------
    FileProblem
        When a table is asked for, if the file was taken away or altered since it was found whole.
    """

    def __init__(self, source: Path | bytes):
        self._source = source

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in KEYS:
            raise KeyError(name)
        try:
            with _reading(self._source) as file:
                table = file.read_row_group([*KEYS].index(name), columns=[*KEYS[name], "value"])
        except (BrokenFile, OSError) as problem:
            path = self._source if isinstance(self._source, Path) else Path("trial")
            words = f"the trial {path.name} was taken away or altered while it was being read"
            raise FileProblem(f"{words}; the same command plays it again") from problem
        return _in_seconds(table.select([*KEYS[name], "value"])).to_pandas()

    def __iter__(self) -> Iterator[str]:
        return iter(KEYS)

    def __len__(self) -> int:
        return len(KEYS)


def _in_seconds(table: pa.Table) -> pa.Table:
    """A table with its days as they were before they were stored."""
    fields = [field.with_type(SECONDS) if pa.types.is_timestamp(field.type) else field for field in table.schema]
    return table.cast(pa.schema(fields))


def pack_results(results: Results, about: About) -> bytes:
    """The tables of one replication as a Parquet file."""
    return _pack([_padded(results.tables[name]) for name in KEYS], {ABOUT: json.dumps(asdict(about)).encode()})


def _pack(tables: list[pa.Table], told: dict[bytes, bytes]) -> bytes:
    """Tables of one schema as a file, a row group each, sealed."""
    sink = io.BytesIO()
    schema = tables[0].schema.with_metadata({**told, SEAL: _seal(tables, told)})
    with pq.ParquetWriter(sink, schema, compression="zstd", write_page_checksum=True) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=2**30)
    return sink.getvalue()


def _seal(tables: Iterable[pa.Table], told: Mapping[bytes, bytes]) -> bytes:
    """SHA-256 over what a file says of itself, and names, types and values of its columns."""
    digest = hashlib.sha256()
    for name in (ABOUT, SPAN):
        digest.update(name + b"=" + told.get(name, b"") + b";")
    for table in tables:
        for name, column in zip(table.column_names, table.columns):
            digest.update(f"{name}:{column.type}:{len(column)};".encode())
            for part in _plain(column.combine_chunks()):
                digest.update(part)
    return digest.hexdigest().encode()


def _plain(column: pa.Array) -> Iterator[bytes]:
    """The values of a column as bytes, the same for any layout in memory; texts by number, each told once."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        encoded = column.dictionary_encode()
        yield json.dumps(encoded.dictionary.to_pylist()).encode()
        column = encoded.indices.fill_null(-1)
    yield np.ascontiguousarray(column.to_numpy(zero_copy_only=False)).tobytes()


def _padded(table: pd.DataFrame) -> pa.Table:
    """A table with all columns of `SCHEMA`."""
    rows = len(table)
    columns = [
        pa.array(table[field.name], type=field.type) if field.name in table.columns else pa.nulls(rows, field.type)
        for field in SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def unpack_results(source: Path | bytes) -> Results:
    """One replication's tables, read when they are asked for.

    Raises
    ------
    BrokenFile
        If the file is cut off or no file of a trial.
    OSError
        If it cannot be read.
    """
    about = read_about(source)
    with _reading(source) as file:
        if file.num_row_groups != len(KEYS) or not file.schema_arrow.equals(SCHEMA):
            raise BrokenFile("it does not hold the tables of this version")
    return Results(about.replication, about.digest, StoredTables(source))


def check(source: Path | bytes) -> About:
    """Read a whole file, and compare what it holds with its seal.

    Raises
    ------
    BrokenFile
        If it is cut off, altered, or no file of a trial.
    """
    about = read_about(source)
    with _reading(source) as file:
        _compare_seal(file.schema_arrow.metadata, (file.read_row_group(group) for group in range(file.num_row_groups)))
    return about


def _compare_seal(told: Mapping[bytes, bytes], tables: Iterable[pa.Table]) -> None:
    if _seal(tables, told) != told.get(SEAL):
        raise BrokenFile("what it holds was altered")


def read_about(source: Path | bytes) -> About:
    """What a trial's file says of itself.

    Raises
    ------
    BrokenFile
        If the file is cut off or no file of a trial.
    """
    with _reading(source) as file:
        told = (file.schema_arrow.metadata or {}).get(ABOUT)
    try:
        return About(**json.loads(told or b""))
    except (ValueError, TypeError) as problem:
        raise BrokenFile("it does not say of which trial it is") from problem


def pack_history(history: History, about: About) -> bytes:
    """A history as a Parquet file, a column each."""
    span = {"first_minute": history.first_minute, "horizon": history.horizon}
    told = {ABOUT: json.dumps(asdict(about)).encode(), SPAN: json.dumps(span).encode()}
    return _pack([pa.table(history.columns())], told)


def unpack_history(source: Path | bytes) -> History:
    """The history of a file.

    Raises
    ------
    BrokenFile
        If the file is cut off, altered, or no history of this version.
    """
    with _reading(source) as file:
        table = file.read()
        told = table.schema.metadata or {}
        _compare_seal(told, [table])
    try:
        span = json.loads(told[SPAN])
        columns: dict[str, Any] = {name: np.array(table.column(name).to_numpy()) for name in table.column_names}
        return History(**span, **columns)
    except (KeyError, ValueError, TypeError) as problem:
        raise BrokenFile("it is no history") from problem


def pack_table(table: pd.DataFrame, about: About) -> bytes:
    """Any table as a Parquet file."""
    whole = pa.Table.from_pandas(table, preserve_index=False)
    return _pack([whole.replace_schema_metadata(None)], {ABOUT: json.dumps(asdict(about)).encode()})


def unpack_table(source: Path | bytes) -> pd.DataFrame:
    """The table of a file of `pack_table`.

    Raises
    ------
    BrokenFile
        If the file is cut off or altered.
    """
    with _reading(source) as file:
        table = file.read()
        _compare_seal(table.schema.metadata or {}, [table])
    return table.to_pandas()


class _reading:
    """A Parquet file, open; whatever is wrong with its contents is a `BrokenFile`."""

    def __init__(self, source: Path | bytes):
        self._source = source

    def __enter__(self) -> pq.ParquetFile:
        # Memory-mapped, a file that is cut off meanwhile would end the process.
        self._open = io.BytesIO(self._source) if isinstance(self._source, bytes) else self._source.open("rb")
        try:
            self._file = pq.ParquetFile(self._open, page_checksum_verification=True)
        except Exception as problem:
            self._open.close()
            _tell(problem)
            raise
        return self._file

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: object) -> None:
        self._open.close()
        if isinstance(problem, Exception):
            _tell(problem)


def _tell(problem: Exception) -> None:
    """Raise `BrokenFile` for what pyarrow raises over contents; what the system says of a file is left as it is."""
    is_of_system = isinstance(problem, OSError) and problem.errno is not None
    if not is_of_system and not isinstance(problem, BrokenFile):
        words = str(problem).strip() or type(problem).__name__
        raise BrokenFile(words.splitlines()[0]) from problem
