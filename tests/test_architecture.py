"""The house keeps its order: who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"

ORDER = """
    units clock exceptions tables memory shelf ordering entities ages streams quantiles provenance
    facts.tables
    config.schema config.designs pace pressure
    config.keys config.places config.wording config.completion config.checks config.register
    config.inputs config.knowledge config.scenario_source config.compose config.doubts
    population.people
    population.names population.make_up population.arrivals_file population.arrivals_forecast population.arrivals
    population.residents
    population.families
    operations.plan operations.history
    operations.numbers operations.facilities
    operations.policy operations.sittings operations.laying_out operations.outages operations.planning
    operations.pools operations.log operations.scene operations.clerks operations.mailroom operations.shelters
    operations.reunions operations.reference operations.compiled operations.rebuilding operations.monitors
    replication
    records.fields records.spelling records.systems records.answer_key
    records.users records.designs records.workload records.known_names records.witness records.entry
    records.origins records.posting records.clerk_e3_versions records.clerk_e3_partings records.clerk_e3_units
    records.clerk_e3 records.clerk_eid records.clerk_sigma records.clerk_earm records.clerk_mail records.clerk_portal
    records.clerk_local records.transcribe
    records.ledger records.chances records.slips records.slips_of_names records.slips_of_rows records.detectable
    records.steering records.copying records.sheets records.unavoidable records.lost_mail
    records.mistakes records.bookkeeping
    audit.findings audit.looking_up audit.linkage audit.lists audit.clocks audit.checks audit.auditing audit.publishing
    scoring.standing scoring.scores
    forecast.intervals forecast.results forecast.comparing forecast.stopping forecast.spread forecast.ranks
    forecast.story forecast.kpis forecast.link_standing forecast.reading forecast.paper_trail forecast.stories
    forecast.reversals forecast.differing
    forecast.breakdowns forecast.measure_mail forecast.measure_places forecast.measure_records
    forecast.measure_reunion forecast.measure_waits forecast.measure_work forecast.measure_written
    forecast.measure_findings forecast.measure
    validity.worlds validity.rows validity.readings_tables validity.readings_counts validity.readings_findings
    validity.readings_reunion validity.readings validity.beside validity.scorecard
    fitting.features fitting.regression fitting.sampling fitting.emulator fitting.screen fitting.matching
    fitting.posterior fitting.identifiability fitting.recovery fitting.waves
    packs.columns packs.formats packs.cutting packs.numbering packs.readable packs.observed packs.undoing packs.dialects
    packs.splitting packs.key_tables packs.wordings packs.notes packs.answer_key packs.listing packs.labels
    packs.tool_labels packs.datasheet packs.descriptors packs.harm_guard packs.folder packs.recipe packs.postgres
    packs.writing
    referee.measures referee.complaints referee.tasks referee.values referee.metrics_pairs referee.metrics_clusters
    referee.metrics_lists referee.metrics_cells referee.metrics_estimates referee.resampling
    referee.reading referee.pack referee.result referee.observed_records referee.baselines referee.judging_pairs
    referee.judging_records
    referee.judging_cells referee.judging
    readiness.plan_facts readiness.criteria readiness.judging
    readiness.moves readiness.levers readiness.least readiness.frontier readiness.packages readiness.trying
    readiness.pilot readiness.pilot_gate readiness.pilot_weights readiness.recovery readiness.indicators
    readiness.resampled readiness.sobol readiness.morris readiness.region readiness.value readiness.seasons
    experiments.identity experiments.trial_files experiments.store experiments.tasks
    experiments.crews experiments.cluster experiments.interruptions experiments.runner experiments.trials
    experiments.hiring experiments.progress
    experiments.outputs experiments.inputs experiments.scattered experiments.screening experiments.piloting
    experiments.varied
    report.contents report.words report.markup report.tables report.limits
    report.prose report.titles report.drawing report.figures report.figures_clock report.figures_places
    report.figures_links report.figures_records report.figures_reunion report.figures_work report.chapters
    report.breakdown report.assumptions report.comparison
    report.page report.compare_contents report.compare_reading report.compare_prose report.compare_drawing
    report.compare_figures report.compare_links report.compare_page
    report.sweep_figures report.sweep_page report.uncertainty_figures report.uncertainty_page
    report.trace report.trace_paper report.trace_page
    report.assemble report.assemble_points report.run_files report.points_files
    report.validity_contents report.validity_figures report.validity_prose report.validity_page
    report.assemble_validity report.validity_files
    report.fit_contents report.fit_prose report.fit_figures report.fit_page report.fit_files
    report.score_figures report.score_page report.score_files
    report.capacity_contents report.capacity_prose report.capacity_figures report.capacity_page report.capacity_files
    report.readiness_contents report.readiness_tables report.readiness_prose report.readiness_strips
    report.readiness_section report.readiness_pilot report.readiness_stress report.readiness_watch
    report.readiness_figures report.readiness_annex report.readiness_page report.readiness_files
    report.sensitivity_tables report.sensitivity_contents report.sensitivity_prose report.sensitivity_figures
    report.sensitivity_lessons report.sensitivity_page report.sensitivity_files
    commands.help_texts commands.printing commands.points commands.playing commands.completing commands.listing
    commands.showing commands.sweep commands.run commands.compare commands.uncertainty commands.trials
    commands.trace commands.fit commands.validate commands.dataset commands.score
    commands.readiness_extras commands.readiness
    commands.capacity_words commands.capacity_player commands.capacity
    commands.sensitivity_words commands.sensitivity
    api
    cli
    __main__
"""
"""Every module, from the cellar up: a file imports only what stands before it. A new file gets its place here."""

HOUSE = ORDER.split()

PARTS = "reference reunions shelters mailroom clerks scene log pools"
REFERENCE = tuple(f"operations.{part}" for part in PARTS.split())
"""The reference engine, and its parts each by itself."""

COMPILED = "operations.compiled"
SHARED = {f"operations.{name}" for name in ("plan", "history", "facilities", "numbers")}
"""What both engines may know of the operations: types and constants."""

DRAW = {
    "streams", "quantiles", "population.families", "operations.laying_out", "operations.outages", "operations.planning"
}  # fmt: skip
"""Who draws, knows inverse distributions, or reads them from the settings for the engine."""

KNOW_HYDRA = ("cli", "config.compose", "config.knowledge", "config.scenario_source")
HEAVY = ("pandas", "plotly", "scipy.stats", "numba", "hydra", "pydantic")


def modules() -> dict[str, Path]:
    """All modules of the package by name without ``borderops.``; packages by their own name."""
    found = {}
    for path in sorted((SOURCE / "borderops").rglob("*.py")):
        parts = path.relative_to(SOURCE / "borderops").with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path) -> Iterator[str]:
    """Names of modules that a file imports anywhere in it: inside functions, for typing, relatively."""
    here = path.relative_to(SOURCE).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(here[: len(here) - node.level]) if node.level else ""
            base = ".".join(part for part in (above, node.module) if part)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def inside(path: Path) -> set[str]:
    """Modules of borderops that a file imports, without ``borderops.``."""
    names = {name.removeprefix("borderops.") for name in imported(path) if name.startswith("borderops.")}
    return names & set(HOUSE)


def reached(module: str) -> set[str]:
    """Modules that a module imports, and those that these import, and so on."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = inside(modules()[waiting.pop()]) - found
        found |= new
        waiting.extend(new)
    return found


def files() -> dict[str, Path]:
    """Modules that hold code: all but the ``__init__`` files."""
    return {name: path for name, path in modules().items() if path.name != "__init__.py"}


def test_every_module_has_a_place():
    """The list names each file of the package once, and no file that does not exist."""
    assert sorted(HOUSE) == sorted(files())


@pytest.mark.parametrize("module", HOUSE)
def test_imports_point_upwards(module):
    """A file imports only what stands above it, hence there is no circle, not even for typing."""
    below = set(HOUSE[HOUSE.index(module) :])
    assert inside(modules()[module]) & below == set()


def test_walk_sees_every_kind_of_import(tmp_path):
    """Imports inside functions, under TYPE_CHECKING, relative ones and names of submodules are all seen."""
    path = SOURCE / "borderops" / "report" / "none.py"
    text = "from .. import clock\nif TYPE_CHECKING:\n    from borderops.forecast import results\n"
    text += "def f():\n    import borderops.units\n"
    tree = tmp_path / "none.py"
    tree.write_text(text)
    found = list(_imported_as(tree, path))
    assert {"borderops.clock", "borderops.forecast.results", "borderops.units"} <= set(found)


def _imported_as(written: Path, placed: Path) -> Iterator[str]:
    """Imports of a text as if it stood at another place."""

    class Placed(type(placed)):  # type: ignore[misc]
        def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
            return written.read_text(encoding=encoding)

    yield from imported(Placed(placed))


@pytest.mark.parametrize("module", sorted(files()))
def test_only_the_door_knows_hydra(module):
    """Hydra and OmegaConf are imported by the door and by what composes settings, by nobody else."""
    knows = {name.split(".")[0] for name in imported(modules()[module])} & {"hydra", "omegaconf"}
    assert module in KNOW_HYDRA or not knows


@pytest.mark.parametrize("engine", [*REFERENCE, COMPILED])
def test_an_engine_cannot_draw(engine):
    """No part of an engine reaches the draws, the inverse distributions, or their makers, even through others."""
    assert reached(engine) & DRAW == set()


def _operations(module: str) -> set[str]:
    """Modules of the operations that a module reaches."""
    return {name for name in reached(module) if name.startswith("operations.")}


def test_engines_share_types_and_constants_and_no_logic():
    """A fault planted in one engine is not in the other, so their histories differ and the fault is found."""
    assert _operations("operations.reference") - SHARED == set(REFERENCE) - {"operations.reference"}
    assert _operations(COMPILED) <= SHARED


def test_a_table_knows_nothing_of_its_maker():
    """People, plan, facilities, history and results reach none of the files that make them."""
    makers = {"population.families", "population.arrivals", "operations.reference", *DRAW}
    tables = ("plan", "facilities", "history")
    for table in ("population.people", *(f"operations.{name}" for name in tables), "forecast.results"):
        assert reached(table) & makers == set(), table


def test_the_report_sees_no_people():
    """What draws the page works on finished tables: it reaches no people, plan or history."""
    for module in ("report.page", "report.prose", "report.figures", "report.contents"):
        beneath = {name for name in reached(module) if name.split(".")[0] in ("population", "operations")}
        assert beneath == set(), module


@pytest.mark.parametrize("module", [name for name in HOUSE if name.startswith("audit.")])
def test_an_audit_cannot_peek(module):
    """No audit reaches people, plan, history, or the answer key, even through others."""
    peeked = {name for name in reached(module) if name.split(".")[0] in ("population", "operations")}
    assert peeked | ({"records.answer_key", "records.witness"} & reached(module)) == set()


def test_people_and_history_know_nothing_of_records():
    """What is written down never leaks into people, plan or history."""
    for module in ("population.families", "operations.planning", "operations.reference", "operations.compiled"):
        assert {name for name in reached(module) if name.split(".")[0] in ("records", "audit", "scoring")} == set()


def test_init_files_are_nearly_empty():
    """Importing a part never loads the whole: ``__init__`` files hold nothing, the first one a table of names."""
    for name, path in modules().items():
        if path.name == "__init__.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            at_top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
            assert not at_top, name
            assert len(path.read_text().splitlines()) <= (30 if name == "" else 3), name


@pytest.mark.parametrize("words", [[], ["--help"], ["help"], ["help", "run"], ["run", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(words):
    """Help, of the program and of a command, needs no pandas, no Plotly, no Hydra."""
    script = (
        "import sys; from borderops.cli import main; code = main(sys.argv[1:]); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.strip()) == (0, "[]")
    assert done.stdout


def test_import_of_the_package_loads_nothing_heavy():
    """``import borderops`` loads none of its parts; asking for a name loads that part."""
    script = (
        "import sys, borderops; loaded = [name for name in sys.modules if name.startswith('borderops.')]; "
        f"print(loaded, [name for name in {HEAVY!r} if name in sys.modules]); print(callable(borderops.run))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["[] []", "True"]
