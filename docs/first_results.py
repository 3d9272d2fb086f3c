"""Write the table of first results into the README, from the folder of a finished run.

borderops run run.replications=40
python docs/first_results.py outputs/<day>/<time>-zero_tolerance_2018
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- first results: written by docs/first_results.py -->", "<!-- end of first results -->"


def rounded(text: str, unit: str) -> str:
    """A simulated value for reading."""
    value = float(text)
    return f"{value:.1f}" if unit == "percent" else f"{value:,.0f}"


def row(line: dict[str, str]) -> str:
    """One row of the table."""
    published = f"{float(line['published']):,g}"
    if line["median"]:
        low, median, high = (rounded(line[name], line["unit"]) for name in ("low", "median", "high"))
        inside = float(line["low"]) <= float(line["published"]) <= float(line["high"])
        simulated, verdict = f"{median} ({low} to {high})", "inside" if inside else "outside"
    else:
        simulated, verdict = "not modelled yet", ""
    return f"| {line['label']} | {line['role']} | {published} {line['unit']} | {simulated} | {verdict} |"


def table(folder: Path) -> str:
    """The table, with what it is of."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with (folder / "tables" / "comparison.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row(line) for line in csv.DictReader(stream)]
    about = (
        f"`{manifest['scenario']}`, {manifest['replications']['done']} replications of seed {manifest['seed']}; "
        "median and 90 % interval over replications (what one season might bring, not doubt about the assumptions)."
    )
    head = "| figure | role | published | simulated | published lies |\n| --- | --- | --- | --- | --- |"
    return "\n".join([BEGIN, about, "", head, *rows, END])


def main() -> None:
    """Replace what stands between the marks."""
    folder = Path(sys.argv[1])
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(before + table(folder) + after, encoding="utf-8")


if __name__ == "__main__":
    main()
