"""The section on a pilot: what it shows by itself, and how far it moved what is in doubt about the plan."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import pandas as pd

from borderops.experiments.piloting import Replay
from borderops.readiness.judging import Verdict
from borderops.readiness.pilot_gate import PilotGate, PilotJudgement
from borderops.report.compare_drawing import LOOKS, Line, Mark, rows_panel
from borderops.report.drawing import GREY, Key, Picture
from borderops.report.readiness_section import Section, rows_of
from borderops.report.words import ABSENT, day_text, number

MOST_DOUBTS: Final = 8
PERCENT: Final = 100.0
FILLED, OPEN = LOOKS[1], LOOKS[2]

SAYS: Final = {
    Verdict.NO_GO: "The pilot alone already shows the failure",
    Verdict.NOT_ENOUGH: "The pilot alone neither shows a failure nor rules one out",
    Verdict.GO: "The pilot alone shows that every criterion it was asked about holds",
}


def pilot_section(replay: Replay) -> Section:
    """What a pilot says to a review."""
    gate, weights = replay.gate, replay.weights
    counts = f"{len(gate.judgements)} judgements, {len(gate.silent)} criteria that it does not speak to"
    sentences = [
        f"{SAYS[gate.verdict]} ({gate.verdict}; {counts}).",
        *(one.why for one in gate.judgements if one.verdict is Verdict.NO_GO),
        *gate.left_out,
        f"{len(replay.simulated)} pilots were simulated; of {len(weights.weight):,} points weighed by them"
        f" {weights.effective:.0f} count in effect.",
        *weights.told,
        f"The plan is forecast with the points that agree with the pilot: inputs.sample={replay.sample}.",
    ]
    return Section(
        sentences=sentences,
        tables={"What the pilot's own counts say": _gate_table(gate), "Figures of the pilot": _figures_table(replay),
                "What the pilot moved": _moved_table(replay)},
        pictures=[_gate_picture(gate), _moved_picture(replay)],
        machine=_machine(replay),
        files={"pilot_judgements": _judgements(gate), "pilot_doubts": _doubts(replay)},
    )  # fmt: skip


def _machine(replay: Replay) -> dict[str, object]:
    gate = replay.gate
    return {
        "pilot": gate.pilot.name,
        "sha256": gate.pilot.digest,
        "verdict": str(gate.verdict),
        "judgements": rows_of(_judgements(gate)),
        "silent": [one.name for one in gate.silent],
        "left_out": list(gate.left_out),
        "simulated": len(replay.simulated),
        "effective_points": round(replay.weights.effective, 1),
        "told": list(replay.weights.told),
        "sample": str(replay.sample),
    }


# --- the gate -----------------------------------------------------------------------------------------------------


def _limit(one: PilotJudgement) -> float:
    of = one.criterion
    return float(of.at_most if of.at_most is not None else of.at_least or 0.0)


def _judgements(gate: PilotGate) -> pd.DataFrame:
    """Every judgement in numbers."""
    columns = ["criterion", "figure", "verdict", "value", "low", "high", "limit", "k", "n", "bound", "source"]
    rows = [
        (one.criterion.name, one.row.figure, str(one.verdict), one.value, one.low, one.high, _limit(one), one.row.value,
         one.row.n, one.row.bound, one.row.source)
        for one in gate.judgements
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _gate_table(gate: PilotGate) -> pd.DataFrame:
    rows = [
        (one.criterion.title, str(one.verdict), one.row.known.label, _told(one), _between(one), one.row.source)
        for one in gate.judgements
    ]
    return pd.DataFrame(rows, columns=["Criterion", "Verdict", "Figure", "Told", "Lies between", "Source"])


def _told(one: PilotJudgement) -> str:
    bound = "" if one.row.bound == "exact" else f"{one.row.bound.replace('_', ' ')} "
    return f"{bound}{one.row.value:g}" + (f" of {one.row.n:,}" if one.row.n else "")


def _between(one: PilotJudgement) -> str:
    unit = "share" if one.row.n else ""
    high = "any number" if math.isinf(one.high) else number(one.high, unit)
    return f"{number(one.low, unit)} and {high}"


def _gate_picture(gate: PilotGate) -> Picture:
    shares = [one for one in gate.judgements if one.row.n]
    lines = [_gate_line(one) for one in shares]
    axis = {"title_text": "per cent", "zeroline": False, "rangemode": "tozero"}
    limits = {_limit(one) for one in shares}
    zero = PERCENT * limits.pop() if len(limits) == 1 else None
    return Picture(
        name="pilot-gate",
        title=SAYS[gate.verdict],
        quantity="Shares that the pilot found, with exact bounds; a line at the limit where all have the same",
        alternative=" ".join(one.why for one in shares) or "No figure of the pilot is a share.",
        panels=[rows_panel(lines, "", axis, zero)] if lines else [],
        table=_gate_table(gate),
        keys=[Key("filled: shown to lie beyond the limit; ring: not shown", GREY, "circle")],
        note="Bounds are one-sided. A figure told as at least so many has no upper bound.",
        headings=1,
        nothing="No figure of the pilot speaks to a criterion.",
    )


def _gate_line(one: PilotJudgement) -> Line:
    ends = (PERCENT * one.low, PERCENT * min(one.high, 1.0))
    mark = Mark(PERCENT * one.value, ends, None, FILLED, one.verdict is not Verdict.NO_GO, one.why)
    return Line(f"{one.row.known.label} ({one.criterion.name})", [mark])


# --- what it moved ------------------------------------------------------------------------------------------------


def _doubts(replay: Replay) -> pd.DataFrame:
    """Every doubt by how far it was moved, in positions of its range."""
    return pd.DataFrame(replay.moved(), columns=["doubt", "before", "after"])


def _moved_table(replay: Replay) -> pd.DataFrame:
    rows = [(name, f"{before:.2f}", f"{after:.2f}") for name, before, after in replay.moved()[:MOST_DOUBTS]]
    return pd.DataFrame(rows, columns=["What is in doubt", "Mean position before", "Mean position after"])


def _moved_picture(replay: Replay) -> Picture:
    moved = replay.moved()[:MOST_DOUBTS]
    spread = _spreads(replay, [name for name, _, _ in moved])
    lines = [
        Line(name, [
            Mark(before, None, None, OPEN, True, f"{name} before: {before:.2f}"),
            Mark(after, (after - half, after + half), None, FILLED, False, f"{name} after: {after:.2f}"),
        ])
        for (name, before, after), half in zip(moved, spread)
    ]  # fmt: skip
    name, before, after = moved[0] if moved else ("nothing", 0.0, 0.0)
    way = "up" if after > before else "down"
    return Picture(
        name="pilot-doubts",
        title=f"The pilot moves {name} most, {way} from {before:.2f} to {after:.2f} of its range",
        quantity="Mean position within the plausible range, 0 its low end and 1 its high end; after the pilot with one "
        "standard deviation",
        alternative=" ".join(f"{name}: {before:.2f} before, {after:.2f} after." for name, before, after in moved),
        panels=[rows_panel(lines, "", {"title_text": "position in the range", "range": [-0.03, 1.03]})]
        if lines
        else [],
        table=_moved_table(replay),
        keys=[Key("before the pilot", OPEN.colour, OPEN.symbol), Key("after it", FILLED.colour, FILLED.symbol)],
        note="Half of the range lies below the value as it stands, half above. What the pilot does not speak of "
        "moves by chance alone.",
        nothing="Nothing was moved.",
    )


def _spreads(replay: Replay, names: Sequence[str]) -> list[float]:
    """Standard deviation of some doubts after the pilot."""
    found = []
    for name in names:
        some = replay.positions[:, replay.doubts.index(name)]
        mean = float(replay.weights.weight @ some)
        found.append(math.sqrt(float(replay.weights.weight @ (some - mean) ** 2)))
    return found


def _figures_table(replay: Replay) -> pd.DataFrame:
    """Figures that the points were weighed by, beside what simulated pilots give and what moves them."""
    rows = []
    for at, row in enumerate(replay.rows):
        some = replay.simulated[:, at]
        curve = replay.weights.curves[at]
        leans = [] if curve is None else [replay.doubts[place] for place in curve.doubts]
        told = f"{row.bound.replace('_', ' ')} {row.value:g}".removeprefix("exact ")
        lies = f"{number(some.min())} to {number(some.max())}" if len(some) else ABSENT
        days = f"{day_text(row.first)} to {day_text(row.last)}"
        rows.append((row.known.label, told, lies, "; ".join(leans) or ABSENT, days, row.source))
    return pd.DataFrame(rows, columns=["Figure", "Told", "Simulated before", "Moved by", "Days", "Source"])
