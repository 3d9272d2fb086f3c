"""The how-tos do what they say: every block is run, and what a page shows is what is printed."""

from __future__ import annotations

import pytest
from blocks import RUN, SHOWN, WRITTEN, blocks, names, page, plain, play, refreshed

import borderops


@pytest.mark.parametrize("name", names())
def test_a_how_to_works_as_it_is_written(name, tmp_path):
    """A newcomer who types a page's commands in order, in an empty folder, sees what the page shows."""
    found = blocks(page(name).read_text(encoding="utf-8"))
    shown = [(block.line, block.text, said) for block, said in play(found, tmp_path)]
    assert [(line, text) for line, text, _ in shown] == [(line, said) for line, _, said in shown], (
        "if what is printed now is right: python tests/docs/blocks.py writes it into the pages"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["write-a-scenario", "bring-your-own-arrivals"])
def test_every_scenario_of_a_page_can_be_played(name, tmp_path, monkeypatch):
    """Scenarios that a page shows and does not run can be played all the same, but for the one with mistakes."""
    written = [block for block in blocks(page(name).read_text(encoding="utf-8")) if block.kind in WRITTEN]
    assert list(play(written, tmp_path)) == []
    monkeypatch.chdir(tmp_path)
    for file in [block.options["file"] for block in written if block.kind == "yaml"]:
        if "mistakes" not in file:
            outcome = borderops.run(f"scenario={file}", "run.replications=1", "compute.workers=1", "run.beside=null")
            assert (len(outcome.results), outcome.failures) == (1, []), file
    assert any(block.kind == "yaml" for block in written)


@pytest.mark.parametrize("name", names())
def test_blocks_are_of_known_kinds(name):
    """No block escapes the test above: each is run, written to a file or compared, or says that it is only shown."""
    found = blocks(page(name).read_text(encoding="utf-8"))
    assert page(name).read_text(encoding="utf-8").count("```") == 2 * len(found)
    assert {block.kind for block in found} <= {*RUN, *WRITTEN, *SHOWN}
    assert all("file" in block.options for block in found if block.kind in WRITTEN)
    assert any(block.kind in RUN for block in found)


PAGE = """\
```yaml file=a/b.yaml
seed: 1
```
```sh
cat a/b.yaml
```
```text
seed: 2
```
```python
x = 3
```
```python
print(x)
```
```text
3
```
```sh exit=4
echo no >&2; exit 4
```
```text
no
```
"""


def test_what_is_shown_is_compared_with_what_is_printed(tmp_path):
    """Blocks run in order in one folder, Python blocks in one session, and a wrong output is found."""
    assert [(block.text, said) for block, said in play(blocks(PAGE), tmp_path)] == [
        ("seed: 2\n", "seed: 1\n"),
        ("3\n", "3\n"),
        ("no\n", "no\n"),
    ]


def test_what_needs_another_tool_runs_where_it_is(tmp_path):
    """A block that needs a missing package is left out, and what it would print is not compared; others are run."""
    text = "```sh needs={}\necho said\n```\n```text\nsaid\n```\n"
    assert list(play(blocks(text.format("no_such_package")), tmp_path)) == []
    assert [said for _, said in play(blocks(text.format("numpy")), tmp_path)] == ["said\n"]


def test_refreshing_changes_nothing_but_outputs():
    """Outputs are written anew, and a page that is right stays as it is."""
    right = PAGE.replace("seed: 2", "seed: 1")
    assert (refreshed(PAGE), refreshed(right)) == (right, right)


@pytest.mark.parametrize("text", ["false", "borderops run scenario=no_such", "exit 3"])
def test_a_command_that_fails_is_found(text, tmp_path):
    """A page that promises success does not pass with a command that ends otherwise."""
    with pytest.raises(AssertionError, match="line 1 ends with"):
        list(play(blocks(f"```sh\n{text}\n```\n"), tmp_path))


def test_days_and_paths_do_not_count(tmp_path):
    """Two runs on two days in two folders print the same, as far as a page shows it."""
    printed = f"Report: {tmp_path.resolve()}/outputs/2018-05-06/071809-mine/report.html\n"
    assert plain(printed, tmp_path) == "Report: outputs/<day>/<time>-mine/report.html\n"
