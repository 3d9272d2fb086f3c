"""Audits take records and cannot learn the truth."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))

from test_architecture import modules

from borderops.audit import checks, clocks, linkage, lists

AUDITS = sorted(name for name in modules() if name.startswith("audit."))
TRUTH = ("operations", "population", "scoring", "replication", "streams", "quantiles", "records.answer_key")
ALLOWED = {
    "units", "clock", "exceptions", "tables", "memory", "shelf", "ordering", "ages", "config.schema",
    "records.fields", "records.spelling", "records.systems",
}  # fmt: skip


def reached(module: str) -> set[str]:
    """Modules of borderops that a module imports, and those that these import, and so on."""
    from test_architecture import imported

    found, waiting, known = set(), [module], set(modules())
    while waiting:
        names = {name.removeprefix("borderops.") for name in imported(modules()[waiting.pop()])}
        new = (names & known) - found
        found |= new
        waiting.extend(new)
    return found


@pytest.mark.parametrize("module", AUDITS)
def test_an_audit_reaches_no_truth(module):
    """Neither people nor operations nor the answer key can be reached from an audit, even through others."""
    assert not [name for name in reached(module) if name.startswith(TRUTH)]


@pytest.mark.parametrize("module", AUDITS)
def test_an_audit_reaches_little(module):
    """Besides its own files an audit knows time, tables, settings' words, and what records look like."""
    assert {name for name in reached(module) if not name.startswith("audit")} <= ALLOWED | {"", "records", "config"}


@pytest.mark.parametrize("module", [checks, clocks, linkage, lists])
def test_an_audit_begins_with_records(module):
    """What an audit offers takes records, a table of them, or other findings: never a history or people."""
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            first = next(iter(inspect.signature(function).parameters))
            assert first in {"records", "table", "adult", "numbers"}, name
