"""Facts of a plan that no season has to be played for: read from the settings alone.

Which features of tracking are live on the day the policy starts, who has been told how to use them, and whether
prosecution goes on parting families after the court's order of 26 June 2018. Must not know a criterion or a result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

import numpy as np

from borderops import clock
from borderops.config.designs import Design, resolved
from borderops.config.schema import SECTORS, STATIONS, Settings, Station
from borderops.operations.policy import obedience, referral_share

INJUNCTION: Final = date(2018, 6, 26)
"""Ms. L. v. ICE, S.D. Cal.: from the next day on no child is parted from a fit parent without an individual finding."""

SEEN_OUT_DAYS: Final = 30
"""Days that have to be played after the season, since reunification is asked for within as many."""

ICE_SEES: Final = ("banner", "cleared_banner", "linked_record")
"""Kinds of features under which ICE's own system shows a separation; comments have to be looked for."""

EXCHANGES: Final = ("mail_with_box", "automatic", "automatic_by_family")
"""Kinds of exchange with HHS other than plain mail."""

AGES: Final = 18
"""Whole years of age that a child may have: 0 to 17."""


@dataclass(frozen=True)
class Fact:
    """What a plan says to one question.

    Parameters
    ----------
    name : str
        One of `FACTS`.
    value : bool, float or None
        Yes or no, or a number in the fact's unit (minus infinity: never); None where it cannot be told.
    words : str
        What was read, as a sentence.
    """

    name: str
    value: bool | float | None
    words: str

    @property
    def is_known(self) -> bool:
        """Whether the plan tells it."""
        return self.value is not None


@dataclass(frozen=True)
class Question:
    """What a fact is of.

    Parameters
    ----------
    title : str
    unit : str
        ``yes or no``, or the unit of a number.
    read : callable
        Takes settings and the start, gives value and words.
    """

    title: str
    unit: str
    read: Callable[[Settings, Start], tuple[bool | float | None, str]]

    @property
    def is_number(self) -> bool:
        """Whether the answer is a number rather than yes or no."""
        return self.unit != YES_OR_NO


YES_OR_NO: Final = "yes or no"


@dataclass(frozen=True)
class Start:
    """The day from which a plan is judged.

    Parameters
    ----------
    day : date
    is_raise : bool
        On this day more adults of families are referred than before the season; otherwise nothing starts within the
        season, and it is the season's first day.
    """

    day: date
    is_raise: bool

    @property
    def words(self) -> str:
        """What the day is."""
        return f"the policy's start, {self.day}" if self.is_raise else f"the season's first day, {self.day}"


def facts_of(settings: Settings, start: Start | None = None) -> dict[str, Fact]:
    """Every fact of a plan, by name.

    Parameters
    ----------
    settings : Settings
    start : Start, optional
        The day on which features have to be live; the plan's own if it is not given. What is shown beside a plan is
        asked about the plan's day.
    """
    start = start or start_of(settings)
    return {name: Fact(name, *question.read(settings, start)) for name, question in FACTS.items()}


def start_of(settings: Settings) -> Start:
    """The day a policy starts: the first of the season with a larger share of families referred than before it.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    Start
        Of the stations played. Where the share never rises above that of the day before the season, nothing starts,
        and what goes on is judged from the season's first day.
    """
    first, last = settings.season
    days = _days(first - timedelta(days=1), last)
    shares = _shares(settings, days)
    raised = days[(shares > shares[0]).any(axis=1)]
    return Start(_date(raised[0]), True) if raised.size else Start(first, False)


# --- what is live on the start ------------------------------------------------------------------------------------


def _design_on(settings: Settings, day: date) -> Design | None:
    """The design live on a day from its first minute on; None before the first."""
    live = [one for one in resolved(settings) if one.begins <= day]
    return max(live, key=lambda one: one.begins) if live else None


def _live(
    does: Callable[[Design], bool], what: tuple[str, str]
) -> Callable[[Settings, Start], tuple[bool | None, str]]:
    """Read whether the design live on the start does something."""

    def read(settings: Settings, start: Start) -> tuple[bool | None, str]:
        design = _design_on(settings, start.day)
        if design is None:
            return None, f"No tracking design is known for {start.words}."
        verb = "is" if does(design) else "is not"
        return does(design), f"On {start.words}, {design.name} is live: {what[0]} {verb} {what[1]}."

    return read


def _design_days(settings: Settings, start: Start) -> tuple[float | None, str]:
    """Days by which units outlive a separation before the start: negative if later, minus infinity if never."""
    designs = sorted(resolved(settings), key=lambda one: one.begins)
    if not designs or designs[0].begins > start.day:
        return None, f"No tracking design is known for {start.words}."
    since: date | None = None
    for one in designs:
        if one.begins > start.day and since is not None:
            break
        since = (since or one.begins) if one.keeps_unit else None
    if since is None:
        return -math.inf, f"No design that keeps units is live on {start.words} or later."
    return _ahead(since, start, "A design that keeps units is live")


def _guidance_days(settings: Settings, start: Start) -> tuple[float | None, str]:
    """Days by which guidance or training precedes the start in the sector that has it last."""
    since = {sector: _guided_since(settings, sector, start.day) for sector in _sectors(settings)}
    if not since:
        return None, "No sector is played, so that nobody's guidance can be told."
    without = [sector for sector, day in since.items() if day is None]
    if without:
        return -math.inf, f"No guidance is planned for {', '.join(without)}."
    return _ahead(max(day for day in since.values() if day), start, "Guidance is in force in every sector played")


def _guided_since(settings: Settings, sector: Station, start: date) -> date | None:
    """First day with guidance in a sector; a design whose users were trained before its launch counts if it is live."""
    told = [one.begins for one in settings.tracking.guidance if not one.sectors or sector in one.sectors]
    design = _design_on(settings, start)
    trained = [design.begins] if design is not None and design.is_trained else []
    return min([*told, *trained], default=None)


def _ahead(since: date, start: Start, what: str) -> tuple[float, str]:
    days = (start.day - since).days
    when = f"{days} days before" if days > 0 else "on" if days == 0 else f"{-days} days after"
    return float(days), f"{what} from {since} on, {when} {start.words}."


# --- law ----------------------------------------------------------------------------------------------------------


def _ends_in_time(settings: Settings, start: Start) -> tuple[bool, str]:
    """Whether families are spared parting for prosecution on every day played after the court's order."""
    first, last = max(settings.window.start, INJUNCTION + timedelta(days=1)), settings.window.end
    if last < first:
        return True, f"No day after {INJUNCTION} is played."
    days = _days(first, last)
    going_on = days[(_shares(settings, days) > 0).any(axis=1)]
    if not going_on.size:
        return True, f"No adult of a family is referred for prosecution after {INJUNCTION}."
    since = _date(going_on[0])
    return False, f"Adults of families are referred for prosecution after {INJUNCTION}, from {since} on."


# --- the run ------------------------------------------------------------------------------------------------------


def _is_seen_out(settings: Settings, start: Start) -> tuple[bool | None, str]:
    """Whether enough days are played after the season; a run that ends too early tells nothing, rather than no."""
    last, end = settings.season[1], settings.window.end
    days = (end - last).days
    words = f"{days} days are played after the season's last day, {last}; {SEEN_OUT_DAYS} are needed."
    return (True if days >= SEEN_OUT_DAYS else None), words


# --- inside -------------------------------------------------------------------------------------------------------


def _sectors(settings: Settings) -> Iterator[Station]:
    """Stations played whose families a policy can refer; all that are played where it is none of them."""
    played = [one for one in STATIONS if one in settings.arrivals.stations]
    yield from [one for one in played if one in SECTORS] or played


def _shares(settings: Settings, days: np.ndarray) -> np.ndarray:
    """Largest share of families of any age referred, by day and sector played, shape (days, sectors)."""
    policy, sectors = settings.policy, [STATIONS.index(one) for one in _sectors(settings)]
    shares = []
    for sector in sectors:
        where = np.full(days.size, sector)
        asked = referral_share(policy.family_referral, days, where)
        spared = [obedience(policy.exemptions, days, where, np.full(days.size, age)) for age in range(AGES)]
        young = [policy.youngest_0_4_ratio if age < 5 else 1.0 for age in range(AGES)]
        shares.append(np.max([asked * ratio * (1.0 - some) for ratio, some in zip(young, spared)], axis=0))
    return np.stack(shares, axis=1)


def _days(first: date, last: date) -> np.ndarray:
    return np.arange(clock.day_of(first), clock.day_of(last) + 1)


def _date(day: np.int64) -> date:
    return clock.EPOCH + timedelta(days=int(day))


FACTS: Final[Mapping[str, Question]] = MappingProxyType(
    {
        "unit_is_kept": Question(
            "The family unit outlives a separation on the day the policy starts",
            YES_OR_NO,
            _live(lambda one: one.keeps_unit, ("the family unit", "kept on separation")),
        ),
        "unit_is_searchable": Question(
            "The field can search for a separated family on the day the policy starts",
            YES_OR_NO,
            _live(lambda one: one.keeps_unit and one.search != "none", ("a separated family", "found by a search")),
        ),
        "ice_sees_it": Question(
            "ICE's own system shows a separation on the day the policy starts",
            YES_OR_NO,
            _live(lambda one: one.ice in ICE_SEES, ("a separation", "shown in ICE's own system")),
        ),
        "exchange_is_more_than_mail": Question(
            "HHS gets a separation by other means than plain mail on the day the policy starts",
            YES_OR_NO,
            _live(lambda one: one.exchange in EXCHANGES, ("HHS", "told otherwise than by plain mail")),
        ),
        "design_days_before_start": Question(
            "Days for which units have outlived separations when the policy starts", "days", _design_days
        ),
        "guidance_days_before_start": Question(
            "Days for which guidance and training have been in force when the policy starts", "days", _guidance_days
        ),
        "prosecution_ends_in_time": Question(
            "No prosecution parts families after 26 June 2018", YES_OR_NO, _ends_in_time
        ),
        "season_is_seen_out": Question("The run goes on for 30 days after the season", YES_OR_NO, _is_seen_out),
    }
)
"""What can be asked of a plan, by name."""
