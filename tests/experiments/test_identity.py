"""Keys of trials: another one as soon as anything differs that could move a number, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from cheap import TINY, settings_of
from pydantic import ValidationError
from tests.test_architecture import reached

from borderops import provenance
from borderops.config.compose import compose
from borderops.config.schema import Settings
from borderops.experiments import identity
from borderops.experiments.identity import ASKED, MEASURED, NO_MATTER, PEOPLE, PLAYED, Identity, Keys, key_of_pair
from borderops.population.families import form_families
from borderops.streams import Draws


def keys(settings: Settings, number: int = 1) -> Keys:
    return Identity(settings).keys(number)


@pytest.fixture
def code_read_anew():
    """Hashes of the code are kept for the life of a process; a test that changes what they are made of drops them."""

    def forget() -> None:
        identity.code_played.cache_clear()
        identity.code_measured.cache_clear()

    forget()
    yield forget
    forget()


# --- settings -----------------------------------------------------------------------------------------------------


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every single value of the settings; of a list the first entry stands for the others."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value[:1]:
            yield from leaves(inner, (*path, 0))
    else:
        yield path, value


def other_values(value: Any) -> list[Any]:
    """Values near one, of which some may be allowed."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, date):
        return [value + timedelta(days=1), value - timedelta(days=1)]
    if isinstance(value, int | float):
        return [value + 1, value - 1, value * 0.99, 0.5]
    if value is None:
        return [date(2018, 5, 3), 1, "other"]
    return [f"{value}x"]


def changed(settings: Settings, path: tuple[str | int, ...], value: Any) -> Settings | None:
    """Settings with another value at a place; None if its type does not allow it."""
    values = settings.model_dump()
    place: Any = values
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    try:
        return Settings.model_validate(values)
    except ValidationError:
        return None


def test_every_setting_of_the_model_is_part_of_a_key():
    """Each single value, changed by itself, changes the keys that it must change, and no other."""
    settings = compose().settings
    before = keys(settings)
    seen = 0
    for path, value in leaves(settings.model_dump()):
        other = next((one for one in (changed(settings, path, new) for new in other_values(value)) if one), None)
        if other is None or path == ("arrivals", "file"):
            continue
        seen += 1
        now = keys(other)
        differ = tuple(getattr(before, name) != getattr(now, name) for name in ("people", "history", "figures"))
        decides_who_comes = path[0] in PEOPLE and path[:2] != ("orr", "beds")
        is_asked = (False, False, True) if path[0] in ASKED else (decides_who_comes, True, True)
        without_matter = path[0] in NO_MATTER and path != ("run", "engine")
        assert differ == ((False, False, False) if without_matter else is_asked), path
    assert seen > 300


@pytest.mark.parametrize(
    "words",
    [
        ("run.replications=9", "run.beside=null", "run.interval_level=0.8", "run.outputs=there"),
        ("compute.workers=7", "compute.patience_seconds=5"),
        ("compute=dask", "compute.address=tcp://127.0.0.1:1"),
        ("trials.store=there", "trials.keep=figures"),
        ("precision.separated_children=5%",),
    ],
)
def test_how_an_experiment_is_carried_out_does_not_matter(words):
    """Neither who plays, nor how often, nor where results go, is part of a key."""
    assert keys(settings_of(*words)) == keys(settings_of())


def test_the_name_of_a_scenario_does_not_matter(tmp_path):
    """Two scenarios that say the same are one."""
    for name in ("mine", "yours"):
        (tmp_path / f"{name}.yaml").write_text("seed: 5\n")
    mine, yours = (compose([*TINY, f"scenario={tmp_path / name}.yaml"]).settings for name in ("mine", "yours"))
    assert (mine.scenario, yours.scenario) == ("mine", "yours")
    assert keys(mine) == keys(yours)


def test_each_replication_and_each_seed_has_its_own_keys():
    """No two of a hundred trials share one, and none of a trial's three keys is another."""
    found = [keys(settings_of(f"seed={seed}"), number) for seed in (1, 2) for number in range(50)]
    assert len({key for one in found for key in (one.people, one.history, one.figures)}) == 300


def test_engines_share_people_and_no_histories():
    """A history of the reference engine is played by the reference engine."""
    compiled, reference = (keys(settings_of(f"run.engine={name}")) for name in ("compiled", "simpy"))
    assert compiled.people == reference.people
    assert compiled.history != reference.history


# --- a planner's file ---------------------------------------------------------------------------------------------

ARRIVALS = "month,sector,stratum,persons\n2018-05,yuma,single_adults,310\n"


def from_file(path: Path) -> Settings:
    return compose([*TINY, "window.lead_in_days=0", "arrivals=file", f"arrivals.file={path}"]).settings


def test_the_content_of_a_planners_file_counts_and_not_its_place(tmp_path):
    """The same file elsewhere gives the same keys; one person more gives others."""
    paths = [tmp_path / name for name in ("one.csv", "same.csv", "other.csv")]
    for path in paths[:2]:
        path.write_text(ARRIVALS)
    paths[2].write_text(ARRIVALS.replace("310", "311"))
    one, same, other = (keys(from_file(path)) for path in paths)
    assert one == same
    assert not {one.people, one.history, one.figures} & {other.people, other.history, other.figures}


# --- code, facts, packages ----------------------------------------------------------------------------------------


def outside(names: set[str], folders: tuple[str, ...]) -> set[str]:
    """Modules that lie in none of these files and folders."""
    places = {name: f"{name.replace('.', '/')}.py" for name in names}
    return {
        name
        for name, place in places.items()
        if not any(place == one or place.startswith(f"{one}/") for one in folders)
    }


def test_all_that_a_replication_reaches_is_hashed():
    """No source that could move a history is left out of its key, and none that could move a figure of its."""
    assert outside(reached("replication") | {"replication"}, PLAYED) == set()
    assert outside(reached("forecast.measure") | {"forecast.measure"}, (*PLAYED, *MEASURED)) == set()


def test_hashed_sources_exist():
    """A file that was renamed cannot silently drop out: every name is one of the package."""
    for name in (*PLAYED, *MEASURED):
        assert (provenance.HERE / name).exists(), name


def test_a_changed_line_changes_the_hash(tmp_path):
    """One more comment in one source, one file more, one file renamed: another hash each time."""
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    for name in ("one.py", "folder/two.py", "folder/deep/three.py"):
        (tmp_path / name).write_text(name)
    names = ("one.py", "folder")
    found = [provenance.sha256_of_sources(names, tmp_path)]
    (tmp_path / "folder/deep/three.py").write_text("folder/deep/three.py # why")
    found.append(provenance.sha256_of_sources(names, tmp_path))
    (tmp_path / "folder/four.py").write_text("")
    found.append(provenance.sha256_of_sources(names, tmp_path))
    (tmp_path / "folder/four.py").rename(tmp_path / "folder/five.py")
    found.append(provenance.sha256_of_sources(names, tmp_path))
    assert len(set(found)) == 4
    (tmp_path / "other.py").write_text("not asked for")
    assert provenance.sha256_of_sources(names, tmp_path) == found[-1]


@pytest.mark.parametrize(
    ("name", "stand_in"),
    [
        ("sha256_of_facts", lambda: "other facts"),
        ("package_versions", lambda names: {"numpy": "99"}),
        ("sha256_of_sources", lambda names: f"other sources of {names}"),
    ],
)
def test_facts_packages_and_sources_are_part_of_every_key(monkeypatch, code_read_anew, name, stand_in):
    """Another fact, another numpy, another line of code: nothing that was kept is taken for the same."""
    before = keys(settings_of())
    monkeypatch.setattr(provenance, name, stand_in)
    code_read_anew()
    now = keys(settings_of())
    assert not {before.people, before.history, before.figures} & {now.people, now.history, now.figures}


def test_code_that_measures_leaves_histories_alone(monkeypatch):
    """A new KPI has new figures, of histories that are kept."""
    before = keys(settings_of())
    monkeypatch.setattr(identity, "code_measured", lambda: "a new KPI")
    now = keys(settings_of())
    assert (now.people, now.history) == (before.people, before.history)
    assert now.figures != before.figures


def test_a_pair_has_its_own_key():
    """A comparison of two trials is not that of the two in reverse, nor that of two others."""
    one, other, third = (keys(settings_of(f"seed={seed}")) for seed in (1, 2, 3))
    found = {key_of_pair(*pair) for pair in ((one, other), (other, one), (one, third), (one, one))}
    assert len(found) == 4


# --- people -------------------------------------------------------------------------------------------------------

SAME_PEOPLE = [
    ("policy=family_unity",),
    ("policy=zero_tolerance_as_planned", "tracking=shared_record"),
    ("orr.beds.age_0_12[0].beds=10", "orr.beds.girls_13_17[0].beds=0"),
    ("transport.notice_hours=9", "family_care.detention_stay_median_days=3"),
    ("reunification.order.day=null", "run.engine=simpy"),
    ("study.question=why", "run.replications=9"),
]
OTHER_PEOPLE = [
    ("seed=2019",),
    ("window.end=2018-05-06",),
    ("arrivals.stations=[el_paso]",),
    ("people.families.one_more_child_share=0.2",),
    ("orr.pace[0].pace=0.5",),
]


@pytest.mark.parametrize(("number", "words"), [*enumerate(SAME_PEOPLE)])
def test_people_of_one_key_are_the_same(number, words):
    """Under another policy, with other beds, played by another engine: equal key, and equal people in every column."""
    mine, theirs = settings_of(), settings_of(*words)
    assert keys(mine, number).people == keys(theirs, number).people
    first, second = (form_families(one, Draws(one.seed, number)) for one in (mine, theirs))
    assert first.digest() == second.digest()


@pytest.mark.parametrize("words", OTHER_PEOPLE)
def test_other_people_have_other_keys(words):
    """Whatever changes who comes changes the key of people."""
    mine, theirs = settings_of(), settings_of(*words)
    first, second = (form_families(one, Draws(one.seed, 1)) for one in (mine, theirs))
    assert first.digest() != second.digest()
    assert keys(mine).people != keys(theirs).people
