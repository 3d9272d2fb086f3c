"""A pack on disk: observed tables in every format asked for, the answer key apart, descriptors and manifests.

Tables are made and written one after another, so that memory holds few of them at a time. Must not know where the
folder will lie in the end, what day it is, or how many workers write: files are the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from borderops import provenance
from borderops.config.schema import Settings
from borderops.exceptions import ModelError
from borderops.packs.answer_key import KeyTables, mapping_of
from borderops.packs.columns import NOTICE, Sheet, arrow_schema, observed_sheets
from borderops.packs.cutting import cut
from borderops.packs.datasheet import datasheet, facts_of
from borderops.packs.descriptors import croissant, data_package, dictionary, path_of, sql
from borderops.packs.dialects import described, dialect_of, in_dialect
from borderops.packs.formats import (
    DuckdbFile,
    ParquetFile,
    SqliteFile,
    write_csv,
    write_jsonl,
    write_mbox,
    write_parquet,
    write_xlsx,
)
from borderops.packs.harm_guard import lint
from borderops.packs.key_tables import KEY_SHEETS
from borderops.packs.labels import Labels
from borderops.packs.listing import NAMES as LISTS
from borderops.packs.listing import PublishedLists
from borderops.packs.numbering import Numbering
from borderops.packs.observed import Observed
from borderops.packs.readable import Reader
from borderops.packs.tool_labels import PAIR_TASKS, write_tool_labels
from borderops.records.bookkeeping import Books
from borderops.records.systems import LAYOUTS

if TYPE_CHECKING:  # loading takes a while
    import numpy as np
    import pyarrow as pa

FORMATS: Final = ("parquet", "csv", "csv_dialect", "sqlite", "duckdb", "jsonl", "mbox", "xlsx")
MAIL: Final = "mail_message"
LOCAL: Final = {"local_sheet_row": "sheet_no", "local_sheet_version": "sheet_no", "local_board_line": "station"}
"""Tables of stations, and the column whose values have a sheet of their own in a workbook."""

UNREPEATABLE: Final = ("observed/duckdb/observed.duckdb",)
"""Files with a number of their own that differs every time; they are in no checksum."""

MOVES_NOTHING: Final = ("scenario", "run", "inputs", "compute", "trials", "precision")
"""Settings that say how an experiment is carried out, or what it is called."""

MANIFEST: Final = "manifest.json"


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
        Of `FORMATS`.
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
    pack = _Pack(folder, books, chosen, about, workers)
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


class _Pack:
    """A pack while it is being written."""

    def __init__(self, folder: Path, books: Books, chosen: np.ndarray, about: About, workers: int):
        self.folder, self.about, self.workers = folder, about, workers
        self.cut = cut(books, chosen)
        self.settings, self.number = books.witness.settings, books.witness.replication.number
        self.numbering = Numbering(self.cut)
        reader = Reader(self.cut.records.lexicon)
        self.observed = Observed(self.cut, self.numbering, reader)
        self.lists = PublishedLists(self.cut, self.numbering, reader)
        self.tables = KeyTables(books, self.cut, self.numbering, reader)
        self.sizes: dict[str, int] = {}

    # --- observed -----------------------------------------------------------------------------------------------------

    def write_observed(self) -> None:
        """Every table in every format."""
        for name in about_folders(self.about.formats):
            (self.folder / "observed" / name).mkdir(parents=True)
        with ExitStack() as stack:
            databases = self._databases()
            for database in databases:
                stack.enter_context(database)
            for name, table in self._tables():
                sheet = observed_sheets()[name]
                for database in databases:  # one at a time: both write into one file
                    database.write(sheet, table)

    def _databases(self) -> list[SqliteFile | DuckdbFile]:
        kinds: dict[str, type[SqliteFile] | type[DuckdbFile]] = {"sqlite": SqliteFile, "duckdb": DuckdbFile}
        return [
            kind(self.folder / "observed" / name / f"observed.{name}")
            for name, kind in kinds.items()
            if name in self.about.formats
        ]

    def _tables(self) -> Iterator[tuple[str, pa.Table]]:
        """Observed tables, each once its files are written; as many at a time as there are workers."""
        names = [*LAYOUTS, *LISTS]
        if self.workers == 1:
            yield from ((name, self._write_files(name)) for name in names)
            return
        with ThreadPoolExecutor(self.workers) as pool:
            for begin in range(0, len(names), self.workers):
                some = names[begin : begin + self.workers]
                yield from zip(some, pool.map(self._write_files, some))

    def _write_files(self, name: str) -> pa.Table:
        """One table in all formats of single files."""
        table = (self.lists if name in LISTS else self.observed).table(name)
        sheet = observed_sheets()[name]
        self.sizes[path_of(sheet)] = table.num_rows
        for each in self.about.formats:
            if each in _WRITERS:
                _WRITERS[each](sheet, table, self.folder / "observed" / each)
        return table

    # --- key ----------------------------------------------------------------------------------------------------------

    def write_key(self) -> None:
        """Tables of the truth, and rows that are missing."""
        (self.folder / "answer_key" / "missing").mkdir(parents=True)
        for name, maker in mapping_of(self.tables).items():
            made = maker()
            self._write(KEY_SHEETS[name], [made] if hasattr(made, "num_rows") else made)
        for name in self.tables.missing():
            places, numbers = self.tables.missing_rows(name)
            table = self.observed.rows(name, self.cut.written[name].take(places), numbers)
            write_parquet(table, self.folder / "answer_key" / "missing" / f"{name}.parquet")

    def _write(self, sheet: Sheet, parts: Iterable[pa.Table]) -> None:
        path, rows = path_of(sheet), 0
        with ParquetFile(self.folder / path, arrow_schema(sheet)) as file:
            for part in parts:
                file.write(part)
                rows += part.num_rows
        self.sizes[path] = rows

    def write_labels(self) -> None:
        """Labels of every task, and the forms that tools load."""
        (self.folder / "answer_key" / "labels").mkdir()
        pairs = {}
        for name, maker in Labels(self.tables, self.lists).makers().items():
            table = maker()
            self._write(KEY_SHEETS[name], [table])
            if name in PAIR_TASKS:
                pairs[name] = table
        left, right = (self.observed.table(name) for name in ("e3_subject", "earm_case"))
        write_tool_labels(self.folder / "answer_key" / "tools", pairs, left, right)

    # --- descriptors --------------------------------------------------------------------------------------------------

    def write_descriptors(self) -> Made:
        """Descriptors, datasheet and manifests."""
        facts = facts_of(self.tables)
        described_here = self._described()
        sheets = [*observed_sheets().values(), *KEY_SHEETS.values()]
        name = self.about.name
        self._text("datapackage.json", data_package(name, sheets, self.sizes))
        self._text("croissant.json", croissant(name, provenance.version(), sheets, checksums(self.folder)))
        self._text("schema.sql", sql(sheets))
        self._text("dictionary.md", dictionary(sheets, self.sizes))
        self._text("datasheet.md", datasheet(described_here, facts))
        self._text("README.md", readme(described_here, self.about.formats))
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
            "formats": list(self.about.formats),
            "scenario": settings.scenario,
            "question": settings.study.question,
            "window": f"{window.start} to {window.end}",
            "design": ", ".join(f"{design.name} from {design.begins}" for design in settings.tracking.designs),
            "seed": settings.seed,
            "replication": self.number,
            "settings_sha256": settings_digest(settings),
            "version": provenance.version(),
        }

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

_Writer = Callable[[Sheet, "pa.Table", Path], None]


def _in_dialect(sheet: Sheet, table: pa.Table, folder: Path) -> None:
    write_csv(in_dialect(sheet, table), folder / f"{sheet.name}.csv", dialect_of(sheet.name).separator)


def _mail_as_lines(sheet: Sheet, table: pa.Table, folder: Path) -> None:
    if sheet.name == MAIL:
        write_jsonl(table, folder / f"{sheet.name}.jsonl")


def _mail_as_box(sheet: Sheet, table: pa.Table, folder: Path) -> None:
    if sheet.name == MAIL:
        write_mbox(table, folder / f"{sheet.name}.mbox")


def _workbook(sheet: Sheet, table: pa.Table, folder: Path) -> None:
    if sheet.name in LOCAL:
        write_xlsx(table, folder / f"{sheet.name}.xlsx", LOCAL[sheet.name])


_WRITERS: Final[Mapping[str, _Writer]] = {
    "parquet": lambda sheet, table, folder: write_parquet(table, folder / f"{sheet.name}.parquet"),
    "csv": lambda sheet, table, folder: write_csv(table, folder / f"{sheet.name}.csv"),
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
- `datapackage.json`, `croissant.json`, `schema.sql`: the same for machines. `manifest.json`: seed, settings, checksums.

Rows of a table are numbered by `rec_id`, 1, 2, 3, in the order of entry. A tool's output for `borderops score` names
rows by table and `rec_id`: pairs (`table_l, rec_id_l, table_r, rec_id_r[, score]`), clusters (`table, rec_id,
cluster`), lists (`table, rec_id`) or cells (`table, rec_id, field[, value]`).

`answer_key/labels/` holds the truth of each task; `answer_key/tools/` the same as Splink, recordlinkage, dedupe and
Zingg load it. In `eid_person` and `eid_encounter` the systems themselves say who is who: leave them out for the task of
the same person (T1).
"""


def _json(content: Any) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
