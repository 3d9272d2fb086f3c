"""Criteria: what has to hold before a policy starts, with limit, confidence, ground and owner; fixed before any draw.

Read from ``conf/readiness/<name>.yaml`` or from a planner's own file of the same form. Their digest names them: whoever
changes a limit has other criteria. Must not know how they are judged.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from borderops.config import places
from borderops.config.keys import nearest_word
from borderops.exceptions import ConfigError
from borderops.forecast.kpis import KPIS
from borderops.readiness.plan_facts import FACTS

DEFAULT: Final = "default"
IF_NOBODY: Final = ("met", "missing")
GRADES: Final = ("observed", "assumed")
GROUP_KINDS: Final = (
    "all", "age_band", "station", "bed_kind", "agency", "activity", "ground", "holding_kind", "court_outcome",
)  # fmt: skip


class Basis(StrEnum):
    """What a criterion rests on."""

    STATUTE = "statute"
    COURT_ORDER = "court_order"
    RECOMMENDATION = "recommendation"
    PLANNER = "planner"


@dataclass(frozen=True)
class Limit:
    """What the number of a limit rests on.

    Parameters
    ----------
    grade : str
        ``observed``: the ground's own number; ``assumed``: a planner's.
    low, high : float or None
        Range within which others might set it; None where the ground leaves none.
    source : str
    """

    grade: str
    low: float | None
    high: float | None
    source: str


@dataclass(frozen=True)
class Criterion:
    """One thing that has to hold before a policy starts.

    Parameters
    ----------
    name : str
    title : str
        What holds where it is met, as a sentence without full stop.
    kpi : str or None
        Name of a KPI; None for a fact of the plan.
    fact : str or None
        Name of a fact of the plan (`borderops.readiness.plan_facts.FACTS`).
    group_kind : str
        Each group of this kind is judged apart, and the worst decides.
    at_most, at_least : float or None
        The limit; one of them for a KPI or a number, none for a fact that is yes or no.
    confidence : float
        Share of seasons in which it has to be met; more than 0.5, below 1.
    noise : float
        How far a value may be off, as a standard deviation in its own unit; counts against the plan, and against a
        NO-GO.
    if_nobody : {"met", "missing"}
        What a season means in which nobody was concerned.
    basis : Basis
    ground : str
        Cites it.
    owner : str
        Who has to see to it.
    is_legal : bool
        NO-GO as soon as it is broken in any season.
    levers : tuple of str
        What moves it.
    groups : tuple of str
        The groups that are judged; none: all there are.
    limit : Limit or None
        What the limit rests on; None where there is none.
    known_on : date or None
        First day on which a legal ground could be known; a review as of an earlier day sets it apart.
    """

    name: str
    title: str
    kpi: str | None
    fact: str | None
    group_kind: str
    at_most: float | None
    at_least: float | None
    confidence: float
    noise: float
    if_nobody: Literal["met", "missing"]
    basis: Basis
    ground: str
    owner: str
    is_legal: bool
    levers: tuple[str, ...]
    groups: tuple[str, ...] = ()
    limit: Limit | None = None
    known_on: date | None = None


@dataclass(frozen=True)
class Criteria:
    """All that has to hold, and how sure a verdict has to be.

    Parameters
    ----------
    name : str
    title : str
    alpha : float
        Error allowed of a GO that ought not to be, over all criteria together; likewise of a NO-GO.
    valid_days : int
        Days after which a verdict lapses.
    criteria : tuple of Criterion
    digest : str
        SHA-256 over all of it but the order and the name of the file.
    """

    name: str
    title: str
    alpha: float
    valid_days: int
    criteria: tuple[Criterion, ...]
    digest: str

    def __iter__(self) -> Iterator[Criterion]:
        return iter(self.criteria)

    def __getitem__(self, name: str) -> Criterion:
        return next(one for one in self.criteria if one.name == name)

    @property
    def kpis(self) -> list[str]:
        """KPIs that are judged, each once."""
        return list(dict.fromkeys(one.kpi for one in self.criteria if one.kpi))

    @property
    def fewest(self) -> int:
        """Replications below which no season may be bad enough for a GO: all met, and it is not shown yet."""
        confidence = max((one.confidence for one in self.criteria if one.kpi), default=0.0)
        return math.ceil(math.log(self.alpha) / math.log(confidence)) if confidence else 1


def digest_of(title: str, alpha: float, valid_days: int, criteria: Sequence[Criterion]) -> str:
    """SHA-256 over criteria and what is demanded of a verdict, in any order."""
    told = sorted((asdict(one) for one in criteria), key=lambda one: one["name"])
    whole = {"title": title, "alpha": alpha, "valid_days": valid_days, "criteria": told}
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


def criteria_of(name: str, title: str, alpha: float, valid_days: int, criteria: Sequence[Criterion]) -> Criteria:
    """Criteria with their digest."""
    return Criteria(name, title, alpha, valid_days, tuple(criteria), digest_of(title, alpha, valid_days, criteria))


# --- files --------------------------------------------------------------------------------------------------------


def shipped() -> dict[str, Path]:
    """Shipped criteria by name."""
    return {path.stem: path for path in sorted((places.conf_folder() / places.READINESS).glob("*.yaml"))}


def read_criteria(name_or_path: str = DEFAULT) -> Criteria:
    """Read criteria.

    Parameters
    ----------
    name_or_path : str
        Of those that are shipped, or the path of a planner's own file.

    Returns
    -------
    Criteria

    Raises
    ------
    ConfigError
        With every problem of the file.
    """
    path = find(name_or_path)
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no text"
        raise ConfigError([f"criteria={name_or_path} cannot be read: {reason.lower()}"]) from None
    except yaml.YAMLError as problem:
        raise ConfigError([f"criteria={name_or_path} is no YAML ({' '.join(str(problem).split())})"]) from None
    return parse_criteria(raw, path.stem)


def parse_criteria(raw: Any, name: str) -> Criteria:
    """Criteria from the contents of a file.

    Raises
    ------
    ConfigError
        With every problem.
    """
    if not isinstance(raw, Mapping):
        raise ConfigError([f"criteria={name} holds no criteria; allowed: {', '.join(_TOP)} (see conf/readiness)"])
    problems = [*_wrong_file(raw)]
    told = raw.get("criteria")
    rows = {str(key): row for key, row in told.items()} if isinstance(told, Mapping) else {}
    confidence = raw.get("confidence", None)
    whole = {key: _with_defaults(key, row, confidence) for key, row in rows.items() if isinstance(row, Mapping)}
    problems += [f"criteria.{key} is no criterion; allowed: settings such as title and kpi"
                 for key in rows if key not in whole]  # fmt: skip
    for row in whole.values():
        problems += _wrong_criterion(row)
    if problems:
        raise ConfigError(problems)
    made = [_criterion(row) for row in whole.values()]
    return criteria_of(name, str(raw["title"]), float(raw["alpha"]), int(raw["valid_days"]), made)


def find(name_or_path: str) -> Path:
    """The file of criteria by name or path.

    Raises
    ------
    ConfigError
        If there is none.
    """
    path = Path(name_or_path).expanduser()
    if path.suffix in places.SUFFIXES:
        if path.is_file():
            return path
        beside = [str(one) for one in path.parent.glob("*") if one.suffix in places.SUFFIXES]
        near = nearest_word(str(path), beside)
        raise ConfigError([f"criteria={name_or_path} does not exist" + (f"; did you mean {near}?" if near else "")])
    known = shipped()
    if name_or_path not in known:
        near = nearest_word(name_or_path, [*known])
        hint = f"; did you mean {near}?" if near else ""
        allowed = f"{', '.join(known)}, or the path of a YAML file"
        raise ConfigError([f"criteria={name_or_path} is not known{hint} (allowed: {allowed})"])
    return known[name_or_path]


class _Loader(yaml.SafeLoader):
    """Takes no key twice: of two limits under one name one would vanish without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [str(key.value) for key, _ in node.value]
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{twice[0]} stands there twice", node.start_mark)
        return super().construct_mapping(node, deep)


# --- from a row of the file to a criterion ------------------------------------------------------------------------

_TOP: Final = ("title", "alpha", "valid_days", "confidence", "criteria")
_OPTIONAL: Final[Mapping[str, Any]] = {
    "kpi": None, "fact": None, "group_kind": "all", "at_most": None, "at_least": None, "noise": 0.0,
    "if_nobody": "missing", "is_legal": False, "levers": [], "groups": [], "limit": None, "known_on": None,
}  # fmt: skip
"""What need not be said, and what is then meant; a season without a value is missing unless somebody says otherwise."""

_NAMES: Final = tuple(one.name for one in fields(Criterion))
_LIMIT: Final = tuple(one.name for one in fields(Limit))


def _with_defaults(name: str, row: Mapping[str, Any], confidence: Any) -> dict[str, Any]:
    return {**_OPTIONAL, "confidence": confidence, **row, "name": name}


def _criterion(row: Mapping[str, Any]) -> Criterion:
    limit = row["limit"]
    words = {name: " ".join(str(row[name]).split()) for name in ("title", "ground", "owner")}
    numbers = {name: None if row[name] is None else float(row[name]) for name in ("at_most", "at_least")}
    return Criterion(
        **{
            **row,
            **words,
            **numbers,
            "confidence": float(row["confidence"]),
            "noise": float(row["noise"]),
            "basis": Basis(row["basis"]),
            "levers": tuple(map(str, row["levers"])),
            "groups": tuple(_group(str(row["group_kind"]), str(one)) for one in row["groups"]),
            "limit": None if limit is None else _limit(limit),
        }
    )


def _limit(told: Mapping[str, Any]) -> Limit:
    low, high = (None if told.get(end) is None else float(told[end]) for end in ("low", "high"))
    return Limit(str(told["grade"]), low, high, " ".join(str(told["source"]).split()))


def _group(kind: str, group: str) -> str:
    """A group as results name it: bands of age with the dash that stands for to."""
    return group.replace("-", "–") if kind == "age_band" else group


# --- what cannot be used ------------------------------------------------------------------------------------------


def _wrong_file(raw: Mapping[str, Any]) -> Iterator[str]:
    for key in raw:
        if key not in _TOP:
            yield _unknown(str(key), str(key), _TOP)
    if not isinstance(raw.get("title"), str) or not raw["title"].strip():
        yield f"title is {_shown(raw.get('title'))}; allowed: what the criteria are for, in words"
    if not _is_number(raw.get("alpha")) or not 0 < raw["alpha"] <= 0.2:
        yield f"alpha is {_shown(raw.get('alpha'))}; allowed: a number above 0 and at most 0.2, e.g. 0.05"
    days = raw.get("valid_days")
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= 3650:
        yield f"valid_days is {_shown(days)}; allowed: a whole number from 1 to 3650"
    if "confidence" in raw and not _is_confidence(raw["confidence"]):
        yield f"confidence is {_shown(raw['confidence'])}; allowed: {_CONFIDENCE}"
    if not isinstance(raw.get("criteria"), Mapping) or not raw["criteria"]:
        yield f"criteria is {_shown(raw.get('criteria'))}; allowed: criteria by name, one at least"


_CONFIDENCE: Final = "a share of seasons above 0.5 and below 1, e.g. 0.9"
_WORDS: Final = ("title", "ground", "owner")


def _wrong_criterion(row: Mapping[str, Any]) -> Iterator[str]:
    """What cannot be used of a criterion."""
    at = f"criteria.{row['name']}"
    for key in row:
        if key not in _NAMES:
            yield _unknown(f"{at}.{key}", key, _NAMES)
    for key in _WORDS:
        if not isinstance(row.get(key), str) or not row[key].strip():
            yield f"{at}.{key} is {_shown(row.get(key))}; allowed: text"
    yield from _wrong_word(f"{at}.basis", row.get("basis"), [*map(str, Basis)])
    yield from _wrong_word(f"{at}.if_nobody", row["if_nobody"], IF_NOBODY)
    yield from _wrong_word(f"{at}.group_kind", row["group_kind"], GROUP_KINDS)
    if not isinstance(row["is_legal"], bool):
        yield f"{at}.is_legal is {_shown(row['is_legal'])}; allowed: true or false"
    if not _is_confidence(row["confidence"]):
        yield f"{at}.confidence is {_shown(row['confidence'])}; allowed: {_CONFIDENCE}"
    if not _is_number(row["noise"]) or row["noise"] < 0:
        yield f"{at}.noise is {_shown(row['noise'])}; allowed: a number of 0 or more, in the unit of the KPI"
    for key in ("levers", "groups"):
        if not isinstance(row[key], list) or not all(isinstance(one, str) for one in row[key]):
            yield f"{at}.{key} is {_shown(row[key])}; allowed: a list of words"
    if row["known_on"] is not None and not isinstance(row["known_on"], date):
        yield f"{at}.known_on is {_shown(row['known_on'])}; allowed: a date such as 2018-06-26, or null"
    yield from _wrong_subject(at, row)
    yield from _wrong_limit(at, row)


def _wrong_subject(at: str, row: Mapping[str, Any]) -> Iterator[str]:
    kpi, fact = row["kpi"], row["fact"]
    if (kpi is None) == (fact is None):
        yield f"{at} names {'both a KPI and a fact' if kpi else 'neither a KPI nor a fact'}; allowed: one of the two"
    if kpi is not None and kpi not in KPIS:
        yield _unknown(f"{at}.kpi={kpi}", str(kpi), [*KPIS], "a KPI", "borderops list kpis")
    if fact is not None and fact not in FACTS:
        yield _unknown(f"{at}.fact={fact}", str(fact), [*FACTS], "a fact of a plan")
    if fact is not None and (row["groups"] or row["group_kind"] != "all"):
        yield f"{at}.group_kind is {_shown(row['group_kind'])}; allowed for a fact: all"


def _wrong_limit(at: str, row: Mapping[str, Any]) -> Iterator[str]:
    given = [key for key in ("at_most", "at_least") if row[key] is not None]
    for key in given:
        if not _is_number(row[key]):
            yield f"{at}.{key} is {_shown(row[key])}; allowed: a number in the unit of the KPI"
    is_truth = row["fact"] in FACTS and not FACTS[row["fact"]].is_number
    if is_truth and given:
        yield f"{at}.{given[0]} is {_shown(row[given[0]])}; allowed: none, since the fact is yes or no"
    if not is_truth and len(given) != 1:
        yield f"{at} has {len(given)} limits; allowed: one of at_most and at_least"
    if not given:
        return
    told = row["limit"]
    if not isinstance(told, Mapping):
        yield f"{at}.limit is {_shown(told)}; allowed: {', '.join(_LIMIT)}: what the number rests on"
        return
    for key in told:
        if key not in _LIMIT:
            yield _unknown(f"{at}.limit.{key}", str(key), _LIMIT)
    yield from _wrong_word(f"{at}.limit.grade", told.get("grade"), GRADES)
    if not isinstance(told.get("source"), str) or len(told["source"]) < 10:
        yield f"{at}.limit.source is {_shown(told.get('source'))}; allowed: where the number is from, in words"
    yield from _wrong_range(at, told, row[given[0]])


def _wrong_range(at: str, told: Mapping[str, Any], limit: Any) -> Iterator[str]:
    low, high = told.get("low"), told.get("high")
    if told.get("grade") == "assumed" and (low is None or high is None):
        yield f"{at}.limit has no range; an assumed number needs low and high"
    elif any(one is not None and not _is_number(one) for one in (low, high)) or (low is None) != (high is None):
        yield f"{at}.limit goes from {_shown(low)} to {_shown(high)}; allowed: two numbers, or null for both"
    elif low is not None and _is_number(limit) and not low <= limit <= high:
        yield f"{at}.limit goes from {_shown(low)} to {_shown(high)}; allowed: a range around {_shown(limit)}"


def _wrong_word(at: str, value: Any, known: Sequence[str]) -> Iterator[str]:
    if value in known:
        return
    near = nearest_word(str(value), [*known])
    hint = f"; did you mean {near}?" if near else ""
    yield f"{at} is {_shown(value)}; allowed: {', '.join(known)}{hint}"


def _unknown(at: str, word: str, known: Sequence[str], what: str = "a setting", see: str = "") -> str:
    near = nearest_word(word, [*known])
    hint = f"; did you mean {near}?" if near else f"; see {see}" if see else f"; allowed: {', '.join(known)}"
    return f"{at} is not {what}{hint}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_confidence(value: Any) -> bool:
    return _is_number(value) and 0.5 < value < 1


def _shown(value: Any) -> str:
    return "not given" if value is None else f"{value!r}" if isinstance(value, str) else str(value)
