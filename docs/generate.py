"""Write the parts of the documentation that are taken from the program.

    python docs/generate.py            write docs/reference/ and the generated regions of other pages
    python docs/generate.py --check    write nothing; say which pages differ, and end with 1 if any does

What commands print into the how-tos is not written here but by ``python tests/docs/blocks.py``, which plays them.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import BaseModel

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
SOURCE = ROOT / "src" / "borderops"
if str(ROOT / "src") not in sys.path:
    sys.path.insert(0, str(ROOT / "src"))

from borderops import cli  # noqa: E402
from borderops.commands.help_texts import HELP  # noqa: E402
from borderops.commands.printing import text as plain  # noqa: E402
from borderops.config import keys, places, register  # noqa: E402
from borderops.config.compose import compose  # noqa: E402
from borderops.config.designs import Design, resolve  # noqa: E402
from borderops.config.register import Parameter  # noqa: E402
from borderops.config.schema import ACTS, ASPECTS, Act, DesignChoice, Feature, Settings, Tracking  # noqa: E402
from borderops.forecast.kpis import KPIS  # noqa: E402
from borderops.records.answer_key import Blame, Mechanism  # noqa: E402
from borderops.records.fields import Field as RecordField  # noqa: E402
from borderops.records.systems import EVERYWHERE, LAYOUTS, PUBLISHED, SYSTEMS  # noqa: E402
from borderops.report.limits import LIMITS  # noqa: E402

WRITTEN_BY = "<!-- Written by docs/generate.py from {source}. Do not edit: run it again. -->"
REGION = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
NO_SCENARIO = "~scenario"
NEEDED = {
    "file": ["arrivals.file=my_arrivals.csv"],
    "forecast": ["arrivals.known_before=2018-05", "arrivals.rebuild_true_strata=false"],
}
"""Settings that an option cannot be composed without."""


# --- markdown -----------------------------------------------------------------------------------------------------


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")


def code(words: str) -> str:
    """Words as they are typed."""
    return f"`{words}`"


def page(title: str, source: str, *parts: str) -> str:
    """A whole generated page."""
    return "\n".join([f"# {title}\n", WRITTEN_BY.format(source=source) + "\n", *parts])


# --- KPIs, limits, commands ---------------------------------------------------------------------------------------


def kpis() -> str:
    """Every KPI with its unit and definition."""
    rows = [(code(one.name), one.label, one.unit, one.definition) for one in KPIS.values()]
    return page(
        "KPIs",
        "borderops.forecast.kpis",
        "One number a replication, computed from finished tables. Shares run from 0 to 1. "
        "The season is `study.season_start` to `study.season_end` as far as the window holds it, else the whole "
        "window. A share is left out for a group without anybody in its denominator.\n",
        table(("KPI", "label", "unit", "what is counted"), rows),
        "How to read them in a report: [read the report](../how-to/read-the-report.md). "
        "`borderops list kpis` prints the same.\n",
    )


def limits() -> str:
    """What the model leaves out."""
    return page(
        "What is not modelled",
        "borderops.report.limits",
        "These sentences stand in every report.\n",
        limits_list(),
    )


def limits_list() -> str:
    """The limits as a list."""
    return "".join(f"- {limit}\n" for limit in LIMITS)


def commands() -> str:
    """The help of the program and of each command."""
    parts = [_fenced(_printed(lambda: cli.main(["help"])))]
    for name in cli.COMMANDS:
        parts.append(f"## borderops {name}\n\n{_fenced(HELP[name])}")
    return page("Commands", "borderops.cli and borderops.commands.help_texts", *parts)


def _fenced(words: str) -> str:
    return f"```text\n{words.rstrip()}\n```\n"


def _printed(command: Callable[[], object]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        command()
    return out.getvalue()


# --- parameters ---------------------------------------------------------------------------------------------------


def parameters() -> str:
    """The register: shipped values by group, then what other options of a group change."""
    shipped = compose([NO_SCENARIO]).settings
    base = register.rows(shipped)
    grades = {grade: sum(one.grade == grade for one in base) for grade in ("observed", "fitted", "assumed")}
    told = ", ".join(f"{count} {grade}" for grade, count in grades.items())
    parts = [
        f"{len(base)} parameters as shipped, without a scenario: {told}. Observed values were read in a source or "
        "follow from one by arithmetic. Fitted ones were chosen so that the model meets published figures. Assumed "
        "ones are judgement; the plausible range says how far they may be off. *Known since* is the first day on "
        "which a reviewer inside the agencies could have known the value.\n",
        "`borderops show register` prints the same for any scenario and marks what differs. The keys are those of "
        "the command line and of scenario files.\n",
    ]
    for group, alike in groupby(base, key=lambda one: one.key.split(".")[0]):
        rows = list(alike)
        parts.append(f"## {group}\n")
        parts += _by_option(rows) if group == "features" else _by_source(rows, shipped)
    for group, option in _other_options():
        settings = _composed(group, option)
        values = {one.key: one.value for one in base}
        changed = [one for one in register.rows(settings) if values.get(one.key, ...) != one.value]
        told = "What differs from the shipped option, key by key."
        if not changed:
            told = "All keys of this option hold what the shipped option holds under the same keys."
        if group == "tracking":
            told = f"{told} The features that its designs pick: [tracking designs](tracking.md)."
        parts.append(f"## {group}={option}\n\n{told}\n")
        parts += _by_source(changed, settings)
    return page("Parameters", "conf/ and conf/register.yaml", *parts)


@lru_cache(maxsize=64)
def _composed(group: str, option: str) -> Settings:
    """Settings with one option of one group, all else as shipped."""
    return compose([NO_SCENARIO, f"{group}={option}", *NEEDED.get(option, [])]).settings


def _other_options() -> Iterator[tuple[str, str]]:
    """Groups of the model with those of their options that are not chosen as shipped."""
    shipped = compose([NO_SCENARIO]).choices
    for group, options in places.group_options().items():
        if group in register.NOT_OF_THE_MODEL:
            continue
        yield from ((group, option) for option in options if option != shipped[group])


def _by_source(rows: Iterable[Parameter], settings: Settings) -> Iterator[str]:
    """Parameters that rest on the same source stand in one table, below it."""
    clusters: dict[tuple[str, str, str], list[Parameter]] = {}
    for one in rows:
        clusters.setdefault((one.grade, str(one.known_on), one.source), []).append(one)
    for (grade, known_on, source), cluster in clusters.items():
        yield f"**{grade}**, known since {known_on}. {source}\n"
        yield table(("parameter", "value", "unit", "plausible range"), _lines(cluster, settings))


def _by_option(rows: Sequence[Parameter]) -> Iterator[str]:
    """Parameters of the library, a table for each option: every number has a source of its own."""
    yield "What each option of each aspect does, whether a design picks it or not: [tracking designs](tracking.md).\n"
    for option, alike in groupby(rows, key=lambda one: keys.show(keys.parse(one.key)[:3])):
        yield f"### {option}\n"
        lines = [
            (
                code(one.key),
                plain(one.value),
                one.unit,
                _range(one.low, one.high),
                one.grade,
                str(one.known_on),
                one.source,
            )
            for one in alike
        ]
        yield table(("parameter", "value", "unit", "plausible range", "grade", "known since", "source"), lines)


def _lines(cluster: list[Parameter], settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    """One row a parameter; the numbers of a plain list on one row."""
    for form, alike in groupby(cluster, key=_list_of):
        together = list(alike)
        if form is None or len(together) == 1:
            yield from (_line(one, settings) for one in together)
        else:
            last = keys.parse(together[-1].key)[-1]
            first = together[0]
            key = f"{form}[{keys.parse(first.key)[-1]}..{last}]"
            yield code(key), ", ".join(plain(one.value) for one in together), first.unit, _range_of_list(together)


def _line(one: Parameter, settings: Settings) -> tuple[str, str, str, str]:
    value = "null" if one.value is None else plain(one.value)
    return code(one.key) + _called(one, settings), value, one.unit, _range(one.low, one.high)


def _called(one: Parameter, settings: Settings) -> str:
    """What the entry of a list speaks of, where a number alone would not tell: a ground, a design, sectors."""
    place: Any = settings
    entry: BaseModel | None = None
    for part in keys.parse(one.key)[:-1]:
        place = getattr(place, str(part)) if isinstance(place, BaseModel) else place[part]
        if isinstance(part, int) and isinstance(place, BaseModel):
            entry = place
    if entry is None:
        return ""
    names = (
        [entry.name] if isinstance(entry, DesignChoice) else [getattr(entry, name) for name in type(entry).model_fields]
    )
    words = [name for name in names if isinstance(name, str)] + [
        ", ".join(name) for name in names if isinstance(name, list)
    ]
    return "".join(f" ({word})" for word in words if word)


def _list_of(one: Parameter) -> str | None:
    """The key of the plain list that a parameter is an entry of."""
    path = keys.parse(one.key)
    return keys.show(path[:-1]) if isinstance(path[-1], int) else None


def _range_of_list(together: list[Parameter]) -> str:
    entry = register.entry_for(keys.parse(together[0].key))
    if entry.low_factor is None:
        return _range(together[0].low, together[0].high)
    return f"{entry.low_factor:g} to {entry.high_factor:g} times the value"


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None else f"{plain(low)} to {plain(high)}"


# --- tracking designs ---------------------------------------------------------------------------------------------


def tracking() -> str:
    """Every option of the group tracking with what it picks, and the library that it picks from."""
    options = {name: _composed("tracking", name).tracking for name in places.group_options()["tracking"]}
    features = _composed("tracking", next(iter(options))).features
    designs = [(name, design) for name, option in options.items() for design in option.designs]
    once = _once(designs)
    columns = [code(name) for name, _ in once]
    made = [resolve(design, features) for _, design in once]
    return page(
        "Tracking designs",
        "conf/tracking/ and conf/features/",
        "What systems of record can hold of a family, as options of the group `tracking`. A design picks one option of "
        "every aspect from the library of features below. What the engine makes of it: "
        "[the model](../model.md#steering-acts). How to compare designs: "
        "[compare tracking designs](../how-to/compare-tracking-designs.md); how to put one together: "
        "[make a tracking design](../how-to/make-a-tracking-design.md). Grades, ranges and sources of all values: "
        "[parameters](parameters.md#features).\n",
        "## Options\n",
        table(
            ("option", "title", "guidance"), [(code(name), one.title, _guided(one)) for name, one in options.items()]
        ),
        "## Designs\n",
        "Of an option with several, each counts from its date until the next.\n",
        table(("option", "design", "begins"), [(code(name), code(one.name), str(one.begins)) for name, one in designs]),
        "## What designs pick\n",
        table(("aspect", *columns), [(code(one), *(getattr(each, one) for _, each in once)) for one in ASPECTS]),
        "## What comes of it\n",
        "An agent's minutes for each family at intake, beyond those of any intake, and for each family selected to be "
        "parted. Of steering acts the share at half load and without guidance; in brackets its growth from idle to "
        "full load, relative to half load, and the ratio under guidance.\n",
        table(("minutes", *columns), _minutes(made)),
        table(("act", *columns), [(code(act), *(_share(one.acts[act]) for one in made)) for act in ACTS]),
        "## The library\n",
        "What an option does, wherever it is picked. Its kind is what the engine and the clerks know it by. Minutes "
        "are an agent's, for each family. Ratios multiply the shares of slips (`records.slips`) and of steering acts "
        "that another aspect owns. Acts are given as above.\n",
        *(_aspect(aspect, getattr(features, aspect)) for aspect in ASPECTS),
    )


def _once(designs: Iterable[tuple[str, DesignChoice]]) -> list[tuple[str, DesignChoice]]:
    """Designs by their own name; what stands in several options alike stands once."""
    found: dict[str, DesignChoice] = {}
    for option, design in designs:
        known = found.setdefault(design.name, design)
        if known.model_dump(exclude={"begins"}) != design.model_dump(exclude={"begins"}):
            found[f"{option}: {design.name}"] = design
    return list(found.items())


def _minutes(designs: Sequence[Design]) -> Iterator[tuple[str, ...]]:
    for name in ("intake", "parting"):
        yield name, *(str(getattr(one, f"{name}_minutes")) for one in designs)


def _aspect(aspect: str, options: dict[str, Feature]) -> str:
    """An aspect in a sentence, and what its options do."""
    kind = type(next(iter(options.values())))
    columns = ("option", "what it is", "kind", "minutes", "ratios", "acts")
    rows = [
        (code(name), one.words, getattr(one, "kind", ""), _listed(one.minutes), _listed(one.slips), _owned(one))
        for name, one in options.items()
    ]
    used = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    shown = table([columns[place] for place in used], [[row[place] for place in used] for row in rows])
    return f"### {aspect}\n\n{_paragraphs(kind.__doc__ or '')}\n\n{shown}"


def _listed(numbers: Mapping[str, float]) -> str:
    return ", ".join(f"{code(name)} {plain(number)}" for name, number in numbers.items())


def _owned(option: Feature) -> str:
    acts: dict[str, Act] = dict(getattr(option, "acts", ()))
    return ", ".join(f"{code(name)} {_share(act)}" for name, act in acts.items())


def _share(act: Act) -> str:
    if not act.share:
        return "0"
    return f"{plain(act.share)} ({plain(act.load_slope)}; {plain(act.guided_factor)})"


def _guided(option: Tracking) -> str:
    told = [f"from {one.begins} {', '.join(one.sectors) or 'everywhere'}" for one in option.guidance]
    return "; ".join(told) or "none"


# --- tables of the model ------------------------------------------------------------------------------------------

TABLES = (
    ("People", "population/people.py"),
    ("Plan", "operations/plan.py"),
    ("History", "operations/history.py"),
    ("Shared numbers", "operations/numbers.py"),
)
"""Titles and files; of a file that holds no table, the codes."""


def history() -> str:
    """Columns of the three tables of a replication, and the codes they hold, with the words of the source."""
    parts = [
        "The tables of one replication, in the order in which they are made. Each is a frozen dataclass of equal-long "
        "arrays. Moments (`_at`) are whole minutes since 2001-01-01 00:00; `NEVER` stands for what did not happen. "
        "`borderops.clock.datetime_of` turns a moment into a date and a time.\n",
    ]
    for name, file in TABLES:
        described = list(_classes(SOURCE / file))
        parts.append(f"## {name}\n\nFrom `{file}`. {_first_paragraph(SOURCE / file)}\n")
        for each in described:
            if each.name == name:
                parts.append(each.words + "\n")
                parts += _column_tables(each)
        for each in described:
            if each.name != name:
                parts.append(f"### {each.name}\n\n{each.words}\n")
                parts.append(
                    table(("code", "name", "meaning"), [(one.kind, code(one.name), one.meaning) for one in each.fields])
                )
    parts.append(f"## Codes of places\n\n{_codes_of_places()}")
    return page("People, Plan, History", "the comments of the source", *parts)


def records() -> str:
    """Every table of the systems of record with its fields, and the mechanisms of the answer key."""
    parts = [
        "What each system of record holds. The oversight report names systems and what they could not do; this layout "
        "is ours and makes no claim to match the real one. Every cell is a whole number; "
        "`Records.frame` shows them as texts, dates and names. How to get them: "
        "[study what was written down](../how-to/study-what-was-written.md).\n",
    ]
    for system, says in SYSTEMS.items():
        parts.append(f"## {system}\n\n{says[:1].upper()}{says[1:]}.\n")
        for layout in (one for one in (*LAYOUTS.values(), *PUBLISHED.values()) if one.system == system):
            key = f" Key: {', '.join(code(name) for name in layout.key)}." if layout.key else ""
            parts.append(f"### {layout.name}\n\n{layout.says}{key}\n")
            parts.append(table(("field", "kind", "meaning"), [_recorded(field) for field in layout.fields]))
    every = [_recorded(field) for field in EVERYWHERE]
    parts.append("## Fields of every table\n\n" + table(("field", "kind", "meaning"), every))
    for title, names in (("Mechanisms of the answer key", Mechanism), ("Whose an error is", Blame)):
        parts.append(f"## {title}\n")
        parts.append(table(("code", "name"), [(str(one.value), code(one.name)) for one in names]))
    return page("Systems of record", "borderops.records.systems and borderops.records.answer_key", *parts)


def _recorded(field: RecordField) -> tuple[str, str, str]:
    """Name, kind and meaning of a field."""
    more = f" One of {', '.join(field.choices)}." if field.choices else ""
    more += f" As in {code(field.of)}." if field.of else ""
    return code(field.name), field.kind.replace("_", " "), field.says + more


class Field:
    """A column of a table, or a code of an enumeration."""

    def __init__(self, name: str, kind: str, meaning: str, section: str):
        self.name, self.kind, self.meaning, self.section = name, kind, meaning, section


class Described:
    """A class of the source with what its docstring and comments say."""

    def __init__(self, name: str, words: str, found: list[Field]):
        self.name, self.words, self.fields = name, words, found


def _classes(path: Path) -> Iterator[Described]:
    """Tables and enumerations of a module, in their order."""
    text = path.read_text(encoding="utf-8")
    trailing, standing = _comments(text)
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            found = list(_fields(node, trailing, standing))
            yield Described(node.name, _paragraphs(ast.get_docstring(node) or ""), found)


def _fields(node: ast.ClassDef, trailing: dict[int, str], standing: dict[int, str]) -> Iterator[Field]:
    section = ""
    before = node.lineno
    for each in node.body:
        sections = [standing[line] for line in range(before, each.lineno) if line in standing]
        section = sections[-1] if sections else section
        before = each.lineno
        comment = trailing.get(each.lineno, "")
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            kind, meaning = _split(comment) if "ndarray" in ast.unparse(each.annotation) else ("int", comment)
            yield Field(each.target.id, kind, meaning, section)
        elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
            yield Field(each.targets[0].id, ast.unparse(each.value), comment, section)


def _comments(text: str) -> tuple[dict[int, str], dict[int, str]]:
    """Comments by line: those behind code, and those on a line of their own."""
    trailing: dict[int, str] = {}
    standing: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            where = trailing if token.line[: token.start[1]].strip() else standing
            where[token.start[0]] = token.string.lstrip("# ")
    return trailing, standing


def _split(comment: str) -> tuple[str, str]:
    """Type and meaning of a column, from ``int64, minute of apprehension``."""
    kind, _, meaning = comment.partition(",")
    return kind.strip(), meaning.strip()


def _column_tables(each: Described) -> Iterator[str]:
    for section, fields in groupby(each.fields, key=lambda field: field.section):
        if section:
            yield f"{section[0].upper()}{section[1:]}:\n"
        yield table(("column", "type", "meaning"), [(code(one.name), one.kind, one.meaning) for one in fields])


def _first_paragraph(path: Path) -> str:
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return _paragraphs(words)


def _paragraphs(words: str) -> str:
    """A docstring as running text: roles and double backticks as Markdown has them."""
    told = "\n\n".join(
        " ".join(paragraph.split())
        for paragraph in words.split("\n\n")
        if not paragraph.lstrip().startswith("Must not know")  # a rule for those who change the code
    )
    return told.replace("``", "`")


def _codes_of_places() -> str:
    from borderops.config.schema import BED_KINDS, STATIONS
    from borderops.population.people import COUNTRIES

    rows = [
        ("`station`, `case_station`", ", ".join(f"{at} {name}" for at, name in enumerate(STATIONS))),
        ("`bed_kind`, `resident_kind`", ", ".join(f"{at} {name}" for at, name in enumerate(BED_KINDS))),
        ("`citizenship`", ", ".join(f"{at} {name}" for at, name in enumerate(COUNTRIES))),
    ]
    return table(("column", "codes"), rows)


# --- files of the source ------------------------------------------------------------------------------------------


def files() -> str:
    """Every module with the first sentence it says of itself, in the order in which they may import each other."""
    rows = []
    for module in _order():
        path = SOURCE / (module.replace(".", "/") + ".py")
        words = _first_paragraph(path).split("\n\n")[0]
        first = re.split(r"(?<=\.)\s", words, maxsplit=1)[0]
        rows.append((code(module.replace(".", "/") + ".py"), f"{first.rstrip('.:')}."))
    return table(("file", "what it is for"), rows)


def _order() -> list[str]:
    """The order of modules that the test of imports holds the house to."""
    tree = ast.parse((ROOT / "tests" / "test_architecture.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "ORDER":
            return str(ast.literal_eval(node.value)).split()
    raise LookupError("tests/test_architecture.py names no ORDER")


# --- the whole ----------------------------------------------------------------------------------------------------

PAGES: dict[str, Callable[[], str]] = {
    "reference/kpis.md": kpis,
    "reference/parameters.md": parameters,
    "reference/tracking.md": tracking,
    "reference/commands.md": commands,
    "reference/history.md": history,
    "reference/records.md": records,
    "reference/limits.md": limits,
}
"""Pages that are generated as a whole."""

REGIONS: dict[str, Callable[[], str]] = {"limits": limits_list, "files": files}
"""Regions between ``<!-- generated: name -->`` and ``<!-- end -->`` of pages written by hand."""


def wanted() -> dict[Path, str]:
    """What each page should hold.

    Raises
    ------
    KeyError
        If a page has a region of a name that nothing is generated for.
    """
    texts = {DOCS / name: make() for name, make in PAGES.items()}
    for path in sorted(DOCS.rglob("*.md")):
        if path not in texts:
            text = path.read_text(encoding="utf-8")
            filled = REGION.sub(lambda region: f"{region[1]}{REGIONS[region['name']]()}{region[3]}", text)
            if REGION.search(text):
                texts[path] = filled
    return texts


def differing() -> list[Path]:
    """Pages that do not hold what they should."""
    return [path for path, text in wanted().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    if arguments:
        found = differing()
        for path in found:
            print(f"{path.relative_to(ROOT)} differs from the program; python docs/generate.py writes it anew")
        return 1 if found else 0
    for path, text in wanted().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
