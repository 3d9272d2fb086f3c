"""A data pack as the referee knows it: through its files, which must be those that were written together.

The key must be the key of this pack, and unaltered: the numbers of rows of two packs look alike, and an output scored
against the wrong one would get a score that means nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from borderops.exceptions import FileProblem
from borderops.provenance import sha256_of_file, sha256_of_text
from borderops.referee.reading import Catalogue
from borderops.referee.resampling import Groups
from borderops.streams import Draws

MANIFEST: Final = "manifest.json"
OBSERVED: Final = "observed/parquet"
KEY: Final = "answer_key"
CHECKSUMS: Final = "files_sha256"
MARK: Final = "synthetic"
"""Column that says of every row that it is made up; no tool is asked about it."""

LABELS: Final = "labels"
ENTRIES: Final = f"{LABELS}/T5"
"""Labels of entries of lists."""

SCHEMES: Final = ("family", "time", "sector")
PARTS: Final = ("train", "test")
"""Ways of splitting people, and the parts of each."""

OWN_NUMBERS: Final = {
    "e3_subject": "subject_no",
    "sigma_case": "sigma_no",
    "earm_case": "case_no",
    "portal_child": "portal_no",
}
"""By which number a table tells its people apart: several rows of one number are versions of one record."""

AGE_BANDS: Final = {"age_0_4": 0, "age_5_12": 5, "age_13_17": 13, "adults": 18}
SURNAMES: Final = {"rare": 0.0, "uncommon": 0.001, "common": 0.01}
"""By the share of people who bear the commoner of a person's surnames: under 0.1 %, under 1 %, more."""


@dataclass(frozen=True)
class Pack:
    """A pack with its key.

    Parameters
    ----------
    folder : Path
    key : Path
        Folder of the answer key.
    manifest : mapping
    part : tuple of (str, str), optional
        Scheme and part of a split: people of that part alone are judged; everybody, if not given.
    """

    folder: Path
    key: Path
    manifest: Mapping[str, Any]
    part: tuple[str, str] | None = None

    @property
    def pack_id(self) -> str:
        """Digest of the pack."""
        return str(self.manifest["pack_id"])

    @cached_property
    def draws(self) -> Draws:
        """Draws of this pack: the same for every tool."""
        return Draws(int(self.manifest["seed"]), int(self.manifest["replication"]))

    @cached_property
    def catalogue(self) -> Catalogue:
        """Observed tables with their rows and columns."""
        sizes, fields = {}, {}
        for path in sorted((self.folder / OBSERVED).glob("*.parquet")):
            about = pq.read_metadata(path)
            sizes[path.stem] = about.num_rows
            fields[path.stem] = [name for name in pq.read_schema(path).names if name not in ("rec_id", MARK)]
        return Catalogue(sizes, fields)

    def truth(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A table of the answer key, some columns of it."""
        return pq.read_table(self.key / f"{name}.parquet", columns=None if columns is None else list(columns))

    def observed(self, table: str) -> pa.Table:
        """An observed table."""
        return pq.read_table(self.folder / OBSERVED / f"{table}.parquet")

    def has(self, name: str) -> bool:
        """Whether the key holds a table."""
        return (self.key / f"{name}.parquet").is_file()

    @cached_property
    def persons(self) -> pd.DataFrame:
        """People, indexed by their number."""
        columns = ["person_id", "family_id", "citizenship", "age", "sector", "surname_share"]
        return self.truth("person", columns).to_pandas().set_index("person_id")

    @cached_property
    def first_version(self) -> np.ndarray:
        """For each record the first of the same number in its table, else itself, shape (records,)."""
        made = np.arange(self.catalogue.starts[-1])
        for name, number in OWN_NUMBERS.items():
            if name in self.catalogue.sizes:
                start = self.catalogue.starts[self.catalogue.tables.index(name)]
                table = pq.read_table(self.folder / OBSERVED / f"{name}.parquet", columns=["rec_id", number])
                rec_id, own = (table.column(one).fill_null(-1).to_numpy() for one in ("rec_id", number))
                order = np.lexsort((rec_id, own))
                _, first, place = np.unique(own[order], return_index=True, return_inverse=True)
                lead = rec_id[order][first][place]
                made[start + rec_id[order] - 1] = start + np.where(own[order] < 0, rec_id[order], lead) - 1
        return made

    def records(self, table: pa.Table, side: str = "") -> np.ndarray:
        """Numbers of records among all of them, from the columns ``table`` and ``rec_id`` of a table of the key."""
        names = table.column(f"table{side}").combine_chunks().dictionary_encode()
        codes = pd.Index(self.catalogue.tables).get_indexer(pd.Index(names.dictionary.to_pylist()))
        at = codes[names.indices.to_numpy(zero_copy_only=False)] if len(table) else np.zeros(0, dtype=np.int64)
        return self.catalogue.starts[at] + table.column(f"rec_id{side}").to_numpy() - 1

    def table_of(self, records: np.ndarray) -> np.ndarray:
        """Code of the table that each record stands in."""
        return np.searchsorted(self.catalogue.starts, records, side="right") - 1

    @cached_property
    def person_of_record(self) -> np.ndarray:
        """Number of the person that each record is about, -1 for nobody, shape (records,), int64."""
        made = np.full(self.catalogue.starts[-1], -1, dtype=np.int64)
        for name in ("record", ENTRIES):  # entries of lists are no records of a system, but labels say whom they name
            if self.has(name):
                table = self.truth(name, ["table", "rec_id", "person_id"])
                made[self.records(table)] = table.column("person_id").fill_null(-1).to_numpy()
        return made

    @cached_property
    def is_judged(self) -> np.ndarray:
        """Marks the records about people who are judged, shape (records,); of one part nobody's are among them."""
        places = self.persons.index.get_indexer(pd.Index(self.person_of_record))
        return np.append(self.are_people_judged, self.part is None)[places]

    @cached_property
    def are_people_judged(self) -> np.ndarray:
        """Marks the people who are judged, in the order of `persons`."""
        if self.part is None:
            return np.ones(len(self.persons), dtype=bool)
        split = self.truth("split")
        own = pc.and_(*(pc.equal(split.column(name), value) for name, value in zip(("scheme", "part"), self.part)))
        return self.persons.index.isin(split.filter(own).column("person_id").to_numpy())

    @cached_property
    def owner(self) -> np.ndarray:
        """To whom each record counts: the place of its person, or behind all persons a place of its own."""
        places = self.persons.index.get_indexer(pd.Index(self.person_of_record))
        return np.where(places >= 0, places, len(self.persons) + np.arange(places.size))

    @property
    def owners(self) -> int:
        """Places of `owner`."""
        return len(self.persons) + int(self.catalogue.starts[-1])

    @cached_property
    def family(self) -> np.ndarray:
        """Number of the family of each owner; a record of nobody is a family of its own, shape (owners,), int64."""
        of_persons = self.persons["family_id"].to_numpy(dtype=np.int64)
        return np.append(of_persons, of_persons.max(initial=0) + 1 + np.arange(self.owners - of_persons.size))

    @cached_property
    def slices(self) -> list[Groups]:
        """Owners by country, age, sector and surname; nobody's records are in none of them."""
        persons = self.persons
        return [
            self._grouped("country", persons["citizenship"], sorted(persons["citizenship"].dropna().unique())),
            self._banded("age_band", persons["age"], AGE_BANDS),
            self._grouped("sector", persons["sector"], sorted(persons["sector"].dropna().unique())),
            self._banded("surname", persons["surname_share"], SURNAMES),
        ]

    def _grouped(self, kind: str, values: pd.Series, names: Sequence[str]) -> Groups:
        return self._groups(kind, names, pd.Index(names).get_indexer(pd.Index(values)))

    def _banded(self, kind: str, values: pd.Series, bands: Mapping[str, float]) -> Groups:
        band = np.searchsorted(list(bands.values()), values.to_numpy(dtype=np.float64), side="right") - 1
        return self._groups(kind, list(bands), np.where(values.isna(), -1, band))

    def _groups(self, kind: str, names: Sequence[str], of: np.ndarray) -> Groups:
        return Groups(kind, names, np.append(of, np.full(self.owners - of.size, -1)).astype(np.int64))


def open_pack(folder: Path, key: Path | None = None) -> Pack:
    """Open a pack and see that its key is its own and unaltered.

    Parameters
    ----------
    folder : Path
    key : Path, optional
        Folder of the answer key, where it lies apart from the pack.

    Returns
    -------
    Pack

    Raises
    ------
    FileProblem
        With every problem.
    """
    manifest = _read_manifest(folder, "a data pack", ("pack_id", "seed", "replication", CHECKSUMS))
    chosen = folder / KEY if key is None else key
    hint = "" if key is not None else "; key=FOLDER says where else it lies"
    if not chosen.is_dir():
        raise FileProblem(f"{folder.name} has no answer key{hint}; without one nothing can be scored")
    of_key = _read_manifest(chosen, "an answer key")
    if of_key["pack_id"] != manifest["pack_id"]:
        told = f"{str(of_key['pack_id'])[:12]} against {str(manifest['pack_id'])[:12]}"
        raise FileProblem(f"{chosen.name} is the answer key of another pack than {folder.name} ({told})")
    if sha256_of_text(json.dumps(manifest[CHECKSUMS], sort_keys=True)) != manifest["pack_id"]:
        raise FileProblem(f"{folder.name} is not as it was written: its {MANIFEST} does not belong to its pack_id")
    problems = _altered(chosen, manifest)
    if problems:
        noun = "file" if len(problems) == 1 else "files"
        raise FileProblem("\n  ".join([f"{chosen.name} cannot be used, {len(problems)} {noun}:", *problems]))
    return Pack(folder, chosen, manifest)


def _read_manifest(folder: Path, what: str, needed: Sequence[str] = ("pack_id",)) -> dict[str, Any]:
    path = folder / MANIFEST
    if not folder.is_dir():
        raise FileProblem(f"{folder} is no folder; allowed: the folder of {what}")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise FileProblem(f"{folder.name} is not {what}: it holds no {MANIFEST} that can be read") from None
    except ValueError:
        raise FileProblem(f"{folder.name} is not {what}: its {MANIFEST} cannot be understood") from None
    missing = [key for key in needed if not isinstance(manifest, dict) or key not in manifest]
    if missing:
        raise FileProblem(f"{folder.name} is not {what}: its {MANIFEST} names no {', '.join(missing)}")
    return manifest


def _altered(key: Path, manifest: Mapping[str, Any]) -> list[str]:
    """What is missing of a key, and what is no longer as it was written."""
    problems = []
    for name, expected in sorted(manifest[CHECKSUMS].items()):
        inner = name.removeprefix(f"{KEY}/")
        if inner in (name, MANIFEST):
            continue
        path = key / inner
        if not path.is_file():
            problems.append(f"{inner} is missing")
        elif sha256_of_file(path) != expected:
            problems.append(f"{inner} is not as it was written: its checksum differs")
    return problems
