"""Write the tables of docs/validity.md and docs/hindcast.md from finished folders; every number in them comes so.

    borderops fit
    borderops fit scenario=foreseen_2018
    borderops validate
    borderops validate scenario=foreseen_2018
    python docs/validity_numbers.py FOLDER [FOLDER ...]

A folder of `validate` fills the scorecard, one of a forecast set beside what happened the page on it, and one of `fit`
(it holds tables/identifiability.csv) what the figures cannot tell apart, of a fit as of a day on the page on that day.
"""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
VALIDITY, HINDCAST = DOCS / "validity.md", DOCS / "hindcast.md"
BEGIN, END = "<!-- {}: written by docs/validity_numbers.py -->", "<!-- end of {} -->"
SCORECARD, IDENTIFIABILITY = "scorecard", "identifiability"
FORECAST = "forecast"
DATES, SEASON_START = "days after 5 May", date(2018, 5, 5)
SHARES = ("percent", "share")
ROLES = {"fit": "fitted to", "check": "never fitted to", "derived": "following from others"}


def main(arguments: list[str]) -> int:
    """Fill what the folders speak of."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    for folder in map(Path, arguments):
        tables = folder / "tables"
        if (folder / "scorecard.json").is_file():
            told = json.loads((folder / "scorecard.json").read_text(encoding="utf-8"))
            page, name = (VALIDITY, SCORECARD) if told["as_of"] is None else (HINDCAST, FORECAST)
            fill(page, name, scorecard(told))
        elif (tables / "identifiability.csv").is_file():
            told = json.loads((folder / "fit.json").read_text(encoding="utf-8"))
            if told["as_of"] is None:
                fill(VALIDITY, IDENTIFIABILITY, identifiability(tables))
            else:
                fill(HINDCAST, IDENTIFIABILITY, f"{fitted(told)}\n\n{identifiability(tables)}")
        else:
            print(f"{folder} holds neither scorecard.json nor tables/identifiability.csv", file=sys.stderr)
            return 2
    return 0


def fill(page: Path, name: str, words: str) -> None:
    """Replace what stands between two marks of a page."""
    begin, end = BEGIN.format(name), END.format(name)
    before, rest = page.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    page.write_text(f"{before}{begin}\n{words.strip()}\n{end}{after}", encoding="utf-8")


# --- scorecards ---------------------------------------------------------------------------------------------------


def scorecard(told: dict[str, Any]) -> str:
    """What was played, the verdict, and every figure."""
    rows = told["rows"]
    head = "| id | figure | role | published | simulated | width | known on | published lies |"
    lines = [head, "| --- " * 8 + "|", *(row(one) for one in rows)]
    reasons = [f"- **{one['id']}**: {one['why']}" for one in rows if one["why"]]
    missed = ["", "Why figures are missed:", "", *reasons] if reasons else []
    return "\n".join([*summary(told), "", *lines, *missed])


def summary(told: dict[str, Any]) -> list[str]:
    """Sentences above the table."""
    # A file of the user's own by its name alone: folders are nobody else's business.
    of = f"sample `{Path(told['sample']).stem}`" if told["sample"] else "values as they stand, without a fitted sample"
    basis = (
        f"{told['replications']} replications of seed {told['seed']}, {of}; simulated: median and "
        f"{100 * told['level']:.0f} % interval; rows in scope of digest `{told['scope_sha256'][:12]}`."
    )
    if told["as_of"]:
        return [f"Forecast as of {told['as_of']}. {basis}", "", *(group(*item) for item in told["groups"].items())]
    roles = [role(name, told["roles"][name]) for name in ROLES if told["roles"][name]["rows"]]
    verdict = told["verdict_in_words"]
    others = [f"- {problem}" for problem in told["problems"] if not problem.startswith("Of ")]
    return [f"**{verdict}** {basis}", "", *roles, *others]


def role(name: str, one: dict[str, Any]) -> str:
    """How many figures of a role lie inside."""
    needed = f", at least {100 * one['needed']:.0f} % must" if one["needed"] else ", not counted"
    score = one["mean_relative_interval_score"]
    scored = f"; mean interval score {score:.2f} published values" if score is not None else ""
    return f"- Figures {ROLES[name]}: {one['inside']} of {one['rows']} inside{needed}{scored}."


def group(name: str, one: dict[str, Any]) -> str:
    """How many figures of a forecast lie inside, those known then apart from those that came later."""
    words = {"known": "known on that day", "later": "that came later", "derived": "following from others"}
    return f"- Figures {words[name]}: {one['rows'] - len(one['outside'])} of {one['rows']} inside."


def row(one: dict[str, Any]) -> str:
    """One figure."""
    bound = "" if one["bound"] == "exact" else one["bound"].replace("_", " ") + " "
    verdict = "inside" if one["is_inside"] else ("outside, as bounded" if one["is_allowed"] else "outside")
    unit = one["unit"]
    simulated = "not read"
    if one["median"] is not None:
        simulated = f"{value(one['median'], unit)} ({value(one['low'], unit)} to {value(one['high'], unit)})"
    cells = (
        one["id"], one["label"], one["role"], f"{bound}{value(one['published'], unit)} {'' if unit == DATES else unit}",
        simulated, width(one), one["known_on"], verdict,
    )  # fmt: skip
    return "| " + " | ".join(cell.strip() for cell in cells) + " |"


def value(number: float, unit: str) -> str:
    """A value for reading; a date as one."""
    if unit == DATES:
        day = SEASON_START + timedelta(days=round(number))
        return f"{day.day} {day:%B}"
    if unit in SHARES or abs(number) < 10:
        return f"{number:.1f}".removesuffix(".0")
    return f"{number:,.0f}"


def width(one: dict[str, Any]) -> str:
    """Half the width of an interval whose width has a limit."""
    if one["half_width"] is None or one["width_limit"] is None:
        return ""
    return f"±{one['half_width']:.1f} points" if one["unit"] in SHARES else f"±{100 * one['half_width']:.0f} %"


# --- a fit as of a day --------------------------------------------------------------------------------------------


def fitted(told: dict[str, Any]) -> str:
    """What was fitted to what, in a sentence and a table: intervals of one season, by the fit's stand-ins."""
    verdicts = [one["verdict"] for one in told["doubts"].values()]
    pinned, narrowed, unseen = (verdicts.count(name) for name in ("pinned", "narrowed", "not seen"))
    said = (
        f"{told['runs']} points, {told['points']} in the sample; {len(told['rows_told'])} figures known by "
        f"{told['known_by']} pin {pinned} of {len(verdicts)} values, narrow {narrowed} and tell nothing of {unseen}. "
        "Intervals are of one season, 90 %, as the fit's stand-ins tell them."
    )
    lines = ["| id | figure | published | before the fit | over the sample |", "| --- " * 5 + "|"]
    for one in told["rows_told"]:
        cells = (one["id"], one["label"], f"{one['published']:,.0f}", spread(one, "before"), spread(one, "after"))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([said, "", *lines])


def spread(one: dict[str, Any], when: str) -> str:
    """An interval before or after the fit; counts are not negative, though a stand-in may say so."""
    low, high = (max(one[f"{when}_{end}"], 0.0) for end in ("low", "high"))
    return f"{low:,.0f} to {high:,.0f}" if high >= 10 else f"{low:.1f} to {high:.1f}"


# --- what figures cannot tell apart -------------------------------------------------------------------------------


COLUMNS = {"doubt": "entry of the register", "verdict": "what figures tell", "deviation_ratio": "spread after ÷ before",
           "low": "low", "median": "median", "high": "high", "seen_by": "seen by"}  # fmt: skip
PAIRS = {"first": "one", "second": "other", "correlation": "correlation"}


def identifiability(folder: Path) -> str:
    """What the figures say of each fitted entry, and the pairs that they do not tell apart."""
    parts = ["Positions in the plausible range: 0 is its low end, 1 its high end.", ""]
    parts += table(folder / "identifiability.csv", COLUMNS)
    if (folder / "pairs.csv").is_file():
        pairs = table(folder / "pairs.csv", PAIRS)
        parts += ["", "Pairs that they do not tell apart:", "", *pairs] if pairs[2:] else ["", "No pair is confounded."]
    return "\n".join(parts)


def table(path: Path, columns: dict[str, str]) -> list[str]:
    """Columns of a CSV file as lines of a table, numbers to three digits."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    lines = [list(columns.values()), ["---"] * len(columns)]
    lines += [[short(row[name]) for name in columns] for row in rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]


def short(cell: str) -> str:
    """A number to three digits; words as they are."""
    try:
        return f"{float(cell):.3g}"
    except ValueError:
        return cell.replace("|", "\\|")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
