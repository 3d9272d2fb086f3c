"""A pack on disk: observed tables in every format asked for, the answer key apart, descriptors and manifests.

Tables are made and written part by part, one table after another, so that memory hardly grows with them. Must not know
where the folder will lie in the end, what day it is, or how many workers write: files are the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from borderops import provenance
from borderops.config.schema import Settings
from borderops.exceptions import ModelError
from borderops.packs.answer_key import KeyTables, mapping_of
from borderops.packs.columns import NOTE_TEXT, NOTICE, Sheet, arrow_schema, observed_sheets
from borderops.packs.cutting import cut
from borderops.packs.datasheet import datasheet, facts_of
from borderops.packs.descriptors import croissant, data_package, dictionary, path_of, sql
from borderops.packs.dialects import described, dialect_of, in_dialect
from borderops.packs.folder import MANIFEST
from borderops.packs.formats import (
    CsvFile,
    DuckdbFile,
    LinesFile,
    ParquetFile,
    SqliteFile,
    TableFile,
    Workbook,
    as_json,
    as_message,
    give_back,
    parts_of,
    write_parquet,
)
from borderops.packs.harm_guard import lint
from borderops.packs.key_tables import KEY_SHEETS, NOTE_SPAN
from borderops.packs.labels import Labels
from borderops.packs.listing import NAMES as LISTS
from borderops.packs.listing import PublishedLists
from borderops.packs.notes import Notes
from borderops.packs.numbering import HOMES, Numbering
from borderops.packs.observed import Observed
from borderops.packs.readable import Reader
from borderops.packs.tool_labels import EXAMPLES_OF, PAIR_TASKS, write_examples, write_pairs
from borderops.records.bookkeeping import Books
from borderops.shelf import IN_MEMORY, Memory

if TYPE_CHECKING:  # loading takes a while
    import numpy as np
    import pyarrow as pa

FORMATS: Final = ("parquet", "csv", "csv_dialect", "sqlite", "duckdb", "jsonl", "mbox", "xlsx")
DATABASE: Final = "postgresql"
"""A format without files."""

MAIL: Final = "mail_message"
LOCAL: Final = {"local_sheet_row": "sheet_no", "local_sheet_version": "sheet_no", "local_board_line": "station"}
"""Tables of stations, and the column whose values have a sheet of their own in a workbook."""

UNREPEATABLE: Final = ("observed/duckdb/observed.duckdb",)
"""Files with a number of their own that differs every time; they are in no checksum."""

MOVES_NOTHING: Final = ("scenario", "run", "inputs", "compute", "trials", "precision")
"""Settings that say how an experiment is carried out, or what it is called."""


@dataclass(frozen=True)
class About:
    """What a pack is, in words.

    Parameters
    ----------
    name : str
        Small letters, digits, dots and hyphens.
    tier : str
    size : str
        As asked for.
    formats : tuple of str
        Of `FORMATS`; `DATABASE` has no files and is written from those that are there, see `observed_parts`.
    """

    name: str
    tier: str
    size: str
    formats: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """What was written.

    Parameters
    ----------
    pack_id : str
    persons : int
    rows : int
        Of all observed tables.
    errors : int
        Changes of cells and rows.
    """

    pack_id: str
    persons: int
    rows: int
    errors: int


def write_pack(
    folder: Path,
    books: Books,
    chosen: np.ndarray,
    about: About,
    workers: int = 1,
    tell: Callable[[str], None] = lambda text: None,
    shelf: Memory = IN_MEMORY,
) -> Made:
    """Write a pack.

    Parameters
    ----------
    folder : Path
        Exists and is empty.
    books : Books
        Everything that was written in a history.
    chosen : ndarray of bool, shape (n,)
        Whom the pack speaks of: people of whole events, see `borderops.packs.cutting.choose_people`.
    about : About
    workers : int
        Threads that write; files do not depend on it.
    tell : callable
        Is told what is being written.
    shelf : Memory
        Where the books lie, and what is found out while tables are written.

    Returns
    -------
    Made

    Raises
    ------
    OSError
        If a file cannot be written.
    ModelError
        If the harm guard finds fault with the pack; a defect of borderops.
    """
    pack = _Pack(folder, books, chosen, about, workers, shelf)
    tell("observed tables ...")
    pack.write_observed()
    tell("answer key ...")
    pack.write_key()
    tell("labels ...")
    pack.write_labels()
    tell("descriptors and checksums ...")
    made = pack.write_descriptors()
    if problems := lint(folder):
        raise ModelError(f"a pack was made that must not be given out: {'; '.join(problems)}")
    return made


def observed_parts(folder: Path) -> Iterator[tuple[Sheet, Iterator[pa.Table]]]:
    """Observed tables of a pack, each in parts, as a database takes them."""
    yield from ((sheet, parts_of(folder / path_of(sheet))) for sheet in observed_sheets().values())


class _Pack:
    """A pack while it is being written."""

    def __init__(self, folder: Path, books: Books, chosen: np.ndarray, about: About, workers: int, shelf: Memory):
        self.folder, self.about, self.workers, self.shelf = folder, about, workers, shelf
        self.cut = cut(books, chosen, shelf)
        self.settings, self.number = books.witness.settings, books.witness.replication.number
        self.numbering = Numbering(self.cut, shelf)
        reader = Reader(self.cut.records.lexicon)
        self.observed = Observed(self.cut, self.numbering, reader)
        self.lists = PublishedLists(self.cut, self.numbering, reader)
        self.notes = Notes(self.cut, self.numbering, reader)
        self.tables = KeyTables(books, self.cut, self.numbering, reader, shelf)
        self.sizes: dict[str, int] = {}
        self._give_back()

    # --- observed -----------------------------------------------------------------------------------------------------

    def write_observed(self) -> None:
        """Every table in every format."""
        for name in about_folders(self.about.formats):
            (self.folder / "observed" / name).mkdir(parents=True)
        names = list(observed_sheets())
        self._number()
        with ThreadPoolExecutor(self.workers) as pool:
            self.sizes |= dict(pool.map(self._write_files, names))
        self._put_away()
        for database in self._databases():
            with database:
                for name in names:  # one at a time, since all go into one file
                    sheet = observed_sheets()[name]
                    database.write(sheet, parts_of(self.folder / path_of(sheet)))

    def _number(self) -> None:
        """Number all rows before tables are written: sorting takes room, in which one thread is enough."""
        for name in self.cut.records.tables:
            self.numbering.order(name)
            self.shelf.rest()
        for home in HOMES:
            self.numbering.fresh(home)

    def _databases(self) -> list[SqliteFile | DuckdbFile]:
        kinds: dict[str, type[SqliteFile] | type[DuckdbFile]] = {"sqlite": SqliteFile, "duckdb": DuckdbFile}
        return [
            kind(self.folder / "observed" / name / f"observed.{name}")
            for name, kind in kinds.items()
            if name in self.about.formats
        ]

    def _write_files(self, name: str) -> tuple[str, int]:
        """One table in all formats of single files; its path and how many rows it has."""
        sheet, rows = observed_sheets()[name], 0
        made = (_FILES[each](sheet, self.folder / "observed" / each) for each in self.about.formats if each in _FILES)
        files = [file for file in made if file is not None]
        for part in self._parts(name):
            rows += part.num_rows
            for file in files:
                file.write(part)
            del part
            self._give_back()
        for file in files:
            file.close()
        self._give_back()
        return path_of(sheet), rows

    def _parts(self, name: str) -> Iterable[pa.Table]:
        if name in LISTS:
            return [self.lists.table(name)]
        return self.notes.parts() if name == NOTE_TEXT.name else self.observed.parts(name)

    # --- key ----------------------------------------------------------------------------------------------------------

    def write_key(self) -> None:
        """Tables of the truth, and rows that are missing."""
        (self.folder / "answer_key" / "missing").mkdir(parents=True)
        for _ in self.tables.find_out():
            self._put_away()
        for name, maker in mapping_of(self.tables).items():
            self._write(KEY_SHEETS[name], maker())
        self._write(NOTE_SPAN, self.notes.span())
        for name in self.tables.missing():
            places, numbers = self.tables.missing_rows(name)
            table = self.observed.rows(name, self.cut.written[name].take(places), numbers)
            write_parquet(table, self.folder / "answer_key" / "missing" / f"{name}.parquet")

    def _write(self, sheet: Sheet, made: pa.Table | Iterable[pa.Table]) -> None:
        """A table of the key, as a whole or in parts."""
        path, rows = path_of(sheet), 0
        with ParquetFile(self.folder / path, arrow_schema(sheet)) as file:
            for part in [made] if hasattr(made, "num_rows") else made:
                file.write(part)
                rows += part.num_rows
                del part
                self._give_back()
        self._put_away()
        self.sizes[path] = rows

    def write_labels(self) -> None:
        """Labels of every task, and the forms that tools load."""
        labels, tools = (self.folder / "answer_key" / name for name in ("labels", "tools"))
        labels.mkdir()
        tools.mkdir()
        makers = {**Labels(self.tables, self.lists).makers(), "T7": self.notes.t7}
        for name, maker in makers.items():
            self._write(KEY_SHEETS[name], maker())
            path = labels / f"{name}.parquet"
            if name in PAIR_TASKS:
                write_pairs(tools, name, parts_of(path))
            if name == EXAMPLES_OF:
                write_examples(tools, parts_of(path), self.observed.some)
            self._give_back()

    # --- descriptors --------------------------------------------------------------------------------------------------

    def write_descriptors(self) -> Made:
        """Descriptors, datasheet and manifests."""
        facts = facts_of(self.tables)
        self._put_away()
        described_here = self._described()
        sheets = [*observed_sheets().values(), *KEY_SHEETS.values()]
        name = self.about.name
        self._text("datapackage.json", data_package(name, sheets, self.sizes))
        if "csv" in self.about.formats:
            of_csv = data_package(name, observed_sheets().values(), self.sizes, is_csv=True)
            self._text("observed/csv/datapackage.json", of_csv)
        self._text("croissant.json", croissant(name, provenance.version(), sheets, checksums(self.folder)))
        self._text("schema.sql", sql(sheets))
        self._text("dictionary.md", dictionary(sheets, self.sizes))
        self._text("datasheet.md", datasheet(described_here, facts))
        self._text("README.md", readme(described_here, described_here["formats"]))
        sums = checksums(self.folder)
        pack_id = provenance.sha256_of_text(json.dumps(sums, sort_keys=True))
        self._text(f"answer_key/{MANIFEST}", _json({"notice": NOTICE, "pack_id": pack_id}))
        manifest = {
            "notice": NOTICE,
            "pack_id": pack_id,
            **described_here,
            "persons": facts.persons["everybody"],
            "hard_cases": dict(facts.hard_cases),
            "rows": {path: self.sizes[path] for path in sorted(self.sizes)},
            "dialects": described() if "csv_dialect" in self.about.formats else {},
            "without_checksum": [path for path in UNREPEATABLE if (self.folder / path).is_file()],
            "files_sha256": sums,
        }
        self._text(MANIFEST, _json(manifest))
        errors = sum(changes for changes, _ in facts.errors.values())
        observed = sum(size for path, size in self.sizes.items() if path.startswith("observed/"))
        return Made(pack_id, facts.persons["everybody"], observed, errors)

    def _described(self) -> dict[str, Any]:
        settings, window = self.settings, self.settings.window
        return {
            "name": self.about.name,
            "size": self.about.size,
            "tier": self.about.tier,
            "formats": [one for one in self.about.formats if one != DATABASE],
            "scenario": settings.scenario,
            "question": settings.study.question,
            "window": f"{window.start} to {window.end}",
            "design": ", ".join(f"{design.name} from {design.begins}" for design in settings.tracking.designs),
            "seed": settings.seed,
            "replication": self.number,
            "settings_sha256": settings_digest(settings),
            "version": provenance.version(),
        }

    def _give_back(self) -> None:
        """Give memory back that Arrow keeps for later, and what was read of the books or found out of them."""
        give_back()
        self.shelf.rest()

    def _put_away(self) -> None:
        """Lay on the shelf what was found out and is kept for later; no thread may be at work."""
        for owner in (self.cut, self.numbering, self.lists, self.notes, self.tables):
            self.shelf.put_away(owner)
        self.cut.witness.put_away(self.shelf)
        self._give_back()

    def _text(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8", newline="\n")


def about_folders(formats: Sequence[str]) -> list[str]:
    """Folders below ``observed``."""
    return [name for name in FORMATS if name in formats]


def settings_digest(settings: Settings) -> str:
    """SHA-256 of the settings that move anything."""
    values = settings.model_dump(mode="json")
    told = {name: value for name, value in values.items() if name not in MOVES_NOTHING}
    return provenance.sha256_of_text(json.dumps(told, sort_keys=True))


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file written so far by its path, but of those that differ every time."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: provenance.sha256_of_file(path) for name, path in named.items() if name not in UNREPEATABLE}


# --- one format each --------------------------------------------------------------------------------------------------

_Maker = Callable[[Sheet, Path], TableFile | None]
"""Of a table and the folder of a format: the file, or None for tables that do not come in it."""


def _in_dialect(sheet: Sheet, folder: Path) -> TableFile:
    separator = dialect_of(sheet.name).separator
    return CsvFile(folder / f"{sheet.name}.csv", separator, partial(in_dialect, sheet))


def _mail_as_lines(sheet: Sheet, folder: Path) -> TableFile | None:
    return LinesFile(folder / f"{sheet.name}.jsonl", as_json) if sheet.name == MAIL else None


def _mail_as_box(sheet: Sheet, folder: Path) -> TableFile | None:
    return LinesFile(folder / f"{sheet.name}.mbox", as_message) if sheet.name == MAIL else None


def _workbook(sheet: Sheet, folder: Path) -> TableFile | None:
    return Workbook(folder / f"{sheet.name}.xlsx", LOCAL[sheet.name]) if sheet.name in LOCAL else None


_FILES: Final[Mapping[str, _Maker]] = {
    "parquet": lambda sheet, folder: ParquetFile(folder / f"{sheet.name}.parquet", arrow_schema(sheet)),
    "csv": lambda sheet, folder: CsvFile(folder / f"{sheet.name}.csv"),
    "csv_dialect": _in_dialect,
    "jsonl": _mail_as_lines,
    "mbox": _mail_as_box,
    "xlsx": _workbook,
}


def readme(about: Mapping[str, Any], formats: Sequence[str]) -> str:
    """Make ``README.md``."""
    return f"""\
# {about["name"]}

**{NOTICE}**

Records of people at a border as several systems of record hold them, with the mistakes of those who wrote them, and,
apart, everything that is true.

- `observed/`: what a tool may see, one folder a format ({", ".join(formats)}); the same rows in each.
- `answer_key/`: people, links, the truth behind every row, every error with its cause, splits and labels. Keep it away
  from whoever is to be judged.
- `dictionary.md`: every table and column. `datasheet.md`: how wrong it is, and what it must not be used for.
- `datapackage.json`, `croissant.json`, `schema.sql`: the same for machines; `observed/csv/datapackage.json` where CSV
  was asked for. `manifest.json`: seed, settings, checksums.

Rows of a table are numbered by `rec_id`, 1, 2, 3, in the order of entry. A tool's output for `borderops score` names
rows by table and `rec_id`: pairs (`table_l, rec_id_l, table_r, rec_id_r[, score]`), clusters (`table, rec_id,
cluster`), lists (`table, rec_id`) or cells (`table, rec_id, field[, value]`).

`answer_key/labels/` holds the truth of each task; `answer_key/tools/` the same as Splink, recordlinkage, dedupe and
Zingg load it. In `eid_person` and `eid_encounter` the systems themselves say who is who: leave them out for the task of
the same person (T1).
"""


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
