"""Link the people of a data pack with Splink 5, and write pairs as ``borderops score`` takes them (task T1).

    python docs/splink_model.py PACK OUTPUT.parquet

Splink is no part of borderops: ``pip install 'borderops[linkage]'``. Reads the observed tables and nothing else, and
learns without labels.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import duckdb
import pandas as pd
import splink.comparison_library as compare
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

FRONT, BEHIND = ("e3_subject", "sigma_case"), ("earm_case", "portal_child")
NUMBERS = {"e3_subject": "subject_no", "sigma_case": "sigma_no", "earm_case": "case_no", "portal_child": "portal_no"}
SEED = 2018
LEAST = 0.01
"""Pairs less likely than this are left out."""

BLOCKS = ("a_number", "birth_day, given", "birth_day, surname", "given, surname, country")


def main(words: list[str]) -> int:
    """Link, write."""
    pack, output = Path(words[0]), Path(words[1])
    # One thread: with several, the pairs that chance is learned from differ from run to run.
    linker = linker_of({name: people(pack, name) for name in (*FRONT, *BEHIND)}, threads=1)
    pairs = learned(linker).inference.predict(threshold_match_probability=LEAST).as_pandas_dataframe()
    found = as_output(pairs)
    found.to_parquet(output, index=False)
    print(f"{len(found)} pairs")
    return 0


def people(pack: Path, name: str) -> pd.DataFrame:
    """The last row about each person of a table, with columns that all tables have."""
    table = pd.read_parquet(pack / "observed" / "parquet" / f"{name}.parquet")
    table = table.sort_values("rec_id").drop_duplicates(NUMBERS[name], keep="last")
    given, surnames = table.get("given"), table.get("surname_1")
    if given is None:
        given, surnames = table["first_name"], table["last_name"].str.split(" ").str[0]
    return pd.DataFrame(
        {
            "unique_id": table["rec_id"],
            "a_number": table["a_number"].astype("Int64").astype("string"),
            "given": given.map(folded),
            "surname": surnames.map(folded),
            "birth_day": table["birth_day"].astype("string"),
            "country": table["country"],
        }
    )


def folded(name: object) -> str | None:
    """A name in small letters without accents."""
    if not isinstance(name, str) or not name:
        return None
    return "".join(sign for sign in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(sign))


def linker_of(tables: dict[str, pd.DataFrame], threads: int) -> Linker:
    """A model of names, dates of birth, A-numbers and countries between different tables."""
    api = DuckDBAPI(connection=duckdb.connect(config={"threads": threads}))
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("given", [0.92, 0.8]),
            compare.JaroWinklerAtThresholds("surname", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            compare.LevenshteinAtThresholds("birth_day", [1, 2]),
            compare.LevenshteinAtThresholds("a_number", [1, 2]),
            compare.ExactMatch("country"),
        ],
        blocking_rules_to_generate_predictions=[block_on(*rule.split(", ")) for rule in BLOCKS],
    )
    return Linker([api.register(table, dataset_display_name=name) for name, table in tables.items()], settings)


def learned(linker: Linker) -> Linker:
    """The model after it has learned from the tables, without labels."""
    sure = [block_on("a_number", "birth_day")]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=SEED)
    for rule in (block_on("a_number"), block_on("birth_day", "given")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    return linker


def as_output(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs that the task asks about: where people are first written down, with where they are again."""
    sides = {"source_dataset": "table", "unique_id": "rec_id"}
    names = {f"{theirs}_{side}": f"{ours}_{side}" for theirs, ours in sides.items() for side in "lr"}
    found = pairs.rename(columns=names | {"match_probability": "score"})[[*names.values(), "score"]]
    is_asked = found["table_l"].isin(FRONT) != found["table_r"].isin(FRONT)
    return found[is_asked].sort_values(list(names.values()), ignore_index=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
