"""``borderops trials``: what is kept of finished trials, and making room."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from borderops.commands.playing import count, store_of
from borderops.commands.printing import print_table
from borderops.config.compose import compose
from borderops.exceptions import ConfigError
from borderops.experiments.store import Kept, TrialStore

DONE = 0
MEGABYTE = 1e6
SECONDS_A_DAY = 86_400.0
OPTIONS = {
    "scenario": "only those of a scenario",
    "kind": "only figures, histories or differing",
    "older_than_days": "only those kept before",
    "all": "true: also those of the present version",
    "yes": "true: do it",
}
"""Words of ``prune`` apart from settings."""

LISTED = {name: OPTIONS[name] for name in ("scenario", "kind")}
"""Words of ``list``."""


@dataclass(frozen=True)
class Described:
    """A kept file and what it says of itself; an unreadable one says nothing."""

    kept: Kept
    scenario: str
    seed: int
    replication: int
    version: str
    is_present: bool


def main(words: Sequence[str]) -> int:
    """Run the command.

    Parameters
    ----------
    words : sequence of str
        ``list`` or ``prune``, then ``trials.store=...`` or ``run.outputs=...`` and, for ``prune``, `OPTIONS`.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    ConfigError
        If a word is not known.
    """
    what, *rest = words or ["list"]
    if what not in ("list", "prune"):
        raise ConfigError([f"borderops trials {what} is not known; allowed: list, prune"])
    options, settings = _sorted_out(rest, allowed=OPTIONS if what == "prune" else LISTED)
    store = store_of(compose(settings).settings)
    described = [_describe(one) for one in store.all()]
    if what == "list":
        _list(store, [one for one in described if _is_meant(one, options)])
    else:
        _prune(store, described, options)
    return DONE


def _sorted_out(words: Iterable[str], allowed: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """Options of this command, and settings that say where the store is."""
    options, settings, problems = {}, [], []
    for word in words:
        key, _, value = word.partition("=")
        if key in allowed:
            options[key] = value
        elif key in ("trials.store", "run.outputs"):
            settings.append(word)
        else:
            problems.append(
                f"{word} is not known here; allowed: {', '.join([*allowed, 'trials.store', 'run.outputs'])}"
            )
    for key in ("all", "yes"):
        if options.get(key, "true") not in ("true", "false"):
            problems.append(f"{key} is {options[key]}; allowed: true, false")
    if options.get("kind", "figures") not in ("figures", "histories", "differing"):
        problems.append(f"kind is {options['kind']}; allowed: figures, histories, differing")
    with contextlib.suppress(KeyError):
        if not options["older_than_days"].replace(".", "", 1).isdecimal():
            problems.append(f"older_than_days is {options['older_than_days']}; allowed: a number, 0 or more")
    if problems:
        raise ConfigError(problems)
    return options, settings


def _describe(kept: Kept) -> Described:
    from borderops.experiments.identity import code_played
    from borderops.experiments.trial_files import BrokenFile, read_about

    try:
        about = read_about(kept.path)
    except (BrokenFile, OSError):
        return Described(kept, "cannot be read", 0, 0, "?", False)
    is_present = about.code == code_played()
    return Described(kept, about.scenario, about.seed, about.replication, about.version, is_present)


def _is_meant(one: Described, options: dict[str, str]) -> bool:
    if options.get("scenario", one.scenario) != one.scenario or options.get("kind", one.kept.kind) != one.kept.kind:
        return False
    days = float(options.get("older_than_days", 0.0))
    return time.time() - one.kept.written >= days * SECONDS_A_DAY


def _list(store: TrialStore, described: list[Described]) -> None:
    if not described:
        print(f"No finished trials are kept in {store.folder}.")
    groups: dict[tuple[str, int, str, str], list[Described]] = {}
    for one in described:
        state = "present" if one.is_present else f"other version ({one.version})"
        groups.setdefault((one.scenario, one.seed, one.kept.kind, state), []).append(one)
    rows = [
        (scenario, str(seed), kind, str(len(some)), _megabytes(some), _day(some), state)
        for (scenario, seed, kind, state), some in groups.items()
    ]
    if rows:
        print_table(("scenario", "seed", "kind", "trials", "MB", "last kept", "made by"), sorted(rows))
        print(f"\n{count(len(described), 'file')}, {_megabytes(described)} MB in {store.folder}")
    litter = store.litter()
    if litter:
        print(f"{count(len(litter), 'file')} broken or cut off; borderops trials prune takes them away")


def _prune(store: TrialStore, described: list[Described], options: dict[str, str]) -> None:
    """Take away what nobody can use any more, or what is asked for; only told unless ``yes=true``."""
    takes_all = options.get("all") == "true"
    goes = [one.kept.path for one in described if _is_meant(one, options) and (takes_all or not one.is_present)]
    goes += store.litter()
    size = sum(path.stat().st_size for path in goes if path.exists())
    stays = len(described) - len([path for path in goes if path.suffix == ".parquet"])
    what = f"{count(len(goes), 'file')}, {size / MEGABYTE:.1f} MB"
    if not goes:
        print("Nothing to take away: everything kept is of the present version (all=true takes it too).")
    elif options.get("yes") != "true":
        print(f"Would take away {what}, and keep {count(stays, 'file')}; say yes=true to do it.")
    else:
        _take_away(goes)
        print(f"Took away {what}; {count(stays, 'file')} kept.")


def _take_away(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not empty
            path.parent.rmdir()


def _megabytes(some: list[Described]) -> str:
    return f"{sum(one.kept.size for one in some) / MEGABYTE:.1f}"


def _day(some: list[Described]) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(max(one.kept.written for one in some)))
