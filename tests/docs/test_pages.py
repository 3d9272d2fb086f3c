"""The pages hold together: what is generated is fresh, links lead somewhere, names that are named exist."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from enum import IntEnum
from pathlib import Path
from types import ModuleType

import pytest

from borderops import cli
from borderops.config import keys
from borderops.config.schema import Settings
from borderops.forecast.kpis import KPIS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
BY_HAND = [path for path in PAGES if "reference" not in path.parts]
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def called(path: Path) -> str:
    """A page's name in a test's."""
    return path.relative_to(DOCS).as_posix()


def prose(path: Path) -> str:
    """A page without its fenced blocks."""
    return FENCED.sub("", path.read_text(encoding="utf-8"))


def generator() -> ModuleType:
    """docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- generated pages ----------------------------------------------------------------------------------------------


def test_generated_pages_are_those_of_the_program():
    """The reference says what the program says: `python docs/generate.py` has been run since the last change."""
    command = [sys.executable, DOCS / "generate.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_page_that_differs_is_found(tmp_path, monkeypatch, capsys):
    """The check names a page that was edited and one that is missing, and writes nothing."""
    generate = generator()
    monkeypatch.setattr(generate, "DOCS", tmp_path)
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "PAGES", {"reference/a.md": lambda: "right\n", "reference/b.md": lambda: "right\n"})
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "a.md").write_text("wrong\n")
    (tmp_path / "model.md").write_text("Before.\n<!-- generated: limits -->\nold\n<!-- end -->\nAfter.\n")
    assert generate.main(["--check"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told] == ["reference/a.md", "reference/b.md", "model.md"]
    assert (tmp_path / "reference" / "a.md").read_text() == "wrong\n"
    assert generate.main([]) == 0 and generate.main(["--check"]) == 0
    assert (tmp_path / "model.md").read_text() == (
        f"Before.\n<!-- generated: limits -->\n{generate.limits_list()}<!-- end -->\nAfter.\n"
    )


def options() -> list[tuple[str, str]]:
    """Every option of every group of the model."""
    from borderops.config import places, register

    groups = {group: found for group, found in places.group_options().items() if group not in register.NOT_OF_THE_MODEL}
    return [(group, option) for group, found in groups.items() for option in found]


def test_every_parameter_stands_in_the_reference():
    """No parameter of any option of any group is left out, nor one of a plain list hidden."""
    from borderops.config import register
    from borderops.config.compose import compose

    needed = generator().NEEDED
    text = (DOCS / "reference" / "parameters.md").read_text(encoding="utf-8")
    named = {key for key, _, _ in re.findall(r"^\| `([^`]+)`( \([^|]*\))? \| ([^|]+) \|", text, re.MULTILINE)}
    spans = [re.fullmatch(r"(.+)\[(\d+)\.\.(\d+)\]", key) for key in named]
    for span in filter(None, spans):
        named |= {f"{span[1]}[{index}]" for index in range(int(span[2]), int(span[3]) + 1)}
    for group, option in options():
        settings = compose(["~scenario", f"{group}={option}", *needed.get(option, [])]).settings
        assert {row.key for row in register.rows(settings)} <= named, (group, option)


def sections(text: str) -> dict[str, str]:
    """Sections of a page by their headings."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_tracking_design_stands_in_the_reference():
    """Each option of tracking has its row, and each aspect and each steering act a row with all designs."""
    from borderops.config.schema import ACTS, ASPECTS

    found = sections((DOCS / "reference" / "tracking.md").read_text(encoding="utf-8"))
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|", found["Designs"], re.MULTILINE)
    assert {option for option, _ in rows} == {option for group, option in options() if group == "tracking"}
    for heading, names in (("What designs pick", ASPECTS), ("What comes of it", ACTS)):
        lines = dict(re.findall(r"^\| `([^`]+)` \|(.*)$", found[heading], re.MULTILINE))
        assert list(lines) == list(names)
        assert {line.count("|") for line in lines.values()} == {len({design for _, design in rows})}


def test_every_feature_stands_in_the_reference():
    """Each option of each aspect has its row in the library, in the order of the file."""
    from borderops.config.places import feature_options

    found = sections((DOCS / "reference" / "tracking.md").read_text(encoding="utf-8"))["The library"]
    parts = re.split(r"^### (.+)$", found, flags=re.MULTILINE)
    library = dict(zip(parts[1::2], parts[2::2], strict=True))
    rows = {aspect: re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE) for aspect, text in library.items()}
    assert rows == feature_options()


def test_a_design_that_two_options_change_differently_is_shown_twice():
    """Designs of one name that differ stand side by side; equal ones stand once, whatever their date."""
    from borderops.config.compose import compose

    design = compose(["~scenario"]).settings.tracking.designs[0]
    later = design.model_copy(update={"begins": design.begins.replace(year=2030)})
    other = design.model_copy(update={"unit": "kept"})
    found = generator()._once([("a", design), ("b", later), ("c", other)])
    assert found == [(design.name, design), (f"c: {design.name}", other)]


def test_every_column_has_its_words():
    """Each table and code of a replication stands in the reference with all its columns."""
    from dataclasses import fields

    from borderops.operations import history, numbers, plan
    from borderops.operations.history import History
    from borderops.operations.plan import Plan
    from borderops.population import people
    from borderops.population.people import People

    text = (DOCS / "reference" / "history.md").read_text(encoding="utf-8")
    for table in (People, Plan, History):
        assert all(f"| `{field.name}` |" in text for field in fields(table)), table
    codes = [
        one
        for module in (people, plan, history, numbers)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, IntEnum) and one.__module__ == module.__name__
    ]
    assert len(codes) > 10
    found = sections(text.replace("\n### ", "\n## "))
    for enumeration in codes:
        shown = found[enumeration.__name__]
        assert all(f"| {one.value} | `{one.name}` |" in shown for one in enumeration), enumeration


def test_every_command_has_its_help():
    """The page of commands has a heading for each command."""
    text = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    assert re.findall(r"^## borderops (\w+)$", text, re.MULTILINE) == list(cli.COMMANDS)


# --- what pages name ----------------------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """Anchors of a page's headings, as they are made from its words."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=called)
def test_links_lead_somewhere(path):
    """Every link to a page, a folder or a heading of the project leads there; none leads to this machine."""
    for target in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        place, _, anchor = target.partition("#")
        found = (path.parent / place).resolve() if place else path
        assert found.exists() and found.is_relative_to(ROOT), target
        assert not anchor or anchor in anchors(found), target


def test_every_page_is_reached_from_the_index():
    """A reader who begins at docs/README.md and follows links finds every page but single decisions."""
    found = {DOCS / "README.md"}
    waiting = [*found]
    while waiting:
        page = waiting.pop()
        linked = {(page.parent / target.partition("#")[0]).resolve() for target in LINK.findall(prose(page))}
        new = {path for path in linked if path.suffix == ".md" and path.is_relative_to(DOCS)} - found
        found |= new
        waiting += new
    assert {path for path in PAGES if "decisions" not in path.parts} <= found


@pytest.mark.parametrize("path", BY_HAND, ids=called)
def test_settings_that_are_named_exist(path):
    """A key such as orr.beds.age_0_12 that stands in a page is a key of the settings."""
    for words in CODE.findall(prose(path)):
        for key in re.findall(r"(?<![\w/.-])[a-z_]+(?:\.[a-z_0-9]+(?:\[\d+\])?)+(?![\w/(])", words):
            is_file = key.rsplit(".", 1)[-1] in ("py", "md", "csv", "yaml", "html", "json", "xlsx", "txt")
            if key.split(".")[0] in Settings.model_fields and not is_file:
                assert keys.place_at(keys.parse(key)) is not None, key


FOLDERS = [ROOT, ROOT / "src" / "borderops", DOCS]
MADE_BY_A_RUN = ("outputs/", "tables/", ".venv/", "my_")


@pytest.mark.parametrize("path", [path for path in BY_HAND if "how-to" not in path.parts], ids=called)
def test_files_that_are_named_exist(path):
    """A file of the source, the settings or the tests that stands in a page is there."""
    for words in CODE.findall(prose(path)):
        for name in re.findall(
            r"(?<![\w/.-])(?:[\w-]+/)*[\w-]+\.(?:py|yaml|md|csv)\b|(?<![\w/.-])(?:[\w-]+/)+(?![\w*<])", words
        ):
            if not name.startswith(MADE_BY_A_RUN) and "decisions" not in path.parts:
                is_there = any((folder / name).exists() for folder in FOLDERS)
                inside = any((ROOT / "src" / "borderops").glob(f"*/{name}"))
                assert is_there or inside, name


@pytest.mark.parametrize("path", BY_HAND, ids=called)
def test_kpis_that_are_named_exist(path):
    """A KPI that stands in a page is one: names that begin like one and are none would mislead."""
    for words in CODE.findall(prose(path)):
        for name in re.findall(r"\b(?:children|parents|families|share|over)_[a-z0-9_]+\b", words):
            known = {*KPIS, "children_alone", "family_unit_members", "share_over_72h"}
            assert name in known or "." in words or "=" in words, name


@pytest.mark.parametrize("path", PAGES, ids=called)
def test_pages_name_no_machine(path):
    """No absolute path and no address of a network stands in a page."""
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"(?<![\w.<>~])/(?:home|root|tmp|usr|work|farm|Users|var|opt)\b", text)
    assert not re.findall(r"https?://(?!github\.com/)", text)


@pytest.mark.parametrize("path", PAGES, ids=called)
def test_pages_are_easy_to_compare(path):
    """Pages end with one line break, and no line ends with a space."""
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert not [line for line in text.splitlines() if line != line.rstrip()]
