"""Contents of a report from made-up numbers: small, seeded, plausible, and summarised by the program's own function.

Nothing here is simulated. The shapes are those of the season of 2018, so that whoever works on the report sees pictures
like those to come.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from omegaconf import OmegaConf

from borderops.config.schema import BED_KINDS, SECTORS, STATIONS, Settings
from borderops.forecast.kpis import KPIS
from borderops.forecast.results import KEYS, Results, gather, sample, summarise
from borderops.report.assemble import REUNITED_KEYS, reunited_shares
from borderops.report.contents import STATISTICS, Contents

CONF = Path(__file__).resolve().parents[2] / "conf"
STATION_SHARES = dict(zip(STATIONS, (0.02, 0.07, 0.01, 0.2, 0.01, 0.52, 0.03, 0.05, 0.08, 0.01), strict=True))
AGE_SHARES = {"0–4": 0.04, "5–12": 0.61, "13–17": 0.35}
FEWEST_LEAVERS = 10


@dataclass(frozen=True)
class MadeUpParameter:
    """A row of the register."""

    key: str
    value: Any
    unit: str
    grade: str
    low: Any
    high: Any
    source: str
    known_on: date | None
    is_shipped: bool


@dataclass(frozen=True)
class MadeUpFailure:
    """A failed replication."""

    replication: int
    seed: int
    message: str
    traceback: str


def settings_of(policy: str) -> Settings:
    """The shipped settings under a policy, without the machinery of overrides."""
    whole = _read(CONF / "config.yaml")
    options = {group: option for entry in whole.pop("defaults") if entry != "_self_" for group, option in entry.items()}
    del options["scenario"]
    for group, option in (options | {"policy": policy}).items():
        whole[group] = _read_group(group, option)
    whole["scenario"] = "zero_tolerance_2018" if policy == "zero_tolerance" else policy
    whole["window"] |= {"start": "2018-04-01", "end": "2018-07-31"}
    whole["study"] |= {"season_start": "2018-05-05", "season_end": "2018-06-20"}
    return Settings.model_validate(whole)


def _read(path: Path) -> dict[str, Any]:
    read = OmegaConf.to_container(OmegaConf.load(path))
    assert isinstance(read, dict)
    return {str(key): value for key, value in read.items()}


def _read_group(group: str, name: str) -> dict[str, Any]:
    """One file of a group on top of those it names in its defaults."""
    own = _read(CONF / group / f"{name}.yaml")
    below: dict[str, Any] = {}
    for parent in own.pop("defaults", []):
        if parent != "_self_":
            below |= _read_group(group, parent)
    return below | own


def made_up_contents(n: int = 20, seed: int = 1, separations: float = 1.0, **changes: Any) -> Contents:
    """Contents of a whole report.

    Parameters
    ----------
    n : int
        Replications.
    seed : int
    separations : float
        Multiplies all separations; 0 makes a report without any, of the scenario ``family_unity``.
    **changes : any
        Fields of `Contents` to replace.
    """
    random = np.random.default_rng(seed)
    settings = settings_of(policy="zero_tolerance" if separations else "family_unity")
    results = [_replication(number, random, settings, separations) for number in range(n)]
    level = settings.run.interval_level
    tables = {name: summarise(sample(results, name), level) for name in KEYS}
    shares = ((one.replication, reunited_shares(one.tables["reunions"])) for one in results)
    tables["reunited"] = summarise(gather(shares, REUNITED_KEYS), level)
    fields: dict[str, Any] = {
        "title": settings.policy.title,
        "question": "What happens to families, children and shelters when adults in families are referred for "
        "prosecution from 5 May to 20 June 2018?",
        "scenario": settings.scenario,
        "settings": settings,
        "register": made_up_register(),
        "manifest": {
            "version": "0.1.0", "commit": "0f3c1d2", "seed": settings.seed, "replications": n, "workers": 2,
            "started": "2026-11-21 20:15:02", "seconds": 61.34, "digest": "9b1f" * 16,
            "packages": {"numpy": "2.4.6", "pandas": "3.1.1", "plotly": "7.1.0"},
        },
        "level": level,
        "n": n,
        "definitions": KPIS,
        **tables,
        "comparison": made_up_comparison(),
        "failures": [],
        "limits": [
            "Courts: judges' discretion is not modelled.",
            "Reunification: brothers and sisters travel each on their own.",
            "Records: layouts are ours.",
        ],
        "published_monthly": _published_monthly(tables["monthly"], random),
        "parts": {"share_over_72h_separated": ("over_72h_separated", "children_separated")},
    }  # fmt: skip
    return Contents(**(fields | changes))


def _replication(number: int, random: np.random.Generator, settings: Settings, separations: float) -> Results:
    days = pd.date_range(settings.window.start, settings.window.end)
    luck = random.normal(1.0, 0.03)
    bump = np.clip((days.day_of_year.to_numpy() - 123) / 10.0, 0, 1) * (days <= "2018-06-20")
    rate = (2 + 72 * bump) * separations * luck
    parted = random.poisson(rate[:, None] * np.array(list(STATION_SHARES.values()))[None, :])
    season = (days >= "2018-05-05") & (days <= "2018-06-20")
    return Results(
        replication=number,
        digest="0" * 64,
        tables={
            "kpis": _kpis(random, parted[season], settings),
            "daily": _daily(random, days, parted, settings, luck),
            "survival": _survival(random, separations),
            "flow": _flow(random, int(parted.sum())),
            "outcomes": _outcomes(random, int(parted.sum())),
            "monthly": _monthly(random, days, parted),
            "waits": _waits(random, separations),
            "reunions": _reunions(random, int(parted.sum()), settings),
            "work": _work(random, separations),
            "links": _links(random, int(parted[season].sum())),
            "findings": pd.DataFrame(columns=[*KEYS["findings"], "value"]).astype({"value": float}),
        },
    )


def _kpis(random: np.random.Generator, parted: np.ndarray, settings: Settings) -> pd.DataFrame:
    rows: list[tuple[str, str, str, float]] = []
    by_station = dict(zip(STATIONS, parted.sum(axis=0).tolist(), strict=True))
    by_age = dict(
        zip(AGE_SHARES, random.multinomial(int(parted.sum()), list(AGE_SHARES.values())).tolist(), strict=True)
    )
    strata = {("all", "all"): int(parted.sum())}
    strata |= {("station", name): count for name, count in by_station.items()}
    strata |= {("age_band", name): count for name, count in by_age.items()}
    for (kind, group), count in strata.items():
        tilt = 0.2 if group == "yuma" else -0.1 if kind == "age_band" and group == "13–17" else 0.0
        over = int(random.binomial(count, 0.39 + tilt))
        rows += [
            ("children_separated", kind, group, count),
            ("over_72h_separated", kind, group, over),
            ("share_over_72h_minors", kind, group, float(random.normal(0.17 + tilt / 3, 0.008))),
            ("over_72h_minors", kind, group, int(random.poisson(3100 if kind == "all" else 500))),
        ]
        if count:
            rows += [
                ("share_over_72h_separated", kind, group, over / count),
                ("mean_custody_hours_separated", kind, group, float(random.normal(68 + 30 * tilt, 2))),
            ]
    children = int(parted.sum())
    rows += [
        ("families_separated", "all", "all", round(children * 0.86)),
        ("parents_separated", "all", "all", round(children * 0.88)),
        ("shelter_census_peak", "all", "all", float(random.normal(11_500, 60))),
        ("waiting_for_bed_peak", "all", "all", float(random.poisson(540) if children > 500 else 0)),
        ("station_hours_over_rated", "all", "all", float(random.poisson(900))),
        ("station_hours_over_rated", "station", "yuma", float(random.poisson(700))),
        ("station_hours_over_rated", "station", "tucson", float(random.poisson(30))),
        ("station_hours_over_rated", "holding_kind", "families", float(random.poisson(700))),
        ("station_hours_over_rated", "holding_kind", "children", float(random.poisson(300))),
        ("children_separated", "ground", "prosecution", children),
        ("court_slots_used", "all", "all", float(random.normal(0.93, 0.01))),
    ]
    if children:
        rows.append(("share_parents_never_prosecuted", "all", "all", float(random.normal(0.2, 0.01))))
    rows.append(("separated_still_in_custody", "all", "all", 0.0))
    rows += [(name, kind, group, value) for name, kind, group, value in _written(random, children)]
    rows += _reunion_kpis(random, children) + _work_kpis(random, children)
    for kind, peak in zip(BED_KINDS, (2300, 2650, 6200), strict=True):
        rows.append(("shelter_census_peak", "bed_kind", kind, float(random.normal(peak, 40))))
    return pd.DataFrame(rows, columns=[*KEYS["kpis"], "value"])


def _written(random: np.random.Generator, children: int) -> list[tuple[str, str, str, float]]:
    """What was written down of separated families."""
    families = round(children * 0.86)
    rows: list[tuple[str, str, str, float]] = [
        ("families_never_grouped", "all", "all", int(random.poisson(180))),
        ("children_separated_unnoticed", "all", "all", int(random.poisson(95))),
    ]
    if not children:
        return rows
    for kpi, kind, whole, shares in (
        ("families_separated", "code", families, {"right": 0.9, "several": 0.01, "wrong": 0.055, "blank": 0.035}),
        (
            "parents_taken", "note", round(families * 1.02),
            {"top_and_child": 0.23, "top_only": 0.17, "not_at_top": 0.38, "nothing": 0.22},
        ),
        ("families_separated", "list", families, {"listed": 0.87, "not_listed": 0.13}),
        ("children_separated", "parent_number", children, {"right": 0.37, "wrong": 0.03, "not_passed": 0.6}),
    ):  # fmt: skip
        counts = random.multinomial(whole, list(shares.values()))
        rows += [(kpi, kind, group, float(count)) for group, count in zip(shares, counts, strict=True)]
    meant = round(children * 1.85)
    told = {
        "links_of_separated": round(children * 1.1), "links_unrecorded": random.poisson(children * 0.08),
        "share_links_unrecorded": random.normal(0.08, 0.005), "share_links_out_of_reach": random.normal(0.97, 0.005),
        "persons_separated_for_policy": meant, "persons_on_official_list": random.poisson(meant * 0.94),
        "persons_missing_from_list": random.poisson(meant * 0.09), "persons_wrongly_on_list": random.poisson(90),
        "over_72h_separated_border_patrol": random.poisson(children * 0.39),
        "over_72h_separated_written": random.poisson(children * 0.4),
    }  # fmt: skip
    rows += [(kpi, "all", "all", float(value)) for kpi, value in told.items()]
    rows += [
        ("families_with_code_wrong_or_blank", "all", "all", int(random.poisson(families * 0.09))),
        ("notes_saying_nothing", "all", "all", float(random.normal(0.22, 0.01))),
        ("children_parent_number_not_passed", "all", "all", float(random.normal(0.6, 0.01))),
    ]
    return rows


def _reunion_kpis(random: np.random.Generator, children: int) -> list[tuple[str, str, str, float]]:
    if not children:
        return [("class_children", "all", "all", 0.0)]
    values = {
        "class_children": round(children * 0.83), "class_reunited_by_young_deadline": random.normal(0.52, 0.04),
        "class_reunited_by_deadline": random.normal(0.55, 0.02), "class_not_found_at_order": random.normal(0.5, 0.02),
        "children_reunited": round(children * 0.7), "children_parent_abroad": random.poisson(410),
        "days_to_reunion_median": random.normal(26, 1), "hotel_nights": random.poisson(320),
        "centre_wait_hours": random.normal(9, 0.5),
    }  # fmt: skip
    return [(name, "all", "all", float(value)) for name, value in values.items()]


def _work_kpis(random: np.random.Generator, children: int) -> list[tuple[str, str, str, float]]:
    values = {
        "messages_per_placed_child": random.normal(7.2, 0.05), "messages_lost": random.poisson(1900),
        "children_phoned": random.poisson(12), "children_misrouted": random.poisson(560),
        "coordinator_utilisation_peak": random.normal(0.93, 0.02), "staff_hours": random.normal(812_000, 5000),
        "overtime_hours": random.normal(4100, 90), "agents_diverted_hours": random.normal(21_000, 900),
        "parents_removed_without_child": round(children * 0.12),
    }  # fmt: skip
    return [(name, "all", "all", float(value)) for name, value in values.items()]


def _waits(random: np.random.Generator, separations: float) -> pd.DataFrame:
    stages = ("processing", "checks", "mail", "desk", "bed", "designation", "transport", "other")
    cohorts = {
        "separated_over_72h": (20, 9, 14, 2, 31, 9, 24, 0.5), "separated_within_72h": (15, 7, 5, 1, 2, 7, 17, 0.4),
        "alone_over_72h": (22, 5, 13, 2, 24, 9, 25, 0.2), "alone_within_72h": (15, 4, 5, 1, 2, 7, 17, 0.1),
    }  # fmt: skip
    rows = [
        (cohort, stage, max(0.0, hours * random.normal(1, 0.04)))
        for cohort, means in cohorts.items()
        if separations or not cohort.startswith("separated")
        for stage, hours in zip(stages, means, strict=True)
    ]
    return pd.DataFrame(rows, columns=[*KEYS["waits"], "value"])


def _reunions(random: np.random.Generator, parted: int, settings: Settings) -> pd.DataFrame:
    order = settings.reunification.order.day
    assert order is not None
    last = (settings.window.end - order).days
    rows = []
    for band, share, speed in (("under_5_at_order", 0.04, 12.0), ("others", 0.79, 20.0)):
        whole = int(random.binomial(parted, share)) if parted else 0
        ends = {"reunited": 0.72, "in_own_shelter_exit": 0.08, "parent_abroad": 0.14, "unfit_or_unwilling": 0.06}
        counts = random.multinomial(whole, list(ends.values())) if whole else []
        for day in range(last + 1):
            done = 1 - np.exp(-day / speed * random.normal(1, 0.02))
            at = {state: float(round(count * done)) for state, count in zip(ends, counts, strict=False)}
            rest = whole - sum(at.values())
            at["parent_not_found"] = float(round(rest * 0.4))
            at["parent_in_custody"] = float(round(rest * 0.05))
            at["under_way"] = rest - at["parent_not_found"] - at["parent_in_custody"]
            rows += [(band, day, state, count) for state, count in at.items() if whole]
    return pd.DataFrame(rows, columns=[*KEYS["reunions"], "value"]).astype({"value": float})


def _work(random: np.random.Generator, separations: float) -> pd.DataFrame:
    hours = {
        ("border_patrol", "intake"): (41_000, 900), ("border_patrol", "processing"): (620_000, 2600),
        ("border_patrol", "care"): (21_000, 0), ("border_patrol", "coordinators_mail"): (14_500, 300),
        ("orr", "intake_desk"): (7200, 40), ("ice", "reprocessing"): (3900 * separations, 200 * separations),
        ("joint_team", "vetting"): (3100 * separations, 60 * separations),
        ("joint_team", "review"): (1000 * separations, 20 * separations), ("field_operations", "intake"): (9000, 90),
    }  # fmt: skip
    rows = []
    for (agency, activity), values in hours.items():
        for kind, value in zip(("hours", "overtime_hours"), values, strict=True):
            rows.append((agency, activity, kind, value * random.normal(1, 0.02)))
    return pd.DataFrame(rows, columns=[*KEYS["work"], "value"])


def _daily(
    random: np.random.Generator, days: pd.DatetimeIndex, parted: np.ndarray, settings: Settings, luck: float
) -> pd.DataFrame:
    rows: list[pd.DataFrame] = []

    def add(measure: str, group: str, values: np.ndarray) -> None:
        rows.append(pd.DataFrame({"day": days, "measure": measure, "group": group, "value": values.astype(float)}))

    count = len(days)
    add("separated_children", "all", parted.sum(axis=1))
    for at, station in enumerate(STATIONS):
        if parted[:, at].any():
            add("separated_children", station, parted[:, at])
    grown = np.cumsum(parted.sum(axis=1)) / 3400.0
    for kind, start, rise, beds in zip(
        BED_KINDS, (1500, 2130, 5250), (1050, 350, 1150), (2200, 2720, 5745), strict=True
    ):
        open_beds = beds + np.clip(np.arange(count) - 45, 0, None) * (6 if kind != "age_0_12" else 1.5)
        wanted = start + rise * grown * luck + np.cumsum(random.normal(1.5, 12, count))
        add("shelter_census", kind, np.minimum(wanted, open_beds).round())
        add("shelter_beds", kind, open_beds)
        add("waiting_for_bed", kind, np.clip(wanted - open_beds, 0, None).round())
    for kind, level, rated in (("single_adults", 2400, 3750), ("families", 2500, 2710), ("children", 1300, 1530)):
        wave = level * (1 + 0.25 * np.sin(np.arange(count) / 17)) * luck + random.normal(0, 60, count)
        add("station_census", kind, wave.round())
        add("station_rated", kind, np.full(count, rated))
    sits = np.array(days.day_of_week < 5)
    for group, level in (("parents", parted.sum(axis=1) * 0.7), ("others", np.full(count, 330.0))):
        add("adults_heard", group, np.where(sits, random.poisson(np.maximum(level, 0.0)), 0))
    add("court_slots", "all", np.where(sits, 450, 0))
    add("messages_sent", "all", random.poisson(7 * (120 + parted.sum(axis=1))))
    add("agents_diverted", "all", random.poisson(9 * grown))
    for at, station in enumerate(STATIONS):
        add("coordinators_busy", station, np.clip(0.2 + 0.06 * at + 0.3 * grown + random.normal(0, 0.05, count), 0, 1))
    for group, level in (("parents", 1500), ("single_adults", 14_000)):
        add("in_ice_custody", group, (level * np.clip(grown, 0, 1) * luck).round())
    for group, level in (("under_5", 100), ("others", 2600)):
        add("class_not_reunited", group, np.where(days >= "2018-06-26", level, 0))
    for cohort, share, hours, people in (
        ("separated", 0.3, 60, 45),
        ("alone", 0.2, 50, 120),
        ("all_minors", 0.15, 44, 400),
    ):
        trials = parted.sum(axis=1) if cohort == "separated" else np.full(count, people)
        chance = np.clip(share + 0.15 * grown, 0, 1)
        enough, some = trials >= FEWEST_LEAVERS, np.maximum(trials, 1)
        add("share_over_72h", cohort, np.where(enough, random.binomial(trials, chance) / some, np.nan))
        spread = random.normal(0, 40, count) / np.sqrt(some)
        add("mean_custody_hours", cohort, np.where(enough, hours + 18 * grown + spread, np.nan))
    return pd.concat(rows, ignore_index=True)[[*KEYS["daily"], "value"]]


def _survival(random: np.random.Generator, separations: float) -> pd.DataFrame:
    hours = np.arange(0, 337, 2)
    rows = []
    for cohort, scale in (("separated_children", 70), ("children_alone", 58), ("all_minors", 46)):
        if cohort == "separated_children" and separations == 0:
            continue
        share = np.exp(-((hours / (scale * random.normal(1, 0.02))) ** 2.2))
        rows.append(pd.DataFrame({"cohort": cohort, "hours": hours, "value": share}))
    return pd.concat(rows, ignore_index=True)


def _flow(random: np.random.Generator, parted: int) -> pd.DataFrame:
    parents = round(parted * 0.88)
    links = [
        ("apprehended: single adults", "returned over the border", 31_000),
        ("apprehended: single adults", "to ICE", 39_000),
        ("apprehended: single adults", "to court", 9_000),
        ("apprehended: single adults", "still at a station", 2_100),
        ("apprehended: families", "separated: children", parted),
        ("apprehended: families", "separated: parents", parents),
        ("apprehended: families", "released", 24_500),
        ("apprehended: families", "family detention", 12_000),
        ("apprehended: children alone", "returned over the border", 3_900),
        ("apprehended: children alone", "shelter", 15_400),
        ("apprehended: children alone", "turned 18 at the station", 4),
        ("separated: children", "shelter", parted),
        ("separated: parents", "to court", parents),
        ("shelter", "released to a sponsor", 6_500 + parted // 4),
        ("shelter", "turned 18 in a shelter", 160),
        ("shelter", "in a shelter on the last day", 8_740 + parted - parted // 4),
    ]
    values = [
        (source, target, int(random.poisson(value)) if value > 4000 else value) for source, target, value in links
    ]
    return pd.DataFrame(values, columns=[*KEYS["flow"], "value"])


def _links(random: np.random.Generator, parted: int) -> pd.DataFrame:
    """Links from what was known, over the unit, to where they stand."""
    if not parted:
        return pd.DataFrame(columns=[*KEYS["links"], "value"]).astype({"value": float})
    known = {"written down as a family": 0.92, "never grouped": 0.05, "never said": 0.03}
    counts = random.multinomial(round(parted * 1.1), list(known.values())).tolist()
    total, hidden = counts[0], counts[1] + counts[2]
    ends = {"searchable in the field": 0.16, "headquarters query only": 0.8, "note, mail or sheet only": 0.04}
    told = random.multinomial(total, list(ends.values())).tolist()
    rows = [("true links of separated children", stage, count) for stage, count in zip(known, counts, strict=True)]
    rows += [("written down as a family", "unit deleted", total)]
    rows += [(stage, "no unit", count) for stage, count in zip(list(known)[1:], counts[1:], strict=True)]
    rows += [("unit deleted", end, count) for end, count in zip(ends, told, strict=True)]
    rows += [("no unit", "nowhere", hidden)]
    return pd.DataFrame(rows, columns=[*KEYS["links"], "value"])


def _outcomes(random: np.random.Generator, parted: int) -> pd.DataFrame:
    labels = (
        "in a shelter on the last day",
        "released to a sponsor",
        "still at a station",
        "turned 18 in a shelter",
    )
    rows = []
    for band, share in AGE_SHARES.items():
        chances = (0.76, 0.22, 0.02, 0.0) if band != "13–17" else (0.6, 0.33, 0.02, 0.05)
        counts = random.multinomial(round(parted * share), chances)
        rows += [(band, label, count) for label, count in zip(labels, counts, strict=True)]
    return pd.DataFrame(rows, columns=[*KEYS["outcomes"], "value"])


def _monthly(random: np.random.Generator, days: pd.DatetimeIndex, parted: np.ndarray) -> pd.DataFrame:
    rows = []
    for month in sorted(set(days.strftime("%Y-%m"))):
        in_month = days.strftime("%Y-%m") == month
        for at, station in enumerate(SECTORS):
            share, children = STATION_SHARES[station], int(parted[in_month][:, at].sum())
            for stratum, level, moved in (
                ("family_unit_members", 9600, -1.88), ("single_adults", 22_800, 0.88), ("children_alone", 4900, 1.0)
            ):  # fmt: skip
                true = int(random.poisson(level * share))
                rows.append((month, station, stratum, "true", true))
                rows.append((month, station, stratum, "recorded", round(true + moved * children)))
    return pd.DataFrame(rows, columns=[*KEYS["monthly"], "value"])


def _published_monthly(monthly: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    own = monthly[(monthly["count"] == "recorded") & (monthly["station"] != "all")]
    persons = (own["mean"] * random.normal(1.0, 0.03, len(own))).round()
    return own[["month", "station", "stratum"]].assign(persons=persons)


REGISTER = """
arrivals.multiplier.families                  | 1.0   | ratio    | assumed  | 0.8  | 1.3  | planner's choice
arrivals.events.parties_per_event             | 4.0   | parties  | assumed  | 2.0  | 8.0  | press reports of groups
arrivals.day_factors.sector_variation         | 0.22  | c.v.     | fitted   | 0.15 | 0.3  | dispersion of daily counts
arrivals.separated_in_published_counts        | 3014  | children | observed |      |      | OIG-20-06 p. 8
people.families.second_parent_share           | 0.05  | share    | assumed  | 0.02 | 0.12 | no source
policy.family_referral[1].share               | 0.31  | share    | fitted   | 0.2  | 0.4  | monthly counts by sector
stations.sites.rio_grande_valley.agents.day   | 48    | agents   | assumed  | 30   | 70   | workload
transport.wait.median_hours                   | 18.5  | hours    | fitted   | 12.0 | 30.0 | OIG-20-06 p. 36
orr.beds.age_0_12[0].beds                     | 900   | beds     | assumed  | 1800 | 2600 | set by the user or scenario
orr.residents_separated_share                 | 0.02  | share    | assumed  | 0.0  | 0.05 | no source
orr.census_path[3].children                   | 8886  | children | observed |      |      | press, HHS
"""
NOT_SHIPPED = ("orr.beds.age_0_12[0].beds",)

COMPARISON = """
S112 | fit | 3014 | children | 2890 | 3010 | 3130 | Children separated, 5 May to 20 June | OIG-20-06 p. 8 |
S152 | fit | 39 | percent | 41 | 43.5 | 46 | Separated children held over 72 hours | OIG-20-06 p. 36 | Long.
R167 | fit | 11800 | children | 11650 | 11900 | 12150 | Children in ORR care on 5 July 2018 | press, HHS |
S113 | fit | 530 | children | | | | Children reunified inside CBP facilities | OIG-20-06 p. 26 | Rejoining comes next.
S153 | check | 192 | children | 60 | 82 | 107 | Separated children over 6 days | OIG-20-06 p. 36 | Tail too short.
S154 | check | 6 | children | 0 | 1 | 3 | Children held 10 days or more | OIG-20-06 p. 36 |
S030 | check | 15 | children | 68 | 80 | 95 | Children of 4 or younger separated after 4 June | OIG-20-06 p. 22 |
S149 | check | 2018-05-29 | date | | | | First day on which mean custody passed 72 hours | OIG-20-06 p. 36 |
S014 | check | 28000 | hours | | | | Border Patrol hours spent | OIG-20-06 p. 34 | Overtime is not modelled.
"""


def _lines(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def made_up_register() -> list[MadeUpParameter]:
    """A few rows of each grade; one of them not as shipped."""
    return [
        MadeUpParameter(
            key,
            float(value),
            unit,
            grade,
            _number(low),
            _number(high),
            source,
            date(2019, 11, 25),
            key not in NOT_SHIPPED,
        )
        for key, value, unit, grade, low, high, source in _lines(REGISTER)
    ]


def made_up_comparison() -> pd.DataFrame:
    """Rows inside, outside, far outside, and not modelled, of both roles; one of them published as a date."""
    rows = []
    for key, role, published, unit, low, median, high, label, source, note in _lines(COMPARISON):
        value: Any = published if unit == "date" else float(published)
        rows.append((key, label, value, unit, role, source, _number(low), _number(median), _number(high), note))
    columns = ["id", "label", "published", "unit", "role", "source", "low", "median", "high", "note"]
    return pd.DataFrame(rows, columns=columns)


# --- single numbers -------------------------------------------------------------------------------------------------


def with_kpi(contents: Contents, name: str, **values: float) -> Contents:
    """Contents in which one overall KPI has other statistics."""
    kpis = contents.kpis.copy()
    chosen = (kpis["kpi"] == name) & (kpis["group_kind"] == "all")
    assert chosen.sum() == 1
    for column, value in values.items():
        kpis[column] = kpis[column].astype(float)
        kpis.loc[chosen, column] = value
    return dataclasses.replace(contents, kpis=kpis)


def daily_summary(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    """A daily summary of four equal replications."""
    table = pd.DataFrame(rows, columns=["day", "measure", "group", "mean"])
    table["day"] = pd.to_datetime(table["day"])
    for column in STATISTICS[1:-1]:
        table[column] = table["mean"]
    return table.assign(n=4)


def with_order(contents: Contents, **changes: Any) -> Contents:
    """Contents of a run whose court order differs, e.g. in its ``day``."""
    reunification = contents.settings.reunification
    order = reunification.order.model_copy(update=changes)
    changed = reunification.model_copy(update={"order": order})
    settings = contents.settings.model_copy(update={"reunification": changed})
    return dataclasses.replace(contents, settings=settings)


def without_kpi(contents: Contents, *names: str) -> Contents:
    """Contents of a run in which some KPIs were not measured."""
    return dataclasses.replace(contents, kpis=contents.kpis[~contents.kpis["kpi"].isin(names)])
