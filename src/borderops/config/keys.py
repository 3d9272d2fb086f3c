"""The tree of settings: which keys there are, what belongs at each, and which one a misspelt key may have meant.

A path is a tuple such as ``("orr", "pace", 3, "pace")``; people read and write it as ``orr.pace[3].pace``. In a
pattern ``*`` stands for any index and for any key of a mapping.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel

from borderops.config.schema import Settings

Path = tuple[str | int, ...]

ANY: Final = "*"
NEAR_ENOUGH: Final = 0.66


@dataclass(frozen=True)
class Place:
    """One place in the tree of settings: the kind of value that belongs there.

    Parameters
    ----------
    kind : type
        A model, ``list``, ``dict``, ``int``, ``float``, ``str``, ``bool``, ``date`` or ``Literal``.
    arguments : tuple
        Element type of a list, key and element type of a mapping, words of a literal.
    limits : dict of str to object
        Of ``ge``, ``gt``, ``le``, ``lt``, ``min_length``, ``max_length``, ``pattern`` those that are set.
    may_be_null : bool
    """

    kind: Any
    arguments: tuple[Any, ...]
    limits: dict[str, Any]
    may_be_null: bool

    @property
    def is_model(self) -> bool:
        """Whether the place holds named settings of its own."""
        return isinstance(self.kind, type) and issubclass(self.kind, BaseModel)

    @property
    def is_leaf(self) -> bool:
        """Whether the place holds a single value."""
        return not self.is_model and self.kind not in (list, dict)

    @property
    def names(self) -> list[str]:
        """Keys that may stand below: fields of a model, words of a mapping."""
        if self.is_model:
            return list(self.kind.model_fields)
        return list(_place(self.arguments[0]).arguments) if self.kind is dict else []

    def below(self, part: str | int) -> Place | None:
        """The place below under a name, an index or ``*``; None where there is none."""
        if self.is_model and part in self.kind.model_fields:
            field = self.kind.model_fields[part]
            return _place(field.annotation, tuple(field.metadata))
        if self.kind is list and (isinstance(part, int) or part == ANY):
            return _place(self.arguments[0])
        if self.kind is dict:
            is_known = self.arguments[0] is str or part in self.names  # a name of the user's own, or one of some words
            return _place(self.arguments[1]) if part == ANY or (is_known and isinstance(part, str)) else None
        return None


def place_at(path: Path) -> Place | None:
    """The place a path leads to; None where the settings have no such key."""
    place: Place | None = _place(Settings)
    for part in path:
        place = place.below(part) if place else None
    return place


def show(path: Path) -> str:
    """Write a path as people do, ``orr.pace[3].pace``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def parse(key: str) -> Path:
    """Read a key as people write it, ``orr.pace[3].pace`` or ``orr.pace.3.pace``; ``[*]`` gives ``*``."""
    parts = re.sub(r"\[(\w+|\*)\]", r".\1", key.strip()).split(".")
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def generic(path: Path) -> str:
    """The pattern of a path: every index and every key of a mapping as ``*``, such as ``orr.pace.*.pace``."""
    parts, place = [], _place(Settings)
    for part in path:
        parts.append(str(part) if place.is_model else ANY)
        below = place.below(part)
        if below is None:
            raise KeyError(show(path))
        place = below
    return ".".join(parts)


def patterns() -> Iterator[tuple[str, Place]]:
    """Every pattern that leads to a single value, in the order of the schema, with its place."""
    for path, place in _walk((), _place(Settings), expand=False):
        if place.is_leaf:
            yield ".".join(map(str, path)), place


def leaves(settings: Settings) -> Iterator[tuple[Path, Any, Place]]:
    """Every single value of the settings with its path and place, in the order of the schema."""
    yield from _values((), settings, _place(Settings))


def nearest(key: str) -> str | None:
    """The key that a misspelt one most likely meant, or None where nothing comes close.

    Judged by the whole key and, a little less, by its last part, so that ``replications`` finds
    ``run.replications``. Indices of the given key are kept, and so are names of options and the like; ``*`` stands for
    any where it has none.
    """
    wanted = show(tuple(ANY if isinstance(part, int) else part for part in parse(key)))
    scored = [(_likeness(wanted, known), -len(known), known) for known in _known_keys(key.startswith("features."))]
    likeness, _, best = max(scored)
    return show(_as_given(parse(key), parse(best))) if likeness >= NEAR_ENOUGH else None


def _as_given(given: Path, found: Path) -> Path:
    """A known key with the indices and names of the given one in place of its stars."""
    indices = iter(part for part in given if isinstance(part, int))
    path: Path = ()
    for depth, part in enumerate(found):
        above = place_at(path)
        if part == ANY and above is not None and above.kind is list:
            part = next(indices, 0)
        elif part == ANY:
            named = given[depth] if depth < len(given) else ANY
            part = named if isinstance(named, str) else ANY
        path = (*path, part)
    return path


def nearest_word(word: str, known: list[str]) -> str | None:
    """The nearest of some words, or None where nothing comes close."""
    by_lower = {one.lower(): one for one in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=NEAR_ENOUGH - 0.1)
    return by_lower[found[0]] if found else None


# --- inside -------------------------------------------------------------------------------------------------------


def _place(annotation: Any, metadata: tuple[Any, ...] = ()) -> Place:
    """Take a type apart: constraints, null, container, arguments."""
    may_be_null = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            metadata = (*metadata, *more)
        elif origin in (Union, types.UnionType):
            [annotation] = [one for one in get_args(annotation) if one is not type(None)]
            may_be_null = True
        else:
            break
    return Place(origin or annotation, get_args(annotation), _limits(metadata), may_be_null)


def _limits(metadata: tuple[Any, ...]) -> dict[str, Any]:
    """Constraints by name; pydantic wraps them as objects with one attribute each, or several in ``metadata``."""
    limits: dict[str, Any] = {}
    for one in metadata:
        for constraint in (one, *getattr(one, "metadata", ())):
            for name in ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern"):
                value = getattr(constraint, name, None)
                if value is not None:
                    limits[name] = value
    return limits


def _walk(path: Path, place: Place, expand: bool) -> Iterator[tuple[Path, Place]]:
    if path:
        yield path, place
    if place.is_leaf:
        return
    names: list[str] = place.names if place.is_model or (expand and place.names) else [ANY]
    for name in names:
        below = place.below(name)
        if below is not None:
            yield from _walk((*path, name), below, expand)


def _values(path: Path, value: Any, place: Place) -> Iterator[tuple[Path, Any, Place]]:
    if place.is_leaf:
        yield path, value, place
        return
    items: list[tuple[str | int, Any]]
    if place.is_model:
        items = [(name, getattr(value, name)) for name in place.names]
    else:
        items = list(value.items() if place.kind is dict else enumerate(value))
    for part, inner in items:
        below = place.below(part)
        if below is not None:
            yield from _values((*path, part), inner, below)


@lru_cache(maxsize=2)
def _known_keys(with_slips_of_features: bool) -> tuple[str, ...]:
    """All keys. Every feature may name every slip; who asks for a slip by its name alone means none of these."""
    paths = (path for path, _ in _walk((), _place(Settings), expand=True))
    return tuple(show(path) for path in paths if with_slips_of_features or not _is_slip_of_feature(path))


def _is_slip_of_feature(path: Path) -> bool:
    return path[0] == "features" and "slips" in path[:-1]


def _likeness(wanted: str, known: str) -> float:
    whole = _similar(wanted, known)
    last, known_last = wanted.rsplit(".", 1)[-1], known.rsplit(".", 1)[-1]
    by_last = _similar(last, known_last) if last != ANY else 0.0
    return max(whole, 0.9 * by_last + 0.1 * whole if by_last > 0.8 else 0.0)


def _similar(one: str, other: str) -> float:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < 0.5 or matcher.quick_ratio() < 0.5:
        return 0.0
    return matcher.ratio()
