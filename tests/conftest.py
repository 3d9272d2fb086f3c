"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import settings

ROOT = Path(__file__).parents[1]

# Commands that tests start find the package in the sources, whether or not it is installed.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]))

# Python may keep what it compiles for the commands that tests start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples on every machine and every day: a test that fails once fails again. No deadline, since compiled
# functions take seconds on their first call.
settings.register_profile("borderops", deadline=None, derandomize=True)
settings.load_profile("borderops")
