"""``borderops list``: what there is to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import yaml

from borderops.commands.printing import print_table
from borderops.config import keys, places
from borderops.exceptions import WrongInput


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        What to list; scenarios if empty.

    Returns
    -------
    int
        Exit code, 0.

    Raises
    ------
    WrongInput
        If there is no such list.
    """
    wanted = words[0] if words else "scenarios"
    if wanted not in LISTS or len(words) > 1:
        near = keys.nearest_word(wanted, list(LISTS)) if wanted not in LISTS else None
        hint = f"; did you mean {near}?" if near else ""
        raise WrongInput(f"borderops list {' '.join(words)} is not known{hint} (lists: {', '.join(LISTS)})")
    LISTS[wanted]()
    return 0


def scenarios() -> None:
    """Scenarios by name, with their question and how to run them."""
    rows = [(one.name, one.question, one.run_line) for one in places.list_scenarios()]
    print_table(("scenario", "question", "run"), rows)


def policies() -> None:
    """Options for ``policy=`` with their titles."""
    folder = places.conf_folder() / "policy"
    rows = []
    for option in places.group_options()["policy"]:
        raw = yaml.safe_load((folder / f"{option}.yaml").read_text(encoding="utf-8"))
        rows.append((option, raw.get("title", ""), f"borderops run policy={option}"))
    print_table(("policy", "title", "run"), rows)


def groups() -> None:
    """Config groups and their options."""
    rows = [(group, ", ".join(options)) for group, options in places.group_options().items()]
    print_table(("group", "options"), rows)


def stations() -> None:
    """Stations with agents by shift and rated holding places, as shipped."""
    from borderops.config.compose import compose

    sites = compose(["~scenario"]).settings.stations.sites
    columns = ("station", "agents_day", "agents_evening", "agents_night", "single_adults", "families", "children")
    rows = [
        (
            name,
            site.agents.day,
            site.agents.evening,
            site.agents.night,
            site.holding.single_adults,
            site.holding.families,
            site.holding.children,
        )
        for name, site in sites.items()
    ]
    print_table(columns, rows, title="Agents on duty by shift; rated holding places by kind")


def kpis() -> None:
    """KPIs with unit and definition."""
    from borderops.forecast.kpis import KPIS

    print_table(
        ("kpi", "label", "unit", "definition"),
        [(one.name, one.label, one.unit, one.definition) for one in KPIS.values()],
    )


def criteria() -> None:
    """What a readiness review judges by, as shipped."""
    from borderops.readiness.criteria import read_criteria
    from borderops.report.readiness_tables import limit_text

    found = read_criteria()
    rows = [
        (one.name, one.title, one.kpi or one.fact, one.group_kind, limit_text(one), f"{one.confidence:g}",
         str(one.basis), one.ground, one.owner)
        for one in found
    ]  # fmt: skip
    columns = ("criterion", "title", "of", "by", "limit", "confidence", "basis", "ground", "owner")
    print_table(columns, rows, title=f"{found.title} (sha256 {found.digest})")


def facts() -> None:
    """What a readiness review can ask of a plan."""
    from borderops.readiness.plan_facts import FACTS

    print_table(("fact", "title", "unit"), [(name, one.title, one.unit) for name, one in FACTS.items()])


LISTS: Final[dict[str, Callable[[], None]]] = {
    "scenarios": scenarios,
    "stations": stations,
    "kpis": kpis,
    "policies": policies,
    "groups": groups,
    "criteria": criteria,
    "facts": facts,
}
