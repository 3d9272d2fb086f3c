"""Datasheet of a pack: what is in it, how wrong it is, which hard cases it holds, and what it must not be used for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from borderops.audit.looking_up import pairs_of
from borderops.packs.answer_key import KeyTables
from borderops.packs.columns import NOTICE
from borderops.population.people import NOBODY, Role, Stratum
from borderops.records.answer_key import TABLES, Mechanism
from borderops.records.fields import BLANK
from borderops.records.known_names import known_names, surnames_of
from borderops.scoring.standing import Kind

FORBIDDEN: Final = """\
## What it must not be used for

- Nothing here is about anybody. Do not match it against data on real people, and do not tell anything of real people
  from it.
- Do not use a model that learned from it to decide about, rank or flag real persons or families. No task of this pack
  asks whether a person or family is suspect, and no score ranks them.
- Rates of errors and of hard cases are those of a model. They are no estimates of what any agency did.
- A-numbers have ten digits; none was ever issued. Places are no finer than a sector and a kind of facility.
"""

UNREPEATABLE: Final = """\
The same seed and settings write the same bytes in every file but `observed/duckdb/observed.duckdb`: its tables are the
same, and DuckDB gives each file a number of its own. No checksum is kept of it."""

MODELLED: Final = """\
Relatives who are no parents are brothers or sisters of a parent by name; the model makes no cousins of its own and says
of nobody that he is an adult brother. Relatives who are fewer than 16 years older than the child stand for both.
"""


AT_ONCE: Final = 1 << 14
"""People whose events are looked through at a time, about."""


@dataclass(frozen=True)
class Facts:
    """What a datasheet tells, as plain numbers."""

    persons: Mapping[str, int]
    hard_cases: Mapping[str, int]
    rows: Mapping[str, int]
    errors: Mapping[str, tuple[int, int]]  # by mechanism: changes of cells and rows, and independent causes
    cells_wrong: Mapping[str, int]  # by table


def facts_of(tables: KeyTables) -> Facts:
    """Count everything."""
    made = tables.cut
    changes, rows = made.key.changes, made.key.rows
    mechanisms = np.concatenate([changes.mechanism, rows.mechanism])
    causes = np.concatenate([changes.cause, rows.cause])
    errors = {
        Mechanism(code).name.lower(): (int((mechanisms == code).sum()), np.unique(causes[mechanisms == code]).size)
        for code in np.unique(mechanisms)
    }
    last = tables.is_last
    wrong = {TABLES[code]: int(last[changes.table == code].sum()) for code in np.unique(changes.table)}
    sizes = {name: len(table) for name, table in made.records.tables.items()}
    return Facts(_persons(tables), _hard_cases(tables), sizes, errors, wrong)


def _persons(tables: KeyTables) -> dict[str, int]:
    people, chosen = tables.people, tables.cut.chosen
    stratum = people.of_party("stratum")[chosen]
    counts = {kind.name.lower(): int((stratum == kind).sum()) for kind in Stratum}
    return {"everybody": int(chosen.sum()), **counts}


def _hard_cases(tables: KeyTables) -> dict[str, int]:
    people = tables.people
    links, relation = tables.pairs
    apart = (people.birth_day[links.child] - people.birth_day[links.parent]) / 365.25
    kinds = tables.separations.kind
    families = np.unique(people.party[links.child], return_counts=False)
    stratum = people.stratum[families]
    return {
        "minor_mothers": np.unique(links.parent[relation == 1]).size,
        "undisclosed_families": int((stratum == Stratum.UNDISCLOSED_FAMILY).sum()),
        "false_claims": int((stratum == Stratum.FALSE_FAMILY).sum()),
        "children_with_aunts_and_uncles": int((relation == 3).sum()),
        "of_these_under_16_years_apart": int(((relation == 3) & (apart < 16)).sum()),
        "brothers_and_sisters": _siblings(tables),
        "separated_children": np.unique(tables.separations.child[tables.separations.is_separation]).size,
        "links_never_grouped": int((kinds == Kind.NEVER_GROUPED).sum()),
        "links_one_parent_kept": int((kinds == Kind.ONE_PARENT_KEPT).sum()),
        **_strangers(tables),
    }


def _siblings(tables: KeyTables) -> int:
    """Pairs of children of one party with a parent in common."""
    people = tables.people
    parent = np.maximum(people.mother, people.father)
    parent = np.where(parent == NOBODY, people.father, parent)
    with_parent = np.flatnonzero((parent != NOBODY) & people.is_child & tables.cut.chosen)
    count = np.bincount(people.party[with_parent])
    return int((count * (count - 1) // 2).sum())


def _strangers(tables: KeyTables) -> dict[str, int]:
    """Unrelated people met in one event: of one name, and an adult and a child whom the report's rule would join."""
    people, rows = tables.people, tables.cut.persons
    events = people.event[people.party[rows]]
    order = np.argsort(events, kind="stable")
    rows, events = rows[order], events[order]
    alike = joined = begins = 0
    while begins < rows.size:  # whole events, since there are more pairs than people
        ends = int(np.searchsorted(events, events[min(begins + AT_ONCE, rows.size) - 1], side="right"))
        more, further = _strangers_of(tables, rows[begins:ends], events[begins:ends])
        alike, joined, begins = alike + more, joined + further, ends
    return {"homonyms_in_one_event": alike, "strangers_the_rule_would_join": joined}


def _strangers_of(tables: KeyTables, rows: np.ndarray, events: np.ndarray) -> tuple[int, int]:
    """Likewise among some people."""
    people = tables.people
    folded = np.append(known_names().folded, np.int32(BLANK))
    one, other = pairs_of(events)
    one, other = rows[one], rows[other]
    apart = people.party[one] != people.party[other]
    one, other = one[apart], other[apart]
    (first, second), (of_other, second_of_other) = (
        [folded[surnames_of(codes[who])] for codes in (people.surname_1, people.surname_2)] for who in (one, other)
    )
    same_name = (first == of_other) & (people.given_1[one] == people.given_1[other]) & (one < other)
    shared = (first == of_other) | (first == second_of_other)
    shared |= (second != BLANK) & ((second == of_other) | (second == second_of_other))
    years = (people.birth_day[other] - people.birth_day[one]) / 365.25
    fits = (people.role[one] < Role.CHILD) & people.is_child[other] & (years >= 16) & (years <= 40)
    return int(same_name.sum()), int((shared & fits).sum())


def datasheet(about: Mapping[str, Any], facts: Facts) -> str:
    """Make ``datasheet.md``.

    Parameters
    ----------
    about : mapping
        Name, tier, formats, scenario, question, window, design, seed, version and settings digest.
    facts : Facts
    """
    rows = sum(facts.rows.values())
    parts = [
        f"# Datasheet of {about['name']}",
        "",
        f"**{NOTICE}**",
        "",
        f"Made by borderops {about['version']} from seed {about['seed']}, replication {about['replication']}; settings "
        f"`{about['settings_sha256'][:12]}`.",
        f"Scenario {about['scenario']}: {about['question']}",
        f"Window {about['window']}; tier {about['tier']}; tracking design {about['design']}.",
        "",
        "## What is in it",
        "",
        *_table(("people", "number"), facts.persons.items()),
        *_table(("table", "rows", "wrong cells"), _with_wrong(facts)),
        f"{rows:,} rows in all. Whole apprehension events were taken from a history at full scale.",
        "",
        *((UNREPEATABLE, "") if "duckdb" in about["formats"] else ()),
        "## Hard cases",
        "",
        *_table(("case", "number"), facts.hard_cases.items()),
        MODELLED,
        "## How wrong it is",
        "",
        "Changes of cells and rows by mechanism, and how many independent causes they have: what is copied goes with "
        "what it was copied from.",
        "",
        *_table(("mechanism", "changes", "causes", "per 1,000 rows"), _with_rates(facts, rows)),
        FORBIDDEN,
    ]
    return "\n".join(parts)


def _with_wrong(facts: Facts) -> list[tuple[str, int, int]]:
    return [(name, size, facts.cells_wrong.get(name, 0)) for name, size in facts.rows.items()]


def _with_rates(facts: Facts, rows: int) -> list[tuple[str, int, int, str]]:
    return [
        (name, changes, causes, f"{1000 * changes / max(rows, 1):.3f}")
        for name, (changes, causes) in facts.errors.items()
    ]


def _table(heads: tuple[str, ...], rows: Any) -> list[str]:
    """A table in Markdown."""
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    for row in rows:
        cells = (f"{cell:,}" if isinstance(cell, int) else str(cell).replace("_", " ") for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]
