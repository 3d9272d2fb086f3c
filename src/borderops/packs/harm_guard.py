"""Harm guard: a linter over a pack as it lies on disk. Nothing in it may be taken for data on real people.

Reads the files themselves, not what they were made from.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from borderops.config.schema import STATIONS
from borderops.packs.columns import MARK, SYNTHETIC, field_of, observed_sheets
from borderops.packs.formats import parts_of
from borderops.packs.key_tables import KEY_SHEETS
from borderops.packs.numbering import A_NUMBERS_FROM
from borderops.records.fields import Kind
from borderops.records.systems import LAYOUTS

if TYPE_CHECKING:  # loading takes a while
    import pyarrow as pa

TRUTH: Final = {"person_id", "family_id", "event_id", "child_id", "adult_id", "other_id", "party_kind", "error_id"}
"""Names of columns that no observed table may have."""

_SHELTERS: Final = LAYOUTS["portal_placement"].every_field["shelter"].choices
PLACES: Final[dict[str, set[str]]] = {"station": set(STATIONS), "shelter": set(_SHELTERS)}
"""Columns of places, and all that may stand there."""

MOST_ALIKE: Final = 6.0
"""Standard errors within which the rank of a column must be free of that of a person."""

LEAST: Final = 50
"""Rows of which a rank can be told."""

_HEAD: Final = 4096
_WORD: Final = b"synthetic"


def lint(folder: Path) -> list[str]:
    """Look a pack through.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of str
        A sentence for each thing that is wrong; empty for a pack that may be given out.
    """
    problems = [f"{path.relative_to(folder).as_posix()} bears no mark" for path in _without_mark(folder)]
    for path in sorted((folder / "observed" / "parquet").glob("*.parquet")):
        problems += _lint_table(path, _persons_of_rows(folder, path.stem))
    return [*problems, *_lint_key(folder)]


# --- marks ------------------------------------------------------------------------------------------------------------


def _without_mark(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _is_marked(path):
            yield path


def _is_marked(path: Path) -> bool:
    """Whether a file says what it is where a reader begins, or in its own place for that."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return _WORD in (pq.read_schema(path).metadata or {}).get(b"notice", b"").lower()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            pages = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
            return bool(pages) and all(_WORD in book.read(name)[:_HEAD].lower() for name in pages)
    if path.suffix in (".sqlite", ".duckdb"):
        return _WORD in _notice_of(path).encode().lower()
    with path.open("rb") as file:
        head = file.read(_HEAD).lower()
    return _WORD in head or (path.suffix in (".jsonl", ".mbox") and path.stat().st_size == 0)


def _notice_of(path: Path) -> str:
    """What a database says of itself."""
    from contextlib import closing

    asked = "SELECT notice FROM about_this_data"
    if path.suffix == ".duckdb":
        import duckdb

        with closing(duckdb.connect(str(path), read_only=True)) as database:
            return str((database.execute(asked).fetchone() or ("",))[0])
    import sqlite3

    with closing(sqlite3.connect(path)) as file:
        return str((file.execute(asked).fetchone() or ("",))[0])


# --- observed tables --------------------------------------------------------------------------------------------------


class _Columns:
    """Columns of a Parquet file, read one at a time and in parts."""

    def __init__(self, path: Path):
        import pyarrow.parquet as pq

        self.path, self.schema = path, pq.read_schema(path)

    def __contains__(self, name: str) -> bool:
        return name in self.schema.names

    def parts(self, name: str) -> Iterator[pa.ChunkedArray]:
        """A column in parts."""
        yield from (part.column(name) for part in parts_of(self.path, [name]))


def _lint_table(path: Path, person: np.ndarray | None) -> Iterator[str]:
    import pyarrow.compute as pc

    table, name = _Columns(path), path.stem
    if name not in observed_sheets():
        yield f"{name} is no table of systems of record"
        return
    if unknown := sorted(set(table.schema.names) & TRUTH):
        yield f"{name} holds {', '.join(unknown)}, which is the truth's"
    if SYNTHETIC not in table or any(pc.all(pc.equal(p, MARK)).as_py() is False for p in table.parts(SYNTHETIC)):
        yield f"{name} has rows without {MARK}"
    yield from _lint_numbers(name, table)
    yield from _lint_places(name, table)
    if person is not None:
        yield from _lint_order(name, table, person)


def _lint_numbers(name: str, table: _Columns) -> Iterator[str]:
    """A-numbers that could have been issued."""
    import pyarrow.compute as pc

    for column in table.schema.names:
        field = field_of(name, column)
        if field is not None and field.kind is Kind.A_NUMBER:
            found = (pc.min(part).as_py() for part in table.parts(column))
            least = min((each for each in found if each is not None), default=A_NUMBERS_FROM)
            if least < A_NUMBERS_FROM:
                yield f"{name}.{column} holds {least}, which could be somebody's; allowed: ten digits"


def _lint_places(name: str, table: _Columns) -> Iterator[str]:
    """Places finer than a sector or a kind of facility."""
    import pyarrow.compute as pc

    for column in sorted(set(PLACES) & set(table.schema.names)):
        found = {value for part in table.parts(column) for value in pc.unique(part).to_pylist()} - {None}
        if wrong := sorted(found - PLACES[column]):
            yield f"{name}.{column} names {wrong[0]}, which is finer than a sector or a kind of facility"


def _lint_order(name: str, table: _Columns, person: np.ndarray) -> Iterator[str]:
    """Columns of numbers that are a person's number, or stand in the same order."""
    for field in table.schema:
        if str(field.type) == "int64" and _is_in_order(table.parts(field.name), person):
            yield f"{name}.{field.name} stands in the order of truth"


def _is_in_order(parts: Iterable[pa.ChunkedArray], person: np.ndarray) -> bool:
    """Whether a column ranks rows as a person's number does: told within each part, over all of them together."""
    rows, alike, begins = 0, 0.0, 0
    for part in parts:
        values = part.fill_null(-1).to_numpy()
        persons = person[begins : begins + values.size]
        begins += values.size
        used = (persons >= 0) & (values >= 0)
        rows += int(used.sum())
        alike += rank_correlation(values[used], persons[used]) * int(used.sum())
    return rows >= LEAST and abs(alike) / rows > MOST_ALIKE / np.sqrt(rows)


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's correlation of ranks, ties in any order; 0 where one of them is constant or there is none."""
    if not one.size:
        return 0.0
    ranks = []
    for values in (one, other):
        rank = np.unique(values, return_inverse=True)[1].astype(np.float64)
        ranks.append(rank - rank.mean())
    scale = np.sqrt((ranks[0] ** 2).sum() * (ranks[1] ** 2).sum())
    return 0.0 if scale == 0 else float((ranks[0] * ranks[1]).sum() / scale)


def _persons_of_rows(folder: Path, name: str) -> np.ndarray | None:
    """Person behind each row of a table in the order of its rows, -1 for nobody, int32; None without a key."""
    import pyarrow.compute as pc

    path = folder / "answer_key" / "record.parquet"
    if not path.is_file():
        return None
    numbers, persons = [], []
    for part in parts_of(path, ["table", "rec_id", "person_id"], name):
        own = part.filter(pc.equal(part["table"], name))
        numbers.append(own["rec_id"].to_numpy().astype(np.int32))
        persons.append(own["person_id"].fill_null(-1).to_numpy().astype(np.int32))
    number = np.concatenate([np.zeros(0, dtype=np.int32), *numbers])
    return np.concatenate(persons)[np.argsort(number, kind="stable")] if number.size else None


# --- the key ----------------------------------------------------------------------------------------------------------


def _lint_key(folder: Path) -> Iterator[str]:
    """Tables of the key have the columns that are described, and stand nowhere among what is observed."""
    import pyarrow.parquet as pq

    names: Iterable[str] = (path.stem for path in (folder / "observed").rglob("*.*"))
    yield from (f"{name} of the answer key stands among what is observed" for name in names if name in KEY_SHEETS)
    for path in sorted((folder / "answer_key").rglob("*.parquet")):
        sheet = KEY_SHEETS.get(path.stem)
        if sheet is not None and path.parent.name != "missing" and pq.read_schema(path).names != sheet.names:
            yield f"{path.stem} has other columns than are described"
