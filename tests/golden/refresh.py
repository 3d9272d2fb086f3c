"""Golden run: a tiny season whose every minute is pinned by a digest.

Four days of May 2018 at Yuma and the ports of entry, few beds, two agents short: small, but every stage is met. The
settings are a snapshot of their own, settings.json, so that calibrating conf/ moves nothing here; a change of code
that changes who comes or what happens to them does.

    python tests/golden/refresh.py              write the digests anew; say in the commit which numbers moved, and why
    python tests/golden/refresh.py --settings   take the snapshot of settings anew as well (when the schema has grown)
    python tests/golden/refresh.py --print      print what would be written
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from borderops import clock
from borderops.config.compose import compose
from borderops.config.schema import Settings
from borderops.operations.history import Exit
from borderops.population.people import Stratum
from borderops.replication import Replication, replicate
from borderops.units import NEVER

FOLDER = Path(__file__).parent
SETTINGS = FOLDER / "settings.json"
DIGESTS = FOLDER / "digests.json"
REPLICATIONS = (0, 1)
TINY = (
    "scenario=zero_tolerance_2018",
    "seed=2018",
    "window={start: 2018-05-14, end: 2018-05-17, lead_in_days: 0}",
    "arrivals.stations=[yuma, ports_of_entry]",
    "orr.census_path=[{day: 2018-05-13, children: 300}]",
    "orr.beds.age_0_12=[{begins: 2016-10-01, beds: 60, then_per_day: 1, until: 2018-08-31}]",
    "orr.beds.girls_13_17=[{begins: 2016-10-01, beds: 80, then_per_day: 0, until: null}]",
    "orr.beds.boys_13_17=[{begins: 2016-10-01, beds: 200, then_per_day: 0, until: null}]",
    "stations.sites.yuma.agents={day: 8, evening: 7, night: 4}",
    "reunification.order.day=2018-05-16",
    "reunification.team.workers=[{begins: 2018-05-16, workers: 4}]",
)


def golden_settings() -> Settings:
    """Settings of the snapshot."""
    return Settings.model_validate_json(SETTINGS.read_text(encoding="utf-8"))


def play(settings: Settings, replications: tuple[int, ...] = REPLICATIONS) -> dict[str, dict]:
    """Digests and a few counts of each replication, by its number."""
    return {str(number): _tell(replicate(settings, number)) for number in replications}


def _tell(replication: Replication) -> dict:
    people, history = replication.people, replication.history
    return {
        "digests": {
            "people": people.digest(),
            "plan": replication.plan.digest(),
            "history": history.digest(),
            "replication": replication.digest,
        },
        "parties": {one.name.lower(): int((people.stratum == one).sum()) for one in Stratum},
        "exits": {one.name.lower(): int((history.exit == one).sum()) for one in Exit},
        "children_left_alone": int(history.is_alone.sum()),
        "first_parting": clock.datetime_of(history.parted_at.min()).isoformat(),
        "last_admission": clock.datetime_of(history.admitted_at[history.admitted_at != NEVER].max()).isoformat(),
    }


def main(arguments: list[str]) -> None:
    """Write or print the golden run."""
    if "--settings" in arguments:
        text = compose(list(TINY)).settings.model_dump_json(indent=1)
        SETTINGS.write_text(text + "\n", encoding="utf-8")
    text = json.dumps(play(golden_settings()), indent=1) + "\n"
    if "--print" in arguments:
        print(text, end="")
    else:
        DIGESTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
