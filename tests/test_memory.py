"""Memory of a crew's threads: what jobs have freed does not pile up."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

import borderops

SOURCE = Path(borderops.__file__).parents[1]

JOBS = """
from pathlib import Path
import numpy as np
from borderops.experiments.crews import Threads

def megabytes():
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) / 1024

def job(number):
    if number % 2:
        largest = np.ones(4_000_000)  # once such an array was freed, smaller ones come from the thread's heap
    arrays = [np.ones(20_000 + 900 * (number * i % 97)) for i in range(600)]
    kept.append(arrays[-1][:100].copy())  # something small stays above all that is freed
    return None

kept = []
crew = Threads(2)
before = megabytes()
for number in range(12):
    crew.begin(job, number).result()
crew.dismiss()
print(megabytes() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps memory in other ways")
def test_threads_hold_on_to_nothing_that_their_jobs_have_freed():
    """Twelve jobs that take 200 MB each leave two threads with less than 40 MB."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    told = subprocess.run([sys.executable, "-c", JOBS], env=environment, capture_output=True, text=True, check=True)
    assert float(told.stdout) < 40.0
