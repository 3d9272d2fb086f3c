"""The pages of a readiness review: every criterion stands there, the verdict in word and shape, no number without n."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from made_up_readiness import made_up_facts, made_up_review
from page_reader import Element, read

from borderops.readiness.judging import SCOPE, Verdict
from borderops.readiness.plan_facts import Fact
from borderops.report.readiness_annex import SECTIONS, sections
from borderops.report.readiness_contents import ReadinessContents
from borderops.report.readiness_figures import days
from borderops.report.readiness_page import readiness_page
from borderops.report.readiness_prose import (
    HARMS,
    MOST_REASONS,
    counted,
    how_reached,
    known_then,
    levers_of,
    owners,
    scope,
    wanted,
    why,
)
from borderops.report.readiness_strips import COLOURS, MOST_DOTS, Scale, chance_strip, dots_strip, mark, scale_of

VERDICTS = ("NO-GO", "GO", "NOT ENOUGH EVIDENCE")


@pytest.fixture(scope="module", params=VERDICTS)
def contents(request: pytest.FixtureRequest) -> ReadinessContents:
    """A made-up review of each verdict."""
    made = made_up_review(request.param)
    assert made.review.verdict == Verdict(request.param) and made.beside.verdict is Verdict.GO
    return made


@pytest.fixture(scope="module")
def page(contents: ReadinessContents) -> str:
    """The page of each verdict."""
    return readiness_page(contents)


@pytest.fixture(scope="module")
def tree(page: str) -> Element:
    """The page as a browser sees it without its scripts."""
    return read(page)


@pytest.fixture(scope="module")
def refused() -> ReadinessContents:
    """A review that says NO-GO."""
    return made_up_review("NO-GO")


def plain(text: str) -> str:
    """Text without the spaces that hold a line together."""
    return text.replace("\xa0", " ")


# --- the page ------------------------------------------------------------------------------------------------------


def test_the_page_asks_nothing_of_the_network(page: str, tree: Element) -> None:
    """No address to fetch, no file beside it; whatever is in it stands in it."""
    assert "default-src 'none'" in page
    assert not [one for one in tree.all() if one.tag in ("link", "img", "iframe")]
    assert not [one for one in tree.all() if one.attributes.get("src") or "http" in one.attributes.get("href", "")]
    anchors = {one.attributes["href"][1:] for one in tree.all("a") if one.attributes.get("href", "").startswith("#")}
    assert anchors <= {one.attributes.get("id") for one in tree.all()}


def test_the_verdict_is_a_word_a_shape_and_a_colour(contents: ReadinessContents, page: str, tree: Element) -> None:
    """The large word is the review's, beside its mark and colour; the policy beside has its own."""
    verdict = contents.review.verdict
    assert tree.by_id("verdict").text == str(verdict)
    ruling = tree.by_id("verdict").parent.parent  # type: ignore[union-attr]
    assert COLOURS[verdict] in ruling.attributes["style"]
    assert ruling.all("svg")[0].attributes["aria-label"] == str(verdict)
    assert "family_unity" in tree.by_id("beside").text and "GO" in tree.by_id("beside").text
    assert f"<title>{verdict}: foreseen_2018</title>" in page


def test_no_two_verdicts_share_shape_or_colour() -> None:
    """Who sees no colour sees the shape, who sees no shape reads the word."""
    shapes = {tuple(re.findall(r"<(circle|polygon|path|rect|text)\b", str(mark(one)))) for one in Verdict}
    assert len(shapes) == len(Verdict) == len(set(COLOURS.values()))
    assert all(f"<title>{one}</title>" in mark(one) for one in Verdict)


def test_every_criterion_stands_on_both_pages(contents: ReadinessContents, tree: Element) -> None:
    """In the picture of all and in the annex, with owner, ground, verdict, limit and the policy beside."""
    for one in contents.review.judgements:
        row, article = (tree.by_id(f"{kind}-{one.criterion.name}") for kind in ("row", "criterion"))
        line = row.parent
        assert line is not None and row.all("svg")[0].attributes["aria-label"] == str(one.verdict)
        assert one.criterion.title in row.text and one.criterion.owner in row.text
        assert "family_unity" in line.text and f"wanted: {wanted(one.criterion)}" in line.text
        assert one.criterion.ground in article.text and one.why in article.text and "family_unity" in article.text


def test_no_chance_and_no_value_without_n_unit_and_interval(contents: ReadinessContents, tree: Element) -> None:
    """Every strip says over how many seasons it speaks, and its value in its unit; so does the line beside it."""
    for one in contents.review.judgements:
        line = tree.by_id(f"row-{one.criterion.name}").parent
        assert line is not None
        told = [plain(drawn.attributes["aria-label"]) for drawn in line.all("svg", "reading")]
        if one.evidence is None:
            assert not [words for words in told if "seasons" in words]
            continue
        n = one.evidence.n
        assert f"holds in {one.evidence.met} of {n} seasons" in told[0] and "is demanded" in told[0]
        assert f"of {n} seasons between the ends" in told[1]
        unit = contents.definitions[str(one.criterion.kpi)].unit
        assert ("%" if unit == "share" else unit) in told[1] and "allowed: at " in told[1]
        assert f"{one.evidence.met} of {n}" in line.text


def test_every_group_and_every_season_is_in_the_annex(refused: ReadinessContents) -> None:
    """A line for each group, the worst first and marked, with as many dots as seasons have a value."""
    tree = read(readiness_page(refused))
    for one in refused.review.judgements:
        article = tree.by_id(f"criterion-{one.criterion.name}")
        if one.evidence is None:
            continue
        lines = article.all("tbody")[0].all("tr")
        assert len(lines) == len(one.by_group) + 1
        assert lines[-1].attributes["class"] == "grey"
        assert len(lines[0].all("circle")) == one.evidence.n


def test_the_scope_and_the_harms_stand_on_the_first_page(contents: ReadinessContents, tree: Element) -> None:
    """What GO does not say, that harms are limits, until when it holds, and the hash of the criteria."""
    words = plain(tree.by_id("why").text)
    for sentence in (SCOPE, HARMS, "The verdict lapses on 3 June 2018"):
        assert sentence in words
    assert contents.review.criteria.digest[:16] in words
    assert "Everybody in this report is invented" in words


def test_how_many_children_it_is_about_stands_beside_the_verdict(contents: ReadinessContents, tree: Element) -> None:
    """Children separated under the plan and with families kept together, with interval and n, before any reason."""
    words = plain(tree.by_id("heads").text)
    row = contents.kpi("children_separated")
    assert row is not None and f"Children separated{row['median']:,.0f} children (" in words
    assert "family_unity: " in words and "90 % interval over 60 replications" in words


def test_two_pages_come_before_the_annex(page: str) -> None:
    """On paper the picture of all criteria and the annex each begin a page, and the annex comes last."""
    assert re.search(r"#every \{ break-before: page; \}", page) and re.search(r"#annex \{ break-before: page; \}", page)
    assert page.index('id="why"') < page.index('id="every"') < page.index('id="annex"')


def test_what_was_given_cannot_become_markup(refused: ReadinessContents) -> None:
    """A failed season's message, and facts' words, are text."""
    facts = made_up_facts("NO-GO") | {"unit_is_kept": Fact("unit_is_kept", False, "A <b>unit</b> & its end.")}
    page = readiness_page(made_up_review("NO-GO", n=40, asked=41, facts=facts))
    assert "<day>" not in page and "&lt;day&gt;" in page
    assert "<b>unit</b>" not in page and "&lt;b&gt;unit" in page


# --- words ---------------------------------------------------------------------------------------------------------


def test_at_most_five_sentences_say_why(contents: ReadinessContents) -> None:
    """Never more, never none, each ends."""
    told = why(contents)
    assert 1 <= len(told) <= MOST_REASONS and all(one.endswith(".") for one in told)


def test_reasons_begin_with_the_law_then_the_plan_then_the_seasons(refused: ReadinessContents) -> None:
    """One sentence for legal grounds, one for the plan's facts, the rest for criteria that different levers move."""
    told = [plain(one) for one in why(refused)]
    assert told[0].startswith("On legal ground (a ground since 26 June 2018, after the day of this review): No child")
    assert told[1].startswith("Not so in the plan itself: a family unit outlives a separation")
    titles = [one.split(":")[0] for one in told[2:]]
    against = {one.criterion.title: one.criterion for one in refused.review.of_verdict(Verdict.NO_GO)}
    assert set(titles) <= set(against) and len({against[one].levers for one in titles}) == len(titles)
    assert all(re.search(r"holds in \d+ of 60 simulated seasons, and has to in 90 %", one) for one in told[2:])


def test_a_go_names_what_is_nearest_to_its_limit() -> None:
    """A GO says at which error, and where it is closest."""
    told = [plain(one) for one in why(made_up_review("GO"))]
    assert "All 23 criteria are shown to hold" in told[0] and "at most 5 %" in told[0]
    assert told[1].startswith("Nearest to its limit: ")


def test_seasons_that_were_not_finished_come_first() -> None:
    """They rule out a GO, and the page says so before anything else."""
    made = made_up_review("GO", n=58, asked=60)
    assert made.review.verdict is Verdict.NOT_ENOUGH
    assert why(made)[0] == "Only 58 of 60 seasons were finished, which rules out a GO."
    assert "2 of 60 seasons were not finished" in read(readiness_page(made)).text


def test_what_came_later_is_told_apart(refused: ReadinessContents) -> None:
    """A ground of the law that the day could not know is named, with the verdict from the others alone."""
    told = plain(str(known_then(refused)))
    assert "2 criteria rest on what came only on 26 June 2018" in told
    assert told.endswith(f"the verdict is {refused.review.verdict_known}.")
    assert known_then(made_up_review("NO-GO", as_of=None)) is None


def test_a_missing_input_is_told_as_such() -> None:
    """A fact that the plan does not tell leaves no number: the page says what was read instead."""
    facts = made_up_facts("GO") | {"unit_is_kept": Fact("unit_is_kept", None, "No tracking design is known.")}
    made = made_up_review("GO", facts=facts)
    assert made.review.verdict is Verdict.NOT_ENOUGH
    assert why(made)[0].startswith("Not known of the plan itself: a family unit outlives")
    assert "No tracking design is known." in read(readiness_page(made)).text


def test_counts_owners_and_levers_are_those_of_the_review(contents: ReadinessContents) -> None:
    """How many hold, who has to see to the others, and what moves them."""
    review = contents.review
    against = [one for one in review.judgements if one.verdict is not Verdict.GO]
    assert sum(count for _, count in owners(review)) == len(against)
    assert set(levers_of(review)) == {lever for one in against for lever in one.criterion.levers}
    assert str(len(review.of_verdict(Verdict.GO))) in counted(review).split(" of ")[0]


def test_the_rule_of_the_verdict_is_spelled_out(refused: ReadinessContents) -> None:
    """Bounds, errors, how many groups share the error of a NO-GO, and the fewest seasons of a GO."""
    told = plain(" ".join(how_reached(refused)))
    judged = sum(len(one.by_group) for one in refused.review.judgements if not one.is_fact)
    assert "Clopper and Pearson" in told and f"shared among {judged} judged groups" in told
    assert f"{refused.review.criteria.fewest} seasons" in told and "noise can only turn" in told


def test_a_review_of_today_lapses_after_its_start() -> None:
    """Without a day of knowledge the days are counted from the policy's start."""
    made = made_up_review("GO", as_of=None)
    assert made.review.lapses_on == date(2018, 6, 4)
    assert "30 days after the policy's start on 5 May 2018" in plain(" ".join(scope(made)))


# --- drawings ------------------------------------------------------------------------------------------------------


def test_a_scale_holds_what_is_drawn() -> None:
    """Values and limit lie inside the drawing, in their order; none lies at the left end unless values are negative."""
    at = Scale([0.1, 0.7, 0.05], 200.0)
    assert at.first <= at(0.0) < at(0.05) < at(0.7) <= at.last
    below = Scale([-3.0, 2.0], 200.0)
    assert below(-3.0) == below.first and below(0.0) > below.first
    assert Scale([np.inf, np.nan], 100.0)(0.0) == 5.0


def test_the_strip_of_a_chance_lies_where_it_should(refused: ReadinessContents) -> None:
    """Bounds and demand in the order of their shares, from the left end for none to the right end for all."""
    one = next(one for one in refused.review.judgements if one.evidence is not None)
    assert one.evidence is not None
    drawn = chance_strip(one.evidence, one.criterion, "told")
    lines = [float(x) for x in re.findall(r'<line x1="([\d.]+)"', drawn)]
    assert lines[0] == 5.0 and lines[1] == pytest.approx(5 + 140 * one.evidence.low, abs=0.1)
    assert lines[-1] == pytest.approx(5 + 140 * one.criterion.confidence, abs=0.1)
    assert "stroke-dasharray" in drawn, "what does not hold is dashed, for who sees no colour"


def test_many_seasons_become_as_many_quantiles(refused: ReadinessContents) -> None:
    """A thousand dots would hide each other; the ends stay where they are."""
    one = next(one for one in refused.review.judgements if one.evidence is not None)
    values = np.linspace(0.0, 1.0, 1000)
    at = scale_of([one.criterion], values, 260.0)
    assert dots_strip(values.tolist(), one.criterion, at, "#000000", "told").count("<circle") == MOST_DOTS


# --- the annex -----------------------------------------------------------------------------------------------------


def test_sections_that_were_not_asked_for_are_absent(contents: ReadinessContents, tree: Element) -> None:
    """Capacity, pilot, stress and indicators stand there only where they were made."""
    there = {name for name, _ in sections(contents)}
    assert {name for name, _ in SECTIONS} - there == {"capacity", "pilot", "stress", "indicators"}
    assert {one.attributes.get("id") for one in tree.all("section")} >= there


def test_a_section_of_its_own_is_shown() -> None:
    """Sentences and tables that a section brings stand in the annex, in its place."""
    table = pd.DataFrame({"Figure": ["Families separated"], "Pilot": ["280"]})
    section = SimpleNamespace(
        sentences=["The pilot alone shows it."],
        told_first="The pilot alone shows it.",
        tables={"The pilot's figures": table},
        pictures=(),
    )
    tree = read(readiness_page(made_up_review("GO", pilot=section)))
    assert "The pilot alone shows it." in tree.by_id("why").text, "its first sentence stands on the first page too"
    assert "The pilot alone shows it." in tree.by_id("pilot").text and "280" in tree.by_id("pilot").text


def test_days_are_titled_by_what_they_show(refused: ReadinessContents) -> None:
    """Since when children wait for which beds, and since when custody is over the limit."""
    beds, custody = days(refused)
    assert plain(beds.title).startswith("For beds for ages 0–12, children wait from")
    assert "passes 72 hours from" in plain(custody.title)
    assert len(beds.panels) == 3 and any("family_unity" in key.label for key in beds.keys)


def test_every_fact_of_the_plan_is_told(contents: ReadinessContents, tree: Element) -> None:
    """Judged or not, with what was read."""
    words = tree.by_id("plan").text
    assert all(fact.words in words for fact in contents.review.facts.values())


def test_figures_by_age_have_unit_and_interval(tree: Element) -> None:
    """Three bands and the total, beside the total of families kept together."""
    head, *lines = tree.by_id("ages").all("tr")
    assert [one.text for one in head.all("th")] == [
        "Figure", "Unit", "Ages 0–4", "Ages 5–12", "Ages 13–17", "All", "family_unity, all",
    ]  # fmt: skip
    assert lines and all(re.search(r"\(.+–.+\)", line.text) for line in lines)
    assert "over 60 replications" in plain(tree.by_id("ages").text)


def test_the_plan_that_keeps_families_together_stands_alone() -> None:
    """Nothing is shown beside itself."""
    made = made_up_review("GO")
    alone = dataclasses.replace(made, beside=made.review)
    tree = read(readiness_page(alone))
    assert not [one for one in tree.all() if one.attributes.get("id") == "beside"]
    assert "family_unity:" not in tree.by_id("every").text
