"""Composing in a folder of its own, so that no scenario of the machine plays a part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from borderops.config import keys
from borderops.config.compose import compose
from borderops.config.schema import Settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and no folder of scenarios named."""
    monkeypatch.delenv("BORDEROPS_SCENARIOS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def shipped() -> Settings:
    """The settings a bare `borderops run` uses."""
    return compose().settings


@pytest.fixture
def changed(shipped: Settings) -> Callable[..., Settings]:
    """Shipped settings with some values replaced, given by key; the types are still checked."""

    def change(values: dict[str, Any]) -> Settings:
        everything = shipped.model_dump()
        for key, value in values.items():
            *above, last = keys.parse(key)
            place: Any = everything
            for part in above:
                place = place[part]
            place[last] = value
        return Settings.model_validate(everything)

    return change
