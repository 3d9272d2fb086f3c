"""Whose hand slips where: one draw for each cell, row or event, held against load, guidance and skill.

An address is the mechanism, the entity a row is about, and table, field and visit. So slips of one table do not depend
on which other tables are made, and a higher rate hits the same cells and more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from borderops.config.designs import resolved
from borderops.config.schema import Slip
from borderops.operations.numbers import LOADS
from borderops.records.answer_key import TABLES, Mechanism
from borderops.records.designs import slip_rates
from borderops.records.ledger import Ledger
from borderops.records.systems import LAYOUTS
from borderops.records.users import slip_factor
from borderops.records.witness import Witness
from borderops.streams import Purpose

_TABLE: Final = 512
_FIELD: Final = 8
_VISITS: Final = 8
"""Visits that draw apart; what comes after shares the draw of the last."""


@dataclass
class _Hands:
    """Who wrote the rows of one table, as draws need it; shape (n,)."""

    entities: np.ndarray  # int64
    steps: np.ndarray  # int16
    places: np.ndarray  # int16, place in rates
    factors: np.ndarray  # float64


class Chances:
    """Draws of slips.

    Parameters
    ----------
    ledger : Ledger
    witness : Witness
    """

    def __init__(self, ledger: Ledger, witness: Witness):
        self.ledger, self.witness = ledger, witness
        self.keeping = witness.settings.records
        self._hands: dict[str, _Hands] = {}
        self._designs = resolved(witness.settings)
        self._rates: dict[Mechanism, np.ndarray] = {}
        self._of_fields = {(one.table, one.field, one.slip): one.share for one in self.keeping.rates_of_fields}
        # Users met so far, ascending, and how much more than others they slip.
        self._skills = np.zeros(0, dtype=np.int32), np.zeros(0)

    def rates(self, mechanism: Mechanism) -> np.ndarray:
        """Chance of a slip by design, guidance and load, shape (designs x 2 x loads,)."""
        if mechanism not in self._rates:
            slip: Slip = mechanism.name.lower()  # type: ignore[assignment]
            self._rates[mechanism] = slip_rates(self.witness.settings, slip, self._designs).ravel()
        return self._rates[mechanism]

    def _rates_of(self, table: str, field: str, mechanism: Mechanism) -> np.ndarray:
        """Likewise for a field, which may have a rate of its own."""
        slip: Slip = mechanism.name.lower()  # type: ignore[assignment]
        share = self._of_fields.get((table, field, slip))
        if share is None:
            return self.rates(mechanism)
        return slip_rates(self.witness.settings, slip, self._designs, share).ravel()

    def hit(self, table: str, field: str, mechanism: Mechanism, rows: np.ndarray | None = None) -> np.ndarray:
        """Find the rows in which a cell is hit.

        Parameters
        ----------
        table, field : str
            ``rec_id`` for slips that concern whole rows.
        mechanism : Mechanism
        rows : ndarray of int, shape (k,), optional
            Rows that could be; all, if not given.

        Returns
        -------
        ndarray of int32
            Those that are, and that were not left out.
        """
        chances = self._rates_of(table, field, mechanism)
        if not chances.any():
            return np.zeros(0, dtype=np.int32)
        hands = self._of(table)
        chosen = self._every(table) if rows is None else np.ascontiguousarray(rows, dtype=np.int32)
        index = (_address(table, field), hands.steps)
        purpose = Purpose.SLIP + mechanism
        found = self.witness.draws.rows_hit(
            chosen, hands.entities, purpose, index, chances, hands.places, hands.factors
        )
        return self.ledger.standing(table, found)

    def how(self, table: str, field: str, mechanism: Mechanism, rows: np.ndarray) -> np.ndarray:
        """Uniforms that tell how rows slip, shape (k,)."""
        hands = self._of(table)
        index = _address(table, field) + hands.steps[rows].astype(np.int64)
        return self.witness.draws.uniforms(hands.entities[rows], Purpose.SLIP_HOW + mechanism, index)

    def struck(
        self,
        table: str,
        mechanism: Mechanism,
        entities: np.ndarray,
        station: np.ndarray,
        at: np.ndarray,
        load: np.ndarray,
        users: np.ndarray | None = None,
    ) -> np.ndarray:
        """Find events that are hit, where an event is more than one row.

        Parameters
        ----------
        table : str
            To whose addresses the draws belong.
        mechanism : Mechanism
        entities, station, at, load : ndarray of int, shape (k,)
        users : ndarray of int32, shape (k,), optional
            Whose hand it is; nobody's skill counts, if not given.

        Returns
        -------
        ndarray of int64
            Places of those that are.
        """
        limits = self.rates(mechanism)[self._places(station, at, load)]
        if users is not None:
            limits = limits * self._factors(users)
        index = _address(table, "rec_id")
        return np.flatnonzero(self.witness.draws.uniforms(entities, Purpose.SLIP + mechanism, index) < limits)

    def shapes(self, table: str, mechanism: Mechanism, entities: np.ndarray) -> np.ndarray:
        """Uniforms that tell how such events go."""
        return self.witness.draws.uniforms(entities, Purpose.SLIP_HOW + mechanism, _address(table, "rec_id"))

    def _every(self, table: str) -> np.ndarray:
        return np.arange(len(self.ledger.clean(table)), dtype=np.int32)

    def _of(self, table: str) -> _Hands:
        if table not in self._hands:
            written, behind, keep = self.ledger.clean(table), self.ledger.behind(table), self.ledger.shelf.keep
            self._hands[table] = _Hands(
                entities=behind.entity,
                steps=keep(np.minimum(behind.visit, _VISITS - 1).astype(np.int16)),
                places=keep(self._places(behind.station, written["entered_at"], behind.load)),
                factors=keep(self._factors(written["entered_by"])),
            )
        return self._hands[table]

    def _places(self, station: np.ndarray, at: np.ndarray, load: np.ndarray) -> np.ndarray:
        """Places in rates, int16."""
        practices = self.witness.practices
        guided = practices.is_guided(station, at).astype(np.int16)
        return ((practices.row(at).astype(np.int16) * 2 + guided) * LOADS + load).astype(np.int16)

    def _factors(self, users: np.ndarray) -> np.ndarray:
        """How much more than others users slip; the same for all under even rates."""
        if self.keeping.even_rates or not users.size:
            return np.ones(users.size)
        known, skill = self._skills
        place, found = pd.factorize(users)
        new = np.setdiff1d(found, known)
        if new.size:
            known = np.concatenate([known, new])
            skill = np.concatenate([skill, slip_factor(new, self.keeping.operator_variation, self.witness.draws)])
            order = np.argsort(known)
            self._skills = known, skill = known[order], skill[order]
        return skill[np.searchsorted(known, found)][place]


def _address(table: str, field: str) -> int:
    """First index of a table's and a field's draws."""
    return TABLES.index(table) * _TABLE + list(LAYOUTS[table].every_field).index(field) * _FIELD
