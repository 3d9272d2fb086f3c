"""What was known on a day: values and sources of that day, and the refusal of everything that came to be known later.

``study.as_of`` names the day. What a reviewer would have put down then stands in ``conf/as_of/<day>``:
``values.yaml`` and, where an option needs its own, ``<group>/<option>.yaml``, laid over the groups and under the
scenario; ``register.yaml`` says what each value rests on. A parameter whose entry became known after the day is
refused, whoever set it, unless that folder has an entry for it. Such an entry vouches for the values of its folder and
for what is asked, never for what a group ships.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from borderops.config import inputs, keys, places, register
from borderops.config.checks import PUBLISHED_LAST
from borderops.config.schema import Settings
from borderops.exceptions import ConfigError

if TYPE_CHECKING:
    from omegaconf import DictConfig

VALUES: Final = "values.yaml"
TOLD: Final = 6
"""Entries of the register that a refusal names; of more it says how many."""


@dataclass(frozen=True)
class Layer:
    """What was known on a day, for some choice of options.

    Attributes
    ----------
    day : date
    values : dict of path to object
        Single values and whole lists, by path.
    """

    day: date
    values: dict[keys.Path, Any]

    def states(self, path: keys.Path) -> bool:
        """Whether the value of a parameter, or the list that it stands in, is of this layer."""
        return any(path[:depth] in self.values for depth in range(1, len(path) + 1))

    def lay(self, base: DictConfig, over_it: Iterable[DictConfig] = ()) -> None:
        """Set the layer's values in a configuration, except where one of those laid over it says otherwise."""
        from omegaconf import OmegaConf

        above = list(over_it)
        for path, value in self.values.items():
            if not any(_is_stated(one, path) for one in above):
                OmegaConf.update(base, keys.show(path), value, merge=False, force_add=True)


def days() -> list[date]:
    """Days for which there is a folder of what was known, in their order."""
    return register.days_told()


def layer_of(day: date | None, choices: Mapping[str, str]) -> Layer | None:
    """What was known on a day under the chosen options; None where no folder tells."""
    if day is None or day not in days():
        return None
    return Layer(day, dict(_read(day, tuple(sorted(choices.items())))))


def day_of(config: DictConfig) -> date | None:
    """The day that a configuration speaks as of; None where it names none, or none that can be read."""
    from omegaconf import OmegaConf

    said = OmegaConf.select(config, "study.as_of")
    try:
        return date.fromisoformat(str(said)) if said is not None else None
    except ValueError:
        return None  # the types of the settings tell it


# --- refusals -----------------------------------------------------------------------------------------------------


def problems(settings: Settings, shipped: Settings, layer: Layer | None) -> Iterator[str]:
    """Yield sentences about what could not be known on the day of the study.

    Parameters
    ----------
    settings : Settings
    shipped : Settings
        The groups with the layer, without scenario and user.
    layer : Layer or None
        What was known that day under the same options.

    Yields
    ------
    str
    """
    day = settings.study.as_of
    if day is None:
        return
    late = known_later(settings, shipped, layer)
    yield from _unlayered(day, late) if layer is None and late else _by_entry(day, late)
    yield from _months(settings, day)
    yield from _sample(settings, day)
    yield from _stress(settings, day)


def known_later(settings: Settings, shipped: Settings, layer: Layer | None) -> dict[str, list[register.Parameter]]:
    """Parameters that rest on what became known after the day of the study, by the entry that says so."""
    day = settings.study.as_of
    assert day is not None, "only a study of a day has a later"
    late: dict[str, list[register.Parameter]] = {}
    for one in register.rows(settings, shipped):
        path = keys.parse(one.key)
        is_of_group = one.is_shipped and not (layer and layer.states(path))
        told = None if is_of_group else day  # the day's own register does not vouch for what a group ships
        if register.known_on(path, told) > day:
            late.setdefault(register.name_of_entry(path, told), []).append(one)
    return late


def _by_entry(day: date, late: Mapping[str, list[register.Parameter]]) -> Iterator[str]:
    """A sentence for each of the first entries, and how many more there are."""
    for name, some in list(late.items())[:TOLD]:
        known = register.known_on(keys.parse(some[0].key))
        more = f" ({len(some)} values, {name})" if len(some) > 1 else ""
        yield (
            f"{some[0].key}{more} could not be known on {day}, only from {known} on; allowed: what has an entry in"
            f" {_folder(day)}/{register.FILE}"
        )
    if len(late) > TOLD:
        rest = sum(len(some) for some in [*late.values()][TOLD:])
        yield (
            f"study.as_of is {day}, and {rest} more values of {len(late) - TOLD} entries of the register were not known"
            " by then; borderops show register tells what was known when"
        )


def _unlayered(day: date, late: Mapping[str, list[register.Parameter]]) -> Iterator[str]:
    """One sentence where no folder tells what was known that day."""
    first = [f"{name} ({register.known_on(keys.parse(some[0].key))})" for name, some in list(late.items())[:TOLD]]
    more = f" and {len(late) - TOLD} more" if len(late) > TOLD else ""
    values = sum(map(len, late.values()))
    known = max(register.known_on(keys.parse(one.key)) for some in late.values() for one in some)
    yield (
        f"study.as_of is {day}, and {values} values of {len(late)} entries of the register were not known by then:"
        f" {', '.join(first)}{more}; allowed: {', '.join(map(str, days()))}, whose own values stand in conf/"
        f"{places.AS_OF}, {known} or later, or null"
    )


def _months(settings: Settings, day: date) -> Iterator[str]:
    """The published table holds later months too: it must be cut where knowledge ends."""
    month, before = f"{day:%Y-%m}", settings.arrivals.known_before
    if day <= PUBLISHED_LAST and (before is None or before > month):
        found = "null" if before is None else before
        yield f"arrivals.known_before is {found}; allowed: {month} or an earlier month while study.as_of is {day}"


def _sample(settings: Settings, day: date) -> Iterator[str]:
    """A sample fitted to later figures would carry them in."""
    name = settings.inputs.sample
    if name is None:
        return
    try:
        about = inputs.read(name).about
    except ConfigError:
        return  # told already
    fitted = about.get("as_of") or about.get("known_by")
    if fitted is None or date.fromisoformat(str(fitted)) > day:
        told = f"figures known on {fitted}" if fitted else "whatever is known"
        yield f"inputs.sample is {name}, fitted to {told}; allowed: null, or a sample fitted as of {day} or before"


def _stress(settings: Settings, day: date) -> Iterator[str]:
    """A stress that repeats what happened later would tell it."""
    known = settings.stress.known_on
    if known is not None and known > day:
        yield (
            f"stress.known_on is {known}, after study.as_of ({day}), since it repeats what happened later; allowed: a"
            " stress of sizes that are made up, or that were known by then"
        )


# --- inside -------------------------------------------------------------------------------------------------------


def _folder(day: date) -> str:
    return f"conf/{places.AS_OF}/{day}"


@lru_cache(maxsize=64)
def _read(day: date, choices: tuple[tuple[str, str], ...]) -> tuple[tuple[keys.Path, Any], ...]:
    """Values of a day's folder; those of a chosen option stand for those of all options."""
    from omegaconf import OmegaConf

    folder = places.conf_folder() / places.AS_OF / str(day)
    files = [((), folder / VALUES), *(((group,), folder / group / f"{option}.yaml") for group, option in choices)]
    found: dict[keys.Path, Any] = {}
    for above, file in files:
        if file.is_file():
            found |= dict(_atoms(above, OmegaConf.to_container(OmegaConf.load(file))))
    return tuple(found.items())


def _atoms(above: keys.Path, value: Any) -> Iterator[tuple[keys.Path, Any]]:
    """Single values and whole lists of nested mappings, with their paths."""
    if not isinstance(value, dict):
        yield above, value
        return
    for name, inner in value.items():
        yield from _atoms((*above, str(name)), inner)


def _is_stated(overlay: Any, path: keys.Path) -> bool:
    """Whether an overlay gives a value at a path, or something other than a mapping on the way to it."""
    from omegaconf import DictConfig

    for part in path:
        if not isinstance(overlay, DictConfig):
            return True
        if part not in overlay:
            return False
        overlay = overlay._get_node(part)
    return True
