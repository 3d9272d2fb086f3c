"""The golden run: the same people, plan and history to the bit, whoever plays them, where and in which order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import refresh
from pydantic import ValidationError

import borderops
from borderops.replication import replicate

SOURCE = Path(borderops.__file__).parents[1]


@pytest.fixture(scope="module")
def settings():
    """The snapshot; a schema that has grown asks for a new one."""
    try:
        return refresh.golden_settings()
    except ValidationError as error:
        pytest.fail(f"the schema has changed: run `python tests/golden/refresh.py --settings`\n{error}")


def test_golden_run_is_as_committed(settings):
    """Every digest and count equals the committed one; when meant, refresh them in a commit that says what moved."""
    assert refresh.play(settings) == json.loads(refresh.DIGESTS.read_text(encoding="utf-8"))


def test_golden_run_meets_every_stage(settings):
    """Small, but not empty: families are parted, children placed, others released, returned or sent to court."""
    told = json.loads(refresh.DIGESTS.read_text(encoding="utf-8"))["0"]
    assert min(told["parties"].values()) > 0
    for way in ("to_ice", "returned", "to_court", "released", "to_shelter", "to_family_detention"):
        assert told["exits"][way] > 0, way
    assert told["children_left_alone"] > 0


def test_digests_are_equal_twice_and_in_any_order_of_replications(settings):
    """Replications played backwards, among others or again tell the same; no two tell the same story."""
    forwards = [replicate(settings, number).digest for number in (0, 1, 2)]
    backwards = [replicate(settings, number).digest for number in (2, 1, 0)]
    assert forwards == backwards[::-1]
    assert len(set(forwards)) == 3


def test_digests_are_equal_in_another_process_and_folder(settings, tmp_path):
    """A fresh interpreter in an empty folder, with other hashing, tells the same digests."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONHASHSEED": "12345", "TZ": "Asia/Tokyo"}
    told = subprocess.run(
        [sys.executable, refresh.__file__, "--print"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == json.loads(refresh.DIGESTS.read_text(encoding="utf-8"))


def test_a_single_minute_changes_the_digest(settings):
    """The digest is not deaf: one more minute of intake a party is another history."""
    stations = settings.stations.model_copy(update={"intake_minutes_party": settings.stations.intake_minutes_party + 1})
    changed = replicate(settings.model_copy(update={"stations": stations}), 0)
    same = replicate(settings, 0)
    assert changed.people.digest() == same.people.digest()
    assert changed.history.digest() != same.history.digest()
