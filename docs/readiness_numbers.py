"""Write the tables and pictures of docs/readiness.md from finished folders; every number in them comes so.

    borderops readiness scenario=foreseen_2018
    borderops readiness scenario=foreseen_2018_prepared
    borderops readiness scenario=scale_up_2017 pilot=el_paso_2017
    borderops readiness scenario=foreseen_2018 stress=all watch=200
    borderops capacity scenario=foreseen_2018 ...
    borderops sensitivity scenario=foreseen_2018_prepared ...
    python docs/readiness_numbers.py FOLDER [FOLDER ...]

A folder of `readiness` fills the part of its scenario and draws docs/images/readiness-SCENARIO.svg; with folders of all
three the table side by side is filled too. Where it was asked for stresses, or for more seasons to learn from, it fills
those parts as well. Folders of `capacity` fill what would change the verdict of their scenario, by one lever or by
packages; those of `sensitivity` what matters for it.
"""

from __future__ import annotations

import json
import sys
from html import escape
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
PAGE, IMAGES = DOCS / "readiness.md", DOCS / "images"
BEGIN, END = "<!-- {}: written by docs/readiness_numbers.py -->", "<!-- end of {} -->"
SCENARIOS = {
    "scale_up_2017": "30 November 2017, the pilot taken to the whole border",
    "foreseen_2018": "4 May 2018, as planned",
    "foreseen_2018_prepared": "4 May 2018, design live and beds added",
}
"""The shipped reviews in the order of their days, with what they are of."""

NO_GO, OPEN, GO = "NO-GO", "NOT ENOUGH EVIDENCE", "GO"
COLOURS = {GO: "#0072B2", NO_GO: "#B84A00", OPEN: "#5b4a86"}
SHORT = {GO: "GO", NO_GO: "NO-GO", OPEN: "open"}
EXPECTED = {
    "tracking design": ("unit_outlives_separation", "unit_can_be_searched", "design_before_start"),
    "beds for children of 12 or under": ("beds_occupied", "nobody_waits_for_a_bed"),
}
"""Grounds that were expected on 4 May 2018, with the criteria that would tell them."""

SMALL_CHILDREN = "age_0_12"
SECTORS = (
    "big_bend", "del_rio", "el_centro", "el_paso", "laredo", "rio_grande_valley", "san_diego", "tucson", "yuma",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Fill what the folders speak of."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    reviews: dict[str, dict[str, Any]] = {}
    parts: dict[str, list[str]] = {}
    for folder in map(Path, arguments):
        found = [name for name in ("review", "capacity", "sensitivity") if (folder / f"{name}.json").is_file()]
        if not found:
            print(f"{folder} holds neither review.json nor capacity.json nor sensitivity.json", file=sys.stderr)
            return 2
        told = json.loads((folder / f"{found[0]}.json").read_text(encoding="utf-8"))
        if found[0] == "review":
            reviews[told["scenario"]] = told
        elif found[0] == "capacity":
            kind = "packages" if told.get("mode") == "packages" else "capacity"
            parts.setdefault(f"{kind} of {told['scenario']}", []).append(capacity(told))
        else:
            parts.setdefault(f"{told['method']} of {told['scenario']}", []).append(sensitivity(told))
    for name, some in parts.items():
        fill(name, "\n\n".join(some))
    for name, told in reviews.items():
        if name not in SCENARIOS:
            print(f"{name} is none of the shipped reviews: {', '.join(SCENARIOS)}", file=sys.stderr)
            return 2
        fill(name, part(told))
        if told.get("pilot"):
            fill(f"pilot of {name}", pilot(told["pilot"]))
        if told.get("stress"):
            fill(f"stresses of {name}", stresses(told["stress"]))
        if learned_from_more(told):
            fill(f"watch of {name}", watch(told))
        (IMAGES / f"readiness-{name}.svg").write_text(picture(told), encoding="utf-8", newline="\n")
    if set(reviews) == set(SCENARIOS):
        shown = {name: reviews[name] for name in SCENARIOS}
        fill("summary", summary(shown))
        fill("side by side", side_by_side(shown))
        fill("expected", expected(reviews["foreseen_2018"]))
        fill("difference", difference(reviews["foreseen_2018"], reviews["foreseen_2018_prepared"]))
    return 0


def fill(name: str, words: str) -> None:
    """Replace what stands between two marks of the page."""
    begin, end = BEGIN.format(name), END.format(name)
    before, rest = PAGE.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    PAGE.write_text(f"{before}{begin}\n{words.strip()}\n{end}{after}", encoding="utf-8", newline="\n")


# --- all three ----------------------------------------------------------------------------------------------------


def summary(reviews: dict[str, dict[str, Any]]) -> str:
    """A line a review: the verdict, how many criteria come to which, beside families kept together."""
    first = next(iter(reviews.values()))
    criteria = first["criteria"]
    lines = [
        f"Criteria `{criteria['name']}`, {len(criteria['rows'])} of them, sha256 `{criteria['sha256'][:16]}`; false GO "
        f"at most {criteria['alpha']:.0%} over all of them together.",
        "",
        "| review | verdict | hold | do not | open | seasons | seed | lapses on | families kept together |",
        "| --- " * 9 + "|",
    ]
    for name, told in reviews.items():
        go, no, open_ = (counts(told["judgements"], one) for one in (GO, NO_GO, OPEN))
        beside = told["beside"]
        other = "" if beside is None else f"{beside['verdict']}: {counts(beside['judgements'], GO)} hold"
        done = told["replications"]
        cells = (SCENARIOS[name], f"**{told['verdict']}**", go, no, open_, f"{done['done']} of {done['asked']}",
                 told["seed"], told["lapses_on"], other)  # fmt: skip
        lines.append("| " + " | ".join(str(one) for one in cells) + " |")
    return "\n".join(lines)


def counts(judgements: list[dict[str, Any]], verdict: str) -> int:
    """How many criteria come to a verdict."""
    return sum(one["verdict"] == verdict for one in judgements)


def side_by_side(reviews: dict[str, dict[str, Any]]) -> str:
    """Every criterion under each review: verdict, seasons that meet it, and the worst group's value."""
    lines = ["| criterion | " + " | ".join(SCENARIOS[name] for name in reviews) + " |", "| --- " * 4 + "|"]
    for place, one in enumerate(next(iter(reviews.values()))["judgements"]):
        cells = [cell(told["judgements"][place], told) for told in reviews.values()]
        lines.append(f"| {one['title']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def cell(one: dict[str, Any], told: dict[str, Any]) -> str:
    """A judgement in a cell: ``NO-GO: 0 of 60; 88 % (80 to 95 %)``."""
    found = one["evidence"]
    seasons = "" if found is None else f"{found['met']} of {found['n']}; "
    return f"{SHORT[one['verdict']]}: {seasons}{value(one, told)}"


def value(one: dict[str, Any], told: dict[str, Any]) -> str:
    """The worst group's values with their unit."""
    unit, middle = one["unit"], one["value"]["median"]
    if unit == "yes or no":
        return {None: "not known", 1.0: "yes", 0.0: "no"}[middle]
    if middle is None:
        words = fact_words(one, told)
        return words or "nobody concerned"
    low, high = one["value"]["low"], one["value"]["high"]
    where = "" if one["worst_group"] == "all" else f", {group(one['worst_group'])}"
    if low == high:
        return f"{quantity(middle, unit)}{where}"
    return f"{quantity(middle, unit)} ({number(low, unit)} to {number(high, unit)}){where}"


def fact_words(one: dict[str, Any], told: dict[str, Any]) -> str:
    """``never`` for a number of the plan that is minus infinity."""
    rows = {row["name"]: row for row in told["criteria"]["rows"]}
    return "never" if rows[one["criterion"]]["fact"] and one["verdict"] == NO_GO else ""


def quantity(value: float, unit: str) -> str:
    """A number with its unit; shares in per cent."""
    return f"{number(value, unit)} {'%' if unit == 'share' else unit}"


def number(value: float, unit: str) -> str:
    """A number without its unit."""
    shown = 100 * value if unit == "share" else value
    return f"{shown:,.1f}".removesuffix(".0") if abs(shown) < 1000 else f"{shown:,.0f}"


def group(name: str) -> str:
    """A group's name in words."""
    names = {"age_0_12": "ages 0–12", "girls_13_17": "girls 13–17", "boys_13_17": "boys 13–17"}
    words = name.replace("_", " ")
    return names.get(name, f"ages {name}" if name[:1].isdigit() else words.title() if name in SECTORS else words)


def expected(told: dict[str, Any]) -> str:
    """What was expected of 4 May 2018 before anything was run, and what came out."""
    by_name = {one["criterion"]: one for one in told["judgements"]}
    lines = [f"- Verdict: expected {NO_GO}, came out **{told['verdict']}**; from what was known that day alone, "
             f"{told['verdict_from_what_was_known']}."]  # fmt: skip
    for ground, names in EXPECTED.items():
        found = []
        for name in names:
            one = by_name[name]
            if ground.startswith("beds"):
                rows = [row for row in one["groups"] if row["group"] == SMALL_CHILDREN]
                verdict = rows[0]["verdict"] if rows else OPEN
                seasons = f", met in {rows[0]['met']} of {one['evidence']['n']} seasons" if rows else ""
                found.append((verdict, f"`{name}` {verdict}{seasons}"))
            else:
                found.append((one["verdict"], f"`{name}` {one['verdict']}"))
        is_ground = any(verdict == NO_GO for verdict, _ in found)
        said = "among the grounds" if is_ground else "**not** among the grounds"
        lines.append(f"- The {ground}: expected among the grounds, came out {said} ({'; '.join(w for _, w in found)}).")
    return "\n".join(lines)


def difference(plan: dict[str, Any], prepared: dict[str, Any]) -> str:
    """What design and beds turn, and what they leave."""
    pairs = [(one, other) for one, other in zip(plan["judgements"], prepared["judgements"])]
    turned = [one["title"] for one, other in pairs if one["verdict"] != GO and other["verdict"] == GO]
    better = [one["title"] for one, other in pairs if (one["verdict"], other["verdict"]) == (NO_GO, OPEN)]
    worse = [one["title"] for one, other in pairs if one["verdict"] == GO and other["verdict"] != GO]
    left = [one["title"] for one, other in pairs if one["verdict"] == other["verdict"] == NO_GO]
    parts = (("Turned to GO", turned), ("From NO-GO to open", better), ("No longer GO", worse), ("Still NO-GO", left))
    return "\n".join(f"- {name}, {len(titles)}: {'; '.join(titles) or 'none'}." for name, titles in parts)


# --- one review ---------------------------------------------------------------------------------------------------


def part(told: dict[str, Any]) -> str:
    """Verdict, dates and grounds of one review."""
    done, beside = told["replications"], told["beside"]
    known = told["verdict_from_what_was_known"]
    verb = "Starts" if told["is_a_start"] else "Is judged from"
    lines = [
        f"**{told['verdict']}** for “{told['title']}”. {verb} {told['starts_on']}; knowledge of {told['as_of']}; "
        f"season {told['season'][0]} to {told['season'][1]}; {done['done']} of {done['asked']} seasons of seed "
        f"{told['seed']}; lapses on {told['lapses_on']}. From what was known that day alone: {known}."
        + ("" if beside is None else f" With families kept together: {beside['verdict']}."),
        "",
        *(f"- {one}" for one in told["grounds"]),
    ]
    return "\n".join(lines)


def pilot(told: dict[str, Any]) -> str:
    """What the pilot says by itself, and how many of the points that were weighed by it count."""
    counted = f"{told['effective_points']:,.0f} of the points weighed by them count in effect"
    silent = f"{len(told['silent'])} criteria it does not speak to"
    head = f"The pilot `{told['pilot']}` alone: **{told['verdict']}**; {silent}."
    return "\n".join(
        [
            f"{head} {told['simulated']} pilots were simulated, and {counted}.",
            "",
            *(f"- {piloted(one)}" for one in told["judgements"]),
            *(f"- {one}" for one in [*told["told"], *told["left_out"]]),
        ]
    )


def piloted(one: dict[str, Any]) -> str:
    """What a figure of the pilot says to a criterion."""
    of = "" if one["n"] is None else f" of {one['n']:,.0f}"
    seen = f"{one['figure'].replace('_', ' ')}, {one['k']:,.0f}{of}"
    return f"{one['verdict']} for `{one['criterion']}`: {seen} ({one['source']})."


def stresses(told: dict[str, Any]) -> str:
    """The verdict under each stress, what is newly against it, and of the slowest resource how far and how long."""
    lines = ["| stress | verdict | newly against it |", "| --- " * 3 + "|"]
    for one in told["stresses"]:
        newly = "; ".join(one["newly_against"]) or "none"
        lines.append(f"| {one['title']} | **{one['verdict']}** | {newly} |")
    lines += ["", "Of what each adds to, in the median season:", "",
              "| stress | resource | most that it adds | half of that after | recovers after | seasons that recover |",
              "| --- " * 6 + "|"]  # fmt: skip
    for one in told["stresses"]:
        lines += recoveries(one)
    return "\n".join([*lines, "", *(f"- {one}" for one in told["left_out"])])


def recoveries(told: dict[str, Any]) -> list[str]:
    """A line for the slowest resource of each kind that a stress adds to, the slowest kinds first."""
    rows = {(row["resource"], row["figure"]): row for row in told["recovery"]}
    names = dict.fromkeys(row["resource"] for row in told["recovery"] if row["resource"].partition(".")[0] in KINDS)
    hit = [name for name in names
           if ((rows.get((name, "peak_added")) or {}).get("median") or 0.0) > LEAST_ADDED]  # fmt: skip
    if not hit:
        return [f"| {told['title']} | none | | | | |"]
    hit.sort(
        key=lambda name: (-never_last(rows[name, "recovered_after"]["median"]), -rows[name, "peak_added"]["median"])
    )
    by_kind = dict.fromkeys(name.partition(".")[0] for name in hit)
    hit = [next(name for name in hit if name.partition(".")[0] == kind) for kind in by_kind]
    lines = []
    for name in hit[:MOST_RESOURCES]:
        added, back = rows[name, "peak_added"], rows[name, "recovered_after"]
        kind, _, of = name.partition(".")
        where = KINDS[kind] + (f", {group(of)}" if of else "")
        halved = days(rows.get((name, "half_life")))
        cells = (told["title"], where, number(added["median"], ""), halved, days(back),
                 f"{back['reached']:.0f} of {back['n']:.0f}")  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


KINDS = {"beds": "waiting for a bed", "stations": "beyond rated places", "coordinators": "coordinators",
         "courts": "courts"}  # fmt: skip
"""Resources that can be overloaded; people held at stations, of whom most are within rated places, are none."""

LEAST_ADDED = 1e-9
MOST_RESOURCES = 3


def never_last(value: float | None) -> float:
    """A number of days to sort by; what was not reached is more than any."""
    return float("inf") if value is None else value


def days(row: dict[str, Any] | None) -> str:
    """A median number of days; what the median season does not reach is told as such."""
    if row is None:
        return "–"
    return "not by the end" if row["median"] is None else f"{number(row['median'], '')} days"


def learned_from_more(told: dict[str, Any]) -> bool:
    """Whether more seasons than those of the review were learned from, and taught something."""
    criteria = told.get("indicators", {}).get("criteria", ())
    return any(one["watch"] and one["seasons"] > told["replications"]["done"] for one in criteria)


def watch(told: dict[str, Any]) -> str:
    """Of each criterion the figure of the first week that tells best, by seasons that chose nothing."""
    titles = {row["name"]: row["title"] for row in told["criteria"]["rows"]}
    heads = (
        "criterion",
        "broken in",
        "watch in the first week",
        "alarm",
        "area",
        "rings before a breach",
        "or without",
    )
    lines = [told["indicators"]["basis"], "", f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    silent: dict[str, list[str]] = {}
    for one in told["indicators"]["criteria"]:
        if not one["watch"]:
            silent.setdefault(one["why"], []).append(f"`{one['criterion']}`")
            continue
        best = one["watch"][0]
        way = "at or above" if best["is_high_bad"] else "at or below"
        cells = (titles[one["criterion"]], f"{one['broken']} of {one['seasons']}", best["indicator"],
                 f"{way} {quantity(best['threshold'], best['unit'])}",
                 area(best),
                 f"{best['alarms']:.0%}", f"{best['false_alarms']:.0%}")  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", *(f"- {', '.join(names)}: {why}" for why, names in silent.items())])


def area(best: dict[str, Any]) -> str:
    """The area under the curve; one whose interval holds a half tells nothing for sure."""
    told = f"{best['auc']:.2f} ({best['auc_low']:.2f} to {best['auc_high']:.2f})"
    return told if best["auc_low"] > 0.5 else f"{told}: may be chance"


def capacity(told: dict[str, Any]) -> str:
    """What a search for capacity came to."""
    return "\n".join([_command(told), "", *(f"- {one}" for one in told["in_words"])])


def sensitivity(told: dict[str, Any]) -> str:
    """What a sensitivity run came to, with how many trials it played."""
    rows = told["rows"]
    trials = rows["whole"] * rows["points"] * rows["replications"]
    drawn = f"{rows['whole']} of {rows['asked']} rows of {rows['points']} points in {rows['replications']} replications"
    words = [one.replace("\n", " ") for one in told["in_words"]]
    return "\n".join([_command(told), "", f"{drawn}: {trials:,} trials.", "", *(f"- {one}" for one in words)])


def _command(told: dict[str, Any]) -> str:
    """The command, without where it wrote and what it kept: that says nothing of the outcome."""
    words = [one for one in told.get("command", "").split() if not one.startswith(("run.outputs=", "trials."))]
    return f"`{' '.join(words)}`"


# --- pictures -----------------------------------------------------------------------------------------------------


WIDTH, ROW, TOP, TITLE_AT, STRIP_AT, STRIP, NUMBERS_AT, BESIDE_AT = 1140, 24, 74, 34, 560, 210, 785, 1075


def picture(told: dict[str, Any]) -> str:
    """Every criterion with the chance that it holds, against the confidence demanded, as a drawing of its own."""
    rows = {row["name"]: row for row in told["criteria"]["rows"]}
    order = sorted(told["judgements"], key=lambda one: (NO_GO, OPEN, GO).index(one["verdict"]))
    height = TOP + ROW * len(order) + 34
    said = f"{told['verdict']}: {SCENARIOS[told['scenario']]}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="Liberation Sans, Arial, sans-serif" font-size="12.5">',
        f"<title>{escape(said)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        mark(told["verdict"], 4, 8, 1.5),
        text(48, 36, said, size=20, colour=COLOURS[told["verdict"]], weight=700),
        text(STRIP_AT, 62, "seasons in which it holds, and bounds", colour="#55616d"),
        text(NUMBERS_AT, 62, "worst group: median, nine in ten", colour="#55616d"),
        text(BESIDE_AT - 40, 62, "family_unity", colour="#55616d"),
    ]
    beside = {one["criterion"]: one["verdict"] for one in (told["beside"] or {"judgements": []})["judgements"]}
    for place, one in enumerate(order):
        parts += row(one, rows[one["criterion"]], told, TOP + ROW * place, place % 2 == 1)
        if one["criterion"] in beside:
            parts.append(mark(beside[one["criterion"]], BESIDE_AT - 10, TOP + ROW * place + 3, 0.75))
    foot = TOP + ROW * len(order) + 20
    n = told["replications"]["done"]
    parts.append(text(4, foot, f"{n} simulated seasons; line: bounds of the chance; black: demanded; shaded: where it "
                      "holds; dashed: does not hold, or open. GO judges capacity and record-keeping alone.",
                      size=11, colour="#55616d"))  # fmt: skip
    return "\n".join([*parts, "</svg>", ""])


def row(one: dict[str, Any], criterion: dict[str, Any], told: dict[str, Any], y: int, is_shaded: bool) -> list[str]:
    """One criterion."""
    colour, middle = COLOURS[one["verdict"]], y + ROW / 2
    parts = [f'<rect x="0" y="{y}" width="{WIDTH}" height="{ROW}" fill="#f5f7f9"/>'] if is_shaded else []
    parts += [mark(one["verdict"], 6, y + 3, 0.75), text(TITLE_AT, middle + 4, one["title"])]
    found = one["evidence"]
    if found is None:
        parts.append(text(STRIP_AT, middle + 4, "read off the plan", colour="#55616d"))
    else:
        parts += strip(found, criterion["confidence"], colour, middle, one["verdict"] != GO)
    parts.append(text(NUMBERS_AT, middle + 4, value(one, told), size=11.5))
    return parts


def strip(found: dict[str, Any], confidence: float, colour: str, y: float, is_dashed: bool) -> list[str]:
    """Bounds of the chance and its middle, from no season to all."""

    def at(share: float) -> float:
        return round(STRIP_AT + share * (STRIP - 10), 1)

    dash = ' stroke-dasharray="5 2"' if is_dashed else ""
    low, high = at(found["low"]), max(at(found["high"]), at(found["low"]) + 1)
    width = round(at(1) - at(confidence), 1)
    drawn = [
        f'<rect x="{at(confidence)}" y="{y - 8}" width="{width}" height="16" fill="#dbe4ec"/>',
        f'<line x1="{at(0)}" x2="{at(1)}" y1="{y + 9}" y2="{y + 9}" stroke="#c3cad1"/>',
        f'<line x1="{low}" x2="{high}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="4"{dash}/>',
    ]
    if found["probability"] is not None:
        middle = at(found["probability"])
        drawn.append(f'<circle cx="{middle}" cy="{y}" r="3.6" fill="#fff" stroke="{colour}" stroke-width="2.2"/>')
    limit = at(confidence)
    drawn.append(f'<line x1="{limit}" x2="{limit}" y1="{y - 9}" y2="{y + 9}" stroke="#000" stroke-width="1.6"/>')
    return drawn


def mark(verdict: str, x: float, y: float, scale: float) -> str:
    """The shape of a verdict: a disc with a tick, an octagon with a bar, a diamond with a question mark."""
    colour = COLOURS[verdict]
    shapes = {
        GO: f'<circle cx="12" cy="12" r="11" fill="{colour}"/><path d="M6.5 12.5l4 4 7-8.5" fill="none" stroke="#fff" '
        'stroke-width="2.8"/>',
        NO_GO: f'<polygon points="7.4,1 16.6,1 23,7.4 23,16.6 16.6,23 7.4,23 1,16.6 1,7.4" fill="{colour}"/>'
        '<rect x="5.5" y="10" width="13" height="4" fill="#fff"/>',
        OPEN: f'<polygon points="12,1 23,12 12,23 1,12" fill="#fff" stroke="{colour}" stroke-width="2"/>'
        f'<text x="12" y="17" text-anchor="middle" font-size="14" font-weight="700" fill="{colour}">?</text>',
    }
    return f'<g transform="translate({x} {y}) scale({scale})">{shapes[verdict]}</g>'


def text(x: float, y: float, words: str, *, size: float = 12.5, colour: str = "#1f2933", weight: int = 400) -> str:
    """A line of text."""
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}"{bold}>{escape(words)}</text>'


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
