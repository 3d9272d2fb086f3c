"""Baselines on a pack as it is written: they need no key, and each finds something."""

from __future__ import annotations

import shutil

import pyarrow.parquet as pq
import pytest

from borderops.referee.baselines import BASELINES, write_baseline
from borderops.referee.judging import judge
from borderops.referee.pack import Pack, open_pack

TELLS_NOTHING = {("T5", "by_number")}
"""Rules that a small pack gives nothing to find."""


@pytest.mark.parametrize("of", list(BASELINES), ids="-".join)
def test_a_baseline_reads_what_is_observed_and_nothing_else(whole, tmp_path, of):
    """Of a pack without a key it puts out the same; scored through the usual door, it is right somewhere."""
    shutil.copytree(whole / "observed" / "parquet", tmp_path / "blind" / "observed" / "parquet")
    blind, pack = Pack(tmp_path / "blind", tmp_path / "nowhere", {}), open_pack(whole)
    paths = [tmp_path / f"{name}.parquet" for name in ("blind", "open")]
    for each, path in zip((blind, pack), paths):
        write_baseline(each, BASELINES[of], path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    score = judge(pack, of[0], paths[0])
    values = score.whole.set_index("measure")["value"]
    if of[0] == "T9":
        assert 0 <= values["share_off"] < 0.2
    elif of not in TELLS_NOTHING:
        assert pq.read_metadata(paths[0]).num_rows > 0 and 0 < values["f1"] <= 1
