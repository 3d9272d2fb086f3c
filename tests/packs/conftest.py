"""Packs that are written once for all tests of a session."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.packs.pack_worlds import write


@pytest.fixture(scope="session")
def whole(tmp_path_factory) -> Path:
    """Everybody, as Parquet."""
    return write(tmp_path_factory.mktemp("packs") / "whole", None, ("parquet",))


@pytest.fixture(scope="session")
def part_of_it(tmp_path_factory) -> Path:
    """A part of them, in every format."""
    return write(tmp_path_factory.mktemp("packs") / "part_of_it")
