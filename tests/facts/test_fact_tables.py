"""The published figures: complete, consistent among themselves, each with its source."""

from __future__ import annotations

import unicodedata
from datetime import date

import numpy as np
import pytest

from borderops.config.schema import SECTORS
from borderops.facts import tables
from borderops.facts.tables import ROLES, STRATA, WHOLE
from borderops.population.names import BORROWED
from borderops.population.people import COUNTRIES

FISCAL_YEARS = {2017: slice(0, 12), 2018: slice(12, 24), 2019: slice(24, 36)}
YEARLY_ROWS = {
    2017: ("R004", "R005", "R006"),
    2018: ("R007", "R008", "R009"),
    2019: ("R010", "R011", "R012"),
}
"""Figures of a fiscal year: everybody, children alone, members of family units."""


def _of_three(counts: np.ndarray) -> list[int]:
    """Everybody, children alone, members of family units."""
    return [
        int(counts.sum()),
        int(counts[STRATA.index("children_alone")]),
        int(counts[STRATA.index("family_unit_members")]),
    ]


def _figures(ids: tuple[str, ...]) -> list[int]:
    return [int(tables.published()[one].number) for one in ids]


# --- monthly apprehensions ----------------------------------------------------------------------------------------


def test_monthly_table_has_every_month_and_sector_of_three_fiscal_years():
    """36 months without a gap, the nine sectors in the order of the settings, and no cell left out."""
    monthly = tables.monthly_apprehensions()
    assert monthly.months == tuple(f"{year}-{month:02}" for year in range(2016, 2020) for month in range(1, 13))[9:-3]
    assert monthly.sectors == SECTORS
    assert monthly.strata == STRATA
    assert monthly.counts.shape == (36, 9, 3)
    assert monthly.counts.dtype == np.int64
    assert monthly.counts.min() >= 0


@pytest.mark.parametrize(("year", "total"), [(2017, 303_916), (2018, 396_579), (2019, 851_508)])
def test_monthly_table_adds_up_to_the_published_years(year, total):
    """Twelve months of nine sectors give the published totals of the year, in all and by stratum."""
    of_year = tables.monthly_apprehensions().counts[FISCAL_YEARS[year]].sum(axis=(0, 1))
    assert of_year.sum() == total
    assert _of_three(of_year) == _figures(YEARLY_ROWS[year])


@pytest.mark.parametrize("sector", SECTORS)
def test_monthly_table_adds_up_to_the_published_sectors(sector):
    """Fiscal year 2018 of each sector equals its three published rows, R013 to R039."""
    row = SECTORS.index(sector)
    first = 13 + 3 * row
    figures = [f"R{first + k:03}" for k in range(3)]
    assert tables.published()[figures[0]].label.lower().startswith(sector.replace("_", " "))
    of_year = tables.monthly_apprehensions().counts[FISCAL_YEARS[2018], row].sum(axis=0)
    assert _of_three(of_year) == _figures(tuple(figures))


@pytest.mark.parametrize(
    ("month", "first"),
    [
        ("2018-03", 40),
        ("2018-04", 43),
        ("2018-05", 46),
        ("2018-06", 49),
        ("2018-07", 52),
        ("2019-05", 55),
        ("2017-04", 58),
    ],
)
def test_monthly_table_agrees_with_the_published_months(month, first):
    """The months that are also published on their own, R040 to R060, are equal in both."""
    monthly = tables.monthly_apprehensions()
    of_month = monthly.counts[monthly.months.index(month)].sum(axis=0)
    assert _of_three(of_month) == _figures(tuple(f"R{first + k:03}" for k in range(3)))


# --- published figures --------------------------------------------------------------------------------------------


def test_every_figure_can_be_traced():
    """Each figure has a known role, a label, a value, a unit and a source; the report's figures name their page."""
    for figure in tables.published().values():
        assert figure.role in ROLES, figure.id
        assert all((figure.label, figure.value, figure.unit, figure.source)), figure.id
        assert figure.locator or "OIG-20-06" not in figure.source, figure.id


def test_roles_are_kept():
    """As many figures to fit, to check and derived as were published, and the two kinds keep apart."""
    roles = [figure.role for figure in tables.published().values()]
    assert {role: roles.count(role) for role in ("fit", "check", "derived")} == {"fit": 37, "check": 36, "derived": 9}
    published = tables.published()
    assert {published[one].role for one in ("S112", "S113", "S148", "S151", "S152", "R165", "R166", "S118")} == {"fit"}
    assert {published[one].role for one in ("S116", "S149", "S150", "S153", "S154")} == {"check"}
    assert {published[one].role for one in ("S061", "S117", "S120", "S121")} == {"derived"}


def test_periods_run_forward():
    """A figure's period ends no earlier than it begins."""
    for figure in tables.published().values():
        if figure.period_start and figure.period_end:
            assert figure.period_start <= figure.period_end, figure.id


def test_labels_tell_figures_apart():
    """No two figures share a label."""
    labels = [figure.label for figure in tables.published().values()]
    assert len(set(labels)) == len(labels)


def test_values_read_as_what_their_unit_says():
    """Dates read as dates, a rule as neither, and everything else as at least one number."""
    for figure in tables.published().values():
        if figure.unit == "date":
            assert date(2017, 1, 1) <= figure.day <= date(2020, 12, 31), figure.id
        elif figure.unit != "rule":
            assert figure.numbers, figure.id


def test_figures_refuse_to_be_read_as_what_they_are_not():
    """A list is no single number, a date is no number, a number is no date; the message names the figure."""
    published = tables.published()
    assert published["R083"].numbers[0] == 0.86
    assert published["R159b"].numbers == (750.0, 900.0)
    with pytest.raises(ValueError, match="R083"):
        _ = published["R083"].number
    with pytest.raises(ValueError, match="S017"):
        _ = published["S017"].number
    with pytest.raises(ValueError, match="S112"):
        _ = published["S112"].day


def test_derived_figures_follow_from_the_others():
    """The arithmetic that the notes claim holds."""
    number = {
        one: figure.number for one, figure in tables.published().items() if one[0] == "S" and figure.value.isdigit()
    }
    assert number["S112"] - number["S113"] == number["S117"]
    assert number["S113"] + number["S121"] == number["S120"]
    assert number["S093"] + number["S094"] + number["S095"] == number["S096"]
    assert number["S076"] + number["S078"] - number["S080"] == number["S077"]
    assert number["S132"] - sum(number[one] for one in ("S135", "S138", "S141", "S144")) == number["S145"]


def test_figures_cannot_be_changed():
    """Shared facts are read-only: neither the mapping nor the counts take a new value."""
    with pytest.raises(TypeError):
        tables.published()["S112"] = None  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        tables.monthly_apprehensions().counts[0, 0, 0] = 1


# --- shelter stays ------------------------------------------------------------------------------------------------


def test_shelter_stays_agree_with_the_published_means():
    """Quantiles rise, and the means of October 2017 to September 2018 are those published as a list (R202)."""
    stays = tables.shelter_stays()
    assert stays.quantile_days.shape == (24, 6)
    assert stays.levels.tolist() == [0.10, 0.25, 0.50, 0.75, 0.90, 0.95]
    assert (np.diff(stays.quantile_days, axis=1) > 0).all()
    first = stays.months.index("2017-10")
    assert stays.mean_days[first : first + 12].tolist() == list(tables.published()["R202"].numbers)


# --- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [tables.surname_shares, tables.given_name_shares])
def test_shares_of_names_add_up(read):
    """Each column of names, with its rare ones, adds up to the whole; for given names, each sex on its own."""
    shares = read()
    for row, sex in enumerate(dict.fromkeys(shares.sexes) if len(shares.rare) == 1 else ("F", "M")):
        of_sex = np.array(shares.sexes) == sex
        assert (shares.shares[of_sex].sum(axis=0) + shares.rare[row] == WHOLE).all()


def test_surnames_are_listed_once_for_every_country():
    """All countries have a column, no surname stands twice, and 31 shares rest on a count."""
    shares = tables.surname_shares()
    assert set(shares.tables) == set(COUNTRIES) - set(BORROWED)
    assert len(set(shares.names)) == len(shares.names) == 1803
    assert len(shares.counted) == 31
    assert ("Hernández", "MX") in shares.counted


def test_letter_confusions_turn_the_meant_example_into_the_written_one():
    """Replacing one occurrence of what was meant gives the example as written, for every slip of letters or marks."""
    for confusion in tables.confusions():
        if confusion.kind == "words":
            continue
        assert confusion.examples
        for meant, written in confusion.examples:
            assert _plain(written, confusion.kind) in {
                _plain(meant[:at] + confusion.written + meant[at + len(confusion.meant) :], confusion.kind)
                for at in range(len(meant) + 1)
                if _plain(meant[at : at + len(confusion.meant)], confusion.kind)
                == _plain(confusion.meant, confusion.kind)
            }, (confusion.meant, confusion.written, meant, written)


def _plain(text: str, kind: str) -> str:
    """Lower case, and without accents unless they are what the slip is about."""
    if kind == "letters":
        text = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return text.lower()


def test_short_names_belong_to_several_full_names():
    """Short forms are many to many: every full name has one, and some short forms stand for several names."""
    short = tables.short_names()
    assert all(forms and all(forms) for forms in short.values())
    owners: dict[str, set[str]] = {}
    for (name, _), forms in short.items():
        for form in forms:
            owners.setdefault(form, set()).add(name)
    assert len(owners["Beto"]) > 3
