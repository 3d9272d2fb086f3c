"""What timetables share that hold for both engines."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.builders import facilities_of

from borderops.operations.facilities import Facilities
from borderops.operations.history import History
from borderops.operations.monitors import check_history
from borderops.operations.plan import Plan
from borderops.replication import engine


@pytest.fixture(params=["simpy", "compiled"])
def play(request) -> Callable[..., History]:
    """Play a plan with either engine, monitors on, as a replication does."""
    simulate = engine(request.param)

    def played(plan: Plan, facilities: Facilities | None = None) -> History:
        facilities = facilities or facilities_of()
        history = simulate(plan, facilities)
        check_history(history, plan, facilities)
        return history

    return played
