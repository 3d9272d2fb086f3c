"""What nobody knows for sure: parameters with a plausible range, as doubts that can be drawn.

A doubt is an entry of the register; all parameters that it speaks for move together, since one judgement stands behind
them. Half of the draws lie below the shipped value, half above it, evenly over the range on either side. Observed
values are no doubts, nor is what the library says of features that no design picks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from borderops.config import designs, keys, places, register, wording
from borderops.config.compose import OVERRIDE, Composed, compose
from borderops.config.register import Parameter
from borderops.config.schema import ACTS, SLIPS
from borderops.exceptions import ConfigError

GRADES: Final = ("assumed", "fitted")
HELD: Final = {
    "arrivals.multiplier": "asks what would happen if more came; no doubt about who came",
    "arrivals.hour": "weights of the hours of a day belong together",
    "people.citizenship": "shares that sum to 1",
    "people.families.youngest_age": "shares that sum to 1",
    "people.children_alone.age": "shares that sum to 1",
    "orr.census_kinds": "shares that sum to 1",
    "records.port_categories": "shares that sum to 1",
    "orr.sponsors.*.share": "shares that sum to 1",
    "courts.districts.*.share": "shares that sum to 1",
    "stations.number_block": "decides numbers alone",
}
"""Parameters that have a range and are not drawn, and why."""


@dataclass(frozen=True)
class Doubt:
    """One entry of the register with its parameters.

    Attributes
    ----------
    name : str
        Pattern of the entry, ``orr.pace.*.pace``.
    parameters : tuple of Parameter
    """

    name: str
    parameters: tuple[Parameter, ...]


def doubts_of(composed: Composed, among: Sequence[str] = (), words: Sequence[str] = ()) -> list[Doubt]:
    """Doubts about the parameters of some settings.

    Parameters
    ----------
    composed : Composed
        Values set by the user or by a scenario are no doubts: they are what is asked.
    among : sequence of str
        Beginnings of keys, ``orr``, ``stations.sites``; empty: all.
    words : sequence of str
        The user's own overrides; what they set is no doubt even where it is the shipped value.

    Returns
    -------
    list of Doubt
        In the order of the register's parameters.

    Raises
    ------
    ConfigError
        If a beginning names nothing that can be drawn.
    """
    own, picked = list(_set_by(words)), designs.picked_by(composed.settings)
    drawn = [
        (keys.parse(one.key), one)
        for one in register.rows(composed.settings, composed.shipped)
        if is_drawn(one)
        and is_picked(keys.parse(one.key), picked)
        and not any(_begins(keys.parse(one.key), path) for path in own)
    ]
    wanted = {prefix: keys.parse(prefix) for prefix in among}
    idle = [text for text, prefix in wanted.items() if not any(_begins(path, prefix) for path, _ in drawn)]
    if idle:
        raise ConfigError([_why_not(text, composed) for text in idle])
    found: dict[str, list[Parameter]] = {}
    for path, one in drawn:
        if not wanted or any(_begins(path, prefix) for prefix in wanted.values()):
            found.setdefault(register.name_of_entry(path, composed.settings.study.as_of), []).append(one)
    return [Doubt(name, tuple(some)) for name, some in found.items()]


def _set_by(words: Iterable[str]) -> Iterator[keys.Path]:
    """Settings that overrides give a value; the choice of a group's option sets none by itself."""
    for word in words:
        parts = OVERRIDE.fullmatch(word)
        key = parts["key"].strip() if parts else ""
        if key and key != places.SCENARIO_GROUP and key not in places.group_options():
            yield keys.parse(key)


def _why_not(text: str, composed: Composed) -> str:
    """Why nothing can be drawn under a beginning of a key."""
    prefix = keys.parse(text)
    parameters = [one for one in register.rows(composed.settings) if _begins(keys.parse(one.key), prefix)]
    if not parameters:
        if keys.place_at(prefix) is None:
            return f"vary={text}: {wording.unknown_key(text)}"
        return f"vary={text} holds no parameter of the model; allowed: beginnings of keys, such as orr, stations.sites"
    for pattern, reason in HELD.items():
        if all(_begins(keys.parse(one.key), keys.parse(pattern)) for one in parameters):
            return f"vary={text} is not drawn ({reason}); set the values that you ask about, or use borderops sweep"
    picked = designs.picked_by(composed.settings)
    if not any(is_picked(keys.parse(one.key), picked) for one in parameters):
        return f"vary={text} moves nothing, since no design of tracking picks it"
    return f"vary={text} holds nothing in doubt: observed values, values without a range, or values set by you"


def is_drawn(one: Parameter) -> bool:
    """Whether a parameter is a doubt."""
    if one.grade not in GRADES or not one.is_shipped or isinstance(one.value, bool):
        return False
    if not isinstance(one.value, int | float) or one.low is None or one.high is None or not one.low < one.high:
        return False
    path = keys.parse(one.key)
    return not any(_begins(path, keys.parse(pattern)) for pattern in HELD)


def is_picked(path: keys.Path, picked: Collection[tuple[str, str]]) -> bool:
    """Whether some design picks the feature that a parameter belongs to; true of all that belong to none."""
    return path[0] != places.FEATURES or path[1:3] in picked


def value_at(one: Parameter, uniform: float) -> int | float:
    """The value of a parameter at a uniform: its low end at 0, the shipped value at 0.5, its high end at 1."""
    assert isinstance(one.value, int | float) and one.low is not None and one.high is not None
    return register.between(one.value, one.low, one.high, uniform)


def compose_at(
    words: Sequence[str], doubts: Iterable[Doubt], uniforms: Mapping[str, float]
) -> tuple[Composed, list[str]]:
    """Compose settings at a point of the doubts.

    Parameters
    ----------
    words : sequence of str
        The user's own overrides, which win.
    doubts : iterable of Doubt
    uniforms : mapping of str to float
        By name of the doubt.

    Returns
    -------
    composed : Composed
    held : list of str
        Doubts that stay as shipped, because their values at this point contradict one another; sorted.

    Raises
    ------
    ConfigError
        If the settings cannot be used whatever is drawn.
    """
    doubts = list(doubts)
    held: set[str] = set()
    while True:
        drawn = [doubt for doubt in doubts if doubt.name not in held]
        given = [f"{one.key}={value_at(one, uniforms[doubt.name])}" for doubt in drawn for one in doubt.parameters]
        try:
            return compose([*given, *words]), sorted(held)
        except ConfigError as found:
            guilty = {doubt.name for sentence in found.problems for doubt in concerned(sentence, drawn)}
            if not guilty:
                raise
            held |= guilty


def concerned(sentence: str, doubts: Sequence[Doubt]) -> list[Doubt]:
    """Doubts that a sentence about unusable settings speaks of, as few as it lets tell.

    A sentence begins with a key and may name parts below it: ``features.notes.free_text.acts sums to 1.08 for
    note_nothing and note_not_at_top`` means what is drawn of these two notes alone.
    """
    key, _, rest = sentence.partition(";")[0].partition(" ")
    named = set(re.findall(r"\w+", rest))
    # A key that is not drawn itself, such as one set by the user, contradicts something beside it.
    for end in range(len(keys.parse(key)), 0, -1):
        prefix = keys.parse(key)[:end]
        below = [(doubt, [*_below(doubt, prefix)]) for doubt in doubts]
        below = [(doubt, parts) for doubt, parts in below if parts]
        if below:
            meant = [doubt for doubt, parts in below if any(named & set(some) for some in parts)]
            return meant or [doubt for doubt, _ in below]
    # A design is told of together: what its features multiply is known by the slips that the sentence names.
    slips = named & {*SLIPS, *ACTS}
    meant = [doubt for doubt in doubts if any(slips & {*keys.parse(one.key)} for one in doubt.parameters)]
    return [doubt for doubt in meant if doubt.name.startswith(places.FEATURES)] or meant


def _below(doubt: Doubt, prefix: keys.Path) -> Iterator[list[str]]:
    """Of each parameter of a doubt under a key, the parts of its own key that come below."""
    for one in doubt.parameters:
        path = keys.parse(one.key)
        if _begins(path, prefix):
            yield [str(part) for part in path[len(prefix) :]]


def _begins(path: keys.Path, prefix: keys.Path) -> bool:
    return len(path) >= len(prefix) and all(b in (keys.ANY, a) for a, b in zip(path, prefix))
