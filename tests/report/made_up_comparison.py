"""Contents of the reports of a comparison and of a sweep from made-up numbers.

Summarised by the program's own functions; nothing here is simulated. Pairs share their luck, as the model's do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from made_up_contents import made_up_contents

from borderops.forecast.comparing import compare, ranking
from borderops.forecast.kpis import KPIS
from borderops.forecast.results import KEYS, gather, summarise
from borderops.report.compare_contents import CompareContents, Compared, SweepContents
from borderops.report.contents import Contents

LEVEL = 0.9
SEPARATIONS = {
    "zero_tolerance_2018": 1.0,
    "family_unity": 0.0,
    "limited_separation": 0.35,
    "tracking=shared_record": 1.0,
    "recommendation_3_ice": 0.97,
}
KPI_MEANS = {
    # name: (mean without separations, added by all of them, spread of luck, spread of its own)
    "children_separated": (0.0, 2980.0, 60.0, 8.0),
    "families_separated": (0.0, 2560.0, 50.0, 8.0),
    "parents_separated": (0.0, 2620.0, 50.0, 8.0),
    "share_over_72h_separated": (0.31, 0.08, 0.012, 0.003),
    "share_over_72h_minors": (0.112, 0.055, 0.008, 0.002),
    "over_72h_minors": (2400.0, 900.0, 80.0, 20.0),
    "mean_custody_hours_separated": (58.0, 10.0, 1.5, 0.4),
    "separated_still_in_custody": (0.0, 0.0, 0.0, 0.0),
    "children_separated_unnoticed": (90.0, 2.0, 9.0, 3.0),
    "children_parent_number_not_passed": (0.58, 0.02, 0.01, 0.012),
    "class_not_found_at_order": (0.4, 0.1, 0.02, 0.01),
    "class_reunited_by_young_deadline": (0.6, -0.08, 0.04, 0.03),
    "class_reunited_by_deadline": (0.62, -0.07, 0.02, 0.01),
    "shelter_census_peak": (9400.0, 2100.0, 70.0, 15.0),
    "waiting_for_bed_peak": (0.0, 540.0, 40.0, 6.0),
    "station_hours_over_rated": (610.0, 290.0, 45.0, 12.0),
    "families_never_grouped": (180.0, 6.0, 13.0, 9.0),
    "staff_hours": (802_000.0, 9000.0, 4000.0, 500.0),
}
OF_SEPARATED = (
    "share_over_72h_separated", "mean_custody_hours_separated", "children_parent_number_not_passed",
    "class_not_found_at_order", "class_reunited_by_young_deadline", "class_reunited_by_deadline",
)  # fmt: skip
GROUPS = {"station": ("rio_grande_valley", "yuma", "tucson"), "age_band": ("0–4", "5–12", "13–17")}


def stacked_kpis(separations: float, n: int, seed: int = 5) -> pd.DataFrame:
    """KPIs of every replication under a scenario; the luck of a replication is the same for every scenario."""
    own = np.random.default_rng([seed, round(separations * 1000) + 7])
    rows = []
    for replication in range(1, n + 1):
        luck = np.random.default_rng([seed, 1_000_000 + replication])
        for name, (without, added, shared, alone) in KPI_MEANS.items():
            shared_luck, chance = luck.normal(0, shared) if shared else 0.0, own.normal(0, alone) if alone else 0.0
            if separations == 0 and name in OF_SEPARATED:
                continue
            vanishes = without == 0 and separations == 0
            value = 0.0 if vanishes else without + separations * added + shared_luck * max(separations, 0.3) + chance
            value = max(value, 0.0) if KPIS[name].unit == "share" else max(round(value, 1), 0.0)
            rows.append((replication, name, "all", "all", value))
            for kind, groups in GROUPS.items():
                if KPIS[name].unit in ("share", "hours"):
                    rows += [(replication, name, kind, group, value) for group in groups]
        if separations:
            for level, links in {"searchable": 420, "headquarters": 2310, "note": 110, "nowhere": 240}.items():
                rows.append((replication, "links_of_separated", "standing", level, links * separations))
    return pd.DataFrame(rows, columns=["replication", *KEYS["kpis"], "value"])


def summary_of(stacked: pd.DataFrame) -> pd.DataFrame:
    """Summary over replications."""
    parts = ((int(number), table) for number, table in stacked.groupby("replication"))  # type: ignore[call-overload]
    return summarise(gather(parts, KEYS["kpis"]), LEVEL)


def families_of(names: Sequence[str], separations: Mapping[str, float]) -> pd.DataFrame:
    """Families by whether and why their stories differ, reversals in both directions."""
    rows: list[tuple[Any, ...]] = []
    for name in names[1:]:
        less = 1.0 - separations[name]
        rows += [
            (name, "separated_only_in_baseline", "selection", 2480 * less, 2410 * less, 2540 * less, 4_120_311),
            (name, "separated_only_in_baseline", "never_grouped", 6.4 * less, 3.0 * less, 9.0 * less, 4_120_777),
            (name, "separated_in_neither", "act", 812.0, 770.0, 850.0, 5_001_200),
            (name, "separated_in_neither", "queue", 6120.5, 6001.0, 6240.0, 5_001_201),
            (name, "same_story", "", 30_211.0, 30_100.0, 30_322.0, 5_001_202),
        ]
        if separations[name]:
            rows += [
                (name, "separated_only_here", "occupancy", 11.2, 6.0, 17.0, 4_500_001),
                (name, "separated_only_here", "end_of_run", 0.4, 0.0, 1.0, 4_500_002),
                (name, "separated_in_both", "act", 130.0, 110.0, 150.0, 4_500_003),
                (name, "separated_in_both", "queue", 420.0, 400.0, 441.0, 4_500_004),
            ]
    table = pd.DataFrame(rows, columns=["scenario", "what", "cause", "mean", "low", "high", "example"])
    return table[(table["mean"] > 0) | (table["what"] == "same_story")].reset_index(drop=True)


def links_of(names: Sequence[str], separations: Mapping[str, float]) -> pd.DataFrame:
    """Links by where each stands under the baseline and under another scenario."""
    places = {"searchable": 420.0, "headquarters": 2310.0, "note": 110.0, "nowhere": 240.0}
    rows: list[tuple[Any, ...]] = []
    for name in names[1:]:
        for place, links in places.items():
            kept = links * separations[name]
            here = "searchable" if place != "nowhere" else "nowhere"
            for level, count in ((here, kept * 0.9), ("nowhere", kept * 0.1), ("not_separated", links - kept)):
                rows.append((name, place, level, count, count * 0.9, count * 1.1, 4_500_010))
    table = pd.DataFrame(rows, columns=["scenario", "baseline", "here", "mean", "low", "high", "example"])
    table = table.groupby(["scenario", "baseline", "here"], sort=False, as_index=False).agg(
        {"mean": "sum", "low": "sum", "high": "sum", "example": "first"}
    )
    return table[table["mean"] > 0].reset_index(drop=True)


def made_up_comparison(scenarios: int = 2, n: int = 8, **changes: Any) -> CompareContents:
    """Contents of a whole comparison.

    Parameters
    ----------
    scenarios : int
        2 to 5, the baseline among them; the second is one without separations.
    n : int
        Replications.
    **changes : any
        Fields of `CompareContents` to replace.
    """
    return dataclasses.replace(_comparison(scenarios, n), **changes)


@cache
def _comparison(scenarios: int, n: int) -> CompareContents:
    """Made once for all tests, which change copies."""
    names = list(SEPARATIONS)[:scenarios]
    stacked = {name: stacked_kpis(SEPARATIONS[name] * (1 + 0.002 * at), n) for at, name in enumerate(names)}
    compared = [_compared(name, stacked[name], n) for name in names]
    settings = [
        ("policy.family_referral", *(f"option {at}" for at in range(scenarios))),
        ("orr.beds.age_0_12[0].beds", *([2200] * scenarios)),
        ("policy.title", *(one.title for one in compared)),
    ]
    return CompareContents(
        question="What would the spring of 2018 have looked like had families stayed together?",
        scenarios=compared,
        differences=compare(stacked, names[0], LEVEL),
        ranking=ranking(stacked, LEVEL),
        families=families_of(names, SEPARATIONS),
        links=links_of(names, SEPARATIONS),
        settings=pd.DataFrame(settings, columns=["key", *names]),
        level=LEVEL,
        n=n,
        same_people=True,
        definitions=KPIS,
        manifest={"version": "0.1.0", "commit": "0f3c1d2", "seed": 1, "replications": n, "digest": "9b1f" * 16},
        failures=[],
        limits=["Courts: judges' discretion is not modelled.", "Records: layouts are ours."],
    )


def _compared(name: str, stacked: pd.DataFrame, n: int) -> Compared:
    whole = whole_of(n, SEPARATIONS[name])
    return Compared(
        name=name,
        title=whole.title,
        kpis=summary_of(stacked),
        daily=whole.daily,
        survival=whole.survival,
        reunions=whole.reunions,
    )


@cache
def whole_of(n: int, separations: float) -> Contents:
    """Days and curves of a scenario, made once: what tests change of a comparison lies elsewhere."""
    return made_up_contents(n=n, separations=separations)


def recompared(contents: CompareContents, stacked: Mapping[str, pd.DataFrame]) -> CompareContents:
    """Contents whose KPIs are others: a table of all replications for each scenario, by name."""
    scenarios = [dataclasses.replace(one, kpis=summary_of(stacked[one.name])) for one in contents.scenarios]
    return dataclasses.replace(
        contents,
        scenarios=scenarios,
        differences=compare(stacked, scenarios[0].name, contents.level),
        ranking=ranking(stacked, contents.level),
    )


def values_of(rows: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """A stacked table of overall KPIs; NaN leaves a replication out."""
    found = [
        (replication, name, "all", "all", value)
        for name, values in rows.items()
        for replication, value in enumerate(values, start=1)
        if np.isfinite(value)
    ]
    return pd.DataFrame(found, columns=["replication", *KEYS["kpis"], "value"])


# --- sweeps --------------------------------------------------------------------------------------------------------

AXES = {
    "orr.beds.age_0_12[0].beds": ("1800", "2200", "3000"),
    "tracking": ("as_it_was", "shared_record"),
    "stations.agents": ("0.8", "1.0", "1.2", "1.5"),
}


def made_up_sweep(
    axes: Mapping[str, Sequence[str]] | Sequence[str] = ("orr.beds.age_0_12[0].beds",), n: int = 8, **changes: Any
) -> SweepContents:
    """Contents of a whole sweep: axes by name, or names of those above.

    Parameters
    ----------
    axes : mapping of str to sequence of str, or sequence of str
    n : int
        Replications.
    **changes : any
        Fields of `SweepContents` to replace.
    """
    chosen = dict(axes) if isinstance(axes, Mapping) else {name: AXES[name] for name in axes}
    tables = []
    for at, values in enumerate(product(*chosen.values()), start=1):
        kpis = summary_of(stacked_kpis(0.95**at, n))
        named = dict(zip(chosen, values, strict=True))
        tables.append(
            pd.DataFrame({"point": at, **{name: [value] * len(kpis) for name, value in named.items()}}).join(kpis)
        )
    fields: dict[str, Any] = {
        "question": "How many beds would have sufficed?",
        "scenario": "zero_tolerance_2018",
        "axes": chosen,
        "table": pd.concat(tables, ignore_index=True),
        "kpis": ["children_separated", "share_over_72h_minors", "shelter_census_peak", "waiting_for_bed_peak"],
        "level": LEVEL,
        "n": n,
        "definitions": KPIS,
        "manifest": {"version": "0.1.0", "seed": 1, "replications": n},
        "failures": [],
        "limits": ["Courts: judges' discretion is not modelled."],
    }
    return SweepContents(**(fields | changes))
