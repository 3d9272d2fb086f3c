"""Between trials memory stays with the process; after the last it goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, resource, sys
from pathlib import Path
import numpy as np
from borderops.experiments import memory

def pages():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def trial():  # each array is below the size from which numpy asks for huge pages
    arrays = [np.ones(350_000) for _ in range(20)]
    del arrays

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1])

if "holds" in sys.argv:
    memory.hold_on()
trial()
before = pages()
for _ in range(5):
    trial()
print(pages() - before)
held = resident()
memory.let_go()
print(held - resident())
"""

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or platform.libc_ver()[0] != "glibc", reason="the C library is another one"
)


def run(*words: str) -> list[int]:
    """Pages touched anew in five trials after the first, and pages given back at the end."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=True)
    return [int(number) for number in done.stdout.split()]


def test_a_process_that_holds_on_takes_pages_once():
    """Later trials need no new pages; without holding on each takes most of its pages anew."""
    assert run("holds")[0] < 200
    assert run()[0] > 5_000


def test_letting_go_gives_everything_back():
    """54 MB are free at the end: at least 50 MB of pages of 4 kB go back."""
    assert run("holds")[1] > 12_000
