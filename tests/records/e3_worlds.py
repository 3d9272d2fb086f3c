"""Worlds whose records tests of clerks read: families made by hand, and weeks of a season as shipped."""

from __future__ import annotations

from functools import cache

import numpy as np
from tests.builders import Child, adult, alone, facilities_of, family, replication_of, settings_of, split_party

from borderops.config.schema import PORTS, STATIONS
from borderops.operations.numbers import TRIES
from borderops.operations.plan import Ground
from borderops.population.people import Stratum
from borderops.records.answer_key import Written
from borderops.records.systems import LAYOUTS
from borderops.records.transcribe import transcribe
from borderops.records.witness import Witness
from borderops.replication import replicate
from borderops.units import DAY, HOUR

SLOW = 4 * DAY
AT_PORT = STATIONS.index(PORTS)
DELETES, KEEPS, LINKS = "e3_2017", "e3_august_2018", "shared_record"
"""Designs that delete units, keep them, and keep them under a number for all agencies."""

TEEN = Child(age=15)
UNANSWERED = Child(lost=(TRIES, 0, 0), phone=SLOW)
PARTIES = {
    "rejoined": family("Mon 08:00", Child(), TEEN, separated_checks=SLOW, back="19:00", ground=Ground.PROSECUTION),
    "parted": family("Mon 08:00", Child(), ground=Ground.PROSECUTION),
    "half": family("Mon 08:00", Child(), adults=2, release=3 * HOUR, ground=Ground.HEALTH),
    "whole": family("Mon 08:00", Child()),
    "never_grouped": family("Mon 08:00", Child(), grouped=False),
    "siblings": family(
        "Mon 08:00", Child(), Child(lost=(4, 0, 0), phone=SLOW), back="19:00", ground=Ground.PROSECUTION
    ),
    "kin": split_party(Stratum.KIN_GROUP, adult("Mon 09:00"), alone("Mon 09:00", Child(), TEEN)),
    "alone": alone("Mon 10:00"),
    "port": family("Mon 10:00", Child(), TEEN, adults=2, station=AT_PORT, ground=Ground.PROSECUTION),
    "port_rejoined": family(
        "Mon 08:00", Child(), separated_checks=SLOW, back="19:00", station=AT_PORT, ground=Ground.PROSECUTION
    ),
    "back_to_nobody": family("Mon 08:00", Child(), back="19:00", ground=Ground.PROSECUTION),
}
"""Families of Monday. Of those rejoined on Monday evening, one is whole again; of siblings one child has boarded."""


def _rows() -> dict[str, np.ndarray]:
    """Rows of the people of each party."""
    sizes = [
        sum(len(case.members) for case in (party if isinstance(party, tuple) else (party,)))
        for party in PARTIES.values()
    ]
    ends = np.cumsum(sizes)
    return {name: np.arange(end - size, end) for name, size, end in zip(PARTIES, sizes, ends)}


ROWS = _rows()


@cache
def by_hand(tracking: str = DELETES) -> Witness:
    """What clerks saw of the families made by hand, under a design; every kin group is recorded."""
    settings = settings_of(f"tracking={tracking}", "records.kin_groups_recorded_share=1")
    return Witness(replication_of(*PARTIES.values(), facilities=facilities_of(hearings=["Mon 09:00"])), settings)


@cache
def across_designs() -> Witness:
    """Rejoined on Tuesday, the first day of a design that keeps units; parted on Monday, when they were deleted."""
    settings = settings_of(
        "tracking=e3_history", "tracking.designs[1].begins=2017-01-01", "tracking.designs[2].begins=2018-01-02"
    )
    return Witness(replication_of(PARTIES["rejoined"], facilities=facilities_of(hearings=["Tue 09:00"])), settings)


@cache
def season(tracking: str = "e3_history") -> Witness:
    """Weeks of May 2018 at three stations; in `e3_history` under the design of April."""
    settings = settings_of(
        "scenario=zero_tolerance_2018",
        f"tracking={tracking}",
        "window.start=2018-05-12",
        "window.end=2018-05-28",
        "window.lead_in_days=2",
        "arrivals.stations=[rio_grande_valley,el_paso,ports_of_entry]",
        "seed=2018",
    )
    return Witness(replicate(settings, 0), settings)


@cache
def spring() -> Witness:
    """Days around 19 April 2018, when there began to be codes."""
    settings = settings_of(
        "scenario=zero_tolerance_2018",
        "window.start=2018-04-12",
        "window.end=2018-04-28",
        "window.lead_in_days=0",
        "study.season_start=null",
        "study.season_end=null",
        "seed=2018",
    )
    return Witness(replicate(settings, 0), settings)


@cache
def written(witness: Witness) -> Written:
    """Everything that flawless clerks of e3, EID and SIGMA wrote."""
    tables = [name for name in LAYOUTS if name.startswith(("e3_", "eid_", "sigma_"))]
    return transcribe(witness, tables)


def rows_about(witness: Witness, table: str, *parties: str) -> dict[str, np.ndarray]:
    """Columns of the rows of a table about parties made by hand."""
    about = np.isin(written(witness).behind[table].person, np.concatenate([ROWS[party] for party in parties]))
    return dict(written(witness).records[table].take(about).columns)
