"""Two weeks of May 2018 under several designs, with their books; each is made once a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from tests.builders import settings_of

from borderops.audit.auditing import Findings, audit
from borderops.audit.findings import LATEST, Pairs, joined
from borderops.config.schema import SLIPS, Settings
from borderops.records.answer_key import AnswerKey, Behind, Written
from borderops.records.mistakes import make_mistakes
from borderops.records.systems import Records
from borderops.records.transcribe import transcribe
from borderops.records.witness import Witness
from borderops.replication import replicate
from borderops.scoring.standing import Evidence, Links, evidence, recoverable, standing, suspected, true_links

WINDOW = ("scenario=zero_tolerance_2018", "window.start=2018-05-14", "window.lead_in_days=3")
TWO_WEEKS, UNTIL_THE_ORDER_IS_MET = "2018-05-27", "2018-07-08"


@dataclass(frozen=True)
class World:
    """A replication with its books and what was found and scored."""

    witness: Witness
    written: Written
    records: Records
    key: AnswerKey
    links: Links
    evidence: Evidence

    @property
    def behind(self) -> Mapping[str, Behind]:
        """What stands behind the rows of the records."""
        return self.key.behind

    def levels(self, minute: int = LATEST) -> np.ndarray:
        """Where links stand."""
        return standing(self.links, self.evidence, minute)


def without_slips(settings: Settings) -> Settings:
    """The settings with nobody slipping; steering acts fail as before."""
    slips = {name: settings.records.slips[name].model_copy(update={"share": 0.0}) for name in SLIPS}
    return settings.model_copy(update={"records": settings.records.model_copy(update={"slips": slips})})


@cache
def world(tracking: str = "e3_april_2018", slips: bool = True, end: str = TWO_WEEKS) -> World:
    """The world under a design."""
    settings = settings_of(*WINDOW, f"window.end={end}", f"tracking={tracking}")
    settings = settings if slips else without_slips(settings)
    witness = Witness(replicate(settings, 0), settings)
    written = transcribe(witness)
    records, key = make_mistakes(written, witness)
    links = true_links(witness)
    return World(witness, written, records, key, links, evidence(links, records, key.behind, witness))


@cache
def findings(tracking: str = "e3_april_2018", slips: bool = True) -> Findings:
    """What audits raise about it."""
    return audit(world(tracking, slips).records)


def all_pairs(found: Findings) -> Pairs:
    """Pairs of all rules."""
    return joined(list(found.pairs.values()), Pairs)


def recoverability(tracking: str = "e3_april_2018", slips: bool = True) -> np.ndarray:
    """Whether each link can be told from records."""
    made = world(tracking, slips)
    marked = suspected(made.links, all_pairs(findings(tracking, slips)), made.records, made.behind)
    return recoverable(made.levels(), marked)
